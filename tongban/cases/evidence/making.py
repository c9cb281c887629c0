"""Making the evidence file of a case, for whoever may have it and no further than they may see."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib import resources
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _

from tongban.basics import canonical
from tongban.basics.refusals import Refused
from tongban.cases import queries
from tongban.cases.documents import shelf
from tongban.cases.evidence import archive, keys, layout
from tongban.cases.evidence.archive import Bytes, Source
from tongban.cases.evidence.reach import Reach
from tongban.cases.models import Case
from tongban.jurisdictions import queries as jurisdictions
from tongban.record import merkle, papers, stamping, statements
from tongban.record import queries as recorded
from tongban.record.chains import Event
from tongban.record.models import EvidenceSeal
from tongban.trust import signing

Files = dict[str, Source]


class TooMuch(Refused):
    """The materials are more than one file of this kind holds."""

    code = "evidence-too-large"


@dataclass(frozen=True, slots=True)
class Paper:
    """A kept paper as a source: read anew each time, in pieces."""

    digest: str

    def pieces(self) -> Iterator[bytes]:
        yield from papers.chunks(self.digest)


@dataclass
class _Chain:
    name: str
    kind: str
    events: list[Event]


@dataclass
class _Making:
    """What is gathered on the way."""

    case: Case
    reach: Reach
    files: Files = field(default_factory=dict)
    keys: set[tuple[str, str]] = field(default_factory=set)

    def put(self, name: str, value: Any) -> None:
        self.files[name] = Bytes(canonical.dumps(value))

    def sign(self, name: str, node: str, key_id: str, signature: str) -> None:
        """A signature beside a file, and the key that it is checked by."""
        public_key = jurisdictions.public_key(node, key_id)
        suite = keys.suite_of(public_key) if public_key else keys.ED25519
        raw = keys.raw_signature(signature)
        self.files[layout.signature(name, node, key_id, suite)] = Bytes(raw)
        self.keys.add((node, key_id))


def write(target: IO[bytes], case: Case, reach: Reach) -> None:
    """Write the evidence file of a case; while nothing happens to the case, the same bytes each time.

    `reach` says what is opened: personal parts and documents of the chains that the reader may see,
    the papers themselves when asked for; of everything else the digests. Refused: TooMuch.
    """
    making = _Making(case, reach)
    found = _chains(making)
    manifest = {
        "format": layout.FORMAT,
        "v": layout.VERSION,
        "case": case.number,
        "issuer": settings.NODE_ID,
        "is_open": reach.is_open,
        "has_materials": reach.has_materials,
        "chains": [_listed(one) for one in found],
        "sealed": _parts(making, found),
        "papers": _papers(making, found),
        "documents": _documents(making),
        "item": _rules(making),
    }
    _receipts(making, found)
    _stamps(making, found)
    _directory(making)
    making.put(layout.MANIFEST, manifest)
    making.files[layout.GUIDE] = Bytes(guide())
    _seal(making)
    try:
        archive.write(target, making.files.items())
    except archive.TooLarge as too_large:
        raise TooMuch(_("材料太多，一个文件装不下。请选“不带材料”再下载")) from too_large


def _chains(making: _Making) -> list[_Chain]:
    """The case and what stands beside it, each event with its signature."""
    named = {making.case.number: "case", **making.reach.beside}
    found = [_Chain(name, kind, recorded.events(name)) for name, kind in sorted(named.items())]
    for chain in found:
        for event in chain.events:
            name = layout.event(chain.name, event.seq)
            making.files[name] = Bytes(event.body)
            making.sign(name, event.author.node, event.key_id, event.signature)
    return found


def _listed(chain: _Chain) -> dict[str, Any]:
    head = chain.events[-1].hash if chain.events else ""
    return {"chain": chain.name, "kind": chain.kind, "events": len(chain.events), "head": head}


def _parts(making: _Making, found: Sequence[_Chain]) -> list[str]:
    """Open the parts that may be opened; gives the digests of the others."""
    named, opened = set(), set()
    for chain in found:
        for event in chain.events:
            if event.sealed:
                named.add(event.sealed)
                if making.reach.opens(chain.name, event.kind):
                    opened.add(event.sealed)
    for digest, data in recorded.part_bytes(opened).items():
        making.files[layout.part(digest)] = Bytes(data)
        named.discard(digest)
    return sorted(named)


def _papers(making: _Making, found: Sequence[_Chain]) -> list[dict[str, Any]]:
    """Every paper by its digest; the papers themselves where they are asked for and may be had."""
    listed: dict[str, dict[str, Any]] = {}
    for chain in found:
        for event in chain.events:
            for file in event.files:
                known = listed.setdefault(
                    file.digest,
                    {"digest": file.digest, "size": file.size, "type": file.media_type, "file": ""},
                )
                if making.reach.brings(chain.name, file.digest) and papers.has(file.digest):
                    known["file"] = layout.material(file.digest, file.media_type)
                    making.files[known["file"]] = Paper(file.digest)
    return [listed[digest] for digest in sorted(listed)]


def _documents(making: _Making) -> list[dict[str, Any]]:
    """The official documents, which hold names; listed and put in only for who sees the case."""
    if not making.reach.is_open:
        return []
    listed = []
    for one in shelf.documents_of(making.case):
        given, digest = shelf.open_document(making.case, seq=one.seq, kind=one.kind)
        name = layout.document(given.seq, given.kind)
        making.files[name] = Paper(digest)
        listed.append({"file": name, "title": given.title, "number": given.number})
    return sorted(listed, key=lambda one: one["file"])


def _rules(making: _Making) -> dict[str, Any]:
    """The version of the item that the case is judged by, as this node has it."""
    case = making.case
    making.put(layout.RULES, _plain(dataclasses.asdict(queries.version_of(case))))
    return {"code": case.item, "version": case.item_version, "local": case.local_version}


def _plain(value: Any) -> Any:
    """A value of dataclasses as JSON has it."""
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, set | frozenset):
        return sorted(_plain(one) for one in value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float):
        return repr(value)
    return value


def _receipts(making: _Making, found: Sequence[_Chain]) -> None:
    """What the nodes signed about having these chains, as far as it came here or went out from here."""
    for row in statements.of_chains(chain.name for chain in found):
        making.files[layout.receipt(row.chain, row.digest)] = Bytes(row.body.encode())
        name = layout.statement(row.statement.digest)
        making.files[name] = Bytes(row.statement.body.encode())
        making.sign(name, row.statement.node, row.statement.key_id, row.statement.signature)


def _stamps(making: _Making, found: Sequence[_Chain]) -> None:
    """When the ends of these chains were there, by the authority that this node asks."""
    for proof in stamping.proofs(chain.name for chain in found):
        steps = "".join(f"{side} {other}\n" for side, other in proof.way)
        text = f"{merkle.leaf_text(proof.chain, proof.seq, proof.head)}\n{steps}"
        for name, content in (
            ("root.txt", proof.root.encode("ascii")),
            ("response.tsr", proof.response),
            ("authority.pem", proof.authority.encode("ascii")),
            (layout.way(proof.chain, proof.seq), text.encode("ascii")),
        ):
            making.files[layout.stamp(proof.root, name)] = Bytes(content)


def _directory(making: _Making) -> None:
    """The nodes and keys as this node knows them, and the keys that something here is signed with."""
    making.keys.add((settings.NODE_ID, signing.load_signer(settings.NODE_KEY_FILE).key_id))
    listed: dict[str, dict[str, Any]] = {}
    for node, key_id in sorted(making.keys):
        public_key = jurisdictions.public_key(node, key_id)
        if public_key is None:
            continue
        making.files[layout.key(node, key_id)] = Bytes(keys.pem(public_key))
        entry = listed.setdefault(node, {"name": jurisdictions.node(node).name, "keys": []})
        entry["keys"].append({"keyid": key_id, "publickey": public_key})
    making.put(layout.DIRECTORY, {"known_to": settings.NODE_ID, "nodes": listed})


def guide() -> bytes:
    """VERIFY.md: the commands by which anybody checks the file."""
    return resources.files(__package__).joinpath("verify_guide.txt").read_bytes()


def _seal(making: _Making) -> None:
    """The list of all files with their digests, signed by this node: nothing is added or left out."""
    lines = [f"{_digest(source)}  {name}\n" for name, source in sorted(making.files.items())]
    sums = "".join(lines).encode("ascii")
    making.files[layout.SUMS] = Bytes(sums)
    key_id, signature = _signed(sums)
    making.sign(layout.SUMS, settings.NODE_ID, key_id, signature)


def _digest(source: Source) -> str:
    if isinstance(source, Paper):
        return source.digest
    return canonical.digest(b"".join(source.pieces()))


def _signed(sums: bytes) -> tuple[str, str]:
    """This node's signature over a list: the one it gave before, or a new one that is kept."""
    signer = signing.load_signer(settings.NODE_KEY_FILE)
    row, _made = EvidenceSeal.objects.get_or_create(
        digest=canonical.digest(sums),
        key_id=signer.key_id,
        defaults={"signature": signer.sign(sums)},
    )
    return row.key_id, row.signature
