"""The second person: reads what a draft changes, publishes it, or sends it back with the reason."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tongban.basics.refusals import NotAllowed, Refused
from tongban.catalogue.operations import drafts as operations
from tongban.catalogue.permissions import check_may_review
from tongban.oversight import drafts
from tongban.oversight.editing.parts import Words
from tongban.oversight.guards import manager_page
from tongban.oversight.views.drafts import PAGES, overview
from tongban.parties.permissions import OfficerRequest


class SendBackForm(forms.Form):
    """Why a draft goes back."""

    why = Words(
        gettext_lazy("为什么退回"),
        rows=4,
        help_text=gettext_lazy("写明哪一处、怎么改，编写的人照着改"),
    )


@require_http_methods(PAGES)
@never_cache
@manager_page
def publish(request: OfficerRequest, draft_id: int) -> HttpResponse:
    """Read once more what becomes law from which day, then publish. A second press does no harm."""
    if request.method != "POST":
        found = drafts.readable(request.officer, draft_id)
        check_may_review(request.officer, found)
        return render(request, "oversight/drafts/publish.html", overview(request, draft_id))
    drafts.readable(request.officer, draft_id)
    try:
        found = operations.publish(draft_id=draft_id, officer=request.officer, at=now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.warning(request, refusal.message)
        return redirect("oversight:draft", draft_id)
    facts = {"who": drafts.who(found), "number": found.published_number}
    messages.success(request, _("%(who)s第%(number)d版已公布") % facts)
    return redirect("oversight:item", found.item_id)


@require_http_methods(PAGES)
@never_cache
@manager_page
def send_back(request: OfficerRequest, draft_id: int) -> HttpResponse:
    """Give a draft back with the reason."""
    found = drafts.readable(request.officer, draft_id)
    check_may_review(request.officer, found)
    form = SendBackForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            operations.send_back(
                draft_id=draft_id, why=form.cleaned_data["why"], officer=request.officer, at=now()
            )
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.warning(request, refusal.message)
        else:
            messages.success(request, _("已退回给编写的人"))
        return redirect("oversight:drafts")
    context = {"form": form, "draft": found, "row": drafts.row(found)}
    status = 422 if form.is_bound else 200
    return render(request, "oversight/drafts/send_back.html", context, status=status)
