"""PDF papers: how many pages, and nothing in them that acts.

Read by a parser that is memory-safe and keeps to budgets, so a file made to exhaust whoever opens
it is refused before it does. Object streams are unpacked, so nothing hides in them.
"""

import warnings
from collections.abc import Iterable, Iterator
from typing import Any

import pylopdf

from tongban.cases.inspection import pictures
from tongban.cases.inspection.refusals import PaperRefused

MOST_PAGES = 2000
# Blank pages of a scan pack some 250 times, so all streams together may unpack to 400 times the
# file; each by itself is bounded, as one is unpacked at a time.
_MOST_PACKED, _ALWAYS = 400, 512 << 20


def limits(size: int) -> pylopdf.DocumentLimits:
    """The budgets of a PDF of so many bytes. A scan of 500 pages has some 2,000 objects."""
    return pylopdf.DocumentLimits(
        max_pages=MOST_PAGES,
        max_objects=100_000,
        max_decompressed_size=128 << 20,
        max_total_decompressed_size=max(_ALWAYS, _MOST_PACKED * size),
        max_page_content_size=16 << 20,
        max_object_depth=64,
    )


# What a reader would do of itself, or send away, when it opens the file or somebody clicks.
ACTS = frozenset(
    {"JavaScript", "Launch", "SubmitForm", "ImportData", "GoToE", "Rendition", "Movie", "Sound"}
)
_SCRIPT_KEYS = frozenset({"JS", "JavaScript", "XFA"})


def pages(content: bytes) -> int:
    """How many pages a PDF has. Refused: encrypted, acting, damaged, too large to be read."""
    with _opened(content) as document:
        if document.is_encrypted:
            raise _encrypted()
        count = document.page_count
        if count == 0:
            raise PaperRefused("这个PDF里一页也没有。请检查能不能打开，重新另存为PDF再上传")
        try:
            found = next(_acts(document), "")
        except pylopdf.PdfError as broken:
            raise _unreadable() from broken
        if found:
            raise PaperRefused(
                "这个PDF里有会自动运行的内容（脚本或者动作），不能收。"
                "请打印成纸再扫描，或者用“打印为PDF”另存一份再上传"
            )
        return count


def picture(content: bytes, *, width: int) -> bytes:
    """The first page as PNG, about so many points wide."""
    with _opened(content) as document:
        page = document.load_page(0)
        points = max(page.rect.width, 1.0)
        tall = max(page.rect.height / points, 0.01)
        # A page may be a strip of many metres; its picture is not.
        scale = min(width / points, 4 * width / (points * tall))
        return bytes(document.render_page(0, scale=scale, background=(255, 255, 255)))


def bound(contents: Iterable[bytes]) -> bytes:
    """Several PDFs as one, in their order; for printing."""
    with pylopdf.Document() as whole:
        for content in contents:
            with pylopdf.open(stream=content) as one:
                whole.insert_pdf(one)
        return bytes(whole.tobytes(deflate=True, garbage=1))


def bound_scans(scans: Iterable[tuple[str, bytes]]) -> bytes:
    """One PDF of what a scanner or camera made, each by its media type: pictures become pages."""
    with pylopdf.Document() as whole:
        for media_type, content in scans:
            if media_type != "application/pdf":
                _add_page(whole, content)
                continue
            with _opened(content) as one:
                whole.insert_pdf(one)
        return bytes(whole.tobytes())


def _add_page(whole: pylopdf.Document, content: bytes) -> None:
    size, turn = pictures.size(content), pictures.turned(content)
    short, long = 595.0, 842.0
    is_across = (size.width > size.height) is (turn % 180 == 0)
    width, height = (long, short) if is_across else (short, long)
    page = whole.new_page(width=width, height=height)
    page.insert_image((0, 0, width, height), stream=content, rotate=turn, max_size=None)


def _opened(content: bytes) -> pylopdf.Document:
    try:
        with warnings.catch_warnings():
            # Scanners write tables of objects that are a few bytes off; what was found is what counts.
            warnings.simplefilter("ignore", pylopdf.PylopdfWarning)
            return pylopdf.open(stream=content, limits=limits(len(content)))
    except (pylopdf.EncryptedDocumentError, pylopdf.PasswordError) as locked:
        raise _encrypted() from locked
    except pylopdf.LimitError as over:
        raise PaperRefused(
            f"这个PDF展开以后太大，或者超过{MOST_PAGES}页，不能收。请分成几份，或者打印后扫描再上传"
        ) from over
    except pylopdf.PdfError as broken:
        raise _unreadable() from broken


def _encrypted() -> PaperRefused:
    return PaperRefused("这个PDF设了密码或者限制，两地都打不开。请去掉密码，另存一份再上传")


def _unreadable() -> PaperRefused:
    return PaperRefused("这个PDF读不出来，可能损坏了。请检查能不能打开，用“打印为PDF”另存再上传")


def _acts(document: pylopdf.Document) -> Iterator[str]:
    """Everything in a document that would act."""
    for part in document.objects.values():
        yield from _acts_in(part, 0)


def _acts_in(part: Any, depth: int) -> Iterator[str]:
    if depth > 64:
        raise _unreadable()
    if isinstance(part, pylopdf.Dictionary | pylopdf.Stream):
        keys = set(part.keys())
        yield from keys & _SCRIPT_KEYS
        if "S" in keys and str(part["S"]) in ACTS:
            yield str(part["S"])
        inner = [part[key] for key in keys]
    elif isinstance(part, pylopdf.Array):
        inner = list(part)
    else:
        return
    for one in inner:
        # What is indirect is an object of its own, and looked at as such.
        if not getattr(one, "is_indirect", False):
            yield from _acts_in(one, depth + 1)
