"""Tables that become blocks on a phone: every cell knows the head of its column."""

from collections.abc import Sequence
from functools import lru_cache

from django.template import Library, Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.template.context import Context
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tongban.ui.tags.markup import element, glue

register = Library()

# Where the cells of a table find its columns.
COLUMNS = "_table_columns"


class Columns:
    """The heads of a table, and the column that the next cell falls into."""

    def __init__(self, heads: Sequence[str], numbers: set[int]) -> None:
        self.heads, self.numbers, self._next = tuple(heads), numbers, 0

    def take(self) -> tuple[str, bool]:
        """The head of the next column and whether it holds numbers."""
        if self._next >= len(self.heads):
            raise ValueError(f"This row has more cells than the {len(self.heads)} heads")
        self._next += 1
        return self.heads[self._next - 1], self._next in self.numbers

    def start_row(self) -> None:
        self._next = 0

    def thead(self) -> SafeString:
        cells = (
            element("th", {"scope": "col", "class": "n" if place in self.numbers else ""}, head)
            for place, head in enumerate(self.heads, start=1)
        )
        return element("thead", {}, element("tr", {}, glue(*cells)))


class TableNode(Node):
    """Renders the heads first, so that the cells inside can read them."""

    child_nodelists = ("inside",)

    def __init__(
        self, heads: list[FilterExpression], sides: dict[str, FilterExpression], inside: NodeList
    ) -> None:
        self.heads, self.sides, self.inside = heads, sides, inside

    def render(self, context: Context) -> SafeString:
        sides = {name: side.resolve(context) for name, side in self.sides.items()}
        numbers = {int(place) for place in str(sides.get("n", "")).split()}
        columns = Columns([str(head.resolve(context)) for head in self.heads], numbers)
        with context.push(**{COLUMNS: columns}):
            body = self.inside.render(context)
        classes = {"class": "vh" if sides.get("quiet") else ""}
        caption = element("caption", classes, sides["caption"])
        attrs = {"class": f"tbl pile {sides.get('cls', '')}".strip(), "data-js": sides.get("js")}
        return element("table", attrs, glue(caption, columns.thead(), element("tbody", {}, body)))


@register.tag
def tbl(parser: Parser, token: Token) -> TableNode:
    """`{% tbl "事项" "国家标准" "办件" n="3" caption="…" %}{% tr %}…{% endtr %}{% endtbl %}`.

    The arguments are the heads; `n` numbers the columns of figures; `caption` is required and
    `quiet=True` shows it to screen readers only; `cls` adds classes, `js="queue"` makes rows
    answer to J and K.
    """
    heads: list[FilterExpression] = []
    sides: dict[str, FilterExpression] = {}
    for bit in token.split_contents()[1:]:
        if side := token_kwargs([bit], parser):
            sides |= side
        else:
            heads.append(parser.compile_filter(bit))
    if unknown := set(sides) - {"caption", "n", "quiet", "cls", "js"}:
        raise TemplateSyntaxError(f"tbl does not know {', '.join(sorted(unknown))}")
    if not heads or "caption" not in sides:
        raise TemplateSyntaxError("tbl needs heads and a caption")
    inside = parser.parse(("endtbl",))
    parser.delete_first_token()
    return TableNode(heads, sides, inside)


@register.simple_block_tag(takes_context=True)
def tr(context: Context, content: str, late: bool = False, current: bool = False) -> SafeString:
    """A row: first or somewhere a `{% th %}`, which heads its block on a phone, and `{% td %}`."""
    columns: Columns = context[COLUMNS]
    columns.start_row()
    attrs = {"class": "late" if late else "", "aria-current": "true" if current else ""}
    return element("tr", attrs, SafeString(content.strip()))


@register.simple_block_tag(takes_context=True)
def th(context: Context, content: str) -> SafeString:
    """The cell that names its row."""
    context[COLUMNS].take()
    return element("th", {"scope": "row"}, SafeString(content.strip()))


class CellNode(Node):
    """One cell. A list has hundreds, so nothing but its inside is worked out anew for each."""

    child_nodelists = ("inside",)

    def __init__(self, cls: FilterExpression | None, inside: NodeList) -> None:
        self.cls, self.inside = cls, inside

    def render(self, context: Context) -> SafeString:
        head, is_number = context[COLUMNS].take()
        cls = str(self.cls.resolve(context)) if self.cls else ""
        start = _start_of_cell(head, "n" if is_number else "", cls)
        return SafeString(f"{start}{self.inside.render(context).strip() or _nothing()}</td>")


@lru_cache(maxsize=1000)
def _start_of_cell(head: str, *classes: str) -> str:
    return element("td", {"data-l": head, "class": " ".join(filter(None, classes))})[
        : -len("</td>")
    ]


def _nothing() -> SafeString:
    """What an empty cell says."""
    return glue("—", element("span", {"class": "vh"}, _("没有")))


@register.tag
def td(parser: Parser, token: Token) -> CellNode:
    """`{% td cls="mono" %}…{% endtd %}`: a cell under the next head; empty ones say so.

    `cls`: mono, nowrap.
    """
    bits = token.split_contents()[1:]
    sides = token_kwargs(list(bits), parser)
    if set(sides) - {"cls"} or len(sides) != len(bits):
        raise TemplateSyntaxError("td knows cls and nothing else")
    inside = parser.parse(("endtd",))
    parser.delete_first_token()
    return CellNode(sides.get("cls"), inside)
