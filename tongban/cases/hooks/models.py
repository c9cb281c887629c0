"""Where business systems want to hear of their authority's cases, and what is owed to them."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tongban.basics import sealing
from tongban.cases.notices.models import Fate


class Hook(models.Model):
    """An address of a system, and the events it is to be called for.

    The secret signs the calls, so it is kept, sealed; it is shown once, when it is made.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey("parties.ApiClient", models.CASCADE, related_name="hooks")
    url = models.CharField(max_length=500)
    events = ArrayField(models.CharField(max_length=30))
    secret_sealed = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "url"], name="one_hook_an_address"),
            models.CheckConstraint(condition=Q(events__len__gte=1), name="a_hook_hears_something"),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} {self.id}"

    @property
    def secret(self) -> str:
        """What its calls are signed with."""
        return sealing.unseal(self.secret_sealed, context=self._context()).decode()

    @secret.setter
    def secret(self, words: str) -> None:
        self.secret_sealed = sealing.seal(words.encode(), context=self._context())

    def _context(self) -> bytes:
        return f"cases.hooks.secret:{self.id}".encode()


class Push(models.Model):
    """One event on its way to one hook; a worker that sends it holds it by a lease.

    `id` is the same in every try, so whoever is called twice can tell. A push of no case
    (`number` empty) only shows that the address answers.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hook = models.ForeignKey(Hook, models.CASCADE, related_name="pushes")
    number = models.CharField(max_length=21, blank=True)
    seq = models.PositiveIntegerField(default=0)
    event = models.CharField(max_length=30)
    state = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()
    fate = models.CharField(max_length=10, choices=Fate.choices, default=Fate.WAITING)
    next_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(fate=Fate.WAITING.value), name="pushes_to_do"
            ),
            models.Index(
                fields=["-ended_at"], condition=Q(fate=Fate.FAILED.value), name="pushes_failed"
            ),
            models.Index(
                fields=["ended_at"], condition=Q(fate=Fate.SENT.value), name="pushes_sent"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["hook", "number", "seq"],
                condition=~Q(number=""),
                name="pushed_once_a_hook",
            ),
            models.CheckConstraint(
                condition=Q(lease=None, leased_until=None)
                | Q(lease__isnull=False, leased_until__isnull=False),
                name="a_push_lease_has_its_end",
            ),
            models.CheckConstraint(
                condition=Q(fate=Fate.WAITING.value) ^ Q(ended_at__isnull=False),
                name="only_a_waiting_push_has_no_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hook_id} {self.number} {self.event}"
