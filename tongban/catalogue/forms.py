"""Asking and judging a form: what is asked, what was typed, what is wrong with it."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, cast
from weakref import WeakKeyDictionary

import jsonschema_rs
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from tongban.basics.refusals import FieldsRefused
from tongban.catalogue import rules
from tongban.catalogue.answers import LONGEST_ANSWER, AnswerRefused, judge, tidy
from tongban.catalogue.versions import APPLICANT_FIELDS, Field, MaterialSpec, Step, Version
from tongban.jurisdictions import queries as jurisdictions
from tongban.ui.tags.dates import day_words

Answers = Mapping[str, Any]

_validators: WeakKeyDictionary[Version, Draft202012Validator] = WeakKeyDictionary()
_judges: WeakKeyDictionary[Version, jsonschema_rs.Draft202012Validator] = WeakKeyDictionary()
_CHOSEN = {"radio", "division"}


def steps(version: Version) -> tuple[Step, ...]:
    """The pages of the form, in order."""
    return version.steps


def step(version: Version, key: str) -> Step | None:
    """One page of the form."""
    return next((one for one in version.steps if one.key == key), None)


def asked(fields: Iterable[Field], answers: Answers) -> list[Field]:
    """Those of the fields that apply, given the answers."""
    return [field for field in fields if field.is_asked(answers)]


def prefilled(fields: Iterable[Field], known: Mapping[str, str]) -> dict[str, str]:
    """What is already known about these questions, by their keys.

    `known` gives values by source (`applicant.phone`); a question whose source is not there, or
    that names none, stays open.
    """
    sources = ((field.key, field.prefill) for field in fields if field.prefill)
    return {key: known[source] for key, source in sources if known.get(source)}


def pick(version: Version, key: str, typed: Mapping[str, Any]) -> dict[str, str]:
    """What was typed for one step, as it was typed; everything else a page posts is left out."""
    page = step(version, key)
    return {
        field.key: str(typed[field.key])
        for field in (page.fields if page else ())
        if typed.get(field.key) is not None
    }


def materials(version: Version, answers: Answers) -> list[MaterialSpec]:
    """The materials asked for, given the answers."""
    return rules.materials(version, answers)


def validate(
    version: Version, answers: Answers, step: str | None = None, *, on: date | None = None
) -> dict[str, Any]:
    """The answers tidied, without those to questions that do not apply.

    With `step`, only that page is judged and returned, in the light of all answers. Refused
    (`FieldsRefused`) with sentences for each field; a key that the form does not have is refused
    too. `on` is the day of application (default: today in Beijing), after which no past day lies.
    """
    fields = version.fields()
    tidied, errors = _tidied(answers, fields, on or localdate())
    applying = {key: value for key, value in tidied.items() if fields[key].is_asked(tidied)}
    errors = {
        key: said
        for key, said in errors.items()
        if key not in fields or fields[key].is_asked(tidied)
    }
    for error in _mistakes(version, applying):
        for key, sentence in _sentences(error, fields, applying):
            errors.setdefault(key, [sentence])
    if step is not None:
        mine = {field.key for one in version.steps if one.key == step for field in one.fields}
        errors = {key: said for key, said in errors.items() if key in mine or key not in fields}
        applying = {key: value for key, value in applying.items() if key in mine}
    _refuse(errors, fields)
    return applying


def validate_applicant(
    kind: str, particulars: Answers, *, on: date | None = None
) -> dict[str, str]:
    """The particulars of who applies, tidied; refused (`FieldsRefused`) at each field."""
    fields = {field.key: field for field in APPLICANT_FIELDS[kind]}
    known = {key: value for key, value in particulars.items() if key in fields}
    tidied, errors = _tidied(known, fields, on or localdate())
    for key, field in fields.items():
        if key not in tidied:
            errors.setdefault(key, [fill_in(field)])
        elif field.max_length and len(tidied[key]) > field.max_length:
            errors.setdefault(key, [_too_long(field.max_length)])
    _refuse(errors, fields)
    return tidied


def _refuse(errors: Mapping[str, list[str]], fields: Mapping[str, Field]) -> None:
    """Refuse in the order in which a page asks, so that its list of errors follows the page."""
    if errors:
        order = [*fields, *errors]
        raise FieldsRefused({key: errors[key] for key in sorted(errors, key=order.index)})


_DAYS = frozenset({"date", "past-date", "coming-date"})


def shown(field: Field, value: str) -> str:
    """An answer as a check page says it: an option's words, a place's name, an amount, a day."""
    if field.format == "division":
        return jurisdictions.full_name(value)
    if field.format in _DAYS:
        return day_words(date.fromisoformat(value), year=True)
    if field.format == "money":
        return f"{float(value):,.2f}{field.unit}"
    return f"{field.label_of(value)}{field.unit}"


def show(version: Version, answers: Answers) -> list[tuple[Step, list[tuple[Field, str]]]]:
    """The answers as a check page lists them: by step, each as `shown`."""
    return [
        (
            one,
            [
                (field, shown(field, str(answers[field.key])))
                for field in one.fields
                if field.key in answers
            ],
        )
        for one in version.steps
    ]


def _tidied(
    answers: Answers, fields: Mapping[str, Field], on: date
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Answers in their one spelling, and what is wrong with single ones.

    An answer that is only spaces counts as not given.
    """
    tidied: dict[str, str] = {}
    errors: dict[str, list[str]] = {}
    for key, value in answers.items():
        if key not in fields:
            errors[key] = [_("这张表没有这一项，请去掉")]
        elif not isinstance(value, str):
            errors[key] = [_("填写文字")]
        elif len(value) > LONGEST_ANSWER:
            errors[key] = [_too_long(LONGEST_ANSWER)]
        elif text := tidy(value):
            tidied[key] = _spelt(fields[key], text, on, errors)
    return tidied, errors


