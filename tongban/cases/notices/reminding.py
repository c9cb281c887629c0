"""Reminding applicants of the last day they have, as their clock turns: before it and on it.

The clocks that ran out are looked for in one place (`operations.expiring`); this listens. So what
is told once there is told once here, also after a day of downtime and with two workers.
"""

from tongban.cases.models import Alarm, Case
from tongban.cases.notices import telling
from tongban.cases.operations import expiring
from tongban.cases.operations.lapsing import CLOCK

BEFORE, ON_THE_DAY = "correction_due", "correction_last"
KINDS = {"amber": BEFORE, "last": ON_THE_DAY}


@expiring.on_alarm
def on_alarm(case: Case, alarm: Alarm) -> None:
    """Tell the people of a case that the time to mend it runs out."""
    if alarm.clock == CLOCK and (kind := KINDS.get(alarm.light)):
        facts = {"due": alarm.due_on.isoformat()}
        # The event on which the clock began may be followed by others; each alarm comes once.
        telling.tell(case=case, kind=kind, seq=case.head_seq, at=alarm.at, facts=facts)
