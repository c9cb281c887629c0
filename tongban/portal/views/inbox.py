"""The inbox: what somebody was told of their cases, and how they want to be told."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongban.basics.refusals import FieldsRefused
from tongban.cases.notices import inbox as box
from tongban.cases.notices import quiet, telling
from tongban.cases.notices.models import Channel
from tongban.parties import queries as parties
from tongban.parties.models import Account
from tongban.portal.door import signed_in
from tongban.portal.views import proving

PAGE = 20


@signed_in
@require_safe
def index(request: HttpRequest, account: Account) -> HttpResponse:
    """All notices, newest first; with `?unread=1` those not read yet."""
    unread_only = request.GET.get("unread") == "1"
    found = box.notices_of(account)
    shown = found.filter(read_at=None) if unread_only else found
    page = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    context = {
        "told": box.in_words(page),
        "page": page,
        "query": "unread=1" if unread_only else "",
        "unread_only": unread_only,
        "unread": box.unread(account),
        "total": found.count(),
        "made_at": now().isoformat(),
    }
    return render(request, "portal/inbox.html", context)


@signed_in
@require_safe
def one(request: HttpRequest, account: Account, notice_id: UUID) -> HttpResponse:
    """One notice; opening it is reading it."""
    told = box.read_one(account=account, notice_id=notice_id, at=now())
    return render(request, "portal/notice.html", {"told": told})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def read_all(request: HttpRequest, account: Account) -> HttpResponse:
    """Mark all as read that the page showed or counted; what came meanwhile stays unread."""
    if request.method == "POST":
        before = _moment(request.POST.get("before", "")) or now()
        box.read_all(account=account, before=before, at=now())
    return redirect("portal:inbox")


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def wishes(request: HttpRequest, account: Account) -> HttpResponse:
    """Which channels, which address, and whether the night is quiet."""
    kept = telling.preference(account)
    errors: dict[str, list[str]] = {}
    wanted = box.Wishes(kept.by_sms, kept.by_mail, kept.mail, kept.is_quiet_at_night)
    if request.method == "POST":
        wanted = _wanted(request, wanted)
        try:
            box.keep_wishes(account=account, wishes=wanted)
        except FieldsRefused as refused:
            errors = refused.errors
        else:
            messages.success(request, _("提醒方式已经保存"))
            open_ones = [one for one in proving.contacts_of(account) if not one.is_proved]
            is_new = wanted.by_mail and any(one.channel == Channel.MAIL for one in open_ones)
            return redirect("portal:wishes" if is_new else "portal:inbox")
    own = parties.applicants_of(account)
    offered = box.offered()
    context = {
        "wishes": wanted,
        "errors": errors,
        "error_pairs": [("id_mail", one) for one in errors.get("mail", [])],
        "has_sms": Channel.SMS in offered,
        "has_mail": Channel.MAIL in offered,
        "phone": own[0].masked_phone if own else "",
        "contacts": proving.contacts_of(account),
        "quiet_from": quiet.FROM,
        "quiet_until": quiet.UNTIL,
    }
    return render(request, "portal/wishes.html", context, status=422 if errors else 200)


def _wanted(request: HttpRequest, before: box.Wishes) -> box.Wishes:
    """What was ticked; a channel that the page did not offer stays as it was."""
    offered = box.offered()
    ticked = request.POST
    has_mail = Channel.MAIL in offered
    return box.Wishes(
        by_sms="by_sms" in ticked if Channel.SMS in offered else before.by_sms,
        by_mail="by_mail" in ticked if has_mail else before.by_mail,
        mail=ticked.get("mail", "").strip() if has_mail else before.mail,
        is_quiet_at_night="is_quiet_at_night" in ticked,
    )
