"""Papers on their way, for those whose papers they are: follow, sign, send, and choose for the result."""

from uuid import uuid4

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongban.basics.refusals import FieldsRefused, NotAllowed
from tongban.cases import queries as cases
from tongban.delivery import casebook, picture, queries, states
from tongban.delivery.casebook import CaseFacts
from tongban.delivery.choices import Way
from tongban.delivery.operations import addresses, choosing, packing, receiving
from tongban.delivery.operations.packing import Packed
from tongban.delivery.permissions import ParcelMoveNotPossible
from tongban.delivery.states import State
from tongban.parties.models import Account
from tongban.portal import kept, originals
from tongban.portal.door import signed_in
from tongban.portal.parcels import SendForm, SignForm, choice_form, say


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """How the result is to be given; again, to change one's mind until the case has ended."""
    facts = casebook.facts_for(account, number)
    if facts.has_ended:
        raise NotAllowed(_("这件已经结束，领取方式不能再改"))
    typed = request.POST if request.method == "POST" else kept.take(request)
    form = choice_form(typed, facts=facts, account=account)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        way = Way(said["way"])
        try:
            choosing.choose(
                account=account,
                case=number,
                way=way,
                place=said["place"],
                address=form.typed_address if way is Way.POST else None,
                at=now(),
            )
        except FieldsRefused as refusal:
            say(form, refusal)
        else:
            messages.success(request, _("领取方式已记下，办结以前还能改"))
            return redirect("portal:case", number=number)
    under_way = [one for one in queries.parcels_of(facts) if packing.brings_result_home(one)]
    context = {"facts": facts, "form": form, "under_way": under_way}
    return render(request, "portal/delivery.html", context, status=_status(request, form))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Originals on their way to the deciding office. Pressing twice is one parcel."""
    facts = casebook.facts_for(account, number)
    if not facts.takes_post and request.method != "POST":
        raise NotAllowed(_("这件现在不等您寄材料。要寄之前，先问办理机关"))
    typed = request.POST if request.method == "POST" else kept.take(request)
    asked = originals.wanted(cases.case_of(account, number))
    used = addresses.addresses_of(account)
    form = SendForm(
        typed,
        facts=facts,
        key=uuid4(),
        wanted=asked.names if asked else (),
        last=used[0].address if used else None,
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            parcel = packing.send_own(
                key=said["key"],
                account=account,
                case=number,
                papers=_ticked(facts, said["papers"]),
                address=form.typed_address,
                waybill=said["waybill"],
                at=now(),
            )
        except FieldsRefused as refusal:
            say(form, refusal)
        else:
            messages.success(request, _("已登记寄出。办理机关签收后，这件接着办"))
            return redirect("portal:parcel", number=number, parcel=parcel.number)
    office = queries.office_address(facts.decider)
    context = {"facts": facts, "form": form, "office": office}
    return render(request, "portal/send.html", context, status=_status(request, form))


def _ticked(facts: CaseFacts, specs: list[str]) -> list[Packed]:
    return [
        Packed(facts.number, name[:60], is_original=True, spec=spec)
        for spec, name in facts.materials
        if spec in specs
    ]


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def parcel(request: HttpRequest, account: Account, number: str, parcel: str) -> HttpResponse:
    """One parcel with papers of one's own case; signing for it where it is sent to oneself."""
    row, facts = queries.parcel_of(account, number, parcel)
    contents = picture.contents(row, only_case=number)
    typed = request.POST if request.method == "POST" else kept.take(request)
    form = SignForm(typed, contents=contents)
    if request.method == "POST" and form.is_valid():
        try:
            receiving.receive_own(
                account=account,
                case=number,
                number=parcel,
                seen=form.seen,
                note=form.cleaned_data["note"],
                at=now(),
            )
        except FieldsRefused as refusal:
            say(form, refusal, {"seen": None})
        except ParcelMoveNotPossible:
            if queries.parcel_of(account, number, parcel)[0].state != State.RECEIVED:
                raise
            return redirect("portal:parcel", number=number, parcel=parcel)
        else:
            messages.success(request, _("已签收"))
            return redirect("portal:parcel", number=number, parcel=parcel)
    # A window's parcel may carry papers of others; their notes are none of this reader's business.
    is_own = row.sender.is_applicant or row.recipient.is_applicant
    can_sign = row.recipient.is_applicant and State(row.state) in states.RECEIVE.sources
    context = {
        "facts": facts,
        "row": picture.rows_of([row], localdate())[0],
        "contents": contents,
        "way": picture.way(row),
        "entries": picture.entries(row) if is_own else [],
        "form": form if can_sign else None,
        "said": queries.said(row) if is_own else {},
        "to": queries.address_of(row, "to") if is_own else None,
    }
    return render(request, "portal/parcel.html", context, status=_status(request, form))


def _status(request: HttpRequest, form: Form) -> int:
    return 422 if request.method == "POST" and form.errors else 200
