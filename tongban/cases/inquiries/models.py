"""The row of an inquiry: what its chain says, so that an office finds it."""

from django.db import models
from django.db.models import Q

from tongban.cases.inquiries.standing import OPEN, Standing


class Inquiry(models.Model):
    """One office asks another. The chain is the truth; these columns are its fold."""

    chain = models.CharField(max_length=32, primary_key=True)
    asker_node = models.CharField(max_length=2)
    asker_place = models.CharField(max_length=6)
    asker_authority = models.CharField(max_length=18)
    answerer_node = models.CharField(max_length=2)
    answerer_place = models.CharField(max_length=6)
    answerer_authority = models.CharField(max_length=18)
    number = models.CharField(max_length=21, blank=True)
    days = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10)
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    arrived_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    question = models.CharField(max_length=64)
    # Only this node's own: that its asker wants it back, until the other node has written so.
    withdrawal_asked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["asker_authority", "-asked_at"], name="inquiries_out"),
            models.Index(fields=["answerer_authority", "-asked_at"], name="inquiries_in"),
            models.Index(fields=["number"], name="inquiries_of_case", condition=~Q(number="")),
            models.Index(
                fields=["due_on"],
                name="inquiries_unanswered",
                condition=Q(state__in=sorted(state.value for state in OPEN)),
            ),
        ]

    def __str__(self) -> str:
        return self.chain

    def standing(self) -> Standing:
        """The fold that this row holds."""
        return Standing(**{name: getattr(self, name) for name in Standing.__slots__})
