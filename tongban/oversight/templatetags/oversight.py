"""What the templates of this door need besides the components: time lines, and reading of tables."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.template import Library
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tongban.oversight import openings
from tongban.oversight.bars import WIDTH, Axis
from tongban.oversight.message_words import words_of

register = Library()


@register.filter
def get(table: Mapping[Any, Any], key: object) -> Any:
    """The entry of a table under a key that the template holds; empty where it has none."""
    return table.get(key, "")


@register.filter
def message_words(kind: str) -> str:
    """What messages of a type between nodes are about."""
    return words_of(kind)


@register.filter
def at(values: Sequence[Any], place: int) -> Any:
    """The value at a place of a list."""
    return values[place]


@register.filter
def place_name(code: str) -> str:
    """A place as pages of this door call it."""
    return openings.name(code)


@register.simple_tag
def axis(shown: Axis) -> SafeString:
    """The years in a table's head; the bars in the cells below say their days in words beside."""
    years = format_html_join("", "<span>{}</span>", ((year,) for year in shown.years))
    return format_html('<span class="axis" aria-hidden="true">{}</span>', years)


@register.simple_tag
def bar(shown: Axis, start: date | None, until: date | None, kind: str) -> SafeString:
    """A time as a bar; nothing where no start is known. The row says the same in words."""
    if start is None:
        return SafeString("")
    one = shown.bar(start, until)
    return format_html(
        '<svg viewBox="0 0 {} 16" preserveAspectRatio="none" aria-hidden="true">'
        '<rect x="{}" y="3" width="{}" height="10" class="{}"></rect>'
        '<rect x="{}" y="0" width="2" height="16" class="now"></rect></svg>',
        int(WIDTH), one.x, one.width, kind, round(shown.now, 1),
    )  # fmt: skip
