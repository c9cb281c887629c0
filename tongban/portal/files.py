"""Papers over HTTP: of the type they were judged to be, never sniffed, never run."""

from pathlib import PurePath
from typing import IO
from urllib.parse import quote

from django.http import FileResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from tongban.basics.refusals import NotFound
from tongban.cases.inspection import looks
from tongban.record import papers

ENDINGS = {
    "application/pdf": ".pdf",
    "application/ofd": ".ofd",
    "image/jpeg": ".jpg",
    "image/png": ".png",
}
# What browsers show themselves; the rest is saved.
SHOWN = {"application/pdf", "image/jpeg", "image/png"}

# Nothing that a file brings along is loaded or run; what remains is what the readers of PDF and
# pictures that browsers have built in need for themselves.
NOTHING_RUNS = (
    "default-src 'none'; img-src 'self' data:; object-src 'self'; style-src 'unsafe-inline'; "
    "frame-ancestors 'self'"
)


class PaperOnItsWay(NotFound):
    """The paper belongs to the case and has not reached this node yet."""

    code = "paper-on-its-way"
    status = 404


def answer(digest: str, media_type: str, name: str, *, download: bool = False) -> FileResponse:
    """The paper as a response. Refused (PaperOnItsWay) while this node does not hold it."""
    try:
        source = papers.open(digest)
    except papers.PaperMissing as missing:
        raise PaperOnItsWay(_("这份文件还在传来的路上，请过几分钟再打开")) from missing
    return _response(source, media_type, name, saved=download or media_type not in SHOWN)


def _response(source: IO[bytes], media_type: str, name: str, *, saved: bool) -> FileResponse:
    known = media_type in ENDINGS
    response = FileResponse(
        source, content_type=media_type if known else "application/octet-stream"
    )
    disposition = content_disposition_header(saved, _file_name(name, media_type))
    response["Content-Disposition"] = disposition or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = NOTHING_RUNS
    response["Cache-Control"] = "private, no-store"
    return response


def preview(digest: str, media_type: str, name: str) -> FileResponse:
    """The preview of an OFD, to be shown. Refused where there is none; pages offer it where it is."""
    drawn = looks.preview_pdf(digest, media_type)
    if drawn is None:
        raise NotFound(_("这份文件没有预览，请下载后用版式阅读器打开"))
    return _response(drawn, "application/pdf", name, saved=False)


def _file_name(name: str, media_type: str) -> str:
    """The name to save under, with the ending of what it is."""
    ending = ENDINGS.get(media_type, "")
    stem = PurePath(name).stem if PurePath(name).suffix else name
    return (stem or quote(_("文件"))) + ending
