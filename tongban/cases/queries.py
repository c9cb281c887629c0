"""Reads with a name: one case for whoever may see it, and what stands open on a case."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from tongban.basics import calendar, identifiers
from tongban.basics.refusals import NotFound
from tongban.basics.selecting import Selection
from tongban.cases import access, clocks_of_cases
from tongban.cases.clocks import running
from tongban.cases.models import Case, Draft, Material, Request
from tongban.cases.permissions import check_may_see, office_of
from tongban.cases.states import WAITS_FOR_APPLICANT, Party, State
from tongban.catalogue import queries as catalogue
from tongban.catalogue.versions import Version
from tongban.parties import queries as parties
from tongban.parties.models import Account, Applicant, Officer
from tongban.record import queries as recorded

NO_SUCH_CASE = "没有找到这件。请对照凭证检查办件编号，或者换成申请时用的账户登录"

# Asked by the page of every case.
_WITH_CLAIMER = Selection(
    lambda p: Case.objects.select_related("claimed_by").filter(pk=p("number"))
)
_OPEN_WITHDRAWAL = Selection(
    lambda p: Request.objects.filter(number=p("number"), kind="withdraw", answered_at=None)[:1]
)


def lock_case(number: str) -> Case:
    """The case, locked until the transaction ends; every operation begins here."""
    case = Case.objects.select_for_update(of=("self",)).filter(pk=number).first()
    if case is None:
        raise NotFound(NO_SUCH_CASE)
    return case


def lock_case_of(account: Account, number: str) -> Case:
    """A case of somebody this account acts for, locked; to anybody else it does not exist."""
    case = lock_case(number)
    if not Case.objects.filter(access.reach(account), pk=number).exists():
        raise NotFound(NO_SUCH_CASE)
    return case


def case_of(account: Account, number: str) -> Case:
    """A case of somebody this account acts for."""
    case = Case.objects.filter(access.reach(account), pk=number).first()
    if case is None:
        raise NotFound(NO_SUCH_CASE)
    return case


def case_for(officer: Officer, number: str) -> Case:
    """A case that the officer's authority receives or decides."""
    case = _WITH_CLAIMER.first(number=number)
    if case is None:
        raise NotFound("没有找到这件，请检查办件编号")
    check_may_see(officer, case)
    return case


def cases_of(account: Account) -> QuerySet[Case]:
    """All cases of everybody this account acts for, and what it filed by mandate, newest first."""
    return Case.objects.filter(access.reach(account)).order_by("-submitted_at", "-number")


def waiting_first(cases: QuerySet[Case]) -> QuerySet[Case]:
    """The same, but what its applicant is to do something about stands before all others."""
    waits = ExpressionWrapper(Q(holder=Party.APPLICANT), BooleanField())
    return cases.annotate(waits=waits).order_by("-waits", "-submitted_at", "-number")


def drafts_of(account: Account) -> QuerySet[Draft]:
    """What this account has begun and not submitted, last saved first."""
    return Draft.objects.filter(access.draft_reach(account), submitted_as="").order_by("-saved_at")


def version_of(case: Case) -> Version:
    """The rules that travel with the case: those in force on the day it was submitted."""
    return catalogue.version(case.item, case.item_version, case.local_version)


def materials_of(case: Case) -> list[Material]:
    """The papers of a case as its item asks for them; what it does not name (any more) stands last."""
    order = [material.spec for material in version_of(case).materials]
    return sorted(
        case.materials.order_by("seq", "id"),
        key=lambda one: order.index(one.spec) if one.spec in order else len(order),
    )


def particulars(case: Case) -> dict[str, Any]:
    """Applicant, answers and file names, unsealed; to be shown only to those who may see them."""
    return recorded.part(case.particulars)


def applicant_names(cases: Iterable[Case]) -> dict[str, str]:
    """Names of applicants by case number, read in one go for a list."""
    rows = {case.number: case.particulars for case in cases}
    parts = recorded.parts(rows.values())
    return {
        number: parts[digest]["applicant"]["name"] if digest in parts else ""
        for number, digest in rows.items()
    }


def contact(officer: Officer) -> dict[str, str]:
    """Whom an applicant may ask about what this officer wrote."""
    authority = office_of(officer)
    return {"authority": authority.name, "person": officer.name, "phone": authority.phone}


def open_request(case: Case) -> Request | None:
    """The applicant's wish to withdraw this case, while it is not answered."""
    return _OPEN_WITHDRAWAL.first(number=case.number)


def last_request(case: Case) -> Request | None:
    """The latest wish to withdraw this case, answered or not."""
    wishes = Request.objects.filter(number=case.number, kind="withdraw")
    return wishes.order_by("-asked_at").first()


@dataclass(frozen=True)
class Light:
    """How near the due day of a case is; `kind` as the pages' lights have it."""

    kind: str  # ok | warn | bad | pause | ""
    text: str
    due_on: date | None
    is_provisional: bool = False


def light(case: Case, today: date) -> Light:
    """The light of whoever holds the case, by the thresholds that the holder's place has set."""
    if case.holder == Party.APPLICANT and case.state in WAITS_FOR_APPLICANT:
        return Light("pause", "停止计时，等申请人", None)
    if case.state == State.SUSPENDED:
        return Light("pause", "停止计时，已中止", None)
    if case.due_on is None:
        return Light("", "没有时限", None)
    left = calendar.working_days_between(today, case.due_on)
    provisional = calendar.is_provisional(case.due_on)
    if left < 0:
        return Light("bad", f"超{-left}个工作日", case.due_on, provisional)
    if left == 0:
        return Light("warn", "今天到期", case.due_on, provisional)
    kind = "warn" if _is_amber(case, left) else "ok"
    return Light(kind, f"剩{left}个工作日", case.due_on, provisional)


def _is_amber(case: Case, left: int) -> bool:
    place = case.receiving_place if case.holder == Party.RECEIVER else case.deciding_place
    limits = clocks_of_cases.thresholds(place)
    kind = running.current(case.clocks, case.holder)
    total = case.clocks[kind.key]["limit"][0] if kind else 0
    return left <= limits.amber_left or left * 100 <= limits.amber_share * total


def applicant_of(account: Account, applicant_id: UUID) -> Applicant:
    """An applicant this account may act for; anybody else's does not exist for it."""
    for applicant in parties.applicants_of(account):
        if applicant.pk == applicant_id:
            return applicant
    raise NotFound("您没有代表这个申请人办事的资格，请先换账户登录")


def find_number(text: str) -> str:
    """A case number as somebody typed it; refused when it cannot be one."""
    return identifiers.check_case_number(text)
