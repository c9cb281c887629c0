"""The lists of an office, page by page: what it has to do, what waits, what it has passed on.

Each list is read in the order of an index and each page begins where the last one ended, so that a
page costs the same among ten thousand cases and among a million. For the same reason what is
counted beside them is counted up to `MOST` and said to be more beyond.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.db.models.functions import Reverse

from tongban.basics import prepared, sealing
from tongban.basics.selecting import Parameter, Selection
from tongban.cases import standing
from tongban.cases.models import Case
from tongban.cases.permissions import office_of
from tongban.cases.states import WAITS_FOR_APPLICANT, Party, State
from tongban.parties.models import Officer

PAGE = 20
# Beyond so many nobody reads the exact number, and counting on would cost as much as there is. The
# page of an office's leader has exact ones.
MOST = 200
# The end of a number says which case is meant from so many characters on.
LEAST_OF_NUMBER = 4
# What the rows of a list have no use for; each of it would be read and parsed.
_NOT_IN_ROWS = ("receivers", "procedure", "proposal", "limits", "result", "told")
_AWAY = (Party.APPLICANT, Party.CHANNEL)
_WAITING = (*WAITS_FOR_APPLICANT, State.IN_DELIVERY)


@dataclass(frozen=True)
class Page:
    """One page of a queue; `after` leads to the next one."""

    cases: list[Case]
    after: str


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
    if find or narrowed or after:
        cases = listed(officer, party, shown=shown, find=find, narrowed=narrowed)
        rows = _read_on(cases, after)
    else:
        asked = {
            "office": office_of(officer).code,
            "officer": officer.pk,
            "today": standing.today(),
        }
        rows = _FIRST_PAGES[party, shown].all(**asked)
    cursor = ""
    if len(rows) > PAGE:
        last = rows[PAGE - 1]
        cursor = f"{last.due_on or ''}~{last.number}"
    return Page(rows[:PAGE], cursor)


def _read_on(cases: QuerySet[Case], after: str) -> list[Case]:
    """One row more than a page has, from a place in the order on."""
    rows: list[Case] = []
    # One read for each stretch of the order: an index leads to the start of one, never of two.
    for stretch in _behind(*_place(after)):
        rows += _as_rows(cases.filter(stretch), PAGE + 1 - len(rows))
        if len(rows) > PAGE:
            break
    return rows


def _as_rows(cases: QuerySet[Case], most: int) -> QuerySet[Case]:
    return cases.select_related("claimed_by").defer(*_NOT_IN_ROWS)[:most]


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
    cases = _shown(office_cases(officer, party), party, shown, officer.pk, standing.today())
    if find:
        cases = _found(cases, find)
    if narrowed:
        cases = cases.filter(narrowed)
    return cases


def next_to_do(officer: Officer, party: Party, *, but: str = "") -> str:
    """The most urgent case in the hands of an office that an officer has or may claim, or ""."""
    cases = _of_office(office_of(officer).code, party).filter(holder=party).exclude(pk=but)
    mine = cases.filter(Q(claimed_by=officer) | Q(claimed_by=None))
    return _first(mine.order_by("due_on", "number"))


def office_cases(officer: Officer, party: Party) -> QuerySet[Case]:
    """All cases that the officer's office receives, or that have reached it to be decided."""
    return _of_office(office_of(officer).code, party)


def _of_office(code: str | Parameter, party: Party) -> QuerySet[Case]:
    if party is Party.RECEIVER:
        return Case.objects.filter(receiver_authority=code)
    # Until the window hands a case over, it is none of the deciding office's business.
    return Case.objects.filter(decider_authority=code, arrived_at__isnull=False)


def _shown(
    cases: QuerySet[Case],
    party: Party,
    shown: str,
    officer: int | Parameter,
    today: date | Parameter,
) -> QuerySet[Case]:
    """Those of an office's cases that a filter shows, by due day."""
    condition = {
        "mine": Q(holder=party),
        "late": Q(holder=party, due_on__lt=today),
        "today": Q(holder=party, due_on=today),
        "claimed": Q(holder=party, claimed_by=officer),
        "waiting": Q(holder__in=_AWAY, state__in=_WAITING),
        "passed": ~Q(holder=party),
        "all": Q(),
    }[shown]
    return cases.filter(condition).order_by("due_on", "number")


def first_pages() -> dict[tuple[Party, str], Selection[Case]]:
    """The first page of every list, asked far more often than what comes behind."""

    def one(party: Party, shown: str) -> Selection[Case]:
        def of(p: type[Parameter]) -> QuerySet[Case]:
            cases = _of_office(p("office"), party)
            return _as_rows(_shown(cases, party, shown, p("officer"), p("today")), PAGE + 1)

        return Selection(of)

    lists = ("mine", "late", "today", "claimed", "waiting", "passed", "all")
    return {(party, shown): one(party, shown) for party in _OFFICE for shown in lists}


def _found(cases: QuerySet[Case], find: str) -> QuerySet[Case]:
    """Those that a name or the end of a number means, found first and then looked at in order."""
    text = find.strip()
    end = "".join(character for character in text.upper() if character.isalnum())
    if not end:
        return cases.none()
    meant = Case.objects.filter(name_match=sealing.match(text)).values("number")
    if end.isascii() and len(end) >= LEAST_OF_NUMBER:
        backwards = Case.objects.annotate(backwards=Reverse("number"))
        meant = meant.union(backwards.filter(backwards__startswith=end[::-1]).values("number"))
    return cases.filter(number__in=meant)


