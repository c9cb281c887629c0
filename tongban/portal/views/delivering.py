"""How the result is wanted, asked while filling in; and the addresses one has used before."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tongban.basics.refusals import FieldsRefused
from tongban.cases import rules
from tongban.cases.models import Draft
from tongban.cases.operations import drafted_delivery, drafts
from tongban.cases.operations.drafted_delivery import Wanted
from tongban.delivery.choices import Way
from tongban.delivery.couriers import Address
from tongban.delivery.operations import addresses
from tongban.parties.models import Account
from tongban.portal import asking, kept
from tongban.portal.door import signed_in
from tongban.portal.parcels import ChoiceForm, say
from tongban.portal.views.applying import submitted


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def draft_delivery(request: HttpRequest, account: Account, draft_id: UUID) -> HttpResponse:
    """How the result is wanted, as a step of filling in; nobody has to say, and everybody is asked.

    A case that is being mended keeps what was chosen for it, on its own page.
    """
    draft = drafts.draft_of(account, draft_id)
    if elsewhere := submitted(draft):
        return elsewhere
    if draft.case_id:
        return redirect("portal:delivery", number=draft.case_id)
    typed = request.POST if request.method == "POST" else kept.take(request)
    form = _form(draft, account, typed)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        wish = Wanted(Way(said["way"]), said["place"], form.typed_address)
        try:
            drafts.choose_delivery(draft_id=draft_id, account=account, wish=wish, at=now())
        except FieldsRefused as refusal:
            say(form, refusal)
        else:
            return redirect("portal:check", draft_id=draft_id)
    steps = len(rules.version_of(draft).steps)
    context = {
        "draft": draft,
        "form": form,
        "number": steps + 2,
        "count": asking.count_of_steps(draft),
        "back": request.GET.get("back", ""),
        "sooner": drafted_delivery.faults(draft),
    }
    status = 422 if request.method == "POST" and form.errors else 200
    return render(request, "portal/draft_delivery.html", context, status=status)


def _form(draft: Draft, account: Account, typed: object) -> ChoiceForm:
    wish = drafted_delivery.wanted(draft)
    return ChoiceForm(
        typed,
        windows=drafted_delivery.windows(draft),
        book=addresses.addresses_of(account),
        chosen=(wish.way.value, wish.place) if wish else ("", ""),
        address=(wish.address if wish else None)
        or Address(draft.applicant.name, draft.applicant.phone, ""),
    )


@signed_in
@require_POST
def forget_address(request: HttpRequest, account: Account, address_id: UUID) -> HttpResponse:
    """Take an address out of one's own list; what was chosen with it stays chosen."""
    addresses.forget(account=account, address_id=address_id)
    messages.success(request, _("地址已经删除。已经选了邮寄到这里的办件不受影响"))
    return redirect("portal:mine")
