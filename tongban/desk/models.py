"""What an officer keeps for herself at the desk; nothing of a case depends on it."""

from django.db import models


class SavedQueue(models.Model):
    """Filters of a queue under a name, for the officer who saved them and nobody else.

    `filters` are those of the page's address: the list that was shown, and what it was narrowed to.
    """

    officer = models.ForeignKey(
        "parties.Officer", models.CASCADE, related_name="saved_queues", db_index=False
    )
    side = models.CharField(max_length=10)
    name = models.CharField(max_length=20)
    filters = models.JSONField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["officer", "side", "name"], name="one_saved_queue_a_name"
            )
        ]

    def __str__(self) -> str:
        return f"{self.officer_id} {self.side} {self.name}"
