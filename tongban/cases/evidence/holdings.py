"""What lies beside the chains in an evidence file: parts, papers, documents, receipts."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tongban.basics import canonical
from tongban.cases.evidence import layout, timing
from tongban.cases.evidence.findings import ReceiptFound
from tongban.record import statements
from tongban.record.chains import Event, FileRef

if TYPE_CHECKING:
    from tongban.cases.evidence.verifying import Checking

_RECEIPTS = "receipts/"


def check(checking: "Checking", manifest: dict[str, Any]) -> None:
    """Each thing is what the events name; what an event names is there or said to be left out."""
    _parts(checking, manifest["sealed"])
    _papers(checking, manifest["papers"])
    _documents(checking, manifest["documents"])
    _receipts(checking)
    timing.check(checking)


def _events(checking: "Checking") -> Iterator[Event]:
    for chain in checking.report.chains:
        yield from chain.events


def _parts(checking: "Checking", sealed: list[str]) -> None:
    named = {event.sealed for event in _events(checking) if event.sealed}
    opened = set()
    for name in sorted(checking.names):
        if not name.startswith("parts/"):
            continue
        digest = canonical.digest(checking.small(name, 64 << 20))
        if digest in named and name == layout.part(digest):
            opened.add(digest)
            checking.spoken_of.add(name)
        else:
            checking.report.wrong(name, "part")
    for digest in sorted((named - opened) ^ set(sealed)):
        checking.report.wrong(layout.MANIFEST, "part-lost", digest=digest)
    checking.report.opened, checking.report.sealed = len(opened), len(named - opened)


def _papers(checking: "Checking", listed: list[dict[str, Any]]) -> None:
    named: dict[str, FileRef] = {}
    for event in _events(checking):
        for file in event.files:
            named.setdefault(file.digest, file)
    told = {one["digest"]: (one["size"], one["type"]) for one in listed}
    truly = {digest: (file.size, file.media_type) for digest, file in named.items()}
    for digest in sorted(told.keys() | truly.keys()):
        if told.get(digest) != truly.get(digest):
            checking.report.wrong(layout.MANIFEST, "material-untold", digest=digest)
    for one in listed:
        if one["file"]:
            _paper(checking, one["file"], one["digest"], named.get(one["digest"]))
    checking.report.papers = len(named)


def _paper(checking: "Checking", name: str, digest: str, file: FileRef | None) -> None:
    if name not in checking.names:
        checking.report.wrong(name, "missing")
        return
    checking.spoken_of.add(name)
    is_right = file is not None and name == layout.material(digest, file.media_type)
    if is_right and checking.archive.checked(name)[0] == digest:
        checking.report.papers_here += 1
    else:
        checking.report.wrong(name, "material")


def _documents(checking: "Checking", listed: list[dict[str, Any]]) -> None:
    for one in listed:
        if one["file"] in checking.names and one["file"].startswith("documents/"):
            checking.spoken_of.add(one["file"])
            checking.report.documents.append({"title": one["title"], "number": one["number"]})
        else:
            checking.report.wrong(one["file"], "document-missing")


def _receipts(checking: "Checking") -> None:
    said = dict(_statements(checking))
    heads = {(event.chain, event.seq): event.hash for event in _events(checking)}
    for name in sorted(checking.names):
        if not name.startswith(_RECEIPTS) or name.startswith(layout.STATEMENTS):
            continue
        checking.spoken_of.add(name)
        data = checking.small(name)
        digest = canonical.digest(data)
        try:
            word = statements.read_word(data)
        except (ValueError, KeyError, TypeError, RecursionError):
            checking.report.wrong(name, "receipt")
            continue
        if name != layout.receipt(word["subject"], digest):
            checking.report.wrong(name, "receipt")
        if heads.get((word["subject"], word["sequence"])) != word["head"]:
            checking.report.wrong(name, "receipt-elsewhere")
        elif (word["by"], word["to"], digest) not in said:
            checking.report.wrong(name, "receipt-alone", node=word["by"])
        else:
            _note(checking, word, said[word["by"], word["to"], digest])


def _note(checking: "Checking", word: dict[str, Any], at: datetime) -> None:
    found = ReceiptFound(word["by"], word["subject"], word["sequence"], at)
    checking.report.receipts.append(found)


def _statements(checking: "Checking") -> Iterator[tuple[tuple[str, str, str], datetime]]:
    """Who signed for which receipt of whom, and when; a statement signed by another is none."""
    for name in sorted(checking.names):
        if not name.startswith(f"{layout.STATEMENTS}/") or not name.endswith(".json"):
            continue
        checking.spoken_of.add(name)
        data = checking.small(name)
        signer = checking.signed_by.get(name, ("", "", ""))[0]
        try:
            said = canonical.loads(data)
            by, to, at = said["by"], said["to"], datetime.fromisoformat(said["at"])
            digests = [str(one) for one in said["words"]]
        except (ValueError, KeyError, TypeError, RecursionError):
            checking.report.wrong(name, "statement")
            continue
        if signer != by or name != layout.statement(canonical.digest(data)):
            checking.report.wrong(name, "statement")
            continue
        for digest in digests:
            yield (by, to, digest), at
