"""Showing that a phone number or mail address is one's own, by the code that was sent there."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tongban.basics.refusals import FieldsRefused, NotFound, Refused
from tongban.cases.notices import inbox as box
from tongban.cases.notices import proving, telling
from tongban.cases.notices.models import Channel
from tongban.parties import queries as parties
from tongban.parties.models import Account
from tongban.portal.door import signed_in


@dataclass(frozen=True)
class Contact:
    """An address of one's own and whether it is proved; `shown` masks it."""

    channel: str
    shown: str
    is_proved: bool


def contacts_of(account: Account) -> list[Contact]:
    """What an account may prove here: where no message can go out, there is nothing to."""
    return [
        Contact(channel.value, proving.masked(channel, address), proving.is_proved(
            account, channel, address
        ))
        for channel in _open()
        if (address := _address(account, channel))
    ]  # fmt: skip


def _open() -> list[Channel]:
    """The channels a code can go by; a sandbox shows its codes on a page and needs none."""
    return [Channel.SMS, Channel.MAIL] if settings.SANDBOX else box.offered()


def _address(account: Account, channel: Channel) -> str:
    if channel is Channel.MAIL:
        return telling.preference(account).mail
    return next((one.phone for one in parties.applicants_of(account) if one.phone), "")


@signed_in
@require_POST
def send_code(request: HttpRequest, account: Account, channel: str) -> HttpResponse:
    """The button 发验证码; pressed again too soon it says so, and the code before still counts."""
    if channel not in {one.value for one in _open()}:
        raise NotFound(_("这里没有开通这种提醒"))
    address = _address(account, Channel(channel))
    try:
        row = proving.begin(account=account, channel=Channel(channel), address=address, at=now())
    except (proving.TooSoon, proving.TooMany) as refusal:
        messages.warning(request, refusal.message)
        known = account.contact_proofs.filter(channel=channel).order_by("-made_at").first()
        return redirect("portal:contact-prove", proof_id=known.pk) if known else _back()
    except Refused as refusal:
        messages.warning(request, refusal.message)
        return _back()
    return _back() if row.proved_at else redirect("portal:contact-prove", proof_id=row.pk)


def _back() -> HttpResponse:
    return redirect("portal:wishes")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def prove(request: HttpRequest, account: Account, proof_id: UUID) -> HttpResponse:
    """Filling in the code that came; wrong ones are counted, and another one can be asked for."""
    row = proving.proof_of(account, proof_id)
    error, at = "", now()
    if request.method == "POST":
        try:
            proving.prove(
                account=account, proof_id=proof_id, code=request.POST.get("code", ""), at=at
            )
        except FieldsRefused as refusal:
            error = refusal.errors["code"][0]
        else:
            messages.success(request, _("已经核实，以后的提醒发到这里"))
            return _back()
    if row.proved_at:
        return _back()
    context = {
        "channel": row.channel,
        "shown": proving.masked(row.channel, row.address),
        "error": error,
        "error_pairs": [("id_code", error)],
        "again_in": _again_in(row.made_at, at),
        "outbox": reverse("sandbox-outbox") if settings.SANDBOX else "",
        **proving.limits(),
    }
    return render(request, "portal/prove.html", context, status=422 if error else 200)


def _again_in(made_at: datetime | None, at: datetime) -> int:
    """Seconds until another code may be asked for."""
    left = (made_at + proving.PAUSE - at).total_seconds() if made_at else 0
    return max(int(left) + 1, 0) if left > 0 else 0
