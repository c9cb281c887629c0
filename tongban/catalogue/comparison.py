"""The national lists beside a province's: what is missing, added, renamed; in numbers and as a matrix."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from tongban.catalogue import queries
from tongban.catalogue.conformance import called
from tongban.catalogue.conformance.wording import plain
from tongban.catalogue.models import (
    Batch,
    Implementation,
    Item,
    ItemSource,
    Mode,
    PolicyDocument,
    SourceState,
)
from tongban.jurisdictions import queries as jurisdictions


class Standing(TextChoices):
    """How an item of the national lists stands in a province's own document."""

    LISTED = "listed", "本省文件列了"
    ABSENT = "absent", "本省文件写明没有"
    UNLISTED = "unlisted", "本省文件没有列"
    LATER = "later", "清单比本省文件晚"
    UNKNOWN = "unknown", "没有收到本省的清单"
    ADDED = "added", "本省自己增加"


class Carried(TextChoices):
    """What there is to go by in a province."""

    OWN = "own", "有本省的实施清单"
    STANDARD = "standard", "只有全国标准或平台默认值"
    NOTHING = "nothing", "还没有标准"


@dataclass(frozen=True)
class Row:
    """One item in a province: how it is listed there, under which name, and what there is to go by.

    `local_name` is empty where the province calls it by its national name. `form` is the province's
    own wording of how it is done, `modes` what it comes to; `deadline` its own wording of by when.
    """

    item: Item
    standing: Standing
    carried: Carried
    local_name: str
    form: str
    modes: tuple[str, ...]
    deadline: str

    @property
    def is_renamed(self) -> bool:
        """Whether the province calls it by another name."""
        return bool(self.local_name)


@dataclass(frozen=True)
class Gap:
    """A batch of which fewer items are known than its document declares; which ones, nobody here saw."""

    batch: Batch
    declared: int
    known: int

    @property
    def missing(self) -> int:
        """How many items there are that we cannot name."""
        return self.declared - self.known


@dataclass(frozen=True)
class Comparison:
    """The national lists beside one province's.

    `document` is where the province lists its items, nothing where none was received. `gaps` and
    `why` say what is not known, and all that can honestly be said about it.
    """

    province: str
    document: PolicyDocument | None
    rows: tuple[Row, ...]
    gaps: tuple[Gap, ...]
    why: tuple[str, ...]

    def of(self, standing: Standing) -> list[Row]:
        """The rows that stand so."""
        return [row for row in self.rows if row.standing == standing]

    @property
    def renamed(self) -> list[Row]:
        """The items that have another name in this province."""
        return [row for row in self.rows if row.is_renamed]

    @property
    def standings(self) -> Mapping[Standing, int]:
        """How many items stand how."""
        counted = Counter(row.standing for row in self.rows)
        return {standing: counted[standing] for standing in Standing}

    @property
    def carried(self) -> Mapping[Carried, int]:
        """For how many items there is what to go by."""
        counted = Counter(row.carried for row in self.rows)
        return {carried: counted[carried] for carried in Carried}

    def by_lead(self) -> dict[str, Counter[Standing]]:
        """Standings by the national lead unit, the unit with most items first."""
        return _tally((row.item.lead, row) for row in self.rows)

    def by_mode(self) -> dict[str, Counter[Standing]]:
        """Standings by how it is done in this province's words; "" where it does not say."""
        return _tally((mode, row) for row in self.rows for mode in row.modes or ("",))

    def by_deadline(self) -> dict[str, Counter[Standing]]:
        """Standings by when the nation wants it, in the words of the documents."""
        return _tally((_due(row.item), row) for row in self.rows)


def compare(province: str, *, on: date) -> Comparison:
    """The national lists beside a province's, item by item. Refused: NoSuchDivision.

    `province` is the two digits or the code of six.
    """
    code = f"{province[:2]}0000"
    jurisdictions.division(code)
    own = _own_rows(code, on)
    items = queries.items()
    document = _document(items, code[:2])
    rows = tuple(_row(item, document, own.get(item.code, []), code, on) for item in items)
    gaps = tuple(
        Gap(batch, batch.declared_total, batch.known_total)
        for batch in queries.batches()
        if batch.declared_total > batch.known_total
    )
    return Comparison(code, document, rows, gaps, tuple(_why(gaps, document, code, items)))


def _own_rows(province: str, on: date) -> dict[str, list[Implementation]]:
    """A province's rows by item, the province's own before those of the places in it."""
    rows: dict[str, list[Implementation]] = defaultdict(list)
    mine = Implementation.objects.filter(division_code__startswith=province[:2])
    for row in mine.exclude(retired_on__lte=on).order_by("item", "division_code", "part"):
        rows[row.item_id].append(row)
    return rows


def _document(items: Iterable[Item], province: str) -> PolicyDocument | None:
    """The document in which a province lists its items."""
    for item in items:
        if source := _source(item, province):
            return source.document
    return None


def _source(item: Item, province: str) -> ItemSource | None:
    return next((one for one in item.sources.all() if one.province == province), None)


