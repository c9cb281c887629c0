"""Events, sealed parts and the papers that a node keeps; rows here are added and never changed."""

from django.db import models
from django.db.models import BigIntegerField, Func, TextField
from django.db.models.functions import Cast


class Entry(models.Model):
    """One event of a chain. The database refuses to change or delete it (migration 0002)."""

    chain = models.CharField(max_length=32)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    body = models.TextField()
    hash = models.CharField(max_length=64)
    key_id = models.CharField(max_length=16)
    # Base64 of 64 bytes for Ed25519, of up to 72 in DER for SM2.
    signature = models.CharField(max_length=100)
    recorded_at = models.DateTimeField(db_default=models.functions.Now())
    # Row ids are given out before a commit, so whoever reads on from the last id he saw would miss
    # what commits late; read on by transaction, and only below those still open (queries.after).
    written_in = models.BigIntegerField(
        db_default=Cast(Cast(Func(function="pg_current_xact_id"), TextField()), BigIntegerField())
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="one_event_a_place")]
        indexes = [models.Index(fields=["written_in", "id"], name="entry_as_committed")]

    def __str__(self) -> str:
        return f"{self.chain} #{self.seq}"


class Sealed(models.Model):
    """The personal part of an event, encrypted with this node's field key, found by its digest."""

    digest = models.CharField(max_length=64, primary_key=True)
    data = models.BinaryField()

    def __str__(self) -> str:
        return self.digest


class ReceiptStatement(models.Model):
    """What one node says over its signature that it took in from another; kept at both.

    `body` is canonical JSON and names single receipts by their digests only, so that it can be
    shown with one of them without telling of the others.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    node = models.CharField(max_length=8)
    body = models.TextField()
    key_id = models.CharField(max_length=64)
    signature = models.TextField()

    def __str__(self) -> str:
        return f"{self.node} {self.digest[:12]}"


class ReceiptWord(models.Model):
    """One receipt: that a node has a chain up to an event. `body` is canonical JSON."""

    digest = models.CharField(max_length=64, primary_key=True)
    chain = models.CharField(max_length=32)
    body = models.TextField()
    statement = models.ForeignKey(ReceiptStatement, models.PROTECT, related_name="words")

    class Meta:
        indexes = [models.Index(fields=["chain"], name="receipts_of_chain")]

    def __str__(self) -> str:
        return f"{self.chain} {self.digest[:12]}"


class EvidenceSeal(models.Model):
    """This node's signature over the list of an evidence file, made once for a list.

    Not every suite signs the same bytes in the same way twice; the same case shall be the same file.
    """

    digest = models.CharField(max_length=64)
    key_id = models.CharField(max_length=64)
    signature = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest", "key_id"], name="one_seal_a_list_and_key")
        ]

    def __str__(self) -> str:
        return self.digest[:12]


class Stamp(models.Model):
    """The heads of all chains that grew in a period, under one root; stamped once by an authority.

    `root` is the Merkle root, `up_to` the transaction from which the next period begins. The answer
    of the authority is kept as it came; until then the stamp is late, and nothing waits for it.
    """

    root = models.CharField(max_length=64, unique=True)
    heads = models.PositiveIntegerField()
    up_to = models.BigIntegerField()
    closed_at = models.DateTimeField()
    response = models.BinaryField(null=True)
    authority = models.TextField(blank=True)
    stamped_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], name="stamps_due", condition=models.Q(response=None)),
            models.Index(fields=["-up_to"], name="stamps_in_order"),
        ]

    def __str__(self) -> str:
        return self.root[:12]


class StampedHead(models.Model):
    """The end of one chain when a period was closed, and its place among the leaves."""

    stamp = models.ForeignKey(Stamp, models.PROTECT, related_name="leaves")
    place = models.PositiveIntegerField()
    chain = models.CharField(max_length=32)
    seq = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stamp", "place"], name="one_leaf_a_place")]
        indexes = [models.Index(fields=["chain"], name="stamps_of_chain")]

    def __str__(self) -> str:
        return f"{self.chain} #{self.seq}"
