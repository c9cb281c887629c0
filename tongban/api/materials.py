"""POST /materials: a paper, ahead of the submission that names it."""

from typing import Annotated

from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext as _
from ninja import File, Router, Status
from ninja.files import UploadedFile
from pydantic import BaseModel, Field

from tongban.api.bearer import needs, owner_of
from tongban.api.problems import Problem, WrongContentType
from tongban.api.reading import check_size
from tongban.basics.uploads import keep_sent_names, sent_name
from tongban.cases import intake
from tongban.cases.operations import uploads

router = Router(tags=["cases"])

MULTIPART = "multipart/form-data"
# A file of the largest size, and what the parts around it take.
LARGEST = intake.LARGEST + 64 * 1024


class MaterialTaken(BaseModel):
    """A paper as it was kept: a submission names it by `digest`, its SHA-256."""

    digest: str
    size: Annotated[int, Field(description="bytes")]
    media_type: Annotated[str, Field(description="as its content says, whatever its name claims")]


def check_multipart(request: HttpRequest) -> None:
    """Refuse what is too large or no multipart form, before a byte of it is taken in."""
    if request.content_type != MULTIPART:
        raise WrongContentType(MULTIPART)
    check_size(request, LARGEST)
    keep_sent_names(request)


@router.post(
    "/materials",
    response={201: MaterialTaken, 413: Problem, 415: Problem, 422: Problem},
    summary="上传材料",
    **needs("submit", before=check_multipart),
)
def upload(request: HttpRequest, file: File[UploadedFile]) -> Status[MaterialTaken]:
    """Keep a PDF, OFD, JPEG or PNG of at most 20 MB for a later submission by the same system.

    Judged by its content. The same paper twice is the same digest. Nobody else can use it, even
    knowing its digest. Needs scope `submit`.
    """
    kept = uploads.keep_upload(
        owner=owner_of(request),
        source=file,
        name=sent_name(file) or _("未命名"),
        size=file.size or 0,
        at=now(),
    )
    taken = MaterialTaken(digest=kept.digest, size=kept.size, media_type=kept.media_type)
    return Status(201, taken)
