"""Laying a place's changes over the national standard, and what a place may change at all."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator

from tongban.catalogue import judging
from tongban.catalogue.judging import Problem

# Sections that a place gives whole; given, they take the standard's place.
WHOLE = (
    "name",
    "conditions",
    "not_for",
    "questions",
    "visits",
    "fee",
    "result",
    "consultation",
    "process",
    "legal_basis",
    "special_procedures",
    "responsibility",
)
# Sections whose parts are replaced one by one.
BY_PART = ("limits", "codes", "contact")
# Sections that are lists with a key: {"put": [whole entry …], "drop": [key …]}.
BY_KEY = {"materials": "spec", "modes": "mode", "joint": "key"}
ALLOWED = frozenset({*WHOLE, *BY_PART, *BY_KEY, "form"})


def overlay(standard: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a version with a place's changes; neither is written to.

    `materials`: {"put": [material …], "drop": [spec …]}: a material with a spec of the standard
    takes its place, another one is added at the end; `modes` and `joint` the same by their names. `form`:
    {"put": [{"step", "layout", "asked", "is_required"}, …]}: questions asked besides, at the end
    of a step. The changes must be of the right shape (`problems` says so).
    """
    content = dict(standard)
    for section in WHOLE:
        if section in changes:
            content[section] = changes[section]
    for section in BY_PART:
        if section in changes:
            content[section] = {**content.get(section, {}), **changes[section]}
    for section, key in BY_KEY.items():
        if section in changes:
            content[section] = _by_key(content.get(section, []), changes[section], key)
    if "form" in changes:
        content["form"] = _with_questions(content["form"], changes["form"])
    return content


def _by_key(
    standard: list[dict[str, Any]], changes: Mapping[str, Any], key: str
) -> list[dict[str, Any]]:
    put = {one[key]: one for one in changes.get("put", [])}
    dropped = set(changes.get("drop", []))
    kept = [put.pop(one[key], one) for one in standard if one[key] not in dropped]
    return [*kept, *put.values()]


def _with_questions(form: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    schema = {**form["schema"], "properties": dict(form["schema"]["properties"])}
    schema["required"] = list(schema["required"])
    steps = [{**step, "fields": list(step["fields"])} for step in form["steps"]]
    by_key = {step["key"]: step for step in steps}
    for question in changes.get("put", []):
        layout = question["layout"]
        schema["properties"][layout["field"]] = question["asked"]
        if question["is_required"]:
            schema["required"].append(layout["field"])
        by_key[question["step"]]["fields"].append(layout)
    return {**form, "schema": schema, "steps": steps}


def problems(standard: Mapping[str, Any], changes: Mapping[str, Any]) -> list[Problem]:
    """What a place may not change so; empty when the changes may be laid over this standard.

    A place may not touch who is competent, lengthen what law or the standard's document limits,
    add a mode or a fee without a basis, or leave out the result. Whatever passes here reads
    (`reading.read`) once laid over. `standard` is the content of a version that reads.
    """
    if found := misshapen(changes):
        return found
    found = [
        *_limits(standard, changes.get("limits", {})),
        *_fee(changes),
        *_modes(standard, changes.get("modes", {})),
        *_joint(standard, changes.get("joint", {})),
        *_materials(standard, changes.get("materials", {})),
        *_questions(standard, changes.get("form", {})),
    ]
    if found:
        return found
    merged = overlay(standard, changes)
    name = merged.pop("name", "")
    return judging.judge(merged, name=name)


_WHY_NOT = {
    "competence": "由哪里办理由全国标准规定，地方不能改",
    "department": "由哪个部门办理由全国标准规定，地方不能改",
    "decided_level": "由哪一级办理由全国标准规定，地方不能改",
    "applicant_kinds": "谁可以申请由全国标准规定，地方不能改",
    "grounds": "依据的文件由全国标准列明；地方的依据写在各处的“依据”里",
}


def _strangers(changes: Mapping[str, Any]) -> Iterator[Problem]:
    for section in changes:
        if section not in ALLOWED:
            said = _(_WHY_NOT.get(section, "地方不能改这一部分"))
            yield Problem(f"/{section}", said)


_OBJECT = {"type": "object"}


def _keyed(key: str) -> dict[str, Any]:
    entry = {
        "type": "object",
        "required": [key],
        "properties": {key: {"type": "string", "minLength": 1}},
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "put": {"type": "array", "items": entry},
            "drop": {"type": "array", "uniqueItems": True, "items": {"type": "string"}},
        },
    }


_LAYOUT = {
    "type": "object",
    "required": ["field"],
    "properties": {"field": {"type": "string", "pattern": "^[a-z][a-z0-9_]{1,38}$"}},
}
# Only so much as is needed to lay changes over safely; the rest is judged once they lie there.
_SHAPE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 2, "maxLength": 200},
        "limits": {"type": "object", "additionalProperties": {"type": "object"}},
        "codes": _OBJECT,
        "contact": _OBJECT,
        "fee": _OBJECT,
        "result": _OBJECT,
        **{section: _keyed(key) for section, key in BY_KEY.items()},
        "form": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "put": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["step", "layout", "asked", "is_required"],
                        "properties": {
                            "step": {"type": "string"},
                            "layout": _LAYOUT,
                            "asked": _OBJECT,
                            "is_required": {"type": "boolean"},
                        },
                    },
                }
            },
        },
    },
}


def misshapen(changes: Mapping[str, Any]) -> list[Problem]:
    """Why these changes cannot be laid over any standard; empty when they have their shape."""
    return [*_strangers(changes), *_shapeless(changes)]


