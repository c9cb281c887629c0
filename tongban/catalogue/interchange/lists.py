"""The national lists as they stand in the published documents, beside those that are loaded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from tongban.catalogue.interchange.csv_files import encoding_of, read_csv
from tongban.catalogue.interchange.exporting import LIST_HEADINGS, list_lines
from tongban.catalogue.interchange.records import FileRefused
from tongban.catalogue.models import Item
from tongban.catalogue.reader import listing
from tongban.catalogue.reader.layout import Unreadable

_LARGEST = 2 * 1024 * 1024  # bytes; the two documents are below 60 KB
_FIELDS = {
    "name": "事项名称",
    "lead": "牵头单位",
    "cooperating": "配合单位",
    "theme": "主题",
    "subjects": "服务对象",
    "facts": "应用场景",
    "part": "附件",
    "row": "序号",
    "province_unit": "省级单位",
    "form": "实现形式（原文）",
    "modes": "实现形式",
    "state": "进展",
    "deadline": "完成时限（原文）",
    "national_deadline": "国家完成时限（原文）",
    "deadlines": "完成时限",
}


@dataclass(frozen=True)
class ListChange:
    """One field of one item that a document or a file says otherwise than the tables."""

    code: str
    name: str
    heading: str
    old: str
    new: str


@dataclass(frozen=True)
class ListDifference:
    """How many items were read, and all that differs from the tables."""

    items: int
    changes: tuple[ListChange, ...]


def compare(path: Path) -> ListDifference | None:
    """The difference of a national list from the tables; nothing when the file is no such list.

    It takes the raw text of the two documents, and the CSV that `catalogue export --lists` writes.
    The lists are law of others: a difference is shown and never written from here. A new edition
    goes through `catalogue read`, which keeps the line of every row.
    """
    if path.stat().st_size > _LARGEST:
        return None
    head = path.read_bytes()[:4096]
    if head.startswith((b"PK", b"{", b"[")) or b"\0" in head:
        return None
    if (lines := _csv_lines(path)) is not None:
        return _compare_lines(lines)
    try:
        items = listing.items_of(path)
    except (Unreadable, UnicodeDecodeError):
        return None
    return _compare_items(items)


def _compare_items(items: list[dict[str, Any]]) -> ListDifference:
    known = {item.code: item for item in Item.objects.prefetch_related("sources__document")}
    changes: list[ListChange] = []
    for one in items:
        there = known.get(one["code"])
        old = _loaded(there, one["source"]["document"]) if there else {}
        new = {**one, **one["source"]}
        for field, heading in _FIELDS.items():
            before, after = old.get(field), new[field]
            if before != after:
                changes.append(
                    ListChange(one["code"], one["name"], heading, _text(before), _text(after))
                )
    documents = {one["source"]["document"] for one in items}
    read = {one["code"] for one in items}
    for code, there in known.items():
        if code not in read and any(s.document_id in documents for s in there.sources.all()):
            changes.append(ListChange(code, there.name, _("整项"), there.name, ""))
    return ListDifference(len(items), tuple(changes))


def _loaded(item: Item, document: str) -> Mapping[str, Any]:
    found: dict[str, Any] = {name: getattr(item, name) for name in
             ("name", "lead", "cooperating", "theme", "subjects", "facts")}  # fmt: skip
    for source in item.sources.all():
        if source.document_id == document:
            found |= {name: getattr(source, name) for name in _FIELDS if hasattr(source, name)}
    return found


def _csv_lines(path: Path) -> Iterator[list[str]] | None:
    try:
        lines = read_csv(path, encoding_of(path))
        headings = next(lines, [])
    except FileRefused:
        return None
    return lines if headings == list(LIST_HEADINGS) else None


def _compare_lines(lines: Iterator[list[str]]) -> ListDifference:
    width = len(LIST_HEADINGS)
    new = {(line[0], line[-2], line[-1]): line for line in lines if len(line) == width}
    old = {(line[0], line[-2], line[-1]): line for line in list_lines()}
    changes = []
    for key in dict.fromkeys([*old, *new]):
        before, after = old.get(key, [""] * width), new.get(key, [""] * width)
        name = after[4] or before[4]
        changes += [
            ListChange(key[0], name, heading, was, now)
            for heading, was, now in zip(LIST_HEADINGS, before, after, strict=True)
            if was != now
        ]
    return ListDifference(len(new), tuple(changes))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "、".join(value)
    return str(value)
