"""The names of the files in an evidence file, and what stands in its manifest."""

FORMAT = "tongban-evidence"
VERSION = 1
GUIDE = "VERIFY.md"
SUMS = "SHA256SUMS"
MANIFEST = "manifest.json"
DIRECTORY = "directory/nodes.json"
RULES = "rules/item-version.json"
STATEMENTS = "receipts/statements"
ENDINGS = {
    "application/pdf": ".pdf",
    "application/ofd": ".ofd",
    "image/jpeg": ".jpg",
    "image/png": ".png",
}


def event(chain: str, seq: int) -> str:
    """The body of an event: the very bytes that were signed."""
    return f"chains/{chain}/{seq:06d}.json"


def signature(signed: str, node: str, key_id: str, suite: str) -> str:
    """The signature over a file; its name says whose it is, for openssl and for people."""
    return f"{signed}.{node}-{key_id}.{suite}.sig"


def key(node: str, key_id: str) -> str:
    """A public key in PEM."""
    return f"keys/{node}-{key_id}.pem"


def part(digest: str) -> str:
    """The personal part of an event, opened."""
    return f"parts/{digest}.json"


def material(digest: str, media_type: str) -> str:
    """A paper of the case."""
    return f"materials/{digest}{ENDINGS.get(media_type, '.bin')}"


def document(seq: int, kind: str) -> str:
    """An official document."""
    return f"documents/{seq:06d}-{kind}.pdf"


def receipt(chain: str, digest: str) -> str:
    """A receipt for an event of a chain."""
    return f"receipts/{chain}/{digest}.json"


def statement(digest: str) -> str:
    """The signed list of digests that a receipt stands in."""
    return f"{STATEMENTS}/{digest}.json"


def stamp(root: str, name: str) -> str:
    """A file of a time-stamp: `root.txt`, `response.tsr`, `authority.pem`, or the way of a head."""
    return f"stamps/{root}/{name}"


def way(chain: str, seq: int) -> str:
    """The way from a head to the root that was stamped."""
    return f"{chain}-{seq:06d}.way"


def signed_name(name: str) -> tuple[str, str, str, str] | None:
    """File, node, key id and suite of a signature by its name; None when it is no such name."""
    pieces = name.rsplit(".", 3)
    if len(pieces) != 4 or pieces[3] != "sig":
        return None
    node, dash, key_id = pieces[1].partition("-")
    return (pieces[0], node, key_id, pieces[2]) if dash and node and key_id else None
