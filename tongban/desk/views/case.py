"""The workbench of one case, and the buttons that stand on it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tongban.basics import identifiers
from tongban.basics.refusals import Refused, may
from tongban.cases import asked, queries, queues, standing, states, timeline
from tongban.cases.models import Case
from tongban.cases.operations import assigning, claims, lapsing, window
from tongban.cases.operations.window import IDENTITY_WAYS
from tongban.cases.states import Party, State
from tongban.catalogue import queries as catalogue
from tongban.delivery import casebook, picture
from tongban.delivery import queries as delivery
from tongban.delivery.choices import Way
from tongban.desk import signatures
from tongban.desk.aside import aside_of
from tongban.desk.bench import bench_of
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.desk.offers import offers, panel
from tongban.desk.rows import may_claim
from tongban.desk.sides import pair_of, side_of
from tongban.desk.todo import todo
from tongban.parties import absences


def head(request: OfficerRequest, case: Case) -> dict[str, Any]:
    """What every page about a case shows at its head."""
    side = side_of(request.officer, case)
    before, behind = queues.neighbours(request.officer, case)
    # A case that has left the queue has no neighbours; what is to be done next stands there instead.
    following = "" if before or behind else queues.next_to_do(request.officer, side, but=case.pk)
    return {
        "case": case,
        "side": side,
        "pair": pair_of(case, side),
        "item": catalogue.item(case.item).name,
        "version": queries.version_of(case),
        "shown_number": identifiers.show_case_number(case.number),
        "stage_words": states.LABELS[State(case.state)],
        "light": queries.light(case, standing.today()),
        "before": before,
        "behind": behind or following,
        "is_done": bool(following) and case.holder != side,
        "is_mine": case.claimed_by_id == request.officer.pk,
        "open_requests": asked.count_of_case(case),
        **_posted(case),
    }


def _to_sign(request: OfficerRequest, case: Case) -> list[signatures.Waiting]:
    """What of this case waits for the signature of whoever looks, if she leads the office."""
    if not may(absences.check_leads, request.officer):
        return []
    return signatures.waiting(request.officer, case)


def _posted(case: Case) -> dict[str, Any]:
    """What a page says of a result that goes by post."""
    fate = case.posted.get("fate", "")
    said = {"fate_words": "", "result_gone": False, "wants_post": False, "road": None}
    if case.state == State.IN_DELIVERY and case.posted.get("parcel"):
        sent = delivery.parcels_of(casebook.facts(case.number))
        found = [one for one in sent if one.number == case.posted["parcel"]]
        return said | {"road": picture.rows_of(found, standing.today())[0] if found else None}
    if case.state != State.RESULT_ISSUED:
        return said
    choice = delivery.choice_of(casebook.facts(case.number))
    return said | {
        "fate_words": _(states.FATES[fate]) if fate else "",
        "result_gone": fate in states.GONE,
        "wants_post": choice is not None and choice.way == Way.POST,
    }


def workbench(
    request: OfficerRequest,
    case: Case,
    *,
    spec: str = "",
    status: int = 200,
    template: str = "desk/case.html",
    errors: Sequence[tuple[str, str]] = (),
    **more: Any,
) -> HttpResponse:
    """The case with one of its materials on the table."""
    at = now()
    context = head(request, case)
    side: Party = context["side"]
    personal = queries.particulars(case)
    bench = bench_of(case, request.officer, side, personal, spec=spec)
    steps = timeline.steps(case)
    context |= {
        "applicant": personal["applicant"],
        "bench": bench,
        "panel": panel(offers(case, request.officer, side, bench, there=context["pair"].other)),
        "aside": aside_of(case, side, steps, today=standing.today(), at=at),
        "todo": todo(case),
        "to_sign": _to_sign(request, case),
        "has_no_originals": lapsing.originals_never_came(case),
        "open_request": queries.open_request(case),
        "may_claim": may_claim(case, request.officer, side),
        "stands_in": _stands_in(request, case, side, at),
        "handed_on": assigning.last_word(case),
        "identities": list(IDENTITY_WAYS.items()),
        "errors": errors,
        "claim_url": reverse("desk:claim", args=[case.number]),
        "release_url": reverse("desk:release", args=[case.number]),
    }
    return render(request, template, context | more, status=status)


def _stands_in(request: OfficerRequest, case: Case, side: Party, at: datetime) -> bool:
    """Whether a colleague who is away has the case, and this officer stands in for her."""
    absent = case.claimed_by
    if absent is None or absent == request.officer or case.holder != side:
        return False
    return absences.stands_in(request.officer, absent, at)


@require_GET
@desk_page
def case(request: OfficerRequest, number: str) -> HttpResponse:
    """The workbench. `paper` says which material lies on the table."""
    found = queries.case_for(request.officer, number)
    return workbench(request, found, spec=request.GET.get("paper", ""))


@require_POST
@desk_page
def claim(request: OfficerRequest, number: str) -> HttpResponse:
    """The 认领 button. A colleague's claim is refused with her name."""
    claims.claim_case(number=number, officer=request.officer, at=now())
    return HttpResponseRedirect(reverse("desk:case", args=[number]))


