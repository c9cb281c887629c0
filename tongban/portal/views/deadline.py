"""时限计算器: any start, limit, unit and stops; the answer as a calendar and line by line."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from tongban.portal import deadlines
from tongban.portal.door import page
from tongban.ui.tags.dates import WEEKDAYS


@page
@require_safe
def deadline(request: HttpRequest) -> HttpResponse:
    """The form and, once it makes sense, the answer below. Everything is in the address."""
    form = deadlines.read(request.GET, now=now())
    context = {
        "form": form,
        "units": deadlines.UNITS,
        "kinds": deadlines.KINDS,
        "reasons": deadlines.REASONS,
        "weekdays": WEEKDAYS,
        "can_add": len(form.rows) < deadlines.MOST_ROWS,
        "shown": deadlines.shown(form.answer, for_moment=bool(form.values["at"]))
        if form.answer
        else None,
    }
    return render(request, "portal/deadline.html", context, status=422 if form.errors else 200)
