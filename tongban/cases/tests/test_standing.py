"""The fold and the table of moves: every state × move × role × place."""

import itertools
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.basics.tests.each import of_all
from tongban.cases import judging, standing, states
from tongban.cases.standing import NotInTable, Standing
from tongban.cases.states import MOVES, Mode, Move, Party, State
from tongban.record import chains
from tongban.record.chains import Author, Event, FileRef
from tongban.trust import signing

SIGNER = signing.signer_from_pem(signing.new_key())
MONDAY = datetime(2026, 11, 16, 1, 12, tzinfo=UTC)
NUMBER = "22010420261116000427L"
WINDOW, BUREAU, OTHER = "W" * 18, "B" * 18, "X" * 18
PAPER = FileRef("a" * 64, 3, "image/png")

AUTHORS = {
    Party.APPLICANT: Author("22", "applicant"),
    Party.RECEIVER: Author("22", "receiver", "220104", WINDOW, "clerk"),
    Party.DECIDER: Author("35", "decider", "350100", BUREAU, "officer"),
}

# A way to every state, by the moves alone.
WAYS: dict[tuple[Mode, State], list[Move]] = {
    (Mode.RECEIVED_FOR, State.SUBMITTED): [states.SUBMIT],
    (Mode.RECEIVED_FOR, State.RECEIVED): [states.SUBMIT, states.RECEIVE],
    (Mode.RECEIVED_FOR, State.RETURNED): [states.SUBMIT, states.RETURN_FOR_FORM],
    (Mode.RECEIVED_FOR, State.PENDING): [states.SUBMIT, states.RECEIVE, states.HAND_OVER],
    (Mode.ONLINE, State.PENDING): [states.SUBMIT_ONLINE],
}
for _mode in Mode:
    _has_window = states.COMPOSITIONS[_mode].window
    _way = WAYS[Mode.RECEIVED_FOR if _has_window else Mode.ONLINE, State.PENDING]
    WAYS[_mode, State.PENDING] = _way
    _review = [*_way, states.ACCEPT]
    if _mode is Mode.JOINT:
        # What the partners do comes before the decision.
        _review += [states.BEGIN_JOINT, states.END_JOINT]
    _deliver = states.DELIVER_TO_WINDOW if _has_window else states.DELIVER_ONLINE
    _close = states.CLOSE_AT_WINDOW if _has_window else states.CLOSE_ONLINE
    _issued = [*_review, states.APPROVE, states.ISSUE_RESULT]
    _closed = [*_issued, _deliver, _close]
    WAYS |= {
        (_mode, State.NOT_ACCEPTED): [*_way, states.REFUSE_ACCEPTANCE],
        (_mode, State.CORRECTION): [*_way, states.ASK_CORRECTION],
        (_mode, State.LAPSED): [*_way, states.ASK_CORRECTION, states.LAPSE_CORRECTION],
        (_mode, State.UNDER_REVIEW): _review,
        (_mode, State.SPECIAL): [*_review, states.BEGIN_SPECIAL],
        (_mode, State.SUSPENDED): [*_review, states.SUSPEND],
        (_mode, State.PROPOSED): [*_review, states.PROPOSE],
        (_mode, State.APPROVED): [*_review, states.APPROVE],
        (_mode, State.DENIED): [*_review, states.DENY],
        (_mode, State.RESULT_ISSUED): _issued,
        (_mode, State.IN_DELIVERY): [*_issued, _deliver],
        (_mode, State.CLOSED): _closed,
        (_mode, State.REOPENED): [*_closed, states.REOPEN],
        (_mode, State.WITHDRAWN): [*_way, states.WITHDRAW],
        (_mode, State.TERMINATED): [*_review, states.TERMINATE],
    }
