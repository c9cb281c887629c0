"""From a row as it was written to an implementation and its changes, with every fault named."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from django.utils.translation import gettext as _

from tongban.basics import canonical
from tongban.catalogue import codes
from tongban.catalogue import overlay as overlaying
from tongban.catalogue.interchange import records
from tongban.catalogue.interchange.cells import day, narrow, one_of
from tongban.catalogue.interchange.changes import judge_changes
from tongban.catalogue.interchange.columns import BY_KEY, COLUMNS
from tongban.catalogue.interchange.content import read_content, read_wording
from tongban.catalogue.interchange.faults import ERROR, FLAG, Fault, Faults
from tongban.catalogue.interchange.ground import Ground
from tongban.catalogue.interchange.naming import Items
from tongban.catalogue.interchange.records import RawRow

Say = Callable[[str, str, str, str, str], None]


@dataclass(frozen=True)
class PlaceFound:
    """What the directory of places says about a code; a refusal stops the row, a remark flags it."""

    code: str
    name: str = ""
    levels: frozenset[str] = frozenset()
    refusal: tuple[str, str, str] | None = None  # code, sentence, how to mend it
    remark: tuple[str, str, str] | None = None


class World(Protocol):
    """What judging needs of the tables; nothing of it changes while a file is read."""

    items: Items

    def place(self, code: str) -> PlaceFound:
        """The place of this code, or why it cannot be taken."""

    def ground(self, item: str) -> Ground:
        """The item's national name and the content of its standard."""


@dataclass(slots=True)
class Judged:
    """One row that can be attached to an item and a place."""

    row: int
    item: str
    place: str
    part: str
    identity: dict[str, Any]
    from_day: date | None  # none: the row says nothing besides the national standard
    content: dict[str, Any]
    wording: dict[str, str]
    faults: list[str]

    @property
    def key(self) -> tuple[str, str, str]:
        """What names an implementation."""
        return self.item, self.place, self.part


