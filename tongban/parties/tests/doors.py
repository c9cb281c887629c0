"""Guarded views as a door has them, hung up for the tests only."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.utils.timezone import now

from tongban.parties import signing_in
from tongban.parties.models import Role
from tongban.parties.permissions import applicant_required, officer_required


@officer_required
def desk(request):
    return HttpResponse(f"{request.officer.name} {request.officer.place}")


@officer_required(role=Role.DECIDER)
def decide(request):
    return HttpResponse("decided")


@applicant_required
def form(request):
    kept = signing_in.take(request, now())
    typed = kept.getlist("house") if kept else []
    return HttpResponse(f"{request.applicant.name} {request.method} {typed}")


def refusal(request, name):
    """A page of refusal as a page of its own, for the checks that every page has to pass."""
    facts = {"role": Role.DECIDER, "officer": {"name": "赵六"}, "roles": ["收件"]}
    return render(request, f"{name}.html", facts)


urlpatterns = [
    path("door/desk/", desk),
    path("door/decide/", decide),
    path("door/form/", form),
    path("door/refusal/<path:name>/", refusal),
    # The frame leads to the real doors.
    path("", include("tongban.config.urls")),
]
