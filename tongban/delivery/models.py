"""Parcels and choices as this node's tables know them, and what is only this node's own."""

import json
import uuid

from django.db import models
from django.db.models import Q

from tongban.basics import identifiers, sealing
from tongban.delivery.couriers import Address
from tongban.delivery.standing import End, Purpose, Sheet, Standing
from tongban.delivery.states import Outcome, State

_PLAIN = tuple(name for name in Standing.__slots__ if name not in {"sender", "recipient", "sheets"})


class Parcel(models.Model):
    """One parcel; every column is a fold of its chain."""

    number = models.CharField(max_length=32, primary_key=True)
    purpose = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Purpose])
    state = models.CharField(max_length=12, choices=[(one.value, one.value) for one in State])
    from_node = models.CharField(max_length=8)
    from_place = models.CharField(max_length=6)
    from_authority = models.CharField(max_length=18, blank=True)
    to_node = models.CharField(max_length=8)
    to_place = models.CharField(max_length=6)
    to_authority = models.CharField(max_length=18, blank=True)
    packed_at = models.DateTimeField()
    since = models.DateTimeField()
    handed_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    courier = models.CharField(max_length=40, blank=True)
    waybill = models.CharField(max_length=60, blank=True)
    due_on = models.DateField(null=True)
    sealed = models.CharField(max_length=64)
    told = models.CharField(max_length=64, blank=True)
    head_seq = models.PositiveIntegerField()
    head_hash = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["from_authority", "state", "due_on"], name="parcel_of_sender"),
            models.Index(fields=["to_authority", "state", "due_on"], name="parcel_of_recipient"),
            models.Index(
                fields=["courier", "waybill"], name="parcel_by_waybill", condition=~Q(waybill="")
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_authority="") | ~Q(to_authority=""),
                name="an_office_at_one_end_of_a_parcel",
            ),
            models.CheckConstraint(
                condition=Q(waybill="") | ~Q(courier=""), name="a_waybill_has_its_courier"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def sender(self) -> End:
        return End(self.from_node, self.from_place, self.from_authority)

    @property
    def recipient(self) -> End:
        return End(self.to_node, self.to_place, self.to_authority)

    def standing(self) -> Standing:
        """The fold that these rows hold."""
        return Standing(
            **{name: getattr(self, name) for name in _PLAIN},
            sender=self.sender,
            recipient=self.recipient,
            sheets=tuple(row.sheet() for row in self.rows.order_by("id")),
        )

    def take(self, standing: Standing) -> None:
        """Write a newer fold into these columns (not yet saved)."""
        for name in _PLAIN:
            setattr(self, name, getattr(standing, name))
        for side, end in (("from", standing.sender), ("to", standing.recipient)):
            for part in ("node", "place", "authority"):
                setattr(self, f"{side}_{part}", getattr(end, part))


class ParcelSheet(models.Model):
    """One paper in a parcel. What it is called lies sealed beside the chain."""

    parcel = models.ForeignKey(Parcel, models.CASCADE, related_name="rows")
    key = models.CharField(max_length=12)
    case = models.CharField(max_length=21)
    spec = models.CharField(max_length=40, blank=True)
    is_original = models.BooleanField()
    count = models.PositiveSmallIntegerField()
    origin = models.CharField(max_length=48)
    outcome = models.CharField(
        max_length=8, blank=True, choices=[(one.value, one.value) for one in Outcome]
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parcel", "key"], name="one_row_a_paper_of_a_parcel")
        ]
        indexes = [
            models.Index(fields=["case"], name="paper_of_case"),
            models.Index(fields=["origin"], name="paper_by_origin"),
        ]

    def __str__(self) -> str:
        return f"{self.parcel_id}#{self.key}"

    def sheet(self) -> Sheet:
        """The paper as the fold knows it."""
        return Sheet(**{name: getattr(self, name) for name in Sheet.__slots__})


class CourierOrder(models.Model):
    """That a courier is to fetch a parcel. The job of the worker places it, and tries again."""

    class State(models.TextChoices):
        WAITING = "waiting"
        PLACED = "placed"
        REFUSED = "refused"
        DROPPED = "dropped"

    parcel = models.ForeignKey(Parcel, models.CASCADE, related_name="orders")
    courier = models.CharField(max_length=40)
    key = models.UUIDField(unique=True, help_text="the same in every attempt: ordered once")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)
    waybill = models.CharField(max_length=60, blank=True)
    placed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["parcel"],
                condition=Q(state__in=["waiting", "placed"]),
                name="one_open_order_a_parcel",
            ),
            models.CheckConstraint(
                condition=~Q(state="placed") | ~Q(waybill=""), name="a_placed_order_has_a_waybill"
            ),
        ]
        indexes = [models.Index(fields=["next_at"], name="order_due", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.courier} {self.key}"


class CourierNews(models.Model):
    """What a courier told, by its own name for it: told twice is one row, and no second effect."""

    courier = models.CharField(max_length=40)
    news_id = models.CharField(max_length=80)
    parcel = models.ForeignKey(Parcel, models.CASCADE, related_name="news")
    kind = models.CharField(max_length=12)
    at = models.DateTimeField()
    taken_at = models.DateTimeField()
    effect = models.CharField(max_length=8, help_text="written, passed on, or late")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["courier", "news_id"], name="courier_news_once")
        ]

    def __str__(self) -> str:
        return f"{self.courier} {self.news_id}"


