"""What this node owes to others, what it got from them, and what the hub knows of each node."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Outgoing(models.Model):
    """One message to one node, written in the transaction of the move that owes it."""

    message_id = models.UUIDField(unique=True)
    recipient = models.CharField(max_length=8)
    type = models.CharField(max_length=80)
    subject = models.CharField(max_length=200)
    sequence = models.PositiveIntegerField(null=True)
    # The letter: signed and encrypted to its recipient only when it leaves, with the keys of that
    # moment. Here encrypted with this node's field key; emptied when the other node has confirmed it.
    envelope = models.BinaryField()
    # [{"digest": …, "size": …, "mediatype": …}], which the relay uploads before the message.
    files = models.JSONField(default=list)
    created_at = models.DateTimeField()
    # The stream of the recipient's mailbox has it.
    sent_at = models.DateTimeField(null=True)
    # The other node committed it and said so over its signature.
    delivered_at = models.DateTimeField(null=True)
    # The other node has it and could not handle it; its own words, code and sentence.
    parked_at = models.DateTimeField(null=True)
    parked_code = models.CharField(max_length=60, default="", db_default="")
    parked_reason = models.CharField(max_length=500, default="", db_default="")
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    retry_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, default="", db_default="")

    class Meta:
        indexes = [
            models.Index("recipient", "id", name="unsent_for_a_node", condition=Q(sent_at=None)),
            models.Index(
                "recipient", "subject", "id", name="unsent_of_a_subject", condition=Q(sent_at=None)
            ),
            models.Index(
                "recipient",
                "id",
                name="unsent_with_papers",
                condition=Q(sent_at=None) & ~Q(files=[]),
            ),
            models.Index("subject", "id", name="outgoing_of_a_subject"),
            models.Index(
                "recipient", "sent_at", name="undelivered", condition=Q(delivered_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} → {self.recipient} ({self.message_id})"


class Received(models.Model):
    """One message from one node; the unique constraint is what makes it happen once."""

    class State(models.TextChoices):
        HANDLED = "handled", "已办理"
        WAITING = "waiting", "等待前面的报文"
        PARKED = "parked", "已搁置"
        DROPPED = "dropped", "已作废"

    sender = models.CharField(max_length=8)
    message_id = models.UUIDField()
    type = models.CharField(max_length=200, default="", db_default="")
    subject = models.CharField(max_length=200, default="", db_default="")
    sequence = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=8, choices=State)
    # Whether the envelope was opened: its signature is the sender's, and it is meant for us.
    is_verified = models.BooleanField(default=True, db_default=True)
    # A keyed hash of what it said: another message under the same id is found out by it.
    fingerprint = models.CharField(max_length=64, default="", db_default="")
    code = models.CharField(max_length=60, default="", db_default="")
    reason = models.CharField(max_length=500, default="", db_default="")
    # What was to be handled now is in the domain's own tables; only what still waits for something
    # is kept here, encrypted with this node's field key: what was opened as a letter, the rest raw.
    envelope = models.BinaryField(default=b"", db_default=b"")
    attempts = models.PositiveIntegerField(default=1, db_default=1)
    retry_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    # Who sees to a parked message, and since when; empty while nobody does.
    owner = models.CharField(max_length=150, default="", db_default="")
    owned_at = models.DateTimeField(null=True)
    # An operator's word on a parked message: who had it tried again or dropped it.
    settled_by = models.CharField(max_length=150, default="", db_default="")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sender", "message_id"], name="one_effect_a_message")
        ]
        indexes = [
            models.Index(
                "subject", "sequence", "id", name="received_waiting", condition=Q(state="waiting")
            ),
            models.Index("id", name="received_parked", condition=Q(state="parked")),
            models.Index("subject", name="received_refused", condition=Q(state="parked")),
            models.Index("received_at", name="received_recently"),
        ]

    def __str__(self) -> str:
        return f"{self.type or self.code} ← {self.sender} ({self.message_id})"


class FileSent(models.Model):
    """A paper that lies in the bucket for one node, so it is uploaded once."""

    recipient = models.CharField(max_length=8)
    digest = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    uploaded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recipient", "digest"], name="one_upload_a_paper")
        ]

    def __str__(self) -> str:
        return f"{self.digest[:12]} → {self.recipient}"


class FileUnderway(models.Model):
    """A paper whose upload has begun: what it takes to go on with it after an interruption."""

    recipient = models.CharField(max_length=8)
    digest = models.CharField(max_length=64)
    # The subject of its pieces in the bucket; how many are there, the bucket knows.
    name = models.CharField(max_length=32)
    # The key it is sealed to, empty where the recipient has none; the content key, encrypted with this
    # node's field key, and the box that holds it.
    key = models.CharField(max_length=200)
    content = models.BinaryField()
    head = models.BinaryField()
    begun_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "digest"], name="one_upload_underway_a_paper"
            )
        ]

    def __str__(self) -> str:
        return f"{self.digest[:12]} → {self.recipient}"


class Pause(models.Model):
    """A node to which nothing can be sent just now: the relay leaves it alone until a moment.

    What is owed to it stays in the outbox, and everything for others goes on.
    """

    recipient = models.CharField(max_length=8, primary_key=True)
    # mailbox-full, no-mailbox, no-answer, no-key, own-key; and why, in words.
    code = models.CharField(max_length=40)
    reason = models.CharField(max_length=500)
    since = models.DateTimeField()
    # Then one message is tried; when it goes, all go.
    until = models.DateTimeField()
    tries = models.PositiveIntegerField(default=1, db_default=1)

    def __str__(self) -> str:
        return f"{self.recipient}: {self.code}"


class NodeContact(models.Model):
    """The hub's view of one node: what its mailbox holds and what it last said of itself."""

    node = models.CharField(max_length=8, primary_key=True)
    # As the broker counts them, a bag as one; so at least so many messages.
    mailbox_messages = models.PositiveBigIntegerField(default=0)
    mailbox_bytes = models.PositiveBigIntegerField(default=0)
    # How many bytes it may hold; 0 while it is not known or has no limit.
    mailbox_limit = models.PositiveBigIntegerField(default=0, db_default=0)
    # How many messages, with the same meaning of 0.
    mailbox_message_limit = models.PositiveBigIntegerField(default=0, db_default=0)
    mailbox_seen_at = models.DateTimeField(null=True)
    # Since when the oldest message waits in it.
    mailbox_oldest_at = models.DateTimeField(null=True)
    last_contact_at = models.DateTimeField(null=True)
    outbox_waiting = models.PositiveBigIntegerField(default=0)
    oldest_waiting_at = models.DateTimeField(null=True)
    parked = models.PositiveBigIntegerField(default=0)
    version = models.CharField(max_length=40, default="", db_default="")
    # Its clock minus ours, in milliseconds; what it took to travel is in it.
    clock_skew_ms = models.IntegerField(default=0)
    noted_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.node

    @property
    def mailbox_used(self) -> float:
        """How full its mailbox is, from 0 to 1: by bytes or by messages, whichever is nearer."""
        by_bytes = self.mailbox_bytes / self.mailbox_limit if self.mailbox_limit else 0.0
        most = self.mailbox_message_limit
        return max(by_bytes, self.mailbox_messages / most if most else 0.0)


