"""The documents of a case wherever a page of the desk has room for them."""

from typing import Any

from django import template

from tongban.cases.documents import kinds, shelf
from tongban.cases.models import Case
from tongban.cases.states import Move

register = template.Library()


@register.inclusion_tag("desk/_documents.html")
def case_documents(case: Case) -> dict[str, Any]:
    """The documents given in a case; nothing while there are none."""
    return {"case": case, "documents": shelf.documents_of(case)}


@register.filter
def gives(move: Move) -> str:
    """The titles of the documents that a move gives; nothing when it gives none."""
    return "、".join(kind.title for kind in kinds.given_by(move.name))
