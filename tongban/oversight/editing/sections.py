"""Which sections a draft has, how each is edited, and what its forms turn into."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from tongban.catalogue import codes
from tongban.catalogue.models import Mode
from tongban.oversight import drafts, sheet
from tongban.oversight.editing import parts
from tongban.oversight.editing.rows import Raw, Rows
from tongban.oversight.sheet import Content

Data = Mapping[str, Any] | None


class NoSuchSection(LookupError):
    """This draft has no such section, or it is not edited so."""


@dataclass(frozen=True)
class Unit:
    """One form of a page with a title over it; `key` is its part of the section."""

    key: str
    title: str
    form: forms.Form


@dataclass
class Page:
    """A section on its page: fixed units, or rows that come and go."""

    key: str
    title: str
    hint: str
    units: list[Unit] = field(default_factory=list)
    rows: Rows | None = None
    row_title: str = ""
    value: Callable[[], Any] = lambda: None

    def is_valid(self) -> bool:
        """Whether all can be taken; everything is judged, so that all faults are told at once."""
        rows_fit = self.rows.is_valid() if self.rows else True
        judged = [unit.form.is_valid() for unit in self.units]
        return all(judged) and rows_fit

    @property
    def forms(self) -> list[forms.Form]:
        """All forms of the page, for the summary of errors."""
        return [unit.form for unit in self.units] + (self.rows.forms if self.rows else [])

    @property
    def faults(self) -> list[tuple[str, str]]:
        """For the summary of errors: the id of each field that cannot be taken, and the words."""
        return [
            (bound.auto_id if not bound.is_hidden else "", str(words))
            for form in self.forms
            if form.is_bound
            for bound in form
            for words in bound.errors
        ]


# Edited as one form, with the section's own fields.
ONE: dict[str, type[forms.Form]] = {
    "name": parts.NameForm,
    "fee": parts.FeeForm,
    "result": parts.ResultForm,
    "competence": parts.CompetenceForm,
    "contact": parts.ContactForm,
    "consultation": parts.ConsultationForm,
    "codes": parts.CodesForm,
    "form": parts.SchemaForm,
}
# Edited as rows: the form, and what one row is called.
MANY: dict[str, tuple[type[forms.Form], str]] = {
    "conditions": (parts.SentenceForm, "条件"),
    "not_for": (parts.SentenceForm, "情况"),
    "questions": (parts.QuestionForm, "问题"),
    "grounds": (parts.GroundForm, "文件"),
    "legal_basis": (parts.BasisForm, "依据"),
    "process": (parts.StepForm, "环节"),
    "joint": (parts.JointForm, "联办环节"),
    "special_procedures": (parts.SpecialForm, "程序"),
    "responsibility": (parts.DutyForm, "责任"),
    "modes": (parts.ModeForm, "形式"),
}
# The order of the list of sections on the page of a draft.
ORDER = (
    "name", "modes", "competence", "conditions", "not_for", "materials", "form", "process",
    "joint", "special_procedures", "limits", "visits", "fee", "result", "responsibility", "contact",
    "consultation", "questions", "codes", "legal_basis", "grounds",
)  # fmt: skip
# The name of the standard stands in the list; competence and grounds are the standard's alone.
ONLY_STANDARD = {"competence", "grounds"}
ONLY_PLACES = {"name"}


def keys(*, is_place: bool) -> list[str]:
    """The sections that a draft of this kind can change."""
    left_out = ONLY_STANDARD if is_place else ONLY_PLACES
    return [key for key in ORDER if key not in left_out]


def page(key: str, content: Content, *, is_place: bool, data: Data = None) -> Page:
    """The page of a section, with what was sent or with what stands. Refused: NoSuchSection."""
    if key == "materials" or key not in keys(is_place=is_place):
        raise NoSuchSection(key)
    if key in ONE:
        return _one(key, content, data)
    if key in MANY:
        return _many(key, content, data)
    return _limits(content, data) if key == "limits" else _visits(content, data)


def _hint(key: str) -> str:
    return {
        "name": _("申请人会看到这个名称；清单上的名称不变。"),
        "modes": _("这个事项可以用哪些形式办。地方增加的形式要写明依据。"),
        "conditions": _("申请人一条一条对照。每条只说一件事。"),
        "not_for": _("哪些情况不能办，应当怎么办。"),
        "form": _("申请表按这两段数据显示和检查。懂得JSON Schema的人再改。"),
        "limits": _("按工作日计算。没有依据的，页面标明是平台默认值。"),
        "visits": _("每一种形式要申请人到场几次，为什么。"),
        "joint": _(
            "多地联办时，别的地方做哪几步。各地都办好才准予；有一地不办，办了的都撤销。"
            "没有联办环节的事项，不能用多地联办。"
        ),
        "codes": _("国家统一的要素。没有见到原件的留空，不要编。"),
        "contact": _("不写的，页面显示办理机关自己公布的电话。"),
        "grounds": _("先收录文件，才能引用。"),
    }.get(key, "")


def _one(key: str, content: Content, data: Data) -> Page:
    form_class = ONE[key]
    stands = content.get(key, {})
    initial = stands if isinstance(stands, Mapping) else {key: stands}
    options: dict[str, Any] = {"sets": code_sets()} if key == "codes" else {}
    form = form_class(data, initial=initial, prefix="u", **options)  # type: ignore[arg-type]
    found = Page(key, sheet.title(key), _hint(key), [Unit("", "", form)])
    found.value = lambda: _value_of_one(key, form.cleaned_data, stands)
    return found


def _value_of_one(key: str, cleaned: Raw, stands: Any) -> Any:
    if not isinstance(stands, Mapping):
        return cleaned[key]
    kept = {name: value for name, value in cleaned.items() if _is_said(value) or name in stands}
    if key == "codes":
        kept = {name: value for name, value in kept.items() if value}
    return {**stands, **kept} if key != "codes" else kept


def _is_said(value: Any) -> bool:
    return value not in (None, "", [])


def code_sets() -> dict[str, list[tuple[str, str]]]:
    """The choices of the code sets, as drop-downs show them."""
    sets = {"item_type": codes.ITEM_TYPE, "handle_type": codes.HANDLE_TYPE, "levels": codes.LEVEL}
    return {name: [(code, one.label(code)) for code in one.values] for name, one in sets.items()}


def _many(key: str, content: Content, data: Data) -> Page:
    form_class, row_title = MANY[key]
    stands = content.get(key, [])
    if key == "responsibility":
        stands = [{"side": side, **one} for side, ones in (stands or {}).items() for one in ones]
    if key == "joint":
        stands = [{**one, "after": " ".join(one["after"])} for one in stands]
    options = _options(key, content)
    rows = Rows(form_class, "r", initial=stands, data=data, options=options)
    found = Page(key, sheet.title(key), _hint(key), rows=rows, row_title=_(row_title))
    found.value = lambda: _value_of_many(key, rows.cleaned)
    return found


def _options(key: str, content: Content) -> dict[str, Any]:
    """What the rows of a section choose from."""
    if key == "grounds":
        return {"documents": drafts.documents()}
    if key != "joint":
        return {}
    asked = content["form"]["schema"]["properties"]
    fields = [(name, one.get("title", name)) for name, one in asked.items()]
    places = [(name, title) for name, title in fields if asked[name].get("format") == "division"]
    return {
        "choices": {
            "field": [("", _("办理地自己")), *places],
            "department": drafts.departments(),
            "answers": fields,
            "papers": [(one["spec"], one["name"]) for one in content["materials"]],
        }
    }


def _value_of_many(key: str, cleaned: list[Raw]) -> Any:
    if key == "responsibility":
        sides: dict[str, list[Raw]] = {"receiving": [], "deciding": []}
        for one in cleaned:
            sides[one["side"]].append({"text": one["text"], "basis": one["basis"]})
        return sides
    if key == "process":
        # A step without a time has no unit of time.
        return [
            {name: value for name, value in one.items() if name != "unit" or one["days"]}
            for one in cleaned
        ]
    return cleaned


def _limits(content: Content, data: Data) -> Page:
    stands = content["limits"]
    units = [
        Unit(key, label, parts.LimitForm(data, initial=stands.get(key), prefix=f"u-{key}"))
        for key, label in sheet.limit_labels().items()
        if key != "legal"
    ]
    legal = parts.LegalLimitForm(data, initial=stands.get("legal"), prefix="u-legal")
    units.append(Unit("legal", _("法定时限"), legal))
    found = Page("limits", sheet.title("limits"), _hint("limits"), units)
    found.value = lambda: _value_of_limits(units, stands)
    return found


def _value_of_limits(units: list[Unit], stands: Content) -> Raw:
    value: Raw = {}
    for unit in units:
        known = stands.get(unit.key, {})
        said = unit.form.cleaned_data.items()
        one = {key: words for key, words in said if key != "note" or words or "note" in known}
        if unit.key != "legal":
            value[unit.key] = one
        elif one["days"]:
            value["legal"] = {**one, "kind": "legal"}
    return value


def _visits(content: Content, data: Data) -> Page:
    stands = content["visits"]
    modes = [one["mode"] for one in content["modes"]]
    units = [
        Unit(
            mode,
            str(Mode(mode).label),
            parts.VisitForm(data, initial=stands.get(mode), prefix=f"u-{mode}"),
        )
        for mode in modes
    ]
    found = Page("visits", sheet.title("visits"), _hint("visits"), units)
    found.value = lambda: {unit.key: unit.form.cleaned_data for unit in units}
    return found
