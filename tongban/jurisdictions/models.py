"""Places, groups of places, nodes, and who holds which power where."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tongban.jurisdictions.directory_models import (
    DirectoryEdition,
    DirectoryProposal,
    DirectoryRefusal,
)

__all__ = [
    "Authority", "CorrectionRule", "Department", "DirectoryEdition", "DirectoryProposal",
    "DirectoryRefusal", "Division", "Level", "LightRule", "Node", "NodeKey", "Region",
    "RegionMember", "Revision", "Window", "WorkingDays",
]  # fmt: skip


class Level(models.TextChoices):
    """How far up a place stands; a place directly under its province is a county here."""

    PROVINCE = "province", "省级"
    CITY = "city", "地级"
    COUNTY = "county", "县级"


class Division(models.Model):
    """A place with its six-digit code (GB/T 2260) under one name, while both held.

    A code that changed its name has one row for each name. The source knows years only, so a row
    begins on 1 January and ends on 31 December; in the year of a change both rows hold. No
    `valid_from` means before 1980, no `valid_to` means still so. `successors` are the codes that
    took over; where that cannot be derived it stays empty, it is never guessed.
    """

    code = models.CharField(max_length=6)
    name = models.CharField(max_length=40)
    level = models.CharField(max_length=8, choices=Level.choices)
    parent_code = models.CharField(max_length=6, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    successors = ArrayField(models.CharField(max_length=6), default=list, blank=True)

    class Meta:
        ordering = ["code", F("valid_from").asc(nulls_first=True)]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"], nulls_distinct=False, name="division_once_a_period"
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[1-9][0-9]{5}$"), name="division_code_is_six_digits"
            ),
            models.CheckConstraint(
                condition=Q(level__in=Level.values), name="division_level_is_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="division_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(level=Level.PROVINCE, parent_code="")
                | (~Q(level=Level.PROVINCE) & ~Q(parent_code="")),
                name="division_below_a_province_has_a_parent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Region(models.Model):
    """A named group of places, with where the grouping is said."""

    key = models.SlugField(primary_key=True)
    name = models.CharField(max_length=40, unique=True)
    aliases = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    source = models.TextField(help_text="the document that names the members")
    is_default = models.BooleanField(
        default=False, help_text="members as commonly understood; no document of ours names them"
    )

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name


class RegionMember(models.Model):
    """A place in a group, from a day on."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="members")
    division_code = models.CharField(max_length=6)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["region", "division_code"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "division_code", "valid_from"],
                nulls_distinct=False,
                name="region_member_once_a_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.division_code}"


class Node(models.Model):
    """An installation and the provinces it serves; the hub serves none and introduces the others.

    Without a public key it is not connected: listed, but nothing goes there and nothing from it is
    believed; the same holds for one that is suspended or has left. Places that are not open at all
    (台湾, 香港, 澳门) are listed as not connected.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "正常"
        SUSPENDED = "suspended", "暂停接入"
        LEFT = "left", "已退出"

    code = models.CharField(max_length=2, primary_key=True)
    name = models.CharField(max_length=40)
    base_url = models.URLField(blank=True)
    # The key that signs now; all keys, also those for encryption, are rows of NodeKey.
    public_key = models.CharField(max_length=100, blank=True)
    key_id = models.CharField(max_length=16, blank=True)
    is_hub = models.BooleanField(default=False)
    is_open = models.BooleanField(default=True)
    prefixes = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    # What the directory says of it; empty for one that it does not introduce.
    state = models.CharField(
        max_length=9, choices=State.choices, blank=True, default="", db_default=""
    )
    contact = models.JSONField(default=dict, db_default={})

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{2}$"), name="node_code_is_two_digits"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["", "active", "suspended", "left"]),
                name="node_state_is_known",
            ),
            models.UniqueConstraint(
                fields=["is_hub"], condition=Q(is_hub=True), name="there_is_one_hub"
            ),
            models.CheckConstraint(
                condition=Q(public_key="", key_id="")
                | Q(
                    public_key__regex=r"^([A-Za-z0-9+/]{43}|sm2:[A-Za-z0-9+/]{87})=$",
                    key_id__regex=r"^[0-9a-f]{16}$",
                ),
                name="node_key_and_its_id_go_together",
            ),
            models.CheckConstraint(
                condition=Q(is_open=True) | Q(public_key=""), name="a_closed_node_has_no_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def is_connected(self) -> bool:
        """Whether the directory has introduced this node to us, and it takes part."""
        return bool(self.public_key) and not self.is_out

    @property
    def is_out(self) -> bool:
        """Whether it took part and does not now."""
        return self.state in {Node.State.SUSPENDED, Node.State.LEFT}

    @property
    def is_suspended(self) -> bool:
        """Whether it is out for now and may come back."""
        return self.state == Node.State.SUSPENDED


class NodeKey(models.Model):
    """Every public key a node ever had here: what it signed long ago stays verifiable.

    For messages that come now a key counts from `valid_from` until before `valid_until` (open ends
    where empty), and not at all once it is revoked.
    """

    class Purpose(models.TextChoices):
        SIGN = "sign", "签名"
        SEAL = "seal", "加密"

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="keys")
    key_id = models.CharField(max_length=16)
    public_key = models.CharField(max_length=100)
    purpose = models.CharField(
        max_length=4, choices=Purpose, default=Purpose.SIGN, db_default=Purpose.SIGN
    )
    suite = models.CharField(max_length=8, default="intl", db_default="intl")
    first_seen_at = models.DateTimeField()
    valid_from = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["node", "first_seen_at"]
        constraints = [
            models.UniqueConstraint(fields=["node", "key_id"], name="node_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.node_id} {self.key_id}"


class Department(models.Model):
    """A line of work from the ministry down to the county, and how its organs are named.

    The name patterns are the common ones (`is_default`), a province replaces them by its own.
    `ministry` is the lead unit as the lists of items write it; several keys may share one.
    """

    key = models.SlugField(primary_key=True)
    name = models.CharField(max_length=40)
    ministry = models.CharField(max_length=40, blank=True)
    aliases = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    number = models.PositiveSmallIntegerField(unique=True)
    has_city_organs = models.BooleanField(default=True)
    is_default = models.BooleanField(default=True)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return self.name


class Authority(models.Model):
    """An organ with powers, in one place."""

    code = models.CharField(max_length=18, primary_key=True, help_text="统一社会信用代码")
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=40)
    department = models.ForeignKey(Department, on_delete=models.PROTECT)
    division_code = models.CharField(max_length=6)
    level = models.CharField(max_length=8, choices=Level.choices)
    phone = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=200, blank=True)
    office_hours = models.JSONField(default=dict)
    is_sandbox = models.BooleanField(default=False)

    class Meta:
        ordering = ["division_code", "department"]
        verbose_name_plural = "authorities"
        constraints = [
            models.UniqueConstraint(
                fields=["department", "division_code"], name="one_organ_of_a_department_in_a_place"
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"),
                name="authority_code_is_a_credit_code",
            ),
            models.CheckConstraint(
                condition=Q(level__in=Level.values), name="authority_level_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Window(models.Model):
    """A counter for cross-place cases at a place's service centre (专窗)."""

    authority = models.ForeignKey(Authority, on_delete=models.CASCADE, related_name="windows")
    number = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=200, blank=True)
    office_hours = models.JSONField(default=dict)
    is_sandbox = models.BooleanField(default=False)

    class Meta:
        ordering = ["authority", "number"]
        constraints = [
            models.UniqueConstraint(fields=["authority", "number"], name="window_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="window_numbers_begin_at_one"),
        ]

    def __str__(self) -> str:
        return self.name


class Revision(models.Model):
    """Changes with every load, so that each process notices that what it remembers is old."""

    stamp = models.UUIDField()
    digest = models.CharField(max_length=64, help_text="of the shipped files loaded last")
    loaded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="there_is_one_revision"),
        ]

    def __str__(self) -> str:
        return str(self.stamp)