WAYS[Mode.JOINT, State.JOINT] = [*WAYS[Mode.JOINT, State.UNDER_REVIEW], states.BEGIN_JOINT]
WAYS[Mode.PRECHECK_MAIL, State.ORIGINALS] = [
    *WAYS[Mode.PRECHECK_MAIL, State.PENDING],
    states.ASK_ORIGINALS,
]
# What the deciding node writes by itself.
BY_ITSELF = {states.DEEM_ACCEPTED, states.DELIVER_BY_POST, states.POST_FAILED}
PARCEL: dict[str, object] = {"parcel": "p35-00"}
# What the notices of moves say, as the judge wants them.
SIGNED: dict[str, object] = {"countersigned_by": "leader"}
RESULT: dict[str, object] = {"result": {"digest": "b" * 64, "title": "准予", "number": "1号"}}
SAID: dict[str, dict[str, object]] = {
    # A last day that is past already, so that it can lapse.
    "ask_correction": {"answer_by": "2026-11-13", **SIGNED},
    "give_more_time": {"answer_by": "2026-12-01", **SIGNED},
    "begin_special": {"kind": "hearing", "days": 20, "until": "2026-12-14"},
    "extend": {"days": 10, **SIGNED},
    "correct_decision": SIGNED,
    "reopen": SIGNED,
    "propose": {"decision": "approve"},
    "end_joint": {"outcome": "done"},
    "issue_result": RESULT,
    "reissue_result": RESULT,
    "deliver_by_post": PARCEL,
    "post_failed": {**PARCEL, "fate": "lost"},
    "close_by_post": PARCEL,
    "return_result": {"fate": "lost"},
}


def an_event(
    before: Standing, kind: str, author: Author, *, mode: Mode, at: datetime = MONDAY
) -> Event:
    content = dict(SAID.get(kind, {}))
    files: list[FileRef] = []
    if kind in {"submit", "submit_online"}:
        by_window = states.COMPOSITIONS[mode].window
        content = {
            "particulars": True,
            "item": "2020-2-06",
            "version": 1,
            "mode": mode.value,
            "applicant_kind": "person",
            "places": {
                "applicant": "220104",
                "receiving": "220104" if by_window else "",
                "deciding": "350100",
                "evaluating": "220104",
            },
            "nodes": {"applicant": "22", "receiver": "22" if by_window else "", "decider": "35"},
            "authorities": {"receiver": WINDOW if by_window else "", "decider": BUREAU},
            "limits": {"receive": 1, "accept": 5, "decide": 10},
            "materials": [
                {"spec": "home", "name": "住所证明", "digest": PAPER.digest, "grade": "C"}
            ],
        }
        files = [PAPER]
    return chains.make(
        chains.Head(before.head_seq, before.head_hash) if before.head_seq else None,
        chain=NUMBER,
        kind=kind,
        author=author,
        at=at,
        content=content,
        sealed="c" * 64 if kind == "return_result" else "",
        files=files,
        signer=SIGNER,
    )


def holder_author(before: Standing, move: Move) -> Author:
    """Who may make this move: for a withdrawal whoever's node holds the case."""
    if move is states.WITHDRAW:
        return replace(AUTHORS[Party.APPLICANT], node=before.holder_node)
    if move in judging.LAPSES:
        return Author(AUTHORS[Party.APPLICANT].node, "system")
    if move in BY_ITSELF:
        return Author(AUTHORS[Party.DECIDER].node, "system")
    if before.proposal and move.by is Party.DECIDER:
        return replace(AUTHORS[Party.DECIDER], officer="second")
    return AUTHORS[move.by]


def arrived(before: Standing, *, mode: Mode, at: datetime = MONDAY) -> Standing:
    if before.holder != Party.CHANNEL:
        return before
    author = Author(before.holder_node, "system")
    return standing.apply(before, an_event(before, "arrive", author, mode=mode, at=at))


def a_case(mode: Mode, way: list[Move]) -> Standing:
    case = Standing(number=NUMBER)
    for move in way:
        event = an_event(case, move.name, holder_author(case, move), mode=mode)
        case = arrived(standing.apply(case, event), mode=mode)
    return case


STANDINGS = [(mode, way) for (mode, _state), way in WAYS.items()]


def _called(standing: tuple[Mode, list[Move]]) -> str:
    mode, way = standing
    return f"{mode.value}: {', '.join(move.name for move in way)}"


