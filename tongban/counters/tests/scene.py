"""The window of 长春市朝阳区, somebody who wants to come, and who sits there."""

from datetime import date

from tongban.cases.tests import world
from tongban.cases.tests.world import CHAOYANG, FUZHOU, MONDAY, MOVE_TO_SPOUSE
from tongban.counters import booking
from tongban.counters.booking import Chosen, Visit
from tongban.counters.models import WindowCapacity
from tongban.counters.rules import Half
from tongban.jurisdictions import queries as places
from tongban.parties.models import Role

TUESDAY = date(2026, 11, 17)
VISIT = Visit(MOVE_TO_SPOUSE, FUZHOU, "李四", "13900000002")


def window():
    return places.receiving_windows(CHAOYANG)[0]


def chosen(day=TUESDAY, half=Half.MORNING):
    return Chosen(window(), day, half)


def a_leader():
    return world.an_officer(places.window_authority(CHAOYANG), Role.LEADER, name="穆主任")


def room_for(people: int) -> None:
    """So many people on a half-day."""
    one = window()
    WindowCapacity.objects.create(
        authority=one.authority_id, window=one.number, per_half_day=people, days_ahead=7,
        set_by=a_leader(), set_at=MONDAY,
    )  # fmt: skip


def booked(account, *, at=MONDAY, visit=VISIT, **when):
    return booking.book(account=account, visit=visit, chosen=chosen(**when), at=at)
