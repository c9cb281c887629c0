"""Evidence files: of one's own case to download, of any case to check; nobody signs in for that."""

import tempfile
from dataclasses import dataclass

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from tongban.cases.evidence import explaining, keys, making, reach, verifying
from tongban.cases.evidence.findings import Report
from tongban.jurisdictions import queries as jurisdictions
from tongban.parties.models import Account
from tongban.portal.door import page, signed_in

MOST_BYTES = 100 * 1024 * 1024
# The form around the file takes a little, too.
_MOST_REQUEST = MOST_BYTES + 64 * 1024


@signed_in
@require_safe
def evidence(request: HttpRequest, account: Account, number: str) -> FileResponse:
    """The evidence file of one's own case; `?closed` leaves out what is personal, `?materials` adds."""
    case, found = reach.of_applicant(
        account,
        number,
        is_open="closed" not in request.GET,
        has_materials="materials" in request.GET,
    )
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    making.write(target, case, found)
    target.seek(0)
    response = FileResponse(
        target,
        as_attachment=True,
        filename=f"{number}.evidence.zip",
        content_type="application/zip",
    )
    response["Cache-Control"] = "private, no-store"
    return response


@dataclass(frozen=True)
class PublishedKey:
    """A key of the directory, as people compare it."""

    node: str
    name: str
    fingerprint: str


# Nothing is written, so there is nothing to forge; and a file that is too large is refused before
# its first byte is read, which the check of a token would not let us.
@csrf_exempt
@page
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Drop an evidence file, read what is in it and whether it is right. Nothing is kept."""
    context: dict[str, object] = {"limit": MOST_BYTES // 1024 // 1024, "keys": _published()}
    if request.method != "POST":
        return render(request, "portal/evidence.html", context)
    if int(request.META.get("CONTENT_LENGTH") or 0) > _MOST_REQUEST:
        return _not_taken(request, context, _("文件太大，请用命令行核对"), status=413)
    file = request.FILES.get("file")
    if file is None or file.file is None or not file.size:
        return _not_taken(request, context, _("请选择一份证据文件"), status=422)
    report = verifying.verify(file.file, known=_is_known)
    return render(request, "portal/evidence.html", context | _told(report))


def _not_taken(
    request: HttpRequest, context: dict[str, object], error: str, *, status: int
) -> HttpResponse:
    more = {"error": error, "errors": [("id_file", error)]}
    return render(request, "portal/evidence.html", context | more, status=status)


def _told(report: Report) -> dict[str, object]:
    return {
        "report": report,
        "verdict": explaining.verdict(report),
        "facts": explaining.facts(report),
        "chains": explaining.chains(report),
        "receipts": explaining.receipts(report),
        "stamps": explaining.stamps(report),
    }


def _is_known(node: str, public_key: str) -> bool:
    return jurisdictions.public_key(node, keys.key_id(public_key)) == public_key


def _published() -> list[PublishedKey]:
    return [
        PublishedKey(node.code, node.name, keys.fingerprint(keys.pem(node.public_key)))
        for node in jurisdictions.nodes()
        if node.is_connected
    ]
