"""Originals that were asked for and do not come: the applicant is reminded, then the office decides."""

from datetime import datetime, time, timedelta
from uuid import uuid4

import pytest

from tongban.basics.hours import BEIJING
from tongban.cases.models import Case
from tongban.cases.notices.models import DeskNotice, Notice
from tongban.cases.operations import claims, expiring, lapsing, originals, review
from tongban.cases.states import Party, State
from tongban.cases.tests import test_precheck_mail
from tongban.cases.tests.world import MONDAY
from tongban.delivery.operations import packing, receiving, telling
from tongban.delivery.operations.packing import Packed
from tongban.delivery.tests import scenes
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
post = test_precheck_mail.post


@pytest.fixture
def waiting():
    return scenes.waiting_for_originals()


def now(scene) -> Case:
    return Case.objects.get(pk=scene.case.pk)


def last_day(scene) -> datetime:
    return datetime.combine(now(scene).due_on, time(10), BEIJING)


def look(*moments) -> list[int]:
    """As the worker looks; how many cases went back each time."""
    return [expiring.act_on_expired(at=at).lapsed for at in moments]


def told(scene):
    notices = Notice.objects.filter(account=scene.filled.account, kind__startswith="originals_")
    return list(notices.order_by("at", "seq").values_list("kind", flat=True))


def posted(scene, at=MONDAY):
    return packing.send_own(
        key=uuid4(), account=scene.filled.account, case=scene.case.number,
        papers=[Packed(scene.case.number, "营业执照", is_original=True)],
        address=scenes.HOME, waybill="EMS123", at=at,
    )  # fmt: skip


def test_the_applicant_is_reminded_before_the_last_day_and_on_it_once_each(waiting):
    last = last_day(waiting)
    assert look(MONDAY, last - DAY, last - DAY, last, last + timedelta(hours=2)) == [0] * 5
    assert told(waiting) == ["originals_due", "originals_last"]


def test_the_day_after_the_case_is_back_with_its_office_once_and_its_clock_goes_on(waiting):
    last = last_day(waiting)
    assert look(last, last + DAY, last + DAY, last + 2 * DAY) == [0, 1, 0, 0]
    case = now(waiting)
    assert (case.state, case.holder) == (State.PENDING, Party.DECIDER)
    assert case.due_on > last.date()
    assert told(waiting)[-1] == "originals_absent"
    (notice,) = DeskNotice.objects.filter(kind="originals_absent")
    assert (notice.officer, notice.number) == (waiting.decider, case.number)


def test_the_office_may_ask_once_more_and_that_lapses_again(waiting):
    last = last_day(waiting)
    look(last, last + DAY)
    officer, number = waiting.decider, waiting.case.number
    spec = now(waiting).materials.first().spec
    claims.claim_case(number=number, officer=officer, at=last + DAY)
    originals.ask_originals(
        number=number, officer=officer, specs=[spec], note="请再寄一次", at=last + DAY
    )
    again = last_day(waiting)
    assert again > last
    assert look(last + 2 * DAY, again, again + DAY) == [0, 0, 1]


def test_or_take_the_case_on_with_what_was_uploaded(waiting):
    last = last_day(waiting)
    look(last, last + DAY)
    officer, number = waiting.decider, waiting.case.number
    claims.claim_case(number=number, officer=officer, at=last + DAY)
    case = review.accept_case(number=number, officer=officer, at=last + DAY)
    assert case.state == State.UNDER_REVIEW


def test_a_node_that_was_down_on_the_last_day_reminds_late_and_waits_for_a_day(waiting):
    late = last_day(waiting) + 9 * DAY
    assert look(late, late + timedelta(hours=3), late + DAY) == [0, 0, 1]
    assert told(waiting) == ["originals_last", "originals_absent"]


def test_nobody_is_disturbed_while_a_parcel_is_on_its_way_but_when_it_is_lost(waiting):
    last = last_day(waiting)
    parcel = posted(waiting)
    assert look(last - DAY, last, last + DAY) == [0, 0, 0]
    assert told(waiting) == []
    telling.report(
        number=parcel.number, officer=waiting.decider, move="lose", reason="快递来电", at=last + DAY
    )
    assert look(last + 2 * DAY) == [1]


def test_a_parcel_that_comes_in_time_is_all_that_happens(waiting):
    last = last_day(waiting)
    parcel = posted(waiting, at=last)
    receiving.receive(
        number=parcel.number, officer=waiting.decider, seen={"s1": "ok"}, note="", at=last + DAY
    )
    assert look(last + 2 * DAY) == [0]
    kinds = [event.kind for event in recorded.events(waiting.case.number)]
    assert kinds[-1] == "originals_arrived"


def test_it_does_not_lapse_before_its_day_even_when_named(waiting):
    assert not lapsing.lapse(number=waiting.case.number, at=last_day(waiting))


def test_only_the_applicants_node_writes_it_and_both_have_the_same_chain(post):
    post.ask()
    due_on = post.case("22").due_on
    last = datetime.combine(due_on, time(10), BEIJING)
    for at in (last, last + DAY):
        with post.land.at("35"):
            assert expiring.act_on_expired(at=at).lapsed == 0
        with post.land.at("22"):
            expiring.act_on_expired(at=at)
        post.land.carry(at=at)
    assert post.standing() == post.standing("22") == ("pending", "decider")
    post.agree()
    assert recorded_kinds(post)[-2:] == ["lapse_originals", "arrive"]


def recorded_kinds(post):
    with post.land.at("35"):
        return [event.kind for event in recorded.events(post.number)]
