"""Roll-outs and agreements: where an item is open, since when, under which document."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tongban.catalogue.models.documents import PolicyDocument
from tongban.catalogue.models.items import Item


class RollOut(models.Model):
    """That a document opens (or tries out) items somewhere from a day on.

    `kind`: nationwide, provinces, cities, pairs, group or pilot. `members` are division codes, of
    provinces (350000) or cities; `pairs` a list of [code, code]. `members_known` is false where the
    source gives a number (`declared`) and no list; then nothing is inferred from `members`.
    `precision` says how exact `from_day` is: day, month, year (the first day of it is kept), or by
    (at the latest on this day). In `pairs` [receiving, deciding] "*" stands for anywhere; one way
    unless `is_mutual`. With a `region` the members are the region's on the day that is asked about.
    `limit_days` is the group's own promise in working days. `sentence` is where the source says it,
    in our words; `line` the line of the text that was read. `is_start_of_system` where the source
    tells of a system going live and opens no item by itself.
    """

    class Kind(models.TextChoices):
        NATIONWIDE = "nationwide", "全国"
        PROVINCES = "provinces", "若干省份"
        CITIES = "cities", "若干城市"
        PAIRS = "pairs", "两地之间"
        GROUP = "group", "区域之内"
        PILOT = "pilot", "试点"

    key = models.SlugField(primary_key=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=120)
    items = models.ManyToManyField(Item, related_name="rollouts", blank=True)
    item_words = models.CharField(max_length=200, blank=True)
    declared_items = models.PositiveSmallIntegerField(null=True)
    region = models.CharField(max_length=40, blank=True)
    members = ArrayField(models.CharField(max_length=6), default=list)
    pairs = models.JSONField(default=list)
    declared = models.PositiveSmallIntegerField(null=True)
    members_known = models.BooleanField(default=True)
    is_mutual = models.BooleanField(
        default=True, help_text="among the members; else from anywhere to a member"
    )
    modes = ArrayField(models.CharField(max_length=14), default=list)
    from_day = models.DateField(null=True)
    precision = models.CharField(max_length=5, default="day")
    until = models.DateField(null=True)
    limit_days = models.PositiveSmallIntegerField(null=True)
    is_start_of_system = models.BooleanField(default=False)
    document = models.ForeignKey(PolicyDocument, models.PROTECT, related_name="rollouts")
    place = models.CharField(max_length=40)
    line = models.PositiveIntegerField()
    sentence = models.CharField(max_length=300)
    note = models.TextField(blank=True)

    class Meta:
        ordering = [F("from_day").asc(nulls_last=True), "key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(from_day=None) | Q(until__gte=F("from_day")),
                name="rollout_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Agreement(models.Model):
    """That places agreed with each other; what it opens stands in its roll-outs."""

    key = models.SlugField(primary_key=True)
    name = models.CharField(max_length=120)
    members = ArrayField(models.CharField(max_length=6), default=list)
    signed_on = models.DateField(null=True)
    precision = models.CharField(max_length=5, default="day")
    declared_items = models.PositiveSmallIntegerField(null=True)
    rollouts = models.ManyToManyField(RollOut, related_name="agreements", blank=True)
    document = models.ForeignKey(PolicyDocument, models.PROTECT, related_name="agreements")
    place = models.CharField(max_length=40)
    line = models.PositiveIntegerField()
    note = models.TextField(blank=True)

    class Meta:
        ordering = [F("signed_on").asc(nulls_last=True), "key"]

    def __str__(self) -> str:
        return self.name
