"""The officer's inbox: what she was told, with a way to it, and what she wants to be told."""

from datetime import datetime
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from tongban.cases import news
from tongban.cases.notices import desk_inbox as box
from tongban.cases.notices import desk_wording as words
from tongban.cases.notices.desk_inbox import Told
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.desk.sides import sides_of

PAGE = 30


@require_GET
@desk_page
def index(request: OfficerRequest) -> HttpResponse:
    """All notices, newest first; with `?unread=1` those not read yet."""
    unread_only = request.GET.get("unread") == "1"
    found = box.notices_of(request.officer)
    shown = found.filter(read_at=None) if unread_only else found
    page = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    context = {
        "told": box.in_words(page),
        "page": page,
        "unread_only": unread_only,
        "unread": box.unread(request.officer),
        "made_at": now().isoformat(),
        "side": sides_of(request.officer)[0],
    }
    return render(request, "desk/inbox.html", context)


@require_GET
@desk_page
def one(request: OfficerRequest, desk_notice_id: UUID) -> HttpResponse:
    """Open a notice: it is read, and the page that it is about stands there."""
    return redirect(
        _about(box.read_one(officer=request.officer, notice_id=desk_notice_id, at=now()))
    )


def _about(told: Told) -> str:
    if told.kind == news.TO_SIGN:
        return reverse("desk:signatures")
    if told.kind in {news.INQUIRY_ANSWERED, news.INQUIRY_LATE}:
        return reverse("desk:inquiry", args=[told.ref.partition(" ")[0]])
    if told.kind in {words.RED, words.ESCALATED}:
        return reverse("desk:alarms")
    page = {news.ASKED: "desk:case-requests", news.STEP_ANSWERED: "desk:case-joint"}
    return reverse(page.get(told.kind, "desk:case"), args=[told.number])


@require_POST
@desk_page
def read_all(request: OfficerRequest) -> HttpResponse:
    """Mark all as read that the page showed or counted; what came meanwhile stays unread."""
    before = _moment(request.POST.get("before", "")) or now()
    box.read_all(officer=request.officer, before=before, at=now())
    return redirect("desk:inbox")


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None
