"""Packing at the desk: one page, papers of one or several cases, one parcel."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongban.basics import identifiers
from tongban.basics.refusals import FieldsRefused, Refused
from tongban.delivery import casebook, queries, reconciling, slips
from tongban.delivery.casebook import CaseFacts
from tongban.delivery.operations import packing
from tongban.delivery.permissions import end_of, offices_of
from tongban.delivery.reconciling import Whereabouts
from tongban.delivery.standing import End, Purpose
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.desk.parcel_forms import APPLICANT, PackForm, SheetForm, SheetSet
from tongban.desk.views.parcels import purpose_of
from tongban.parties import signing_in

BLANK = 2


@require_http_methods(["GET", "POST"])
@desk_page
def pack(request: OfficerRequest) -> HttpResponse:
    """The pack form of one case or several (`case`, repeated). Packed twice by one form is once."""
    facts, wrong = _cases(request)
    if not facts:
        context = {"wrong": wrong}
        return render(request, "desk/parcels/which.html", context, status=422 if wrong else 200)
    ends = [end_of(request.officer, one) for one in facts]
    return Page(request, facts, ends[0], wrong).answer()


def _cases(request: OfficerRequest) -> tuple[list[CaseFacts], str]:
    """The cases asked for; what cannot be a number is said, and the others stay."""
    found: dict[str, CaseFacts] = {}
    for typed in request.GET.getlist("case"):
        if not typed.strip():
            continue
        try:
            number = identifiers.check_case_number(typed)
            found[number] = casebook.facts(number)
        except Refused as refusal:
            return list(found.values()), refusal.message
    return list(found.values()), ""


class Page:
    """One request for the pack form."""

    def __init__(
        self, request: OfficerRequest, facts: Sequence[CaseFacts], here: End, wrong: str
    ) -> None:
        self.request, self.facts, self.here, self.wrong = request, facts, here, wrong

    def answer(self) -> HttpResponse:
        """GET asks; POST packs and leads to the parcel, or says what to change."""
        if self.request.method == "GET":
            kept = signing_in.take(self.request, now())
            return self._page(*self._forms(kept), status=422 if self.wrong else 200)
        form, sheets = self._forms(self.request.POST)
        if not (form.is_valid() & sheets.is_valid()):
            return self._page(form, sheets, status=422)
        try:
            parcel = self._pack(form, sheets)
        except FieldsRefused as refusal:
            for field, sentences in refusal.errors.items():
                form.add_error(field if field in form.fields else None, sentences)
            return self._page(form, sheets, status=refusal.status)
        except Refused as refusal:
            form.add_error(None, refusal.message)
            return self._page(form, sheets, status=refusal.status)
        said = {"number": slips.short_number(parcel.number)}
        messages.success(self.request, _("包裹%(number)s已装好，打印包裹单，再交寄") % said)
        return HttpResponseRedirect(reverse("desk:parcel", args=[parcel.number]))

    def _pack(self, form: PackForm, sheets: "BaseFormSet[SheetForm]") -> Any:
        said = form.cleaned_data
        return packing.pack(
            key=said["key"],
            officer=self.request.officer,
            papers=[sheet.packed for sheet in sheets if sheet.packed is not None],
            to="" if form.goes_home else said["to"],
            purpose=Purpose(said["purpose"]),
            address=form.typed_address,
            courier=said["courier"],
            at=now(),
        )

    def _forms(self, data: QueryDict | None) -> tuple[PackForm, "BaseFormSet[SheetForm]"]:
        first = self.facts[0]
        is_decider = self.here.party == first.decider.party
        initial: dict[str, Any] = {"purpose": purpose_of(first, is_decider=is_decider).value}
        initial |= self._address(first)
        form = PackForm(data, ends=self._ends(first), initial=initial)
        sheets = SheetSet(data, prefix="sheet", initial=None if data else self._suggested())
        return form, sheets

    def _ends(self, first: CaseFacts) -> list[tuple[str, str]]:
        others = [end for end in offices_of(first) if end.party != self.here.party]
        named = [(end.authority, queries.end_name(end)) for end in others]
        if len(self.facts) > 1:
            return named
        who = {"name": first.applicant_name}
        return [*named, (APPLICANT, _("申请人%(name)s") % who)]

    def _address(self, first: CaseFacts) -> Mapping[str, str]:
        choice = queries.choice_of(first)
        chosen = queries.chosen_address(choice) if choice else None
        if chosen:
            return {"name": chosen.name, "phone": chosen.phone, "address": chosen.address}
        return {"name": first.applicant_name, "phone": first.applicant_phone}

    def _suggested(self) -> list[dict[str, Any]]:
        """What is here, the result, what the item asks for, and room for something else."""
        rows = []
        for facts in self.facts:
            of = {"case": facts.number, "kind": "original", "count": 1}
            in_hand = [one for one in self._papers(facts) if one["origin"]]
            known = {one["spec"] for one in in_hand if one["spec"]}
            rows += [of | one for one in in_hand]
            at_hand = {one["what"] for one in in_hand}
            # A result that came back is in hand, and not there twice.
            is_ours = self.here.party == facts.decider.party
            if facts.result and facts.result not in at_hand and is_ours:
                rows.append(of | {"what": facts.result})
            rows += [
                of | {"what": name[:60], "spec": spec}
                for spec, name in facts.materials
                if spec not in known
            ]
        rows += [{"case": self.facts[0].number, "kind": "original", "count": 1}] * BLANK
        return rows[:60]

    def _papers(self, facts: CaseFacts) -> list[dict[str, Any]]:
        return [
            {
                "what": paper.what,
                "kind": "original" if paper.is_original else "copy",
                "count": paper.count,
                "origin": paper.origin,
                "spec": paper.parcel.rows.filter(origin=paper.origin).values_list(
                    "spec", flat=True
                )[0],
            }
            for paper in reconciling.papers_of(facts, today=localdate())
            if paper.where is Whereabouts.WITH
            and paper.holder is not None
            and paper.holder.party == self.here.party
            and paper.parcel.state != "packed"
        ]

    def _page(
        self, form: PackForm, sheets: "BaseFormSet[SheetForm]", *, status: int = 200
    ) -> HttpResponse:
        context = {
            "facts": [(one, identifiers.show_case_number(one.number)) for one in self.facts],
            "first": self.facts[0],
            "form": form,
            "sheets": sheets,
            "sheet_errors": [
                (sheet[name].auto_id, error)
                for sheet in (sheets if sheets.is_bound else ())
                for name, errors in sheet.errors.items()
                for error in errors
            ],
            "several": len(self.facts) > 1,
            "wrong": self.wrong,
        }
        return render(self.request, "desk/parcels/pack.html", context, status=status)
