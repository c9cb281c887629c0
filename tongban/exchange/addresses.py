"""What things are called at the broker; whoever sets a broker up and whoever uses it read it here.

Values in, values out, and no Django: the program that starts servers reads this too.
"""

# The node that introduces the others and keeps their mailboxes.
HUB = "00"

# One message, with everything in it but papers. The broker's own limit is 1 MiB.
MAX_ENVELOPE_BYTES = 1000 * 1024

# The durable pull consumer of every mailbox.
CONSUMER = "inbox"

# How long the broker waits for an acknowledgement before it delivers again, in seconds. A worker
# says more often than this that it is still at it, so only a dead one makes a message wait.
ACK_WAIT_SECONDS = 10

# The header that says which lane of the receiver a message belongs to; a hint and no more.
LANE_HEADER = "Tongban-Lane"

# How many lanes there are. What is of one lane may share a bag (`bags`).
LANES = 4

# Papers wait this long for a receiver that is away; the sender uploads again when asked later.
FILES_KEPT_SECONDS = 30 * 24 * 3600


def mail_stream(node: str) -> str:
    """The stream that is a node's mailbox."""
    return f"MAIL_{node}"


def mail_subject(to: str, sender: str) -> str:
    """Where `sender` publishes a message for `to`; `*` stands for any one node."""
    return f"mail.{to}.{sender}"


def mail_subjects(to: str) -> str:
    """All that a node's mailbox collects."""
    return mail_subject(to, "*")


def sender_of(subject: str) -> str:
    """Who published on a mail subject, as the broker made sure of it."""
    kind, _, sender = subject.split(".")
    if kind != "mail":
        raise ValueError(subject)
    return sender


def bucket(sender: str, to: str) -> str:
    """The object store in which one node leaves papers for another."""
    return f"FILES_{sender}_{to}"


def bucket_stream(sender: str, to: str) -> str:
    """The stream under that object store."""
    return f"OBJ_{bucket(sender, to)}"


def inbox_prefix(node: str) -> str:
    """The beginning of the subjects on which a node gets its answers."""
    return f"_INBOX_{node}"


def beat_subject(node: str) -> str:
    """Where a node says that it is alive; `*` stands for any one node."""
    return f"beat.{node}"
