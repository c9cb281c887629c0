"""Countersigning: what an officer may do only once the leader of the office signed for it."""

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tongban.basics import canonical, sealing
from tongban.basics.refusals import FieldsRefused, NotAllowed, NotFound, Refused
from tongban.cases import judging, news, queries, states
from tongban.cases.models import Case, Countersignature
from tongban.cases.news import News
from tongban.cases.permissions import MoveNotPossible, check_may_act, office_of
from tongban.cases.states import Move, State
from tongban.parties.absences import check_leads
from tongban.parties.models import Officer, Role

# What may be put before a leader: acts that always want it, and the second notice of correction.
ACTS: dict[str, Move] = {
    move.name: move
    for move in (
        states.EXTEND,
        states.CORRECT_DECISION,
        states.REOPEN,
        states.ASK_CORRECTION,
        states.GIVE_MORE_TIME,
    )
}


# Working days of a second time to mend what is missing; a default of the platform.
MOST_MORE_TIME = 30


class CountersignatureNeeded(Refused):
    """The act waits for the leader's signature; nothing was done."""

    code = "countersignature-needed"

    def __init__(self, move: Move, *, is_asked: bool) -> None:
        super().__init__(
            _("%(act)s还在等科室负责人签字，签字以后再办") % {"act": _(move.label)}
            if is_asked
            else _("%(act)s要经科室负责人签字。先写明理由，报负责人签字") % {"act": _(move.label)},
            act=move.name,
            asked=is_asked,
        )


class OwnSignature(NotAllowed):
    """Nobody signs for what one wants to do oneself."""

    code = "own-signature"

    def __init__(self) -> None:
        super().__init__(_("这是您自己报的，要由另一位负责人签字"))


class NotAsSigned(Refused):
    """The act would say something else than what the leader read and signed."""

    code = "not-as-signed"

    def __init__(self) -> None:
        super().__init__(_("和负责人签字的内容不一样。照签字的办，或者改好以后重新报签字"))


class AlreadySettled(Refused):
    """It was signed, refused or taken back before."""

    code = "countersignature-settled"

    def __init__(self) -> None:
        super().__init__(_("这一份已经签过、退回或者收回，不能再办"))


@dataclass(frozen=True)
class Draft:
    """What an act will say: its form as pairs of name and value, and the words it leads to."""

    form: list[tuple[str, str]]
    words: Mapping[str, Any]


def digest(words: Mapping[str, Any]) -> str:
    """The digest of what an act says, its terms aside: what is signed may not be said otherwise."""
    plain = {name: _plain(value) for name, value in words.items() if name != "days"}
    return hashlib.sha256(canonical.dumps(plain)).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        # A form sends line ends otherwise than an interface does.
        return "\n".join(value.split("\r\n")).strip()
    if isinstance(value, Sequence):
        return [_plain(one) for one in value]
    return {key: _plain(one) for key, one in asdict(value).items()}


def form_of(found: Countersignature) -> list[tuple[str, str]]:
    """The form of an act as it was put before the leader; empty where none was."""
    if not found.form:
        return []
    pairs = json.loads(sealing.unseal(bytes(found.form)))
    return [(name, value) for name, value in pairs]


@transaction.atomic
def ask_countersignature(
    *,
    number: str,
    officer: Officer,
    act: str,
    reason: str,
    at: datetime,
    terms: Mapping[str, Any] | None = None,
    draft: Draft | None = None,
) -> Countersignature:
    """Put an act of a case before the leader of the office, with a reason and its terms.

    With a `draft` the leader sees what will go out, and the act then says just that.

    Refused where the act itself would be, leaving the signature aside; for an act that needs none.
    Asked again while it is open, the new words stand in place of the old, and a signature already
    given for the old ones is gone.
    """
    case = queries.lock_case(number)
    move = _wanted(case, act)
    check_may_act(officer, case, move)
    if not reason.strip():
        raise FieldsRefused({"reason": [_("写明为什么要这样办")]})
    _open(case, move).delete()
    row = Countersignature.objects.create(
        id=uuid.uuid4(),
        case=case,
        act=act,
        terms=_checked(case, move, terms or {}),
        reason=sealing.seal(reason.strip().encode()),
        asked_by=officer,
        asked_at=at,
        form=sealing.seal(json.dumps(draft.form).encode()) if draft else b"",
        words=digest(draft.words) if draft else "",
    )
    for leader in leaders(officer):
        news.tell(News(news.TO_SIGN, leader, str(row.pk), at, number))
    return row


def leaders(officer: Officer) -> "QuerySet[Officer]":
    """Who may sign for what an officer wants to do: the leaders of the office but herself."""
    here = Officer.objects.filter(authority=officer.authority, roles__contains=[Role.LEADER])
    return here.exclude(pk=officer.pk).order_by("pk")


def _wanted(case: Case, act: str) -> Move:
    move = ACTS.get(act)
    if move is None or (move is states.ASK_CORRECTION and not case.corrections):
        raise FieldsRefused({"act": [_("这一步不用负责人签字，直接办理")]})
    if move is states.EXTEND and case.extended:
        raise MoveNotPossible(move, State(case.state))
    return move


def _checked(case: Case, move: Move, terms: Mapping[str, Any]) -> dict[str, Any]:
    if not most_days(case, move):
        return {}
    return {"days": check_days(case, move, terms.get("days"))}


def most_days(case: Case, move: Move) -> int:
    """How many working days an act may give at most; 0 for an act that gives none."""
    if move is states.EXTEND:
        return judging.most_extension(case.mode)
    return MOST_MORE_TIME if move is states.GIVE_MORE_TIME else 0


