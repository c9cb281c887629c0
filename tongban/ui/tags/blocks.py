"""Answers, notes, rows: the plain furniture of a page."""

from django.template import Library
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tongban.ui.tags.marks import mark
from tongban.ui.tags.markup import KINDS, PARTIES, element, glue, one_of, paragraphs

register = Library()


@register.simple_block_tag
def verdict(
    content: str, kind: str = "", light: str = "", party: str = "", head: str = "", say: str = ""
) -> SafeString:
    """The one answer of a page: "can I" by `kind` and `light`, "who holds it" by `party`, `head`.

    `{% verdict kind="ok" light="能办" say="您在长春提交，福州决定。" %}…{% endverdict %}`
    `{% verdict party="deci" head="现在在办理地手里" say=… %}…{% endverdict %}`
    A sentence with markup goes inside as `<p class="say">`.
    """
    one_of(kind, (*KINDS, ""), "verdict")
    one_of(party, (*PARTIES, ""), "verdict")
    if bool(kind) == bool(party):
        raise ValueError("{% verdict %} needs a kind or a party, and not both")
    first = (
        element("p", {"class": "light", "data-k": kind}, light)
        if kind
        else format_html('<p class="line small">{} {}</p>', mark(party), head)
    )
    answer = element("p", {"class": "say"}, say) if say else ""
    classes = "verdict" if kind else "verdict baton"
    inside = glue(first, answer, paragraphs(content))
    return element("div", {"class": classes, "data-k": kind, "data-p": party}, inside)


@register.simple_block_tag
def note(content: str, kind: str = "", title: str = "", live: bool = False) -> SafeString:
    """What the reader must know now: "" (plain fact), ok, warn, bad, plain.

    `{% note "warn" title="已经交给长春，还没到福州" %}…{% endnote %}`; `live=True` announces it
    when htmx brings it in.
    """
    one_of(kind, (*KINDS, "plain", ""), "note")
    head = format_html("<p><b>{}</b></p>", title) if title else ""
    attrs = {"class": "note", "data-k": kind, "role": "status" if live else ""}
    return element("div", attrs, glue(head, paragraphs(content)))


@register.simple_block_tag
def empty_state(content: str, title: str) -> SafeString:
    """What will be here, and the way to fill it. (`empty` belongs to Django's `for`.)"""
    return format_html('<div class="empty"><p><b>{}</b></p>{}</div>', title, paragraphs(content))


@register.simple_block_tag
def facts(content: str) -> SafeString:
    """At most four figures that people look for first, each a `{% fact %}`."""
    return element("dl", {"class": "facts"}, SafeString(content.strip()))


@register.simple_tag
def fact(term: str, value: str, small: str = "") -> SafeString:
    """`{% fact "多久" "10个工作日" small="承诺；法定20个工作日" %}`"""
    less = format_html("<small>{}</small>", small) if small else ""
    return format_html("<div><dt>{}</dt><dd>{}{}</dd></div>", term, value, less)


@register.simple_block_tag
def rows(content: str, label: str = "") -> SafeString:
    """Materials, tasks, announcements: a list of `{% row %}`; `label` when no heading names it."""
    return element("ul", {"class": "rows", "aria-label": label}, SafeString(content.strip()))


@register.simple_block_tag
def row(content: str, title: str, small: str = "", href: str = "", level: int = 3) -> SafeString:
    """Title and one small line at the left; the content, one tag or action, at the right.

    `level` is the heading's, 0 for a title that heads nothing; a title with `href` is a link.
    """
    name = f"h{level}" if level else "b"
    head = element("a", {"href": href}, title) if href else element(name, {}, title)
    less = format_html("<p>{}</p>", small) if small else ""
    left = format_html("<div>{}{}</div>", head, less)
    return element("li", {"class": "row"}, glue(left, SafeString(content.strip())))


@register.simple_block_tag
def sum(content: str) -> SafeString:
    """Particulars, and the answers to check before sending: a list of `{% answer %}`."""
    return element("dl", {"class": "sum"}, SafeString(content.strip()))


@register.simple_block_tag
def answer(content: str, term: str, change: str = "") -> SafeString:
    """`{% answer "手机" change=url %}139****0002{% endanswer %}`; nothing inside says 没有填."""
    inside = content.strip()
    value = SafeString(inside) if inside else element("span", {"class": "dim"}, _("没有填"))
    action = format_html(
        '<dd class="do"><a href="{}">{}<span class="vh">{}</span></a></dd>', change, _("修改"), term
    )
    return format_html("<div><dt>{}</dt><dd>{}</dd>{}</div>", term, value, action if change else "")


@register.simple_block_tag
def doc(content: str, title: str, number: str = "") -> SafeString:
    """Official paper on screen; the legal copy is the PDF. Its page loads ui/work.css."""
    head = element("p", {"class": "flat small mono"}, number) if number else ""
    return format_html(
        '<article class="doc">{}<h1>{}</h1>{}</article>', head, title, paragraphs(content)
    )


@register.simple_tag
def seal(authority: str, kind: str = "") -> SafeString:
    """The picture of a seal on a `{% doc %}`; red appears nowhere else."""
    label = _("印章：%(authority)s%(kind)s") % {"authority": authority, "kind": kind}
    second = format_html("<br>{}", kind) if kind else ""
    attrs = {"class": "seal", "role": "img", "aria-label": label}
    return element("span", attrs, glue(authority, second))


@register.simple_block_tag
def crumbs(content: str) -> SafeString:
    """Where this page is: a list of `{% crumb %}`, in block crumb."""
    return format_html(
        '<nav class="crumb" aria-label="{}"><ol>{}</ol></nav>',
        _("所在位置"),
        SafeString(content.strip()),
    )


@register.simple_tag
def crumb(label: str, href: str = "") -> SafeString:
    """`{% crumb "首页" "/" %}`; without an address it is this page."""
    if href:
        return format_html('<li><a href="{}">{}</a></li>', href, label)
    return format_html('<li aria-current="page">{}</li>', label)


@register.simple_tag
def back(href: str, label: str) -> SafeString:
    """`{% back url "返回步骤" %}`, in block crumb of a step."""
    return format_html(
        '<nav class="crumb" aria-label="{}"><a href="{}">‹ {}</a></nav>', _("所在位置"), href, label
    )


@register.filter
def message_kind(level: str) -> str:
    """Django's names for how a message is meant, in ours."""
    return {"success": "ok", "warning": "warn", "error": "bad"}.get(level, "plain")
