"""What opening a paper tells: its pages, a picture, a preview. Found once, kept by digest."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

import pylopdf
import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from tongban.cases import intake
from tongban.cases.drawing import sketches
from tongban.cases.inspection import ofd, pdf, pictures
from tongban.cases.inspection.refusals import PaperRefused
from tongban.cases.models import Material, PaperLook
from tongban.record import papers

log = structlog.get_logger(__name__)
WIDTH = 240
_KINDS = {kind.media_type: kind for kind in intake.KINDS}
_PICTURES = {intake.JPEG.media_type, intake.PNG.media_type}
_BROKEN = (PaperRefused, pylopdf.PdfError, OSError, ValueError, SyntaxError)


def pages_of(materials: Iterable[Material]) -> dict[str, int]:
    """How many pages papers have, by digest. One that has not arrived, or cannot be read, is left out.

    Papers from other nodes are opened here when they are first asked about, within the same bounds.
    """
    wanted = {one.digest: one.media_type for one in materials}
    known = dict(PaperLook.objects.filter(digest__in=wanted).values_list("digest", "pages"))
    fresh = {
        digest: count
        for digest, media_type in wanted.items()
        if digest not in known and (count := _count(digest, media_type))
    }
    PaperLook.objects.bulk_create(
        [PaperLook(digest=digest, pages=count) for digest, count in fresh.items()],
        ignore_conflicts=True,
    )
    return known | fresh


def _count(digest: str, media_type: str) -> int:
    kind = _KINDS.get(media_type)
    if kind is None or not papers.has(digest):
        return 0
    try:
        with papers.open(digest) as paper:
            return intake.inspect(paper, kind)
    except PaperRefused:
        return 0


def thumbnail(digest: str, media_type: str) -> bytes | None:
    """A small PNG of a paper's first page; None for what is broken, not here or cannot be drawn."""
    if media_type == intake.OFD.media_type:
        drawn = sketch(digest, media_type)
        return sketches.small(digest).read_bytes() if drawn and not drawn.why else None
    place = Path(settings.DATA_DIR, "thumbnails", digest[:2], f"{digest}.png")
    if place.is_file():
        return place.read_bytes()
    if media_type not in {intake.PDF.media_type, *_PICTURES} or not papers.has(digest):
        return None
    with papers.open(digest) as paper:
        content = paper.read()
    try:
        if media_type == intake.PDF.media_type:
            made = pdf.picture(content, width=WIDTH)
        else:
            pictures.check(content, media_type)
            made = pictures.smaller(content, width=WIDTH)
    except _BROKEN as broken:
        log.info("paper.no_thumbnail", digest=digest, why=str(broken))
        return None
    _keep(place, made)
    return made


def placeholder(digest: str, media_type: str) -> str:
    """What an OFD is, in words: its pages and its title; empty for other kinds, or what is not here."""
    if media_type != intake.OFD.media_type or not papers.has(digest):
        return ""
    try:
        with papers.open(digest) as paper:
            pages, title = intake.inspect(paper, intake.OFD), ofd.title(paper)
    except PaperRefused:
        return str(_("OFD文件，读不出页数"))
    if title:
        return _("OFD文件，%(pages)d页，《%(title)s》") % {"pages": pages, "title": title}
    return _("OFD文件，%(pages)d页") % {"pages": pages}


def sketch(digest: str, media_type: str) -> sketches.Sketch | None:
    """The preview of an OFD, or why it has none; None for other kinds, and for what is not here.

    Drawn at the first look, which takes half a second; see `sketches.of` for its bounds.
    """
    if media_type != intake.OFD.media_type or not papers.has(digest):
        return None
    return sketches.of(digest)


def preview_pdf(digest: str, media_type: str) -> IO[bytes] | None:
    """The preview of an OFD as a PDF of our own making; None where there is none."""
    drawn = sketch(digest, media_type)
    return sketches.pdf(digest).open("rb") if drawn and not drawn.why else None


def _keep(place: Path, content: bytes) -> None:
    """Written beside its place and renamed into it, so nobody reads half a picture."""
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place.parent)
    with os.fdopen(handle, "wb") as target:
        target.write(content)
    Path(name).replace(place)
