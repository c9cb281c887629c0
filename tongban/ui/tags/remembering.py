"""Pieces of a page that look the same whenever the same values are shown, drawn once and kept."""

from collections.abc import Hashable

from django.template import Library, Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.template.context import Context
from django.utils.timezone import localdate
from django.utils.translation import get_language

from tongban.ui.tags.tables import COLUMNS

register = Library()

# How many pieces one tag keeps in one process; a row of a list has some 2 kB.
MOST = 4_000


class RememberNode(Node):
    """Draws its inside from the values that it names and from nothing else."""

    child_nodelists = ("inside",)

    def __init__(self, values: dict[str, FilterExpression], inside: NodeList) -> None:
        self.values, self.inside = values, inside
        self.drawn: dict[Hashable, str] = {}

    def render(self, context: Context) -> str:
        values = {name: value.resolve(context) for name, value in self.values.items()}
        columns = context.get(COLUMNS)
        # A day of this year is written without its year, so a piece is for one day.
        key = (localdate(), get_language(), columns and columns.heads, *values.values())
        found = self.drawn.get(key)
        if found is None:
            around = {COLUMNS: columns} if columns else {}
            found = self.inside.render(context.new(values | around))
            self._keep(key, found)
        return found

    def _keep(self, key: Hashable, piece: str) -> None:
        # Rather begin anew than count uses: what is shown often is soon there again.
        if len(self.drawn) >= MOST:
            self.drawn.clear()
        self.drawn[key] = piece


@register.tag
def remember(parser: Parser, token: Token) -> RememberNode:
    """`{% remember row=row side=side %}…{% endremember %}`: what this looks like for these values.

    Inside, only what is named can be seen: no request, no person, no csrf_token. The values
    must be hashable and say by `==` whether they look alike. Kept by each process for itself.
    """
    bits = token.split_contents()[1:]
    values = token_kwargs(list(bits), parser)
    if len(values) != len(bits):
        raise TemplateSyntaxError("remember takes name=value and nothing else")
    inside = parser.parse(("endremember",))
    parser.delete_first_token()
    return RememberNode(values, inside)
