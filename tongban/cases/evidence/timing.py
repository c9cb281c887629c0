"""Time-stamps in an evidence file: from a head to the root, and from the root to the authority."""

from typing import TYPE_CHECKING

from tongban.cases.evidence import layout
from tongban.cases.evidence.findings import StampFound
from tongban.record import merkle, stamps

if TYPE_CHECKING:
    from tongban.cases.evidence.verifying import Checking

_LONGEST_WAY = 64


def check(checking: "Checking") -> None:
    """Every way leads from an event of the file to a root that the authority stamped."""
    heads = {
        (event.chain, str(event.seq)): event.hash
        for one in checking.report.chains
        for event in one.events
    }
    for name in sorted(checking.names):
        if name.startswith("stamps/") and name.endswith(".way"):
            checking.spoken_of.add(name)
            _way(checking, name, heads)


def _way(checking: "Checking", name: str, heads: dict[tuple[str, str], str]) -> None:
    root = name.split("/")[1]
    try:
        head, *lines, nothing = checking.small(name).decode("ascii").split("\n")
        word, chain, seq, digest = head.split(" ")
        if word != "head" or nothing or len(lines) > _LONGEST_WAY:
            raise ValueError("not a way")  # noqa: TRY301 - as the others
        leads_to = merkle.climb(merkle.hashed(head), tuple(_step(line) for line in lines))
    except ValueError:
        leads_to = ""
    if leads_to != root:
        checking.report.wrong(name, "stamp-way")
        return
    if heads.get((chain, seq)) != digest or name != layout.stamp(root, layout.way(chain, int(seq))):
        checking.report.wrong(name, "stamp-elsewhere")
        return
    _stamp(checking, root, chain, int(seq))


def _step(line: str) -> tuple[str, str]:
    side, other = line.split(" ")
    return side, other


def _stamp(checking: "Checking", root: str, chain: str, seq: int) -> None:
    stamped, response, authority = (
        layout.stamp(root, one) for one in ("root.txt", "response.tsr", "authority.pem")
    )
    checking.spoken_of |= {stamped, response, authority}
    certificates = checking.small(authority)
    try:
        if checking.small(stamped) != root.encode("ascii"):
            raise stamps.NotAStamp("another root")  # noqa: TRY301 - as the others
        at = stamps.check(root.encode("ascii"), checking.small(response), certificates)
        named, fingerprint = stamps.names(certificates)[0]
    except (stamps.NotAStamp, UnicodeError, IndexError):
        checking.report.wrong(response, "stamp")
        return
    checking.report.stamps.append(StampFound(chain, seq, at, named, fingerprint))
