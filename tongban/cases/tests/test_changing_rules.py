"""Rules change: who applied before keeps the old ones, who applies after meets the new ones."""

import io
import threading
from contextlib import suppress
from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection

from tongban.basics.hours import BEIJING
from tongban.basics.refusals import FieldsRefused
from tongban.basics.tests.races import at_once
from tongban.cases import queries, renewal, standing, timeline
from tongban.cases.models import Case, Draft, RulesApplied
from tongban.cases.operations import changing, claims, drafts, moving, review, window
from tongban.cases.operations.drafts import Places
from tongban.cases.operations.window import Fault
from tongban.cases.states import Mode
from tongban.cases.tests import world
from tongban.cases.tests.world import CHAOYANG, JILIN_CITY, MONDAY, MOVE_TO_SPOUSE
from tongban.catalogue import drafting, running
from tongban.catalogue.models import ItemVersion
from tongban.catalogue.operations import drafts as writing
from tongban.catalogue.tests import managers
from tongban.catalogue.tests.managers import STRICTER
from tongban.record import queries as recorded
from tongban.record.models import Entry

pytestmark = pytest.mark.django_db
TUESDAY = date(2026, 11, 17)
NEXT_DAY = MONDAY + timedelta(days=1)


def rules_of(one, place=JILIN_CITY):
    """The number of a place's rules that a case or draft follows; 0 for none.

    Provinces may ship rules of their own, so what stands beside it does not matter here.
    """
    named = dict(name.split(":") for name in one.local_version.split())
    return int(named.get(place, 0))


EASIER = {"materials": {"drop": ["marriage-certificate"]}}
MOVE = {"rule": "move", "states": ["pending", "under_review"], "why": "材料减少，对申请人有利"}


def publish(content, *, place=JILIN_CITY, day=TUESDAY, at=MONDAY, running=None):
    """New rules of 吉林市, written by one manager and published by another."""
    return managers.published(
        managers.a_manager("丙"),
        managers.a_manager("丁"),
        place=place,
        content=content,
        from_day=day,
        running=running or {},
        at=at,
    )


def pending(clerk="赵六", **kwargs):
    """A case that waits for the decider's acceptance."""
    case, _ = world.a_case(**kwargs)
    return world.handed_over(case, world.a_clerk(name=clerk))


def test_a_running_case_keeps_the_rules_of_its_day_and_a_new_one_meets_the_new():
    case, filled = world.a_case()
    publish(STRICTER)

    again = Case.objects.get(pk=case.pk)
    assert (again.item_version, rules_of(again)) == (1, 0)
    assert queries.version_of(again).material("no-record") is None
    handed = world.handed_over(case, world.a_clerk(), at=NEXT_DAY)
    officer = world.a_decider()
    claims.claim_case(number=handed.number, officer=officer, at=NEXT_DAY)
    review.accept_case(number=handed.number, officer=officer, at=NEXT_DAY)
    review.approve(number=handed.number, officer=officer, note="", at=NEXT_DAY)

    draft = drafts.start_draft(
        account=filled.account,
        applicant=filled.applicant,
        item=MOVE_TO_SPOUSE,
        mode=Mode.RECEIVED_FOR,
        places=Places(CHAOYANG, CHAOYANG, JILIN_CITY),
        at=NEXT_DAY,
    )
    assert rules_of(draft) == 1
    assert drafts.check_draft(draft, on=TUESDAY)["no-record"] == ["上传无犯罪记录证明"]


def test_a_shipped_next_version_leaves_running_cases_on_the_first():
    """What is shipped later is taken like any next version: who applied before keeps the first."""
    case, filled = world.a_case()
    last = ItemVersion.objects.filter(item=MOVE_TO_SPOUSE).latest("number")
    assert (last.number, last.came_from) == (2, "shipped")
    later = datetime.combine(last.from_day, time(9), BEIJING)
    handed = world.handed_over(case, world.a_clerk(), at=later)
    assert changing.apply_due(at=later) == 0
    assert Case.objects.get(pk=handed.pk).item_version == 1
    assert queries.version_of(handed).codes.item_type == ""
    draft = drafts.start_draft(
        account=filled.account,
        applicant=filled.applicant,
        item=MOVE_TO_SPOUSE,
        mode=Mode.RECEIVED_FOR,
        places=Places(CHAOYANG, CHAOYANG, JILIN_CITY),
        at=later,
    )
    assert draft.item_version == 2


def test_until_its_day_the_new_rule_asks_nothing():
    publish(STRICTER)
    case, _ = world.a_case()
    assert rules_of(case) == 0


def attach(filled, spec):
    drafts.attach_paper(
        draft_id=filled.draft.pk, account=filled.account, spec=spec, source=io.BytesIO(world.PNG),
        name="证明.png", size=len(world.PNG), at=NEXT_DAY,
    )  # fmt: skip


