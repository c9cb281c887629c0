"""The guard of managers' pages: the role, and refusals as sentences on a page."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from tongban.basics.refusals import Refused
from tongban.parties.models import Role
from tongban.parties.permissions import OfficerRequest, officer_required

P = ParamSpec("P")


def manager_page(
    view: Callable[Concatenate[OfficerRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only officers who keep the catalogue; what is refused on the way is said on a page."""

    @wraps(view)
    def told(request: OfficerRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Refused as refusal:
            context = {"refusal": refusal}
            return render(request, "oversight/refused.html", context, status=refusal.status)

    return officer_required(role=Role.MANAGER)(told)
