"""Lists, items, where they come from, and the versions of an item (the national standard)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tongban.catalogue.models.documents import PolicyDocument


class Mode(models.TextChoices):
    """How an item is done across places (实现形式), normalised; the source's words are kept beside it."""

    ONLINE = "ONLINE", "全程网办"
    RECEIVED_FOR = "RECEIVED_FOR", "异地代收代办"
    JOINT = "JOINT", "多地联办"
    ANYWHERE = "ANYWHERE", "全国无差别办理"
    PRECHECK_MAIL = "PRECHECK_MAIL", "网上预审加寄递"
    ON_SITE = "ON_SITE", "现场办理"


class Subject(models.TextChoices):
    """Whom an item serves."""

    PERSON = "person", "个人"
    ORGANISATION = "organisation", "企业和其他组织"


class SourceState(models.TextChoices):
    """What a document says about how far an item is."""

    OPEN = "open", "写明了实现形式"
    DEFERRED = "deferred", "按部委统一部署"
    ABSENT = "absent", "本省没有该事项"
    ON_SITE = "on-site", "仍需现场办理"
    UNSTATED = "unstated", "文件没有写实现形式"


class ItemList(models.Model):
    """A published list of items."""

    code = models.CharField(max_length=4, primary_key=True)
    name = models.CharField(max_length=80)
    document = models.ForeignKey(PolicyDocument, models.PROTECT)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Batch(models.Model):
    """A part of a list with its own day; how many items it declares, and how many are known.

    The difference is shown and never filled: nobody here has seen the rows that are missing.
    `document` is where the known rows were read.
    """

    list = models.ForeignKey(ItemList, models.CASCADE, related_name="batches")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    due_on = models.DateField(null=True)
    declared_total = models.PositiveSmallIntegerField()
    known_total = models.PositiveSmallIntegerField()
    document = models.ForeignKey(PolicyDocument, models.PROTECT)

    class Meta:
        ordering = ["list", "number"]
        constraints = [
            models.UniqueConstraint(fields=["list", "number"], name="batch_once_a_list"),
            models.CheckConstraint(
                condition=Q(known_total__lte=F("declared_total")), name="batch_known_of_declared"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Item(models.Model):
    """A service with a name, at national level.

    `code` is ours: list, batch and row as published, `2020-2-06`; see docs/adr. `facts`
    is what the document's scenario says, in parts; `themes` and `subjects` are our own sorting.
    """

    code = models.CharField(max_length=12, primary_key=True)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="items")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    lead = models.CharField(max_length=40)
    cooperating = ArrayField(models.CharField(max_length=40), default=list)
    theme = models.CharField(max_length=20)
    subjects = ArrayField(models.CharField(max_length=12, choices=Subject.choices))
    facts = models.JSONField()
    scenario = models.CharField(max_length=200)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="item_once_a_batch"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{4}-[0-9]-[0-9]{2}$"), name="item_code_has_its_form"
            ),
        ]
        indexes = [models.Index(fields=["theme", "code"], name="item_by_theme")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ItemSource(models.Model):
    """The row of a document that an item comes from, in the document's words and normalised.

    `province` is whose row it is: a form stated by 福建省 says nothing about other provinces.
    `deadlines` is a list of {scope, kind, by, coverage, text}.
    """

    item = models.ForeignKey(Item, models.CASCADE, related_name="sources")
    document = models.ForeignKey(PolicyDocument, models.PROTECT)
    part = models.CharField(max_length=10)
    row = models.PositiveSmallIntegerField()
    first_line = models.PositiveIntegerField(help_text="in the text that was read")
    last_line = models.PositiveIntegerField()
    province = models.CharField(max_length=2, blank=True)
    province_unit = models.CharField(max_length=40, blank=True)
    form = models.CharField(max_length=80, blank=True)
    modes = ArrayField(models.CharField(max_length=14, choices=Mode.choices), default=list)
    modes_from = models.CharField(max_length=5, blank=True, help_text="form, scene or nothing")
    state = models.CharField(max_length=10, choices=SourceState.choices)
    deadline = models.CharField(max_length=120, blank=True)
    national_deadline = models.CharField(max_length=120, blank=True)
    deadlines = models.JSONField(default=list)

    class Meta:
        ordering = ["item", "document"]
        constraints = [
            models.UniqueConstraint(fields=["document", "part", "row"], name="source_row_once"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} {self.part} {self.row}"

    @property
    def place(self) -> str:
        """Where the row stands, as a page says it: 附件二第6项."""
        return f"{self.part}第{self.row}项"


class ItemVersion(models.Model):
    """The rules of an item in force from a day on. What is published is frozen (migration 0002).

    `content` is the whole version as `versions.Version` reads it; `digest` is over its canonical
    JSON, so two nodes can tell that they mean the same version.
    """

    item = models.ForeignKey(Item, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    from_day = models.DateField()
    modes = ArrayField(models.CharField(max_length=14, choices=Mode.choices))
    department = models.CharField(max_length=40)
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    came_from = models.CharField(max_length=10, default="shipped")
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=40, blank=True)
    drafted_by = models.CharField(max_length=40, blank=True)
    running = models.JSONField(default=dict, help_text="what happens to running cases")

    class Meta:
        ordering = ["item", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="item_version_once"),
            models.UniqueConstraint(fields=["item", "from_day"], name="one_item_version_a_day"),
            models.CheckConstraint(condition=Q(number__gte=1), name="item_versions_start_at_one"),
            models.CheckConstraint(
                condition=Q(published_by="") | ~Q(published_by=F("drafted_by")),
                name="item_version_published_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} v{self.number}"


class Loaded(models.Model):
    """Which shipped files the tables hold, so that loading them again is quick."""

    file = models.CharField(max_length=80, primary_key=True)
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.file