def submit(filled, at=NEXT_DAY):
    return drafts.submit_draft(draft_id=filled.draft.pk, account=filled.account, at=at)


def test_who_began_before_the_change_is_told_what_changed_and_loses_nothing():
    filled = world.a_draft()
    filled.draft.refresh_from_db()
    answers, papers = drafts.answers_of(filled.draft), filled.draft.papers.count()
    publish(STRICTER)

    with pytest.raises(renewal.RulesChanged, match="规定有变化") as refusal:
        submit(filled)
    (sentence,) = refusal.value.facts()["changes"]
    assert "无犯罪记录证明" in sentence
    assert not Case.objects.exists()

    renewed = drafts.renew_draft(draft_id=filled.draft.pk, account=filled.account, at=NEXT_DAY)
    assert renewed.sentences == (sentence,)
    assert drafts.renew_draft(draft_id=filled.draft.pk, account=filled.account, at=NEXT_DAY) is None
    draft = Draft.objects.get(pk=filled.draft.pk)
    assert (drafts.answers_of(draft), draft.papers.count()) == (answers, papers)
    assert draft.steps_done == [step.key for step in renewed.before.steps]
    with pytest.raises(FieldsRefused) as refused:
        submit(filled)
    assert list(refused.value.errors) == ["no-record"]
    attach(filled, "no-record")
    case = Case.objects.get(pk=submit(filled).number)
    assert rules_of(case) == 1
    assert submit(filled).number == case.number


def test_a_change_that_concerns_no_applicant_does_not_stop_him():
    filled = world.a_draft()
    publish({"contact": {"liaison": "0432-5550000"}})
    case = Case.objects.get(pk=submit(filled).number)
    assert rules_of(case) == 1


def test_what_is_no_longer_asked_is_left_out_when_going_on():
    filled = world.a_draft()
    publish(EASIER)
    with pytest.raises(renewal.RulesChanged):
        submit(filled)
    drafts.renew_draft(draft_id=filled.draft.pk, account=filled.account, at=NEXT_DAY)
    case = Case.objects.get(pk=submit(filled).number)
    assert not case.materials.filter(spec="marriage-certificate").exists()
    assert filled.draft.papers.filter(spec="marriage-certificate").exists()


def test_a_case_sent_back_for_mending_is_mended_by_its_own_rules():
    case, filled = world.a_case()
    clerk = world.a_clerk()
    claims.claim_case(number=case.number, officer=clerk, at=MONDAY)
    fault = Fault("owner-consent", "没有写到房号", "写到房号")
    window.return_for_form(number=case.number, officer=clerk, faults=[fault], note="", at=MONDAY)
    publish(STRICTER)

    draft = drafts.take_up(number=case.number, account=filled.account, at=NEXT_DAY)
    assert renewal.renewal_of(draft, on=TUESDAY) is None
    assert drafts.renew_draft(draft_id=draft.pk, account=filled.account, at=NEXT_DAY) is None
    drafts.submit_draft(draft_id=draft.pk, account=filled.account, at=NEXT_DAY)
    assert rules_of(Case.objects.get(pk=case.pk)) == 0


def test_better_rules_are_applied_to_running_cases_once_and_from_their_day_on():
    case = pending()
    due_on = case.due_on
    publish(EASIER, running=MOVE)

    assert changing.apply_due(at=MONDAY) == 0
    assert changing.apply_due(at=NEXT_DAY) == 1
    assert changing.apply_due(at=NEXT_DAY) == 0
    again = Case.objects.get(pk=case.pk)
    assert (again.item_version, rules_of(again)) == (1, 1)
    assert (again.state, again.due_on, again.limits) == ("pending", due_on, case.limits)
    assert queries.version_of(again).material("marriage-certificate") is None
    events = recorded.events(case.number)
    assert standing.fold(events) == again.standing()
    assert [event.kind for event in events].count("change_rules") == 1
    assert (events[-1].author.role, events[-1].author.node) == ("system", "22")
    assert events[-1].content["why"] == MOVE["why"]
    assert "对申请人更有利" in timeline.steps(again)[-1].title
    applied = RulesApplied.objects.get()
    assert (applied.moved, applied.left, applied.at) == (1, 0, NEXT_DAY)


def test_after_a_long_downtime_it_is_made_up_for():
    case = pending()
    publish(EASIER, running=MOVE)
    assert changing.apply_due(at=MONDAY + timedelta(days=40)) == 1
    assert rules_of(Case.objects.get(pk=case.pk)) == 1


def test_without_the_rule_no_running_case_is_touched():
    case = pending()
    publish(EASIER)
    assert changing.apply_due(at=NEXT_DAY) == 0
    assert rules_of(Case.objects.get(pk=case.pk)) == 0
    assert not RulesApplied.objects.exists()


