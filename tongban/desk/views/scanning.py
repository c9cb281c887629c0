"""The papers of a case on one page: what was handed in, what it replaced, and scanning more."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tongban.basics.refusals import FieldsRefused, NotFound, Refused
from tongban.cases import intake, provenance, queries
from tongban.cases.drawing.sketches import Sketch
from tongban.cases.inspection import looks
from tongban.cases.models import Case, Material
from tongban.cases.operations import scanning
from tongban.catalogue import forms
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.desk.offers import reason
from tongban.desk.views.case import head
from tongban.record import papers as kept
from tongban.record import queries as recorded

SHEETS = "sheets"
SOURCE_WORDS = {**scanning.SOURCES, "upload": "申请人网上上传"}
# What each trust grade means to whoever looks at the paper (国办函〔2016〕108号).
GRADES = {
    "A": "机关出具，直接可用",
    "B": "窗口核对过原件",
    "C": "申请人提供，要核对原件",
    "D": "申请人自己写的，承诺即可",
}
_PICTURED = {intake.PDF.media_type, intake.JPEG.media_type, intake.PNG.media_type}


@dataclass(frozen=True)
class Earlier:
    """A paper that a later one took the place of."""

    digest: str
    seq: int


@dataclass(frozen=True)
class Row:
    """One thing asked: its paper, what is known of it, and the papers before it."""

    spec: str
    name: str
    paper: Material | None
    pages: int
    is_here: bool
    earlier: list[Earlier]

    @property
    def source(self) -> str:
        """How the paper came."""
        return SOURCE_WORDS.get(self.paper.source, "") if self.paper else ""

    @property
    def made_from(self) -> str:
        """Whether it was made from an original or a copy, and who says so."""
        return str(provenance.words(self.paper)) if self.paper else ""

    @property
    def placeholder(self) -> str:
        """What stands in the place of a small picture where there can be none."""
        return looks.placeholder(self.paper.digest, self.paper.media_type) if self.paper else ""

    @cached_property
    def sketch(self) -> Sketch | None:
        """The preview of an OFD, or why there is none."""
        return looks.sketch(self.paper.digest, self.paper.media_type) if self.paper else None

    @property
    def grade(self) -> str:
        """What the trust grade of the paper means."""
        return GRADES.get(self.paper.grade, "") if self.paper else ""

    @property
    def has_picture(self) -> bool:
        """Whether a small picture of it can be shown."""
        if self.sketch:
            return not self.sketch.why
        return self.paper is not None and self.is_here and self.paper.media_type in _PICTURED


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def papers(request: OfficerRequest, number: str) -> HttpResponse:
    """All papers of a case; POST puts a scan into it. Refused, the page says why and stays."""
    case = queries.case_for(request.officer, number)
    if request.method != "POST":
        return _page(request, case)
    # Scanners number their files; a browser hands them over as they were clicked.
    sheets = sorted(
        (
            scanning.Sheet(file, file.name or "", file.size or 0)
            for file in request.FILES.getlist(SHEETS)
        ),
        key=lambda sheet: sheet.name,
    )
    try:
        scanning.add_scan(
            number=number,
            officer=request.officer,
            spec=request.POST.get("spec", ""),
            sheets=sheets,
            source=request.POST.get("source", ""),
            made_from=request.POST.get("made_from", ""),
            at=now(),
        )
    except FieldsRefused as refusal:
        said = {name: sentences[0] for name, sentences in refusal.errors.items()}
        return _page(request, case, said, status=refusal.status)
    except Refused as refusal:
        return _page(request, case, {SHEETS: refusal.message}, status=refusal.status)
    messages.success(request, _("已经存入办件，以前的那份留在记录里"))
    return HttpResponseRedirect(reverse("desk:papers", args=[number]))


def _page(
    request: OfficerRequest, case: Case, said: dict[str, str] | None = None, *, status: int = 200
) -> HttpResponse:
    errors = said or {}
    rows = _rows(case)
    why_not = reason(scanning.check_may_scan, request.officer, case)
    anchors = {"source": "id_source_0", "made_from": "id_made_from_0"}
    context: dict[str, Any] = head(request, case) | {
        "applicant": queries.particulars(case)["applicant"],
        "rows": rows,
        "specs": [(one.spec, one.name) for one in queries.version_of(case).materials],
        "spec": request.POST.get("spec") or request.GET.get("spec", ""),
        "why_not": why_not,
        "error": errors,
        "errors": [(anchors.get(name, f"id_{name}"), one) for name, one in errors.items()],
        "sources": list(scanning.SOURCES.items()),
        "made_from": list(scanning.MADE_FROM.items()),
        "source_value": request.POST.get("source", "scan"),
        "made_from_value": request.POST.get("made_from", ""),
        "largest": intake.LARGEST_SCAN // 1048576,
        "most": scanning.MOST_SHEETS,
    }
    return render(request, "desk/papers.html", context, status=status)


def _rows(case: Case) -> list[Row]:
    materials = {material.spec: material for material in case.materials.all()}
    pages = looks.pages_of(materials.values())
    earlier = _earlier(case)
    version = queries.version_of(case)
    asked = forms.materials(version, queries.particulars(case).get("answers", {}))
    wanted = {*materials, *(one.spec for one in asked if one.is_required)}
    return [
        _row(spec.spec, spec.name, materials.get(spec.spec), pages, earlier)
        for spec in version.materials
        if spec.spec in wanted
    ]


def _row(
    spec: str,
    name: str,
    paper: Material | None,
    pages: dict[str, int],
    earlier: dict[str, list[Earlier]],
) -> Row:
    before = [one for one in earlier.get(spec, []) if paper is None or one.digest != paper.digest]
    return Row(
        spec=spec,
        name=name,
        paper=paper,
        pages=pages.get(paper.digest, 0) if paper else 0,
        is_here=paper is not None and kept.has(paper.digest),
        earlier=before,
    )


def _earlier(case: Case) -> dict[str, list[Earlier]]:
    """Every paper ever handed in for each thing, as the record has them."""
    found: dict[str, list[Earlier]] = {}
    for event in recorded.events(case.number):
        for material in event.content.get("materials", []):
            found.setdefault(material["spec"], []).append(Earlier(material["digest"], event.seq))
    return found


@require_GET
@desk_page
def thumbnail(request: OfficerRequest, number: str, digest: str) -> HttpResponse:
    """A small picture of the first page of a paper of the case."""
    case = queries.case_for(request.officer, number)
    paper = case.materials.filter(digest=digest).first()
    made = looks.thumbnail(digest, paper.media_type) if paper else None
    if made is None:
        raise NotFound(_("这份材料没有缩略图"))
    return HttpResponse(made, content_type="image/png")
