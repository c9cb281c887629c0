"""How this node's messages run: what waits, what is parked and why; for operators."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.basics.refusals import Refused
from tongban.exchange import operations, queries
from tongban.exchange.inbox import Outcome
from tongban.oversight import reconciled, traffic
from tongban.oversight.forms import DropForm
from tongban.parties.models import Role
from tongban.parties.permissions import OfficerRequest, officer_required


@require_safe
@never_cache
@officer_required(role=Role.OPERATOR)
def exchange(request: OfficerRequest) -> HttpResponse:
    """What waits to be sent, what nobody confirmed, what is parked and why."""
    context = {
        "traffic": traffic.now_at(now()),
        "shown": traffic.SHOWN,
        "at": now(),
        **reconciled.facts(),
    }
    return render(request, "oversight/exchange.html", context)


@require_POST
@officer_required(role=Role.OPERATOR)
def take_on(request: OfficerRequest, received_id: int) -> HttpResponse:
    """The button 认领 of one parked message."""
    try:
        operations.take_on(received_id, by=request.officer.pseudonym, at=now())
    except Refused as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, _("这份报文由您负责了"))
    return redirect("oversight:exchange")


@require_POST
@officer_required(role=Role.OPERATOR)
def retry(request: OfficerRequest, received_id: int) -> HttpResponse:
    """The button 重试 of one parked message. A second press finds it settled and says so."""
    try:
        outcome = operations.retry(received_id, by=request.officer.pseudonym, at=now())
    except Refused as refusal:
        messages.warning(request, refusal.message)
    else:
        _say(request, outcome)
    return redirect("oversight:exchange")


@require_POST
@officer_required(role=Role.OPERATOR)
def retry_all(request: OfficerRequest) -> HttpResponse:
    """The button 全部重试."""
    counts = operations.retry_all(by=request.officer.pseudonym, at=now())
    still = counts.get(Outcome.PARKED, 0)
    facts = {"done": sum(counts.values()) - still, "still": still}
    level = messages.WARNING if still else messages.SUCCESS
    words = _("重试完毕：%(done)d份不再搁置，%(still)d份仍然搁置") % facts
    messages.add_message(request, level, words)
    return redirect("oversight:exchange")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@officer_required(role=Role.OPERATOR)
def drop(request: OfficerRequest, received_id: int) -> HttpResponse:
    """Give a parked message up: a page that asks for the reason, since it cannot be undone."""
    row = queries.parked().filter(pk=received_id).first()
    if row is None:
        messages.warning(request, _("这份报文已不在搁置中，请刷新后再看"))
        return redirect("oversight:exchange")
    form = DropForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            operations.drop(
                received_id,
                reason=form.cleaned_data["reason"],
                by=request.officer.pseudonym,
                at=now(),
            )
        except Refused as refusal:
            messages.warning(request, refusal.message)
        else:
            messages.success(request, _("已作废"))
        return redirect("oversight:exchange")
    context = {"form": form, "row": row, "sender": traffic.name_of(row.sender)}
    return render(request, "oversight/drop.html", context, status=422 if form.is_bound else 200)


def _say(request: HttpRequest, outcome: Outcome) -> None:
    match outcome:
        case Outcome.HANDLED:
            messages.success(request, _("已办理，并已回执对方"))
        case Outcome.DUPLICATE:
            messages.success(request, _("这份报文此前已办过，不再搁置"))
        case Outcome.WAITING:
            messages.success(request, _("正在等待前面的报文，到齐后自动办理"))
        case Outcome.PARKED:
            messages.warning(request, _("仍然不能办理，原因见下表"))
