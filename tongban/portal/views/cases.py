"""One's own cases: the list, one case as it goes, its papers, its receipt."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongban.basics import identifiers
from tongban.basics.refusals import NotFound, Refused, may
from tongban.cases import provenance, rules, states, timeline
from tongban.cases import queries as cases
from tongban.cases.documents import shelf
from tongban.cases.drawing.sketches import Sketch
from tongban.cases.inspection import looks
from tongban.cases.models import Case
from tongban.cases.operations import lapsing, passing_on
from tongban.cases.permissions import check_move
from tongban.cases.states import State
from tongban.parties.models import Account
from tongban.portal import clock, files, joint, mending, originals, parcels, tracking, wishes
from tongban.portal.door import signed_in
from tongban.portal.placenames import place_name
from tongban.record import papers
from tongban.record import queries as recorded

PAGE = 20


@signed_in
@require_safe
def index(request: HttpRequest, account: Account) -> HttpResponse:
    """All cases and drafts of everybody this account acts for, and a look-up by number.

    What waits for the applicant stands first, however long ago it was submitted.
    """
    page = Paginator(cases.waiting_first(cases.cases_of(account)), PAGE).get_page(
        request.GET.get("page")
    )
    begun = [(draft, rules.version_of(draft).name) for draft in cases.drafts_of(account)]
    context: dict[str, object] = {
        "rows": tracking.rows(list(page)),
        "page": page,
        "drafts": begun,
        "number": request.GET.get("number", ""),
        "error": "",
    }
    status = 200
    if context["number"]:
        try:
            number = cases.find_number(request.GET["number"])
            return redirect("portal:case", number=cases.case_of(account, number).number)
        except Refused as refusal:
            context["error"], status = refusal.message, refusal.status
    return render(request, "portal/cases.html", context, status=status)


@dataclass(frozen=True)
class Paper:
    """A paper of a case, to be opened by its applicant."""

    name: str
    file_name: str
    digest: str
    size: int
    is_here: bool
    said: str | Promise = ""
    ofd: str = ""
    sketch: Sketch | None = None


@signed_in
@require_safe
def case(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """One case: who holds it, until when, how it got there, what its applicant can do."""
    found = cases.case_of(account, number)
    steps = timeline.steps(found)
    held = tracking.holding(found)
    version = cases.version_of(found)
    mend = mending.latest(steps, version)
    told = clock.ledger(found, at=now())
    last_personal = next((step for step in reversed(steps) if step.personal.get("contact")), None)
    context = {
        "case": found,
        "name": version.name,
        "version": version,
        "things": mending.names(version),
        "applicant": cases.particulars(found).get("applicant", {}),
        "held": held,
        "stages": tracking.stages(found),
        "joint": joint.stops(found, version),
        "originals": originals.wanted(found),
        "has_no_originals": lapsing.originals_never_came(found),
        "count": clock.count(told),
        "spans": clock.spans(told),
        "late": tracking.late(found, at=now()),
        "steps": list(reversed(steps)),
        "mend": mend if held.asks else None,
        "refusal": _refusal(steps),
        "right_place": _right_place(found),
        "contact": last_personal.personal["contact"] if last_personal else {},
        "papers": _papers(found),
        "parcels": parcels.part_of(number),
        "documents": shelf.documents_of(found),
        "result": _result(found),
        **wishes.about(found),
        "open_request": cases.open_request(found),
        "last_request": cases.last_request(found),
        "may_book": _may_book(found),
        "can_sign": may(check_move, found, states.CLOSE_ONLINE),
        "can_withdraw": State(found.state) in states.UNDECIDED,
    }
    return render(request, "portal/case.html", context)


def _may_book(found: Case) -> bool:
    """Whether somebody is to come to a window: to be received, or for the result."""
    waits = State(found.state) in {State.SUBMITTED, State.IN_DELIVERY}
    return waits and bool(found.receiver_authority)


def _refusal(steps: Sequence[timeline.Step]) -> timeline.Step | None:
    """The refusal of acceptance or the denial, with its grounds, when there is one."""
    told = {states.REFUSE_ACCEPTANCE.name, states.DENY.name}
    return next((step for step in steps if step.kind in told), None)


def _right_place(found: Case) -> str:
    """Where a case that was not accepted can go on, by the name of the place."""
    code = passing_on.right_place(found)
    return place_name(code) if code else ""


def _papers(found: Case) -> list[Paper]:
    names = cases.particulars(found).get("file_names", {})
    return [
        Paper(
            one.name,
            names.get(one.digest, ""),
            one.digest,
            one.size,
            papers.has(one.digest),
            provenance.words(one),
            looks.placeholder(one.digest, one.media_type),
            looks.sketch(one.digest, one.media_type),
        )
        for one in cases.materials_of(found)
    ]


def _result(found: Case) -> Paper | None:
    """The result once it is on its way to the applicant; before that it is the office's."""
    # What once was sent stays readable, also while its paper is sent again.
    given = State(found.state) in {State.IN_DELIVERY, State.CLOSED} or bool(found.posted)
    if not found.result or not given:
        return None
    digest = found.result["digest"]
    return Paper(found.result["title"], found.result["number"], digest, 0, papers.has(digest))


@signed_in
@require_safe
def paper(request: HttpRequest, account: Account, number: str, digest: str) -> FileResponse:
    """A paper that belongs to one's own case; any other does not exist. `?preview` of an OFD."""
    found = cases.case_of(account, number)
    known = {file.digest: file for event in recorded.events(number) for file in event.files}
    result = _result(found)
    if digest not in known or (found.result.get("digest") == digest and result is None):
        raise NotFound(_("这件办件里没有这份文件"))
    names = cases.particulars(found).get("file_names", {})
    name = result.name if result and result.digest == digest else names.get(digest, digest[:8])
    if "preview" in request.GET:
        return files.preview(digest, known[digest].media_type, name)
    download = "download" in request.GET
    return files.answer(digest, known[digest].media_type, name, download=download)


@signed_in
@require_safe
def receipt(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """A page to print: what was handed in, when, by whom, who holds it."""
    found = cases.case_of(account, number)
    personal = cases.particulars(found)
    context = {
        "case": found,
        "version": cases.version_of(found),
        "applicant": personal["applicant"],
        "masked": identifiers.mask_id(personal["applicant"]["id_number"]),
        "held": tracking.holding(found),
        "papers": _papers(found),
        "first": recorded.events(number)[0],
        "printed_at": now(),
    }
    return render(request, "portal/receipt.html", context)