def check_days(case: Case, move: Move, days: object) -> int:
    """The length of an extension, or of a second time to answer; refused beyond the most."""
    most = most_days(case, move)
    if type(days) is not int or not 0 < days <= most:
        raise FieldsRefused({"days": [_("写1到%(most)d个工作日") % {"most": most}]})
    return days


@transaction.atomic
def countersign(
    *, pk: uuid.UUID, leader: Officer, at: datetime, note: str = ""
) -> Countersignature:
    """Sign for an act of one's own office. Signing twice changes nothing.

    Refused to anybody but a leader of the deciding authority, and to whoever asked.
    """
    found = _for_leader(pk, leader)
    if found.signed_at is None:
        found.signed_by, found.signed_at = leader, at
        found.note = sealing.seal(note.strip().encode())
        found.save()
        _tell_asker(found, at)
    return found


@transaction.atomic
def refuse_countersignature(
    *, pk: uuid.UUID, leader: Officer, reason: str, at: datetime
) -> Countersignature:
    """Say no, and why; the officer may ask again with better reasons."""
    found = _for_leader(pk, leader)
    if found.signed_at is not None:
        raise AlreadySettled
    if not reason.strip():
        raise FieldsRefused({"reason": [_("写明为什么不同意")]})
    found.signed_by, found.refused_at = leader, at
    found.note = sealing.seal(reason.strip().encode())
    found.save()
    _tell_asker(found, at)
    return found


def _tell_asker(found: Countersignature, at: datetime) -> None:
    news.tell(News(news.SETTLED, found.asked_by, str(found.pk), at, found.case_id))


def one_for(*, pk: uuid.UUID, leader: Officer) -> Countersignature:
    """What waits for a leader, to be looked at. Refused: NotFound, also for another office's."""
    found = waiting_for(leader).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有找到要签字的这一份，可能已经收回"))
    return found


def case_number(pk: uuid.UUID) -> str:
    """The case that a signature was asked for. Refused: NotFound."""
    found = Countersignature.objects.filter(pk=pk).values_list("case_id", flat=True).first()
    if found is None:
        raise NotFound(_("没有找到要签字的这一份，可能已经收回"))
    return str(found)


def _for_leader(pk: uuid.UUID, leader: Officer) -> Countersignature:
    rows = Countersignature.objects.select_for_update(of=("self",))
    found = rows.select_related("asked_by", "case").filter(pk=pk).first()
    if found is None or office_of(leader).code != found.case.decider_authority:
        raise NotFound(_("没有找到要签字的这一份，可能已经收回"))
    check_leads(leader)
    if found.asked_by_id == leader.pk:
        raise OwnSignature
    if found.used_at is not None or found.refused_at is not None:
        raise AlreadySettled
    return found


@transaction.atomic
def take_back(*, number: str, officer: Officer, act: str) -> None:
    """Take back what waits for a signature; twice changes nothing."""
    case = queries.lock_case(number)
    move = _wanted(case, act)
    check_may_act(officer, case, move)
    _open(case, move).delete()


def pretend(case: Case, move: Move, *, officer: Officer, at: datetime, days: object) -> None:
    """Act as if the leader had signed, for a preview: the caller's transaction is undone.

    Refused where the terms are beyond the most, and in an office that has no leader to sign.
    """
    leader = leaders(officer).first()
    if leader is None:
        raise Refused(_("本单位没有登记科室负责人，没有人能签字。请管理员先登记"))
    _open(case, move).delete()
    Countersignature.objects.create(
        id=uuid.uuid4(),
        case=case,
        act=move.name,
        terms=_checked(case, move, {"days": days}),
        reason=b"",
        asked_by=officer,
        asked_at=at,
        signed_by=leader,
        signed_at=at,
    )


def use(
    case: Case,
    move: Move,
    *,
    officer: Officer,
    at: datetime,
    words: Mapping[str, Any],
    **terms: Any,
) -> str:
    """Use the signature for an act that the caller is about to do; gives the leader's pseudonym.

    Called within the act's own transaction, with the case locked. Refused without a signature,
    with one for other terms or words, and to the one who signed.
    """
    found = _open(case, move).select_for_update(of=("self",)).first()
    if found is None or found.signed_by is None or found.terms != terms:
        raise CountersignatureNeeded(move, is_asked=found is not None and found.terms == terms)
    if found.signed_by_id == officer.pk:
        raise OwnSignature
    if found.words and found.words != digest(words):
        raise NotAsSigned
    found.used_at = at
    found.save(update_fields=["used_at"])
    return found.signed_by.pseudonym


def _open(case: Case, move: Move) -> "QuerySet[Countersignature]":
    return Countersignature.objects.filter(case=case, act=move.name, used_at=None, refused_at=None)


def last_of(case: Case, act: str) -> Countersignature | None:
    """What was last asked for an act of a case, whatever became of it."""
    rows = Countersignature.objects.filter(case=case, act=act).select_related("signed_by")
    return rows.order_by("-asked_at").first()


def waiting_for(leader: Officer) -> "QuerySet[Countersignature]":
    """What waits for the signature of a leader, oldest first; nothing for who is no leader."""
    office = office_of(leader).code
    waiting = Q(signed_at=None, used_at=None, refused_at=None, case__decider_authority=office)
    rows = Countersignature.objects.select_related("case", "asked_by__authority").filter(waiting)
    return rows.exclude(asked_by=leader).order_by("asked_at")


def words(found: Countersignature) -> tuple[str, str]:
    """The reason of whoever asked, and the note of whoever signed or refused."""
    note = sealing.unseal(bytes(found.note)).decode() if found.note else ""
    return sealing.unseal(bytes(found.reason)).decode(), note
