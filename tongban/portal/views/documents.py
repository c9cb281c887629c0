"""The official documents of one's own case."""

from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_safe

from tongban.cases import queries as cases
from tongban.cases.documents import shelf
from tongban.parties.models import Account
from tongban.portal import files
from tongban.portal.door import signed_in


@signed_in
@require_safe
def document(
    request: HttpRequest, account: Account, number: str, seq: int, kind: str
) -> FileResponse:
    """A document of one's own case as PDF, the same bytes each time; any other does not exist."""
    found, digest = shelf.open_document(cases.case_of(account, number), seq=seq, kind=kind)
    download = "download" in request.GET
    return files.answer(digest, "application/pdf", found.title, download=download)