def test_a_case_that_fails_holds_up_no_other_and_is_tried_again(monkeypatch):
    first, second = pending(serial=1), pending(clerk="钱七", serial=2)
    publish(EASIER, running=MOVE)
    lock = queries.lock_case

    def fails(number):
        if number == min(first.pk, second.pk):
            raise LookupError("a bug of ours")
        return lock(number)

    monkeypatch.setattr(queries, "lock_case", fails)
    assert changing.apply_due(at=NEXT_DAY) == 1
    assert not RulesApplied.objects.exists()
    monkeypatch.setattr(queries, "lock_case", lock)
    assert changing.apply_due(at=NEXT_DAY) == 1
    assert {rules_of(case) for case in Case.objects.all()} == {1}
    assert RulesApplied.objects.get().moved == 1


def test_only_cases_in_the_named_states_with_the_decider_are_moved():
    waiting, (at_window, _) = pending(serial=1), world.a_case(serial=2)
    publish(EASIER, running=MOVE | {"states": ["under_review"]})
    assert changing.apply_due(at=NEXT_DAY) == 0
    for case in (waiting, at_window):
        assert rules_of(Case.objects.get(pk=case.pk)) == 0


def test_cases_decided_elsewhere_are_not_ours_to_move():
    case, _ = world.a_case(deciding=world.FUZHOU)
    publish(EASIER, place="220000", running=MOVE)
    assert changing.apply_due(at=NEXT_DAY) == 0
    assert Case.objects.get(pk=case.pk).local_version == case.local_version


def test_a_case_that_would_be_worse_off_keeps_its_rules():
    """Easier than what holds by then, and harder than what held when this one was submitted."""
    case = pending()
    publish(STRICTER)
    put = STRICTER["materials"]["put"]
    publish(
        {"materials": {"put": put, "drop": ["marriage-certificate"]}},
        day=TUESDAY + timedelta(days=1), at=MONDAY, running=MOVE,
    )  # fmt: skip
    assert changing.apply_due(at=NEXT_DAY + timedelta(days=1)) == 0
    assert rules_of(Case.objects.get(pk=case.pk)) == 0
    assert RulesApplied.objects.get().left == 1


def test_a_province_s_and_a_city_s_rules_are_changed_one_by_one():
    number = publish({"consultation": "户政大厅"}, place="220000").published_number
    case = pending_on(NEXT_DAY)
    assert (rules_of(case, "220000"), rules_of(case)) == (number, 0)
    publish(EASIER, day=TUESDAY + timedelta(days=1), at=NEXT_DAY, running=MOVE)
    assert changing.apply_due(at=NEXT_DAY + timedelta(days=1)) == 1
    moved = Case.objects.get(pk=case.pk)
    assert moved.local_version == f"220000:{number} 220200:1"


def pending_on(at):
    filled = world.a_draft()
    drafts.renew_draft(draft_id=filled.draft.pk, account=filled.account, at=at)
    taken = drafts.submit_draft(draft_id=filled.draft.pk, account=filled.account, at=at)
    return world.handed_over(Case.objects.get(pk=taken.number), world.a_clerk(), at=at)


def test_a_national_standard_moves_cases_and_leaves_the_places_rules():
    publish({"consultation": "户政大厅"})
    case = pending_on(NEXT_DAY)
    row = ItemVersion.objects.filter(item=MOVE_TO_SPOUSE).latest("number")
    number, day = row.number + 1, row.from_day + timedelta(days=1)
    kept = [one for one in row.content["materials"] if one["spec"] != "marriage-certificate"]
    content = row.content | {"number": number, "from_day": day.isoformat(), "materials": kept}
    ItemVersion.objects.create(
        item_id=MOVE_TO_SPOUSE, number=number, from_day=day, modes=row.modes,
        department=row.department, content=content, digest="2" * 64, came_from="00", running=MOVE,
    )  # fmt: skip
    from tongban.catalogue import snapshot

    snapshot.look_again()
    assert changing.apply_due(at=datetime.combine(day, time(9), BEIJING)) == 1
    moved = Case.objects.get(pk=case.pk)
    assert (moved.item_version, rules_of(moved)) == (number, 1)


WORSE = [
    (STRICTER, "增加了必交材料：无犯罪记录证明"),
    ({"limits": {"decide": {"days": 15, "kind": "promised", "basis": ""}}}, "作出决定的时限变长"),
    ({"fee": {"is_charged": True, "text": "10元", "basis": "甲规定"}}, "收费增加或改变"),
    ({"conditions": [{"text": "住满一年。", "basis": "甲规定"}]}, "增加了条件：住满一年。"),
    (
        {
            "visits": {
                "RECEIVED_FOR": {"times": 2, "why": "再核对一次", "basis": ""},
                "JOINT": {"times": 0, "why": "", "basis": ""},
            }
        },
        "要多跑1次现场",
    ),
]


