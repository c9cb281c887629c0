"""Writing an event and owing what follows from it, as `moving.write` and `outbox.tell` do."""

from tongban.cases.exhaustive import table
from tongban.cases.exhaustive.parts import EVENTS, OWED, Chain, Event, Message, Node, Scene


def without(
    outbox: frozenset[tuple[Message, str]], message: Message
) -> frozenset[tuple[Message, str]]:
    """An outbox without the row of a message."""
    return frozenset(one for one in outbox if one[0] != message)


def owe(node: Node, message: Message) -> Node:
    """Owe a message; told again it is owed anew."""
    return node._replace(outbox=without(node.outbox, message) | {(message, OWED)})


def with_chain(node: Node, case: int, chain: Chain) -> Node:
    """The node with one chain changed."""
    return node._replace(chains=(*node.chains[:case], chain, *node.chains[case + 1 :]))


def tell(scene: Scene, node: Node, code: str, case: int, event: Event) -> Node:
    """Append an event; owe it to the nodes that know the case, and all of it to those new to it."""
    before = node.chains[case]
    chain = (*before, event)
    node = with_chain(node, case, chain)
    was, now = table.stand_of(scene.parties, before), table.stand_of(scene.parties, chain)
    known = was.told if was else frozenset()
    # Without the guard of the holder an event may stand that the table does not know.
    told = now.told if now else frozenset(scene.codes)
    for other in sorted(told - {code}):
        if other in known:
            node = owe(node, Message(code, other, EVENTS, case, before, (event,)))
        else:
            node = owe(node, Message(code, other, EVENTS, case, (), chain))
    return node
