"""Between the cells of a row and the changes that a place lays over the standard, both ways.

Writing is checked by reading: a section that its columns cannot say in full goes whole into the
column `rest` as JSON, so that a file that was written out and taken in again changes nothing.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tongban.catalogue import codes
from tongban.catalogue.interchange.cells import number, one_of
from tongban.catalogue.interchange.columns import BY_KEY, COLUMNS, NO, SECTIONS, YES
from tongban.catalogue.interchange.faults import ERROR, FLAG
from tongban.catalogue.interchange.ground import (
    Cells,
    Content,
    Ground,
    Say,
    lines_of,
    nothing_said,
)
from tongban.catalogue.interchange.materials import read_materials, write_materials

# --- sentences, one a line ---

_NOTED = re.compile(
    r"(?P<text>.*?)(?:〔依据：(?P<basis>[^〔〕]*)〕)?(?:〔说明：(?P<note>[^〔〕]*)〕)?"
)


def _sentences(text: str) -> list[Content]:
    found = (_NOTED.fullmatch(line) for line in lines_of(text))
    return [{"text": one["text"].strip(), "basis": one["basis"] or ""} for one in found if one]


def _written_sentences(section: list[Content]) -> str:
    return "\n".join(
        one["text"] + (f"〔依据：{one['basis']}〕" if one["basis"] else "") for one in section
    )


def _ground_and_note(text: str) -> Content:
    found = _NOTED.fullmatch(text.strip())
    basis = found["text"].strip() if found else text.strip()
    note = (found["note"] or "") if found else ""
    return {"basis": basis} | ({"note": note} if note else {})


def _written_ground(limit: Mapping[str, Any]) -> str:
    return str(limit["basis"]) + (f"〔说明：{limit['note']}〕" if limit.get("note") else "")


# --- codes, limits, visits ---


def _read_codes(cells: Cells, _ground: Ground, say: Say) -> Content | None:
    found: Content = {}
    for key in ("item_type", "handle_type"):
        if value := one_of(cells, key, say):
            found[key] = value
    return found or None


def _write_codes(section: Content, _ground: Ground) -> dict[str, str]:
    sets = {"item_type": codes.ITEM_TYPE, "handle_type": codes.HANDLE_TYPE}
    return {key: sets[key].label(value) for key, value in section.items() if key in sets}


_MOST_DAYS, _MOST_LEGAL = 60, 400


def _read_limits(cells: Cells, ground: Ground, say: Say) -> Content | None:
    found: Content = {}
    legal = number(cells, "legal_days", say, least=0, most=_MOST_LEGAL)
    if legal and (unit := _unit(cells, "legal_unit", say)):
        said = _ground_and_note(cells.get("legal_ground", ""))
        found["legal"] = {"days": legal, "kind": "legal", "unit": unit, **said}
    promised = number(cells, "promised_days", say, least=0, most=_MOST_LEGAL)
    if promised is not None and (limit := _promised(promised, cells, say)):
        found["decide"] = limit
    accept = number(cells, "accept_days", say, least=1, most=_MOST_DAYS)
    if accept is not None:
        kind = ground.standard.get("limits", {}).get("accept", {}).get("kind", "promised")
        found["accept"] = {"days": accept, "kind": kind, "basis": ""}
    return found or None


def _unit(cells: Cells, key: str, say: Say) -> str | None:
    if cells.get(key):
        return one_of(cells, key, say)
    say(
        "limit-unit-missing", FLAG, key,
        _("写了时限，没有写单位：是工作日还是天？"),
        _("从列表里选单位。没有单位的时限只留原话，不参加计时"),
    )  # fmt: skip
    return None


def _promised(days: int, cells: Cells, say: Say) -> Content | None:
    unit = "workday" if days == 0 else _unit(cells, "promised_unit", say)
    if unit is None:
        return None
    if unit != "workday":
        say(
            "promised-not-in-working-days", FLAG, "promised_unit",
            _("承诺时限按%(unit)s写，平台按工作日计时，不能替您换算") % {"unit": codes.UNIT.values[unit]},
            _("把承诺时限改成工作日。改好之前只留原话，按国家标准计时"),
        )  # fmt: skip
        return None
    if days > _MOST_DAYS:
        say(
            "promised-too-long", ERROR, "promised_days",
            _("承诺时限最长%(most)s个工作日") % {"most": _MOST_DAYS}, _("核对数字和单位"),
        )  # fmt: skip
        return None
    said = _ground_and_note(cells.get("promised_ground", ""))
    if days == 0 and "note" not in said:
        said["note"] = "当场办结"
    return {"days": max(days, 1), "kind": "promised", **said}


def _write_limits(section: Content, _ground: Ground) -> dict[str, str]:
    cells: dict[str, str] = {}
    if legal := section.get("legal"):
        cells |= {
            "legal_days": str(legal["days"]),
            "legal_unit": codes.UNIT.label(legal["unit"]),
            "legal_ground": _written_ground(legal),
        }
    if decide := section.get("decide"):
        cells |= {
            "promised_days": str(decide["days"]),
            "promised_unit": codes.UNIT.label("workday"),
            "promised_ground": _written_ground(decide),
        }
    if accept := section.get("accept"):
        cells["accept_days"] = str(accept["days"])
    return cells


def _read_visits(cells: Cells, ground: Ground, say: Say) -> Content | None:
    """The number is that of doing it online, where that is possible; else of every mode."""
    times = number(cells, "visits", say, least=0, most=20)
    if times is None:
        return None
    standard = ground.standard.get("visits", {})
    if not standard:
        say(
            "no-standard", FLAG, "visits",
            _("全国标准还没有写这件事的办理形式，到现场次数只留原话"), _("等全国标准公布后再导入"),
        )  # fmt: skip
        return None
    said = {"times": times, "why": cells.get("visits_why", "").strip(),
            "basis": cells.get("visits_ground", "").strip()}  # fmt: skip
    told = ["ONLINE"] if "ONLINE" in standard else list(standard)
    return {mode: dict(said) if mode in told else one for mode, one in standard.items()}


def _write_visits(section: Content, _ground: Ground) -> dict[str, str]:
    said = section.get("ONLINE") or next(iter(section.values()), None)
    if not said:
        return {}
    return {"visits": str(said["times"]), "visits_why": said["why"], "visits_ground": said["basis"]}


# --- fee, conditions, result, contact, questions ---


def _read_fee(cells: Cells, _ground: Ground, say: Say) -> Content | None:
    said = cells.get("is_charged", "").strip()
    if not said:
        if cells.get("fee_text") or cells.get("fee_ground"):
            say(
                "fee-not-said", ERROR, "is_charged",
                _("写了收费标准或者依据，没有写是否收费"), _("在“是否收费”里选是或否"),
            )  # fmt: skip
        return None
    if said not in {YES, NO}:
        say(
            "unknown-code", ERROR, "is_charged",
            _("“是否收费”只能填是或否，这里是“%(value)s”") % {"value": said[:20]}, _("从列表里选"),
        )  # fmt: skip
        return None
    text = cells.get("fee_text", "").strip() or ("收费" if said == YES else "不收费")
    return {"is_charged": said == YES, "text": text, "basis": cells.get("fee_ground", "").strip()}


def _write_fee(section: Content, _ground: Ground) -> dict[str, str]:
    said = YES if section["is_charged"] else NO
    return {"is_charged": said, "fee_text": section["text"], "fee_ground": section["basis"]}


def _read_list(key: str) -> Callable[[Cells, Ground, Say], list[Content] | None]:
    def read(cells: Cells, _ground: Ground, say: Say) -> list[Content] | None:
        found = _sentences(cells.get(key, ""))
        short = [one["text"] for one in found if len(one["text"]) < 4]
        if short:
            say(
                "sentence-too-short", ERROR, key,
                _("“%(text)s”太短，看不出是什么") % {"text": short[0]}, _("一行写一条完整的话"),
            )  # fmt: skip
        return found or None

    return read


def _write_list(key: str) -> Callable[[list[Content], Ground], dict[str, str]]:
    return lambda section, _ground: {key: _written_sentences(section)}


def _read_result(cells: Cells, ground: Ground, say: Say) -> Content | None:
    title = cells.get("result_title", "").strip()
    if not title:
        return None
    kinds = {"certificate", "notice"}
    kind = cells.get("result_kind", "").strip().partition(" ")[0]
    kind = {"证照": "certificate", "文书": "notice"}.get(kind, kind)
    if kind and kind not in kinds:
        say(
            "unknown-code", ERROR, "result_kind",
            _("结果类型只能是证照或文书，这里是“%(value)s”") % {"value": kind[:20]}, _("从列表里选"),
        )  # fmt: skip
        return None
    sample = cells.get("result_sample", "").strip()
    return {
        "kind": kind or ground.standard.get("result", {}).get("kind", "notice"),
        "title": title,
        "text": cells.get("result_text", "").strip(),
        "basis": cells.get("result_ground", "").strip(),
    } | ({"sample": sample} if sample else {})


def _write_result(section: Content, _ground: Ground) -> dict[str, str]:
    labels = {"certificate": "certificate 证照", "notice": "notice 文书"}
    return {
        "result_title": section["title"],
        "result_kind": labels[section["kind"]],
        "result_text": section["text"],
        "result_ground": section["basis"],
        "result_sample": section.get("sample", ""),
    }


def _read_contact(cells: Cells, _ground: Ground, _say: Say) -> Content | None:
    keys = ("consult", "complain", "liaison")
    return {key: text for key in keys if (text := cells.get(key, "").strip())} or None


def _write_contact(section: Content, _ground: Ground) -> dict[str, str]:
    return dict(section)


def _read_consultation(cells: Cells, _ground: Ground, say: Say) -> str | None:
    text = cells.get("consultation", "").strip()
    if text and len(text) < 2:
        say("too-short", ERROR, "consultation", _("咨询窗口至少写两个字"), _("写窗口或科室的名称"))
        return None
    return text or None


def _read_questions(cells: Cells, _ground: Ground, say: Say) -> list[Content] | None:
    found: list[Content] = []
    for line in lines_of(cells.get("questions", "")):
        if line.startswith("问："):
            found.append({"question": line[2:].strip(), "answer": ""})
        elif found and line.startswith("答："):
            found[-1]["answer"] = line[2:].strip()
        else:
            say(
                "question-unreadable", ERROR, "questions",
                _("看不出“%(line)s”是问还是答") % {"line": line[:30]},
                _("一行以“问：”开头，下一行以“答：”开头"),
            )  # fmt: skip
            return None
    return found or None


def _write_questions(section: list[Content], _ground: Ground) -> dict[str, str]:
    lines = (f"问：{one['question']}\n答：{one['answer']}" for one in section)
    return {"questions": "\n".join(lines)}


# --- all sections ---


@dataclass(frozen=True)
class _Section:
    read: Callable[[Cells, Ground, Say], Any]
    write: Callable[[Any, Ground], dict[str, str]]


_SECTIONS: Mapping[str, _Section] = {
    "codes": _Section(_read_codes, _write_codes),
    "limits": _Section(_read_limits, _write_limits),
    "visits": _Section(_read_visits, _write_visits),
    "fee": _Section(_read_fee, _write_fee),
    "conditions": _Section(_read_list("conditions"), _write_list("conditions")),
    "not_for": _Section(_read_list("not_for"), _write_list("not_for")),
    "legal_basis": _Section(_read_list("legal_basis"), _write_list("legal_basis")),
    "materials": _Section(read_materials, write_materials),
    "result": _Section(_read_result, _write_result),
    "contact": _Section(_read_contact, _write_contact),
    "consultation": _Section(
        _read_consultation, lambda section, _ground: {"consultation": section}
    ),
    "questions": _Section(_read_questions, _write_questions),
}
_KEYS: Mapping[str, tuple[str, ...]] = {
    section: tuple(one.key for one in COLUMNS if one.section == section) for section in _SECTIONS
}


def read_content(cells: Cells, given: Mapping[str, Any], ground: Ground, say: Say) -> Content:
    """The changes that a row says; an empty cell says nothing, so the standard holds there."""
    content: Content = {}
    name = cells.get("name", "").strip()
    if name and name != ground.name:
        content["name"] = name
    for section, keys in _KEYS.items():
        if not any(key in cells for key in keys):
            continue
        if section in given:
            say(
                "given-twice", ERROR, keys[0],
                _("“%(section)s”在“其他变更”里已经写了，这里又写了一遍")
                % {"section": SECTIONS[section]},
                _("两处只留一处：清空这几格，或者从“其他变更”里删去这一段"),
            )  # fmt: skip
            continue
        if (found := _SECTIONS[section].read(cells, ground, say)) is not None:
            content[section] = found
    for section, value in given.items():
        if value is None:
            content.pop(section, None)
        else:
            content[section] = value
    return content


def write_content(content: Mapping[str, Any], ground: Ground, name: str) -> dict[str, str]:
    """The cells that say these changes, with `rest` for what the columns cannot say."""
    cells: dict[str, str] = {}
    rest: Content = {}
    for section, value in content.items():
        if section == "name":
            continue
        written = _written(section, value, ground)
        if written is None:
            rest[section] = value
        else:
            cells |= written
    told = name if name != ground.name else None
    if content.get("name") != told:
        rest["name"] = content.get("name")
    if rest:
        cells["rest"] = json.dumps(rest, ensure_ascii=False, sort_keys=True)
    return {key: text for key, text in cells.items() if text}


def _written(section: str, value: Any, ground: Ground) -> dict[str, str] | None:
    """A section in its cells, when reading them gives the very same section."""
    if section not in _SECTIONS:
        return None
    try:
        cells = {key: text for key, text in _SECTIONS[section].write(value, ground).items() if text}
        is_same = _SECTIONS[section].read(cells, ground, nothing_said) == value
    except (KeyError, TypeError, AttributeError, ValueError):
        return None
    return cells if is_same else None


# --- the source's own words ---


def read_wording(cells: Cells) -> dict[str, str]:
    """The words of each section: those given, else the row's own cells as they came.

    Given as JSON, they are all there are.
    """
    text = cells.get("wording", "").strip()
    if text.startswith("{") and (whole := _whole_wording(text)) is not None:
        return whole
    found = _given_wording(text)
    for section, keys in _KEYS.items():
        if section in found:
            continue
        if said := [f"{BY_KEY[key].heading}：{cells[key]}" for key in keys if key in cells]:
            found[section] = "；".join(said)
    return found


def _whole_wording(text: str) -> dict[str, str] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    is_plain = isinstance(found, dict) and all(isinstance(one, str) for one in found.values())
    return found if is_plain else None


def _given_wording(text: str) -> dict[str, str]:
    keys = {name: key for key, name in SECTIONS.items()}
    found: dict[str, str] = {}
    section = ""
    for line in lines_of(text):
        head, colon, tail = line.partition("：")
        if colon and head in keys:
            section = keys[head]
            found[section] = tail
        elif section:
            found[section] += "\n" + line
    return found


def write_wording(wording: Mapping[str, Any], cells: Cells) -> str:
    """The words as a cell; empty when reading the other cells gives them anyway."""
    others = {key: text for key, text in cells.items() if key != "wording"}
    if read_wording(others) == wording:
        return ""
    plain = "\n".join(f"{SECTIONS.get(key, key)}：{text}" for key, text in wording.items())
    if plain and read_wording({**others, "wording": plain}) == wording:
        return plain
    return json.dumps(dict(wording), ensure_ascii=False, sort_keys=True)
