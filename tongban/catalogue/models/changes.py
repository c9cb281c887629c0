"""What of the catalogue changed, in the order of commits: for whoever keeps a copy of it."""

from django.db import models
from django.db.models import BigIntegerField, Func, TextField
from django.db.models.functions import Cast, Now


class Change(models.Model):
    """That something of the catalogue is to be read again; written by the database (migration 0006).

    One row a transaction and thing. `kind` standard, implementation or rollout; `key` names it
    within its kind. `number` is the newest version that the transaction published, nothing where
    only the row itself changed (a code, a name, a retirement); `is_gone` when it was taken away.
    """

    class Kind(models.TextChoices):
        STANDARD = "standard", "全国标准"
        IMPLEMENTATION = "implementation", "实施清单"
        ROLLOUT = "rollout", "开通范围"

    kind = models.CharField(max_length=14, choices=Kind.choices)
    key = models.CharField(max_length=60)
    item = models.CharField(max_length=12, blank=True, db_default="")
    place = models.CharField(max_length=6, blank=True, db_default="")
    part = models.CharField(max_length=2, blank=True, db_default="")
    number = models.PositiveIntegerField(null=True)
    is_gone = models.BooleanField(db_default=False)
    told_at = models.DateTimeField(db_default=Now())
    # Row ids are given out before a commit, so whoever reads on from the last id he saw would miss
    # what commits late; read on by transaction, and only below those still open (`changes.since`).
    written_in = models.BigIntegerField(
        db_default=Cast(Cast(Func(function="pg_current_xact_id"), TextField()), BigIntegerField())
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["written_in", "kind", "key"], name="change_once_a_transaction"
            ),
        ]
        indexes = [models.Index(fields=["written_in", "id"], name="change_as_committed")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
