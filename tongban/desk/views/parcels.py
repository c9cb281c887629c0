"""The parcels of an office, one parcel with its chain, its slip, and those of a case."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from tongban.basics.refusals import NotFound, may
from tongban.cases import queries as cases
from tongban.delivery import casebook, couriers, picture, queries, reconciling, slips
from tongban.delivery.choices import WAYS, Way
from tongban.delivery.models import Parcel
from tongban.delivery.permissions import check_may_prove
from tongban.delivery.standing import Purpose
from tongban.delivery.states import State
from tongban.desk import parcel_forms
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.desk.views.case import head
from tongban.jurisdictions import queries as jurisdictions

LISTS: tuple[tuple[str, Promise, str], ...] = (
    ("in", _("要签收"), ""),
    ("send", _("要交寄"), ""),
    ("out", _("在路上"), ""),
    ("trouble", _("有问题"), "bad"),
    ("all", _("全部"), ""),
)
SHOWN = 100


@require_GET
@desk_page
def parcels(request: OfficerRequest) -> HttpResponse:
    """What is to be sent, on its way, to be received, in trouble. `find` leads to one parcel."""
    today = localdate()
    asked = request.GET.get("shown", "")
    shown = asked if asked in {name for name, _words, _light in LISTS} else "in"
    find, missing = request.GET.get("find", "").strip(), ""
    if find:
        try:
            number = queries.find_number(request.officer, find)
            return HttpResponseRedirect(reverse("desk:parcel", args=[number]))
        except NotFound as refusal:
            missing = refusal.message
    counts = queries.counts(request.officer, today)
    rows = queries.office_parcels(request.officer, shown, today)
    context = {
        "rows": picture.rows_of(rows[:SHOWN], today),
        "more": max(rows.count() - SHOWN, 0),
        "shown": shown,
        "find": find,
        "missing": missing,
        "tabs": [(name, words, light, counts.get(name)) for name, words, light in LISTS],
    }
    return render(request, "desk/parcels/list.html", context, status=404 if missing else 200)


@require_GET
@desk_page
def parcel(request: OfficerRequest, parcel: str) -> HttpResponse:
    """One parcel: where it is, what is in it, what one can do, its chain."""
    return parcel_page(request, queries.parcel_for(request.officer, parcel))


def parcel_page(
    request: OfficerRequest, row: Parcel, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The page of a parcel; `more` replaces a form by the one that was typed."""
    possible = picture.possible(request.officer, row)
    contents = picture.contents(row)
    order = queries.open_order(row)
    initial = {"courier": order.courier} if order else None
    reports = [choice for choice in parcel_forms.REPORTS if choice[0] in possible]
    context = {
        "row": picture.rows_of([row], localdate())[0],
        "parcel": row,
        "contents": contents,
        "is_received": row.state == State.RECEIVED,
        "way": picture.way(row),
        "entries": picture.entries(row),
        "possible": possible,
        "from": queries.address_of(row, "from"),
        "to": queries.address_of(row, "to"),
        "order": order if row.state == State.PACKED else None,
        "order_courier": couriers.name(order.courier) if order else "",
        "contact": queries.contact(row.courier or (order.courier if order else "")),
        "has_couriers": bool(couriers.known()),
        "said": queries.said(row),
        "hand_over": parcel_forms.HandOverForm(initial=initial, prefix="hand"),
        "receive": parcel_forms.ReceiveForm(contents=contents),
        "report": parcel_forms.ReportForm(possible=possible, prefix="report") if reports else None,
        "cancel": parcel_forms.CancelForm(prefix="cancel"),
        "receipt": parcel_forms.ReceiptForm(prefix="receipt"),
        "may_prove": may(check_may_prove, request.officer, row),
        "hand_out": parcel_forms.HandOutForm(prefix="out"),
        "waits_at_counter": queries.waits_at_counter(request.officer, row),
    }
    return render(request, "desk/parcels/parcel.html", context | more, status=status)


@require_GET
@desk_page
def slip(request: OfficerRequest, parcel: str) -> HttpResponse:
    """A page to print and put on or into the parcel: ends, contents, code, room to sign."""
    row = queries.parcel_for(request.officer, parcel)
    order = queries.open_order(row)
    context = {
        "row": picture.rows_of([row], localdate())[0],
        "parcel": row,
        "contents": picture.contents(row),
        "from": queries.address_of(row, "from"),
        "to": queries.address_of(row, "to"),
        "bars": slips.bars(row.number),
        "code": slips.qr(row.number),
        "waybill": row.waybill or (order.waybill if order else ""),
        "printed_at": now(),
    }
    return render(request, "desk/parcels/slip.html", context)


@require_GET
@desk_page
def case_parcels(request: OfficerRequest, number: str) -> HttpResponse:
    """The papers of a case: where each is, its parcels, how the result is to be given, archive."""
    return case_page(request, number)


def case_page(
    request: OfficerRequest, number: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The papers of a case; `file_form` is the archive's form as it was typed."""
    case = cases.case_for(request.officer, number)
    facts = casebook.facts(number)
    today = localdate()
    choice = queries.choice_of(facts)
    papers = reconciling.papers_of(facts, today=today)
    office = request.officer.authority.code if request.officer.authority else ""
    context = head(request, case) | {
        "applicant": cases.particulars(case)["applicant"],
        "rows": picture.rows_of(queries.parcels_of(facts), today),
        "papers": [(paper, queries.end_name(paper.holder) if paper.holder else "", _files(
            paper, facts.has_ended and office == facts.decider.authority, office,
        )) for paper in papers],
        "trouble": sum(paper.has_trouble for paper in papers),
        "choice": choice,
        "way_words": WAYS[Way(choice.way)] if choice else "",
        "window": jurisdictions.window_authority(choice.place) if choice and choice.place else None,
        "address": queries.chosen_address(choice) if choice else None,
        "may_pack": facts.end_of(office) is not None and not _is_leader_only(request),
        "takes_post": facts.takes_post,
    }  # fmt: skip
    return render(request, "desk/parcels/case.html", context | more, status=status)


def _is_leader_only(request: OfficerRequest) -> bool:
    return not {"receiver", "decider"} & set(request.officer.roles)


def _files(paper: reconciling.Paper, may_file: bool, office: str) -> parcel_forms.FileForm | None:
    """The form that files a paper which is here, for the office that keeps it."""
    here = paper.holder is not None and paper.holder.authority == office
    if not (may_file and here):
        return None
    form_id = f"file-{paper.origin}-%s".replace("#", "-")
    return parcel_forms.FileForm(
        initial={"place": paper.shelf, "origin": paper.origin}, auto_id=form_id
    )


def purpose_of(facts: casebook.CaseFacts, *, is_decider: bool) -> Purpose:
    """What one most likely sends: papers towards the decision, the result after it."""
    if not is_decider:
        return Purpose.PAPERS
    return Purpose.RESULT if facts.is_decided else Purpose.RETURN
