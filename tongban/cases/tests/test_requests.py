"""What may be asked of the holder of a case, who answers it, and what stays visible unanswered."""

from datetime import date, timedelta

import pytest

from tongban.basics.refusals import FieldsRefused, NotAllowed, NotFound
from tongban.cases import asked, asking, queries, timeline
from tongban.cases.models import Case, Request
from tongban.cases.operations import claims, requests, review, window
from tongban.cases.operations.requests import AlreadyAsked, AskedTooOften, Handed, NobodyToAsk, Wish
from tongban.cases.operations.window import Fault
from tongban.cases.permissions import MoveNotPossible
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.record import queries as recorded

NEXT_WEEK = MONDAY + timedelta(days=7)


def test_an_answer_is_due_on_the_third_working_day_after_the_day_of_asking():
    assert asking.DAYS == 3
    assert asking.due_on(MONDAY) == date(2026, 11, 19)
    friday = MONDAY + timedelta(days=4)
    assert asking.due_on(friday) == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("kind", "hours_before", "is_refused"),
    [
        ("urge", [], False),
        ("urge", [23], True),
        ("urge", [25], False),
        ("ask", [1, 2, 3, 4], False),
        ("ask", [1, 2, 3, 4, 5], True),
        ("ask", [1, 2, 3, 4, 25], False),
    ],
)
def test_one_urges_once_a_day_and_asks_five_times_a_day(kind, hours_before, is_refused):
    before = [MONDAY - timedelta(hours=hours) for hours in hours_before]
    assert asking.too_often(kind, before, MONDAY) is is_refused


def test_an_unanswered_request_turns_amber_and_then_red():
    due = asking.due_on(MONDAY)
    kinds = [asked.light(due, MONDAY.date() + timedelta(days=n)).kind for n in (1, 2, 3, 4)]
    assert kinds == ["ok", "warn", "warn", "bad"]


pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    """A case at the deciding desk, its applicant's account, its clerk and its officer."""
    case, filled = world.a_case()
    clerk, officer = world.a_clerk(), world.a_decider()
    world.handed_over(case, clerk)
    return Case.objects.get(pk=case.pk), filled.account, clerk, officer


def ask(case, account, kind="ask", text="办到哪一步了", at=MONDAY, **more):
    return requests.ask_as_applicant(
        number=case.number, account=account, wish=Wish(kind, text, **more), at=at
    )


def answer(request, officer, text="正在核对户籍信息，本周内办完", *, refuse=False, at=MONDAY):
    return requests.answer(request_id=request.pk, officer=officer, text=text, refuse=refuse, at=at)


def shown(case):
    return asked.of_case(Case.objects.get(pk=case.pk), today=MONDAY.date(), for_="applicant")


def test_a_question_is_answered_on_the_record_by_the_office_that_holds_the_case(cast):
    case, account, _clerk, officer = cast
    request = ask(case, account)
    assert [one.id for one in asked.open_of_office(officer, today=MONDAY.date())] == [request.pk]

    assert answer(request, officer).outcome == "answered"

    (found,) = shown(case)
    assert (found.words, found.answer) == ("办到哪一步了", "正在核对户籍信息，本周内办完")
    assert (found.is_open, found.is_mine) == (False, True)
    assert found.contact["person"] == officer.name
    event = recorded.events(case.number)[-1]
    assert (event.kind, event.author.officer) == ("answer_request", officer.pseudonym)
    assert "办到" not in event.body.decode()
    assert timeline.steps(Case.objects.get(pk=case.pk))[-1].title.endswith("答复询问")
    assert asked.count_of_office(officer).now() == 0


def test_a_request_is_answered_once(cast):
    case, account, _clerk, officer = cast
    request = ask(case, account)
    answer(request, officer)
    with pytest.raises(requests.Refused, match="已经答复"):
        answer(request, officer, "再答一次")
    kinds = [event.kind for event in recorded.events(case.number)]
    assert kinds.count("answer_request") == 1


def test_only_the_office_that_holds_the_case_answers(cast):
    case, account, clerk, _officer = cast
    request = ask(case, account)
    elsewhere = world.a_decider(department="yibao", name="陈三")
    for stranger in (clerk, elsewhere):
        with pytest.raises(NotAllowed):
            answer(request, stranger)
        assert not asked.open_of_office(stranger, today=MONDAY.date())


def test_one_thing_is_asked_once_at_a_time_and_several_things_together(cast):
    case, account, _clerk, officer = cast
    request = ask(case, account)
    with pytest.raises(AlreadyAsked):
        ask(case, account)
    ask(case, account, "urge", "请快一点")
    answer(request, officer)
    ask(case, account, at=MONDAY + timedelta(minutes=5))


def test_urging_every_hour_is_refused(cast):
    case, account, _clerk, officer = cast
    answer(ask(case, account, "urge", "请快一点"), officer)
    with pytest.raises(AskedTooOften, match="平台默认值"):
        ask(case, account, "urge", "请快一点", at=MONDAY + timedelta(hours=1))


