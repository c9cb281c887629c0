"""Taking a message in, as `inbox.receive` and the handlers of a case do; one transaction."""

from tongban.cases import states
from tongban.cases.exhaustive import table
from tongban.cases.exhaustive.parts import (
    DELIVERED,
    EVENTS,
    PARKED,
    RECEIPT,
    RESEND,
    Chain,
    Event,
    Guard,
    Message,
    Node,
    Scene,
)
from tongban.cases.exhaustive.writing import owe, tell, with_chain, without
from tongban.cases.states import Party


def take(scene: Scene, node: Node, code: str, message: Message) -> Node:
    """What a node's database holds after it took a message in."""
    if message.type == RECEIPT:
        return _note(node, message)
    if message.type == RESEND:
        return _resend(scene, node, code, message)
    if message in node.parked:
        return owe(node, _receipt(message, "parked"))
    if message in node.received:
        if not scene.has(Guard.ONE_EFFECT):
            node = node._replace(twice=node.twice | {message})
        return owe(node, _receipt(message))
    return _try_waiting(scene, _handle(scene, node, code, message), code)


def asking(node: Node, code: str, message: Message) -> Message:
    """The request for what is missing before a message that waits."""
    missing = len(node.chains[message.case]) + 1
    return Message(code, message.sender, RESEND, message.case, about=(missing,))


def _note(node: Node, message: Message) -> Node:
    """A receipt: what it speaks of is delivered, or known to be set aside."""
    about, *said = message.about
    assert isinstance(about, Message)  # noqa: S101 - what a receipt is about
    state = PARKED if said else DELIVERED
    if not any(one == about for one, _ in node.outbox):
        return node
    return node._replace(outbox=without(node.outbox, about) | {(about, state)})


def _resend(scene: Scene, node: Node, code: str, message: Message) -> Node:
    """Tell a node again what it misses of a case it takes part in."""
    chain = node.chains[message.case]
    from_seq = message.about[0]
    assert isinstance(from_seq, int)  # noqa: S101 - what a request for messages is about
    stand = table.stand_of(scene.parties, chain)
    missing = chain[from_seq - 1 :]
    if stand is None or message.sender not in stand.told or not missing:
        return node
    before = chain[: from_seq - 1]
    return owe(node, Message(code, message.sender, EVENTS, message.case, before, missing))


def _receipt(message: Message, *said: str) -> Message:
    return Message(message.recipient, message.sender, RECEIPT, message.case, about=(message, *said))


def _handle(scene: Scene, node: Node, code: str, message: Message) -> Node:
    """The trace, the effect and the receipt of one message that is new, or why it waits."""
    ours = node.chains[message.case]
    told = (*message.before, *message.events)
    start = len(message.before)
    if ours[: len(told)] != told[: len(ours)] and scene.has(Guard.FORKS_COMPARED):
        return _contradiction(node, message)
    if start > len(ours) and scene.has(Guard.ORDER):
        waits = node._replace(waiting=node.waiting | {message})
        return owe(waits, asking(node, code, message)) if scene.has(Guard.GAPS_ASKED) else waits
    fresh = message.events[max(len(ours) - start, 0) :]
    after = _appended(scene, node, message.case, fresh)
    if after is None:
        return _contradiction(node, message)
    done = after._replace(received=after.received | {message}, waiting=after.waiting - {message})
    done = owe(done, _receipt(message))
    return _arrive(scene, done, code, message.case) if fresh else done


def _contradiction(node: Node, message: Message) -> Node:
    """Set aside for people, with both histories; the sender is told."""
    kept = node._replace(
        contradictions=node.contradictions | {message.case},
        received=node.received | {message},
        parked=node.parked | {message},
        waiting=node.waiting - {message},
    )
    return owe(kept, _receipt(message, "parked"))


def _appended(scene: Scene, node: Node, case: int, fresh: Chain) -> Node | None:
    """The node with events judged and added; None when the table does not allow one of them."""
    chain = node.chains[case]
    for event in fresh:
        chain = (*chain, event)
        if table.stand_of(scene.parties, chain) is None and scene.has(Guard.ORDER):
            return None
    return with_chain(node, case, chain)


def _arrive(scene: Scene, node: Node, code: str, case: int) -> Node:
    """Take the baton that was sent to a party at this node, if it was."""
    chain = node.chains[case]
    stand = table.stand_of(scene.parties, chain)
    if stand is None or stand.holder is not Party.CHANNEL:
        return node
    if table.holder_node(scene.parties, stand) != code:
        return node
    event = Event(len(chain) + 1, code, states.ARRIVE, node.life)
    return tell(scene, node, code, case, event)


def _try_waiting(scene: Scene, node: Node, code: str) -> Node:
    """What waited goes on when it can; round and round until a round changes nothing."""
    for message in sorted(node.waiting, key=lambda one: (one.case, len(one.before))):
        if len(message.before) <= len(node.chains[message.case]):
            return _try_waiting(scene, _handle(scene, node, code, message), code)
    return node
