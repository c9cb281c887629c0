"""What the managers of a province have to look at: differences and faults, in one ordered list."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from tongban.basics.refusals import FieldsRefused
from tongban.catalogue import conformance, quality, queries, snapshot
from tongban.catalogue.conformance import SECTIONS, Kind
from tongban.catalogue.conformance.tallying import Carried
from tongban.catalogue.models import Item
from tongban.catalogue.versions import Ground
from tongban.jurisdictions import queries as jurisdictions

# The national standards themselves, whose faults are the lead units' to mend.
NATION = "00"


class Urgency(TextChoices):
    """How a thing to do is called and sorted; the worst first."""

    CONTRADICTORY = "contradictory", "与标准抵触"
    WRONG = "wrong", "自相矛盾"
    MISSING = "missing", "缺少"
    STRICTER = "stricter", "更严"
    ASK = "ask", "请核对"
    ALLOWED = "allowed-local", "允许的本地规定"
    BETTER = "better", "更便利"


# What has to be mended or answered; the rest is to be known.
TO_DO = (Urgency.CONTRADICTORY, Urgency.WRONG, Urgency.MISSING, Urgency.STRICTER, Urgency.ASK)
_RANK = {urgency: place for place, urgency in enumerate(Urgency)}
_SECTION = {section: place for place, section in enumerate(SECTIONS)}
# Which section of the differences the first part of a finding's pointer stands in.
_SECTION_OF = {
    "contact": "responsibility", "questions": "conditions", "applicant_kinds": "subjects",
    "legal_basis": "basis", "not_for": "exclusions", "special_procedures": "procedures",
}  # fmt: skip


@dataclass(frozen=True)
class Task:
    """One thing to look at: in which place's list, what is wrong or different, how to mend it.

    `key` names it for as long as it is there, on every node the same. `code` is machine-readable;
    `ground` is there for differences, `mend` for faults.
    """

    key: str
    item: Item
    place: str
    urgency: Urgency
    origin: str
    section: str
    code: str
    sentence: str
    standard: str
    local: str
    mend: str
    ground: Ground | None
    is_verified: bool

    @property
    def place_name(self) -> str:
        """The place as people call it: 福建福州."""
        return conformance.called(self.place) if self.place[:2] != NATION else _("全国")

    @property
    def section_name(self) -> str:
        """The section as pages call it; of the row's codes, 编码和类型."""
        return SECTIONS[self.section]


@dataclass(frozen=True)
class Worklist:
    """A page of tasks, and how many there are of which kind before and after the filters.

    `counts` are of everything in the province, `total` of what the filters leave; `next` is what
    `after` takes to go on, empty at the end.
    """

    tasks: tuple[Task, ...]
    total: int
    counts: Mapping[Urgency, int]
    by_item: Mapping[str, int]
    next: str


def worklist(
    province: str,
    *,
    on: date,
    kinds: Sequence[str] = TO_DO,
    item: str = "",
    place: str = "",
    section: str = "",
    after: str = "",
    limit: int = 50,
) -> Worklist:
    """Differences and faults of a province and the places in it, the worst first.

    Of the nation (`00`) the faults of the standards themselves.

    By urgency, then item, place, section; the order is the same until something is published.
    `place` takes a place with all below it (its first digits). `after` is the last answer's `next`;
    a task that was mended meanwhile does not break the paging. Refused: NoSuchDivision; FieldsRefused
    for an `after` that no answer gave.
    """
    everything = snapshot.remembered(
        "worklist", province[:2], on, lambda: sorted(_tasks(province, on), key=_order)
    )
    wanted = [
        one
        for one in everything
        if one.urgency in kinds
        and item in {"", one.item.code}
        and one.place.startswith(_prefix(place))
        and section in {"", one.section}
    ]
    rest = [one for one in wanted if _order(one) > _read(after)] if after else wanted
    shown = rest[:limit]
    return Worklist(
        tasks=tuple(shown),
        total=len(wanted),
        counts=_counted(everything),
        by_item=dict(Counter(one.item.code for one in wanted)),
        next=_written(shown[-1]) if len(rest) > limit else "",
    )


