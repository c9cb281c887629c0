"""How the tags write HTML: everything from outside is escaped, wrong arguments fly."""

from collections.abc import Collection, Mapping

from django.forms.utils import flatatt
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


def _attributes(attrs: Mapping[str, object]) -> SafeString:
    """None and False leave an attribute out; so does "", but for `value`, where it means itself."""
    return flatatt(
        {
            key: value
            for key, value in attrs.items()
            if value is not None and value is not False and (value != "" or key == "value")
        }
    )


def element(name: str, attrs: Mapping[str, object], inside: object = "") -> SafeString:
    """One element, its inside escaped unless it is markup already."""
    tag = mark_safe(name)  # noqa: S308  a name written in this package
    return format_html("<{}{}>{}</{}>", tag, _attributes(attrs), inside, tag)


def void(name: str, attrs: Mapping[str, object]) -> SafeString:
    """One element without an inside: input, br."""
    return format_html("<{}{}>", mark_safe(name), _attributes(attrs))  # noqa: S308  as above


def glue(*parts: object) -> SafeString:
    """The parts one after the other, each escaped unless it is markup already."""
    return format_html("{}" * len(parts), *parts) if parts else SafeString("")


def paragraphs(content: str) -> SafeString:
    """The inside of a block tag; bare words become a paragraph, elements stay as they are.

    The content comes from a template, where Django has escaped it already.
    """
    inside = mark_safe(content.strip())  # noqa: S308
    starts_block = inside.startswith(
        ("<p", "<div", "<ul", "<ol", "<dl", "<table", "<section", "<h")
    )
    return inside if not inside or starts_block else format_html("<p>{}</p>", inside)
