"""How long a parcel may take. No law we know of says so: all of these are the platform's defaults.

The law's own limit, 10 days from the decision to the delivery of its document (行政许可法 art. 44),
runs on the case and not on a parcel.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from tongban.basics import calendar
from tongban.delivery import states
from tongban.delivery.states import State

_BEIJING = ZoneInfo("Asia/Shanghai")

# Working days from the moment a parcel came into a state; a state without an entry has no limit.
LIMITS: dict[State, int] = {
    State.PACKED: 2,
    State.HANDED_OVER: 2,
    State.ON_THE_WAY: 5,
    State.DAMAGED: 5,
    State.ARRIVED: 2,
    State.RETURNING: 7,
}


@dataclass(frozen=True)
class Light:
    """How near a parcel's limit is; `kind` as the pages' lights have it."""

    kind: str  # ok | warn | bad | pause | ""
    text: str
    due_on: date | None = None


def day_of(at: datetime) -> date:
    """The day in Beijing."""
    return at.astimezone(_BEIJING).date()


def due_on(state: State, since: datetime) -> date | None:
    """The last day in time for what has to happen next; None where nothing has to.

    Counted in working days from the day after `since`, whatever the courier's own promise is.
    """
    limit = LIMITS.get(state)
    return calendar.add_working_days(day_of(since), limit) if limit else None


def light(state: State, due: date | None, today: date, *, is_whole: bool = True) -> Light:
    """The light of a parcel: lost is red until found, late is red, damage is amber or red."""
    if state is State.LOST:
        return Light("bad", _("丢失"))
    if state is State.RECEIVED and not is_whole:
        return Light("bad", _("少件或损坏"))
    if state in states.ENDED or due is None:
        return Light("ok" if state is State.RECEIVED else "pause", _("不计时"))
    left = calendar.working_days_between(today, due)
    if left < 0:
        return Light("bad", _("超%(days)d个工作日") % {"days": -left}, due)
    words = _("今天到期") if left == 0 else _("剩%(days)d个工作日") % {"days": left}
    is_near = left <= 1 or state in states.TROUBLED
    return Light("warn" if is_near else "ok", words, due)
