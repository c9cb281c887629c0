"""What the deciding place does: take the case on, ask once, decide, give the result."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics import calendar
from tongban.basics.refusals import FieldsRefused, Refused
from tongban.cases import documents, queries, states
from tongban.cases.models import Case
from tongban.cases.operations import countersigning, moving, opening_hours, passing_on
from tongban.cases.operations.countersigning import CountersignatureNeeded
from tongban.cases.operations.window import Fault, NothingWrong, said
from tongban.cases.permissions import check_may_act
from tongban.cases.standing import BEIJING
from tongban.cases.states import Move, Party
from tongban.jurisdictions import corrections
from tongban.parties.models import Officer
from tongban.record import papers


class AskedOnce(Refused):
    """What is missing is told once, completely (行政许可法 art. 32)."""

    code = "asked-once"

    def __init__(self) -> None:
        super().__init__(
            _(
                "补正只能一次性告知，这件已经告知过。请受理，或者说明理由不予受理；"
                "确实漏了的，写明理由报科室负责人签字"
            )
        )


def _act(case: Case, officer: Officer, move: Move) -> None:
    check_may_act(officer, case, move)


def _required(text: str, field: str, sentence: str) -> str:
    if not text.strip():
        raise FieldsRefused({field: [sentence]})
    return text.strip()


@transaction.atomic
def accept_case(*, number: str, officer: Officer, at: datetime) -> Case:
    """Take a case on; the decision limit starts the next day, an instant item is due the same day.

    Accepting twice is refused the second time, so a double click cannot restart the clock.
    """
    case = queries.lock_case(number)
    _act(case, officer, states.ACCEPT)
    moving.make_move(
        case,
        states.ACCEPT,
        by=moving.officer_author(officer, Party.DECIDER),
        at=at,
        content=opening_hours.said(case),
    )
    return case


@transaction.atomic
def refuse_acceptance(
    *,
    number: str,
    officer: Officer,
    ground: str,
    right_organ: str,
    at: datetime,
    right_place: str = "",
) -> Case:
    """Refuse to take a case on, saying why and which organ is the right one (art. 32).

    With `right_place`, a division whose organ has the power, the applicant is offered to pass the
    papers on to it.
    """
    case = queries.lock_case(number)
    _act(case, officer, states.REFUSE_ACCEPTANCE)
    told = {
        "ground": _required(ground, "ground", "写明不予受理的理由"),
        "right_organ": _required(right_organ, "right_organ", "写明申请人该向哪个机关申请"),
        "contact": queries.contact(officer),
    }
    place = passing_on.check_right_place(case, right_place, on=at.astimezone(BEIJING).date())
    moving.make_move(
        case,
        states.REFUSE_ACCEPTANCE,
        by=moving.officer_author(officer, Party.DECIDER),
        at=at,
        content={"right_place": place} if place else None,
        personal=told,
    )
    return case


@transaction.atomic
def ask_correction(
    *, number: str, officer: Officer, faults: Sequence[Fault], note: str, at: datetime
) -> Case:
    """Tell the applicant everything that is missing, once; the acceptance clock stands meanwhile.

    Refused without a single thing to mend (NothingWrong), and the second time (AskedOnce) unless
    the leader of the office signed for a second notice.
    """
    case = queries.lock_case(number)
    _act(case, officer, states.ASK_CORRECTION)
    if not faults:
        raise NothingWrong
    words = {"faults": list(faults), "note": note}
    signed = _signed_again(case, officer, at, words) if case.corrections else {}
    answer_by = calendar.of(case.deciding_place).add_working_days(
        at.astimezone(BEIJING).date(), corrections.of(case.deciding_place).days
    )
    moving.make_move(
        case,
        states.ASK_CORRECTION,
        by=moving.officer_author(officer, Party.DECIDER),
        at=at,
        content={
            "specs": sorted({fault.spec for fault in faults}),
            "answer_by": answer_by.isoformat(),
            **signed,
        },
        personal={"faults": said(faults), "note": note, "contact": queries.contact(officer)},
    )
    return case


def _signed_again(
    case: Case, officer: Officer, at: datetime, words: dict[str, Any]
) -> dict[str, str]:
    """A second notice bears the leader's signature; without one it is refused as such."""
    try:
        signed_by = countersigning.use(
            case, states.ASK_CORRECTION, officer=officer, at=at, words=words
        )
    except CountersignatureNeeded as needed:
        if needed.facts()["asked"]:
            raise
        raise AskedOnce from needed
    return {"countersigned_by": signed_by}


@transaction.atomic
def approve(*, number: str, officer: Officer, note: str, at: datetime) -> Case:
    """Decide for the applicant. There is one decision a case; the database holds to it."""
    case = queries.lock_case(number)
    _act(case, officer, states.APPROVE)
    moving.make_move(
        case,
        states.APPROVE,
        by=moving.officer_author(officer, Party.DECIDER),
        at=at,
        personal={"note": note},
    )
    return case


@transaction.atomic
def deny(*, number: str, officer: Officer, ground: str, basis: str, at: datetime) -> Case:
    """Decide against the applicant, with the facts, the basis and how to contest it."""
    case = queries.lock_case(number)
    _act(case, officer, states.DENY)
    told = {
        "ground": _required(ground, "ground", "写明不予批准的事实和理由"),
        "basis": _required(basis, "basis", "写明依据的文件和条款"),
        "contact": queries.contact(officer),
    }
    moving.make_move(
        case,
        states.DENY,
        by=moving.officer_author(officer, Party.DECIDER),
        at=at,
        personal=told,
    )
    return case


@transaction.atomic
def issue_result(*, number: str, officer: Officer, at: datetime) -> Case:
    """Make the document of the decision (PDF) and put it on the record by its digest."""
    case = queries.lock_case(number)
    _act(case, officer, states.ISSUE_RESULT)
    document = documents.decision(case, officer=officer, at=at)
    file = papers.put(document.pdf, media_type="application/pdf")
    moving.make_move(
        case,
        states.ISSUE_RESULT,
        by=moving.officer_author(officer, Party.DECIDER),
        at=at,
        content={
            "result": {"digest": file.digest, "title": document.title, "number": document.number}
        },
        files=[file],
    )
    return case


@transaction.atomic
def deliver(*, number: str, officer: Officer, at: datetime) -> Case:
    """Send the result on its way: to the receiving window, or straight to the applicant online."""
    case = queries.lock_case(number)
    move = states.DELIVER_TO_WINDOW if case.receiver_authority else states.DELIVER_ONLINE
    _act(case, officer, move)
    moving.make_move(case, move, by=moving.officer_author(officer, Party.DECIDER), at=at)
    return case
