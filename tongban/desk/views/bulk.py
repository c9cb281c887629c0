"""What is done with the ticked cases of a queue."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongban.cases.operations import assigning, claims
from tongban.desk import bulk
from tongban.desk.bulk import Chosen
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.desk.listing import listing_before
from tongban.parties import absences
from tongban.parties.models import Officer

LONGEST_NOTE = 500
CLAIM, RELEASE, GIVE = "claim", "release", "give"


@require_POST
@desk_page
def several(request: OfficerRequest) -> HttpResponse:
    """The buttons under a queue: claim, put back, give to a colleague.

    Goes back to the list when all of it was done; else says which were not, and why.
    """
    asked = listing_before(request)
    cases = bulk.chosen(request.POST.getlist("case"))
    back = f"{reverse('desk:queue')}?{asked.query}"
    act = request.POST.get("act", "")
    if act not in _ACTS:
        raise Http404
    if not cases:
        messages.warning(request, _("没有选中的件。先在左边勾选，再按按钮"))
        return HttpResponseRedirect(back)
    do, words = _ACTS[act](request, now())
    outcome = bulk.each(cases, do)
    said = words(len(outcome.done))
    if not outcome.refused:
        messages.success(request, said)
        return HttpResponseRedirect(back)
    context = {
        "said": said if outcome.done else "",
        "refused": bulk.not_done(outcome, asked),
        "back": back,
        "side": asked.side,
    }
    return render(request, "desk/bulk.html", context, status=200 if outcome.done else 409)


# What is done with each, and what is said of so many that were done.
Do = tuple[Callable[[Chosen], Any], Callable[[int], str]]


def _claim(request: OfficerRequest, at: datetime) -> Do:
    def do(one: Chosen) -> None:
        claims.claim_case(number=one.number, officer=request.officer, at=at)

    return do, lambda count: _("认领了%(count)s件") % {"count": count}


def _release(request: OfficerRequest, _at: datetime) -> Do:
    def do(one: Chosen) -> None:
        if one.having in {0, request.officer.pk}:
            claims.release_case(number=one.number, officer=request.officer)
        else:
            having = absences.officer_here(one.having, request.officer)
            assigning.take_back(number=one.number, having=having, by=request.officer)

    return do, lambda count: _("%(count)s件放回了队列") % {"count": count}


def _give(request: OfficerRequest, at: datetime) -> Do:
    to = _colleague(request)
    note = request.POST.get("note", "").strip()[:LONGEST_NOTE]

    def do(one: Chosen) -> None:
        if one.having == 0:
            assigning.assign(number=one.number, to=to, by=request.officer, at=at)
            return
        having = absences.officer_here(one.having, request.officer)
        assigning.hand_on(
            number=one.number, having=having, to=to, by=request.officer, note=note, at=at
        )

    return do, lambda count: _("%(count)s件交给了%(name)s") % {"count": count, "name": to.name}


def _colleague(request: OfficerRequest) -> Officer:
    """To whom the cases go. Refused: NotFound for nobody, and for everybody elsewhere."""
    chosen = request.POST.get("to", "")
    return absences.officer_here(int(chosen) if chosen.isdecimal() else 0, request.officer)


_ACTS: dict[str, Callable[[OfficerRequest, datetime], Do]] = {
    CLAIM: _claim,
    RELEASE: _release,
    GIVE: _give,
}
