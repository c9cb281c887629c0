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
    signature = models.CharField(max_length=88)
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
