"""The first page of this door."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from tongban.oversight.who import is_manager, is_operator


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where the person has work: the catalogue, the messages; else the nodes, which all may see."""
    if is_manager(request):
        return redirect("oversight:items")
    if settings.IS_HUB and not is_operator(request):
        return redirect("oversight:nodes")
    return redirect("oversight:exchange")