@dataclass
class Judge:
    """Judges the rows of one file in their order; what stands twice is found across rows."""

    world: World
    faults: Faults
    places: Mapping[str, str]
    _seen: dict[int, int] = field(default_factory=dict)
    _names: dict[int, int] = field(default_factory=dict)

    def has_seen(self, key: tuple[str, str, str]) -> bool:
        """Whether a row of the file spoke of this implementation."""
        return hash(key) in self._seen

    def judge(self, raw: RawRow) -> Judged | None:
        """The row as an implementation; nothing when an error stops it."""
        noted: set[str] = set()
        severities: set[str] = set()

        def say(code: str, severity: str, key: str, message: str, mend: str) -> None:
            noted.add(code)
            severities.add(severity)
            self.faults.add(self._fault(raw, code, severity, key, message, mend))

        for key, message in raw.refusals:
            say("unknown-code", ERROR, key, message, _("先按对照表换算，再导入"))
        _kinds(raw, say)
        _lengths(raw, say)
        found = self._attached(raw, say)
        if found is None:
            return None
        item, place, part = found
        identity = _identity(raw, place, say)
        ground = self.world.ground(item)
        content = read_content(raw.cells, self._given(raw, say), ground, say)
        wording = read_wording(raw.cells)
        from_day = day(raw.cells, "from_day", say)
        if "from_day" not in raw.cells and not wording and not content.keys() - {"name"}:
            content = {}
        elif "from_day" not in raw.cells:
            say("required", ERROR, "from_day", _("没有写生效日期"), _("写成2026-09-01这样的日期"))
        judge_changes(content, ground, say)
        self._twice((item, place.code, part), raw, say)
        if ERROR in severities:
            return None
        return Judged(
            raw.number, item, place.code, part, identity, from_day, content, wording,
            sorted(noted),
        )  # fmt: skip

    def _fault(
        self, raw: RawRow, code: str, severity: str, key: str, message: str, mend: str
    ) -> Fault:
        heading = BY_KEY[key].heading if key in BY_KEY else ""
        value = raw.cells.get(key, "")
        return Fault(
            code, severity, raw.number, self.places.get(key, ""), heading, value, message, mend
        )

    def _attached(self, raw: RawRow, say: Say) -> tuple[str, PlaceFound, str] | None:
        item = self._item(raw, say)
        place = self._place(raw, say)
        part = narrow(raw.cells.get("part", ""))
        if part.isdecimal() and len(part) == 1:
            part = f"0{part}"
        if part and not (part.isascii() and part.isdecimal() and len(part) == 2 and part != "00"):
            say(
                "part-unreadable", ERROR, "part",
                _("拆分序号“%(part)s”应为01到99") % {"part": part[:10]}, _("没有拆分就空着"),
            )  # fmt: skip
            return None
        return (item, place, part) if item and place else None

    def _item(self, raw: RawRow, say: Say) -> str | None:
        found = self.world.items.find(
            code=narrow(raw.cells.get("item", "")),
            catalog=narrow(raw.cells.get("catalog_code", "")),
            name=raw.cells.get("name", "").strip(),
        )
        if found.item and found.how == "near":
            say(
                "item-by-near-name", FLAG, "name",
                _("清单里没有“%(name)s”，按名称相近对应到%(item)s %(found)s")
                % {"name": raw.cells["name"][:40], "item": found.item, "found": found.nearest[0]},
                _("核对是不是这一件，然后在“事项编码”里写上编码"),
            )  # fmt: skip
        if found.item is None:
            key = "item" if raw.cells.get("item") else "name"
            say(
                "unknown-item", ERROR, key,
                _("全国清单里找不到这件事。名称最接近的是：%(nearest)s")
                % {"nearest": "、".join(found.nearest) or "没有"},
                _("在“事项编码”里写上清单的编码，例如2020-2-06"),
            )  # fmt: skip
        return found.item

    def _place(self, raw: RawRow, say: Say) -> PlaceFound | None:
        text = narrow(raw.cells.get("place", ""))
        if not text:
            say("required", ERROR, "place", _("没有写区划代码"), _("写六位区划代码，例如220100"))
            return None
        if len(text) == 12 and text.isdecimal():
            if text[6:] != "000000":
                say(
                    "place-below-county", FLAG, "place",
                    _("区划代码%(code)s是乡镇街道或村社区，按它所在的县%(county)s登记")
                    % {"code": text, "county": text[:6]},
                    _("乡镇、村社区各自的清单不分开登记"),
                )  # fmt: skip
            text = text[:6]
        if not (text.isascii() and text.isdecimal() and len(text) == 6):
            say(
                "place-unreadable", ERROR, "place",
                _("区划代码应为六位数字，这里是“%(code)s”") % {"code": text[:20]},
                _("写六位区划代码，例如220100"),
            )  # fmt: skip
            return None
        found = self.world.place(text)
        if found.refusal:
            code, message, mend = found.refusal
            say(code, ERROR, "place", message, mend)
            return None
        if found.remark:
            code, message, mend = found.remark
            say(code, FLAG, "place", message, mend)
        return found

    def _given(self, raw: RawRow, say: Say) -> Mapping[str, Any]:
        text = raw.cells.get("rest", "").strip()
        if not text:
            return {}
        try:
            found = canonical.loads(text.encode())
            canonical.dumps(found)
        except (ValueError, TypeError, RecursionError):
            found = None
        if isinstance(found, dict) and set(found) <= overlaying.ALLOWED:
            return found
        say(
            "rest-unreadable", ERROR, "rest",
            _("“其他变更”不是导出时写入的内容，可能被改动或者截断了"),
            _("从导出的文件里原样复制这一格，或者清空"),
        )  # fmt: skip
        return {}

    def _twice(self, key: tuple[str, str, str], raw: RawRow, say: Say) -> None:
        # Numbers instead of keys: a hundred thousand rows stay within a few megabytes.
        first = self._seen.setdefault(hash(key), raw.number)
        if first != raw.number:
            say(
                "duplicate-row", ERROR, "item",
                _("同一地方的同一事项在第%(row)s行已经有了") % {"row": first},
                _("删去一行；本地确实拆成几件的，在“拆分序号”里分别写01、02"),
            )  # fmt: skip
        name = narrow(raw.cells.get("name", ""))
        first = self._names.setdefault(hash((key[1], name)), raw.number)
        if first != raw.number:
            say(
                "duplicate-name", FLAG, "name",
                _("同一地方的第%(row)s行也叫“%(name)s”，外省分不清是哪一件")
                % {"row": first, "name": name[:40]},
                _("在名称里写出区别"),
            )  # fmt: skip


# --- what the cells are ---


def _kinds(raw: RawRow, say: Say) -> None:
    merged = []
    for key, kind in raw.kinds.items():
        heading = BY_KEY[key].heading
        if kind == records.FORMULA:
            say(
                "formula-in-cell", ERROR, key,
                _("“%(heading)s”里是公式，不是值") % {"heading": heading},
                _("选中这些格，复制，再“选择性粘贴为值”"),
            )  # fmt: skip
        elif kind == records.BROKEN:
            say(
                "error-in-cell", ERROR, key,
                _("“%(heading)s”里是表格的错误值%(value)s")
                % {"heading": heading, "value": raw.cells.get(key, "")},
                _("改成正确的值"),
            )  # fmt: skip
        elif kind == records.MERGED:
            merged.append(heading)
        elif kind == records.DERIVED:
            say(
                "place-from-credit-code", FLAG, key,
                _("没有写区划，按信用代码第3到8位%(place)s读") % {"place": raw.cells.get(key, "")},
                _("核对是不是这个地方；登记机关所在地不一定是实施地"),
            )  # fmt: skip
        elif kind == records.UNVERIFIED:
            say(
                "exchange-value-unverified", FLAG, key,
                _("“%(heading)s”里交换库字段的取值没有正式文件说明，按惯例读，原值保留")
                % {"heading": heading},
                _("核对这一栏读得对不对"),
            )  # fmt: skip
        elif kind == records.NUMBER and BY_KEY[key].is_code:
            _zeros_lost(raw, key, say)
    if merged:
        key = next(key for key, kind in raw.kinds.items() if kind == records.MERGED)
        say(
            "merged-cell", FLAG, key,
            _("%(headings)s是合并单元格，按合并前第一格的值读") % {"headings": "、".join(merged)},
            _("取消合并，把每一行都填上"),
        )  # fmt: skip


