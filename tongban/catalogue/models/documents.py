"""Policy documents: where every rule comes from."""

from django.db import models
from django.db.models import F, Q


class PolicyDocument(models.Model):
    """An official document, or a text that tells of official ones.

    `kind` keeps apart what can ground a rule: a policy; an agreement between places; the secondary
    source, which reports and decides nothing; a document that others only name. What no text states
    stays empty: `number`, `issuer`, `issued_on`; `precision` says how exact the day is (day, month,
    year: the first day of it is kept). `text_digest` (SHA-256) and `text_lines` are of the text
    that was read, empty where no text was; `stated_in` says where else the document is named.
    """

    class Kind(models.TextChoices):
        POLICY = "policy", "政策文件"
        AGREEMENT = "agreement", "合作协议"
        SECONDARY = "secondary", "公开资料，非政策文件"
        NAMED = "named", "只见引用，未收到原文"

    key = models.SlugField(primary_key=True)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.POLICY)
    number = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=200)
    short_title = models.CharField(max_length=60)
    issuer = models.CharField(max_length=60, blank=True)
    issued_on = models.DateField(null=True)
    precision = models.CharField(max_length=5, default="day")
    province = models.CharField(max_length=2, blank=True, help_text="two digits; empty: national")
    url = models.URLField(blank=True)
    note = models.TextField(blank=True)
    text_digest = models.CharField(max_length=64, blank=True)
    text_lines = models.PositiveIntegerField(null=True)
    stated_in = models.JSONField(default=list, help_text="[{document, line}]")

    class Meta:
        ordering = [F("issued_on").asc(nulls_last=True), "key"]

    def __str__(self) -> str:
        return self.short_title

    @property
    def is_policy(self) -> bool:
        """Whether it can be cited as a rule; what is not says so on every page."""
        return self.kind != self.Kind.SECONDARY


class DocumentRelation(models.Model):
    """That one document implements, extends, replaces or cites another, and where it says so."""

    class Kind(models.TextChoices):
        IMPLEMENTS = "implements", "落实"
        EXTENDS = "extends", "扩大"
        REPLACES = "replaces", "代替"
        CITES = "cites", "引用"

    document = models.ForeignKey(PolicyDocument, models.CASCADE, related_name="relations")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    other = models.ForeignKey(PolicyDocument, models.CASCADE, related_name="followed_by")
    line = models.PositiveIntegerField(null=True, help_text="in the text of the document")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document", "kind", "other"], name="document_relation_once"
            ),
            models.CheckConstraint(condition=~Q(document=F("other")), name="document_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} {self.kind} {self.other_id}"
