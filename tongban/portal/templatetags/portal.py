"""How the portal writes what has one spelling: hours, sizes, numbers of cases, names of places."""

from collections.abc import Mapping
from typing import Any

from django.template import Library
from django.utils.translation import gettext as _

from tongban.basics import identifiers
from tongban.catalogue.models import Mode
from tongban.catalogue.queries import Version
from tongban.catalogue.versions import Condition, MaterialSpec, ProcessStep, limit_words
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions import rules as places
from tongban.portal import placenames, words

register = Library()


@register.filter
def get(table: Mapping[str, str], key: str) -> str:
    """The entry of a table under a key that the template holds; empty where it has none."""
    return table.get(key, "")


@register.filter
def hours(office_hours: Mapping[str, Any]) -> str:
    """工作日8:30–12:00、13:30–17:00; the page says beside it where nobody has confirmed them."""
    return places.hours_text(office_hours)


@register.filter
def step_limit(step: ProcessStep) -> str:
    """How long a step takes at most; empty where no time is set."""
    return limit_words(step.days, step.unit) if step.days else ""


@register.filter
def material_words(material: MaterialSpec) -> str:
    """How a material is given, how many, and by whom it is issued, in one line."""
    return words.material(material)


@register.filter
def actor(by: str) -> str:
    """Who does a step of the process."""
    return str(words.ACTORS.get(by, by))


@register.filter
def mark_of(by: str) -> str:
    """The party mark of whoever does a step."""
    return words.MARKS.get(by, "deci")


@register.filter
def grouped(number: str) -> str:
    """A case number in groups: 220104 20261116 000427 K."""
    return identifiers.show_case_number(number)


@register.filter
def mode_label(mode: str) -> str:
    """全程网办 and so on."""
    return str(Mode(mode).label) if mode in Mode.values else mode


@register.filter
def short_name(code: str) -> str:
    """长春市"""
    return jurisdictions.short_name(code) if code else ""


@register.filter
def place_name(code: str) -> str:
    """长春市, and 长春市朝阳区 for a district, since there is a 朝阳区 in other cities too."""
    return placenames.place_name(code)


@register.filter
def full_name(code: str) -> str:
    """吉林省长春市"""
    return jurisdictions.full_name(code) if code else ""


@register.filter
def to_you(title: str) -> str:
    """A line of the history as its applicant reads it: 您提交申请."""
    return title.replace("申请人", str(_("您")))


@register.filter
def condition_words(version: Version, condition: Condition) -> str:
    """When a material is asked for, in the form's own words: 配偶在迁入地的住所是“自有住房”."""
    field = version.fields()[condition.field]
    values = "”或“".join(field.label_of(value) for value in condition.values)
    return _("“%(question)s”选了“%(values)s”") % {"question": field.label, "values": values}


@register.filter
def province_name(digits: str) -> str:
    """福建省, from the two digits of its code."""
    return jurisdictions.short_name(f"{digits}0000")
