"""Situations (情形): questions asked one by one that lead to the exact list of materials. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tongban.basics.refusals import FieldsRefused
from tongban.catalogue.versions import Condition, Field, MaterialSpec, Version


@dataclass(frozen=True)
class Unsettled:
    """A material of which the answers so far do not say whether it is asked."""

    material: MaterialSpec
    waits_for: tuple[Field, ...]


@dataclass(frozen=True)
class Situation:
    """What is asked in a situation as far as the answers describe it.

    `asked` are the materials that are certain, `unsettled` those that hang on questions still open,
    `spared` those that this situation does without. `next` is the question to ask now, nothing
    when the list is exact.
    """

    answers: Mapping[str, str]
    asked: tuple[MaterialSpec, ...]
    unsettled: tuple[Unsettled, ...]
    spared: tuple[MaterialSpec, ...]
    next: Field | None

    @property
    def is_exact(self) -> bool:
        """Whether nothing more has to be asked."""
        return not self.unsettled


def questions(version: Version) -> tuple[Field, ...]:
    """The fields that decide which materials are asked, in the order of the form.

    Fields on which such a field itself depends are among them.
    """
    fields = version.fields()
    wanted: set[str] = set()
    more = {one.field for material in version.materials for one in material.when}
    while more - wanted:
        wanted |= more
        more = {one.field for key in wanted & fields.keys() for one in fields[key].when}
    return tuple(field for key, field in fields.items() if key in wanted)


def materials_for(version: Version, answers: Mapping[str, Any]) -> Situation:
    """The materials in this situation, with what is still unsettled and the question to ask next.

    Only answers to `questions` count; others are left out, so that a whole form may be given.
    Refused (`FieldsRefused`): an answer that a question does not offer.
    """
    asking = questions(version)
    given = _given(asking, answers)
    fields = version.fields()
    asked, spared, unsettled = [], [], []
    for material in version.materials:
        open_, holds = _open(material.when, fields, given)
        if holds is False:
            spared.append(material)
        elif open_:
            waits = tuple(field for field in asking if field.key in open_)
            unsettled.append(Unsettled(material, waits))
        else:
            asked.append(material)
    return Situation(
        answers=given,
        asked=tuple(asked),
        unsettled=tuple(unsettled),
        spared=tuple(spared),
        next=_next(asking, unsettled),
    )


def _given(asking: Iterable[Field], answers: Mapping[str, Any]) -> dict[str, str]:
    given, errors = {}, {}
    for field in asking:
        if field.key not in answers:
            continue
        value = answers[field.key]
        if value in [option.value for option in field.options]:
            given[field.key] = str(value)
        else:
            said = _("从列出的选项里选择%(label)s") % {"label": field.label}
            errors[field.key] = [said]
    if errors:
        raise FieldsRefused(errors)
    return given


def _open(
    when: Iterable[Condition], fields: Mapping[str, Field], given: Mapping[str, str]
) -> tuple[set[str], bool | None]:
    """Which questions are open before these conditions are settled, and what they come to.

    True where all hold, False where one cannot hold any more, None while it depends.
    """
    open_: set[str] = set()
    for condition in when:
        field = fields.get(condition.field)
        above, is_asked = _open(field.when, fields, given) if field else (set(), False)
        if is_asked is False:
            return set(), False
        if above:
            open_ |= above
        elif condition.field not in given:
            open_.add(condition.field)
        elif not condition.holds(given):
            return set(), False
    return open_, None if open_ else True


def _next(asking: Iterable[Field], unsettled: Iterable[Unsettled]) -> Field | None:
    waited = {field.key for one in unsettled for field in one.waits_for}
    return next((field for field in asking if field.key in waited), None)
