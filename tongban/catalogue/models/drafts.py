"""Drafts of versions: worked on by one, reviewed by another, published and then frozen."""

from django.db import models
from django.db.models import F, Q

from tongban.catalogue.models.items import Item


class Draft(models.Model):
    """A version that is not law yet: of the national standard, or of one place's implementation.

    `division_code` is empty for the national standard. `content` is the whole content of a version
    for the standard, the changes for an implementation. `base` is the number of the version that it
    was begun from (0: none). `sent_back_why` is the last reason for which it came back; all of them
    stand in `SentBack`. Live versions never read this table.
    """

    class State(models.TextChoices):
        EDITING = "editing", "正在编写"
        IN_REVIEW = "in-review", "等待审核"
        PUBLISHED = "published", "已公布"
        DROPPED = "dropped", "已放弃"

    item = models.ForeignKey(Item, models.PROTECT, related_name="drafts")
    division_code = models.CharField(max_length=6, blank=True)
    part = models.CharField(max_length=2, blank=True)
    base = models.PositiveIntegerField(default=0)
    from_day = models.DateField(null=True)
    content = models.JSONField()
    wording = models.JSONField(default=dict)
    running = models.JSONField(default=dict, help_text="what happens to running cases")
    why = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.EDITING)
    revision = models.PositiveIntegerField(default=1, help_text="told back on save: two tabs")
    drafted_by = models.CharField(max_length=40)
    drafted_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    handed_in_at = models.DateTimeField(null=True)
    sent_back_why = models.TextField(blank=True)
    reviewed_by = models.CharField(max_length=40, blank=True)
    reviewed_at = models.DateTimeField(null=True)
    published_number = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["-saved_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "division_code", "part"],
                condition=Q(state__in=["editing", "in-review"]),
                name="one_open_draft_a_version",
            ),
            models.CheckConstraint(
                condition=~Q(reviewed_by=F("drafted_by")), name="draft_reviewed_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | ~Q(reviewed_by=""),
                name="draft_published_after_review",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.division_code} draft {self.pk}"


class SentBack(models.Model):
    """That a reviewer gave a draft back, and why; a row each time, never changed.

    `by` is empty where nobody knows any more: a draft that was published before these rows were
    kept only says who published it.
    """

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="sent_back")
    why = models.TextField()
    by = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"draft {self.draft_id} sent back {self.at}"