class WorkingDays(models.Model):
    """A document about the working days of a year that an operator loaded, as it was loaded.

    Those that come with the program are not rows; a row with the same place, year and number
    stands in their stead.
    """

    place = models.CharField(max_length=6, help_text="000000 for the country")
    year = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=200)
    document = models.JSONField(help_text="in the form in which it is loaded")
    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()

    class Meta:
        ordering = ["place", "year", "number"]
        verbose_name_plural = "working days"
        constraints = [
            models.UniqueConstraint(
                fields=["place", "year", "number"], name="a_document_of_working_days_once"
            ),
            models.CheckConstraint(
                condition=Q(place__regex=r"^[0-9]{6}$"), name="working_days_have_a_place"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.year} {self.number}"


class LightRule(models.Model):
    """When the lights of a place's clocks turn amber: so many units left, or so much of the limit.

    A place without a row has its province's, then the platform's default. Red is what is overdue.
    """

    place = models.CharField(max_length=6, primary_key=True)
    amber_left = models.PositiveSmallIntegerField(help_text="units left, this many or fewer")
    amber_share = models.PositiveSmallIntegerField(
        default=0, help_text="percent of the limit left, this much or less; 0 for no such rule"
    )
    basis = models.CharField(max_length=200, help_text="the document that says so")
    set_at = models.DateTimeField()
    # Who entered it, by name; empty for the command line.
    set_by = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        ordering = ["place"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amber_share__lte=100), name="light_share_is_a_percentage"
            ),
            models.CheckConstraint(condition=~Q(basis=""), name="light_rule_has_a_basis"),
        ]

    def __str__(self) -> str:
        return f"{self.place} ≤{self.amber_left}"


class CorrectionRule(models.Model):
    """How long an applicant of a place has to mend what is missing, and what follows from silence.

    A place without a row has its city's, its province's, then the platform's default.
    """

    place = models.CharField(max_length=6, primary_key=True)
    days = models.PositiveSmallIntegerField(help_text="working days to answer a notice")
    may_terminate = models.BooleanField(
        help_text="whether the office may end a case that nobody answered for"
    )
    basis = models.CharField(max_length=200, help_text="the document that says so")
    set_at = models.DateTimeField()
    # Who entered it, by name; empty for the command line.
    set_by = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        ordering = ["place"]
        constraints = [
            models.CheckConstraint(
                condition=Q(days__gte=1, days__lte=365), name="correction_days_of_a_year"
            ),
            models.CheckConstraint(condition=~Q(basis=""), name="correction_rule_has_a_basis"),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.days}"
