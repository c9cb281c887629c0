"""Joint steps as a node's tables know them, and what the lead's node has in mind for a case."""

from django.db import models
from django.db.models import Q

from tongban.cases.joint.standing import Side, StepStanding, StepState

FOLDED = tuple(name for name in StepStanding.__slots__ if name != "chain")


class JointStep(models.Model):
    """One step of a joint case, a fold of its chain; the partner's node need not know the case."""

    chain = models.CharField(max_length=32, primary_key=True)
    number = models.CharField(max_length=21)
    item = models.CharField(max_length=20)
    key = models.CharField(max_length=40)
    name = models.CharField(max_length=40)
    place = models.CharField(max_length=40)
    round = models.PositiveIntegerField()
    lead_node = models.CharField(max_length=8)
    lead_authority = models.CharField(max_length=18)
    partner_node = models.CharField(max_length=8)
    partner_authority = models.CharField(max_length=18)
    partner_place = models.CharField(max_length=6)
    applicant_node = models.CharField(max_length=8)
    days = models.PositiveSmallIntegerField()
    undo_days = models.PositiveSmallIntegerField()
    has_undo = models.BooleanField()
    state = models.CharField(max_length=20, choices=[(s.value, s.value) for s in StepState])
    holder = models.CharField(max_length=10, choices=[(s.value, s.value) for s in Side])
    asked_at = models.DateTimeField()
    arrived_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    undo_asked_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    asked = models.CharField(max_length=64, blank=True)
    answer = models.CharField(max_length=64, blank=True)
    undo = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["number", "asked_at"], name="joint_steps_of_case"),
            models.Index(
                fields=["partner_authority", "due_on", "chain"],
                name="joint_steps_in_hand",
                condition=Q(holder=Side.PARTNER.value),
            ),
            models.Index(fields=["partner_authority", "-asked_at"], name="joint_steps_of_partner"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.key}"

    def standing(self) -> StepStanding:
        """The fold that this row holds."""
        return StepStanding(self.chain, **{name: getattr(self, name) for name in FOLDED})


class JointOtherwise(models.Model):
    """That the lead looked a fact up by other means, since a partner did not answer or could not."""

    number = models.CharField(max_length=21)
    round = models.PositiveIntegerField()
    key = models.CharField(max_length=40)
    how = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number", "round", "key"], name="a_fact_is_looked_up_otherwise_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.round} {self.key}"


class JointStop(models.Model):
    """That the lead gave a joint round up: what is done is taken back, what is open is stopped."""

    number = models.CharField(max_length=21)
    round = models.PositiveIntegerField()
    reason = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number", "round"], name="a_round_stops_once")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.round}"