def _zeros_lost(raw: RawRow, key: str, say: Say) -> None:
    text = raw.cells.get(key, "")
    is_short_code = key == "catalog_code" and text.isdecimal() and len(text) in {10, 11}
    is_phone = key in {"consult", "complain"} and len(text) >= 9 and text[:1] not in "01"
    if is_short_code or is_phone:
        say(
            "leading-zeros-lost", FLAG, key,
            _("“%(heading)s”是数字格式，前面的0可能丢了") % {"heading": BY_KEY[key].heading},
            _("把这一列的格式改成“文本”，补上前面的0"),
        )  # fmt: skip


_MOST_CHARACTERS = 80_000  # of a row; it has to travel to the other nodes in one message
_LONGEST = {one.key: one.longest for one in COLUMNS if one.longest}


def _lengths(raw: RawRow, say: Say) -> None:
    whole = "".join(raw.cells.values())
    if len(whole) > _MOST_CHARACTERS:
        say(
            "row-too-long", ERROR, "rest",
            _("这一行一共%(length)s个字，最多%(most)s个") % {"length": len(whole), "most": _MOST_CHARACTERS},
            _("精简内容；整篇文件放进附件，这里只写要点"),
        )  # fmt: skip
    if "\0" in whole or not _is_text(whole):
        say(
            "unseen-character", ERROR, "name",
            _("这一行里有看不见的坏字符"), _("把文字重新输入一遍，或者先粘贴到记事本再复制过来"),
        )  # fmt: skip
    for key, longest in _LONGEST.items():
        text = raw.cells.get(key)
        if text and len(text) > longest:
            say(
                "too-long", ERROR, key,
                _("“%(heading)s”最多%(longest)s个字，这里有%(length)s个")
                % {"heading": BY_KEY[key].heading, "longest": longest, "length": len(text)},
                _("核对是不是填错了列；确实长的请缩短"),
            )  # fmt: skip


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character, which JSON can write
        return False
    return True


# --- the row itself ---


def _identity(raw: RawRow, place: PlaceFound, say: Say) -> dict[str, Any]:
    cells = raw.cells
    for key in ("name", "authority_name"):
        if not cells.get(key, "").strip():
            say("required", ERROR, key, _("没有写%(what)s") % {"what": BY_KEY[key].heading},
                _("这一列每一行都要写"))  # fmt: skip
    level = one_of(cells, "level", say) or ""
    if "level" not in cells:
        say("required", ERROR, "level", _("没有写行使层级"), _("从列表里选"))
    if level and place.levels and level not in place.levels:
        say(
            "level-does-not-fit", FLAG, "level",
            _("%(place)s写的是%(level)s级，和这个地方的级别不一致")
            % {"place": place.name, "level": codes.LEVEL.values[level]},
            _("核对行使层级和区划代码哪一个写错了"),
        )  # fmt: skip
    found = {key: narrow(cells.get(key, "")) for key in
             ("authority_code", "catalog_code", "task_code", "handle_code", "local_code")}  # fmt: skip
    for code_key in ("authority_code", "catalog_code", "task_code", "handle_code"):
        if not codes.is_scientific(found[code_key]):
            found[code_key] = found[code_key].upper()
    for key, fault in code_faults(found, level):
        say(fault.code, FLAG, key, fault.message, fault.mend)
    retired = day(cells, "retired_on", say)
    return {
        "name": cells.get("name", "").strip(),
        "authority_name": cells.get("authority_name", "").strip(),
        "level": level,
        "retired_on": retired.isoformat() if retired else "",
        **found,
    }


def code_faults(row: Mapping[str, str], level: str) -> Iterator[tuple[str, codes.CodeFault]]:
    """What is wrong with a row's codes, with the column of each."""
    authority, task, catalog = row["authority_code"], row["task_code"], row["catalog_code"]
    for fault in codes.check_catalog_code(catalog):
        yield "catalog_code", fault
    for fault in codes.check_credit_code(authority):
        yield "authority_code", fault
    for fault in codes.check_task_code(task, authority=authority, level=level, catalog=catalog):
        yield "task_code", fault
    for fault in codes.check_handle_code(row["handle_code"], task=task):
        yield "handle_code", fault
