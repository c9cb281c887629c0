"""Taking an evidence file apart and putting it together again, otherwise."""

import io
from collections.abc import Callable
from typing import Any

from tongban.basics import canonical
from tongban.cases.evidence import archive, keys, layout
from tongban.cases.evidence.archive import Archive, Bytes
from tongban.cases.evidence.findings import Report
from tongban.cases.evidence.verifying import verify
from tongban.trust import signing
from tongban.trust.signing import Signer

Files = dict[str, bytes]


def unpacked(evidence: bytes) -> Files:
    found = Archive(io.BytesIO(evidence))
    return {name: found.read(name) for name in found.entries}


def packed(files: Files) -> bytes:
    target = io.BytesIO()
    archive.write(target, [(name, Bytes(content)) for name, content in files.items()])
    return target.getvalue()


def checked(evidence: bytes, **more) -> Report:
    return verify(io.BytesIO(evidence), **more)


def codes(report: Report) -> set[str]:
    return {fault.code for fault in report.faults}


def new_signer() -> Signer:
    return signing.signer_from_pem(signing.new_key())


def resealed(files: Files, *, node: str = "22", signer: Signer | None = None) -> bytes:
    """The same with a new list under a new signature, as a forger with a key of his own makes it.

    He also brings his key, and lists it in the directory beside.
    """
    signer = signer or new_signer()
    forged = {name: content for name, content in files.items() if not name.startswith(layout.SUMS)}
    bring_key(forged, node, signer)
    lines = [f"{canonical.digest(forged[name])}  {name}\n" for name in sorted(forged)]
    forged[layout.SUMS] = "".join(lines).encode()
    sign(forged, layout.SUMS, node, signer)
    return packed(forged)


def bring_key(files: Files, node: str, signer: Signer) -> None:
    files[layout.key(node, signer.key_id)] = keys.pem(signer.public_key)
    directory = canonical.loads(files[layout.DIRECTORY])
    entry = directory["nodes"].setdefault(node, {"name": node, "keys": []})
    entry["keys"].append({"keyid": signer.key_id, "publickey": signer.public_key})
    files[layout.DIRECTORY] = canonical.dumps(directory)


def sign(files: Files, name: str, node: str, signer: Signer) -> None:
    signature = keys.raw_signature(signer.sign(files[name]))
    files[layout.signature(name, node, signer.key_id, keys.suite_of(signer.public_key))] = signature


def unsign(files: Files, name: str) -> None:
    for one in [one for one in files if one.startswith(f"{name}.") and one.endswith(".sig")]:
        del files[one]


def manifest(files: Files, change: Callable[[dict[str, Any]], None]) -> None:
    said = canonical.loads(files[layout.MANIFEST])
    change(said)
    files[layout.MANIFEST] = canonical.dumps(said)