def _counted(tasks: Iterable[Task]) -> dict[Urgency, int]:
    counted = Counter(one.urgency for one in tasks)
    return {urgency: counted[urgency] for urgency in Urgency}


def _prefix(place: str) -> str:
    """The digits that all places within a place begin with."""
    return place.removesuffix("00").removesuffix("00")


Order = tuple[int, str, str, int, str]


def _order(task: Task) -> Order:
    return (
        _RANK[task.urgency], task.item.code, task.place, _SECTION[task.section], task.key,
    )  # fmt: skip


def _written(task: Task) -> str:
    """The place in the order after which the next page begins."""
    return ":".join(str(part) for part in _order(task))


def _read(after: str) -> Order:
    parts = after.split(":")
    if len(parts) != 5 or not (parts[0].isdecimal() and parts[3].isdecimal()):
        raise FieldsRefused({"after": [_("这不是上一页的next，请从第一页开始")]})
    return int(parts[0]), parts[1], parts[2], int(parts[3]), parts[4]


def _tasks(province: str, on: date) -> Iterator[Task]:
    if province[:2] == NATION:
        yield from _of_standards(on)
        return
    code = f"{province[:2]}0000"
    jurisdictions.division(code)
    book = conformance.Book(code, on)
    yield from (_of_difference(one) for one in book.placed())
    for one in book.carried_out():
        for finding in _findings(one):
            yield _of_finding(one.item, one.place, finding)


def _of_standards(on: date) -> Iterator[Task]:
    for item in queries.items():
        if version := queries.version_in_force(item.code, on):
            for finding in quality.judge(version):
                yield _of_finding(item, f"{NATION}0000", finding)


# What is published never changes, so what was judged once stays right.
_KEPT = 20_000
_known: dict[object, tuple[quality.Finding, ...]] = {}


def _findings(one: Carried) -> Iterator[quality.Finding]:
    """What is wrong in a place's list; what is the standard's own fault is not the place's."""
    standard = one.standard
    key = (standard.item, standard.number, standard.digest, one.locals)
    if (found := _known.get(key)) is None:
        if len(_known) >= _KEPT:
            _known.clear()
        theirs = {(fault.code, fault.place) for fault in quality.judge(standard)}
        own = quality.judge(one.read()) if one.locals else []
        found = tuple(fault for fault in own if (fault.code, fault.place) not in theirs)
        _known[key] = found
    yield from found
    for row in one.rows:
        yield from quality.judge_row(row)


def _of_difference(one: conformance.Placed) -> Task:
    difference = one.difference
    return Task(
        key=_key(one.item.code, one.place, difference.section, difference.change, difference.key),
        item=one.item,
        place=one.place,
        urgency=_urgency(difference.kind),
        origin="difference",
        section=difference.section,
        code=f"{difference.section}-{difference.change}",
        sentence=difference.sentence,
        standard=difference.standard,
        local=difference.local,
        mend="",
        ground=difference.ground,
        is_verified=True,
    )


def _urgency(kind: Kind) -> Urgency:
    return Urgency(kind.value)


def _of_finding(item: Item, place: str, finding: quality.Finding) -> Task:
    head = finding.place.strip("/").partition("/")[0]
    section = _SECTION_OF.get(head, head if head in SECTIONS else "codes")
    return Task(
        key=_key(item.code, place, finding.code, finding.place),
        item=item,
        place=place,
        urgency=Urgency.WRONG if finding.severity == quality.WRONG else Urgency.ASK,
        origin="quality",
        section=section,
        code=finding.code,
        sentence=finding.sentence,
        standard="",
        local="",
        mend=finding.mend,
        ground=None,
        is_verified=finding.is_verified,
    )


def _key(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()[:16]
