"""One's own particulars: who one is here, and at which number one is reached."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongban.basics.refusals import FieldsRefused, NotFound
from tongban.delivery.operations import addresses
from tongban.parties import particulars, signing_in
from tongban.parties import queries as parties
from tongban.parties.models import Account, Acting
from tongban.portal import kept
from tongban.portal.door import signed_in


@signed_in
@require_safe
def index(request: HttpRequest, account: Account) -> HttpResponse:
    """Who the account is and whom it represents; numbers are masked."""
    context = {"acting": parties.acting_of(account), "book": addresses.addresses_of(account)}
    return render(request, "portal/mine.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest, account: Account, applicant_id: UUID) -> HttpResponse:
    """Change a phone number: typed twice, since nobody notices a slip in one that is masked."""
    acting = _acting(account, applicant_id)
    back = signing_in.safe_next(request, "")
    posted: Mapping[str, str] = (
        request.POST if request.method == "POST" else kept.take(request) or {}
    )
    typed, again = posted.get("phone", "").strip(), posted.get("again", "").strip()
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        errors = _change(account, acting, typed, again)
        if not errors:
            messages.success(request, _("手机号已经改好，以后提交的申请用新号码"))
            return redirect(back or "portal:mine")
    context = {
        "acting": acting,
        "typed": typed,
        "again": again,
        "errors": errors,
        "error_pairs": [(f"id_{name}", one) for name, said in errors.items() for one in said],
        "back": back,
    }
    return render(request, "portal/phone.html", context, status=422 if errors else 200)


def _change(account: Account, acting: Acting, typed: str, again: str) -> dict[str, list[str]]:
    try:
        if _digits(typed) != _digits(again):
            return {"again": [_("两次填的不一样，对照手机再填一遍")]}
        particulars.change_phone(account=account, applicant=acting.applicant, phone=typed)
    except FieldsRefused as refused:
        return dict(refused.errors)
    return {}


def _digits(text: str) -> str:
    return "".join(text.split()).replace("-", "")


def _acting(account: Account, applicant_id: UUID) -> Acting:
    for row in parties.acting_of(account):
        if row.applicant_id == applicant_id:
            return row
    raise NotFound(_("没有这个申请人，或者您的账户不代表他"))
