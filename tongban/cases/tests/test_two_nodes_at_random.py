"""A case between two nodes under random moves, delays, repetitions and reorderings.

Both nodes run the very code of operations and inbox, each on tables and a key of its own; only the
wire is ours: it holds back, repeats and reorders. Whatever happens, one node holds the case, nothing
happens that the table of moves does not have, and once everything is delivered both have the same
chain, the same rows and the same clocks.
"""

import random
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.apps import apps
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tongban.basics.tests.examples import examples
from tongban.cases import clocks_of_cases, handlers, queries, standing, states
from tongban.cases.clocks import writing
from tongban.cases.models import Case
from tongban.cases.operations import moving, rebuilding
from tongban.cases.standing import NotInTable, Standing
from tongban.cases.states import MOVES, Move, Party, State
from tongban.cases.tests import world
from tongban.cases.tests.world import FUZHOU, MONDAY
from tongban.exchange.envelope import Envelope
from tongban.exchange.tests.two_nodes import Country, country
from tongban.record import queries as recorded
from tongban.record.chains import Author

NODES = ("22", "35")
GAPS = [timedelta(minutes=1), timedelta(hours=5), timedelta(days=1), timedelta(days=4)]
# What begins every example is not tried again in it.
BEGINNINGS = {states.SUBMIT, states.SUBMIT_ONLINE}
RARE = {
    states.RETURN_FOR_FORM, states.WITHDRAW, states.TERMINATE, states.REFUSE_ACCEPTANCE,
    states.DEEM_ACCEPTED,
}  # fmt: skip
TRIED = [move for move in MOVES if move not in BEGINNINGS]
RESULT = {"digest": "b" * 64, "title": "示例", "number": "1"}
SIGNED: dict[str, object] = {"countersigned_by": "the leader"}
SAID: dict[str, dict[str, object]] = {
    "ask_correction": {"answer_by": "2026-11-30", **SIGNED},
    "begin_special": {"kind": "testing", "days": 5, "until": "2026-11-30"},
    "extend": {"days": 10, **SIGNED},
    "correct_decision": SIGNED,
    "reopen": SIGNED,
    "propose": {"decision": "deny"},
    "end_joint": {"outcome": "done"},
    "issue_result": {"result": RESULT},
    "reissue_result": {"result": RESULT},
    "deliver_by_post": {"parcel": "p35-00"},
    "post_failed": {"parcel": "p35-00", "fate": "lost"},
    "close_by_post": {"parcel": "p35-00"},
    "return_result": {"fate": "damaged"},
}
# What the deciding node writes by itself.
BY_ITSELF = {
    states.DEEM_ACCEPTED, states.DELIVER_BY_POST, states.POST_FAILED, states.CLOSE_BY_POST,
}  # fmt: skip
TOLD = {"ground": "示例", "basis": "示例", "reason": "示例", "faults": [], "right_organ": "示例"}


