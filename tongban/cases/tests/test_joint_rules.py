"""What may happen to a joint step, by whom; and the plans that the catalogue ships. No database."""

import json
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.basics.tests.each import of_all
from tongban.cases.joint import standing
from tongban.cases.joint.standing import Side, StepState
from tongban.catalogue import archetypes, reading
from tongban.exchange.shared_chains import NotInTable
from tongban.portal.ways import longest
from tongban.record.chains import Author, Event

MONDAY = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
LEAD, PARTNER, OTHER = "A" * 18, "B" * 18, "C" * 18
AUTHORS = {
    "lead": Author("22", "decider", "220100", LEAD, "lead"),
    "lead's node": Author("22", "system"),
    "partner": Author("35", "partner", "350100", PARTNER, "partner"),
    "partner's node": Author("35", "system"),
    "applicant": Author("44", "applicant"),
    "another office there": Author("35", "partner", "350100", OTHER, "other"),
    "a decider there": Author("35", "decider", "350100", PARTNER, "partner"),
    "the lead as partner": Author("22", "partner", "220100", LEAD, "lead"),
}
LEADS, PARTNERS = {"lead", "lead's node"}, {"partner"}
SYSTEM = {"partner's node"}
# From where, by whom, to where.
TABLE = {
    "arrive": ({StepState.ASKED, StepState.UNDO_ASKED}, SYSTEM),
    "done": ({StepState.ARRIVED}, PARTNERS),
    "refuse": ({StepState.ARRIVED}, PARTNERS),
    "contradict": ({StepState.ARRIVED}, PARTNERS),
    "stop": ({StepState.ASKED, StepState.ARRIVED}, SYSTEM),
    "undo": ({StepState.DONE}, LEADS),
    "undone": ({StepState.UNDO_ARRIVED}, PARTNERS),
}
WAYS = {
    StepState.ASKED: [],
    StepState.ARRIVED: ["arrive"],
    StepState.DONE: ["arrive", "done"],
    StepState.REFUSED: ["arrive", "refuse"],
    StepState.CONTRADICTED: ["arrive", "contradict"],
    StepState.STOPPED: ["stop"],
    StepState.UNDO_ASKED: ["arrive", "done", "undo"],
    StepState.UNDO_ARRIVED: ["arrive", "done", "undo", "arrive"],
    StepState.UNDONE: ["arrive", "done", "undo", "arrive", "undone"],
}
ASKED = {
    "number": "22010420261116000427L",
    "item": "2020-2-06",
    "round": 4,
    "step": {
        "key": "move_out", "name": "迁出登记", "place": "迁出地",
        "days": 5, "undo_days": 3, "has_undo": True,
    },
    "place": "350100",
    "nodes": {"lead": "22", "partner": "35", "applicant": "44"},
    "authorities": {"lead": LEAD, "partner": PARTNER},
}  # fmt: skip


def an_event(kind, author, *, content=None, sealed="s" * 64, at=MONDAY):
    return Event(
        chain="j22-1", seq=1, prev="", kind=kind, author=author, at=at, content=content or {},
        sealed=sealed, files=(), body=b"", hash="", key_id="", signature="",
    )  # fmt: skip


def asked(**step):
    content = ASKED | {"step": ASKED["step"] | step}
    return standing.apply(None, an_event("ask", AUTHORS["lead"], content=content))


def stood(state, **step):
    """A step in a state; only what changes nothing can be contradicted."""
    facts = {"has_undo": False} if state is StepState.CONTRADICTED else {}
    where = asked(**(facts | step))
    for kind in WAYS[state]:
        who = min(TABLE[kind][1])
        where = standing.apply(where, an_event(kind, AUTHORS[who]))
    return where


@of_all(("state", "kind", "who"), product(StepState, TABLE, AUTHORS))
def test_every_state_event_and_author(state, kind, who):
    before = stood(state)
    assert before.state == state
    sources, authors = TABLE[kind]
    event = an_event(kind, AUTHORS[who])
    if state in sources and who in authors and kind != "contradict":
        standing.apply(before, event)
    else:
        with pytest.raises(NotInTable):
            standing.apply(before, event)


@pytest.mark.parametrize("who", sorted(set(AUTHORS) - LEADS))
def test_only_the_lead_asks(who):
    with pytest.raises(NotInTable):
        standing.apply(None, an_event("ask", AUTHORS[who], content=ASKED))


