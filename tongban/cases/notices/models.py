"""What people were told, through which channels it goes out, and how they want to be told."""

import uuid
from datetime import datetime
from typing import cast

from django.db import models
from django.db.models import Q

from tongban.basics import sealing


class Channel(models.TextChoices):
    """Ways out of the portal; whether one exists at this node, its operator decides."""

    SMS = "sms", "短信"
    MAIL = "mail", "电子邮件"
    WEBHOOK = "webhook", "推送到其他系统"


class Notice(models.Model):
    """One thing that one account was told about one case, or one mandate; the inbox is these rows.

    Nothing personal is kept here: the words are made from the case when somebody reads them. A
    notice without account is for an applicant who has none here and has left a phone number.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(
        "parties.Account", models.CASCADE, null=True, related_name="notices"
    )
    # Of the case; of a mandate, a name of its own (mandated.subject).
    number = models.CharField(max_length=21)
    mandate = models.ForeignKey(
        "parties.Mandate", models.CASCADE, null=True, related_name="notices"
    )
    kind = models.CharField(max_length=30)
    # The event of the case that it is about; for a reminder, how many corrections were asked.
    seq = models.PositiveIntegerField()
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-at", "-id"], name="inbox_of_account"),
            models.Index(fields=["account"], condition=Q(read_at=None), name="unread_of_account"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "number", "kind", "seq"],
                nulls_distinct=False,
                name="told_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"


class Fate(models.TextChoices):
    """What became of a sending."""

    WAITING = "waiting", "等发送"
    SENT = "sent", "已发送"
    FAILED = "failed", "没有发出"
    DROPPED = "dropped", "不用再发"


class Sending(models.Model):
    """A notice on its way through one channel; a worker that sends it holds it by a lease.

    It is an applicant's or an officer's.
    """

    notice = models.ForeignKey(Notice, models.CASCADE, null=True, related_name="sendings")
    desk_notice = models.ForeignKey(
        "cases.DeskNotice", models.CASCADE, null=True, related_name="sendings"
    )
    channel = models.CharField(max_length=10, choices=Channel.choices)
    fate = models.CharField(max_length=10, choices=Fate.choices, default=Fate.WAITING)
    next_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(fate=Fate.WAITING.value), name="sendings_to_do"
            ),
            models.Index(
                fields=["-ended_at"], condition=Q(fate=Fate.FAILED.value), name="sendings_failed"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel"], name="sent_once_a_channel"),
            models.UniqueConstraint(
                fields=["desk_notice", "channel"], name="sent_to_officer_once_a_channel"
            ),
            models.CheckConstraint(
                condition=Q(notice=None) ^ Q(desk_notice=None), name="sending_has_one_notice"
            ),
            models.CheckConstraint(
                condition=Q(lease=None, leased_until=None)
                | Q(lease__isnull=False, leased_until__isnull=False),
                name="a_lease_has_its_end",
            ),
            models.CheckConstraint(
                condition=Q(fate=Fate.WAITING.value) ^ Q(ended_at__isnull=False),
                name="only_what_waits_has_no_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id or self.desk_notice_id} {self.channel}"

    @property
    def told(self) -> "Notice | DeskNotice":
        """What goes out."""
        return self.notice or cast(DeskNotice, self.desk_notice)


class ContactProof(models.Model):
    """That an address of an account is its own, or the code that is to show it; all of it sealed.

    `match` is a keyed hash of the address. `sends` counts the codes of one day, `tries` the wrong
    answers to the present one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey("parties.Account", models.CASCADE, related_name="contact_proofs")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    match = models.CharField(max_length=64)
    address_sealed = models.BinaryField()
    code_sealed = models.BinaryField(default=b"", blank=True)
    made_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sends = models.PositiveSmallIntegerField(default=0)
    sends_on = models.DateField(null=True)
    proved_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=Q(sent_at=None, proved_at=None),
                name="codes_to_send",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "channel", "match"], name="one_proof_an_address"
            )
        ]

    def __str__(self) -> str:
        # No address: what is printed lands in logs.
        return f"{self.account_id} {self.channel}"

    def seal(self, field: str, text: str) -> bytes:
        """A text sealed for one field of this row."""
        return sealing.seal(text.encode(), context=self._context(field))

    @property
    def address(self) -> str:
        """The phone number or mail address, in full."""
        return self._unseal("address")

    def is_open(self, at: datetime) -> bool:
        """Whether a code is out that still counts at a moment."""
        return bool(self.code_sealed) and self.expires_at is not None and at < self.expires_at

    @property
    def code(self) -> str:
        """The code that is to come back; empty when none is open."""
        return self._unseal("code") if self.code_sealed else ""

    def _unseal(self, field: str) -> str:
        sealed = bytes(getattr(self, f"{field}_sealed"))
        return sealing.unseal(sealed, context=self._context(field)).decode()

    def _context(self, field: str) -> bytes:
        return f"cases.notices.proof.{field}:{self.pk}".encode()


class WithMail(models.Model):
    """A row that holds a mail address, sealed."""

    mail_sealed = models.BinaryField(default=b"", db_default=b"", blank=True)

    class Meta:
        abstract = True

    @property
    def mail(self) -> str:
        """The address, in full; empty when none was given."""
        sealed = bytes(self.mail_sealed)
        return sealing.unseal(sealed, context=self._context()).decode() if sealed else ""

    @mail.setter
    def mail(self, address: str) -> None:
        self.mail_sealed = (
            sealing.seal(address.encode(), context=self._context()) if address else b""
        )

    def _context(self) -> bytes:
        raise NotImplementedError


class Preference(WithMail):
    """How an account wants to be told; without a row, the platform's defaults hold."""

    account = models.OneToOneField(
        "parties.Account", models.CASCADE, related_name="notice_preference"
    )
    by_sms = models.BooleanField(default=True)
    by_mail = models.BooleanField(default=False)
    is_quiet_at_night = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(by_mail=False) | ~Q(mail_sealed=b""), name="mail_needs_an_address"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id}"

    def _context(self) -> bytes:
        return f"cases.notices.mail:{self.account_id}".encode()


class DeskNotice(models.Model):
    """One thing that one officer of this node was told; the desk's inbox is these rows.

    Nothing personal is kept here, as with `Notice`: a page makes the words from the case. `ref`
    tells things of the same kind and case apart (an event, a request, an alarm, a signature).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    officer = models.ForeignKey("parties.Officer", models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=20)
    number = models.CharField(max_length=21, blank=True)
    ref = models.CharField(max_length=80)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["officer", "-at", "-id"], name="inbox_of_officer"),
            models.Index(fields=["officer"], condition=Q(read_at=None), name="unread_of_officer"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["officer", "kind", "number", "ref"], name="officer_told_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class DeskWish(WithMail):
    """What an officer does not want to be told, and what she wants by mail as well.

    Without a row everything is told in the desk's inbox, and nothing goes out.
    """

    officer = models.OneToOneField(
        "parties.Officer", models.CASCADE, related_name="notice_wish", primary_key=True
    )
    unwanted = models.JSONField(default=list)
    mailed = models.JSONField(default=list, db_default=[])
    is_quiet_at_night = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(mailed=[]) | ~Q(mail_sealed=b""), name="desk_mail_needs_an_address"
            )
        ]

    def __str__(self) -> str:
        return f"{self.officer_id}"

    def _context(self) -> bytes:
        return f"cases.notices.desk_mail:{self.officer_id}".encode()
