"""A paper or a document as the API hands it out, for those who may see what it belongs to."""

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from tongban.api import problems
from tongban.basics.refusals import Refused
from tongban.record import papers

# How a description says that an answer is a file.
BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


class PaperNotHereYet(Refused):
    """The case names the paper, and this node is still waiting for it from another one."""

    code = "paper-not-here-yet"
    status = 503

    def __init__(self) -> None:
        super().__init__(_("这份材料还在从另一个节点传来的路上，请过一会儿再取"))


def handed_out(request: HttpRequest, digest: str, name: str, media_type: str) -> HttpResponseBase:
    """A file under the name people gave it, to be saved; 503 while it is still on its way here."""
    try:
        content = papers.open(digest)
    except papers.PaperMissing:
        response = problems.answer(request, PaperNotHereYet())
        response["Retry-After"] = "5"
        return response
    return FileResponse(
        content,
        as_attachment=True,
        filename=name,
        content_type=media_type or "application/octet-stream",
        headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"},
    )
