"""Mandates and what happened to each; neither is ever deleted or changed back."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongban.basics import identifiers, sealing
from tongban.parties.models import Account, Applicant


class Kind(models.TextChoices):
    """Who acts by a mandate."""

    AGENT = "agent", "代办人"
    WINDOW = "window", "窗口帮办"


class Consent(models.TextChoices):
    """How somebody agreed to be helped at a window, after the words were read out."""

    SPOKEN = "spoken", "听完以后口头同意"
    SIGNED = "signed", "听完以后签字"
    PRINTED = "printed", "听完以后按手印"
    ONLINE = "online", "在网上逐项确认"


class Mandate(models.Model):
    """That an applicant lets somebody file for him: these items (none named: all), until this day.

    It binds from the moment it is accepted, never before, until it is ended or its last day is
    over. Who the agent is, is known by the keyed hash of his number, and sealed for showing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    principal = models.ForeignKey(Applicant, models.CASCADE, related_name="mandates")
    agent = models.ForeignKey(Account, models.PROTECT, null=True, related_name="mandates")
    agent_match = models.CharField(max_length=64, blank=True)
    agent_name_sealed = models.BinaryField()
    agent_number_sealed = models.BinaryField(default=b"", blank=True)
    authority = models.CharField(max_length=18, blank=True)
    items = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    until_on = models.DateField()
    words = models.TextField()
    consent = models.CharField(max_length=10, choices=Consent.choices)
    given_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["agent"], condition=Q(ended_at=None), name="mandates_held"),
            models.Index(
                fields=["agent_match"], condition=Q(accepted_at=None), name="mandates_offered"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(agent__isnull=False), name="accepted_by_somebody"
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.AGENT.value, given_by__isnull=False) & ~Q(agent_match="")
                | Q(kind=Kind.WINDOW.value, accepted_at__isnull=False) & ~Q(authority=""),
                name="given_in_the_portal_or_at_a_window",
            ),
            models.CheckConstraint(condition=~Q(words=""), name="agreed_to_words"),
        ]

    def __str__(self) -> str:
        # No name: what is printed lands in logs.
        return f"{self.kind} {self.id}"

    def seal(self, field: str, text: str) -> bytes:
        """A text sealed for one field of this row."""
        return sealing.seal(text.encode(), context=self._context(field))

    def _unseal(self, field: str) -> str:
        sealed = bytes(getattr(self, f"{field}_sealed"))
        return sealing.unseal(sealed, context=self._context(field)).decode() if sealed else ""

    def _context(self, field: str) -> bytes:
        return f"parties.mandate.{field}:{self.pk}".encode()

    @property
    def agent_name(self) -> str:
        """The full name of the agent, or of the officer who helps."""
        return self._unseal("agent_name")

    @property
    def agent_number(self) -> str:
        """The agent's identity number, in full; empty for an officer."""
        return self._unseal("agent_number")

    @property
    def masked_agent_number(self) -> str:
        """What a page shows of the agent's number."""
        return identifiers.mask_id(self.agent_number) if self.agent_number else ""

    # What a form for filing needs to know of whoever may be filed for.
    @property
    def applicant(self) -> Applicant:
        """For whom it is."""
        return self.principal

    def get_capacity_display(self) -> str | Promise:
        """As what its holder files."""
        return _("由窗口帮办") if self.kind == Kind.WINDOW else _("由您代办")

    def covers(self, item: str) -> bool:
        """Whether an item lies within its scope."""
        return not self.items or item in self.items


class MandateEntry(models.Model):
    """One thing that happened to a mandate: given, accepted, ended, by whom and when."""

    class What(models.TextChoices):
        GIVEN = "given", "授权"
        ACCEPTED = "accepted", "接受"
        DECLINED = "declined", "没有接受"
        ENDED_BY_PRINCIPAL = "ended_by_principal", "授权人结束"
        ENDED_BY_AGENT = "ended_by_agent", "代办人结束"

    mandate = models.ForeignKey(Mandate, models.CASCADE, related_name="entries")
    what = models.CharField(max_length=20, choices=What.choices)
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["mandate", "at"], name="entries_of_mandate")]

    def __str__(self) -> str:
        return f"{self.mandate_id} {self.what}"
