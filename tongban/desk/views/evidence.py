"""The evidence file of a case at the desk, for the offices of the case and for nobody else."""

import tempfile

import structlog
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from tongban.cases.evidence import making, reach
from tongban.desk.gate import OfficerRequest, desk_page

log = structlog.get_logger(__name__)


@require_GET
@desk_page
def evidence(request: OfficerRequest, number: str) -> HttpResponseBase:
    """The whole record of a case with signatures, to be checked by anyone. Each download is logged."""
    is_open, has_materials = "closed" not in request.GET, "materials" in request.GET
    case, found = reach.of_officer(
        request.officer, number, is_open=is_open, has_materials=has_materials
    )
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    making.write(target, case, found)
    target.seek(0)
    officer = request.officer.pseudonym
    log.info("desk.evidence_made", case=number, is_open=is_open, officer=officer)
    return FileResponse(
        target,
        as_attachment=True,
        filename=f"{number}.evidence.zip",
        content_type="application/zip",
    )
