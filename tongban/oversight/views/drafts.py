"""Drafts: begun, written section by section with the difference in view, handed in, given up."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.basics.refusals import Refused
from tongban.cases import standing
from tongban.catalogue import drafting, running
from tongban.catalogue.models import Draft
from tongban.catalogue.operations import drafts as operations
from tongban.catalogue.permissions import check_may_edit
from tongban.oversight import drafts, sheet
from tongban.oversight.editing import materials, sections
from tongban.oversight.editing.sections import NoSuchSection, Page
from tongban.oversight.editing.when import WhenForm, day_note
from tongban.oversight.guards import manager_page
from tongban.parties.permissions import OfficerRequest

PAGES = ["GET", "HEAD", "POST"]


@require_POST
@manager_page
def begin(request: OfficerRequest, code: str) -> HttpResponse:
    """The button 起草新版; pressed twice, it leads to the same draft."""
    place, _dash, part = request.POST.get("place", "").partition("-")
    found = operations.start_draft(
        item=code, division_code=place, part=part, officer=request.officer, at=now()
    )
    return redirect("oversight:draft", found.pk)


@require_safe
@never_cache
@manager_page
def open_drafts(request: OfficerRequest) -> HttpResponse:
    """All drafts of the places that the officer covers: what waits for review first."""
    rows = [drafts.row(one) for one in drafting.drafts_for(request.officer)]
    context = {
        "waiting": drafts.waiting(request.officer),
        "editing": [one for one in rows if one.draft.state == Draft.State.EDITING],
        "me": request.officer.pseudonym,
    }
    return render(request, "oversight/drafts/list.html", context)


@require_safe
@never_cache
@manager_page
def draft(request: OfficerRequest, draft_id: int) -> HttpResponse:
    """One draft: what it changes, what is still to be mended, and what may be done with it."""
    return render(request, "oversight/drafts/draft.html", overview(request, draft_id))


def overview(request: OfficerRequest, draft_id: int) -> dict[str, Any]:
    """All that the pages of a draft show, for its drafter and its reviewer alike."""
    today = standing.today()
    found = drafts.readable(request.officer, draft_id)
    work = drafts.work(found, on=today)
    changed = work.changed_sections()
    problems = drafting.problems(found, on=today) if found.state in drafting.OPEN else []
    return {
        "draft": found,
        "row": drafts.row(found),
        "reasons": drafts.reasons(found),
        "rights": drafts.rights(request.officer, found),
        "work": work,
        "compared": work.compared,
        "sections": [
            (key, sheet.title(key), key in changed) for key in sections.keys(is_place=work.is_place)
        ],
        "problems": [(one, _section_of(one.place)) for one in problems],
        "day_note": day_note(found.from_day),
        "touched": running.preview(found) if found.state in drafting.OPEN else [],
        "states": running.states(),
        "unfit": drafting.unfit(found) if found.state in drafting.OPEN else [],
    }


def _section_of(place: str) -> str:
    key = place.strip("/").partition("/")[0]
    return "when" if key in {"from_day", "why", "running"} else key if key in sections.ORDER else ""


@require_http_methods(PAGES)
@never_cache
@manager_page
def section(request: OfficerRequest, draft_id: int, key: str) -> HttpResponse:
    """One section on its page. Buttons add, move and remove rows; only 保存 saves."""
    work = _work(request, draft_id)
    data = request.POST if request.method == "POST" else None
    try:
        page = sections.page(key, work.whole, is_place=work.is_place, data=data)
    except NoSuchSection as unknown:
        raise Http404 from unknown
    if not data:
        return _section(request, work, page)
    act = data.get("do", "save")
    if act != "save" and page.rows:
        return _section(request, work, page, at=page.rows.do(act))
    return _save(request, work, page, key, lambda: page.value())


@require_http_methods(PAGES)
@never_cache
@manager_page
def material(request: OfficerRequest, draft_id: int, spec: str) -> HttpResponse:
    """One material with its check points, or a new one."""
    work = _work(request, draft_id)
    data = request.POST if request.method == "POST" else None
    page = materials.page(work.whole, spec, data)
    if not data:
        return _section(request, work, page)
    act = data.get("do", "save")
    if act != "save" and page.rows:
        at = page.rows.do(act, new=materials.new_point(page.rows))
        return _section(request, work, page, at=at)
    place = work.draft.division_code
    return _save(
        request, work, page, "materials",
        lambda: materials.put(work.whole, spec, page.value(), place=place),
    )  # fmt: skip


@require_http_methods(PAGES)
@never_cache
@manager_page
def material_list(request: OfficerRequest, draft_id: int) -> HttpResponse:
    """All materials of a draft; its buttons move and remove at once, for 放弃 brings all back."""
    work = _work(request, draft_id)
    if request.method == "POST":
        act, _dash, spec = request.POST.get("do", "").partition(" ")
        value = materials.moved(work.whole, act, spec)
        revision = _revision(request)
        try:
            drafts.put(
                work, "materials", value, revision=revision, officer=request.officer, at=now()
            )
        except Refused as refusal:
            messages.warning(request, refusal.message)
        return redirect("oversight:draft-materials", draft_id)
    context = _around(request, work) | {"materials": work.whole["materials"]}
    known = {one["spec"] for one in work.below.get("materials", [])}
    context["own"] = [one["spec"] for one in work.whole["materials"] if one["spec"] not in known]
    return render(request, "oversight/drafts/materials.html", context)


@require_http_methods(PAGES)
@never_cache
@manager_page
def when(request: OfficerRequest, draft_id: int) -> HttpResponse:
    """From which day on, why, and what becomes of running cases."""
    work = _work(request, draft_id)
    found, today = work.draft, standing.today()
    form = WhenForm(request.POST or None, draft=found, today=today)
    context = _around(request, work) | {"form": form, "touched": running.preview(found)}
    if request.method == "POST" and form.is_valid():
        try:
            operations.save_draft(
                draft_id=found.pk,
                revision=_revision(request),
                content=found.content,
                wording=found.wording,
                officer=request.officer,
                at=now(),
                **form.kept(),
            )
        except operations.StaleDraft:
            context |= {"stale": True, "revision": found.revision}
            return render(request, "oversight/drafts/when.html", context, status=409)
        messages.success(request, _("已保存"))
        return redirect("oversight:draft", draft_id)
    return render(
        request, "oversight/drafts/when.html", context, status=422 if form.is_bound else 200
    )


@require_safe
@never_cache
@manager_page
def preview(request: OfficerRequest, draft_id: int) -> HttpResponse:
    """The guide as applicants would read it; while something is wrong, what that is."""
    found = drafts.readable(request.officer, draft_id)
    context: dict[str, Any] = {"draft": found, "row": drafts.row(found)}
    problems = drafting.content_problems(found)
    if problems:
        context["problems"] = [(one, _section_of(one.place)) for one in problems]
    else:
        _before, context["version"] = drafting.versions_of(found)
    return render(request, "oversight/drafts/preview.html", context)


@require_POST
@manager_page
def hand_in(request: OfficerRequest, draft_id: int) -> HttpResponse:
    """The button 提交审核."""
    drafts.readable(request.officer, draft_id)
    try:
        operations.hand_in(draft_id=draft_id, officer=request.officer, at=now())
    except operations.DraftHasProblems as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, _("已提交，等另一位事项管理人员审核"))
    return redirect("oversight:draft", draft_id)


@require_http_methods(PAGES)
@never_cache
@manager_page
def drop(request: OfficerRequest, draft_id: int) -> HttpResponse:
    """Give a draft up: asked once more, since it ends the work on it."""
    found = drafts.readable(request.officer, draft_id)
    if request.method == "POST":
        operations.drop(draft_id=draft_id, officer=request.officer, at=now())
        messages.success(request, _("草案已放弃。施行中的规定没有变"))
        return redirect("oversight:item", found.item_id)
    context = {"draft": found, "row": drafts.row(found)}
    return render(request, "oversight/drafts/drop.html", context)


def _work(request: OfficerRequest, draft_id: int) -> drafts.Work:
    found = drafts.readable(request.officer, draft_id)
    check_may_edit(request.officer, found)
    if found.state != Draft.State.EDITING:
        raise operations.NotInThisState(found, _("修改"))
    return drafts.work(found, on=standing.today())


def _revision(request: OfficerRequest) -> int:
    said = request.POST.get("revision", "")
    return int(said) if said.isdigit() and len(said) < 10 else 0


def _around(request: OfficerRequest, work: drafts.Work) -> dict[str, Any]:
    return {
        "draft": work.draft,
        "row": drafts.row(work.draft),
        "work": work,
        "compared": work.compared,
        # A page that was sent keeps the revision that it was opened with.
        "revision": request.POST.get("revision") or work.draft.revision,
    }


def _section(
    request: OfficerRequest, work: drafts.Work, page: Page, *, at: str = "", status: int = 200,
    **more: Any,
) -> HttpResponse:  # fmt: skip
    context = _around(request, work) | {"page": page, "at": at} | more
    return render(request, "oversight/drafts/section.html", context, status=status)


def _save(
    request: OfficerRequest, work: drafts.Work, page: Page, key: str, value: Any
) -> HttpResponse:
    if not page.is_valid():
        return _section(request, work, page, status=422, faults=page.faults)
    try:
        saved = drafts.put(
            work, key, value(), revision=_revision(request), officer=request.officer, at=now()
        )
    except operations.StaleDraft:
        # The typed words stay; a second press, with the newest revision, is a decision.
        return _section(request, work, page, status=409, stale=True, revision=work.draft.revision)
    except Refused as refusal:
        if refusal.status == 403:
            raise
        return _section(request, work, page, status=refusal.status, refusal=refusal)
    mine = [one for one in saved.problems if _section_of(one.place) == key]
    if mine:
        said = "；".join(dict.fromkeys(one.sentence for one in mine))
        messages.warning(request, _("已保存，但提交审核以前还要改：%(said)s") % {"said": said})
    else:
        messages.success(request, _("已保存"))
    to = "oversight:draft-materials" if key == "materials" else "oversight:draft"
    return redirect(to, work.draft.pk)
