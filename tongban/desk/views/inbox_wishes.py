"""What an officer wants to be told, in the inbox and by mail; and showing that an address is hers."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tongban.basics.refusals import FieldsRefused, NotFound
from tongban.cases.notices import desk_inbox as box
from tongban.cases.notices import desk_mailing, inbox, proving, quiet
from tongban.cases.notices.desk_inbox import ByMail
from tongban.cases.notices.desk_wording import GROUPS, TO_LEADERS
from tongban.cases.notices.models import Channel, DeskWish
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.desk.sides import sides_of
from tongban.parties.models import Officer, Role


@dataclass(frozen=True)
class Choice:
    """One group of notices to tick or not."""

    id: str
    value: str
    label: str | Promise
    is_ticked: bool


@require_http_methods(["GET", "POST"])
@desk_page
def wishes(request: OfficerRequest) -> HttpResponse:
    """What is told, and what of it by mail as well; a node without that channel asks for nothing."""
    if request.method != "POST":
        return _page(request, box.wish_of(request.officer))
    groups, by_mail = request.POST.getlist("group"), _by_mail(request.POST)
    try:
        wish = box.want(officer=request.officer, groups=groups, by_mail=by_mail)
    except FieldsRefused as refused:
        return _page(request, _typed(request), errors=refused.errors)
    messages.success(request, _("已经保存，从现在起照这样提醒"))
    is_to_prove = by_mail is not None and wish.mail and not _is_proved(request.officer, wish)
    return redirect("desk:inbox-wishes" if is_to_prove else "desk:inbox")


@require_POST
@desk_page
def send_code(request: OfficerRequest) -> HttpResponse:
    """The button 发验证码; pressed again too soon it says so, and the code before still counts."""
    address = box.wish_of(request.officer).mail
    if not _has_mail() or not address:
        raise NotFound(_("还没有保存邮箱地址，先填写再核实"))
    try:
        account = request.officer.account
        proving.begin(account=account, channel=Channel.MAIL, address=address, at=now())
    except (proving.TooSoon, proving.TooMany) as refusal:
        messages.warning(request, refusal.message)
    return redirect(reverse("desk:inbox-wishes") + "#prove")


@require_POST
@desk_page
def prove(request: OfficerRequest) -> HttpResponse:
    """The code that came; wrong ones are counted. A second press finds the address proved."""
    wish = box.wish_of(request.officer)
    account = request.officer.account
    row = proving.known(account, Channel.MAIL, wish.mail)
    if row is None:
        raise NotFound(_("还没有发过验证码，先点“发验证码”"))
    try:
        code = request.POST.get("code", "")
        proving.prove(account=account, proof_id=row.pk, code=code, at=now())
    except FieldsRefused as refused:
        return _page(request, wish, errors=refused.errors)
    messages.success(request, _("邮箱已经核实，勾了的从现在起也发到这里"))
    return redirect("desk:inbox-wishes")


def _page(
    request: OfficerRequest, wish: DeskWish, *, errors: dict[str, list[str]] | None = None
) -> HttpResponse:
    said = errors or {}
    mailed = (*GROUPS, TO_LEADERS) if Role.LEADER in request.officer.roles else GROUPS
    context: dict[str, Any] = {
        "told": [
            Choice(one.key, one.key, one.label, one.key not in wish.unwanted) for one in GROUPS
        ],
        "mailed": [
            Choice(f"mail-{one.key}", one.key, one.label, one.key in wish.mailed) for one in mailed
        ],
        "wish": wish,
        "has_mail": _has_mail(),
        "quiet_from": quiet.FROM,
        "quiet_until": quiet.UNTIL,
        "failed": desk_mailing.failed(request.officer),
        "errors": said,
        "error_pairs": [(f"id_{name}", one) for name, many in said.items() for one in many],
        "side": sides_of(request.officer)[0],
        **_to_prove(request.officer),
    }
    return render(request, "desk/inbox_wishes.html", context, status=422 if said else 200)


def _to_prove(officer: Officer) -> dict[str, Any]:
    """The address that is kept, whether it is proved, and whether a code for it is open."""
    address = box.wish_of(officer).mail if _has_mail() else ""
    row = proving.known(officer.account, Channel.MAIL, address)
    return {
        "shown": proving.masked(Channel.MAIL, address) if address else "",
        "is_proved": row is not None and row.proved_at is not None,
        "is_code_open": row is not None and row.is_open(now()),
        "outbox": reverse("sandbox-outbox") if settings.SANDBOX else "",
        **proving.limits(),
    }


def _is_proved(officer: Officer, wish: DeskWish) -> bool:
    return proving.is_proved(officer.account, Channel.MAIL, wish.mail)


def _has_mail() -> bool:
    return Channel.MAIL in inbox.offered()


def _by_mail(typed: QueryDict) -> ByMail | None:
    """What was said of mail; nothing where the page did not ask for it."""
    if not _has_mail():
        return None
    groups = {one.key for one in (*GROUPS, TO_LEADERS)} & set(typed.getlist("mailed"))
    return ByMail(groups, typed.get("mail", ""), "is_quiet_at_night" in typed)


def _typed(request: OfficerRequest) -> DeskWish:
    """The page as it was sent, not kept."""
    typed = request.POST
    wish = DeskWish(officer=request.officer)
    wish.unwanted = sorted({one.key for one in GROUPS} - set(typed.getlist("group")))
    wish.mailed, wish.mail = typed.getlist("mailed"), typed.get("mail", "")
    wish.is_quiet_at_night = "is_quiet_at_night" in typed
    return wish
