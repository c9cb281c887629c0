"""The differences of a whole province, item by item, and of all provinces."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from django.db.models import Q

from tongban.catalogue import implementations, queries, snapshot
from tongban.catalogue.conformance.kinds import Difference, Kind
from tongban.catalogue.conformance.places import of_rows
from tongban.catalogue.implementations import Local
from tongban.catalogue.models import Implementation, ImplementationVersion, Item, ItemVersion
from tongban.catalogue.versions import Version
from tongban.jurisdictions import queries as jurisdictions

Counts = Mapping[Kind, int]


@dataclass(frozen=True)
class Placed:
    """A difference of one item, and the place whose list it stands in."""

    item: Item
    place: str
    difference: Difference


@dataclass(frozen=True)
class ItemSummary:
    """One item in one province: which places have it on their lists, and what differs there.

    Without places the province has no implementation of its own, and the standard's text holds.
    """

    item: Item
    has_standard: bool
    places: tuple[str, ...]
    counts: Counts


@dataclass(frozen=True)
class Summary:
    """All items of one province with their counts, and the counts together."""

    province: str
    items: tuple[ItemSummary, ...]
    counts: Counts

    @property
    def carried_out(self) -> int:
        """How many items at least one place of the province has on its list."""
        return sum(1 for one in self.items if one.places)


def summary(province: str, *, on: date) -> Summary:
    """How a province and the places in it differ from the national standard, by item and kind.

    `province` is the two digits or the code of six. A city counts only what it changes beyond its
    province. Three reads however many rows there are. Refused: NoSuchDivision.
    """
    code = f"{province[:2]}0000"
    jurisdictions.division(code)
    return snapshot.remembered("summary", code, on, lambda: _summary(code, on))


def _summary(code: str, on: date) -> Summary:
    found: dict[str, list[Placed]] = defaultdict(list)
    book = Book(code, on)
    for one in book.placed():
        found[one.item.code].append(one)
    items = tuple(
        ItemSummary(
            item,
            queries.version_in_force(item.code, on) is not None,
            tuple(sorted(book.places[item.code])),
            count(found[item.code]),
        )
        for item in queries.items()
    )
    return Summary(code, items, count(one for rows in found.values() for one in rows))


def overall(*, on: date) -> tuple[Summary, ...]:
    """The summaries of every province that has rows of its own, in the order of the codes."""
    prefixes = Implementation.objects.exclude(retired_on__lte=on).values_list(
        "division_code", flat=True
    )
    known = {one.code for one in jurisdictions.provinces(on)}
    codes = sorted({f"{one[:2]}0000" for one in prefixes.order_by().distinct()} & known)
    return tuple(summary(code, on=on) for code in codes)


def placed(province: str, *, on: date) -> list[Placed]:
    """Every difference of a province and of the places in it, by item, place and section."""
    return list(Book(f"{province[:2]}0000", on).placed())


def count(differences: Iterable[Placed]) -> Counts:
    """How many of each kind, the kinds that do not occur with nought."""
    counted = Counter(one.difference.kind for one in differences)
    return {kind: counted[kind] for kind in Kind}


@dataclass(frozen=True)
class Carried:
    """An item as one place carries it out; `read` gives the version in force there."""

    item: Item
    place: str
    standard: Version
    locals: tuple[Local, ...]
    rows: Sequence[Implementation]
    read: Callable[[], Version]


@dataclass
class Book:
    """What a province's lists hold on a day: rows by item and place, and the changes in force."""

    province: str  # its code of six digits
    on: date
    places: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    rows: dict[tuple[str, str], list[Implementation]] = field(
        default_factory=lambda: defaultdict(list)
    )
    locals: dict[tuple[str, str], Local] = field(default_factory=dict)
    tasks: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    changes: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    standards: dict[tuple[str, int], Mapping[str, Any]] = field(default_factory=dict)
    versions: dict[tuple[str, int, tuple[Local, ...]], Version] = field(default_factory=dict)

    def __post_init__(self) -> None:
        mine = Implementation.objects.filter(division_code__startswith=self.province[:2])
        mine = mine.exclude(retired_on__lte=self.on).defer("authority_name", "faults")
        for row in mine.order_by("item", "division_code", "part"):
            self.rows[row.item_id, row.division_code].append(row)
            self.places[row.item_id].add(row.division_code)
            if row.task_code:
                self.tasks[row.division_code, row.task_code].add(row.item_id)
        versions = (
            ImplementationVersion.objects.filter(
                Q(implementation__retired_on=None) | Q(implementation__retired_on__gt=self.on),
                implementation__division_code__startswith=self.province[:2],
                implementation__part="",
                from_day__lte=self.on,
            )
            .order_by("implementation_id", "-number")
            .distinct("implementation_id")
            .values_list("implementation__item_id", "implementation__division_code", "number", "pk")
        )
        for item, place, number, pk in versions:
            self.locals[item, place] = Local(place, number, pk)

    def placed(self) -> Iterable[Placed]:
        """The differences of each place; those of the places above it are not said again."""
        for (code, place), rows in self.rows.items():
            standard = queries.version_in_force(code, self.on)
            if standard is None:
                continue
            said = {_what(one) for one in self._of(standard, self._above(code, place), place)}
            for one in self._of(standard, rows, place):
                if _what(one) not in said:
                    yield Placed(queries.item(code), place, one)

    def carried_out(self) -> Iterator[Carried]:
        """Each place's version of each item as it is in force there, with the place's own rows."""
        for (code, place), rows in self.rows.items():
            standard = queries.version_in_force(code, self.on)
            if standard is None:
                continue
            locals_ = self._locals(code, place)
            read = partial(self._read, standard, locals_)
            yield Carried(queries.item(code), place, standard, locals_, rows, read)

    def _locals(self, code: str, place: str) -> tuple[Local, ...]:
        chain = dict.fromkeys((self.province, f"{place[:4]}00", place))
        return tuple(self.locals[code, one] for one in chain if (code, one) in self.locals)

    def _above(self, code: str, place: str) -> list[Implementation]:
        """The rows of the next place above that has any; none for the province itself."""
        above = dict.fromkeys((f"{place[:4]}00", self.province))
        return next(
            (self.rows[code, one] for one in above if one != place and (code, one) in self.rows),
            [],
        )

    def _of(
        self, standard: Version, rows: list[Implementation], named: str
    ) -> tuple[Difference, ...]:
        if not rows:
            return ()
        locals_ = self._locals(rows[0].item_id, rows[0].division_code)
        read = partial(self._read, standard, locals_)
        return of_rows(standard, locals_, rows, named, others=self._others(rows), read=read)

    def _others(self, rows: list[Implementation]) -> dict[str, str]:
        found = {}
        for row in rows:
            if not row.task_code:
                continue
            others = self.tasks[row.division_code, row.task_code] - {row.item_id}
            if others:
                found[row.task_code] = queries.item(min(others)).name
        return found

    def _read(self, standard: Version, locals_: tuple[Local, ...]) -> Version:
        if not locals_:
            return standard
        key = (standard.item, standard.number, locals_)
        if key not in self.versions:
            # Most places of a province have its rules and no others, so these are read once.
            self.versions[key] = self._read_over(standard, locals_)
        return self.versions[key]

    def _read_over(self, standard: Version, locals_: tuple[Local, ...]) -> Version:
        if not self.standards:
            # All at once: whoever asks for one place of a province asks for the others, too.
            for row in ItemVersion.objects.all():
                self.standards[row.item_id, row.number] = row.content
            wanted = [one.row for one in self.locals.values()]
            for change in ImplementationVersion.objects.filter(pk__in=wanted):
                self.changes[change.pk] = change.content
        content = self.standards[standard.item, standard.number]
        changes = [(one, self.changes[one.row]) for one in locals_]
        return implementations.read_over(standard, content, changes)


def _what(one: Difference) -> tuple[str, str, str, str]:
    """What makes a city's difference the same as its province's."""
    return one.section, one.key, one.change, one.local