class CourierContact(models.Model):
    """Whether a courier's system answered when it was last asked; an outage is told plainly."""

    courier = models.CharField(max_length=40, primary_key=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    away_since = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.courier


class Filed(models.Model):
    """That a paper of a closed case was put into the archive; a later row says where it went since."""

    authority = models.CharField(max_length=18)
    case = models.CharField(max_length=21)
    origin = models.CharField(max_length=48)
    place = models.CharField(max_length=80, help_text="box or shelf, as the archive calls it")
    by = models.ForeignKey("parties.Officer", models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["case", "origin", "-id"], name="filed_papers")]
        constraints = [
            models.CheckConstraint(condition=~Q(place=""), name="a_filed_paper_has_a_place")
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.origin}"


class SavedAddress(models.Model):
    """An address that an account sent something to, or from: its own alone, sealed.

    `match` is a keyed hash by which the same address is kept once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey("parties.Account", models.CASCADE, related_name="addresses")
    sealed = models.BinaryField()
    match = models.CharField(max_length=64)
    used_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["account", "-used_at"], name="addresses_of_account")]
        constraints = [
            models.UniqueConstraint(fields=["account", "match"], name="one_row_an_address")
        ]

    def __str__(self) -> str:
        # No address: what is printed lands in logs.
        return f"{self.account_id} {self.id}"

    @property
    def context(self) -> bytes:
        """What the sealed part is bound to."""
        return f"delivery.address:{self.pk}".encode()

    @property
    def address(self) -> Address:
        """The address, in full."""
        return Address(**json.loads(sealing.unseal(bytes(self.sealed), context=self.context)))

    @property
    def words(self) -> str:
        """The address in one line, its phone number masked."""
        one = self.address
        return f"{one.name}，{identifiers.mask_phone(one.phone)}，{one.address}"


class Choice(models.Model):
    """How an applicant wants the result, as the applicant's node last wrote it; a fold of a chain.

    A row of another node than the applicant's says nothing (`queries.choice_of`), so it may stand.
    """

    number = models.CharField(max_length=32, primary_key=True)
    case = models.CharField(max_length=21)
    node = models.CharField(max_length=8)
    way = models.CharField(max_length=12)
    place = models.CharField(max_length=6, blank=True)
    sealed = models.CharField(max_length=64, blank=True)
    nodes = models.JSONField()
    chosen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "node"], name="one_choice_a_case")]

    def __str__(self) -> str:
        return f"{self.case} {self.way}"
