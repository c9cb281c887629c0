"""The inbox of one account: what it was told of the cases it may see, and what it has read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tongban.basics import identifiers
from tongban.basics.refusals import FieldsRefused, NotFound
from tongban.cases import queries
from tongban.cases.models import Case
from tongban.cases.notices import channels, mandated, proving
from tongban.cases.notices.models import Channel, Notice, Preference
from tongban.cases.notices.wording import WORDINGS
from tongban.cases.permissions import authority_name
from tongban.catalogue import queries as catalogue
from tongban.jurisdictions import queries as jurisdictions
from tongban.parties.models import Account


@dataclass(frozen=True)
class Told:
    """A notice in words, for the account it is for: about a case, or about a mandate."""

    id: UUID
    number: str
    mandate: UUID | None
    title: str | Promise
    text: str
    asks: bool
    at: datetime
    is_read: bool


def notices_of(account: Account) -> QuerySet[Notice]:
    """What an account was told, newest first; of cases it may no longer see, nothing.

    What was said of a mandate stays, as the mandate does.
    """
    seen = Q(number__in=queries.cases_of(account).order_by().values("number"))
    rows = Notice.objects.filter(seen | Q(mandate__isnull=False), account=account)
    return rows.order_by("-at", "-id")


def unread(account: Account) -> int:
    """How many notices an account has not read."""
    return notices_of(account).filter(read_at=None).order_by().count()


def in_words(notices: Iterable[Notice]) -> list[Told]:
    """Notices as a page shows them; one whose case is gone, or whose kind is unknown, is left out."""
    rows = list(notices)
    cases = Case.objects.in_bulk({row.number for row in rows if row.mandate_id is None})
    told = [_told(row, cases.get(row.number)) for row in rows]
    return [one for one in told if one is not None]


def _told(row: Notice, case: Case | None) -> Told | None:
    if row.mandate_id is not None:
        words = mandated.in_words(row)
        said = (words.title, words.text, words.asks) if words else None
    elif case is not None and row.kind in WORDINGS:
        wording = WORDINGS[row.kind]
        said = (wording.title, str(wording.inbox) % _facts(row, case), wording.asks)
    else:
        said = None
    if said is None:
        return None
    title, text, asks = said
    return Told(
        id=row.pk,
        number=row.number,
        mandate=row.mandate_id,
        title=title,
        text=text,
        asks=asks,
        at=row.at,
        is_read=row.read_at is not None,
    )


def _facts(row: Notice, case: Case) -> dict[str, str]:
    due = parse_date(row.facts.get("due", ""))
    return {
        "item": catalogue.item(case.item).name,
        "receiver": authority_name(case.receiver_authority) if case.receiver_authority else "",
        "decider": authority_name(case.decider_authority),
        "receiving": _place(case.receiving_place),
        "deciding": _place(case.deciding_place),
        "tail": case.number[-4:],
        "due": date_format(due, "Y年n月j日") if due else "",
    }


def _place(code: str) -> str:
    return jurisdictions.short_name(code) if code else ""


@transaction.atomic
def read_one(*, account: Account, notice_id: UUID, at: datetime) -> Told:
    """One notice, read from now on; reading it again changes nothing.

    Refused: NotFound, also for a notice of somebody else.
    """
    row = notices_of(account).filter(pk=notice_id).first()
    told = in_words([row]) if row else []
    if row is None or not told:
        raise NotFound(_("没有这条消息，或者它不是给这个账户的"))
    Notice.objects.filter(pk=row.pk, read_at=None).update(read_at=at)
    return told[0]


def read_all(*, account: Account, before: datetime, at: datetime) -> int:
    """Mark what was told up to a moment as read: what came after the page was made stays unread."""
    return notices_of(account).filter(read_at=None, at__lte=before).order_by().update(read_at=at)


@dataclass(frozen=True)
class Wishes:
    """How an account wants to be told; `mail` empty when it gives no address."""

    by_sms: bool
    by_mail: bool
    mail: str
    is_quiet_at_night: bool


@transaction.atomic
def keep_wishes(*, account: Account, wishes: Wishes) -> Preference:
    """Keep how an account wants to be told; what already waits follows it, too.

    Refused: FieldsRefused for an address that is none, or mail without an address.
    """
    address = wishes.mail.strip()
    if wishes.by_mail and not address:
        raise FieldsRefused({"mail": [_("填写邮箱地址，例如name@example.com")]})
    if address:
        proving.check_mail(address)
    row, _new = Preference.objects.select_for_update().get_or_create(account=account)
    row.by_sms, row.by_mail = wishes.by_sms, wishes.by_mail
    row.mail = address
    row.is_quiet_at_night = wishes.is_quiet_at_night
    row.save()
    return row


def offered() -> list[Channel]:
    """The channels to people that this node has and that can work."""
    return [
        channel
        for channel, way in channels.ways().items()
        if channel is not Channel.WEBHOOK and not way.trouble
    ]


def shown_number(number: str) -> str:
    """A case number in groups, as pages show it."""
    return identifiers.show_case_number(number)
