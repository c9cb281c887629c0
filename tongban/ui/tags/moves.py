"""Buttons, and the way of a case: relay, three truths, timeline."""

from datetime import datetime

from django.middleware.csrf import get_token
from django.template import Library
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _

from tongban.ui.tags.dates import day_words, here, moment, second_words
from tongban.ui.tags.marks import icon as icon_tag
from tongban.ui.tags.marks import mark
from tongban.ui.tags.markup import element, glue, one_of, paragraphs

register = Library()


@register.simple_tag
def btn(
    words: str,
    href: str = "",
    kind: str = "",
    icon: str = "",
    key: str = "",
    small: bool = False,
    name: str = "",
    value: str = "",
    form: str = "",
    busy: str = "",
    unavailable: str = "",
    js: str = "",
) -> SafeString:
    """A button, or with `href` a link that looks like one. Kinds: "" (primary), quiet, stop.

    `unavailable` gives the reason and makes it impossible to press; `key` prints the desk's key;
    `busy` are the words while the form is on its way; `js` names a behaviour of ui.js.
    """
    one_of(kind, ("", "quiet", "stop"), "btn")
    inside = glue(
        icon_tag(icon) if icon else "",
        format_html('<span class="idle">{}</span><span class="busy">{}</span>', words, busy)
        if busy
        else words,
        format_html(" <kbd>{}</kbd>", key) if key else "",
    )
    look = {"class": "btn", "data-k": kind, "data-s": "s" if small else "", "data-js": js}
    if unavailable:
        # type=button: a submit button would send its form in spite of aria-disabled.
        why = "why-" + slugify(f"{words} {name} {value}", allow_unicode=True)
        attrs = {"type": "button", "aria-disabled": "true", "aria-describedby": why}
        reason = element("span", {"class": "hint", "id": why}, unavailable)
        return glue(element("button", look | attrs, inside), reason)
    if href:
        return element("a", look | {"href": href}, inside)
    kind_of = {"type": "button" if js else "submit"}
    return element(
        "button", look | kind_of | {"name": name, "value": value or None, "form": form}, inside
    )


@register.simple_tag(takes_context=True)
def post_button(context: Context, words: str, action: str, **sides: object) -> SafeString:
    """`{% post_button "认领" url key="C" kind="quiet" %}`: one button that is a form of its own."""
    token = get_token(context["request"])
    return format_html(
        '<form method="post" action="{}"><input type="hidden" name="csrfmiddlewaretoken" '
        'value="{}">{}</form>',
        action,
        token,
        btn(words, **sides),  # type: ignore[arg-type]  # checked by btn itself
    )


@register.simple_tag
def print_button(words: str = "") -> SafeString:
    """Shown by ui.js, because without script it could do nothing; the browser can print anyway."""
    attrs = {"class": "btn no-print", "type": "button", "data-k": "quiet", "data-js": "print"}
    return element(
        "button", attrs | {"hidden": True}, glue(icon_tag("printer"), words or _("打印"))
    )


@register.simple_tag
def copy_button(text: str, words: str = "") -> SafeString:
    """Copies `text`, which also stands on the page; shown by ui.js."""
    attrs = {"class": "btn no-print", "type": "button", "data-k": "quiet", "data-s": "s"}
    asks = {"data-js": "copy", "data-copy": text, "data-done": _("已复制"), "hidden": True}
    return element("button", attrs | asks, glue(icon_tag("copy"), words or _("复制")))


@register.simple_block_tag
def relay(content: str, across: bool = False, label: str = "") -> SafeString:
    """Who acts, in order: a list of `{% step %}`; `across` lays it out in a line when wide."""
    attrs = {"class": "relay across" if across else "relay", "aria-label": label or _("办理步骤")}
    return element("ol", attrs, SafeString(content.strip()))


@register.simple_block_tag
def step(content: str, party: str, title: str, state: str = "done") -> SafeString:
    """`{% step "deci" "福州审查" "now" %}正在办{% endstep %}`; states: done, now, todo."""
    one_of(state, ("done", "now", "todo"), "step")
    ahead = element("span", {"class": "vh"}, _("（还没到）")) if state == "todo" else ""
    less = element("small", {}, SafeString(content.strip())) if content.strip() else ""
    attrs = {
        "class": "todo" if state == "todo" else "",
        "aria-current": "step" if state == "now" else "",
    }
    return element("li", attrs, glue(mark(party), element("b", {}, glue(title, ahead)), less))


def _when(value: object, first: object) -> str:
    """When it came true; its day too, unless that is the day of sending."""
    if not isinstance(value, datetime):
        return "" if value is True else str(value)
    words = second_words(value)
    same_day = isinstance(first, datetime) and here(first).date() == here(value).date()
    return words if value is first or same_day else day_words(value, year=False) + words


@register.simple_tag
def truth(sent: object = None, delivered: object = None, answered: object = None) -> SafeString:
    """`{% truth sent=at delivered=at answered=None %}`: a moment, words, True, or not yet."""
    lines = (
        (sent, _("已发出"), _("未发出")),
        (delivered, _("已送达"), _("未送达")),
        (answered, _("已答复"), _("未答复")),
    )
    items = [
        element("li", {"class": "is"}, yes + _when(value, sent)) if value else element("li", {}, no)
        for value, yes, no in lines
    ]
    return element("ul", {"class": "truth", "aria-label": _("传送情况")}, glue(*items))


@register.simple_block_tag
def timeline(content: str) -> SafeString:
    """History, newest first, from events only: a list of `{% entry %}`."""
    return element("ol", {"class": "tl"}, SafeString(content.strip()))


@register.simple_block_tag
def entry(
    content: str, party: str, title: str, at: datetime | None = None, by: str = ""
) -> SafeString:
    """`{% entry "deci" "福州受理" at=event.at by="鼓楼分局 王五" %}…{% endentry %}`"""
    when = moment(at)
    said = glue(when, "，" if when and by else "", by)
    time = element("p", {}, said) if said else ""
    return element("li", {}, glue(mark(party), element("b", {}, title), time, paragraphs(content)))
