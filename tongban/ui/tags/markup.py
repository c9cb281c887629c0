"""How the tags write HTML: everything from outside is escaped, wrong arguments fly."""

import html
from collections.abc import Collection, Mapping
from operator import itemgetter

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

PARTIES = ("app", "recv", "deci", "part", "chan")
KINDS = ("ok", "warn", "bad")
LIGHTS = (*KINDS, "pause", "")


def one_of(value: str, allowed: Collection[str], tag: str) -> str:
    """The value itself; a word that no component knows is a mistake in a template."""
    if value not in allowed:
        known = "、".join(word for word in allowed if word)
        raise ValueError(f"{{% {tag} %}} knows {known}, not {value!r}")
    return value


# A page of a queue has hundreds of elements. Django's format_html and flatatt escape the same way
# and took half of such a page's time, so what they do is written out here.


def escaped(value: object) -> str:
    """Escaped unless it is markup already; as django.utils.html.conditional_escape."""
    if isinstance(value, Promise):
        value = str(value)
    if hasattr(value, "__html__"):
        return str(value.__html__())
    return html.escape(str(value))


_by_name = itemgetter(0)


def _attributes(attrs: Mapping[str, object]) -> str:
    """None and False leave an attribute out; so does "", but for `value`, where it means itself.

    Values first, then what stands alone, each by name.
    """
    pairs, alone = [], []
    for key, value in sorted(attrs.items(), key=_by_name):
        if value is None or value is False or (value == "" and key != "value"):
            continue
        if value is True:
            alone.append(f" {key}")
        else:
            pairs.append(f' {key}="{escaped(value)}"')
    return "".join(pairs) + "".join(alone)


def element(name: str, attrs: Mapping[str, object], inside: object = "") -> SafeString:
    """One element, its inside escaped unless it is markup already."""
    return SafeString(f"<{name}{_attributes(attrs)}>{escaped(inside)}</{name}>")


def void(name: str, attrs: Mapping[str, object]) -> SafeString:
    """One element without an inside: input, br."""
    return SafeString(f"<{name}{_attributes(attrs)}>")


def glue(*parts: object) -> SafeString:
    """The parts one after the other, each escaped unless it is markup already."""
    return SafeString("".join(map(escaped, parts)))


def paragraphs(content: str) -> SafeString:
    """The inside of a block tag; bare words become a paragraph, elements stay as they are.

    The content comes from a template, where Django has escaped it already.
    """
    inside = mark_safe(content.strip())  # noqa: S308
    starts_block = inside.startswith(
        ("<p", "<div", "<ul", "<ol", "<dl", "<table", "<section", "<h")
    )
    return inside if not inside or starts_block else format_html("<p>{}</p>", inside)
