"""Who in an office works on a case: given out by its leader, handed on with a word, taken back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics import sealing
from tongban.basics.refusals import NotAllowed, Refused
from tongban.basics.selecting import Selection
from tongban.cases import news, queries
from tongban.cases.models import Case, Handover
from tongban.cases.news import News
from tongban.cases.operations import moving
from tongban.cases.operations.claims import NotInHand
from tongban.cases.permissions import ClaimedByAnother, check_may_see, office_of
from tongban.cases.states import Party
from tongban.parties import absences
from tongban.parties.absences import check_leads
from tongban.parties.models import Officer

_LAST = Selection(
    lambda p: (
        Handover.objects.select_related("was_with", "by")
        .filter(case=p("number"))
        .order_by("-at", "-pk")[:1]
    )
)
_IN_HAND = {Party.RECEIVER: "receiver", Party.DECIDER: "decider"}


class NotOfThisOffice(Refused):
    """A case is given only to those of one's own office who may act on it."""

    code = "not-of-this-office"

    def __init__(self, name: str) -> None:
        super().__init__(
            _("%(name)s不是本单位办这一步的人员，不能把这件交给他") % {"name": name}, name=name
        )


class Away(Refused):
    """Whoever is away gets no cases until she is back."""

    code = "officer-away"

    def __init__(self, name: str) -> None:
        super().__init__(
            _("%(name)s今天登记为不在岗，换一个人，或者等他回来") % {"name": name}, name=name
        )


class ClaimChanged(Refused):
    """Somebody else took or gave the case meanwhile; the page that was read is old."""

    code = "claim-changed"

    def __init__(self, name: str) -> None:
        super().__init__(
            _("这件现在由%(name)s办，和您看到的不一样，没有改动") % {"name": name}
            if name
            else _("这件已经放回队列，和您看到的不一样，没有改动"),
            name=name,
        )


@transaction.atomic
def assign(*, number: str, to: Officer, by: Officer, at: datetime) -> Case:
    """Give a case of the queue to somebody of the office; only its leader may.

    Refused while somebody else has it (see `hand_on`), to whoever may not act on it or is away.
    Giving it twice to the same changes nothing.
    """
    case = _in_hand(number, by)
    check_leads(by)
    if case.claimed_by_id == to.pk:
        return case
    if case.claimed_by is not None:
        raise ClaimedByAnother(case.claimed_by.name)
    _give(case, to, at)
    _tell(case, to, by, at)
    return case


@transaction.atomic
def hand_on(
    *, number: str, having: Officer, to: Officer, by: Officer, note: str, at: datetime
) -> Case:
    """Hand a claimed case to a colleague with a word; by whoever has it, or by the leader.

    `having` is who had it when the page was read: refused as ClaimChanged when that is over, so
    the second of two presses does nothing. The word stays in this office, sealed.
    """
    case = _in_hand(number, by)
    if by != having:
        check_leads(by)
    _check_still(case, having)
    if to == having:
        raise Refused(_("%(name)s已经在办这件") % {"name": to.name}, code="has-it")
    _give(case, to, at)
    Handover.objects.create(
        case=case,
        was_with=having,
        to=to,
        by=by,
        note=sealing.seal(note.encode(), context=_context(number)) if note else b"",
        at=at,
    )
    _tell(case, to, by, at)
    return case


@transaction.atomic
def take_back(*, number: str, having: Officer, by: Officer) -> Case:
    """Put what somebody of the office has claimed back into the queue; only the leader may."""
    case = _in_hand(number, by)
    check_leads(by)
    _check_still(case, having)
    moving.release(case)
    return case


def last_word(case: Case) -> tuple[Handover, str] | None:
    """How the case came to whoever has it, if by a colleague's hand, with the word said then."""
    row = _LAST.first(number=case.number)
    if row is None or row.to_id != case.claimed_by_id:
        return None
    sealed = bytes(row.note)
    said = sealing.unseal(sealed, context=_context(case.number)).decode() if sealed else ""
    return row, said


def _context(number: str) -> bytes:
    return f"cases.handover.note:{number}".encode()


def _in_hand(number: str, by: Officer) -> Case:
    """The case, locked, while it is in the hands of the officer's own office."""
    case = queries.lock_case(number)
    check_may_see(by, case)
    holds = {
        Party.RECEIVER: case.receiver_authority,
        Party.DECIDER: case.decider_authority,
    }.get(Party(case.holder))
    if holds != office_of(by).code:
        raise NotInHand(Party(case.holder))
    return case


def _check_still(case: Case, having: Officer) -> None:
    if case.claimed_by_id != having.pk:
        raise ClaimChanged(case.claimed_by.name if case.claimed_by else "")


def _tell(case: Case, to: Officer, by: Officer, at: datetime) -> None:
    if to != by:
        news.tell(News(news.GIVEN, to, f"{case.head_seq}-{at.isoformat()}", at, case.number))


def _give(case: Case, to: Officer, at: datetime) -> None:
    role = _IN_HAND[Party(case.holder)]
    holds = case.receiver_authority if role == "receiver" else case.decider_authority
    if role not in to.roles or to.authority is None or to.authority.code != holds:
        raise NotOfThisOffice(to.name)
    if absences.is_away(to, at):
        raise Away(to.name)
    case.claimed_by, case.claimed_at = to, at
    case.save(update_fields=["claimed_by", "claimed_at"])


def leads(officer: Officer) -> bool:
    """Whether an officer leads her office."""
    try:
        check_leads(officer)
    except NotAllowed:
        return False
    return True
