"""What places have set about corrections and lights, under which document; entered by an operator."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongban.basics.refusals import Refused
from tongban.jurisdictions import calendars, corrections
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions.models import CorrectionRule, LightRule
from tongban.oversight.rule_forms import CorrectionForm, LightForm
from tongban.parties.models import Role
from tongban.parties.permissions import OfficerRequest, officer_required


@dataclass(frozen=True)
class Line:
    """A rule of a place with its whole name."""

    place: str
    rule: CorrectionRule | LightRule


@require_http_methods(["GET", "HEAD", "POST"])
@officer_required(role=Role.OPERATOR)
def rules(request: OfficerRequest) -> HttpResponse:
    """The rules of places and of the platform; setting one replaces what the place had before.

    What runs already is not touched: a notice that went out keeps its last day.
    """
    pressed = request.POST.get("what", "")
    sent = request.POST if request.method == "POST" else None
    correction = CorrectionForm(
        sent if pressed == "correction" else None,
        auto_id="id_correction_%s",
        initial={"days": corrections.DEFAULT.days, "may_terminate": "yes"},
    )
    light = LightForm(
        sent if pressed == "light" else None,
        auto_id="id_light_%s",
        initial={
            "amber_left": calendars.DEFAULT_LIGHTS.amber_left,
            "amber_share": calendars.DEFAULT_LIGHTS.amber_share,
        },
    )
    for form, keep in ((correction, _keep_correction), (light, _keep_light)):
        if form.is_bound and form.is_valid() and _kept(request, form, keep):
            return redirect("oversight:place-rules")
    return _page(request, correction, light, status=422 if sent is not None else 200)


def _kept(request: OfficerRequest, form: CorrectionForm | LightForm, keep: Any) -> bool:
    try:
        keep(form.cleaned_data, by=request.officer.name, at=now())
    except Refused as refusal:
        form.add_error("basis", refusal.message)
        return False
    name = jurisdictions.full_name(form.cleaned_data["place"])
    messages.success(request, _("已经按%(place)s的文件设定，从现在起照这样") % {"place": name})
    return True


def _keep_correction(said: dict[str, Any], *, by: str, at: datetime) -> None:
    corrections.set_rule(
        place=said["place"],
        days=said["days"],
        may_terminate=said["may_terminate"] == "yes",
        basis=said["basis"],
        at=at,
        by=by,
    )


def _keep_light(said: dict[str, Any], *, by: str, at: datetime) -> None:
    calendars.set_lights(
        place=said["place"],
        amber_left=said["amber_left"],
        amber_share=said["amber_share"],
        basis=said["basis"],
        at=at,
        by=by,
    )


def _page(
    request: OfficerRequest, correction: CorrectionForm, light: LightForm, *, status: int
) -> HttpResponse:
    context = {
        "corrections": _lines(corrections.rules_set()),
        "lights": _lines(calendars.lights_set()),
        "usual": corrections.DEFAULT,
        "usual_light": calendars.DEFAULT_LIGHTS,
        "correction": correction,
        "light": light,
        "wrong": next((form for form in (correction, light) if form.errors), None),
    }
    return render(request, "oversight/place_rules.html", context, status=status)


def _lines(rules: list[CorrectionRule] | list[LightRule]) -> list[Line]:
    return [Line(jurisdictions.full_name(rule.place), rule) for rule in rules]
