"""Lists of the desk as files; what a file holds, its page shows to the same officer."""

import tempfile

import structlog
from django.http import FileResponse, Http404, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tongban.cases import standing
from tongban.desk import exporting
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.desk.listing import Listing, listing_of

log = structlog.get_logger(__name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
# Until here a workbook stays in memory; above, it is a file that goes when it was sent.
SPOOL = 4 * 1024 * 1024


@require_GET
@desk_page
def cases(request: OfficerRequest, kind: str) -> HttpResponseBase:
    """The list that the address asks for, as csv or xlsx.

    A CSV is sent while it is read. A workbook is a zip with its contents at the end, so it is
    written to a file first. Who exported what is a line in the log.
    """
    asked = listing_of(request)
    if kind not in {"csv", "xlsx"}:
        raise Http404
    answer = _csv(asked) if kind == "csv" else _xlsx(asked)
    log.info(
        "desk.list_exported",
        kind=kind,
        officer=request.officer.pseudonym,
        place=request.officer.place,
        side=asked.side.value,
        shown=asked.shown,
        narrowed=sorted(asked.narrowing.asked),
        searched=bool(asked.find),
    )
    return answer


def _name(kind: str) -> str:
    return _("办件") + f"{localtime(now()):%Y%m%d-%H%M}.{kind}"


def _csv(asked: Listing) -> HttpResponseBase:
    chunks = exporting.csv_chunks(asked, today=standing.today())
    answer = StreamingHttpResponse(chunks, content_type=CSV)
    answer["Content-Disposition"] = content_disposition_header(True, _name("csv"))  # noqa: FBT003
    return answer


def _xlsx(asked: Listing) -> HttpResponseBase:
    spool = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115 - the answer closes it
    try:
        exporting.write_xlsx(spool, asked, today=standing.today())
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    return FileResponse(spool, as_attachment=True, filename=_name("xlsx"), content_type=XLSX)