def _spelt(field: Field, text: str, on: date, errors: dict[str, list[str]]) -> str:
    if not field.format:
        return text
    try:
        return judge(text, format=field.format, on=on)
    except AnswerRefused as refused:
        errors[field.key] = [str(refused)]
        return text


def _mistakes(version: Version, answers: Answers) -> Iterable[ValidationError]:
    """What the schema finds wrong. Most forms are right, which the quick judge says alone."""
    if version not in _judges:
        _judges[version] = jsonschema_rs.Draft202012Validator(dict(version.schema))
    if _judges[version].is_valid(answers):
        return ()
    return _validator(version).iter_errors(answers)


def _validator(version: Version) -> Draft202012Validator:
    if version not in _validators:
        _validators[version] = Draft202012Validator(dict(version.schema))
    return _validators[version]


def _sentences(
    error: ValidationError, fields: Mapping[str, Field], answers: Answers
) -> Iterable[tuple[str, str]]:
    """One schema error as sentences for the fields it concerns."""
    if error.validator == "required":
        missing = [
            key
            for key in cast(list[str], error.validator_value)
            if key not in answers and key in fields
        ]
        return [(key, fill_in(fields[key])) for key in missing]
    if not error.absolute_path:
        return []
    key = str(error.absolute_path[0])
    return [(key, _wrong(error, fields[key]))]


def fill_in(field: Field) -> str:
    """What to do about an empty field: 填写门牌号，例如“12号3单元501”."""
    asked_for = {"label": field.label, "example": field.example}
    if field.widget in _CHOSEN:
        return _("选择%(label)s") % asked_for
    if field.example:
        return _("填写%(label)s，例如“%(example)s”") % asked_for
    return _("填写%(label)s") % asked_for


def _too_long(most: Any) -> str:
    return _("最多%(most)s个字，请写短一些") % {"most": most}


def _wrong(error: ValidationError, field: Field) -> str:
    schema = error.parent.schema if error.parent else error.schema
    said = schema.get("x-wrong", "") if isinstance(schema, Mapping) else ""
    if error.validator == "maxLength":
        return _too_long(error.validator_value)
    if error.validator in {"oneOf", "enum", "const"}:
        return _("从列出的选项里选择%(label)s") % {"label": field.label}
    if said:
        return str(said)
    if error.validator == "minLength":
        return _("至少写%(least)s个字，请写完整") % {"least": error.validator_value}
    return fill_in(field)
