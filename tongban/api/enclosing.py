"""Papers that a call encloses: uploaded before by the same system, named by their digests."""

from collections.abc import Sequence
from typing import Annotated

from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import Field

from tongban.api.bearer import owner_of
from tongban.api.shapes import Body
from tongban.basics.refusals import FieldsRefused
from tongban.cases import intake
from tongban.cases.operations import uploads
from tongban.record.chains import FileRef

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class PaperIn(Body):
    """A paper uploaded before (POST /materials), under the name people call it."""

    digest: Digest
    name: Annotated[str, Field(max_length=200)]


def enclosed(request: HttpRequest, papers: Sequence[PaperIn]) -> list[tuple[str, FileRef]]:
    """Name and content of each paper. Refused: FieldsRefused for what the system did not upload."""
    files = uploads.uploaded(owner_of(request), {one.digest for one in papers}) if papers else {}
    errors: dict[str, list[str]] = {}
    for place, one in enumerate(papers):
        if one.digest not in files:
            errors[f"papers.{place}.digest"] = [
                _("没有这份材料。请先用POST /materials上传，再用得到的digest")
            ]
            continue
        try:
            intake.check_name(one.name)
        except intake.PaperRefused as refusal:
            errors[f"papers.{place}.name"] = [refusal.message]
    if errors:
        raise FieldsRefused(errors)
    return [(one.name, files[one.digest]) for one in papers]
