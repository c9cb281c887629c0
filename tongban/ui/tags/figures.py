"""Numbers and how time went: each figure with its numbers beside it."""

from collections.abc import Iterable, Sequence

from django.template import Library
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.ui.shapes import Part, Span
from tongban.ui.tags.dates import duration
from tongban.ui.tags.markup import KINDS, PARTIES, element, glue, one_of

register = Library()

BAR = 1000  # units of the bar's own coordinates
LEAST = 7  # narrower than this nobody sees it
GAP = 2
STATES = {
    "ok": gettext_lazy("正常"),
    "warn": gettext_lazy("黄灯"),
    "bad": gettext_lazy("红灯"),
    "off": gettext_lazy("未接入"),
}


def _widths(amounts: Sequence[float]) -> list[int]:
    """Widths that fill the bar; the small ones are lifted until they can be seen."""
    room = BAR - GAP * (len(amounts) - 1) - LEAST * len(amounts)
    total = sum(amounts)
    return [LEAST + round(room * amount / total) for amount in amounts]


def _shown(part: Part, total: float) -> str:
    percent = 100 * part.amount / total
    return str(part.shown) or ("<1%" if 0 < percent < 1 else f"{percent:.0f}%")


def bar(parts: Sequence[Part]) -> SafeString:
    """The bar alone; its label says every number."""
    kept = [part for part in parts if part.amount > 0]
    total = sum(part.amount for part in kept)
    if not kept:
        return SafeString("")
    rectangles, at = [], 0
    for part, width in zip(kept, _widths([part.amount for part in kept]), strict=True):
        one_of(part.party, PARTIES, "split_bar")
        rectangles.append((at, width, part.party))
        at += width + GAP
    label = "，".join(f"{part.words}{_shown(part, total)}" for part in kept)
    return format_html(
        '<svg class="split-bar" viewBox="0 0 {} 14" preserveAspectRatio="none" role="img" '
        'aria-label="{}">{}</svg>',
        at - GAP,
        label,
        format_html_join("", '<rect x="{}" width="{}" height="14" data-p="{}"></rect>', rectangles),
    )


def key_of(parts: Sequence[Part]) -> SafeString:
    """What the colours of the bar mean, with the same numbers."""
    kept = [part for part in parts if part.amount > 0]
    total = sum(part.amount for part in kept)
    lines = (
        element(
            "li",
            {"data-p": part.party},
            format_html("<i></i>{}{}", part.words, _shown(part, total)),
        )
        for part in kept
    )
    return element("ul", {"class": "key"}, glue(*lines))


@register.simple_tag
def split_bar(parts: Iterable[Part]) -> SafeString:
    """`{% split_bar parts %}`: a bar and its key, from `tongban.ui.shapes.Part`."""
    given = list(parts)
    return (
        glue(bar(given), key_of(given))
        if any(part.amount > 0 for part in given)
        else SafeString("")
    )


@register.simple_block_tag
def key(content: str) -> SafeString:
    """What the colours of a figure mean: a list of `{% key_item %}`."""
    return element("ul", {"class": "key"}, SafeString(content.strip()))


@register.simple_tag
def key_item(words: str, kind: str = "", party: str = "") -> SafeString:
    """`{% key_item "黄灯" kind="warn" %}`, or `party="recv"`."""
    one_of(kind, (*STATES, ""), "key_item")
    one_of(party, (*PARTIES, ""), "key_item")
    return element("li", {"data-k": kind, "data-p": party}, format_html("<i></i>{}", words))


def _by_holder(spans: Sequence[Span]) -> list[Part]:
    """How long each held it in all, in the order in which they first did."""
    seconds: dict[tuple[str, str], float] = {}
    for span in spans:
        who = (span.party, str(span.holder))
        seconds[who] = seconds.get(who, 0) + span.seconds
    return [
        Part(party, holder, held, shown=duration(held)) for (party, holder), held in seconds.items()
    ]


