"""How lists are kept: what became of their items, what is reported about them, who does what."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tongban.catalogue.models.documents import PolicyDocument


class ItemChange(models.Model):
    """That items were added, merged, split, renamed or retired, under which document.

    `before` and `after` are item codes; an old code never disappears, it leads to what it became.
    `names` is {"before": …, "after": …} of a renaming. `by` prepared it and `confirmed_by` let it
    be, empty before renewals wanted two people. Rows are added, never changed.
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
    confirmed_by = models.CharField(max_length=40, blank=True, default="", db_default="")
    at = models.DateTimeField()

    class Meta:
        ordering = ["on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by="") | ~Q(confirmed_by=F("by")),
                name="item_change_confirmed_by_another",
            ),
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


class PreparedRenewal(models.Model):
    """A renewal, or a new batch, that one manager has prepared and a second one has to confirm.

    `kind` is that of the renewal, or batch. `said` is what is to be done, as
    `operations.preparing` writes it, and `digest` (SHA-256) is of that: the very same waits once.
    Nothing of the lists changes before it is confirmed. `why` is the reason it was sent back for.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "等待确认"
        CONFIRMED = "confirmed", "已确认"
        SENT_BACK = "sent-back", "已退回"
        WITHDRAWN = "withdrawn", "已撤回"

    kind = models.CharField(max_length=6)
    said = models.JSONField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    prepared_by = models.CharField(max_length=40)
    prepared_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)
    why = models.TextField(blank=True)
    change = models.OneToOneField(ItemChange, models.PROTECT, null=True, related_name="prepared_as")

    class Meta:
        ordering = ["prepared_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["digest"], condition=Q(state="waiting"), name="renewal_waits_once"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "sent-back"])
                | ~Q(decided_by=F("prepared_by")),
                name="renewal_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by="")
                | ~Q(state="waiting") & ~Q(decided_by=""),
                name="renewal_says_who_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state} {self.pk}"


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
