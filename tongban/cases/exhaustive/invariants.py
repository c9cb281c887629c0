"""What must hold in every state, and what a state is like in which everything has come to rest."""

from collections.abc import Callable

from tongban.cases.exhaustive import table
from tongban.cases.exhaustive.parts import (
    DELIVERED,
    EVENTS,
    OWED,
    SENT,
    Chain,
    Message,
    Node,
    Scene,
    World,
)
from tongban.cases.states import Party

Invariant = Callable[[Scene, World], bool]


def lawful(scene: Scene, world: World) -> bool:
    """Every chain is one that the table of moves allows, without a hole."""
    return all(
        table.stand_of(scene.parties, chain) is not None
        and all(event.seq == place for place, event in enumerate(chain, start=1))
        for node in world.nodes
        for chain in node.chains
    )


def one_holder(scene: Scene, world: World) -> bool:
    """At most one node may move a case, as long as none was set back to an older day."""
    if _was_restored(world):
        return True
    return all(
        sum(_holds(scene, code, node.chains[case]) for code, node in _each(scene, world)) <= 1
        for case in range(scene.cases)
    )


def no_fork(scene: Scene, world: World) -> bool:
    """Of two chains of a case one is the beginning of the other, unless a node was set back."""
    if _was_restored(world):
        return True
    return all(
        _agree(one.chains[case], other.chains[case])
        for case in range(scene.cases)
        for one in world.nodes
        for other in world.nodes
    )


def one_effect(scene: Scene, world: World) -> bool:
    """No message has its effect twice, however often it comes."""
    del scene
    return not any(node.twice for node in world.nodes)


def confirmed_is_kept(scene: Scene, world: World) -> bool:
    """What a node has confirmed it has, unless it was set back since."""
    there = dict(_each(scene, world))
    return all(
        _has(there[message.recipient], message)
        for node in world.nodes
        for message, state in node.outbox
        if state == DELIVERED and not there[message.recipient].life
    )


def nothing_between(scene: Scene, world: World) -> bool:
    """What was sent lies in the mailbox or was taken in, unless the broker forgot it."""
    if world.budget.losses < scene.budget.losses:
        return True
    boxed = {message for message, _ in world.mailbox}
    there = dict(_each(scene, world))
    return all(
        message in boxed
        or message in there[message.recipient].received
        or message in there[message.recipient].waiting
        or bool(there[message.recipient].life)
        for node in world.nodes
        for message, state in node.outbox
        if state == SENT
    )


def written_is_owed(scene: Scene, world: World) -> bool:
    """Whatever a node wrote into a case, it owes or owed to every other node that takes part."""
    for code, node in _each(scene, world):
        told = {
            (message.recipient, message.case, event)
            for message, _ in node.outbox
            for event in message.events
        }
        for case, chain in enumerate(node.chains):
            for length, event in enumerate(chain, start=1):
                stand = table.stand_of(scene.parties, chain[:length])
                if event.node != code or event.life != node.life or stand is None:
                    continue
                if any((other, case, event) not in told for other in stand.told - {code}):
                    return False
    return True


def no_silent_fork(scene: Scene, world: World) -> bool:
    """A message with another history is never taken for the one we have: it is reported."""
    del scene
    return all(
        _agree(node.chains[message.case], (*message.before, *message.events))
        or message.case in node.contradictions
        for node in world.nodes
        for message in node.received
        if message.type == EVENTS and not node.life
    )


INVARIANTS: dict[str, Invariant] = {
    "lawful": lawful,
    "one holder": one_holder,
    "no fork": no_fork,
    "one effect": one_effect,
    "confirmed is kept": confirmed_is_kept,
    "nothing between": nothing_between,
    "written is owed": written_is_owed,
    "no silent fork": no_silent_fork,
}


def settled(scene: Scene, world: World) -> bool:
    """Everything is delivered: all nodes of a case have the same chain, or the fork is reported."""
    if world.mailbox:
        return False
    for node in world.nodes:
        if node.waiting and not all(one.case in node.contradictions for one in node.waiting):
            return False
        if any(state == OWED for _, state in node.outbox):
            return False
    return all(_same(scene, world, case) for case in range(scene.cases))


def reported(scene: Scene, world: World) -> bool:
    """Every case has two histories, and a node says so."""
    found = frozenset[int]().union(*(node.contradictions for node in world.nodes))
    return len(found) == scene.cases


def _same(scene: Scene, world: World, case: int) -> bool:
    if any(case in node.contradictions for node in world.nodes):
        return True
    longest = max((node.chains[case] for node in world.nodes), key=len)
    stand = table.stand_of(scene.parties, longest)
    told = stand.told if stand else frozenset()
    return all(node.chains[case] == longest for code, node in _each(scene, world) if code in told)


def _each(scene: Scene, world: World) -> list[tuple[str, Node]]:
    return list(zip(scene.codes, world.nodes, strict=True))


def _was_restored(world: World) -> bool:
    return any(node.life for node in world.nodes)


def _holds(scene: Scene, code: str, chain: Chain) -> bool:
    stand = table.stand_of(scene.parties, chain)
    if not chain or stand is None or stand.holder in {Party.CHANNEL, Party.NOBODY}:
        return False
    return table.holder_node(scene.parties, stand) == code


def _agree(one: Chain, other: Chain) -> bool:
    return one[: len(other)] == other[: len(one)]


def _has(node: Node, message: Message) -> bool:
    told = (*message.before, *message.events)
    return node.chains[message.case][: len(told)] == told
