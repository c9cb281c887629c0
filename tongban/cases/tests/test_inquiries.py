"""One office asks another: who may, when it is answered, and that both nodes have the same chain."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tongban.basics.refusals import FieldsRefused, NotAllowed, NotFound, Refused
from tongban.cases import news
from tongban.cases.inquiries import operations, queries, standing
from tongban.cases.inquiries.models import Inquiry
from tongban.cases.inquiries.operations import Attachment, Question, Reply
from tongban.cases.inquiries.standing import State
from tongban.cases.notices.models import DeskNotice
from tongban.cases.tests import world
from tongban.cases.tests.world import FUZHOU, JILIN_CITY, MONDAY
from tongban.exchange.shared_chains import NotInTable
from tongban.exchange.tests.two_nodes import country
from tongban.jurisdictions import queries as places
from tongban.parties.models import Role
from tongban.record import chains
from tongban.record import queries as recorded
from tongban.record.chains import Author, Event

ASKED = Question("核实婚姻登记", "李四2020年5月20日是否在贵地登记结婚")
LATER = MONDAY + timedelta(days=8)
ASKER = Author("22", "asker", "220104", "A" * 18, "officer-a")
ANSWERER = Author("35", "answerer", FUZHOU, "B" * 18, "officer-b")
SYSTEM = Author("35", "system")
TO = {"to": {"node": "35", "place": FUZHOU, "authority": "B" * 18}, "case": "", "days": 5}


def an_event(kind, author, *, content=None, sealed="s" * 64, at=MONDAY) -> Event:
    return Event(
        chain="i22-1", seq=1, prev="", kind=kind, author=author, at=at, content=content or {},
        sealed=sealed, files=(), body=b"", hash="", key_id="", signature="",
    )  # fmt: skip


def stood(*steps):
    where = None
    for step in steps:
        where = standing.apply(where, step)
    return where


OPENED = (an_event("ask", ASKER, content=TO), an_event("arrive", SYSTEM, sealed=""))
REMINDER = an_event("remind", SYSTEM, sealed="", at=LATER)


def test_an_inquiry_is_due_on_the_fifth_working_day_and_only_then_reminded_of():
    where = stood(*OPENED)
    assert where.due_on == date(2026, 11, 23)
    assert where.holder_node == "35"
    on_the_last_day = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    with pytest.raises(NotInTable):
        standing.apply(where, an_event("remind", SYSTEM, sealed="", at=on_the_last_day))
    reminded = standing.apply(where, REMINDER)
    with pytest.raises(NotInTable):
        standing.apply(reminded, REMINDER)
    next_day = LATER + timedelta(days=1)
    again = standing.apply(reminded, an_event("remind", SYSTEM, sealed="", at=next_day))
    assert again.reminded_at == next_day


@pytest.mark.parametrize(
    "event",
    [
        an_event("answer", ASKER),
        an_event("answer", replace(ANSWERER, authority="C" * 18)),
        an_event("answer", replace(ANSWERER, officer="")),
        an_event("answer", ANSWERER, sealed=""),
        an_event("answer", replace(ANSWERER, node="22")),
        an_event("withdraw", ASKER),
        an_event("withdraw", replace(SYSTEM, node="22"), sealed=""),
        an_event("ask_more", ASKER),
        an_event("ask", ASKER, content=TO),
        an_event("arrive", SYSTEM, sealed=""),
        an_event("anything", ANSWERER),
    ],
    ids=lambda event: f"{event.kind} by {event.author.node} {event.author.role}",
)
def test_the_judge_lets_only_the_holder_do_what_comes_next(event):
    with pytest.raises(NotInTable):
        standing.apply(stood(*OPENED), event)


@pytest.mark.parametrize("last", ["refuse", "withdraw"])
def test_what_has_ended_stays_ended(last):
    by, sealed = (ANSWERER, "s" * 64) if last == "refuse" else (SYSTEM, "")
    where = stood(*OPENED, an_event(last, by, sealed=sealed))
    assert where.holder_node == ""
    for kind, author in (("answer", ANSWERER), ("ask_more", ASKER), ("withdraw", SYSTEM)):
        with pytest.raises(NotInTable):
            standing.apply(where, an_event(kind, author))


@pytest.mark.parametrize(
    "change",
    [
        {"days": 0}, {"days": 31}, {"days": "5"}, {"case": "1" * 22}, {"case": None},
        {"to": {"node": "350", "place": FUZHOU, "authority": "B" * 18}},
    ],
)  # fmt: skip
def test_a_question_out_of_shape_is_not_taken(change):
    with pytest.raises((NotInTable, KeyError)):
        stood(an_event("ask", ASKER, content=TO | change))


db = pytest.mark.django_db


def ask(officer, to, **more):
    more = {"question": ASKED, "at": MONDAY, **more}
    return operations.ask(officer=officer, to=to, **more)


@pytest.fixture
def offices():
    """Two offices of one node: a window that asks, and an organ that is asked."""
    return world.a_clerk(), world.a_decider()


@db
def test_within_one_node_an_inquiry_arrives_at_once_and_is_answered_once(offices):
    clerk, officer = offices
    row = ask(clerk, officer.authority)
    assert (row.state, list(queries.waiting(officer))) == (State.ARRIVED, [row])

    answered = operations.answer(
        chain_name=row.pk, officer=officer, reply=Reply("是，证号见附件"), at=MONDAY
    )
    assert answered.state == State.ANSWERED
    with pytest.raises(Refused, match="已经答复"):
        operations.answer(chain_name=row.pk, officer=officer, reply=Reply("再答"), at=MONDAY)
    assert [said.kind for said in queries.thread(answered)] == ["ask", "arrive", "answer"]
    assert not queries.waiting(officer).exists()


@db
def test_a_third_office_sees_nothing_and_does_nothing(offices):
    clerk, officer = offices
    row = ask(clerk, officer.authority)
    third = world.a_decider(department="yibao", name="陈三")
    for nothing in (queries.came_in(third), queries.went_out(third), queries.of_case(third, "")):
        assert not nothing.exists()
    for deed in (
        lambda: queries.inquiry_for(third, row.pk),
        lambda: operations.answer(chain_name=row.pk, officer=third, reply=Reply("是"), at=MONDAY),
        lambda: operations.withdraw(chain_name=row.pk, officer=third, at=MONDAY),
        lambda: operations.ask_more(chain_name=row.pk, officer=third, text="还有", at=MONDAY),
    ):
        with pytest.raises(NotFound):
            deed()


@db
def test_each_of_the_two_offices_does_its_own_part_only(offices):
    clerk, officer = offices
    row = ask(clerk, officer.authority)
    with pytest.raises(NotAllowed):
        operations.answer(chain_name=row.pk, officer=clerk, reply=Reply("是"), at=MONDAY)
    with pytest.raises(NotAllowed):
        operations.withdraw(chain_name=row.pk, officer=officer, at=MONDAY)
    with pytest.raises(Refused, match="自己"):
        ask(clerk, clerk.authority)


@db
def test_an_inquiry_is_about_cases_of_one_s_own_office_only(offices):
    clerk, officer = offices
    case, _ = world.a_case()
    assert ask(clerk, officer.authority, number=case.number).number == case.number
    with pytest.raises(NotAllowed):
        ask(world.a_clerk(JILIN_CITY, "钱七"), officer.authority, number=case.number)


@db
@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"question": Question("", "内容")}, "subject"),
        ({"question": Question("题目", " ")}, "text"),
        ({"question": Question("题目", "长" * 2001)}, "text"),
        ({"days": 31}, "days"),
    ],
)
def test_what_is_missing_is_said_at_its_field(offices, more, field):
    clerk, officer = offices
    with pytest.raises(FieldsRefused) as refusal:
        ask(clerk, officer.authority, **more)
    assert list(refusal.value.errors) == [field]
    assert not Inquiry.objects.exists()


@db
def test_who_is_late_is_reminded_once_however_often_one_looks(offices):
    clerk, officer = offices
    row = ask(clerk, officer.authority)
    assert operations.remind_due(at=MONDAY + timedelta(days=7)) == 0
    assert operations.remind_due(at=LATER) == 1
    assert operations.remind_due(at=LATER) == 0
    row.refresh_from_db()
    assert row.reminded_at == LATER
    assert queries.thread(row)[-1].kind == "remind"


@pytest.fixture
def land(db, tmp_path):
    return country(tmp_path, "22", "35", tables=["cases_inquiry"], at=MONDAY)


@pytest.fixture
def crossing(land):
    """吉林 asks 福州, with a paper; the question has arrived."""
    clerk, officer = world.a_clerk(), world.a_decider(FUZHOU, name="郑五")
    with land.at("22"):
        paper = Attachment("结婚证.png", world.a_paper())
        row = ask(clerk, officer.authority, question=replace(ASKED, papers=[paper]))
        assert row.state == State.ASKED
    land.carry(at=MONDAY)
    return land, clerk, officer, row.pk


def state(land, node, chain):
    with land.at(node):
        return Inquiry.objects.get(pk=chain).standing()


def assert_same(land, chain):
    assert state(land, "22", chain) == state(land, "35", chain)
    bodies = []
    for node in ("22", "35"):
        with land.at(node):
            bodies.append([event.body for event in recorded.events(chain)])
            chains.verify(recorded.events(chain), places.public_key)
    assert bodies[0] == bodies[1]


def test_an_inquiry_crosses_and_its_answer_comes_back_with_papers_and_a_person_to_ask(crossing):
    land, clerk, officer, chain = crossing
    assert state(land, "22", chain).state == State.ARRIVED
    with land.at("35"):
        (line,) = queries.lines(list(queries.waiting(officer)), officer, today=MONDAY.date())
        assert (line.subject, line.light.kind) == ("核实婚姻登记", "ok")
        (enclosed,) = queries.thread(line.row)[0].papers
        assert (enclosed.name, enclosed.is_here) == ("结婚证.png", True)
        operations.answer(chain_name=chain, officer=officer, reply=Reply("是"), at=MONDAY)
    land.carry(at=MONDAY)

    assert_same(land, chain)
    with land.at("22"):
        said = queries.thread(queries.inquiry_for(clerk, chain))[-1]
        assert (said.text, said.contact["person"]) == ("是", "郑五")


def test_a_refusal_names_its_ground_and_who_may_know(crossing):
    land, clerk, officer, chain = crossing
    with land.at("35"):
        operations.answer(
            chain_name=chain, officer=officer, at=MONDAY,
            reply=Reply(ground="不归公安登记", right_organ="福州市民政局"),
        )  # fmt: skip
    land.carry(at=MONDAY)
    with land.at("22"):
        said = queries.thread(queries.inquiry_for(clerk, chain))[-1]
        assert (said.ground, said.right_organ) == ("不归公安登记", "福州市民政局")
    assert state(land, "22", chain).state == State.REFUSED


def test_after_an_answer_one_may_ask_more_and_the_time_begins_anew(crossing):
    land, clerk, officer, chain = crossing
    with land.at("35"):
        operations.answer(chain_name=chain, officer=officer, reply=Reply("是"), at=MONDAY)
    land.carry(at=MONDAY)
    with land.at("22"):
        operations.ask_more(chain_name=chain, officer=clerk, text="证号是多少", at=LATER)
    land.carry(at=LATER)
    with land.at("35"):
        assert Inquiry.objects.get(pk=chain).due_on == date(2026, 12, 1)
        operations.answer(chain_name=chain, officer=officer, reply=Reply("示例号"), at=LATER)
    land.carry(at=LATER)
    assert_same(land, chain)
    assert state(land, "22", chain).state == State.ANSWERED


def test_a_reminder_is_written_down_by_the_node_that_holds_the_inquiry_and_told_to_its_leader(
    crossing,
):
    land, clerk, officer, chain = crossing
    leader = world.an_officer(officer.authority, Role.LEADER, name="周一")
    with land.at("22"), pytest.raises(Refused, match="过了再催"):
        operations.remind(chain_name=chain, officer=clerk, at=MONDAY)
    with land.at("22"):
        for _ in range(2):
            operations.remind(chain_name=chain, officer=clerk, at=LATER)
    land.carry(at=LATER, shuffle=lambda mail: [*mail, *mail])
    assert_same(land, chain)
    with land.at("22"):
        said = queries.thread(queries.inquiry_for(clerk, chain))
        assert [(one.kind, one.is_wish) for one in said][-1] == ("remind", True)
        assert [one.kind for one in said].count("remind") == 1
    told = DeskNotice.objects.filter(kind=news.INQUIRY_LATE)
    assert [one.officer for one in told] == [leader]


@db
def test_without_a_leader_whoever_could_answer_is_told_and_may_be_reminded_the_next_day(offices):
    clerk, officer = offices
    row = ask(clerk, officer.authority)
    operations.remind_due(at=LATER)
    for at in (LATER, LATER + timedelta(days=1), LATER + timedelta(days=1, hours=3)):
        operations.remind(chain_name=row.pk, officer=clerk, at=at)
    said = [(one.kind, one.is_wish) for one in queries.thread(row)]
    assert said[-2:] == [("remind", False), ("remind", True)]
    told = DeskNotice.objects.filter(kind=news.INQUIRY_LATE)
    assert [one.officer for one in told] == [officer, officer]


def test_a_withdrawal_is_written_down_by_the_node_that_holds_the_inquiry(crossing):
    land, clerk, _officer, chain = crossing
    with land.at("22"):
        for _ in range(2):
            row = operations.withdraw(chain_name=chain, officer=clerk, at=MONDAY)
        assert (row.state, row.withdrawal_asked_at) == (State.ARRIVED, MONDAY)
    land.carry(at=MONDAY, shuffle=lambda mail: [*mail, *mail])
    assert_same(land, chain)
    assert state(land, "22", chain).state == State.WITHDRAWN


def test_an_answer_that_was_given_first_stands_against_a_withdrawal_on_its_way(crossing):
    land, clerk, officer, chain = crossing
    with land.at("22"):
        operations.withdraw(chain_name=chain, officer=clerk, at=MONDAY)
    with land.at("35"):
        operations.answer(chain_name=chain, officer=officer, reply=Reply("是"), at=MONDAY)
    land.carry(at=MONDAY)
    assert_same(land, chain)
    assert state(land, "22", chain).state == State.ANSWERED
    assert not land.parked("22")
    assert not land.parked("35")


def test_evidence_of_an_answer_is_checked_without_us(crossing):
    land, _clerk, officer, chain = crossing
    with land.at("35"):
        operations.answer(chain_name=chain, officer=officer, reply=Reply("是"), at=MONDAY)
        found = json.loads(json.dumps(queries.evidence(Inquiry.objects.get(pk=chain))))
    keys = {(key["node"], key["keyid"]): key["publickey"] for key in found["keys"]}
    events = [chains.unpack(packed) for packed in found["events"]]
    chains.verify(events, lambda node, key: keys.get((node, key)))
    part = chains.open_part(events[-1].sealed, found["parts"][events[-1].sealed].encode())
    assert part["text"] == "是"
