"""What the world of the model is made of: values that can be told apart and looked up quickly."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

# The types of messages, by the last word of those in the code.
EVENTS, RECEIPT, RESEND = "events", "receipt", "resend"
# How far a message in an outbox has come; a receipt is gone once it is sent.
OWED, SENT, DELIVERED, PARKED = "owed", "sent", "delivered", "parked"


class Guard(StrEnum):
    """What keeps the protocol right. Each can be taken out, and then something must go wrong."""

    HOLDER_MOVES = "only the holder's node moves a case (states.held_by)"
    ONE_TRANSACTION = "event and message are written in one transaction (moving.write)"
    SENT_WHEN_STORED = "a message is sent when the stream has it (worker.relay)"
    ACK_AFTER_COMMIT = "the broker is told after the commit (worker.mailbox)"
    RECEIPT_WITH_EFFECT = "the receipt is owed in the transaction of the effect (attempts.handle)"
    ONE_EFFECT = "a message has a trace with a unique constraint (one_effect_a_message)"
    ORDER = "an event follows the one before it, or waits (bundles.fresh)"
    GAPS_ASKED = "what is missing is asked for (requests.ask_for_messages)"
    FORKS_COMPARED = "events that are known are compared (bundles.forked)"
    SENT_AGAIN = "what nobody confirmed is sent again (operations.send_again)"
    RECONCILED = "heads are compared between nodes (exchange.reconciling)"


class Event(NamedTuple):
    """One event. `life` counts how often its author's node was restored before it wrote it.

    In place of a hash stands the whole chain before: two events are the same when all of it is.
    """

    seq: int
    node: str
    kind: str
    life: int


Chain = tuple[Event, ...]


class Message(NamedTuple):
    """One message. Told again, it is the same: what the code tells twice differs only by its id."""

    sender: str
    recipient: str
    type: str
    case: int
    before: Chain = ()  # what the sender's chain was before the events in it
    events: Chain = ()
    about: tuple[object, ...] = ()  # the message a receipt is for, or the sequence asked for


class Node(NamedTuple):
    """What a node's database holds."""

    chains: tuple[Chain, ...]
    outbox: frozenset[tuple[Message, str]] = frozenset()
    received: frozenset[Message] = frozenset()
    waiting: frozenset[Message] = frozenset()
    # Of those received, what was set aside for people instead of handled.
    parked: frozenset[Message] = frozenset()
    # Cases of which this node knows that there are two histories.
    contradictions: frozenset[int] = frozenset()
    # Messages that had their effect more than once.
    twice: frozenset[Message] = frozenset()
    life: int = 0


class Budget(NamedTuple):
    """What may still go wrong."""

    losses: int = 0  # messages that the broker forgets
    repeats: int = 0  # messages published twice, or delivered again after their commit
    restores: int = 0


NOTHING = Budget()


class World(NamedTuple):
    """One state: the nodes in the order of the scene, what lies in mailboxes, what was backed up."""

    nodes: tuple[Node, ...]
    mailbox: frozenset[tuple[Message, int]]  # with the number of copies
    backups: tuple[Node | None, ...]
    budget: Budget


@dataclass(frozen=True)
class Scene:
    """One small setting that is looked at completely.

    `parties` are the nodes of applicant, receiver and decider; `moves` those that are tried, by
    name; `backs_up` the node that a backup may be made of and restored at any moment; `forgets` the
    last events of messages that the broker may forget, all of them when it is empty.
    """

    name: str
    parties: tuple[str, str, str]
    moves: tuple[str, ...]
    cases: int = 1
    budget: Budget = NOTHING
    backs_up: str = ""
    forgets: frozenset[str] = frozenset()
    without: frozenset[Guard] = frozenset()

    @property
    def codes(self) -> tuple[str, ...]:
        """The nodes of the scene, each once."""
        return tuple(dict.fromkeys(code for code in self.parties if code))

    def has(self, guard: Guard) -> bool:
        """Whether a guard is in its place."""
        return guard not in self.without
