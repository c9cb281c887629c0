"""Everything that can happen next: one transaction of a node, or one act of the broker, a step."""

from collections.abc import Iterator

from tongban.cases.exhaustive import inbox, table
from tongban.cases.exhaustive.parts import (
    EVENTS,
    OWED,
    RECEIPT,
    RESEND,
    SENT,
    Event,
    Guard,
    Message,
    Node,
    Scene,
    World,
)
from tongban.cases.exhaustive.writing import owe, tell, without

Step = tuple[str, World]


def begin(scene: Scene) -> World:
    """Nothing has happened yet."""
    node = Node(chains=((),) * scene.cases)
    count = len(scene.codes)
    return World((node,) * count, frozenset(), (None,) * count, scene.budget)


def following(scene: Scene, world: World) -> Iterator[Step]:
    """Every state that can follow, with what happened."""
    for place, code in enumerate(scene.codes):
        yield from _moves(scene, world, place, code)
        yield from _relay(scene, world, place, code)
        yield from _again(scene, world, place, code)
        yield from _backup(scene, world, place, code)
        yield from _reconcile(scene, world, place, code)
    yield from _mailbox(scene, world)


def put(world: World, place: int, node: Node) -> World:
    """The world with one node changed."""
    return world._replace(nodes=(*world.nodes[:place], node, *world.nodes[place + 1 :]))


def _moves(scene: Scene, world: World, place: int, code: str) -> Iterator[Step]:
    """Somebody at the node makes a move: event, tables and messages in one transaction."""
    node = world.nodes[place]
    for case, chain in enumerate(node.chains):
        if case in node.contradictions:
            continue
        for name in table.possible(scene, code, chain, anybody=not scene.has(Guard.HOLDER_MOVES)):
            event = Event(len(chain) + 1, code, name, node.life)
            told = tell(scene, node, code, case, event)
            yield f"{code} {name}", put(world, place, told)
            if not scene.has(Guard.ONE_TRANSACTION):
                alone = told._replace(outbox=node.outbox)
                yield f"{code} {name}, crash before the message", put(world, place, alone)


def _relay(scene: Scene, world: World, place: int, code: str) -> Iterator[Step]:
    """The relay publishes; the stream's answer may not come, then the message goes once more."""
    node = world.nodes[place]
    for message, state in node.outbox:
        if state != OWED:
            continue
        if message.type != EVENTS:
            yield from _carried(scene, world, place, message)
            continue
        words = f"{code} relay: {message.type} to {message.recipient}"
        marked = node._replace(outbox=without(node.outbox, message) | {(message, SENT)})
        stored = _stored(world, message)
        yield words, put(stored, place, marked)
        if world.budget.repeats:
            less = world.budget._replace(repeats=world.budget.repeats - 1)
            yield f"{words}, crash before it is marked", stored._replace(budget=less)
        if not scene.has(Guard.SENT_WHEN_STORED):
            yield f"{words}, marked and not stored", put(world, place, marked)


def _carried(scene: Scene, world: World, place: int, message: Message) -> Iterator[Step]:
    """What nodes say about messages goes its way in one step, late or early, or is forgotten.

    Nothing waits for it in order and twice is as good as once, so the mailbox need not be seen.
    """
    gone = world.nodes[place]
    gone = gone._replace(outbox=without(gone.outbox, message))
    left = put(world, place, gone)
    other = scene.codes.index(message.recipient)
    taken = inbox.take(scene, left.nodes[other], message.recipient, message)
    yield f"{message.recipient} inbox: {message.type} of {message.sender}", put(left, other, taken)
    if world.budget.losses and not scene.forgets:
        less = world.budget._replace(losses=world.budget.losses - 1)
        yield f"broker forgets {message.type} to {message.recipient}", left._replace(budget=less)


def _stored(world: World, message: Message) -> World:
    copies = dict(world.mailbox).get(message, 0)
    left = frozenset(one for one in world.mailbox if one[0] != message)
    return world._replace(mailbox=left | {(message, min(copies + 1, 2))})


def _mailbox(scene: Scene, world: World) -> Iterator[Step]:
    """A message is taken in, in any order; or the broker forgets it."""
    for message, copies in world.mailbox:
        place = scene.codes.index(message.recipient)
        words = f"{message.recipient} inbox: {message.type} of {message.sender}"
        left = frozenset(one for one in world.mailbox if one[0] != message)
        acknowledged = world._replace(
            mailbox=left | {(message, copies - 1)} if copies > 1 else left
        )
        handled = inbox.take(scene, world.nodes[place], message.recipient, message)
        yield words, put(acknowledged, place, handled)
        if world.budget.repeats:
            less = world.budget._replace(repeats=world.budget.repeats - 1)
            again = put(world._replace(budget=less), place, handled)
            yield f"{words}, crash before the broker is told", again
        if not scene.has(Guard.ACK_AFTER_COMMIT):
            yield f"{words}, told to the broker, crash before the commit", acknowledged
        if not scene.has(Guard.RECEIPT_WITH_EFFECT) and message.type == EVENTS:
            early = owe(world.nodes[place], receipt_for(message))
            yield f"{words}, receipt, crash before the effect", put(world, place, early)
        if world.budget.losses and _may_forget(scene, message):
            less = world.budget._replace(losses=world.budget.losses - 1)
            yield (
                f"broker forgets {message.type} to {message.recipient}",
                world._replace(mailbox=left, budget=less),
            )


