"""A paper as the desk hands it out: nothing in it runs, and only what browsers show is shown."""

from django.http import FileResponse
from django.utils.translation import gettext as _

from tongban.basics.refusals import NotFound
from tongban.record import papers

_SHOWN = frozenset({"application/pdf", "image/jpeg", "image/png"})
_POLICY = (
    "default-src 'none'; img-src 'self'; object-src 'self'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'"
)


def paper_response(digest: str, name: str, media_type: str) -> FileResponse:
    """The paper. Refused (NotFound) while it has not reached this node."""
    try:
        content = papers.open(digest)
    except papers.PaperMissing as missing:
        raise NotFound(_("这份文件还没有传到本地，传到后再打开")) from missing
    response = FileResponse(
        content,
        content_type=media_type or "application/octet-stream",
        as_attachment=media_type not in _SHOWN,
        filename=name,
    )
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
