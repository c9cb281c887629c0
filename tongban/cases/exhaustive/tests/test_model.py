"""Every state of the small scenes, what shows when a guard is missing, and that map and land agree."""

import random
from dataclasses import replace

import pytest

from tongban.cases import standing, states
from tongban.cases.exhaustive import table
from tongban.cases.exhaustive.exploring import TooMany, explore
from tongban.cases.exhaustive.parts import Event, Guard
from tongban.cases.exhaustive.scenes import LONG, SHORT, SHOWS
from tongban.cases.standing import NotInTable, Standing
from tongban.cases.states import Mode, Party
from tongban.cases.tests.test_standing import AUTHORS, an_event
from tongban.record.chains import Author

BY_NAME = {scene.name: scene for scene in LONG}
PARTIES = {Mode.RECEIVED_FOR: ("22", "22", "35"), Mode.ONLINE: ("22", "", "35")}


@pytest.mark.parametrize("scene", SHORT, ids=lambda scene: scene.name)
def test_nothing_goes_wrong_in_any_state_and_everything_can_come_to_rest(scene):
    found = explore(scene)
    assert found.fault == "", found.way
    # A world in which nothing can happen would be right, too.
    assert found.states > 100
    assert found.settled > 1


@pytest.mark.parametrize("guard", Guard, ids=lambda guard: guard.name)
def test_without_any_one_guard_something_goes_wrong(guard):
    scene = BY_NAME[SHOWS[guard]]
    found = explore(replace(scene, without=scene.without | {guard}))
    assert found.fault, f"nobody misses {guard}"
    assert found.way


def test_a_scene_that_is_too_large_is_no_proof():
    with pytest.raises(TooMany):
        explore(SHORT[0], most=50)


@pytest.mark.parametrize("mode", PARTIES)
def test_the_model_s_table_says_what_the_code_s_own_fold_says(mode):
    """Random histories: every move is tried by every node, lawful or not, after each event."""
    chance = random.Random(mode.value)
    agreed = refused = 0
    for _ in range(60):
        before, model, chain = Standing(number="c"), table.Stand(), 0
        for _ in range(12):
            kind = chance.choice(known(mode) if chance.random() < 0.4 else likely(before, mode))
            author = author_of(before, kind)
            tried = an_event(before, kind, author, mode=mode)
            after = table.after(PARTIES[mode], model, Event(chain + 1, author.node, kind, 0))
            try:
                told = standing.apply(before, tried)
            except (NotInTable, KeyError, ValueError):
                assert after is None or not in_scope(kind), (kind, model)
                refused += 1
                continue
            assert after is not None, (kind, before.state, model)
            assert (after.state, after.holder, after.bound_for, set(after.told)) == (
                told.state, told.holder, told.bound_for, set(told.told),
            )  # fmt: skip
            before, model, chain = told, after, chain + 1
            agreed += 1
    assert min(agreed, refused) > 50, (agreed, refused)


def in_scope(kind: str) -> bool:
    """The code refuses more (who signs, how often, joint steps); the model has nothing of that."""
    return kind in {"submit", "submit_online", "receive", "hand_over", "accept", states.ARRIVE}


def known(mode: Mode) -> list[str]:
    """Moves that the model knows: those whose author is their party, in their own modes."""
    alone = {states.WITHDRAW, states.DEEM_ACCEPTED, states.CORRECT_DECISION}
    moves = [move for move in states.MOVES if move not in alone and states.only_in(mode, move)]
    return [*(move.name for move in moves), states.ARRIVE]


def likely(before: Standing, mode: Mode) -> list[str]:
    """What can follow, so that histories get anywhere."""
    if before.holder == Party.CHANNEL:
        return [states.ARRIVE]
    moves = (states.BY_NAME[name] for name in known(mode)[:-1])
    return [one.name for one in moves if before.state in one.sources] or known(mode)


def author_of(before: Standing, kind: str) -> Author:
    if kind == states.ARRIVE:
        return Author(before.holder_node or "22", "system")
    return AUTHORS[Party(states.BY_NAME[kind].by)]