def _may_forget(scene: Scene, message: Message) -> bool:
    return not scene.forgets or (bool(message.events) and message.events[-1].kind in scene.forgets)


def receipt_for(message: Message) -> Message:
    """The word that a message was handled."""
    return Message(message.recipient, message.sender, RECEIPT, message.case, about=(message,))


def _again(scene: Scene, world: World, place: int, code: str) -> Iterator[Step]:
    """What nobody confirmed is sent again; what is still missing is asked for again."""
    node = world.nodes[place]
    boxed = {message for message, _ in world.mailbox}
    if scene.has(Guard.SENT_AGAIN):
        for message, state in node.outbox:
            if state == SENT and message not in boxed:
                outbox = without(node.outbox, message) | {(message, OWED)}
                again = put(world, place, node._replace(outbox=outbox))
                if not _is_under_way(scene, world, message):
                    yield f"{code} sends again", again
                elif world.budget.repeats:
                    # It came, and its receipt is on its way: one more repetition.
                    less = world.budget._replace(repeats=world.budget.repeats - 1)
                    yield f"{code} sends again", again._replace(budget=less)
    if scene.has(Guard.GAPS_ASKED):
        for message in node.waiting:
            ask = inbox.asking(node, code, message)
            sender = world.nodes[scene.codes.index(message.sender)]
            if (ask, OWED) not in node.outbox and not _is_coming(world, sender, ask):
                yield f"{code} asks again", put(world, place, owe(node, ask))


def _is_under_way(scene: Scene, world: World, message: Message) -> bool:
    """Whether it waits for others there, or the word on it is on its way."""
    there = world.nodes[scene.codes.index(message.recipient)]
    words = (one for one, _ in there.outbox if one.type == RECEIPT)
    return message in there.waiting or any(one.about[0] == message for one in words)


def _is_coming(world: World, sender: Node, message: Message) -> bool:
    """Whether anything about a case is on its way from one node to another, or asked for."""
    way = (message.recipient, message.sender, message.case)
    owed = (one for one, state in sender.outbox if state == OWED and one.type == EVENTS)
    boxed = (one for one, _ in world.mailbox)
    return any((one.sender, one.recipient, one.case) == way for one in (*owed, *boxed))


def _backup(scene: Scene, world: World, place: int, code: str) -> Iterator[Step]:
    """A backup, and later the node as it was then; its next life writes other events."""
    if scene.backs_up != code or not world.budget.restores:
        return
    node, kept = world.nodes[place], world.backups[place]
    if kept is None:
        backups = (*world.backups[:place], node, *world.backups[place + 1 :])
        yield f"{code} is backed up", world._replace(backups=backups)
    elif kept != node:
        less = world.budget._replace(restores=world.budget.restores - 1)
        old = kept._replace(life=node.life + 1, contradictions=node.contradictions)
        cleared = (*world.backups[:place], None, *world.backups[place + 1 :])
        yield (
            f"{code} is restored",
            put(world, place, old)._replace(budget=less, backups=cleared),
        )


def _reconcile(scene: Scene, world: World, place: int, code: str) -> Iterator[Step]:
    """A node compares its heads with a peer's: what it lacks it asks for, a fork it reports."""
    if not scene.has(Guard.RECONCILED):
        return
    node = world.nodes[place]
    for other in scene.codes:
        if other == code:
            continue
        for case in range(scene.cases):
            after = _compared(scene, world, place, other, case)
            if after is not None and after != node:
                yield f"{code} reconciles with {other}", put(world, place, after)


def _compared(scene: Scene, world: World, place: int, other: str, case: int) -> Node | None:
    node, peer = world.nodes[place], world.nodes[scene.codes.index(other)]
    ours, theirs = node.chains[case], peer.chains[case]
    stand = table.stand_of(scene.parties, theirs)
    if stand is None or scene.codes[place] not in stand.told:
        return None
    if ours[: len(theirs)] != theirs[: len(ours)]:
        return node._replace(contradictions=node.contradictions | {case})
    if len(ours) >= len(theirs):
        return None
    ask = Message(scene.codes[place], other, RESEND, case, about=(len(ours) + 1,))
    # While something is on its way there is nothing to be found out yet.
    return None if (ask, OWED) in node.outbox or _is_coming(world, peer, ask) else owe(node, ask)
