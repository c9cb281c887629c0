"""Beginning an application, its list of tasks, and throwing it away."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongban.cases import rules, standing
from tongban.cases.models import Draft
from tongban.cases.operations import drafts
from tongban.cases.states import Mode
from tongban.catalogue import conformance
from tongban.catalogue import queries as catalogue
from tongban.catalogue.queries import Version
from tongban.parties import queries as parties
from tongban.parties.mandates import queries as mandates
from tongban.parties.mandates.models import Mandate
from tongban.parties.models import Account, Acting
from tongban.portal import asking, kept, materials, mending, places, ways
from tongban.portal.door import signed_in
from tongban.portal.forms import StartForm
from tongban.portal.places import Pair


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, account: Account) -> HttpResponse:
    """Who applies, how, and at which window; then an application to be filled in.

    A pair that is not open, or that another node serves, leads to the item's page, which says so.
    """
    today = standing.today()
    asked = request.POST if request.method == "POST" else kept.take(request) or request.GET
    pair = places.read(asked, on=today)
    item = catalogue.item(asked.get("item", ""))
    if not pair.is_whole or places.home_node(pair.here):
        return redirect(f"{reverse('portal:item', args=[item.code])}?{pair.query}")
    version = rules.open_version(item.code, on=today, deciding=pair.there)
    found = catalogue.availability(item.code, here=pair.here, there=pair.there, on=today)
    if not found.is_open:
        return redirect(f"{reverse('portal:item', args=[item.code])}?{pair.query}")
    able = _able(account, item.code, version)
    form = StartForm(
        request.POST if request.method == "POST" else None,
        able=able,
        ways=ways.choices(version, found, pair),
        pair=pair,
        asked=asked,
    )
    if able and request.method == "POST" and form.is_valid():
        return _begun(account, version, pair, form)
    context = {
        "item": item,
        "version": version,
        "pair": pair,
        "form": form,
        "able": able,
        "differences": conformance.between(item.code, here=pair.here, there=pair.there, on=today),
    }
    return render(
        request, "portal/start.html", context, status=422 if form.errors and able else 200
    )


def _able(account: Account, item: str, version: Version) -> list[Acting | Mandate]:
    """As whom, and by which mandates, an account may file an item; each applicant once."""
    held = [one for one in mandates.held_by(account) if one.covers(item)]
    able: list[Acting | Mandate] = [*parties.acting_of(account), *held]
    found: dict[UUID, Acting | Mandate] = {}
    for one in able:
        if one.applicant.kind in version.applicant_kinds:
            found.setdefault(one.applicant.pk, one)
    return list(found.values())


def _begun(account: Account, version: Version, pair: Pair, form: StartForm) -> HttpResponse:
    draft = drafts.start_draft(
        account=account,
        applicant=form.who,
        item=version.item,
        mode=Mode(form.cleaned_data["mode"]),
        places=drafts.Places(
            applicant=pair.here, receiving=form.cleaned_data["window"], deciding=pair.there
        ),
        at=now(),
    )
    return redirect("portal:tasks", draft_id=draft.pk)


def submitted(draft: Draft) -> HttpResponse | None:
    """Where a draft leads that has become a case: the back button changes nothing any more."""
    return redirect("portal:done", draft_id=draft.pk) if draft.submitted_as else None


@signed_in
@require_safe
def tasks(request: HttpRequest, account: Account, draft_id: UUID) -> HttpResponse:
    """The list of what is to be filled in, with how far each page is."""
    draft = drafts.draft_of(account, draft_id)
    if elsewhere := submitted(draft):
        return elsewhere
    found = asking.tasks(draft)
    sheet = materials.sheet(draft)
    mend = mending.asked_of(draft.case) if draft.case else None
    open_tasks = [task for task in found if not task.is_done]
    context = {
        "draft": draft,
        "version": rules.version_of(draft),
        "applicant": draft.applicant,
        "tasks": found,
        "sheet": sheet,
        "mend": mend,
        "unmended": mending.unmended(draft),
        "first_open": open_tasks[0] if open_tasks else None,
        "is_begun": any(task.is_begun for task in found) or bool(sheet.handed_in),
        "is_ready": not open_tasks and not sheet.missing,
        # The materials, how the result is wanted and the check at the end are steps, too.
        "done_count": len(found) - len(open_tasks) + (not sheet.missing) + bool(draft.delivery),
        "count": asking.count_of_steps(draft),
        "kept_until": draft.saved_at + drafts.KEPT_FOR,
    }
    return render(request, "portal/tasks.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def drop(request: HttpRequest, account: Account, draft_id: UUID) -> HttpResponse:
    """Throw an application away; asked first, since it cannot be undone."""
    draft = drafts.draft_of(account, draft_id)
    if elsewhere := submitted(draft):
        return elsewhere
    if request.method == "POST":
        drafts.drop_draft(draft_id=draft.pk, account=account)
        messages.success(request, _("填写中的申请已经删除"))
        return redirect("portal:cases")
    context = {"draft": draft, "version": rules.version_of(draft)}
    return render(request, "portal/drop.html", context)