class Flow(models.Model):
    """The hub's view of what one process of a node sent to another node in ten minutes.

    As the sender says; it repeats each number for an hour, and the greatest holds.
    """

    sender = models.CharField(max_length=8)
    recipient = models.CharField(max_length=8)
    process = models.CharField(max_length=16)
    span = models.DateTimeField()
    messages = models.PositiveBigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["span"], name="flow_lately")]
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "process", "recipient", "span"], name="a_flow_once_a_span"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sender} → {self.recipient} {self.span:%H:%M}: {self.messages}"


class WorkerBeat(models.Model):
    """A sign of life of one worker process of this node, with what it says of the broker.

    Web processes cannot see the worker; this row is how they know that somebody sends and receives.
    """

    # The machine and the number of the process there.
    process = models.CharField(max_length=120, primary_key=True)
    at = models.DateTimeField()
    is_connected = models.BooleanField()
    # Since when it is as `is_connected` says.
    since = models.DateTimeField()

    def __str__(self) -> str:
        return self.process


class Reconciliation(models.Model):
    """One comparison with another node: what was compared, what differed, what was done about it.

    `differing` counts days; `asked_for` the chains of which we lacked something, `told` those of
    which the other node did.
    """

    peer = models.CharField(max_length=8)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    chains = models.PositiveIntegerField()
    days = models.PositiveIntegerField()
    differing = models.PositiveIntegerField(default=0)
    asked_for = models.PositiveIntegerField(default=0)
    told = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["peer", "-asked_at"], name="reconciled_with")]

    def __str__(self) -> str:
        return f"{self.peer} {self.asked_at:%Y-%m-%d %H:%M}"


class Contradiction(models.Model):
    """Two signed events in one place of a chain: ours and another node's, as they were signed."""

    chain = models.CharField(max_length=32)
    seq = models.PositiveIntegerField()
    peer = models.CharField(max_length=8)
    ours = models.JSONField()
    theirs = models.JSONField()
    ours_hash = models.CharField(max_length=64)
    theirs_hash = models.CharField(max_length=64)
    found_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["chain", "seq", "ours_hash", "theirs_hash"], name="a_contradiction_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.chain} #{self.seq}"
