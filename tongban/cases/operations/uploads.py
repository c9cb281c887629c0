"""Papers that a connected system hands in ahead of a submission."""

from collections.abc import Iterable
from datetime import datetime
from typing import IO

from tongban.basics import prepared
from tongban.cases import intake
from tongban.cases.models import Upload
from tongban.record.chains import FileRef


def keep_upload(*, owner: str, source: IO[bytes], name: str, size: int, at: datetime) -> FileRef:
    """Judge a paper by its content and keep it for its owner; the second time is the same paper.

    Refused like any paper (intake.take_in). Nobody else may use it in a submission, even knowing
    its digest: that would be a way to read what somebody else handed in.
    """
    file = intake.take_in(source, name=name, size=size)
    Upload.objects.bulk_create(
        [
            Upload(
                owner=owner, digest=file.digest, size=file.size, media_type=file.media_type, at=at
            )
        ],
        ignore_conflicts=True,
    )
    return file


def uploaded(owner: str, digests: Iterable[str]) -> dict[str, FileRef]:
    """Those of the papers that this owner has handed in, by digest."""
    rows = prepared.rows(_UPLOADED, {"owner": owner, "digests": list(digests)})
    return {digest: FileRef(digest, size, media_type) for digest, size, media_type in rows}


_UPLOADED = """
SELECT digest, size, media_type FROM cases_upload
WHERE owner = %(owner)s::text AND digest = ANY(%(digests)s::text[])
"""