@require_POST
@desk_page
def release(request: OfficerRequest, number: str) -> HttpResponse:
    """The 放回队列 button."""
    claims.release_case(number=number, officer=request.officer)
    return HttpResponseRedirect(reverse("desk:queue"))


@require_POST
@desk_page
def receive(request: OfficerRequest, number: str) -> HttpResponse:
    """The 收件 button, with how identity was checked; without it the question is asked again."""
    identity = request.POST.get("identity", "")
    try:
        window.receive_case(number=number, officer=request.officer, identity=identity, at=now())
    except window.IdentityNotChecked as refusal:
        found = queries.case_for(request.officer, number)
        said = [("id_identity_0", refusal.message)]
        return workbench(request, found, status=422, errors=said, identity_error=refusal.message)
    return HttpResponseRedirect(reverse("desk:case", args=[number]))


@require_POST
@desk_page
def note(request: OfficerRequest, number: str, spec: str, point: str) -> HttpResponse:
    """合格 or 有问题 at one check point. htmx swaps the list; without script the page comes back."""
    found = queries.case_for(request.officer, number)
    try:
        window.note_check(
            number=number,
            officer=request.officer,
            spec=spec,
            point=point,
            is_good=request.POST.get("good") == "1",
            note=request.POST.get("note", "").strip(),
            at=now(),
        )
    except Refused as refusal:
        return workbench(
            request,
            found,
            spec=spec,
            status=refusal.status,
            refusal=refusal,
            typed_note=request.POST.get("note", "").strip(),
            **_as_asked(request),
        )
    if request.htmx:  # type: ignore[attr-defined]
        return workbench(request, found, spec=spec, **_noted(point, request), **_as_asked(request))
    return HttpResponseRedirect(_on_the_table(number, spec))


def _noted(point: str, request: OfficerRequest) -> dict[str, Any]:
    """What the swapped list says aloud."""
    words = _("合格") if request.POST.get("good") == "1" else _("有问题")
    return {"noted": point, "announce": words}


def _as_asked(request: OfficerRequest) -> dict[str, Any]:
    return {"template": "desk/_noted.html"} if request.htmx else {}  # type: ignore[attr-defined]


def _on_the_table(number: str, spec: str) -> str:
    return f"{reverse('desk:case', args=[number])}?paper={spec}#points"


@require_POST
@desk_page
def rest_is_good(request: OfficerRequest, number: str, spec: str) -> HttpResponse:
    """合格，下一份: what has not been noted at this material is good; then the next one."""
    found = queries.case_for(request.officer, number)
    side = side_of(request.officer, found)
    personal = queries.particulars(found)
    bench = bench_of(found, request.officer, side, personal, spec=spec)
    at = now()
    for point in bench.open.points if bench.open and bench.open.spec == spec else ():
        if point.is_mine and not point.state:
            window.note_check(
                number=number, officer=request.officer, spec=spec, point=point.key,
                is_good=True, note="", at=at,
            )  # fmt: skip
    return HttpResponseRedirect(_on_the_table(number, bench.next_spec or spec))
