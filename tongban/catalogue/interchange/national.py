"""The field names of the national exchange tables, and what each says in the columns of ours.

One task is an object whose keys are tables. What the tables of ours have and theirs have not stands
under `x_tongban`; what theirs have and ours have not is kept as it came, in the words of the version
under `exchange`. Meanings that no document states are marked, never guessed.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from tongban.catalogue.codes import EXCHANGE_HANDLE_TYPE, EXCHANGE_UNIT, CodeMap, UnknownCode
from tongban.catalogue.interchange.columns import NO, SECTIONS, YES
from tongban.catalogue.interchange.records import DERIVED, UNVERIFIED, RawRow

DIRECTORY, BASIC, EXTEND = "task_directory", "task_general_basic", "task_general_extend"
MATERIALS, FEES = "task_general_material", "task_general_fee_project"
QUESTIONS, OURS = "task_general_questions", "x_tongban"
TABLES = (DIRECTORY, BASIC, EXTEND, MATERIALS, FEES, QUESTIONS, OURS)

# Plain texts: the same words there and here.
_TEXTS: tuple[tuple[str, str, str], ...] = (
    (DIRECTORY, "task_name", "name"),
    (DIRECTORY, "task_type", "item_type"),
    (DIRECTORY, "by_law", "legal_basis"),
    (BASIC, "catalog_code", "catalog_code"),
    (BASIC, "task_code", "task_code"),
    (BASIC, "task_handle_item", "handle_code"),
    (BASIC, "dept_name", "authority_name"),
    (BASIC, "dept_code", "authority_code"),
    (BASIC, "use_level", "level"),
    (BASIC, "accept_condition", "conditions"),
    (BASIC, "anticipate_day", "legal_days"),
    (BASIC, "anticipate_explain", "legal_ground"),
    (BASIC, "promise_day", "promised_days"),
    (BASIC, "promise_explain", "promised_ground"),
    (BASIC, "limit_scene_num", "visits"),
    (BASIC, "fee_basis", "fee_ground"),
    (BASIC, "link_way", "consult"),
    (BASIC, "supervise_way", "complain"),
    (BASIC, "plan_effective_date", "from_day"),
    (BASIC, "plan_cancel_date", "retired_on"),
    (EXTEND, "limit_scene_explain", "visits_why"),
    (EXTEND, "result_name", "result_title"),
)
# The same again in another table: read where the first is empty.
_ALSO: tuple[tuple[str, str, str], ...] = (
    (DIRECTORY, "catalog_code", "catalog_code"),
    (DIRECTORY, "use_level", "level"),
    (DIRECTORY, "plan_effective_date", "from_day"),
    (DIRECTORY, "plan_cancel_date", "retired_on"),
    (BASIC, "local_task_code", "local_code"),
    (BASIC, "task_name", "name"),
)
_MAPPED: tuple[tuple[str, str, str, CodeMap], ...] = (
    (BASIC, "project_type", "handle_type", EXCHANGE_HANDLE_TYPE),
    (BASIC, "anticipate_type", "legal_unit", EXCHANGE_UNIT),
    (BASIC, "promise_type", "promised_unit", EXCHANGE_UNIT),
)
# No document says which digit means yes; this reading is practice, and flagged.
_TRUTHS = {"1": YES, "0": NO, "是": YES, "否": NO, "true": YES, "false": NO}
_MATERIAL = {
    "material_name", "is_need", "source_explain", "page_num", "fill_explain", "by_law", "order_num",
}  # fmt: skip


def text_of(value: Any) -> str:
    """A value of JSON as a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def read_task(number: int, task: Mapping[str, Any]) -> RawRow:
    """One task as a row; a table of another shape than an object or a list counts as empty."""
    cells: dict[str, str] = {}
    kinds: dict[str, str] = {}
    refusals: list[tuple[str, str]] = []
    for table, name, key in (*_TEXTS, *_ALSO):
        if not cells.get(key) and (text := text_of(_table(task, table).get(name))):
            cells[key] = text
    for table, name, key, mapped in _MAPPED:
        if text := text_of(_table(task, table).get(name)):
            try:
                cells[key] = mapped.target.label(mapped.translate(text))
            except UnknownCode as unknown:
                refusals.append((key, unknown.message))
    _read_truth(task, cells, kinds, refusals)
    cells |= dict(_lists(task))
    if raw := _rest_of(task):
        words = json.dumps(raw, ensure_ascii=False, sort_keys=True)
        cells["wording"] = f"{SECTIONS['exchange']}：{words}"
        if any("cd_operation" in fields for fields in raw.values() if isinstance(fields, dict)):
            kinds["wording"] = UNVERIFIED
    ours = _table(task, OURS)
    _put_ours(ours, cells, kinds)
    if not cells.get("place") and len(code := cells.get("authority_code", "")) == 18:
        cells["place"], kinds["place"] = code[2:8], DERIVED
    if "part" not in ours and len(handle := cells.get("handle_code", "")) == 33:
        cells["part"] = handle[-2:]
    return RawRow(number, cells, kinds, refusals=tuple(refusals))


def _table(task: Mapping[str, Any], table: str) -> Mapping[str, Any]:
    found = task.get(table)
    return found if isinstance(found, dict) else {}


def _rows(task: Mapping[str, Any], table: str) -> list[Mapping[str, Any]]:
    found = task.get(table)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _read_truth(
    task: Mapping[str, Any],
    cells: dict[str, str],
    kinds: dict[str, str],
    refusals: list[tuple[str, str]],
) -> None:
    text = text_of(_table(task, BASIC).get("is_fee"))
    if not text:
        return
    if text.lower() not in _TRUTHS:
        said = _("is_fee的值“%(value)s”不认识，只有1（是）和0（否）")
        refusals.append(("is_charged", said % {"value": text[:20]}))
        return
    cells["is_charged"] = _TRUTHS[text.lower()]
    kinds["is_charged"] = UNVERIFIED


