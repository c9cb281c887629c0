"""Reads with a name: one case for whoever may see it, queues, and what stands open on a case."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from tongban.basics import calendar, identifiers, prepared, sealing
from tongban.basics.refusals import NotFound
from tongban.cases import access, clocks_of_cases, standing
from tongban.cases.clocks import running
from tongban.cases.models import Case, Draft, Material, Request
from tongban.cases.permissions import check_may_see, office_of
from tongban.cases.states import Party, State
from tongban.catalogue import queries as catalogue
from tongban.catalogue.versions import Version
from tongban.parties import queries as parties
from tongban.parties.models import Account, Applicant, Officer
from tongban.record import queries as recorded

NO_SUCH_CASE = "没有找到这件。请对照收件凭证检查办件编号，或者换成申请时用的账户登录"


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
    case = Case.objects.select_related("claimed_by").filter(pk=number).first()
    if case is None:
        raise NotFound("没有找到这件，请检查办件编号")
    check_may_see(officer, case)
    return case


def cases_of(account: Account) -> QuerySet[Case]:
    """All cases of everybody this account acts for, and what it filed by mandate, newest first."""
    return Case.objects.filter(access.reach(account)).order_by("-submitted_at", "-number")


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
    open_ones = Request.objects.filter(number=case.number, kind="withdraw", answered_at=None)
    return open_ones.first()


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


_WAITS_FOR_APPLICANT = frozenset({State.RETURNED, State.CORRECTION, State.ORIGINALS})


def light(case: Case, today: date) -> Light:
    """The light of whoever holds the case, by the thresholds that the holder's place has set."""
    if case.holder == Party.APPLICANT and case.state in _WAITS_FOR_APPLICANT:
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


@dataclass(frozen=True)
class Page:
    """One page of a queue; `after` leads to the next one."""

    cases: list[Case]
    after: str


PAGE = 20


def queue(
    officer: Officer,
    party: Party,
    *,
    shown: str = "mine",
    find: str = "",
    narrowed: Q | None = None,
    after: str = "",
) -> Page:
    """The queue of an officer's office by due day, in pages that stay put while cases move."""
    cases = listed(officer, party, shown=shown, find=find, narrowed=narrowed)
    if after:
        cases = cases.filter(_behind(after))
    rows = list(cases.select_related("claimed_by")[: PAGE + 1])
    cursor = ""
    if len(rows) > PAGE:
        last = rows[PAGE - 1]
        cursor = f"{last.due_on or ''}~{last.number}"
    return Page(rows[:PAGE], cursor)


def listed(
    officer: Officer,
    party: Party,
    *,
    shown: str = "mine",
    find: str = "",
    narrowed: Q | None = None,
) -> QuerySet[Case]:
    """Every case that the pages of a queue show, by due day; an export reads the same.

    `shown`: mine (to do), late, today, claimed, waiting (with the applicant), passed (handed on or
    decided), all. `find` takes the last characters of a number, or the applicant's full name;
    `narrowed` what the page's filters ask for besides.
    """
    cases = _shown(office_cases(officer, party), party, shown, officer)
    if find:
        cases = cases.filter(_found(find))
    if narrowed:
        cases = cases.filter(narrowed)
    return cases.order_by("due_on", "number")


def next_to_do(officer: Officer, party: Party, *, but: str = "") -> str:
    """The most urgent case in the hands of an office that an officer has or may claim, or ""."""
    cases = _shown(office_cases(officer, party), party, "mine", officer).exclude(pk=but)
    mine = cases.filter(Q(claimed_by=officer) | Q(claimed_by=None))
    return mine.order_by("due_on", "number").values_list("number", flat=True).first() or ""


def office_cases(officer: Officer, party: Party) -> QuerySet[Case]:
    """All cases that the officer's office receives, or that have reached it to be decided."""
    code = office_of(officer).code
    if party is Party.RECEIVER:
        return Case.objects.filter(receiver_authority=code)
    # Until the window hands a case over, it is none of the deciding office's business.
    return Case.objects.filter(decider_authority=code, arrived_at__isnull=False)


