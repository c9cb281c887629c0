"""Where a case of the model stands after its events: the table of moves and the channel, no more."""

from functools import lru_cache
from typing import NamedTuple

from tongban.cases import states
from tongban.cases.exhaustive.parts import Chain, Event, Scene
from tongban.cases.states import Party, State


class Stand(NamedTuple):
    """State, holder, for whom it travels, and which nodes have been told."""

    state: State = State.DRAFT
    holder: Party = Party.APPLICANT
    bound_for: str = ""
    told: frozenset[str] = frozenset()


def node_of(parties: tuple[str, str, str], party: str) -> str:
    """The node at which a party acts; empty for the channel and for nobody."""
    order = (Party.APPLICANT, Party.RECEIVER, Party.DECIDER)
    return parties[order.index(Party(party))] if party in order else ""


def holder_node(parties: tuple[str, str, str], stand: Stand) -> str:
    """The node that may move the case now."""
    return node_of(parties, stand.bound_for if stand.holder is Party.CHANNEL else stand.holder)


@lru_cache(maxsize=1 << 18)
def stand_of(parties: tuple[str, str, str], chain: Chain) -> Stand | None:
    """Where a case stands; None when the table of moves does not allow what is in the chain."""
    if not chain:
        return Stand()
    before = stand_of(parties, chain[:-1])
    return after(parties, before, chain[-1]) if before is not None else None


def after(parties: tuple[str, str, str], before: Stand, event: Event) -> Stand | None:
    """Where a case stands after one more event, or None when it is not allowed to its author."""
    if event.kind == states.ARRIVE:
        if before.holder is not Party.CHANNEL or holder_node(parties, before) != event.node:
            return None
        holder = Party(before.bound_for)
        return before._replace(
            holder=holder, bound_for="", state=states.after_arrival(before.state)
        )
    move = states.BY_NAME[event.kind]
    if before.state not in move.sources or before.holder is not move.held_by:
        return None
    if event.node != node_of(parties, move.by):
        return None
    return _passed(parties, before, move, event.node)


def _passed(parties: tuple[str, str, str], before: Stand, move: states.Move, author: str) -> Stand:
    told = before.told
    if not told:  # whoever submits is told with the window
        told = frozenset(code for code in parties[:2] if code)
    if move.to is Party.NOBODY:
        return Stand(move.target, Party.NOBODY, "", told)
    there = node_of(parties, move.to)
    told |= {there}
    if there == author:
        return Stand(states.after_arrival(move.target), move.to, before.bound_for, told)
    return Stand(move.target, Party.CHANNEL, move.to, told)


def possible(scene: Scene, code: str, chain: Chain, *, anybody: bool) -> list[str]:
    """The moves that a node may make; with `anybody` also when it does not hold the case."""
    stand = stand_of(scene.parties, chain)
    if stand is None:
        return []
    found = []
    for name in scene.moves:
        move = states.BY_NAME[name]
        is_its = node_of(scene.parties, move.by) == code
        holds = stand.holder is move.held_by and is_its
        if stand.state in move.sources and (holds or (anybody and chain)):
            found.append(name)
    return found