@pytest.mark.parametrize("state", [s for s in State if s not in {State.DRAFT, State.HANDED_OVER}])
def test_every_state_is_reached_by_moves_alone(state):
    reached = [a_case(mode, way).state for (mode, target), way in WAYS.items() if target is state]

    assert set(reached) == {state}


@of_all(("mode", "way"), STANDINGS, called=_called)
def test_only_what_the_table_allows_happens(mode, way):
    case = a_case(mode, way)
    places = ("right node", "other node", "other authority")
    for move, role, place in itertools.product(MOVES, AUTHORS, places):
        try_move(case, move, mode=mode, role=role, place=place)


def try_move(case: Standing, move: Move, *, mode: Mode, role: Party, place: str) -> None:
    author = AUTHORS[role]
    if case.proposal and role is Party.DECIDER:
        author = replace(author, officer="second")
    if place == "other node":
        author = replace(author, node="44")
    if place == "other authority":
        author = replace(author, authority=OTHER)
    event = an_event(case, move.name, author, mode=mode)

    if is_allowed(case, move, author, mode=mode, role=role):
        after = arrived(standing.apply(case, event), mode=mode)
        assert after.state == states.after_arrival(states.target_of(move, case.decision))
        assert after.holder == move.to
    else:
        with pytest.raises(NotInTable):
            standing.apply(case, event)


def is_allowed(case: Standing, move: Move, author: Author, *, mode: Mode, role: Party) -> bool:
    """Said once more in other words than the code's, from the issue's: state, move, role, place."""
    right_state = State(case.state) in move.sources
    right_node = author.node == (case.holder_node or {"reopen": "35"}.get(move.name))
    if move is states.WITHDRAW:
        return right_state and right_node
    right_place = role is Party.APPLICANT or author.authority in {WINDOW, BUREAU}
    right_role = case.holder == move.by == role
    if move is states.REOPEN:
        right_role = role is Party.DECIDER and case.holder == Party.NOBODY
    if move in {*BY_ITSELF, states.CLOSE_BY_POST, *judging.LAPSES}:
        return False  # nobody's act: only a node itself writes it
    if case.proposal and move is states.DENY:
        return False  # what was proposed here is to approve
    return right_state and right_node and right_place and right_role and states.only_in(mode, move)


@of_all("move", MOVES, called=lambda move: move.name)
def test_nobody_moves_a_case_that_is_between_two_nodes(move):
    case = a_case(Mode.RECEIVED_FOR, [states.SUBMIT, states.RECEIVE])
    sent = standing.apply(
        case, an_event(case, "hand_over", AUTHORS[Party.RECEIVER], mode=Mode.RECEIVED_FOR)
    )

    assert (sent.state, sent.holder, sent.bound_for) == ("handed_over", "channel", "decider")
    for author in AUTHORS.values():
        event = an_event(sent, move.name, author, mode=Mode.RECEIVED_FOR)
        if move is states.WITHDRAW and author.node == "35":
            assert standing.apply(sent, event).state == State.WITHDRAWN
        else:
            with pytest.raises(NotInTable):
                standing.apply(sent, event)


def test_only_the_node_it_is_bound_for_says_that_a_case_has_arrived():
    case = a_case(Mode.RECEIVED_FOR, [states.SUBMIT, states.RECEIVE])
    sent = standing.apply(
        case, an_event(case, "hand_over", AUTHORS[Party.RECEIVER], mode=Mode.RECEIVED_FOR)
    )

    with pytest.raises(NotInTable):
        standing.apply(
            sent, an_event(sent, "arrive", Author("22", "system"), mode=Mode.RECEIVED_FOR)
        )
    there = standing.apply(
        sent, an_event(sent, "arrive", Author("35", "system"), mode=Mode.RECEIVED_FOR)
    )
    assert (there.state, there.holder, there.bound_for) == ("pending", "decider", "")
    with pytest.raises(NotInTable):
        standing.apply(
            there, an_event(there, "arrive", Author("35", "system"), mode=Mode.RECEIVED_FOR)
        )


