"""The materials of a row: one line each, all of them, beside those of the standard."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from tongban.catalogue.interchange.faults import ERROR, FLAG
from tongban.catalogue.interchange.ground import Cells, Content, Ground, Say, lines_of

_FORMS = {
    "电子证照": "e-certificate",
    "数据共享": "shared-data",
    "上传": "upload",
    "邮寄原件": "original-by-post",
    "当面交原件": "original-in-person",
}
_FORM_NAMES = {value: name for name, value in _FORMS.items()}
_NEEDED, _NOT_NEEDED = "必要", "非必要"
_LABELS = ("代号", "出具机构", "方式", "等级", "原件", "复印件", "说明", "依据", "要点")
_DECIDER = "决定机关看"
# Nobody wrote what to look at: what every paper has to be, as a default of this platform.
_POINT = {
    "key": "clear",
    "text": "四角拍全、字能看清",
    "problem": "照片不全或者看不清",
    "mend": "放平重拍，四角拍全，不反光",
    "judged_by": "receiver",
}


def read_materials(cells: Cells, ground: Ground, say: Say) -> Content | None:
    """What a row's list puts in and drops; a material it only names is asked as the standard asks."""
    lines = lines_of(cells.get("materials", ""))
    if not lines:
        return None
    standard = {one["name"]: one for one in ground.standard.get("materials", [])}
    put, named = [], set()
    for line in lines:
        name, *labels = (part.strip() for part in line.split("；"))
        if name in named:
            say(
                "material-twice", ERROR, "materials",
                _("材料“%(name)s”写了两次") % {"name": name}, _("合成一行"),
            )  # fmt: skip
            continue
        named.add(name)
        base = standard.get(name)
        if base and not labels:
            continue
        if material := _material(name, labels, base, say):
            put.append(material)
    drop = [one["spec"] for name, one in standard.items() if name not in named]
    found: Content = ({"put": put} if put else {}) | ({"drop": drop} if drop else {})
    return found or None


def _material(
    name: str, labels: list[str], base: Mapping[str, Any] | None, say: Say
) -> Content | None:
    if len(name) < 2:
        say("material-unreadable", ERROR, "materials", _("有一行材料没有写名称"), _("名称写在行首"))
        return None
    spec = "local-" + hashlib.sha256(name.encode()).hexdigest()[:10]
    found: Content = dict(base) if base else {
        "spec": spec, "name": name, "is_required": True, "when": [],
        "formats": ["pdf", "ofd", "jpeg", "png"], "grade": "C", "issuer": "", "hint": "",
        "basis": "", "points": [],
    }  # fmt: skip
    points: list[Content] = []
    for label in labels:
        key, _colon, value = label.partition("：")
        if key in {_NEEDED, _NOT_NEEDED}:
            found["is_required"] = key == _NEEDED
        elif key == "要点" and (point := _point(value, len(points) + 1)):
            points.append(point)
        elif key not in _LABELS or not _set(found, key, value.strip()):
            say(
                "material-unreadable", ERROR, "materials",
                _("材料“%(name)s”里的“%(label)s”读不懂") % {"name": name, "label": label[:30]},
                _("照表头下面说明的写法填，各项之间用中文分号"),
            )  # fmt: skip
            return None
    if points:
        found["points"] = points
    elif not found["points"]:
        found["points"] = [dict(_POINT)]
        say(
            "material-without-points", FLAG, "materials",
            _("材料“%(name)s”没有写要点，收件的人不知道看什么") % {"name": name},
            _("在这一行后面加：；要点：看什么→有什么问题→怎么改"),
        )  # fmt: skip
    return found


def _set(found: Content, key: str, value: str) -> bool:
    """Put one label's value in; whether it could be understood."""
    if key in {"原件", "复印件"}:
        digits = value.removesuffix("份")
        found["originals" if key == "原件" else "copies"] = int(digits) if digits.isdecimal() else 0
        return digits.isdecimal() and int(digits) <= 99
    if key == "方式":
        found["form"] = _FORMS.get(value, "")
        return value in _FORMS
    if key == "等级":
        found["grade"] = value
        return value in {"A", "B", "C", "D"}
    if key == "代号":
        found["spec"] = value
        return bool(re.fullmatch(r"[a-z][a-z0-9-]{1,38}", value))
    places = {"出具机构": "issuer", "说明": "hint", "依据": "basis"}
    if key in places:
        found[places[key]] = value
    return key in places


def _point(value: str, number: int) -> Content | None:
    parts = [part.strip() for part in value.split("→")]
    by = "decider" if parts[-1] == _DECIDER else "receiver"
    if by == "decider":
        parts.pop()
    if len(parts) != 3 or len(parts[0]) < 2 or len(parts[1]) < 2 or len(parts[2]) < 4:
        return None
    text, problem, mend = parts
    return {"key": f"p{number}", "text": text, "problem": problem, "mend": mend, "judged_by": by}


def write_materials(section: Content, ground: Ground) -> dict[str, str]:
    """The whole list as a cell."""
    standard = ground.standard.get("materials", [])
    put = {one["spec"]: one for one in section.get("put", [])}
    dropped = set(section.get("drop", []))
    lines = []
    for one in standard:
        if one["spec"] in put:
            lines.append(_material_line(put.pop(one["spec"])))
        elif one["spec"] not in dropped:
            lines.append(one["name"])
    lines += [_material_line(one) for one in put.values()]
    return {"materials": "\n".join(lines)}


def _material_line(one: Content) -> str:
    parts = [one["name"], _NEEDED if one["is_required"] else _NOT_NEEDED, f"代号：{one['spec']}"]
    parts.append(f"等级：{one['grade']}")
    if "form" in one:
        parts.append(f"方式：{_FORM_NAMES[one['form']]}")
    for key, label in (("originals", "原件"), ("copies", "复印件")):
        if key in one:
            parts.append(f"{label}：{one[key]}")
    for key, label in (("issuer", "出具机构"), ("hint", "说明"), ("basis", "依据")):
        parts.append(f"{label}：{one[key]}")
    for point in one["points"]:
        said = [point["text"], point["problem"], point["mend"]]
        said += [_DECIDER] if point["judged_by"] == "decider" else []
        parts.append("要点：" + "→".join(said))
    return "；".join(parts)
