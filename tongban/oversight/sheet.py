"""The whole content of a version as lines that people read: sections, labels, words, grounds."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tongban.basics.refusals import Refused
from tongban.catalogue import codes
from tongban.catalogue.models import Mode, Subject
from tongban.jurisdictions import queries as jurisdictions

Content = Mapping[str, Any]

# Sections in the order in which people ask; the key is that of the content.
ORDER = (
    "name",
    "archetype",
    "codes",
    "applicant_kinds",
    "modes",
    "department",
    "competence",
    "limits",
    "visits",
    "fee",
    "conditions",
    "not_for",
    "materials",
    "form",
    "process",
    "joint",
    "special_procedures",
    "responsibility",
    "result",
    "contact",
    "consultation",
    "questions",
    "legal_basis",
    "grounds",
)
FACTS_OF_THE_VERSION = {"item", "number", "from_day", "decided_level"}


@dataclass(frozen=True)
class Line:
    """One element: its name within the section, a label, the words, and what they rest on.

    `key` is what two versions are matched by. `basis` is None for what needs no ground, and empty
    for a default of the platform.
    """

    key: str
    label: str
    text: str
    basis: str | None = None

    @property
    def is_default(self) -> bool:
        return self.basis == ""


@dataclass(frozen=True)
class Section:
    """One part of a version; of materials there is a section each."""

    key: str
    title: str
    lines: tuple[Line, ...]


def sections(content: Content) -> list[Section]:
    """All sections of a content in their order; what this page does not know comes last, as JSON."""
    found: list[Section] = []
    for key in (*ORDER, *(k for k in content if k not in {*ORDER, *FACTS_OF_THE_VERSION})):
        if key not in content:
            continue
        if key == "materials":
            found += [_material(one) for one in content[key]]
        elif key == "joint":
            if content[key]:
                found.append(Section(key, title(key), tuple(_joint(content))))
        else:
            found.append(Section(key, title(key), tuple(_lines(key, content[key]))))
    return found


def title(key: str) -> str:
    """What pages call a section."""
    return _titles().get(key, key)


def _titles() -> dict[str, str]:
    return {
        "name": _("名称"),
        "archetype": _("事项原型"),
        "codes": _("编码和类型"),
        "applicant_kinds": _("服务对象"),
        "modes": _("实现形式"),
        "department": _("决定的部门"),
        "competence": _("由哪里办理"),
        "limits": _("办理时限"),
        "visits": _("到场次数"),
        "fee": _("收费"),
        "conditions": _("受理条件"),
        "not_for": _("不适用的情况"),
        "materials": _("申请材料"),
        "form": _("申请表"),
        "process": _("办理流程"),
        "joint": _("联办环节"),
        "special_procedures": _("特别程序"),
        "responsibility": _("收件地和办理地的责任"),
        "result": _("办理结果"),
        "contact": _("咨询、投诉和联系"),
        "consultation": _("向谁咨询"),
        "questions": _("常见问题"),
        "legal_basis": _("设定依据"),
        "grounds": _("引用的文件"),
    }


def _lines(key: str, value: Any) -> Iterator[Line]:
    writer = _WRITERS.get(key)
    if writer:
        yield from writer(value)
    elif isinstance(value, str):
        yield Line(key, title(key), value)
    else:
        yield Line(key, title(key), json.dumps(value, ensure_ascii=False, indent=1))


def _word(table: Mapping[str, str], key: Any) -> str:
    """The word for a key; the key itself where the table has none."""
    return table.get(str(key), str(key))


def _kinds(value: list[str]) -> Iterator[Line]:
    words = [str(Subject(one).label) for one in value]
    yield Line("applicant_kinds", title("applicant_kinds"), "、".join(words))


def _modes(value: list[Content]) -> Iterator[Line]:
    for one in value:
        words = str(Mode(one["mode"]).label)
        if one["province"]:
            place = jurisdictions.short_name(f"{one['province']}0000")
            words += _("（只有%(place)s的文件这样写）") % {"place": place}
        yield Line(one["mode"], _("形式"), words, one["basis"])


def _department(value: str) -> Iterator[Line]:
    yield Line("department", title("department"), department(value))


def _competence(value: Content) -> Iterator[Line]:
    yield Line("place", _("办理地"), value["place"], value["basis"])
    yield Line("question", _("向申请人问"), value["question"])
    yield Line("field", _("由申请表的哪一栏决定"), value["field"])
    if value.get("explain"):
        yield Line("explain", _("向申请人的解释"), value["explain"])


def limit_labels() -> dict[str, str]:
    """The limits of a case: of the window, to accept, to decide, and of law."""
    return {
        "receive": _("收件地移交"),
        "accept": _("决定是否受理"),
        "decide": _("作出决定"),
        "legal": _("法定时限"),
    }


def limit_kinds() -> dict[str, str]:
    """Of what kind a limit is."""
    return {"legal": _("法定"), "promised": _("承诺"), "service": _("服务")}


def units() -> dict[str, str]:
    """In what a time is counted."""
    return {
        "workday": _("个工作日"),
        "day": _("天"),
        "month": _("个月"),
        "year": _("年"),
        "": _("个工作日"),
    }


def _limits(value: Content) -> Iterator[Line]:
    labels, kinds = limit_labels(), limit_kinds()
    for key, one in value.items():
        unit = _word(units(), one.get("unit", ""))
        words = f"{one['days']}{unit}（{_word(kinds, one['kind'])}）"
        if one.get("note"):
            words += f"。{one['note']}"
        yield Line(key, labels.get(key, key), words, one["basis"])


def _visits(value: Content) -> Iterator[Line]:
    for mode, one in value.items():
        words = _("%(times)d次") % {"times": one["times"]}
        if one["why"]:
            words += f"，{one['why']}"
        yield Line(mode, str(Mode(mode).label), words, one["basis"])


def _fee(value: Content) -> Iterator[Line]:
    yield Line("fee", title("fee"), value["text"], value["basis"])


def _sentences(value: list[Content]) -> Iterator[Line]:
    for number, one in enumerate(value, 1):
        yield Line(one["text"], f"{number}", one["text"], one.get("basis"))


def _result(value: Content) -> Iterator[Line]:
    kinds = {"certificate": _("证照"), "notice": _("通知或文书")}
    yield Line("title", _word(kinds, value["kind"]), value["title"], value["basis"])
    if value["text"]:
        yield Line("text", _("说明"), value["text"])
    if value.get("sample"):
        yield Line("sample", _("样本"), str(value["sample"]))


def parties() -> dict[str, str]:
    """Who does a step."""
    return {
        "receiver": _("收件地"),
        "decider": _("办理地"),
        "partner": _("联办地"),
        "applicant": _("申请人"),
    }


def _process(value: list[Content]) -> Iterator[Line]:
    for one in value:
        words = _word(parties(), one["by"])
        if one.get("days"):
            unit = _word(units(), one.get("unit", ""))
            words += f"，{one['days']}{unit}"
        for part in ("standard", "result"):
            if one.get(part):
                words += f"；{one[part]}"
        yield Line(one["name"], one["name"], words, one.get("basis"))


def _joint(content: Content) -> Iterator[Line]:
    """Each step of another place: where, how long, what it is asked and shown, what it takes back."""
    asked = content["form"]["schema"]["properties"]
    papers = {one["spec"]: one["name"] for one in content["materials"]}
    names = {one["key"]: one["name"] for one in content["joint"]}
    for one in content["joint"]:
        key, name = one["key"], one["name"]
        days = _("%(days)s个工作日") % {"days": one["days"]}
        where = f"{one['place']}（{department(one['department'])}），{days}"
        yield Line(key, name, where, one["basis"])
        yield Line(f"{key} asks", _("请联办地做什么"), one["asks"])
        if one["field"]:
            field = asked.get(one["field"], {}).get("title", one["field"])
            yield Line(f"{key} field", _("联办地是申请表的哪一栏"), field)
        if one["after"]:
            before = "、".join(names.get(other, other) for other in one["after"])
            yield Line(f"{key} after", _("要等哪些环节"), before)
        shown = [asked.get(field, {}).get("title", field) for field in one["answers"]]
        shown += [papers.get(spec, spec) for spec in one["papers"]]
        yield Line(f"{key} shown", _("给联办地看什么"), "、".join(shown) or _("只看事项和办件编号"))
        if one["undo"]:
            days = _("%(days)s个工作日") % {"days": one["undo_days"]}
            yield Line(f"{key} undo", _("办不成时撤销什么"), f"{one['undo']}（{days}）")


def department(key: str) -> str:
    """A line of work as people call it; its key where this node does not know it."""
    try:
        return jurisdictions.department(key).name
    except Refused:
        return key


def _special(value: list[Content]) -> Iterator[Line]:
    for one in value:
        yield Line(one["name"], one["name"], one["text"], one.get("basis"))


def _responsibility(value: Content) -> Iterator[Line]:
    labels = {"receiving": _("收件地"), "deciding": _("办理地")}
    for side, sentences in value.items():
        for one in sentences:
            yield Line(f"{side} {one['text']}", labels.get(side, side), one["text"], one["basis"])


def contact_labels() -> dict[str, str]:
    """Whom people, and offices, ring."""
    return {"consult": _("咨询"), "complain": _("投诉"), "liaison": _("两地联系")}


def _contact(value: Content) -> Iterator[Line]:
    for key, one in value.items():
        yield Line(key, contact_labels().get(key, key), one or _("按办理机关公布的电话"))


def code_labels() -> dict[str, str]:
    """The codes and types of the national elements."""
    return {
        "catalog_code": _("基本编码"),
        "item_type": _("事项类型"),
        "handle_type": _("办件类型"),
        "levels": _("行使层级"),
    }


def _codes(value: Content) -> Iterator[Line]:
    sets = {"item_type": codes.ITEM_TYPE, "handle_type": codes.HANDLE_TYPE, "levels": codes.LEVEL}
    for key, one in value.items():
        values = one if isinstance(one, list) else [one]
        names = [sets[key].label(str(v)) if key in sets else str(v) for v in values]
        words = "、".join(names)
        yield Line(key, code_labels().get(key, key), words or _("没有"))


def _questions(value: list[Content]) -> Iterator[Line]:
    for one in value:
        yield Line(one["question"], one["question"], one["answer"])


def _grounds(value: list[Content]) -> Iterator[Line]:
    for one in value:
        words = f"{one['place']}：“{one['says']}”" if one["says"] else one["place"]
        yield Line(f"{one['document']} {one['place']}", one["document"], words)


def _form(value: Content) -> Iterator[Line]:
    schema = value["schema"]
    required = set(schema.get("required", []))
    for step in value["steps"]:
        for layout in step["fields"]:
            key = layout["field"]
            asked = schema["properties"].get(key, {})
            words = [asked.get("title", key)]
            options = [one["title"] for one in asked.get("oneOf", [])]
            if options:
                words.append("、".join(options))
            words.append(_("必填") if key in required else _("有条件时填，或者可以不填"))
            if asked.get("description"):
                words.append(asked["description"])
            yield Line(key, step["title"], "；".join(words))


def material_forms() -> dict[str, str]:
    """How a material comes."""
    return {
        "e-certificate": _("电子证照"),
        "shared-data": _("共享数据核验"),
        "upload": _("上传"),
        "original-by-post": _("寄送原件"),
        "original-in-person": _("当面交原件"),
    }


def _material(one: Content) -> Section:
    return Section(
        f"material {one['spec']}",
        _("材料：%(name)s") % {"name": one["name"]},
        tuple(_material_lines(one)),
    )


def _material_lines(one: Content) -> Iterator[Line]:
    yield Line("name", _("名称"), one["name"], one["basis"])
    yield Line("is_required", _("要不要"), _("必须交") if one["is_required"] else _("可以不交"))
    if one["when"]:
        whens = [f"{w['field']}＝{'、'.join(w['is_one_of'])}" for w in one["when"]]
        yield Line("when", _("什么情形要"), "；".join(whens))
    if one.get("form"):
        yield Line("form", _("怎么交"), _word(material_forms(), one["form"]))
    for key, label in (("originals", _("原件份数")), ("copies", _("复印件份数"))):
        if one.get(key) is not None:
            yield Line(key, label, str(one[key]))
    yield Line("formats", _("文件格式"), "、".join(one["formats"]).upper())
    yield Line("grade", _("最低可信等级"), one["grade"])
    yield Line("issuer", _("出具单位"), one["issuer"] or _("不限"))
    yield Line("hint", _("说明"), one["hint"])
    yield from _points(one["points"], "")


def _points(points: list[Content], above: str) -> Iterator[Line]:
    judged = {"receiver": _("收件地看"), "decider": _("办理地看")}
    for point in points:
        words = (
            f"{point['text']}（{judged[point['judged_by']]}）。"
            f"{_('问题')}：{point['problem']}。{_('怎么改')}：{point['mend']}"
        )
        yield Line(f"point {above}{point['key']}", _("核查要点"), words)
        yield from _points(point.get("children", []), f"{above}{point['key']}/")


_WRITERS: dict[str, Callable[[Any], Iterator[Line]]] = {
    "applicant_kinds": _kinds,
    "modes": _modes,
    "department": _department,
    "competence": _competence,
    "limits": _limits,
    "visits": _visits,
    "fee": _fee,
    "conditions": _sentences,
    "not_for": _sentences,
    "legal_basis": _sentences,
    "result": _result,
    "process": _process,
    "special_procedures": _special,
    "responsibility": _responsibility,
    "contact": _contact,
    "codes": _codes,
    "questions": _questions,
    "grounds": _grounds,
    "form": _form,
}