def test_the_deciding_node_is_told_of_a_case_only_when_it_is_handed_over():
    case = a_case(Mode.RECEIVED_FOR, [states.SUBMIT, states.RECEIVE])
    assert case.told == ["22"]
    assert a_case(Mode.RECEIVED_FOR, WAYS[Mode.RECEIVED_FOR, State.PENDING]).told == ["22", "35"]


def test_the_window_has_one_working_day_from_the_day_after_submission():
    friday = datetime(2026, 11, 20, 12, tzinfo=UTC)
    case = Standing(number=NUMBER)
    event = an_event(case, "submit", AUTHORS[Party.APPLICANT], mode=Mode.RECEIVED_FOR, at=friday)

    assert standing.apply(case, event).due_on == date(2026, 11, 23)


def test_the_acceptance_clock_stands_while_the_applicant_corrects(monkeypatch):
    """Five days from arrival; two used before the correction, so three are left after it."""
    monkeypatch.setitem(SAID, "ask_correction", SIGNED)
    case = a_case(Mode.ONLINE, [states.SUBMIT_ONLINE])
    assert case.due_on == date(2026, 11, 23)

    wednesday = MONDAY + timedelta(days=2)
    asked = standing.apply(
        case,
        an_event(case, "ask_correction", AUTHORS[Party.DECIDER], mode=Mode.ONLINE, at=wednesday),
    )
    asked = arrived(asked, mode=Mode.ONLINE, at=wednesday)
    # Their own time runs now: ten working days, where the notice does not name a day.
    assert (asked.due_on, asked.holder) == (date(2026, 12, 2), Party.APPLICANT)

    thursday_next_week = MONDAY + timedelta(days=10)
    answered = standing.apply(
        asked,
        an_event(
            asked,
            "answer_correction",
            AUTHORS[Party.APPLICANT],
            mode=Mode.ONLINE,
            at=thursday_next_week,
        ),
    )
    answered = arrived(answered, mode=Mode.ONLINE, at=thursday_next_week)
    assert answered.due_on == date(2026, 12, 1)


def test_a_moment_after_midnight_in_beijing_counts_as_the_new_day():
    just_after_midnight = datetime(2026, 11, 16, 16, 30, tzinfo=UTC)  # Tuesday 0:30 in Beijing
    case = Standing(number=NUMBER)
    event = an_event(
        case, "submit", AUTHORS[Party.APPLICANT], mode=Mode.RECEIVED_FOR, at=just_after_midnight
    )

    assert standing.apply(case, event).due_on == date(2026, 11, 18)


@settings(deadline=None)  # signing takes its time on a busy machine
@given(st.lists(st.sampled_from(MOVES), max_size=12), st.sampled_from(list(Mode)))
def test_whatever_is_tried_a_case_has_one_holder_and_its_fold_is_the_same(tried, mode):
    """Random attempts: refused ones change nothing, the others leave exactly one holder."""
    case, events = Standing(number=NUMBER), []
    for move in tried:
        event = an_event(case, move.name, holder_author(case, move), mode=mode)
        try:
            after = standing.apply(case, event)
        except NotInTable:
            continue
        events.append(event)
        if after.holder == Party.CHANNEL:
            arrival = an_event(after, "arrive", Author(after.holder_node, "system"), mode=mode)
            after = standing.apply(after, arrival)
            events.append(arrival)
        case = after
        assert case.holder != Party.CHANNEL
        assert (case.holder == Party.NOBODY) == (State(case.state) in states.ENDED)
    if events:
        assert standing.fold(events) == case


@of_all(("mode", "way"), STANDINGS, called=_called)
def test_a_standing_that_takes_another_event_stays_as_it_was(mode, way):
    case = a_case(mode, way)
    for move in MOVES:
        event, before = (
            an_event(case, move.name, holder_author(case, move), mode=mode),
            deepcopy(case),
        )
        with suppress(NotInTable):
            standing.apply(case, event)
        assert case == before
