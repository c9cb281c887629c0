"""The papers of a case, for those who may see the case and for nobody else."""

from typing import IO

import structlog
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from tongban.basics.refusals import NotFound
from tongban.cases import documents, intake, queries, states
from tongban.cases.inspection import looks
from tongban.cases.models import Case
from tongban.cases.permissions import check_may_act
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.record import papers
from tongban.record import queries as recorded
from tongban.record.chains import FileRef

log = structlog.get_logger(__name__)

# The reader that browsers put around a PDF needs styles and itself as a plug-in, and nothing else.
PAPER_POLICY = (
    "default-src 'none'; img-src 'self'; object-src 'self'; style-src 'unsafe-inline'; "
    "frame-ancestors 'self'"
)
# Only these are shown inside the page; everything else is handed out to be saved.
SHOWN = frozenset({intake.PDF.media_type, intake.JPEG.media_type, intake.PNG.media_type})


@require_GET
@xframe_options_sameorigin
@desk_page
def paper(request: OfficerRequest, number: str, digest: str) -> HttpResponseBase:
    """One paper of a case, also one that was replaced later. Each look is logged.

    `?preview` is the picture of an OFD that browsers can show.
    """
    case = queries.case_for(request.officer, number)
    file = _file_of(case, digest)
    try:
        content = papers.open(digest)
    except papers.PaperMissing as missing:
        raise NotFound(_("这份材料还没有传到本地，传到后自动出现")) from missing
    log.info("desk.paper_shown", case=number, digest=digest, officer=request.officer.pseudonym)
    shown = file.media_type in SHOWN and "download" not in request.GET
    name = _name_of(case, digest)
    if "preview" in request.GET:
        content.close()
        return _preview(digest, file.media_type, name)
    return _answer(content, name, file.media_type or "application/octet-stream", inline=shown)


@require_GET
@xframe_options_sameorigin
@desk_page
def draft_of_result(request: OfficerRequest, number: str) -> HttpResponseBase:
    """The document of the decision as it would be made now; nothing is kept or sent."""
    case = queries.case_for(request.officer, number)
    check_may_act(request.officer, case, states.ISSUE_RESULT)
    document = documents.decision(case, officer=request.officer, at=now(), is_preview=True)
    return _answer(document.pdf, f"{document.title}.pdf", intake.PDF.media_type, inline=True)


def _preview(digest: str, media_type: str, name: str) -> HttpResponseBase:
    drawn = looks.preview_pdf(digest, media_type)
    if drawn is None:
        raise NotFound(_("这份材料没有预览，请下载原文件，用版式阅读器打开"))
    return _answer(drawn, f"{name}.pdf", intake.PDF.media_type, inline=True)


def _file_of(case: Case, digest: str) -> FileRef:
    for event in recorded.events(case.number):
        for file in event.files:
            if file.digest == digest:
                return file
    raise NotFound(_("这件里没有这份材料"))


def _name_of(case: Case, digest: str) -> str:
    names: dict[str, str] = queries.particulars(case).get("file_names", {})
    if digest == case.result.get("digest"):
        return f"{case.result['title']}.pdf"
    return names.get(digest) or digest[:12]


def _answer(content: IO[bytes], name: str, media_type: str, *, inline: bool) -> FileResponse:
    response = FileResponse(
        content, content_type=media_type, as_attachment=not inline, filename=name
    )
    response.headers["Content-Security-Policy"] = PAPER_POLICY
    return response