def _put_ours(ours: Mapping[str, Any], cells: dict[str, str], kinds: dict[str, str]) -> None:
    """Our own part speaks last: it says exactly what our columns hold."""
    if not ours:
        return
    kinds.clear()
    for key, value in ours.items():
        if value is None:
            cells.pop(key, None)
        elif key != "item_name":
            cells[key] = text_of(value)


def _lists(task: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if lines := [_material_line(one) for one in _ordered(_rows(task, MATERIALS))]:
        yield "materials", "\n".join(lines)
    if fees := _rows(task, FEES):
        words = (f"{text_of(one.get('fee_name'))}{text_of(one.get('fee_stand'))}" for one in fees)
        yield "fee_text", "、".join(words)
    if asked := _ordered(_rows(task, QUESTIONS)):
        pairs = (
            f"问：{_line(one.get('question'))}\n答：{_line(one.get('answer'))}" for one in asked
        )
        yield "questions", "\n".join(pairs)


def _ordered(rows: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(rows, key=lambda one: _order(text_of(one.get("order_num"))))


def _order(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _line(value: Any) -> str:
    return " ".join(text_of(value).split())


def _material_line(one: Mapping[str, Any]) -> str:
    # A full-width semicolon parts the labels of a line, so inside it becomes a comma.
    said = {key: _line(one.get(key)).replace("；", "，") for key in _MATERIAL}
    parts = [said["material_name"]]
    if said["is_need"] in _TRUTHS:
        parts.append("必要" if _TRUTHS[said["is_need"]] == YES else "非必要")
    if said["source_explain"]:
        parts.append(f"出具机构：{said['source_explain']}")
    if said["page_num"].isdecimal() and int(said["page_num"]) <= 99:
        parts.append(f"原件：{said['page_num']}")
    if said["fill_explain"]:
        parts.append(f"说明：{said['fill_explain']}")
    if said["by_law"]:
        parts.append(f"依据：{said['by_law']}")
    return "；".join(parts)


def _known(table: str) -> set[str]:
    found = {name for one, name, _ in (*_TEXTS, *_ALSO) if one == table}
    found |= {name for one, name, _, _ in _MAPPED if one == table}
    return found | ({"is_fee"} if table == BASIC else set())


_KNOWN: Mapping[str, set[str]] = {
    DIRECTORY: _known(DIRECTORY),
    BASIC: _known(BASIC),
    EXTEND: _known(EXTEND),
    MATERIALS: _MATERIAL,
    FEES: {"fee_name", "fee_stand"},
    QUESTIONS: {"question", "answer", "order_num"},
    OURS: set(),
}


def _rest_of(task: Mapping[str, Any]) -> dict[str, Any]:
    """What no column of ours takes, by table, as it came."""
    rest: dict[str, Any] = {}
    for table, value in task.items():
        if table == OURS:
            continue
        known = _KNOWN.get(table, set())
        if isinstance(value, dict) and (left := _left(value, known)):
            rest[table] = left
        elif isinstance(value, list):
            lefts = [_left(one, known) if isinstance(one, dict) else one for one in value]
            if any(lefts):
                rest[table] = lefts
        elif not isinstance(value, dict | list) and value not in (None, ""):
            rest[table] = value
    return rest


def _left(fields: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
    return {
        name: value
        for name, value in fields.items()
        if name not in known and value not in (None, "")
    }


# --- writing ---


def write_task(cells: Mapping[str, str], *, item_name: str) -> dict[str, Any]:
    """A row as a task. What reading it back would not give again stands under `x_tongban`."""
    task: dict[str, Any] = {DIRECTORY: {}, BASIC: {}, EXTEND: {}}
    for table, name, key in (*_TEXTS, *_ALSO):
        if cells.get(key) and name != "local_task_code" and (table, name) != (BASIC, "task_name"):
            task[table][name] = _bare(key, cells[key])
    for table, name, key, mapped in _MAPPED:
        if value := _backwards(mapped, cells.get(key, "")):
            task[table][name] = value
    if said := cells.get("is_charged"):
        task[BASIC]["is_fee"] = "1" if said == YES else "0"
    if lines := cells.get("materials", "").splitlines():
        task[MATERIALS] = [
            {"material_name": line.partition("；")[0], "order_num": str(place)} | _needed(line)
            for place, line in enumerate(lines, start=1)
        ]
    if questions := cells.get("questions", "").splitlines():
        task[QUESTIONS] = [
            {"question": asked[2:], "answer": answer[2:], "order_num": str(place)}
            for place, (asked, answer) in enumerate(
                zip(questions[::2], questions[1::2], strict=False), start=1
            )
        ]
    back = read_task(0, task).cells
    ours: dict[str, Any] = {"item_name": item_name, "part": cells.get("part")}
    ours |= {key: text for key, text in cells.items() if back.get(key) != text}
    ours |= {key: None for key in back if key not in cells}
    task[OURS] = ours
    return task


def _needed(line: str) -> dict[str, str]:
    parts = line.split("；")
    return {"is_need": "1" if "必要" in parts else "0"} if len(parts) > 1 else {}


def _bare(key: str, text: str) -> str:
    """The code alone of a cell that our drop-downs write with its name."""
    return text.partition(" ")[0] if key in {"level", "item_type"} else text


def _backwards(mapped: CodeMap, text: str) -> str:
    """Their value for ours; nothing where several of theirs read the same."""
    code = mapped.target.code_of(text)
    found = [theirs for theirs, ours in mapped.table.items() if ours == code]
    return found[0] if len(found) == 1 else ""
