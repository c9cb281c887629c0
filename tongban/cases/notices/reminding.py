"""Reminding applicants of the last day they have, as their clock turns: before it and on it.

The clocks that ran out are looked for in one place (`operations.expiring`); this listens. So what
is told once there is told once here, also after a day of downtime and with two workers.
"""

from tongban.cases import parcels
from tongban.cases.models import Alarm, Case
from tongban.cases.notices import telling
from tongban.cases.operations import expiring

# By clock and light.
KINDS = {
    ("correction", "amber"): "correction_due",
    ("correction", "last"): "correction_last",
    ("originals", "amber"): "originals_due",
    ("originals", "last"): "originals_last",
}


@expiring.on_alarm
def on_alarm(case: Case, alarm: Alarm) -> None:
    """Tell the people of a case that the time to mend it, or to post originals, runs out.

    Not of originals that are in the post already.
    """
    if parcels.originals_are_coming(case):
        return
    if kind := KINDS.get((alarm.clock, alarm.light)):
        facts = {"due": alarm.due_on.isoformat()}
        # The event on which the clock began may be followed by others; each alarm comes once.
        telling.tell(case=case, kind=kind, seq=case.head_seq, at=alarm.at, facts=facts)