def test_a_step_is_due_so_many_working_days_after_it_arrived():
    assert stood(StepState.ARRIVED).due_on == date(2026, 11, 23)
    assert stood(StepState.DONE).due_on is None
    assert stood(StepState.UNDO_ARRIVED).due_on == date(2026, 11, 19)
    assert stood(StepState.UNDONE).due_on is None


def test_what_changed_nothing_is_not_taken_back():
    before = stood(StepState.DONE, has_undo=False)
    assert before.is_settled
    with pytest.raises(NotInTable):
        standing.apply(before, an_event("undo", AUTHORS["lead"]))


@pytest.mark.parametrize("who", AUTHORS)
def test_a_fact_is_contradicted_by_the_office_that_keeps_it(who):
    before = stood(StepState.ARRIVED, has_undo=False)
    event = an_event("contradict", AUTHORS[who])
    if who in PARTNERS:
        after = standing.apply(before, event)
        assert (after.state, after.holder, after.is_settled) == ("contradicted", "nobody", True)
    else:
        with pytest.raises(NotInTable):
            standing.apply(before, event)


def test_a_contradiction_says_what_the_record_says():
    before = stood(StepState.ARRIVED, has_undo=False)
    with pytest.raises(NotInTable):
        standing.apply(before, an_event("contradict", AUTHORS["partner"], sealed=""))


def test_a_refusal_says_why():
    before = stood(StepState.ARRIVED)
    with pytest.raises(NotInTable):
        standing.apply(before, an_event("refuse", AUTHORS["partner"], sealed=""))


@pytest.mark.parametrize("days", [0, -1, "5", 1.5, None, True])
def test_an_impossible_time_is_refused(days):
    with pytest.raises((ValueError, NotInTable)):
        asked(days=days)


EVENTS = st.tuples(st.sampled_from(sorted(TABLE)), st.sampled_from(sorted(AUTHORS)))


@given(st.lists(EVENTS, max_size=30))
def test_whatever_is_tried_one_side_holds_a_step_and_it_comes_to_an_end(tried):
    where = asked()
    passed = []
    for kind, who in tried:
        try:
            where = standing.apply(where, an_event(kind, AUTHORS[who]))
        except NotInTable:
            continue
        passed.append(kind)
    assert len(passed) <= 5
    in_hand = where.state in {StepState.ARRIVED, StepState.UNDO_ARRIVED}
    assert (where.holder == Side.PARTNER) is in_hand
    assert (where.due_on is not None) is in_hand
    assert (where.settled_at is not None) is (where.is_settled)


# --- the plans that are shipped ---

DATA = Path(archetypes.__file__).parent / "data"
JOINT = ("2020-1-07", "2020-2-06", "2020-2-26", "2020-2-45")


def shipped():
    items = json.loads((DATA / "items.json").read_text("utf-8"))["items"]
    titles = {
        one["key"]: one["short_title"]
        for one in json.loads((DATA / "documents.json").read_text("utf-8"))["documents"]
    }
    own = DATA / "versions" / "2020-2-06.json"
    yield reading.read(json.loads(own.read_text("utf-8")), name="夫妻投靠户口迁移")
    made = archetypes.library(archetypes.texts(DATA))
    for item in items:
        if item["code"] in {*JOINT, "2020-3-03"} - {"2020-2-06"}:
            content = archetypes.content_of(item, made, documents=titles)
            yield reading.read(content, name=item["name"])


PLANS = {version.item: version for version in shipped()}


@pytest.mark.parametrize("code", JOINT)
def test_four_items_can_be_handled_jointly_and_say_that_the_plan_is_ours(code):
    version = PLANS[code]
    assert "JOINT" in version.filed_modes
    assert version.mode("JOINT").basis == ""
    assert all(step.is_default for step in version.joint)
    assert any(step.undo for step in version.joint)
    assert any(step.field for step in version.joint)


@pytest.mark.parametrize("code", [*JOINT, "2020-3-03"])
def test_the_steps_of_a_plan_fit_into_the_time_for_the_decision(code):
    """Their time runs inside the decision's, so a longer row of them could not be kept."""
    version = PLANS[code]
    assert longest(version.joint) <= version.limits.decide_days


@pytest.mark.parametrize("code", [*JOINT, "2020-3-03"])
def test_a_partner_is_asked_for_something_and_shown_what_it_needs(code):
    version = PLANS[code]
    specs = {material.spec for material in version.materials}
    for step in version.joint:
        assert step.asks
        assert step.days
        assert step.answers
        assert specs.issuperset(step.papers)
