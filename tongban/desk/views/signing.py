"""Signatures of leaders: an officer asks for one, the leader signs or says no."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.basics.refusals import FieldsRefused, Refused
from tongban.cases import queries
from tongban.cases.models import Case
from tongban.cases.operations import countersigning
from tongban.cases.operations.countersigning import Draft
from tongban.cases.states import Move
from tongban.desk import signatures
from tongban.desk.act_forms import ActForm, ReturnForm, long_text
from tongban.desk.acts import ACTS, Act
from tongban.desk.bench import bench_of
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.desk.sides import side_of
from tongban.desk.views.case import head
from tongban.desk.views.documents import signatures_preview
from tongban.parties import absences

LONGEST_NOTE = 500


class WhyForm(forms.Form):
    """报负责人签字: why, where the act itself does not say it."""

    use_required_attribute = False

    reason = long_text(
        gettext_lazy("为什么要这样办"),
        gettext_lazy("科室负责人看得到"),
        required=gettext_lazy("写明为什么要这样办"),
    )


@require_http_methods(["GET", "POST"])
@desk_page
def ask(request: OfficerRequest, number: str, name: str) -> HttpResponse:
    """The page between an act and its signature: say it, look at it, ask, wait, go on to the act.

    What is said here is what will go out: the leader signs for these words.
    """
    case = queries.case_for(request.officer, number)
    act = ACTS.get(name)
    if act is None or not signatures.wants(case, act.move(case)):
        raise Http404
    act.check(request.officer, case)
    page = AskPage(request, case, act)
    if request.method == "GET":
        return page.open()
    return page.one_more() if request.POST.get("stage") == "more" else page.ask()


class AskPage:
    """One request to put one act before the leader."""

    def __init__(self, request: OfficerRequest, case: Case, act: Act) -> None:
        self.request, self.case, self.act = request, case, act
        self.move: Move = act.move(case)
        side = side_of(request.officer, case)
        self.bench = bench_of(case, request.officer, side, queries.particulars(case))

    def open(self) -> HttpResponse:
        """What was asked last, or nothing yet."""
        found = signatures.last(self.case, self.move)
        kept = signatures.typed(found) if found else None
        form = self._form(kept, initial={"reason": found.reason, **found.terms} if found else {})
        return self._page(form, self._why(kept, found.reason if found else ""))

    def one_more(self) -> HttpResponse:
        """What was typed, unjudged, with room for one more thing to mend."""
        form = self._form(self.request.POST)
        if isinstance(form, ReturnForm):
            form = form.unjudged(one_more=True)
        return self._page(form, self._why(None, self.request.POST.get("reason", "")))

    def ask(self) -> HttpResponse:
        """The 报负责人签字 button. What is missing stays on the page with its sentence."""
        form, why = self._form(self.request.POST), self._why(self.request.POST)
        # Both are judged, so that everything is said at once.
        are_good = [form.is_valid(), why is None or why.is_valid()]
        if not all(are_good):
            return self._page(form, why, status=422)
        try:
            self._ask(form, why)
        except FieldsRefused as refusal:
            for field, sentences in refusal.errors.items():
                form.add_error(field if field in form.fields else None, sentences)
            return self._page(form, why, status=refusal.status)
        messages.success(self.request, _("已经报科室负责人，签字以后您接着办"))
        return redirect("desk:ask-signature", self.case.number, self.act.name)

    def _form(self, data: QueryDict | None, **named: Any) -> ActForm:
        version = queries.version_of(self.case)
        return self.act.form(data, bench=self.bench, version=version, **named)

    def _why(self, data: QueryDict | None, begun: str = "") -> WhyForm | None:
        """Asked only where the act does not say why by itself."""
        if "reason" in self.act.form.base_fields:
            return None
        return WhyForm(data, initial={"reason": begun})

    def _ask(self, form: ActForm, why: WhyForm | None) -> None:
        said = form.say()
        countersigning.ask_countersignature(
            number=self.case.number,
            officer=self.request.officer,
            act=self.move.name,
            reason=(why.cleaned_data if why else said)["reason"],
            terms={"days": said["days"]} if "days" in said else {},
            draft=Draft(_pairs(self.request.POST), said),
            at=now(),
        )

    def _page(self, form: ActForm, why: WhyForm | None, status: int = 200) -> HttpResponse:
        context = head(self.request, self.case) | {
            "act": self.act,
            "move": self.move,
            "label": _(self.move.label),
            "signature": signatures.last(self.case, self.move),
            "bench": self.bench,
            "form": form,
            "why": why,
            "applicant": queries.particulars(self.case)["applicant"],
        }
        return render(self.request, "desk/ask_signature.html", context, status=status)


def _pairs(data: QueryDict) -> list[tuple[str, str]]:
    """What was typed, as it is kept until the act is done."""
    own = {"csrfmiddlewaretoken", "stage"}
    return [
        (name, str(value)) for name, values in data.lists() if name not in own for value in values
    ]


@require_GET
@xframe_options_sameorigin
@desk_page
def preview(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """What will go out once the leader signs, as the one who asked has written it."""
    absences.check_leads(request.officer)
    return signatures_preview(request.officer, pk)


@require_POST
@desk_page
def take_back(request: OfficerRequest, number: str, name: str) -> HttpResponse:
    """The 收回 button: what waits for a signature is no longer asked for."""
    case = queries.case_for(request.officer, number)
    if name not in ACTS:
        raise Http404
    countersigning.take_back(number=number, officer=request.officer, act=ACTS[name].move(case).name)
    messages.success(request, _("已经收回，不用负责人签字了"))
    return redirect("desk:case", number)


@require_GET
@desk_page
def waiting(request: OfficerRequest) -> HttpResponse:
    """What waits for the leader's signature, the oldest first."""
    absences.check_leads(request.officer)
    return _list(request)