# --- a place in the order by due day, cases without one last, and by number ---


def _place(after: str) -> tuple[date | None, str]:
    """What an address says about where the page before ended; nonsense is the very beginning."""
    day, _, number = after.partition("~")
    try:
        return (date.fromisoformat(day) if day else None), number
    except ValueError:
        return date.min, ""


def _behind(day: date | Parameter | None, number: str | Parameter) -> Sequence[Q]:
    """What stands behind a place, stretch by stretch."""
    if day is None and number:
        return [Q(due_on=None, number__gt=number)]
    if day is None:
        return [Q()]
    return [Q(due_on__gte=day) & (Q(due_on__gt=day) | Q(number__gt=number)), Q(due_on=None)]


def _before(day: date | Parameter | None, number: str | Parameter) -> Sequence[Q]:
    """What stands before a place, stretch by stretch, the nearest one first."""
    if day is None:
        return [Q(due_on=None, number__lt=number), Q(due_on__isnull=False)]
    return [Q(due_on__lte=day) & (Q(due_on__lt=day) | Q(number__lt=number))]


def _nearest_ones(
    order: Sequence[str], stretches: Callable[..., Sequence[Q]]
) -> dict[tuple[Party, bool], list[Selection[Case]]]:
    """The next case of an office in an order, stretch by stretch, by side and with or without a day."""

    def one(party: Party, has_day: bool, place: int) -> Selection[Case]:
        return Selection(
            lambda p: (
                _of_office(p("office"), party)
                .filter(stretches(p("day") if has_day else None, p("number"))[place], holder=party)
                .order_by(*order)
                .values_list("number", flat=True)[:1]
            )
        )

    return {
        (party, has_day): [
            one(party, has_day, place)
            for place in range(len(stretches(date.min if has_day else None, "-")))
        ]
        for party in (Party.RECEIVER, Party.DECIDER)
        for has_day in (True, False)
    }


_BEFORE = _nearest_ones(("-due_on", "-number"), _before)
_BEHIND = _nearest_ones(("due_on", "number"), _behind)


def neighbours(officer: Officer, case: Case) -> tuple[str, str]:
    """The cases before and after this one in its officer's queue, empty at the ends."""
    party = Party(case.holder)
    holders = {Party.RECEIVER: case.receiver_authority, Party.DECIDER: case.decider_authority}
    if holders.get(party) != office_of(officer).code:
        return "", ""
    at: dict[str, object] = {"office": office_of(officer).code, "number": case.number}
    if case.due_on is not None:
        at["day"] = case.due_on
    return (
        _nearest(_BEFORE[party, case.due_on is not None], at),
        _nearest(_BEHIND[party, case.due_on is not None], at),
    )


def _nearest(stretches: Sequence[Selection[Case]], at: Mapping[str, object]) -> str:
    found = (number for stretch in stretches for number in stretch.column(**at))
    return next(found, "")


def _first(cases: QuerySet[Case]) -> str:
    return cases.values_list("number", flat=True).first() or ""


# --- how many ---


def counts(officer: Officer, party: Party) -> dict[str, int]:
    """How many cases each filter of the queue shows, none counted beyond `MOST`."""
    values = {
        "office": office_of(officer).code,
        "today": standing.today(),
        "officer": officer.pk,
    }
    return dict(zip(_CONDITIONS, prepared.rows(STATEMENTS[party], values)[0], strict=True))


def count_to_do(officer: Officer, parties: Sequence[Party]) -> prepared.Count:
    """How many cases an office has in its hands on these sides, of each none beyond `MOST`."""
    own = " + ".join(f"({_TO_DO[party]})" for party in parties) or "0"
    return prepared.Count(f"SELECT {own}", {"office": office_of(officer).code})


def shown_count(count: int) -> str:
    """A count as a page says it."""
    return f"{MOST}+" if count >= MOST else str(count)


_OFFICE = {
    Party.RECEIVER: "receiver_authority = %(office)s::text",
    Party.DECIDER: "decider_authority = %(office)s::text AND arrived_at IS NOT NULL",
}
_FIRST_PAGES = first_pages()
# The cases of `_shown` by its own filters. Holder and state stand in the text: only then does the
# database see that an index over the cases of one holder has all of them.
_CONDITIONS = {
    "mine": "holder = '{party}'",
    "late": "holder = '{party}' AND due_on < %(today)s::date",
    "today": "holder = '{party}' AND due_on = %(today)s::date",
    "claimed": "holder = '{party}' AND claimed_by_id = %(officer)s::bigint",
    "waiting": "holder IN ({away}) AND state IN ({waiting})",
    "passed": "holder <> '{party}'",
}


def _words(values: Sequence[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _counting(party: Party, names: Sequence[str]) -> str:
    found = []
    for name in names:
        condition = _CONDITIONS[name].format(
            party=party.value, away=_words(_AWAY), waiting=_words(_WAITING)
        )
        rows = f"SELECT FROM cases_case WHERE {_OFFICE[party]} AND {condition} LIMIT {MOST}"
        found.append(f"(SELECT count(*) FROM ({rows}) AS {name})")  # noqa: S608 - our own words
    return f"SELECT {', '.join(found)}"


STATEMENTS = {party: _counting(party, list(_CONDITIONS)) for party in _OFFICE}
_TO_DO = {party: _counting(party, ["mine"]) for party in _OFFICE}
