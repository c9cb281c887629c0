"""Names at the broker: streams, subjects, buckets. Pure, so that the launcher may use them too."""

HUB = "00"
CONSUMER = "inbox"


def mail_stream(node: str) -> str:
    """The stream that is a node's mailbox."""
    return f"MAIL_{node}"


def mail_subject(to: str, sender: str) -> str:
    """Where a sender puts mail for a node; the broker lets nobody write another's name here."""
    return f"mail.{to}.{sender}"


def mail_subjects(node: str) -> str:
    """All subjects that a node's mailbox keeps."""
    return f"mail.{node}.>"


def bucket(sender: str, to: str) -> str:
    """The object store for files from one node to another."""
    return f"FILES_{sender}_{to}"


def bucket_stream(sender: str, to: str) -> str:
    """The stream that JetStream keeps a bucket in."""
    return f"OBJ_{bucket(sender, to)}"


def inbox_prefix(node: str) -> str:
    """Where the broker sends its answers to a node, so that nobody reads another's answers."""
    return f"_INBOX_{node}"


def beat_subject(node: str) -> str:
    """Where a node says that it is alive; nothing of it is kept."""
    return f"beat.{node}"
