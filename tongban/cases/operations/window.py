"""What a window does at the receiving place: identity and form, and nothing of substance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from tongban.basics.refusals import FieldsRefused, Refused
from tongban.cases import queries, states
from tongban.cases.models import Case, Check
from tongban.cases.operations import moving
from tongban.cases.permissions import check_claimed, check_may_act, check_may_see
from tongban.cases.states import Party
from tongban.parties.models import Officer


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a material, said so that the applicant knows how to mend it."""

    spec: str
    problem: str
    mend: str


class IdentityNotChecked(Refused):
    """Receiving means that somebody looked at the person and the identity card."""

    code = "identity-not-checked"

    def __init__(self) -> None:
        super().__init__("先核对本人和身份证件，再收件")


class ChecksMissing(Refused):
    """Some check points of the deciding place's receiving standard have not been looked at."""

    code = "checks-missing"

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__("还有核查要点没看：" + "、".join(names), missing=list(names))


class ChecksFailed(Refused):
    """A material does not meet the receiving standard; it goes back before it goes on."""

    code = "checks-failed"

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            "这些核查要点不合格：" + "、".join(names) + "。请退回申请人修改", failed=list(names)
        )


class NothingWrong(Refused):
    """A case is not sent back without saying what to mend."""

    code = "nothing-wrong"

    def __init__(self) -> None:
        super().__init__("写明至少一处要改的地方和怎样改，才能退给申请人")


IDENTITY_WAYS = {
    "in_person": "本人到场，人证一致",
    "agent": "经办人到场，核对授权委托书和双方证件",
    "account": "网上实名账户，已核对登录身份",
}


@transaction.atomic
def receive_case(*, number: str, officer: Officer, identity: str, at: datetime) -> Case:
    """Take a case in at the window after checking who brings it; this is not acceptance (受理).

    `identity` is one of IDENTITY_WAYS. Receiving twice is refused the second time.
    """
    case = queries.lock_case(number)
    check_may_act(officer, case, states.RECEIVE)
    if identity not in IDENTITY_WAYS:
        raise IdentityNotChecked
    moving.make_move(
        case,
        states.RECEIVE,
        by=moving.officer_author(officer, Party.RECEIVER),
        at=at,
        content={"identity": identity},
    )
    return case


@transaction.atomic
def note_check(
    *, number: str, officer: Officer, spec: str, point: str, is_good: bool, note: str, at: datetime
) -> Check:
    """Write down what was seen at one check point; a later look replaces an earlier one."""
    case = queries.lock_case(number)
    check_may_see(officer, case)
    check_claimed(officer, case)
    known = {p.key for m in queries.version_of(case).materials if m.spec == spec for p in m.points}
    if point not in known:
        raise FieldsRefused({"point": ["没有这个核查要点"]})
    check, _ = Check.objects.update_or_create(
        case=case,
        party=case.holder,
        spec=spec,
        point=point,
        defaults={"is_good": is_good, "note": note[:500], "by": officer, "at": at},
    )
    return check


@transaction.atomic
def return_for_form(
    *, number: str, officer: Officer, faults: Sequence[Fault], note: str, at: datetime
) -> Case:
    """Send a case back to its applicant for matters of form, each with how to mend it."""
    case = queries.lock_case(number)
    check_may_act(officer, case, states.RETURN_FOR_FORM)
    if not faults:
        raise NothingWrong
    moving.make_move(
        case,
        states.RETURN_FOR_FORM,
        by=moving.officer_author(officer, Party.RECEIVER),
        at=at,
        content={"specs": sorted({fault.spec for fault in faults})},
        personal={"faults": said(faults), "note": note},
    )
    return case


@transaction.atomic
def hand_over(*, number: str, officer: Officer, note: str, at: datetime) -> Case:
    """Hand case and papers over to the deciding place.

    Refused while a check point of the receiving standard is unseen or not good: those cases go
    back to the applicant, where mending is one step away, and not across the country.
    """
    case = queries.lock_case(number)
    check_may_act(officer, case, states.HAND_OVER)
    checks = _all_good(case)
    moving.make_move(
        case,
        states.HAND_OVER,
        by=moving.officer_author(officer, Party.RECEIVER),
        at=at,
        content={"checks": checks},
        personal={"note": note},
    )
    return case


@transaction.atomic
def close_at_window(*, number: str, officer: Officer, taken_by: str, at: datetime) -> Case:
    """Write down who took the result at the window; nothing is left to do then."""
    case = queries.lock_case(number)
    check_may_act(officer, case, states.CLOSE_AT_WINDOW)
    if not taken_by.strip():
        raise FieldsRefused({"taken_by": ["写明结果由谁领取"]})
    moving.make_move(
        case,
        states.CLOSE_AT_WINDOW,
        by=moving.officer_author(officer, Party.RECEIVER),
        at=at,
        personal={"taken_by": taken_by.strip()},
    )
    return case


def said(faults: Sequence[Fault]) -> list[dict[str, str]]:
    """Faults as the sealed part of an event carries them."""
    return [{"spec": f.spec, "problem": f.problem, "mend": f.mend} for f in faults]


def _all_good(case: Case) -> list[dict[str, Any]]:
    seen = {
        (check.spec, check.point): check.is_good
        for check in case.checks.filter(party=Party.RECEIVER)
    }
    handed_in = set(case.materials.values_list("spec", flat=True))
    points = [
        (material.spec, point.key, f"{material.name}“{point.text}”")
        for material in queries.version_of(case).materials
        if material.spec in handed_in
        for point in material.points
        # Substance is the deciding place's to judge; a window that did would decide.
        if point.judged_by == Party.RECEIVER
    ]
    if missing := [name for spec, key, name in points if (spec, key) not in seen]:
        raise ChecksMissing(missing)
    if failed := [name for spec, key, name in points if not seen[spec, key]]:
        raise ChecksFailed(failed)
    return [{"spec": spec, "point": key, "good": True} for spec, key, _ in points]