@pytest.mark.parametrize(("content", "says"), WORSE)
def test_a_change_that_asks_more_cannot_move_running_cases(content, says):
    manager = managers.a_manager("丙")
    draft = writing.start_draft(
        item=MOVE_TO_SPOUSE, division_code=JILIN_CITY, officer=manager, at=MONDAY
    )
    saved = managers.edited(
        draft, manager, content=content, from_day=TUESDAY, running=MOVE, at=MONDAY
    )
    assert [(one.place, one.sentence) for one in saved.problems] == [("/running", says)]
    kept = managers.edited(
        draft, manager, content=content, from_day=TUESDAY, running={"rule": "keep"}, at=MONDAY
    )
    assert kept.problems == []


@pytest.mark.parametrize(
    ("rule", "places"),
    [
        ({"rule": "move", "states": [], "why": "好"}, ["/running/states"]),
        ({"rule": "move", "states": ["approved"], "why": "好"}, ["/running/states"]),
        ({"rule": "move", "states": ["pending"], "why": " "}, ["/running/why"]),
        ({"rule": "move"}, ["/running/states", "/running/why"]),
    ],
)
def test_a_rule_for_running_cases_says_which_and_why(rule, places):
    assert [one.place for one in running.problems(rule, None, None)] == places


def test_before_it_is_published_one_sees_the_cases_it_touches():
    manager = managers.a_manager("丙")
    draft = writing.start_draft(
        item=MOVE_TO_SPOUSE, division_code=JILIN_CITY, officer=manager, at=MONDAY
    )
    assert running.preview(draft) == []
    pending(serial=1)
    world.a_case(serial=2)
    world.a_case(serial=3)
    world.a_case(deciding=world.FUZHOU, serial=4)
    found = [(one.state, one.label, one.count) for one in running.preview(drafting.draft(draft.pk))]
    assert found == [("submitted", "已提交，等收件", 2), ("pending", "等受理", 1)]
    assert list(running.states()) == ["pending", "under_review"]


class TestAtOnce:
    """Two at the same moment; each race is also run without its lock."""

    pytestmark = pytest.mark.django_db(transaction=True)

    @pytest.fixture(autouse=True)
    def _country(self, country):
        pass

    @pytest.fixture
    def meeting(self, monkeypatch):
        """Both come this far before either writes, unless a lock keeps one of them out."""
        barrier = threading.Barrier(2)
        write = moving.write

        def met(*args, **kwargs):
            with suppress(threading.BrokenBarrierError):
                barrier.wait(timeout=1)
            return write(*args, **kwargs)

        return lambda: monkeypatch.setattr(moving, "write", met)

    def two_workers(self, meeting):
        case = pending()
        publish(EASIER, running=MOVE)
        meeting()
        raised = at_once(
            lambda: changing.apply_due(at=NEXT_DAY), lambda: changing.apply_due(at=NEXT_DAY)
        )
        kinds = Entry.objects.filter(chain=case.number, kind="change_rules")
        return [error for error in raised if error], kinds.count()

    def test_two_workers_move_a_case_once(self, meeting):
        assert self.two_workers(meeting) == ([], 1)
        assert RulesApplied.objects.count() == 1

    def test_without_the_lock_only_the_record_stops_the_second(self, meeting, monkeypatch):
        monkeypatch.setattr(queries, "lock_case", lambda number: Case.objects.get(pk=number))
        raised, written = self.two_workers(meeting)
        assert (raised, written) == ([], 1)
        # The one that came second ran into the record and did not take the change for applied.
        assert not RulesApplied.objects.exclude(moved=1).exists()

    def begin_twice(self):
        account, applicant = world.a_person()
        barrier = threading.Barrier(2)

        def press():
            barrier.wait(timeout=5)
            drafts.start_draft(
                account=account,
                applicant=applicant,
                item=MOVE_TO_SPOUSE,
                mode=Mode.RECEIVED_FOR,
                places=Places(CHAOYANG, CHAOYANG, JILIN_CITY),
                at=MONDAY,
            )

        assert at_once(press, press) == [None, None]
        connection.close()
        return Draft.objects.count()

    @pytest.fixture
    def slow(self, monkeypatch):
        """Whoever has looked for a draft begun lets the other look, too, before he writes."""
        barrier = threading.Barrier(2)
        seal = drafts.sealed_answers

        def met(answers):
            with suppress(threading.BrokenBarrierError):
                barrier.wait(timeout=1)
            return seal(answers)

        monkeypatch.setattr(drafts, "sealed_answers", met)

    def test_two_presses_begin_one_application(self, slow):
        assert self.begin_twice() == 1

    def test_without_the_lock_they_would_begin_two(self, slow, monkeypatch):
        monkeypatch.setattr(drafts, "_lock_account", lambda account: None)
        assert self.begin_twice() == 2
