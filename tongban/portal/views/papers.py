"""The materials of an application: uploading, replacing, taking away, looking at."""

from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongban.basics.refusals import NotFound, Refused
from tongban.cases import intake, provenance, rules
from tongban.cases.models import Draft
from tongban.cases.operations import drafts
from tongban.parties.models import Account
from tongban.portal import asking, files, materials, mending
from tongban.portal.door import go, signed_in
from tongban.portal.uploads import sent_name, with_sent_names
from tongban.portal.views.applying import submitted

FIELD, SAID = "paper-", "made-"


@with_sent_names
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: HttpRequest, account: Account, draft_id: UUID) -> HttpResponse:
    """All materials on one page. Any button keeps all files that were chosen, so none is lost."""
    draft = drafts.draft_of(account, draft_id)
    if elsewhere := submitted(draft):
        return elsewhere
    if request.method != "POST":
        return _shown(request, draft)
    if spec := request.POST.get("remove"):
        drafts.remove_paper(draft_id=draft_id, account=account, spec=spec)
        return go(request, reverse("portal:materials", args=[draft_id]))
    refusals, kept = _take(request, account, draft)
    _describe(request, account, draft)
    if kept:
        messages.success(request, _("已经保存：%(names)s") % {"names": "、".join(kept)})
    if refusals:
        return _shown(request, draft, refusals, status=422)
    if "next" not in request.POST:
        return redirect("portal:materials", draft_id=draft_id)
    missing = materials.sheet(draft).missing
    if missing:
        said = {one.spec: _("上传%(name)s") % {"name": one.asked.name} for one in missing}
        return _shown(request, draft, said, status=422)
    is_asked = bool(draft.case_id or draft.delivery)
    page = "portal:check" if is_asked else "portal:draft-delivery"
    return go(request, reverse(page, args=[draft_id]))


def _take(request: HttpRequest, account: Account, draft: Draft) -> tuple[dict[str, str], list[str]]:
    """Keep what can be kept; a sentence for each file that cannot, by the thing it was meant for."""
    refusals: dict[str, str] = {}
    kept = []
    for name, file in request.FILES.items():
        if not name.startswith(FIELD) or not isinstance(file, UploadedFile):
            continue
        spec = name.removeprefix(FIELD)
        try:
            drafts.attach_paper(
                draft_id=draft.pk,
                account=account,
                spec=spec,
                source=file,
                name=sent_name(file),
                size=file.size or 0,
                made_from=request.POST.get(f"{SAID}{spec}", ""),
                at=now(),
            )
            kept.append(file.name or spec)
        except Refused as refusal:
            refusals[spec] = refusal.message
    return refusals, kept


def _describe(request: HttpRequest, account: Account, draft: Draft) -> None:
    """Keep what is said of each paper that is there, also where no new file was chosen."""
    for spec in draft.papers.values_list("spec", flat=True):
        if (said := request.POST.get(f"{SAID}{spec}")) is not None:
            drafts.describe_paper(
                draft_id=draft.pk, account=account, spec=spec, made_from=said, at=now()
            )


def _shown(
    request: HttpRequest,
    draft: Draft,
    refusals: dict[str, str] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    said = refusals or {}
    found = materials.sheet(draft)
    mend = mending.asked_of(draft.case) if draft.case else None
    unmended = {fault.spec for fault in mending.unmended(draft)}
    steps = len(rules.version_of(draft).steps)
    rows = [
        {
            "thing": thing,
            "error": said.get(thing.spec, ""),
            "faults": mend.about(thing.spec) if mend else [],
            "is_unmended": thing.spec in unmended,
        }
        for thing in found.things
    ]
    names = {thing.spec: thing.asked.name for thing in found.things}
    context = {
        "draft": draft,
        "version": rules.version_of(draft),
        "sheet": found,
        "rows": rows,
        "errors": [
            (f"id_{FIELD}{spec}", f"{names[spec]}：{sentence}" if spec in names else sentence)
            for spec, sentence in said.items()
        ],
        "mend": mend,
        "largest": intake.LARGEST,
        "uploaded": [("", _("没有说明")), *provenance.UPLOADED.items()],
        "number": steps + 1,
        "count": asking.count_of_steps(draft),
    }
    return render(request, "portal/materials.html", context, status=status)


@signed_in
@require_safe
def draft_paper(request: HttpRequest, account: Account, draft_id: UUID, spec: str) -> FileResponse:
    """A paper of one's own application, to look at what was uploaded; `?preview` of an OFD."""
    draft = drafts.draft_of(account, draft_id)
    paper = draft.papers.filter(spec=spec).first()
    if paper is None:
        raise NotFound(_("这份材料不在申请里"))
    name = drafts.paper_name(paper)
    if "preview" in request.GET:
        return files.preview(paper.digest, paper.media_type, name)
    return files.answer(paper.digest, paper.media_type, name)
