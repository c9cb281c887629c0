"""The table of moves and the limits, without a database: every state, every move, every author."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tongban.basics.tests.each import of_all
from tongban.delivery import rules, standing, states
from tongban.delivery.choices import CHOOSE, SHARE
from tongban.delivery.choices import apply as choose
from tongban.delivery.standing import End
from tongban.delivery.states import Party, State
from tongban.exchange.shared_chains import NotInTable
from tongban.record import chains
from tongban.record.chains import Author, Head
from tongban.trust import signing

MONDAY = datetime(2026, 11, 16, 1, 12, tzinfo=UTC)
KEY = signing.signer_from_pem(signing.new_key())
WINDOW, DECIDER = End("22", "220104", "W" * 18), End("35", "350100", "D" * 18)
HOME = End("22", "220104")
AUTHORS = {
    "sender": Author("22", "sender", "220104", WINDOW.authority, "a"),
    "recipient": Author("35", "recipient", "350100", DECIDER.authority, "b"),
    "courier": Author("35", "courier"),
}
SHEET = {"key": "s1", "case": "1", "spec": "", "is_original": True, "count": 2, "origin": ""}


def event(kind, author, *, content=None, sealed="", after=None, at=MONDAY):
    return chains.make(
        after, chain="p22-1", kind=kind, author=author, at=at, content=content or {},
        signer=KEY, sealed=sealed,
    )  # fmt: skip


def pack(*, sender=WINDOW, recipient=DECIDER, sheets=(SHEET,), author=AUTHORS["sender"]):
    ends = [
        {"node": end.node, "place": end.place, "authority": end.authority}
        for end in (sender, recipient)
    ]
    content = {"purpose": "papers", "from": ends[0], "to": ends[1], "sheets": list(sheets)}
    return standing.apply(None, event(states.PACK, author, content=content, sealed="f" * 64))


def at(state):
    return replace(pack(), state=state.value, courier="c", waybill="1")


def author_for(move, state):
    if move.by is Party.COURIER:
        node = "22" if states.pen_is_with_sender(state) else "35"
        return replace(AUTHORS["courier"], node=node)
    return AUTHORS[move.by.value]


CONTENT = {
    "hand_over": {"courier": "c", "waybill": "1"},
    "receive": {"sheets": {"s1": "ok"}},
}


@of_all("state", State)
@of_all("move", states.MOVES, called=lambda move: move.name)
def test_a_move_goes_from_its_states_only(move, state):
    before = at(state)
    made = event(
        move.name, author_for(move, state), content=CONTENT.get(move.name), sealed="a" * 64,
        after=Head(before.head_seq, before.head_hash),
    )  # fmt: skip
    if state not in move.sources or move is states.SIGNED_FOR:
        with pytest.raises(NotInTable):
            standing.apply(before, made)
    else:
        assert standing.apply(before, made).state == move.target


@pytest.mark.parametrize("move", states.MOVES, ids=lambda move: move.name)
def test_nobody_but_the_node_with_the_pen_writes_and_nobody_but_the_end_signs(move):
    state = min(move.sources)
    right = author_for(move, State(state))
    wrong = [replace(right, node="37"), replace(right, node="22" if right.node == "35" else "35")]
    if move.by is not Party.COURIER:
        wrong += [replace(right, authority="X" * 18), replace(right, role="courier")]
    for author in wrong:
        made = event(move.name, author, content=CONTENT.get(move.name), sealed="a" * 64)
        with pytest.raises(NotInTable):
            standing.apply(at(State(state)), made)


def test_only_an_applicant_is_signed_for_by_the_courier():
    home = pack(sender=DECIDER, recipient=HOME, author=replace(
        AUTHORS["sender"], node="35", authority=DECIDER.authority))  # fmt: skip
    arrived = replace(home, state=State.ARRIVED.value)
    after = standing.apply(arrived, event("signed_for", Author("22", "courier")))
    assert after.state == State.RECEIVED
    assert after.sheets[0].outcome == "", "a receipt at the door says nothing of what is inside"


@pytest.mark.parametrize(
    "wrong",
    [
        {"sheets": ()},
        {"sheets": (SHEET, SHEET)},
        {"sheets": ({**SHEET, "count": 0},)},
        {"sheets": ({**SHEET, "count": True},)},
        {"recipient": WINDOW},
        {"sender": HOME, "recipient": HOME},
        {"recipient": HOME, "sheets": (SHEET, {**SHEET, "key": "s2", "case": "2"})},
        {"author": AUTHORS["recipient"]},
    ],
    ids=["empty", "one key twice", "no sheet", "a truth for a number", "to itself",
         "between applicants", "somebody else's case", "packed by another"],
)  # fmt: skip
def test_a_parcel_that_is_none_is_refused(wrong):
    with pytest.raises(NotInTable):
        pack(**wrong)


@pytest.mark.parametrize("seen", [{}, {"s2": "ok"}, {"s1": "ok", "s2": "ok"}])
def test_every_sheet_is_ticked_and_no_other(seen):
    made = event("receive", AUTHORS["recipient"], content={"sheets": seen})
    with pytest.raises(NotInTable):
        standing.apply(at(State.ARRIVED), made)


@pytest.mark.parametrize("name", sorted(states.WANTS_REASON))
def test_bad_news_wants_a_reason(name):
    move = states.BY_NAME[name]
    state = State(min(move.sources))
    with pytest.raises(NotInTable):
        standing.apply(at(state), event(name, author_for(move, state)))


def test_scans_on_the_road_give_a_parcel_no_more_time():
    first = standing.apply(at(State.HANDED_OVER), event("travel", AUTHORS["courier"]))
    later = event("travel", AUTHORS["courier"], at=MONDAY + timedelta(days=3))
    assert standing.apply(first, later).due_on == first.due_on == date(2026, 11, 23)


def test_limits_count_working_days_and_lights_follow_them():
    friday = datetime(2026, 11, 20, 3, tzinfo=UTC)
    due = rules.due_on(State.PACKED, friday)
    assert due == date(2026, 11, 24)
    kinds = [rules.light(State.PACKED, due, due + timedelta(days=n)).kind for n in (-4, -1, 0, 1)]
    assert kinds == ["ok", "warn", "warn", "bad"]
    assert rules.light(State.LOST, None, due).kind == "bad"
    assert rules.light(State.RECEIVED, None, due).kind == "ok"
    assert rules.light(State.RECEIVED, None, due, is_whole=False).kind == "bad"
    assert rules.due_on(State.RECEIVED, friday) is None


def test_only_the_applicants_node_writes_a_choice_and_its_nodes_only_grow():
    said = {"case": "1", "way": "window", "place": "220104", "nodes": ["22"]}
    first = choose(None, event(CHOOSE, Author("22", "applicant"), content=said))
    assert (first.nodes, first.way) == (("22",), "window")
    shared = choose(first, event(SHARE, Author("22", "system"), content={"nodes": ["35"]}))
    assert shared.nodes == ("22", "35")
    again = choose(shared, event(CHOOSE, Author("22", "applicant"), content=said))
    assert again.nodes == ("22", "35")
    post = {**said, "way": "post"}
    for wrong in (
        event(CHOOSE, Author("35", "applicant"), content=said),
        event(CHOOSE, Author("22", "decider"), content=said),
        event(CHOOSE, Author("22", "applicant"), content={**said, "case": "2"}),
        event(CHOOSE, Author("22", "applicant"), content=post),
    ):
        with pytest.raises(NotInTable):
            choose(shared, wrong)
