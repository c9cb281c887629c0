"""The inbox of an officer: what she was told, what she has read, what she wants to be told."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tongban.basics.refusals import FieldsRefused, NotFound
from tongban.basics.selecting import Selection
from tongban.cases.models import Case
from tongban.cases.notices import proving
from tongban.cases.notices.desk_wording import GROUPS, MAILED, WORDINGS
from tongban.cases.notices.models import DeskNotice, DeskWish
from tongban.catalogue import queries as catalogue
from tongban.parties.models import Officer

MOST_COUNTED = 100
_UNREAD = Selection(
    lambda p: DeskNotice.objects.filter(officer=p("officer"), read_at=None).values_list(
        "number", flat=True
    )[:MOST_COUNTED]
)


@dataclass(frozen=True)
class Told:
    """A notice in words, for the officer it is for."""

    id: UUID
    kind: str
    number: str
    ref: str
    title: str | Promise
    text: str
    asks: bool
    at: datetime
    is_read: bool


def notices_of(officer: Officer) -> QuerySet[DeskNotice]:
    """What an officer was told, newest first; of cases of an office she has left, nothing."""
    here = Exists(Case.objects.filter(_of_office(officer), pk=OuterRef("number")))
    rows = DeskNotice.objects.filter(Q(number="") | here, officer=officer)
    return rows.order_by("-at", "-id")


def _of_office(officer: Officer) -> Q:
    code = officer.authority.code if officer.authority else ""
    return Q(receiver_authority=code) | Q(decider_authority=code)


def unread(officer: Officer) -> int:
    """How many notices an officer has not read, up to MOST_COUNTED: every page of the desk asks."""
    numbers = _UNREAD.column(officer=officer.pk)
    if not any(numbers):
        return len(numbers)
    # By their keys, so that no plan reads through all cases of an office.
    seen = Case.objects.filter(_of_office(officer), pk__in={one for one in numbers if one})
    known = {"", *seen.values_list("number", flat=True)}
    return sum(number in known for number in numbers)


def in_words(notices: Iterable[DeskNotice]) -> list[Told]:
    """Notices as a page shows them; one whose case is gone is left out."""
    rows = list(notices)
    cases = Case.objects.in_bulk({row.number for row in rows if row.number})
    return [
        _told(row, cases.get(row.number))
        for row in rows
        if row.kind in WORDINGS and (not row.number or row.number in cases)
    ]


def _told(row: DeskNotice, case: Case | None) -> Told:
    wording = WORDINGS[row.kind]
    item = catalogue.item(case.item).name if case else ""
    return Told(
        id=row.pk,
        kind=row.kind,
        number=row.number,
        ref=row.ref,
        title=wording.title,
        text=str(wording.text) % {"item": item, "tail": row.number[-4:]},
        asks=wording.asks,
        at=row.at,
        is_read=row.read_at is not None,
    )


@transaction.atomic
def read_one(*, officer: Officer, notice_id: UUID, at: datetime) -> Told:
    """One notice, read from now on; reading it again changes nothing.

    Refused: NotFound, also for a notice of somebody else.
    """
    row = notices_of(officer).filter(pk=notice_id).first()
    told = in_words([row]) if row else []
    if row is None or not told:
        raise NotFound(_("没有这条消息，或者它不是给您的"))
    DeskNotice.objects.filter(pk=row.pk, read_at=None).update(read_at=at)
    return told[0]


def read_all(*, officer: Officer, before: datetime, at: datetime) -> int:
    """Mark what was told up to a moment as read: what came after the page was made stays unread."""
    return notices_of(officer).filter(read_at=None, at__lte=before).order_by().update(read_at=at)


def wish_of(officer: Officer) -> DeskWish:
    """What an officer wants; the platform's defaults where she has not said."""
    return DeskWish.objects.filter(pk=officer.pk).first() or DeskWish(officer=officer)


@dataclass(frozen=True)
class ByMail:
    """What an officer wants by mail as well, and where; no groups: nothing."""

    groups: Collection[str]
    address: str
    is_quiet_at_night: bool


@transaction.atomic
def want(*, officer: Officer, groups: Collection[str], by_mail: ByMail | None = None) -> DeskWish:
    """Keep what an officer wants; nobody offers other groups. What was told before stays.

    Only what is told in the inbox goes out by mail, too; what waits to be sent follows the wish.
    Without `by_mail` the rest of it stays. Refused: FieldsRefused (`mail`) for an address that is
    none, or groups without one.
    """
    DeskWish.objects.get_or_create(officer=officer)
    wish = DeskWish.objects.select_for_update().get(pk=officer.pk)
    wish.unwanted = sorted(_keys() - set(groups))
    if by_mail is not None:
        wish.mailed, wish.mail = list(by_mail.groups), _checked(by_mail)
        wish.is_quiet_at_night = by_mail.is_quiet_at_night
    told = set(MAILED.values()) - set(wish.unwanted)
    wish.mailed = sorted(told & set(wish.mailed))
    wish.save()
    return wish


def _keys() -> set[str]:
    return {group.key for group in GROUPS}


def _checked(by_mail: ByMail) -> str:
    address = by_mail.address.strip()
    if address:
        proving.check_mail(address)
    elif by_mail.groups:
        raise FieldsRefused({"mail": [_("填写邮箱地址，例如name@example.com")]})
    return address