@register.inclusion_tag("components/ledger.html")
def ledger(spans: Iterable[Span], caption: str = "") -> dict[str, object]:
    """`{% ledger spans %}`: bar, key and table of one clock, from `tongban.ui.shapes.Span`."""
    lines = list(spans)
    one_by_one = [
        Part(span.party, span.holder, span.seconds, shown=duration(span.seconds)) for span in lines
    ]
    return {
        "lines": lines,
        "bar": bar(one_by_one),
        "key": key_of(_by_holder(lines)),
        "caption": caption or _("时间明细"),
    }


@register.simple_tag
def progress(value: float, words: str, max: float = 100, party: str = "") -> SafeString:
    """`{% progress 64 "已上传64%" %}`: a bar and the words that say the same."""
    one_of(party, (*PARTIES, ""), "progress")
    attrs = {"max": str(max), "value": str(value), "aria-label": words, "data-p": party}
    return element(
        "div", {}, glue(element("progress", attrs), element("p", {"class": "hint"}, words))
    )


@register.simple_block_tag
def stats(content: str) -> SafeString:
    """Figures side by side: a list of `{% stat %}`. Its page loads ui/work.css."""
    return element("dl", {"class": "cols five"}, SafeString(content.strip()))


@register.simple_tag
def stat(term: str, value: str, small: str = "", party: str = "") -> SafeString:
    """`{% stat "吉林收、外省办" "1,286件" small="上月同期1,154" party="recv" %}`"""
    one_of(party, (*PARTIES, ""), "stat")
    less = format_html(" <small>{}</small>", small) if small else ""
    inside = format_html("<dt>{}</dt><dd>{}{}</dd>", term, value, less)
    return element("div", {"class": "stat", "data-p": party}, inside)


@register.simple_block_tag
def tiles(content: str) -> SafeString:
    """A grid of places, not a map: a list of `{% tile %}`. Its page loads ui/work.css."""
    return element("div", {"class": "tiles", "role": "list"}, SafeString(content.strip()))


@register.simple_tag
def tile(
    name: str, figure: str, column: int, kind: str = "ok", href: str = "", current: bool = False
) -> SafeString:
    """`{% tile "辽" "377" 9 "warn" href=url %}`: columns 1 to 9; ok, warn, bad, off."""
    one_of(kind, tuple(STATES), "tile")
    state = element("span", {"class": "vh"}, f"，{STATES[kind]}")
    words = glue(name, state, element("small", {"class": "num"}, figure))
    attrs = {
        "role": "listitem",
        "data-c": str(column),
        "data-k": "" if kind == "ok" else kind,
        "aria-current": "true" if current else "",
    }
    return element("span", attrs, element("a", {"href": href}, words) if href else words)


@register.simple_block_tag
def pick(content: str, label: str = "") -> SafeString:
    """A desk pane: a list of `{% pick_item %}`. Its page loads ui/work.css."""
    return element("ol", {"class": "pick", "aria-label": label}, SafeString(content.strip()))


@register.simple_tag
def pick_item(
    title: str, href: str, kind: str = "", state: str = "", small: str = "", current: bool = False
) -> SafeString:
    """`{% pick_item "住所证明" url kind="bad" state="2处问题" small="窗口核 B" current=True %}`"""
    one_of(kind, (*KINDS, "pause", ""), "pick_item")
    sign = element("span", {"class": "light", "data-k": kind, "aria-hidden": "true"})
    hidden = element("span", {"class": "vh"}, f"，{state}") if state else ""
    words = element("span", {}, glue(title, hidden))
    less = element("small", {"class": "dim"}, small) if small else ""
    attrs = {"href": href, "aria-current": "true" if current else ""}
    return element("li", {}, element("a", attrs, glue(sign, words, less)))


@register.filter
def size(octets: int) -> str:
    """`{{ paper.size|size }}`: 2.1MB, 640KB; the one way to write how large a file is."""
    if octets >= 1 << 20:
        return f"{octets / (1 << 20):.1f}MB"
    return f"{max(1, round(octets / 1024))}KB"
