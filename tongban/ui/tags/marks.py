"""Small signs: icons, parties, pairs of places, lights, tags."""

from django.template import Library
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.ui import icons
from tongban.ui.tags.markup import KINDS, LIGHTS, PARTIES, element, glue, one_of

register = Library()

CHARACTERS = {
    "app": gettext_lazy("申"),
    "recv": gettext_lazy("收"),
    "deci": gettext_lazy("办"),
    "part": gettext_lazy("联"),
    "chan": gettext_lazy("传"),
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """`{% icon "phone" %}` before words, never alone. See tongban/ui/icons for more."""
    drawing = mark_safe(icons.strokes(name))  # noqa: S308
    return format_html('<svg class="i" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', drawing)


def mark(party: str) -> SafeString:
    """The mark of a party. It says nothing to a screen reader: the words beside it do."""
    one_of(party, PARTIES, "who")
    attrs = {"class": "who", "data-p": party, "aria-hidden": "true"}
    return element("span", attrs, CHARACTERS[party])


@register.simple_tag
def who(party: str, name: str = "") -> SafeString:
    """`{% who "recv" "长春专窗" %}`: the mark and the name; without a name the mark alone."""
    return glue(mark(party), " ", name) if name else mark(party)


@register.simple_tag
def pair(start: str, end: str, start_party: str = "recv", end_party: str = "deci") -> SafeString:
    """`{% pair "吉林省长春市" "福建省福州市" %}`: from where to where."""
    return format_html(
        '<span class="pair"><b>{}{}</b><span class="to" role="img" aria-label="{}"></span>'
        "<b>{}{}</b></span>",
        mark(start_party),
        start,
        _("到"),
        mark(end_party),
        end,
    )


@register.simple_tag
def light(kind: str, words: str, small: bool = False) -> SafeString:
    """`{% light "warn" "剩1个工作日" %}`: ok, warn, bad, pause, or "" without a limit."""
    one_of(kind, LIGHTS, "light")
    if not words:
        raise ValueError("{% light %} needs words: a colour alone says nothing")
    classes = "light small" if small else "light"
    return element("span", {"class": classes, "data-k": kind}, words)


@register.simple_tag
def tag(words: str, kind: str = "", party: str = "") -> SafeString:
    """`{% tag "要您上传" "warn" %}`: a fixed property; ok, warn, bad, act, or a party."""
    one_of(kind, (*KINDS, "act", ""), "tag")
    one_of(party, (*PARTIES, ""), "tag")
    return element("span", {"class": "tag", "data-k": kind, "data-p": party}, words)
