"""People, organisations, officers and who acts for whom."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tongban.basics import identifiers, sealing
from tongban.jurisdictions.models import Authority


class Account(AbstractUser):
    """Somebody who can sign in: an applicant, an agent or an officer."""


class Kind(models.TextChoices):
    """What an applicant is."""

    PERSON = "person", "个人"
    ORGANISATION = "organisation", "单位"


class Applicant(models.Model):
    """Whose case it is: a person or an organisation, once in this node.

    Name, number and phone are sealed with the node's field key and bound to this row; `match` is
    the keyed hash of the number by which the same applicant is found again. Made and changed by
    `operations.keep_applicant` only.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    match = models.CharField(max_length=64, unique=True)
    name_sealed = models.BinaryField()
    number_sealed = models.BinaryField()
    phone_sealed = models.BinaryField(default=b"", blank=True)
    division_code = models.CharField(max_length=6)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="applicant_kind_known"),
            models.CheckConstraint(
                condition=Q(match__regex=r"^[0-9a-f]{64}$"), name="applicant_match_is_a_hash"
            ),
            models.CheckConstraint(
                condition=Q(division_code__regex=r"^[0-9]{6}$"), name="applicant_has_a_place"
            ),
        ]

    def __str__(self) -> str:
        # No name: what is printed lands in logs.
        return f"{self.kind} {self.id}"

    def seal(self, field: str, text: str) -> bytes:
        """A text sealed for one field of this row; empty stays empty."""
        return sealing.seal(text.encode(), context=self._context(field)) if text else b""

    def _unseal(self, field: str) -> str:
        sealed = bytes(getattr(self, f"{field}_sealed"))
        return sealing.unseal(sealed, context=self._context(field)).decode() if sealed else ""

    def _context(self, field: str) -> bytes:
        return f"parties.applicant.{field}:{self.match}".encode()

    @property
    def name(self) -> str:
        """The full name."""
        return self._unseal("name")

    @property
    def number(self) -> str:
        """The identity number or credit code, in full; pages show `masked_number`."""
        return self._unseal("number")

    @property
    def phone(self) -> str:
        """The phone number, in full; empty when none was given."""
        return self._unseal("phone")

    @property
    def masked_number(self) -> str:
        """What a page shows of the number."""
        return identifiers.mask_id(self.number)

    @property
    def masked_phone(self) -> str:
        """What a page shows of the phone number; empty when none was given."""
        return identifiers.mask_phone(self.phone) if self.phone else ""

    @property
    def is_person(self) -> bool:
        """Whether a natural person; else an organisation."""
        return self.kind == Kind.PERSON


class Capacity(models.TextChoices):
    """As what somebody acts for an applicant."""

    SELF = "self", "本人"
    LEGAL_REPRESENTATIVE = "legal_representative", "法定代表人"


class Acting(models.Model):
    """An account that may act for an applicant."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="acting")
    applicant = models.ForeignKey(Applicant, on_delete=models.CASCADE, related_name="acting")
    capacity = models.CharField(max_length=24, choices=Capacity.choices)
    since_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "applicant"], name="acts_for_an_applicant_once"
            ),
            models.UniqueConstraint(
                fields=["account"], condition=Q(capacity=Capacity.SELF), name="is_one_person"
            ),
            models.CheckConstraint(
                condition=Q(capacity__in=Capacity.values), name="acting_capacity_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.capacity} {self.applicant_id}"


class Role(models.TextChoices):
    """What an officer may do at the desk, within his authority's place."""

    RECEIVER = "receiver", "收件"
    DECIDER = "decider", "审批"
    OPERATOR = "operator", "运维"
    MANAGER = "manager", "事项管理"
    LEADER = "leader", "科室负责人"


class Officer(models.Model):
    """Somebody who acts for an authority; in records of other nodes only by pseudonym."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="officer")
    name = models.CharField(max_length=40)
    staff_number = models.CharField(max_length=40, unique=True)
    pseudonym = models.CharField(max_length=32, unique=True)
    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, null=True, blank=True, related_name="officers"
    )
    roles = ArrayField(models.CharField(max_length=12, choices=Role.choices))
    window_number = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(roles__contained_by=Role.values) & Q(roles__len__gte=1),
                name="officer_roles_are_known",
            ),
            models.CheckConstraint(
                condition=Q(authority__isnull=False) | Q(roles=[Role.OPERATOR]),
                name="only_operators_act_for_no_authority",
            ),
        ]

    def __str__(self) -> str:
        return self.pseudonym

    @property
    def place(self) -> str:
        """The code of the place whose cases he sees; empty for a mere operator."""
        return self.authority.division_code if self.authority else ""


class Absence(models.Model):
    """Days on which an officer is away, both included, and who stands in meanwhile if anybody.

    Made and changed by `absences` only, which also sees to it that an officer's do not overlap.
    """

    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="absences")
    from_on = models.DateField()
    until_on = models.DateField()
    substitute = models.ForeignKey(
        Officer, on_delete=models.PROTECT, null=True, blank=True, related_name="stands_in"
    )
    entered_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__gte=models.F("from_on")), name="absence_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=~Q(substitute=models.F("officer")), name="nobody_stands_in_for_herself"
            ),
        ]
        indexes = [models.Index(fields=["officer", "until_on"], name="absence_of_officer")]

    def __str__(self) -> str:
        return f"{self.officer_id} {self.from_on} {self.until_on}"


class ApiClient(models.Model):
    """Another system that speaks to our API, for some places and some scopes only.

    The secret has 256 random bits and is kept as a keyed hash; it is shown once, when made.
    `prefixes` are the beginnings of the division codes it may act for: "22", "2201". `officers` are
    those of its authority in whose name it may act, while they sit at its screens.
    """

    client_id = models.CharField(max_length=40, primary_key=True)
    name = models.CharField(max_length=80)
    secret_hash = models.CharField(max_length=64)
    prefixes = ArrayField(models.CharField(max_length=6))
    scopes = ArrayField(models.CharField(max_length=40))
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, null=True, blank=True)
    officers = models.ManyToManyField(Officer, related_name="systems", blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(prefixes__len__gte=1) & Q(scopes__len__gte=1),
                name="api_client_is_bounded",
            ),
        ]

    def __str__(self) -> str:
        return self.client_id