def _row(
    item: Item,
    document: PolicyDocument | None,
    own: Sequence[Implementation],
    province: str,
    on: date,
) -> Row:
    source = _source(item, province[:2])
    version = queries.version_in_force(item.code, on)
    carried = Carried.OWN if own else Carried.STANDARD if version else Carried.NOTHING
    called_there = next((row.name for row in own if row.division_code == province and row.name), "")
    return Row(
        item=item,
        standing=_standing(item, source, document, province),
        carried=carried,
        local_name=called_there if plain(called_there) != plain(item.name) else "",
        form=source.form if source else "",
        modes=tuple(source.modes) if source else (),
        deadline=source.deadline if source else "",
    )


def _standing(
    item: Item, source: ItemSource | None, document: PolicyDocument | None, province: str
) -> Standing:
    national = queries.document(item.batch.list.document_id)
    if national.province == province[:2]:
        return Standing.ADDED
    if source:
        is_absent = source.state == SourceState.ABSENT
        return Standing.ABSENT if is_absent else Standing.LISTED
    if document is None:
        return Standing.UNKNOWN
    theirs, ours = document.issued_on, national.issued_on
    if theirs and ours and theirs < ours:
        return Standing.LATER
    return Standing.UNLISTED


def _due(item: Item) -> str:
    """By when the nation wants it, in the words of the row that was read, or of its batch."""
    said = [
        one.deadline if not one.province else one.national_deadline for one in item.sources.all()
    ]
    return next((words for words in said if words), item.batch.name)


def _tally(pairs: Iterable[tuple[str, Row]]) -> dict[str, Counter[Standing]]:
    counted: dict[str, Counter[Standing]] = defaultdict(Counter)
    for name, row in pairs:
        counted[name][row.standing] += 1
    return dict(sorted(counted.items(), key=lambda one: (-one[1].total(), one[0])))


def mode_name(mode: str) -> str:
    """A mode as pages call it; of none, that the document does not say."""
    return str(Mode(mode).label) if mode else _("文件没有写实现形式")


# The civil affairs of 吉林 count how many items their ministry leads and helps with (吉民发〔2021〕
# 10号), which can be held against what is known of the list.
_CIVIL = ("民政部", 5, 11)


def _why(
    gaps: Sequence[Gap], document: PolicyDocument | None, province: str, items: Iterable[Item]
) -> Iterable[str]:
    """What can honestly be said about the items that nobody here has seen."""
    if not gaps:
        return
    lists = {gap.batch.list_id: gap.batch.list for gap in gaps}
    for code, one in lists.items():
        declared, known = queries.declared_and_known(code)
        parts = "、".join(
            _("%(batch)s少%(missing)s项") % {"batch": gap.batch.name, "missing": gap.missing}
            for gap in gaps
            if gap.batch.list_id == code
        )
        yield _(
            "%(list)s（%(document)s）共%(declared)s项，已知%(known)s项：%(parts)s。"
            "没有收到清单原文，所以不写缺的是哪几项"
        ) % {
            "list": one.name, "document": one.document.short_title, "declared": declared,
            "known": known, "parts": parts,
        }  # fmt: skip
    if document and any(gap.batch.document_id == document.key for gap in gaps):
        said = _("%(province)s的文件列出的就是这些项，没有列的文件里没有说明原因")
        yield said % {"province": called(province)}
    yield _(
        "公开资料里，青海、内蒙古的方案第一批写58项，第二批写的也是72项；"
        "这两份方案本平台没有收录原文，只作参考"
    )
    if _civil(items) == _CIVIL[1:]:
        yield _(
            "吉民发〔2021〕10号写民政牵头5项、配合11项，和已知事项里数出来的一样，"
            "所以缺的几项和民政部无关"
        )


def _civil(items: Iterable[Item]) -> tuple[int, int]:
    """How many known items of the list of 2020 the civil ministry leads, and helps with."""
    mine = [item for item in items if item.batch.list_id == "2020"]
    ministry = _CIVIL[0]
    lead = sum(1 for item in mine if item.lead == ministry)
    return lead, sum(1 for item in mine if ministry in item.cooperating)


@dataclass(frozen=True)
class Matrix:
    """Every item by every province: what there is to go by, and how it is listed there."""

    provinces: tuple[str, ...]
    rows: tuple[tuple[Item, tuple[tuple[Carried, Standing], ...]], ...]


def matrix(*, on: date) -> Matrix:
    """All items × all provinces, in two reads."""
    provinces = tuple(one.code for one in jurisdictions.provinces(on))
    rows = Implementation.objects.exclude(retired_on__lte=on).values_list("item", "division_code")
    own = {(item, place[:2]) for item, place in rows.order_by().distinct().iterator()}
    items = queries.items()
    documents = {code: _document(items, code[:2]) for code in provinces}
    standard = {item.code: queries.version_in_force(item.code, on) is not None for item in items}
    return Matrix(
        provinces,
        tuple(
            (
                item,
                tuple(
                    (
                        Carried.OWN
                        if (item.code, code[:2]) in own
                        else Carried.STANDARD if standard[item.code] else Carried.NOTHING,
                        _standing(item, _source(item, code[:2]), documents[code], code),
                    )
                    for code in provinces
                ),
            )
            for item in items
        ),
    )  # fmt: skip
