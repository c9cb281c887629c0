"""Signed publications: how the catalogue travels between the hub and the nodes."""

from django.db import models
from django.db.models import Q


class Publication(models.Model):
    """One step of a publisher's catalogue, in order and signed; kept as it was signed.

    `publisher` is a node ("00" the hub: standards and roll-outs; a province: its implementations).
    `body` holds `changes`; `signature` is the publisher's over the canonical JSON of everything else.
    """

    publisher = models.CharField(max_length=8)
    number = models.PositiveIntegerField()
    published_at = models.DateTimeField()
    taken_at = models.DateTimeField()
    body = models.JSONField()
    digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True)
    key_id = models.CharField(max_length=64)
    signature = models.TextField()

    class Meta:
        ordering = ["publisher", "number"]
        constraints = [
            models.UniqueConstraint(fields=["publisher", "number"], name="publication_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="publications_start_at_one"),
        ]

    def __str__(self) -> str:
        return f"{self.publisher} {self.number}"


class Told(models.Model):
    """How far a publisher had come when the hub last said so; from this a copy knows its age."""

    publisher = models.CharField(max_length=8, primary_key=True)
    number = models.PositiveIntegerField()
    as_of = models.DateTimeField(help_text="the hub's moment, not ours")

    def __str__(self) -> str:
        return f"{self.publisher} {self.number}"
