"""What the documents say about a pair of places on a day: yes, no, only on the spot, not yet.

Nothing here knows what this platform can do; that is `availability`. Without a document there is no
yes. A roll-out counts from its day on, among its members of that day, in the directions it names.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from tongban.catalogue.places import Place

ANYWHERE = "*"
ON_SITE = "ON_SITE"

YES, NO, SPOT, NOT_YET = "yes", "no", "on-site", "not-yet"
_VERDICTS = {"open": YES, "on-site": SPOT, "not-yet": NOT_YET}


@dataclass(frozen=True)
class Member:
    """A place that takes part, while it does; no days mean always."""

    code: str
    since: date | None = None
    until: date | None = None

    def holds(self, on: date) -> bool:
        """Whether it takes part on that day."""
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)


@dataclass(frozen=True)
class Opening:
    """One roll-out as far as it opens an item; see the table of roll-outs for the columns.

    `items` is how many items it names: the fewer, the closer it fits. `is_report` where the source
    only reports and is no policy; `line` lies in the text that was read.
    """

    key: str
    kind: str
    name: str
    document: str
    place: str
    line: int
    sentence: str
    from_day: date
    precision: str = "day"
    until: date | None = None
    members: tuple[Member, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    is_mutual: bool = True
    is_complete: bool = True
    declared: int | None = None
    modes: tuple[str, ...] = ()
    limit_days: int | None = None
    items: int = 1
    is_report: bool = False
    note: str = ""

    @property
    def is_plan(self) -> bool:
        """Whether the text sets a day to be reached by, and does not report what began."""
        return self.precision == "by"

    def is_vague(self, on: date) -> bool:
        """Whether the text says only the month or the year, and the day lies within it."""
        length = {"month": 7, "year": 4}.get(self.precision)
        return bool(length) and on.isoformat()[:length] == self.from_day.isoformat()[:length]

    def began(self, on: date) -> bool:
        """Whether it holds on that day."""
        return self.from_day <= on and (self.until is None or on <= self.until)

    def closeness(self, here: Place, there: Place, on: date) -> int | None:
        """How closely it fits the pair; None when it does not cover it. The less, the closer.

        0: both places named; then by the places it names: county 1, city 2, province 3, all 4.
        """
        if self.kind == "nationwide":
            return 4
        found = [
            _closeness(pair)
            for pair in self._directions()
            if _meets(pair[0], here) and _meets(pair[1], there)
        ]
        if (there_by := self._member(there, on)) and (
            not self.is_mutual or self._member(here, on) is not None
        ):
            found.append(_width(there_by))
        return min(found, default=None)

    def _directions(self) -> Iterator[tuple[str, str]]:
        yield from self.pairs
        if self.is_mutual:
            yield from ((there, here) for here, there in self.pairs)

    def _member(self, place: Place, on: date) -> str | None:
        line = place.line
        return next((one.code for one in self.members if one.code in line and one.holds(on)), None)

    def leaves_open_whether(self, there: Place) -> bool:
        """Whether it names who receives and not for whom: if the deciding place joins is unsaid."""
        return any(pair[1] == ANYWHERE for pair in self.pairs) and not any(
            pair[1] in there.line for pair in self.pairs
        )


def _meets(named: str, place: Place) -> bool:
    return named == ANYWHERE or named in place.line


def _closeness(pair: tuple[str, str]) -> int:
    if ANYWHERE not in pair:
        return 0
    return min((_width(one) for one in pair if one != ANYWHERE), default=4)


def _width(code: str) -> int:
    if code.endswith("0000"):
        return 3
    return 2 if code.endswith("00") else 1


@dataclass(frozen=True)
class SourceRow:
    """A row that an item comes from, as far as the answer needs it.

    `state` open, deferred, absent, on-site or unstated; `modes` what its words mean; `done_on` and
    `due_on` are when the province says it was or would be reached.
    """

    document: str
    place: str
    province: str
    form: str
    state: str
    text: str
    modes: tuple[str, ...] = ()
    done_on: date | None = None
    due_on: date | None = None
    line: int = 0


@dataclass(frozen=True)
class Ruling:
    """The answer of the documents.

    `kind`: open, on-site, not-yet (`begins` says when), absent (the province does not have it),
    deferred (its ministry has not said when), outside (open for others), no-document.
    `opening` is what it rests on, or what will open it; `limit` the roll-out whose promise counts;
    `elsewhere` are the roll-outs that do not cover the pair.
    """

    kind: str
    opening: Opening | None = None
    begins: date | None = None
    modes: tuple[str, ...] = ()
    limit: Opening | None = None
    elsewhere: tuple[Opening, ...] = ()

    @property
    def verdict(self) -> str:
        """yes, no, on-site or not-yet."""
        return _VERDICTS.get(self.kind, NO)


def rule(
    rows: Sequence[SourceRow],
    openings: Sequence[Opening],
    *,
    here: Place,
    there: Place,
    on: date,
) -> Ruling:
    """What the rows and roll-outs of one item say about receiving `here` for `there` on a day."""
    row = next((one for one in rows if one.province in {"", there.province}), None)
    if row and row.state == "absent":
        return Ruling("absent")
    usable = [*kept(openings), *_own_days(rows, there)]
    if fitting := _fitting(usable, here, there, on):
        return _open(row, fitting)
    day = _next_day(usable, here, there, on)
    if day is not None:
        return Ruling("not-yet", _fitting(usable, here, there, day)[0], day)
    return _closed(row, usable, on)


def _fitting(usable: Iterable[Opening], here: Place, there: Place, on: date) -> list[Opening]:
    """What covers the pair on a day.

    First what names both sides, then the closest; then what began before what was planned, policy
    before report, the shorter list of items and of places, the newer.
    """
    found = [
        (_order(one, closeness, there), one)
        for one in usable
        if one.began(on) and (closeness := one.closeness(here, there, on)) is not None
    ]
    return [one for _, one in sorted(found, key=lambda one: one[0])]


def _order(one: Opening, closeness: int, there: Place) -> tuple[bool | int | str, ...]:
    return (
        one.leaves_open_whether(there),
        closeness,
        one.is_plan,
        one.is_report,
        one.items,
        len(one.members),
        -one.from_day.toordinal(),
        one.key,
    )


def _open(row: SourceRow | None, fitting: Sequence[Opening]) -> Ruling:
    best = fitting[0]
    modes = best.modes or (row.modes if row else ())
    promises = [one for one in fitting if one.limit_days]
    return Ruling(
        "on-site" if modes == (ON_SITE,) else "open",
        best,
        modes=modes,
        limit=min(promises, key=lambda one: one.limit_days or 0, default=None),
    )


def _next_day(usable: Sequence[Opening], here: Place, there: Place, on: date) -> date | None:
    """The first day on which the pair is covered: something begins, or a place joins a group."""
    days = {one.from_day for one in usable} | {
        member.since for one in usable for member in one.members if member.since
    }
    return next(
        (day for day in sorted(days) if day > on and _fitting(usable, here, there, day)), None
    )


def _closed(row: SourceRow | None, usable: Sequence[Opening], on: date) -> Ruling:
    if row and row.state == "deferred":
        return Ruling("deferred", elsewhere=tuple(usable))
    if usable:
        begun = tuple(one for one in usable if one.began(on))
        return Ruling("outside", elsewhere=begun or tuple(usable))
    if row and row.state == "on-site":
        return Ruling("on-site", modes=(ON_SITE,))
    return Ruling("deferred" if row and row.state == "open" else "no-document")


def kept(openings: Sequence[Opening]) -> list[Opening]:
    """The openings without the plans that were not kept.

    A pilot that begins after the day a list set for everybody shows that the day was not kept; from
    then on only what is reported counts (used cars: due in 2020, tried out in 20 cities in 2021).
    """
    pilots = [one.from_day for one in openings if one.kind == "pilot" and not one.is_plan]
    latest = max(pilots, default=date.min)
    return [
        one
        for one in openings
        if not (one.is_plan and one.kind in {"nationwide", "provinces"} and one.from_day < latest)
    ]


def _own_days(rows: Iterable[SourceRow], there: Place) -> Iterator[Opening]:
    """The deciding province's own row as an opening, where it says a day."""
    for row in rows:
        if row.province == there.province and (day := row.done_on or row.due_on):
            yield Opening(
                key=f"{row.document}:{row.place}",
                kind="provinces",
                name=row.text,
                document=row.document,
                place=row.place,
                line=row.line,
                sentence=row.form,
                from_day=day,
                precision="day" if row.done_on else "by",
                members=(Member(f"{there.province}0000"),),
                is_mutual=False,
                modes=row.modes,
            )