class TwoNodes(RuleBasedStateMachine):
    """What may happen, step by step; `post` is what the wire holds."""

    nodes: Country
    serial = 0
    # Over all examples: what was done, what was tried in vain, and how messages fared.
    made: Counter[str]

    @initialize(seed=st.integers(0, 10**6))
    def submitted(self, seed: int) -> None:
        """A case that a window of the first node takes in for the other."""
        self.rng = random.Random(seed)
        self.now = MONDAY
        self.post: list[tuple[str, Envelope]] = []
        type(self).serial += 1
        with self.nodes.at("22"):
            case, _ = world.a_case(deciding=FUZHOU, serial=type(self).serial)
        self.number = case.number
        # Sometimes it has gone on to the other node when we begin to look.
        for move in (states.RECEIVE, states.HAND_OVER)[: 2 * (seed % 4 > 0)]:
            self._try("22", move)

    def here(self, node: str) -> Case | None:
        """The case as a node has it, while the test stands there."""
        return Case.objects.filter(pk=self.number).first()

    def standings(self) -> dict[str, Standing]:
        """Where the case stands on every node that knows of it."""
        found = {}
        for node in NODES:
            with self.nodes.at(node):
                if case := self.here(node):
                    found[node] = case.standing()
        return found

    @rule(node=st.sampled_from(NODES), move=st.sampled_from(TRIED))
    def somebody_tries(self, node: str, move: Move) -> None:
        """Anybody anywhere tries anything: only the holder succeeds, and only by the table."""
        self._try(node, move)

    @rule(choice=st.integers(0, 10**6), times=st.integers(2, 8))
    def the_holder_acts(self, choice: int, times: int) -> None:
        """What the table offers to whoever holds the case; meanwhile the wire carries on."""
        chance = random.Random(choice)
        for _ in range(times):
            able = [
                (node, move)
                for node, held in self.standings().items()
                for move in _able(held, node)
            ]
            if not able and not self.post:
                return
            if not able:
                self._arrives(choice, stays=False)
                continue
            weights = [1 if move in RARE else 12 for _, move in able]
            self._try(*chance.choices(able, weights)[0])

    def _try(self, node: str, move: Move) -> None:
        with self.nodes.at(node):
            case = self.here(node)
            if case is None:
                return
            case = queries.lock_case(self.number)
            before = case.standing()
            try:
                moving.make_move(
                    case, move, by=_author(before, move, node), at=self.now,
                    content=dict(SAID.get(move.name, {})), personal=dict(TOLD),
                )  # fmt: skip
            except NotInTable:
                case.refresh_from_db()
                assert case.standing() == before
                self.made["refused"] += 1
                return
            self.made["moved"] += 1
            self.made[move.name] += 1
            assert State(before.state) in move.sources
            assert node == (before.holder_node or before.decider_node)
        self.post += self.nodes.mail()

    @rule(gap=st.sampled_from(GAPS))
    def time_goes_by(self, gap: timedelta) -> None:
        """Nobody does anything for a while."""
        self.now += gap

    @precondition(lambda self: self.post)
    @rule(choice=st.integers(0, 10**6), stays=st.booleans())
    def something_arrives(self, choice: int, stays: bool) -> None:
        """Any of what is on the wire arrives, perhaps to arrive again."""
        self._arrives(choice, stays=stays)

    def _arrives(self, choice: int, *, stays: bool) -> None:
        place = choice % len(self.post)
        to, envelope = self.post[place] if stays else self.post.pop(place)
        self._deliver(to, envelope)
        # What stays is delivered a second time at some point; the wire must come to an end, though.
        if stays and self.rng.random() < 0.5:
            self.post.pop(place)

    def _deliver(self, to: str, envelope: Envelope) -> None:
        handlers.datetime = wall_clock(self.now)
        try:
            outcome = self.nodes.deliver(to, envelope, at=self.now)
        finally:
            handlers.datetime = datetime
        self.made[outcome.name] += 1
        self.post += self.nodes.mail()

    @invariant()
    def one_node_holds_it_at_most(self) -> None:
        """Two parties never believe at once that it is their turn."""
        if not hasattr(self, "number"):
            return
        held = [
            node
            for node, one in self.standings().items()
            if one.holder not in {Party.CHANNEL, Party.NOBODY} and one.holder_node == node
        ]
        assert len(held) <= 1, held

    def teardown(self) -> None:
        """Everything is delivered at last, in any order; then nothing tells the nodes apart."""
        if not hasattr(self, "number"):
            return
        for _ in range(400):
            if not self.post:
                break
            to, envelope = self.post.pop(self.rng.randrange(len(self.post)))
            self._deliver(to, envelope)
        assert not self.post, "the nodes never come to an end"
        assert self.nodes.parked("22") == self.nodes.parked("35") == []
        self._check_same()

    def _check_same(self) -> None:
        chains, ledgers, rows = [], [], []
        for node in self.standings():
            with self.nodes.at(node):
                events = recorded.events(self.number)
                chains.append([event.hash for event in events])
                told = clocks_of_cases.ledger(self.number, at=self.now)
                assert told is not None
                ledgers.append(writing.ledger(told))
                rows.append(queries.lock_case(self.number).standing())
                assert rebuilding.rebuild(number=self.number) == []
                assert _in_order(standing.fold(events)) == _in_order(rows[-1])
                end = events[-1].at if rows[-1].holder == Party.NOBODY else max(
                    self.now, events[-1].at
                )  # fmt: skip
                assert sum(told.held.values()) == (end - events[0].at).total_seconds()
                assert told.due_on == rows[-1].due_on
        assert all(one == chains[0] for one in chains)
        assert all(one == ledgers[0] for one in ledgers)
        assert all(_in_order(one) == _in_order(rows[0]) for one in rows)


def _able(held: Standing, node: str) -> list[Move]:
    return [
        move
        for move in TRIED
        if State(held.state) in move.sources
        and held.holder == move.held_by
        and node == (held.holder_node or held.decider_node)
        and states.only_in(states.Mode(held.mode), move)
    ]


def _in_order(one: Standing) -> Standing:
    """The order of materials means nothing."""
    return replace(one, papers=tuple(sorted(one.papers, key=lambda paper: paper.spec)))


def _author(held: Standing, move: Move, node: str) -> Author:
    if move in BY_ITSELF:
        return Author(node, "system")
    if move is states.WITHDRAW or move.by is Party.APPLICANT:
        return Author(node, Party.APPLICANT)
    authority = held.receiver_authority if move.by is Party.RECEIVER else held.decider_authority
    place = held.receiving_place if move.by is Party.RECEIVER else held.deciding_place
    second = "second" if held.proposal else "first"
    return Author(node, move.by, place, authority, f"{move.by.value}-{second}")


def wall_clock(moment: datetime) -> type[datetime]:
    """`datetime` for a node on whose wall the clock of the test hangs."""

    class Now(datetime):
        @classmethod
        def now(cls, tz=None):
            return moment

    return Now


@pytest.mark.django_db
def test_whatever_the_wire_does_both_nodes_have_the_same_case(tmp_path):
    """The examples are the same every time; `./run test --long` makes more, which find more."""
    tables = [model._meta.db_table for model in apps.get_app_config("cases").get_models()]
    nodes = country(tmp_path, *NODES, tables=tables, at=MONDAY)
    made: Counter[str] = Counter()
    run_state_machine_as_test(
        type("Machine", (TwoNodes,), {"nodes": nodes, "made": made}),
        settings=settings(
            max_examples=examples(6),
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    # A machine that never got anywhere would agree with itself, too. Other versions of hypothesis
    # choose other examples, so these are well below what it usually does.
    assert made["moved"] > 50, made
    assert made["refused"] > 5, made
    assert made["DUPLICATE"] > 0, made
    assert len(set(made) & set(states.BY_NAME)) > 10, made
