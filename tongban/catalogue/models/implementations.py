"""Implementations (实施清单): an item as the authority of one place carries it out."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tongban.catalogue.models.items import Item


class Level(models.TextChoices):
    """行使层级, GB/T 39046-2020 annex A.2."""

    NATION = "1", "国家"
    PROVINCE = "2", "省"
    CITY = "3", "市"
    COUNTY = "4", "县"
    TOWN = "5", "乡镇街道"
    VILLAGE = "6", "村社区"
    SHARED = "7", "分级管理"


class Implementation(models.Model):
    """One row of a place's list: which item, which authority, under which codes.

    `division_code` is the place the row holds for; a province's row holds for its cities, too, until
    a city has its own. `part` is empty unless the place splits the item into several; then it is the
    two digits that end the code of 33 characters. Codes are kept as they came, `faults` names what
    is wrong with them.
    """

    item = models.ForeignKey(Item, models.PROTECT, related_name="implementations")
    division_code = models.CharField(max_length=6)
    authority_code = models.CharField(max_length=18, blank=True)
    authority_name = models.CharField(max_length=80)
    level = models.CharField(max_length=1, choices=Level.choices)
    part = models.CharField(max_length=2, blank=True)
    name = models.CharField(max_length=200)
    catalog_code = models.CharField(max_length=12, blank=True)
    task_code = models.CharField(max_length=40, blank=True)
    handle_code = models.CharField(max_length=40, blank=True)
    local_code = models.CharField(max_length=50, blank=True)
    faults = ArrayField(models.CharField(max_length=40), default=list)
    retired_on = models.DateField(null=True)

    class Meta:
        ordering = ["item", "division_code", "part"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "division_code", "part"], name="implementation_once_a_place"
            ),
            models.CheckConstraint(
                condition=Q(division_code__regex=r"^[0-9]{6}$"),
                name="implementation_place_has_its_form",
            ),
        ]
        indexes = [
            models.Index(fields=["division_code", "item"], name="implementation_by_place"),
            models.Index(
                fields=["task_code"], name="implementation_by_task", condition=~Q(task_code="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division_code} {self.name}"


class ImplementationVersion(models.Model):
    """What a place asks otherwise than the national standard, from a day on; frozen (migration 0004).

    `content` are the changes that `overlay` lays over the standard. `wording` keeps, for each
    section, the source's own words beside the normalised value. `came_from` is shipped, import,
    draft or the two digits of the node that published it.
    """

    implementation = models.ForeignKey(Implementation, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    from_day = models.DateField()
    content = models.JSONField()
    wording = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    came_from = models.CharField(max_length=10)
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=40, blank=True)
    drafted_by = models.CharField(max_length=40, blank=True)
    running = models.JSONField(default=dict, help_text="what happens to running cases")

    class Meta:
        ordering = ["implementation", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["implementation", "number"], name="implementation_version_once"
            ),
            models.UniqueConstraint(
                fields=["implementation", "from_day"], name="one_implementation_version_a_day"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1), name="implementation_versions_start_at_one"
            ),
            models.CheckConstraint(
                condition=Q(published_by="") | ~Q(published_by=F("drafted_by")),
                name="implementation_version_published_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.implementation_id} v{self.number}"