def _shown(cases: QuerySet[Case], party: Party, shown: str, officer: Officer) -> QuerySet[Case]:
    today = standing.today()
    in_hand = cases.filter(holder=party)
    return {
        "late": in_hand.filter(due_on__lt=today),
        "today": in_hand.filter(due_on=today),
        "claimed": in_hand.filter(claimed_by=officer),
        "waiting": cases.filter(
            holder__in=[Party.APPLICANT, Party.CHANNEL],
            state__in=[*_WAITS_FOR_APPLICANT, State.IN_DELIVERY],
        ),
        "passed": cases.exclude(holder=party),
        "all": cases,
    }.get(shown, in_hand)


def _found(find: str) -> Q:
    text = find.strip()
    suffix = "".join(character for character in text.upper() if character.isalnum())
    return Q(number__endswith=suffix) | Q(name_match=sealing.match(text)) if suffix else Q(pk="")


def _behind(after: str) -> Q:
    day, _, number = after.partition("~")
    try:
        due = date.fromisoformat(day) if day else None
    except ValueError:
        return Q()
    if due is None:
        return Q(due_on=None, number__gt=number)
    return Q(due_on__gt=due) | Q(due_on=due, number__gt=number) | Q(due_on=None)


def queue_counts(officer: Officer, party: Party) -> dict[str, int]:
    """How many cases each filter of the queue shows."""
    waiting = [state.value for state in (*_WAITS_FOR_APPLICANT, State.IN_DELIVERY)]
    values = {
        "office": office_of(officer).code,
        "party": party.value,
        "today": standing.today(),
        "officer": officer.pk,
        "away": [Party.APPLICANT.value, Party.CHANNEL.value],
        "waiting": waiting,
    }
    return dict(zip(_COUNTED, prepared.rows(_COUNTS[party], values)[0], strict=True))


_COUNTED = ("mine", "late", "today", "claimed", "waiting", "passed")
_COUNT = """
SELECT count(*) FILTER (WHERE holder = %(party)s::text),
  count(*) FILTER (WHERE holder = %(party)s::text AND due_on < %(today)s::date),
  count(*) FILTER (WHERE holder = %(party)s::text AND due_on = %(today)s::date),
  count(*) FILTER (WHERE holder = %(party)s::text AND claimed_by_id = %(officer)s::bigint),
  count(*) FILTER (WHERE holder = ANY(%(away)s::text[]) AND state = ANY(%(waiting)s::text[])),
  count(*) FILTER (WHERE holder <> %(party)s::text)
FROM cases_case WHERE
"""
# The cases of `_shown` by its own filters; every page of the desk counts, so it has an index.
_COUNTS = {
    Party.RECEIVER: f"{_COUNT} receiver_authority = %(office)s::text",
    Party.DECIDER: f"{_COUNT} decider_authority = %(office)s::text AND arrived_at IS NOT NULL",
}


def neighbours(officer: Officer, case: Case) -> tuple[str, str]:
    """The cases before and after this one in its officer's queue, empty at the ends."""
    party = Party(case.holder)
    if party not in {Party.RECEIVER, Party.DECIDER}:
        return "", ""
    numbers = list(
        _shown(office_cases(officer, party), party, "mine", officer)
        .order_by("due_on", "number")
        .values_list("number", flat=True)[:500]
    )
    if case.number not in numbers:
        return "", ""
    at = numbers.index(case.number)
    return (numbers[at - 1] if at else ""), (numbers[at + 1] if at + 1 < len(numbers) else "")


def applicant_of(account: Account, applicant_id: UUID) -> Applicant:
    """An applicant this account may act for; anybody else's does not exist for it."""
    for applicant in parties.applicants_of(account):
        if applicant.pk == applicant_id:
            return applicant
    raise NotFound("您没有代表这个申请人办事的资格，请先换账户登录")


def find_number(text: str) -> str:
    """A case number as somebody typed it; refused when it cannot be one."""
    return identifiers.check_case_number(text)
