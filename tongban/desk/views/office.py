"""The leader's page: who has how much, who is away, what waits for a signature."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tongban.basics.refusals import FieldsRefused
from tongban.cases import alarms, queues, standing
from tongban.cases.operations import assigning, countersigning
from tongban.cases.permissions import office_of
from tongban.cases.states import Party
from tongban.desk import bulk, load
from tongban.desk.bulk import Chosen
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.desk.listing import Listing, listing_before, listing_of
from tongban.desk.office_forms import AbsenceForm
from tongban.jurisdictions import calendars, corrections
from tongban.parties import absences
from tongban.parties.models import Officer


@require_GET
@desk_page
def office(request: OfficerRequest) -> HttpResponse:
    """Load, holidays and substitutes of the leader's own office. Refused to everybody else."""
    absences.check_leads(request.officer)
    return _page(request, AbsenceForm(colleagues=absences.colleagues(request.officer)))


def _page(request: OfficerRequest, form: AbsenceForm, status: int = 200) -> HttpResponse:
    asked = listing_of(request)
    at = now()
    today = standing.today()
    place = office_of(request.officer).division_code
    coming = absences.coming(request.officer, localdate(at))
    context = {
        "side": asked.side,
        "sides": asked.sides,
        "all": load.of_office(request.officer, asked.side, today=today, at=at),
        "loads": load.of_each(
            request.officer, asked.side, asked.colleagues, coming, today=today, at=at
        ),
        "coming": coming,
        "to_sign": countersigning.waiting_for(request.officer).count(),
        "escalated": alarms.counts(request.officer)[alarms.ESCALATED],
        "today": localdate(at),
        "lights": calendars.lights(place),
        "correcting": corrections.of(place),
        "form": form,
    }
    return render(request, "desk/office.html", context, status=status)


@require_POST
@desk_page
def enter_absence(request: OfficerRequest) -> HttpResponse:
    """The 登记 button. What cannot be so stays on the page with its sentence."""
    absences.check_leads(request.officer)
    form = AbsenceForm(request.POST, colleagues=absences.colleagues(request.officer))
    if not form.is_valid():
        return _page(request, form, 422)
    try:
        row = absences.enter(**form.say(), by=request.officer, at=now())
    except FieldsRefused as refusal:
        for field, sentences in refusal.errors.items():
            form.add_error(field, sentences)
        return _page(request, form, refusal.status)
    messages.success(request, _("登记了%(name)s不在岗的日子") % {"name": row.officer.name})
    return HttpResponseRedirect(reverse("desk:office"))


@require_POST
@desk_page
def cancel_absence(request: OfficerRequest, absence_id: int) -> HttpResponse:
    """The 去掉 button beside an absence."""
    absences.cancel(absence_id=absence_id, by=request.officer)
    return HttpResponseRedirect(reverse("desk:office"))


@require_POST
@desk_page
def cases_of_absent(request: OfficerRequest, officer_id: int) -> HttpResponse:
    """What an absent officer has claimed: all of it back into the queue, or to her substitute."""
    absences.check_leads(request.officer)
    asked = listing_before(request)
    absent = absences.officer_here(officer_id, request.officer)
    at = now()
    act = request.POST.get("act", "")
    if act not in {"release", "give"}:
        raise Http404
    to = absences.substitute_of(absent, at) if act == "give" else None
    cases = [Chosen(number, absent.pk) for number in _claimed(asked, absent)]
    outcome = bulk.each(cases, lambda one: _pass_on(one, absent, to, request.officer, at))
    said = _("%(name)s认领的%(count)s件有了着落") % {
        "name": absent.name,
        "count": len(outcome.done),
    }
    back = f"{reverse('desk:office')}?side={asked.side.value}"
    if not outcome.refused:
        messages.success(request, said)
        return HttpResponseRedirect(back)
    refused = bulk.not_done(outcome, asked)
    context = {"said": said, "refused": refused, "back": back, "side": asked.side}
    return render(request, "desk/bulk.html", context)


def _claimed(asked: Listing, officer: Officer) -> list[str]:
    """What somebody of the office has claimed on this side and has still in hand."""
    side: Party = asked.side
    cases = queues.office_cases(asked.officer, side).filter(holder=side, claimed_by=officer)
    return list(cases.order_by("due_on", "number").values_list("number", flat=True))


def _pass_on(one: Chosen, absent: Officer, to: Officer | None, by: Officer, at: datetime) -> None:
    if to is None:
        assigning.take_back(number=one.number, having=absent, by=by)
        return
    note = _("%(name)s不在岗，请您替班") % {"name": absent.name}
    assigning.hand_on(number=one.number, having=absent, to=to, by=by, note=note, at=at)
