"""Rows of the counters: what a place set, who has an appointment, who has a number."""

import uuid

from django.db import models
from django.db.models import Q

from tongban.basics import sealing
from tongban.counters.rules import MOST_DAYS_AHEAD, MOST_PER_HALF_DAY, Capacity, Half
from tongban.parties.models import Account, Officer


class WindowCapacity(models.Model):
    """How many people a window takes on a half-day, as its place set it; without a row the default.

    Windows are known by the centre's code and their number, for their rows are read anew with the
    directory.
    """

    authority = models.CharField(max_length=18)
    window = models.PositiveSmallIntegerField()
    per_half_day = models.PositiveSmallIntegerField()
    days_ahead = models.PositiveSmallIntegerField()
    basis = models.CharField(max_length=200, blank=True)
    set_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["authority", "window"], name="capacity_once_a_window"),
            models.CheckConstraint(
                condition=Q(per_half_day__lte=MOST_PER_HALF_DAY)
                & Q(days_ahead__gte=1, days_ahead__lte=MOST_DAYS_AHEAD),
                name="capacity_is_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authority} {self.window}: {self.per_half_day}"

    def as_capacity(self) -> Capacity:
        """The values that rules count with."""
        return Capacity(self.per_half_day, self.days_ahead, is_default=False, basis=self.basis)


class Slot(models.Model):
    """One half-day of a window. The row is there to be locked while somebody takes a place in it."""

    authority = models.CharField(max_length=18)
    window = models.PositiveSmallIntegerField()
    day = models.DateField()
    half = models.CharField(max_length=10, choices=[(half.value, half.value) for half in Half])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "window", "day", "half"], name="a_half_day_of_a_window_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authority} {self.window} {self.day} {self.half}"


class Appointment(models.Model):
    """Somebody comes to a window on a half-day, for an item and the place that decides it.

    Name and phone are sealed and bound to the row, and deleted some time after its day. Without a
    case it is somebody who wants to hand one in there. Where the window is another node's, both
    have a row of the same id: there it takes a place, here it says what the window answered.
    `home` is the node of whoever comes.
    """

    class State(models.TextChoices):
        ASKED = "asked", "已申请，等窗口答复"
        FULL = "full", "那半天约满了"
        BOOKED = "booked", "已约好"
        ARRIVED = "arrived", "已到"
        MISSED = "missed", "没有来"
        CANCELLED = "cancelled", "已取消"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="appointments")
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, null=True, related_name="appointments"
    )
    home = models.CharField(max_length=2)
    item = models.CharField(max_length=20)
    deciding_place = models.CharField(max_length=6)
    number = models.CharField(max_length=21, blank=True)
    who_sealed = models.BinaryField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.BOOKED)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number"],
                condition=Q(state__in=["asked", "booked"]) & ~Q(number=""),
                name="one_appointment_a_case",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-made_at"], name="appointments_of_account"),
            models.Index(fields=["slot"], name="appointments_named", condition=~Q(who_sealed=b"")),
        ]

    def __str__(self) -> str:
        # No name: what is printed lands in logs.
        return f"{self.pk} {self.state}"

    @property
    def context(self) -> bytes:
        """What the sealed name and phone are bound to."""
        return f"counters.appointment:{self.pk}".encode()

    @property
    def who(self) -> tuple[str, str]:
        """Name and phone of whoever comes; nothing once they were deleted (`forgetting`)."""
        if not self.who_sealed:
            return "", ""
        name, _, phone = (
            sealing.unseal(self.who_sealed, context=self.context).decode().partition("\n")
        )
        return name, phone

    @property
    def is_open(self) -> bool:
        """Whether it can still be moved or cancelled."""
        return self.state == self.State.BOOKED

    @property
    def has_room(self) -> bool:
        """Whether it has, or may yet be given, a place."""
        return self.state in {self.State.ASKED, self.State.BOOKED}


class Ticket(models.Model):
    """A number in the queue of a centre's cross-place counter, on one day."""

    class State(models.TextChoices):
        WAITING = "waiting", "等叫号"
        CALLED = "called", "已叫号"
        SKIPPED = "skipped", "过号"
        SERVED = "served", "办完"

    authority = models.CharField(max_length=18)
    day = models.DateField()
    serial = models.PositiveIntegerField()
    appointment = models.OneToOneField(
        Appointment, on_delete=models.PROTECT, null=True, related_name="ticket"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    window = models.PositiveSmallIntegerField(null=True)
    taken_at = models.DateTimeField()
    called_at = models.DateTimeField(null=True)
    calls = models.PositiveSmallIntegerField(default=0)
    called_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "day", "serial"], name="a_number_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["called_by"], condition=Q(state="called"), name="one_at_a_window_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["authority", "day", "state"], name="tickets_of_day"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What is called and shown: Y for who had an appointment, K for who just came."""
        return f"{'Y' if self.appointment_id else 'K'}{self.serial:03d}"
