"""How lists are kept: what became of their items, what is reported about them, who does what."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tongban.catalogue.models.documents import PolicyDocument


class ItemChange(models.Model):
    """That items were added, merged, split, renamed or retired, under which document.

    `before` and `after` are item codes; an old code never disappears, it leads to what it became.
    `names` is {"before": …, "after": …} of a renaming. Rows are added, never changed.
    """

    class Kind(models.TextChoices):
        ADD = "add", "新增"
        MERGE = "merge", "合并"
        SPLIT = "split", "拆分"
        RENAME = "rename", "更名"
        RETIRE = "retire", "取消"

    kind = models.CharField(max_length=6, choices=Kind.choices)
    before = ArrayField(models.CharField(max_length=12), default=list)
    after = ArrayField(models.CharField(max_length=12), default=list)
    names = models.JSONField(default=dict)
    on = models.DateField()
    document = models.ForeignKey(PolicyDocument, models.PROTECT, related_name="item_changes")
    place = models.CharField(max_length=40)
    why = models.TextField(blank=True)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        ordering = ["on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="add", before=[], after__len=1)
                | Q(kind="merge", before__len__gte=2, after__len=1)
                | Q(kind="split", before__len=1, after__len__gte=2)
                | Q(kind="rename", before__len=1, after__len=1)
                | Q(kind="retire", before__len=1, after=[]),
                name="item_change_has_its_items",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.before} {self.after} {self.on}"


class ReportDuty(models.Model):
    """That somebody reports on a list at fixed times: each December, by the 22nd of each month.

    `month` is empty for a monthly report; `day` 31 means the last day of the month.
    """

    key = models.SlugField(primary_key=True)
    who = models.CharField(max_length=80)
    to = models.CharField(max_length=80)
    what = models.CharField(max_length=120)
    month = models.PositiveSmallIntegerField(null=True)
    day = models.PositiveSmallIntegerField()
    from_day = models.DateField(null=True)
    list_code = models.CharField(max_length=4, blank=True)
    batch_number = models.PositiveSmallIntegerField(null=True)
    document = models.ForeignKey(PolicyDocument, models.PROTECT, related_name="report_duties")
    place = models.CharField(max_length=40)
    line = models.PositiveIntegerField()

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class ProvinceRole(models.Model):
    """What part a province's authority has in an item: it leads, cooperates, or it is its own task.

    `item` is empty for a task that stands in no national list; then `words` names it. `phase` is
    the year whose end the document sets, empty for later; `line` lies in the text that was read.
    """

    class Role(models.TextChoices):
        LEAD = "lead", "牵头"
        COOPERATE = "cooperate", "配合"
        SPECIAL = "special", "特色"

    document = models.ForeignKey(PolicyDocument, models.PROTECT, related_name="roles")
    authority = models.CharField(max_length=60)
    role = models.CharField(max_length=9, choices=Role.choices)
    item = models.ForeignKey(
        "catalogue.Item", models.PROTECT, null=True, related_name="province_roles"
    )
    words = models.CharField(max_length=80)
    phase = models.CharField(max_length=4, blank=True)
    scope = models.CharField(max_length=40)
    place = models.CharField(max_length=40)
    line = models.PositiveIntegerField()

    class Meta:
        ordering = ["document", "line", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "role", "words", "phase"], name="province_role_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authority} {self.role} {self.words}"
