"""The queue of one's own office, the filters one keeps, and the standing pages beside it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tongban.cases import queues, standing
from tongban.cases.operations import assigning
from tongban.desk import saved
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.desk.keys import KEYS
from tongban.desk.listing import EVERYTHING, FILTERS, PASSED, Listing, listing_before, listing_of
from tongban.desk.rows import rows_of


@dataclass(frozen=True)
class Tab:
    """One filter, how many cases it shows, and where it leads."""

    words: str | Promise
    light: str
    count: str
    query: str
    current: bool


@require_GET
@desk_page
def queue(request: OfficerRequest) -> HttpResponse:
    """What waits for one's office, soonest due first. `find` looks through all of its cases."""
    asked = listing_of(request)
    page = asked.page(request.GET.get("after", ""))
    context = {
        "listing": asked,
        "rows": rows_of(page.cases, request.officer, asked.side, today=standing.today()),
        "side": asked.side,
        "sides": asked.sides,
        "shown": asked.shown,
        "find": asked.find,
        "keep": asked.keep,
        "narrowing": asked.narrowing,
        "lists": (*((name, words) for name, words, _light in FILTERS), *_other_lists(asked)),
        "tabs": _tabs(asked),
        "saved": saved.of(request.officer, asked.side),
        "can_claim": asked.side.value in request.officer.roles,
        "is_leader": assigning.leads(request.officer),
        "colleagues": asked.colleagues,
        "is_first": "after" not in request.GET,
        "query": asked.query,
        "bare": urlencode(asked.keep | {"shown": asked.shown}),
        "next": page.after and f"{asked.query}&{urlencode({'after': page.after})}",
    }
    return render(request, "desk/queue.html", context)


def _other_lists(asked: Listing) -> list[tuple[str, str | Promise]]:
    return [("passed", PASSED[asked.side]), (EVERYTHING, _("本单位的全部办件"))]


def _tabs(asked: Listing) -> list[Tab]:
    counts = queues.counts(asked.officer, asked.side)
    named = [*FILTERS, ("passed", PASSED[asked.side], "")]
    return [
        Tab(
            words,
            light,
            queues.shown_count(counts[name]),
            urlencode(asked.keep | {"shown": name}),
            name == asked.shown,
        )
        for name, words, light in named
    ]


@require_POST
@desk_page
def save(request: OfficerRequest) -> HttpResponse:
    """The 存下来 button: this list under a name; the same name again takes its place."""
    asked = listing_before(request)
    row = saved.keep(
        officer=request.officer,
        side=asked.side,
        name=request.POST.get("name", ""),
        filters=asked.filters,
        at=now(),
    )
    messages.success(request, _("已经存为“%(name)s”，在列表上面") % {"name": row.name})
    return HttpResponseRedirect(f"{reverse('desk:queue')}?{asked.query}")


@require_POST
@desk_page
def drop(request: OfficerRequest, saved_id: int) -> HttpResponse:
    """The 去掉 button beside a saved list."""
    asked = listing_before(request)
    saved.drop(officer=request.officer, saved_id=saved_id)
    return HttpResponseRedirect(f"{reverse('desk:queue')}?{asked.query}")


@require_GET
@desk_page
def keys(request: OfficerRequest) -> HttpResponse:
    """All keys of the desk, and the switch that turns them off."""
    return render(request, "desk/keys.html", {"groups": KEYS})