def _shapeless(changes: Mapping[str, Any]) -> Iterator[Problem]:
    if "result" in changes and not changes["result"]:
        yield Problem("/result", _("不能没有办理结果"))
        return
    errors = Draft202012Validator(_SHAPE).iter_errors(changes)
    for error in sorted(errors, key=lambda one: list(map(str, one.absolute_path))):
        yield judging.problem_of(error)


def _limits(standard: Mapping[str, Any], changes: Mapping[str, Any]) -> Iterator[Problem]:
    """No limit of law becomes longer, and nothing is promised beyond it."""
    before = standard["limits"]
    for part, limit in changes.items():
        if part in before and limit != before[part]:
            yield from _lengthened(part, before[part], limit)
        if limit.get("kind") == "legal" and not limit.get("basis"):
            yield Problem(f"/limits/{part}/basis", _("写明法定时限的依据"))
    merged = {**before, **changes}
    legal, promised = merged.get("legal", {}), merged["decide"].get("days")
    is_counted_alike = legal.get("unit") == "workday" and _is_number(legal.get("days"))
    if changes and is_counted_alike and _is_number(promised) and promised > legal["days"]:
        said = _("承诺时限不能超过法定时限（%(days)s个工作日）") % {"days": legal["days"]}
        yield Problem("/limits/decide/days", said)


def _lengthened(part: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Problem]:
    """What law or the standard's own document limits stays within it; defaults bind nobody."""
    if not _is_number(now.get("days")):
        return  # said by the schema once it is laid over
    is_other_unit = now.get("unit", "workday") != was.get("unit", "workday")
    if now["days"] <= was["days"] and not is_other_unit:
        return
    if was["kind"] == "legal":
        said = _("法定时限是%(days)s个工作日，地方不能延长")
        if was.get("unit", "workday") != "workday":
            said = _("法定时限由全国标准规定，地方不能延长，也不能换计算单位")
        yield Problem(f"/limits/{part}/days", said % {"days": was["days"]})
    elif was["basis"]:
        said = _("%(basis)s规定%(days)s个工作日，地方不能延长")
        facts = {"basis": was["basis"], "days": was["days"]}
        yield Problem(f"/limits/{part}/days", said % facts)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _fee(changes: Mapping[str, Any]) -> Iterator[Problem]:
    fee = changes.get("fee", {})
    if fee.get("is_charged") is True and not fee.get("basis"):
        # Also where the standard charges: what a place takes, it takes under its own basis.
        yield Problem("/fee/basis", _("收费必须写明依据；没有依据的不能收费"))


def _modes(standard: Mapping[str, Any], changes: Mapping[str, Any]) -> Iterator[Problem]:
    known = {rule["mode"]: rule for rule in standard["modes"]}
    put = changes.get("put", [])
    for index, rule in enumerate(put):
        if rule != known.get(rule["mode"]) and not rule.get("basis"):
            yield Problem(f"/modes/put/{index}/basis", _("增加或改变办理形式，要写明依据"))
    yield from _dropped("modes", changes, known)
    left = (known.keys() - set(changes.get("drop", []))) | {rule["mode"] for rule in put}
    if known and not left:
        yield Problem("/modes/drop", _("至少留一种办理形式。暂停办理请在开通范围里写明"))


def _joint(standard: Mapping[str, Any], changes: Mapping[str, Any]) -> Iterator[Problem]:
    """What other places are asked binds them too: under a document, and no longer than the nation's."""
    known = {step["key"]: step for step in standard.get("joint", [])}
    for index, step in enumerate(changes.get("put", [])):
        before = known.get(step["key"])
        if step != before and not step.get("basis"):
            yield Problem(
                f"/joint/put/{index}/basis", _("增加或改变联办环节，要写明依据，联办地也要照办")
            )
        longest = before["days"] if before and before["basis"] else None
        if longest is not None and _is_number(step.get("days")) and step["days"] > longest:
            said = _("%(basis)s规定%(days)s个工作日，地方不能延长")
            facts = {"basis": before["basis"] if before else "", "days": longest}
            yield Problem(f"/joint/put/{index}/days", said % facts)
    yield from _dropped("joint", changes, known)


def _materials(standard: Mapping[str, Any], changes: Mapping[str, Any]) -> Iterator[Problem]:
    known = {one["spec"]: one for one in standard["materials"]}
    yield from _dropped("materials", changes, known)
    twice = [one["spec"] for one in changes.get("put", [])]
    for index, spec in enumerate(twice):
        if spec in twice[:index]:
            yield Problem(f"/materials/put/{index}/spec", _("“%s”出现了两次") % spec)


def _dropped(
    section: str, changes: Mapping[str, Any], known: Mapping[str, Any]
) -> Iterator[Problem]:
    put = {one[BY_KEY[section]] for one in changes.get("put", [])}
    for index, key in enumerate(changes.get("drop", [])):
        if key not in known:
            said = _("全国标准里没有“%s”，不用去掉") % key
            yield Problem(f"/{section}/drop/{index}", said)
        elif key in put:
            said = _("“%s”不能同时去掉又改写") % key
            yield Problem(f"/{section}/drop/{index}", said)


def _questions(standard: Mapping[str, Any], changes: Mapping[str, Any]) -> Iterator[Problem]:
    steps = {step["key"] for step in standard["form"]["steps"]}
    known = set(standard["form"]["schema"]["properties"])
    for index, question in enumerate(changes.get("put", [])):
        key = question["layout"]["field"]
        if question["step"] not in steps:
            yield Problem(f"/form/put/{index}/step", _("没有“%s”这一页") % question["step"])
        if key in known:
            said = _("“%s”全国标准已经问了，地方不能改问法") % key
            yield Problem(f"/form/put/{index}/layout/field", said)
        known.add(key)
