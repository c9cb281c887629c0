"""Policy documents: where every rule comes from."""

from django.db import models
from django.db.models import F, Q


class PolicyDocument(models.Model):
    """A numbered official document; `number` is empty where the published text shows none."""

    key = models.SlugField(primary_key=True)
    number = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=200)
    short_title = models.CharField(max_length=60)
    issuer = models.CharField(max_length=60)
    issued_on = models.DateField()
    province = models.CharField(max_length=2, blank=True, help_text="two digits; empty: national")
    url = models.URLField(blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["issued_on", "key"]

    def __str__(self) -> str:
        return self.short_title


class DocumentRelation(models.Model):
    """That one document implements or extends another."""

    class Kind(models.TextChoices):
        IMPLEMENTS = "implements", "落实"
        EXTENDS = "extends", "扩大"

    document = models.ForeignKey(PolicyDocument, models.CASCADE, related_name="relations")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    other = models.ForeignKey(PolicyDocument, models.CASCADE, related_name="followed_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document", "kind", "other"], name="document_relation_once"
            ),
            models.CheckConstraint(condition=~Q(document=F("other")), name="document_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} {self.kind} {self.other_id}"
