"""The questions of one page of a form, with what was answered and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from tongban.basics import canonical
from tongban.basics.refusals import FieldsRefused, NotFound
from tongban.cases.models import Draft
from tongban.cases.operations import drafts
from tongban.cases.rules import version_of
from tongban.catalogue import forms
from tongban.catalogue import queries as catalogue
from tongban.catalogue.versions import Field, Step, Version
from tongban.jurisdictions import queries as jurisdictions
from tongban.portal import placenames

# Beside places to choose from, one may still write another name.
AGAIN = "__again"


@dataclass(frozen=True)
class Question:
    """One question as its page asks it. `choices` are places that an unclear name may mean."""

    field: Field
    value: str
    shown: str
    hint: str
    width: str
    errors: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        """What the error summary points at."""
        return f"id_{self.field.key}"

    @property
    def label(self) -> str:
        """The question, with the unit of a figure."""
        unit = self.field.unit
        return f"{self.field.label}（{unit}）" if unit else self.field.label

    @property
    def control(self) -> str:
        """What the page draws: radio, select, place, textarea, or text."""
        if self.field.widget == "division":
            return "select" if self.field.within else "place"
        return {"radio": "radio", "textarea": "textarea"}.get(self.field.widget, "text")

    @property
    def is_optional(self) -> bool:
        """Whether it may stay empty."""
        return not self.field.is_required

    @property
    def list_id(self) -> str:
        """The list of names that come up while a place is typed."""
        return f"names_{self.field.key}"

    @property
    def list_target(self) -> str:
        """The same list, as a selector."""
        return f"#{self.list_id}"

    @property
    def in_words(self) -> str:
        """The answer as a person reads it: the option's words, the place's name, an amount."""
        if not self.value:
            return ""
        if self.field.widget == "division":
            return dict(self.options).get(self.value, self.shown)
        try:
            return forms.shown(self.field, self.value)
        except ValueError:
            # What was typed is kept even where it is no day or no number; what is wrong with it
            # stands beside it.
            return self.value

    @property
    def keyboard(self) -> str:
        """Which keyboard a phone should bring up."""
        return {"money": "decimal", "number": "numeric"}.get(self.field.widget, "")


def count_of_steps(draft: Draft) -> int:
    """How many steps an application has: its pages, the materials, the check at the end.

    Before there is a case, how the result is wanted is asked as well.
    """
    return len(version_of(draft).steps) + (2 if draft.case_id else 3)


def step_of(version: Version, key: str) -> Step:
    """A page of the form. Refused: NotFound."""
    found = forms.step(version, key)
    if found is None:
        raise NotFound(_("这张表没有这一页"))
    return found


def questions(
    draft: Draft,
    step: Step,
    answers: Mapping[str, Any],
    errors: Mapping[str, Sequence[str]],
    *,
    on: date,
) -> list[Question]:
    """The questions of a page that apply, given all answers so far."""
    return [
        _question(draft, field, str(answers.get(field.key, "")), errors.get(field.key, ()), on)
        for field in forms.asked(step.fields, answers)
    ]


def _question(draft: Draft, field: Field, value: str, errors: Sequence[str], on: date) -> Question:
    choices: tuple[tuple[str, str], ...] = ()
    shown = value
    if field.widget == "division" and not field.within:
        if jurisdictions.exists(value, on):
            shown = jurisdictions.full_name(value)
        elif value:
            found = placenames.find(value, on=on)
            errors = [_unclear(value, len(found))]
            choices = tuple((code, jurisdictions.full_name(code)) for code in _few(found))
    return Question(
        field=field,
        value=value,
        shown=shown,
        hint=_hint(field, on),
        width=_width(field),
        errors=tuple(errors),
        options=_options(draft, field, on),
        choices=choices,
    )


def _few(found: list[str]) -> list[str]:
    return found if len(found) <= placenames.AT_MOST else []


def _unclear(text: str, found: int) -> str:
    if 1 < found <= placenames.AT_MOST:
        return _("叫“%(text)s”的地方有%(found)d个，请在下面选一个") % {"text": text, "found": found}
    return _("没有认出“%(text)s”。写出市和县（市、区）的名字，例如“长春市朝阳区”") % {"text": text}


def _hint(field: Field, on: date) -> str:
    parts = [field.hint] if field.hint else []
    if field.widget == "division" and not field.within:
        parts.append(_("写市和县（市、区）的名字，例如“长春市朝阳区”"))
    elif field.widget == "date":
        day = _EARLIER if field.format != "coming-date" else _first_of_next_month(on)
        written = {"day": day.isoformat(), "solid": f"{day:%Y%m%d}"}
        parts.append(_("例如“%(day)s”或“%(solid)s”") % written)
    elif field.example and field.widget in {"text", "money", "textarea"}:
        parts.append(_("例如“%(example)s”") % {"example": field.example})
    return "。".join(part.rstrip("。") for part in parts)


# Whoever copies the example must not be refused for it.
_EARLIER = date(2020, 5, 20)


def _first_of_next_month(on: date) -> date:
    return (on.replace(day=1) + timedelta(days=32)).replace(day=1)


def _width(field: Field) -> str:
    """The nearest of the widths that fields come in, in characters; no answer fits exactly."""
    if field.widget == "division" or field.width is None:
        return ""
    return next((width for width, most in _WIDTHS if field.width <= most), "")


_WIDTHS = (("4", 4), ("12", 12), ("20", 24))


def _options(draft: Draft, field: Field, on: date) -> tuple[tuple[str, str], ...]:
    if field.widget == "division" and field.within:
        city = jurisdictions.deciding_place(draft.deciding_place)
        below = jurisdictions.counties(city, on) or [jurisdictions.division(city, on)]
        named = [(one.code, jurisdictions.full_name(one.code)) for one in below]
        return (("", _("请选择")), *named)
    return tuple((option.value, option.label) for option in field.options)


def typed(version: Version, step: Step, posted: Mapping[str, str], *, on: date) -> dict[str, str]:
    """What was typed on a page; a place written by its name becomes its code where it is clear."""
    found = forms.pick(version, step.key, posted)
    for field in step.fields:
        if field.widget != "division":
            continue
        text = found.get(field.key, posted.get(f"{field.key}{AGAIN}", "")).strip()
        if text and not jurisdictions.exists(text, on):
            codes = placenames.find(text, on=on)
            found[field.key] = codes[0] if len(codes) == 1 else text
    return found


def unseen(step: Step, answers: Mapping[str, Any], seen: str) -> list[Field]:
    """Questions of a page that apply now and were not on it when it was sent.

    Without script a page cannot show them at once, so they are asked on the page's next showing.
    `seen` are the keys that the page had, between spaces.
    """
    shown = set(seen.split())
    return [field for field in forms.asked(step.fields, answers) if field.key not in shown]


def mark(step: Step, answers: Mapping[str, Any]) -> str:
    """A short mark of what a page holds, by which a later save knows what its writer had seen."""
    held = [[field.key, answers.get(field.key, "")] for field in step.fields]
    return canonical.digest(canonical.dumps(held))[:16]


def is_changed_elsewhere(
    draft: Draft, step: Step, posted: Mapping[str, str], typed: Mapping[str, str]
) -> bool:
    """Whether another tab has saved this page since it was shown, and said something else."""
    saved = drafts.answers_of(draft)
    seen = posted.get("_was", "")
    if not seen or seen == mark(step, saved):
        return False
    return any(saved.get(key, "") != value for key, value in typed.items())


def prefilled(draft: Draft, step: Step) -> dict[str, str]:
    """What the applicant's account already says about the questions of a page."""
    applicant = draft.applicant
    known = {
        "applicant.name": applicant.name,
        "applicant.id_number": applicant.number,
        "applicant.phone": applicant.phone,
        "applicant.division": applicant.division_code,
    }
    return forms.prefilled(step.fields, known)


