"""What the API keeps of its own: which calls were done, so that their repetition does nothing."""

from django.db import models


class Call(models.Model):
    """That a system's call with this key was done, and what it was answered.

    Kept in the transaction of what was done. Nothing personal is in an answer; `digest` is of
    everything that was asked, in whose name and where.
    """

    owner = models.CharField(max_length=80)
    key = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    answer = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="one_call_a_key")]

    def __str__(self) -> str:
        return f"{self.owner} {self.key}"