def test_a_move_of_the_office_is_what_an_urging_asked_for(cast):
    case, account, _clerk, officer = cast
    ask(case, account, "urge", "请快一点")
    claims.claim_case(number=case.number, officer=officer, at=MONDAY)
    review.accept_case(number=case.number, officer=officer, at=MONDAY)
    (found,) = shown(case)
    assert (found.is_open, found.outcome) == (False, "acted")


def test_a_paper_that_is_taken_becomes_a_material_of_the_case(cast):
    case, account, _clerk, officer = cast
    paper = Handed("单位证明", world.a_paper())
    request = ask(case, account, "add_paper", "补一份单位证明", papers=[paper])
    assert not case.materials.filter(name="单位证明").exists()

    answer(request, officer, "收下了")

    material = case.materials.get(name="单位证明")
    assert material.digest == paper.file.digest
    assert recorded.events(case.number)[-1].kind == "add_paper"
    assert shown(case)[0].outcome == "granted"


def test_a_paper_may_be_refused_with_a_ground(cast):
    case, account, _clerk, officer = cast
    request = ask(case, account, "add_paper", "补一份", papers=[Handed("照片", world.a_paper())])
    answer(request, officer, "这份材料不需要", refuse=True)
    assert not case.materials.filter(name="照片").exists()
    assert (shown(case)[0].outcome, shown(case)[0].answer) == ("refused", "这份材料不需要")


def test_another_telephone_number_holds_at_once_and_nothing_else_changes(cast):
    case, account, _clerk, _officer = cast
    before = queries.particulars(case)
    request = ask(case, account, "change_contact", "", phone="139 0000 0009")

    after = queries.particulars(Case.objects.get(pk=case.pk))
    assert after["applicant"].pop("phone") == "13900000009"
    assert before["applicant"].pop("phone") == "13900000002"
    assert after == before
    assert Request.objects.get(pk=request.pk).outcome == "granted"


@pytest.mark.parametrize(
    ("kind", "more", "field"),
    [
        ("ask", {"text": " "}, "text"),
        ("ask", {"text": "长" * 1001}, "text"),
        ("add_paper", {}, "papers"),
        ("change_contact", {"phone": "12345"}, "phone"),
    ],
)
def test_what_is_missing_is_said_at_its_field(cast, kind, more, field):
    case, account, _clerk, _officer = cast
    with pytest.raises(FieldsRefused) as refusal:
        ask(case, account, kind, **more)
    assert list(refusal.value.errors) == [field]
    assert not Request.objects.exists()


def test_the_window_asks_the_deciding_office_and_not_itself(cast):
    case, _account, clerk, officer = cast
    request = requests.ask_as_office(
        number=case.number, officer=clerk, wish=Wish("ask", "申请人在窗口等"), at=MONDAY
    )
    assert (request.by, request.authority) == ("receiver", clerk.authority.code)
    with pytest.raises(NobodyToAsk):
        requests.ask_as_office(
            number=case.number, officer=officer, wish=Wish("urge", "快"), at=MONDAY
        )
    with pytest.raises(NotAllowed):
        requests.ask_as_office(
            number=case.number, officer=clerk, wish=Wish("withdraw", "不办"), at=MONDAY
        )
    answer(request, officer)
    assert shown(case)[0].asker == clerk.authority.name


def test_who_has_nothing_to_do_with_a_case_asks_nothing_of_it(cast):
    case, _account, _clerk, _officer = cast
    stranger, _ = world.a_person("孙八", serial=9)
    with pytest.raises(NotFound):
        ask(case, stranger)
    with pytest.raises(NotAllowed):
        requests.ask_as_office(
            number=case.number,
            officer=world.a_decider(department="yibao", name="陈三"),
            wish=Wish("ask", "打听一下"),
            at=MONDAY,
        )


def test_while_the_applicant_has_the_case_nobody_answers_for_the_office():
    case, filled = world.a_case()
    clerk = world.a_clerk()
    claims.claim_case(number=case.number, officer=clerk, at=MONDAY)
    window.return_for_form(
        number=case.number, officer=clerk, faults=[Fault("id-card", "看不清", "重拍")],
        note="", at=MONDAY,
    )  # fmt: skip
    with pytest.raises(NobodyToAsk):
        ask(case, filled.account)
    ask(case, filled.account, "change_contact", "", phone="13900000009")


def test_what_is_open_when_a_case_ends_is_closed_as_never_answered(cast):
    case, account, _clerk, _officer = cast
    ask(case, account)
    requests.withdraw(number=case.number, account=account, reason="不迁了", at=MONDAY)

    outcomes = dict(Request.objects.values_list("kind", "outcome"))
    assert outcomes == {"ask": "ended", "withdraw": "granted"}
    with pytest.raises(NobodyToAsk):
        ask(case, account, "urge", "快", at=NEXT_WEEK)
    with pytest.raises(MoveNotPossible):
        requests.withdraw(number=case.number, account=account, reason="不迁了", at=NEXT_WEEK)