def _list(request: OfficerRequest, status: int = 200, **more: Any) -> HttpResponse:
    context = {"waiting": signatures.waiting(request.officer), "side": "decider"}
    return render(request, "desk/signatures.html", context | more, status=status)


@require_POST
@desk_page
def settle(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """The 签字 and 不同意 buttons; a refusal says why, or it is asked for."""
    absences.check_leads(request.officer)
    words = request.POST.get("words", "").strip()[:LONGEST_NOTE]
    try:
        if request.POST.get("act") == "sign":
            countersigning.countersign(pk=pk, leader=request.officer, note=words, at=now())
            messages.success(request, _("已经签字，承办人接着办"))
        else:
            countersigning.refuse_countersignature(
                pk=pk, leader=request.officer, reason=words, at=now()
            )
            messages.success(request, _("已经退回，承办人看得到您的理由"))
    except FieldsRefused as refusal:
        sentence = next(iter(refusal.errors.values()))[0]
        errors = [(f"words-{pk}", sentence)]
        return _list(request, refusal.status, wrong=pk, sentence=sentence, errors=errors)
    if request.POST.get("back") == "case":
        return redirect("desk:case", countersigning.case_number(pk))
    return redirect("desk:signatures")


@require_POST
@desk_page
def settle_several(request: OfficerRequest) -> HttpResponse:
    """The 给勾选的签字 button: each is signed for itself; one that cannot be stops no other."""
    absences.check_leads(request.officer)
    chosen = set(request.POST.getlist("signature"))
    mine = [
        one for one in signatures.waiting(request.officer) if str(one.signature.row.pk) in chosen
    ]
    done = 0
    for one in mine:
        try:
            countersigning.countersign(pk=one.signature.row.pk, leader=request.officer, at=now())
        except Refused as refusal:
            said = f"{one.signature.act}，{one.item}，{one.applicant}：{refusal.message}"
            messages.warning(request, said)
        else:
            done += 1
    if done:
        messages.success(request, _("签了%(count)d份，承办人接着办") % {"count": done})
    elif not chosen:
        messages.warning(request, _("没有勾选。先逐份看过、勾选，再签字"))
    if len(mine) < len(chosen):
        messages.warning(request, _("有的已经收回、退回或者签过，没有再签"))
    return redirect("desk:signatures")