def is_begun(step: Step, answers: Mapping[str, Any]) -> bool:
    """Whether anything on the page has been answered."""
    return any(answers.get(field.key) for field in step.fields)


def errors_of(draft: Draft, step: Step, answers: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is still wrong on a page, in the light of all answers and of the place that decides."""
    version = version_of(draft)
    keys = {field.key for field in step.fields}
    errors: dict[str, list[str]] = {}
    for judge in (
        lambda: forms.validate(version, answers, step=step.key),
        lambda: catalogue.check_competent(version, answers, deciding=draft.deciding_place),
    ):
        try:
            judge()
        except FieldsRefused as refused:
            for key in keys & refused.errors.keys():
                errors.setdefault(key, list(refused.errors[key]))
    return errors


@dataclass(frozen=True)
class Task:
    """One line of the task list: a page of the form, done or with so many things to mend."""

    step: Step
    is_done: bool
    is_begun: bool
    faults: int


def tasks(draft: Draft) -> list[Task]:
    """The pages of a draft's form and how far each is."""
    version = version_of(draft)
    answers = drafts.answers_of(draft)
    found = []
    for step in forms.steps(version):
        is_saved = step.key in draft.steps_done
        begun = is_saved or is_begun(step, answers)
        faults = len(errors_of(draft, step, answers)) if begun else 0
        found.append(Task(step, is_saved and not faults, begun, faults))
    return found
