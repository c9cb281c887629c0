"""The directory of nodes: everybody who runs a node sees it; at the hub two operators change it."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tongban.basics.refusals import Refused
from tongban.exchange import membership
from tongban.exchange.membership import Settled, Wanted
from tongban.jurisdictions import adopting
from tongban.jurisdictions.directory import State
from tongban.jurisdictions.models import DirectoryProposal
from tongban.oversight import members
from tongban.oversight.editing.parts import Words
from tongban.parties.models import Role
from tongban.parties.permissions import OfficerRequest, officer_required
from tongban.trust import published, statements

PAGES = ("GET", "HEAD", "POST")


class WhyForm(forms.Form):
    """The reason for a change, or for not approving it."""

    why = Words(
        gettext_lazy("理由"),
        rows=3,
        max_length=membership.LONGEST_WHY,
        help_text=gettext_lazy("例如来函的单位和日期、怎样核对过。批准的人和以后查看的人要看"),
    )


class IntroductionForm(WhyForm):
    """A node's own file, with the reason."""

    file = forms.FileField(
        label=gettext_lazy("节点的登记文件"),
        help_text=gettext_lazy("新节点运行./run node join得到的introduction文件"),
        error_messages={
            "required": gettext_lazy("选择节点的登记文件"),
            "empty": gettext_lazy("文件是空的"),
        },
    )
    field_order = ("file", "why")

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > statements.MOST_BYTES:
            raise forms.ValidationError(_("文件太大，不是登记文件"))
        return file


class MoveForm(WhyForm):
    """What is to become of a node."""

    kind = forms.ChoiceField(
        label=gettext_lazy("变更"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("选择要提出的变更")},
    )
    field_order = ("kind", "why")

    def __init__(self, *args: Any, state: State, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (one.value, one.label) for one in members.CHOICES[state]
        ]


@require_safe
@never_cache
@officer_required(role=Role.OPERATOR)
def directory(request: OfficerRequest) -> HttpResponse:
    """The edition in force: nodes, states, keys near their end, what waits, what was refused."""
    context = {
        "book": members.book(at=now()),
        "is_hub": settings.IS_HUB,
        "waiting": members.waiting(request.officer),
        "history": members.history(request.officer),
        "refusals": members.refusals(),
        "has_anchor": bool(settings.HUB_KEY_FINGERPRINT),
    }
    return render(request, "oversight/directory/list.html", context)


@require_safe
@never_cache
@officer_required(role=Role.OPERATOR)
def edition(request: OfficerRequest) -> HttpResponse:
    """The edition in force as a file, signed, for a node that the broker does not reach yet."""
    row = adopting.held()
    if row is None:
        raise Http404
    answer = HttpResponse(bytes(row.signed), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="directory-{row.number}.json"'
    return answer


@require_http_methods(PAGES)
@never_cache
@officer_required(role=Role.OPERATOR)
def introduce(request: OfficerRequest) -> HttpResponse:
    """A node's file, laid before a second person. The same again leads where the first did."""
    if not settings.IS_HUB:
        raise Http404
    form = IntroductionForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        raw = form.cleaned_data["file"].read()
        try:
            wanted = membership.of_introduction(raw)
            return _proposed(request, wanted, form.cleaned_data["why"])
        except Refused as refusal:
            form.add_error("file", refusal.message)
    status = 422 if form.is_bound else 200
    return render(request, "oversight/directory/introduce.html", {"form": form}, status=status)


@require_http_methods(PAGES)
@never_cache
@officer_required(role=Role.OPERATOR)
def node(request: OfficerRequest, code: str) -> HttpResponse:
    """One node: who it is, its keys, its history; at the hub, the changes that can be proposed."""
    at = now()
    book = members.book(at=at)
    found = next((one for one in book.members if one.entry.code == code), None) if book else None
    if found is None:
        raise Http404
    form = _move_form(request, found)
    if form is not None and form.is_valid():
        try:
            wanted = Wanted(form.cleaned_data["kind"], code)
            return _proposed(request, wanted, form.cleaned_data["why"])
        except Refused as refusal:
            form.add_error(None, refusal.message)
    context = {
        "one": found,
        "keys": members.key_rows(found.entry, at=at),
        "fingerprint": published.fingerprint(found.entry.public_key),
        "history": members.history(request.officer, code=code),
        "form": form,
        "is_hub": settings.IS_HUB,
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "oversight/directory/node.html", context, status=status)


@require_http_methods(PAGES)
@never_cache
@officer_required(role=Role.OPERATOR)
def proposal(request: OfficerRequest, proposal_id: int) -> HttpResponse:
    """One change: read and approved, turned down or taken back. A second press does no harm."""
    if not settings.IS_HUB:
        raise Http404
    found = get_object_or_404(DirectoryProposal, pk=proposal_id)
    form = WhyForm(request.POST if request.POST.get("do") == "refuse" else None)
    fault = ""
    if request.method == "POST" and (not form.is_bound or form.is_valid()):
        try:
            messages.success(request, _decide(request, found, form))
            return redirect("oversight:directory-proposal", found.pk)
        except Refused as refusal:
            fault = refusal.message
    found.refresh_from_db()
    introduced = members.introduced(found)
    is_waiting = found.state == Settled.WAITING
    shown = members.proposal(found, request.officer)
    context = {
        "proposal": shown,
        "introduced": introduced,
        "keys": members.key_rows(introduced.entry, at=now()) if introduced else (),
        "member": members.member(introduced.entry, at=now()) if introduced else None,
        "warnings": members.warnings(found, introduced) if is_waiting else (),
        "form": form,
        "fault": fault,
        "is_waiting": is_waiting,
        "may_decide": is_waiting and not shown.is_own,
    }
    status = 409 if fault else 422 if form.is_bound else 200
    return render(request, "oversight/directory/proposal.html", context, status=status)


def _move_form(request: HttpRequest, found: members.Member) -> MoveForm | None:
    """The form of what can be proposed of a node; None where nothing can."""
    can_move = bool(found.entry.serves and members.CHOICES[found.entry.state])
    if not settings.IS_HUB or not can_move or found.waiting:
        return None
    return MoveForm(request.POST if request.method == "POST" else None, state=found.entry.state)


def _proposed(request: OfficerRequest, wanted: Wanted, why: str) -> HttpResponse:
    found = membership.propose(wanted, why=why, by=request.officer.pseudonym, at=now())
    messages.success(request, _("已提出，等另一位运维人员批准。名录还没有变"))
    return redirect("oversight:directory-proposal", found.pk)


def _decide(request: OfficerRequest, found: DirectoryProposal, form: WhyForm) -> str:
    who: dict[str, Any] = {
        "proposal_id": found.pk,
        "by": request.officer.pseudonym,
        "at": now(),
    }
    match request.POST.get("do"):
        case "approve":
            done = membership.approve(**who)
            number = done.edition.number if done.edition else 0
            return _("已批准，第%(number)d版名录已签发，正在发给各节点") % {"number": number}
        case "refuse":
            membership.refuse(why=form.cleaned_data["why"], **who)
            return _("已退回，名录没有变")
        case "withdraw":
            membership.withdraw(**who)
            return _("已撤回，名录没有变")
    raise Http404
