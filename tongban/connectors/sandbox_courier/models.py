"""What the fictional courier knows of its shipments, and what somebody wished upon them."""

from django.db import models


class Shipment(models.Model):
    """One order taken. `fate` is what happens to it instead of arriving, from `fated_at` on."""

    class Fate(models.TextChoices):
        LOSE = "lose"
        DAMAGE = "damage"
        TURN_BACK = "turn_back"

    key = models.UUIDField(unique=True)
    waybill = models.CharField(max_length=20, unique=True)
    fate = models.CharField(max_length=10, blank=True, choices=Fate.choices)
    fated_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.waybill


class Outage(models.Model):
    """That the fictional courier does not answer; there is at most one row."""

    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="there_is_one_sandbox_outage")
        ]

    def __str__(self) -> str:
        return str(self.since)
