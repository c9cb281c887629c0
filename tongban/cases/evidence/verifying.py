"""Checking an evidence file without a database: what is in it, and by name all that is wrong.

The program does what VERIFY.md tells people to do, goes on after a fault where it can, and says
each in a sentence. It believes nothing but signatures: the keys in the file itself prove that the
contents belong together, and only a directory given from outside (`known`) proves whose they are.
"""

from collections.abc import Callable
from typing import IO, Any

from tongban.basics import canonical
from tongban.cases.evidence import archive, holdings, keys, layout
from tongban.cases.evidence.archive import Archive
from tongban.cases.evidence.findings import ChainFound, KeyFound, Report
from tongban.record import chains
from tongban.record.chains import ChainBroken, Event, Head

# Whether a key is that node's; None from a checker that knows no directory.
Known = Callable[[str, str], bool]
# A node of the directory in the file: its name, and its keys with their short names.
Listed = tuple[str, frozenset[tuple[str, str]]]
# Small files are read in one piece; no event, receipt or list comes near this.
_LARGEST = 4 << 20
_LARGEST_SUMS = 16 << 20
# Far more than a case ever has; each costs a look through all names.
MOST_CHAINS = 500


def verify(source: IO[bytes], *, known: Known | None = None) -> Report:
    """Check an evidence file. Never raises for what is in it; needs no database and no network."""
    report = Report()
    try:
        found = Archive(source)
    except archive.Unreadable as broken:
        report.wrong(broken.where, "frame", why=broken.why)
        return report
    report.size, report.files = found.size, len(found.entries)
    checking = Checking(found, report, known)
    checking.listed()
    checking.read_keys()
    checking.signatures()
    manifest = checking.manifest()
    if manifest is not None:
        checking.contents(manifest)
    return report


class Checking:
    """One pass over one file."""

    def __init__(self, found: Archive, report: Report, known: Known | None) -> None:
        self.archive, self.report, self.known = found, report, known
        self.names = set(found.entries)
        self.keys: dict[tuple[str, str], str] = {}
        self.signed_by: dict[str, tuple[str, str, str]] = {}
        self.sums: dict[str, str] = {}
        # The names that something in the file speaks of; what nothing speaks of does not belong.
        self.spoken_of = {
            layout.GUIDE,
            layout.SUMS,
            layout.MANIFEST,
            layout.DIRECTORY,
            layout.RULES,
        }

    def small(self, name: str, largest: int = _LARGEST) -> bytes:
        """A small file, empty when it is missing or too large to be what its name says."""
        entry = self.archive.entries.get(name)
        if entry is None or entry.size > largest:
            return b""
        return self.archive.read(name)

    def listed(self) -> None:
        """Every file is as the list says, none is added, none is missing."""
        wrong = self.report.wrong
        self._read_sums()
        own = {name for name in self.names if name.startswith(f"{layout.SUMS}.")} | {layout.SUMS}
        for name in sorted(self.sums.keys() - self.names):
            wrong(name, "missing")
        for name in sorted(self.names - own - self.sums.keys()):
            wrong(name, "added")
        for name in self.archive.entries:
            digest, is_whole = self.archive.checked(name)
            if not is_whole or self.sums.get(name, digest) != digest:
                wrong(name, "changed")

    def _read_sums(self) -> None:
        raw = self.small(layout.SUMS, _LARGEST_SUMS)
        if not raw:
            self.report.wrong(layout.SUMS, "missing")
        lines = raw.decode("utf-8", "replace").split("\n")
        before = ""
        for line in lines[:-1]:
            digest, gap, name = line[:64], line[64:66], line[66:]
            if gap != "  " or name <= before or not set(digest) <= set("0123456789abcdef"):
                self.report.wrong(layout.SUMS, "list-unreadable", line=line[:90])
                continue
            self.sums[name], before = digest, name

    def read_keys(self) -> None:
        """The keys of the file; each is what its name says, and known to the directory if there is one."""
        directory = self._directory()
        for name in sorted(self.names):
            if not name.startswith("keys/"):
                continue
            node, _dash, key_id = name.removeprefix("keys/").removesuffix(".pem").partition("-")
            data = self.small(name)
            try:
                public_key = keys.from_pem(data)
            except ValueError:
                self.report.wrong(name, "key-unreadable")
                continue
            if keys.key_id(public_key) != key_id or name != layout.key(node, key_id):
                self.report.wrong(name, "key-misnamed")
                continue
            self._take_key(name, node, key_id, public_key, directory)

    def _take_key(
        self, name: str, node: str, key_id: str, public_key: str, directory: dict[str, Listed]
    ) -> None:
        shown, listed = directory.get(node, ("", frozenset()))
        if (key_id, public_key) not in listed:
            self.report.wrong(name, "key-not-listed")
        is_known = self.known(node, public_key) if self.known else None
        if is_known is False:
            self.report.wrong(name, "key-unknown", node=node, key=key_id)
        self.keys[node, key_id] = public_key
        suite, print_of = keys.suite_of(public_key), keys.fingerprint(self.small(name))
        self.report.keys.append(KeyFound(node, shown, key_id, suite, print_of, is_known))

    def _directory(self) -> dict[str, Listed]:
        """The directory beside: names of nodes, and pairs of key id and key."""
        try:
            nodes = canonical.loads(self.small(layout.DIRECTORY))["nodes"]
            return {
                node: (
                    str(entry["name"]),
                    frozenset((str(one["keyid"]), str(one["publickey"])) for one in entry["keys"]),
                )
                for node, entry in nodes.items()
            }
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self.report.wrong(layout.DIRECTORY, "unreadable")
            return {}

    def signatures(self) -> None:
        """Every signature is right; whose it is decides what it is good for."""
        for name in sorted(self.names):
            if not name.endswith(".sig"):
                continue
            told = layout.signed_name(name)
            if told is None or told[0] not in self.names:
                self.report.wrong(name, "signature-of-nothing")
                continue
            signed, node, key_id, suite = told
            public_key = self.keys.get((node, key_id))
            if public_key is None or keys.suite_of(public_key) != suite:
                self.report.wrong(name, "signature-without-key", node=node, key=key_id)
                continue
            if signed in self.signed_by:
                self.report.wrong(name, "signed-twice")
            message = self.small(signed, _LARGEST_SUMS)
            if keys.is_signed(public_key, message, self.small(name)):
                self.signed_by[signed] = (node, key_id, name)
            else:
                self.report.wrong(name, "signature", node=node, signed=signed)
            self.spoken_of |= {name, layout.key(node, key_id)}
        if layout.SUMS not in self.signed_by:
            self.report.wrong(layout.SUMS, "unsigned")

    def manifest(self) -> dict[str, Any] | None:
        """What the file says is in it; None when that cannot be read."""
        try:
            raw = self.small(layout.MANIFEST)
            said: dict[str, Any] = canonical.loads(raw)
            if (said["format"], said["v"]) != (layout.FORMAT, layout.VERSION):
                self.report.wrong(layout.MANIFEST, "format")
                return None
            shapes = [
                (str, said["case"], said["issuer"]),
                (list, said["chains"], said["sealed"], said["papers"], said["documents"]),
                (dict, said["item"]),
            ]
            if not all(isinstance(one, shape) for shape, *those in shapes for one in those):
                raise ValueError("not the manifest's shape")  # noqa: TRY301 - as the others
        except (ValueError, KeyError, TypeError, RecursionError):
            self.report.wrong(layout.MANIFEST, "unreadable")
            return None
        self.report.case, self.report.issuer = said["case"], said["issuer"]
        self.report.item = said["item"]
        signer = self.signed_by.get(layout.SUMS)
        if signer and signer[0] != said["issuer"]:
            self.report.wrong(layout.SUMS, "other-issuer", node=signer[0], issuer=said["issuer"])
        return said

    def contents(self, manifest: dict[str, Any]) -> None:
        """Chains, parts, papers and receipts: each what the manifest and the events say."""
        try:
            self._contents(manifest)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
            # A manifest that lies about its own shape; its seal was judged before.
            self.report.wrong(layout.MANIFEST, "unreadable")

    def _contents(self, manifest: dict[str, Any]) -> None:
        if len(manifest["chains"]) > MOST_CHAINS:
            raise ValueError("more chains than stand beside any case")
        for listed in manifest["chains"]:
            self._chain(listed["chain"], listed["kind"], listed["events"], listed["head"])
        if self.report.case not in {chain.name for chain in self.report.chains}:
            self.report.wrong(layout.MANIFEST, "no-case", case=self.report.case)
        holdings.check(self, manifest)
        known = self.spoken_of | {name for name in self.names if name.startswith(f"{layout.SUMS}.")}
        for name in sorted(self.names - known):
            self.report.wrong(name, "unnamed")

    def _chain(self, name: str, kind: str, count: int, head: str) -> None:
        events: list[Event] = []
        end: Head | None = None
        there = {one for one in self.names if one.startswith(f"chains/{name}/")}
        bodies = sorted(one for one in there if one.endswith(".json"))
        for file in bodies:
            self.spoken_of.add(file)
            event = self._event(file, name, end)
            if event is not None:
                events.append(event)
                end = event.head
        last = end or Head(0, "")
        if (last.seq, last.hash, len(bodies)) != (count, head, count):
            self.report.wrong(
                f"chains/{name}", "cut-off", chain=name, count=count, there=len(bodies)
            )
        self.report.chains.append(ChainFound(name, kind, tuple(events)))

    def _event(self, file: str, chain: str, end: Head | None) -> Event | None:
        """One event: canonical, of this chain, after the one before it, signed by its author's node."""
        node, key_id, _name = self.signed_by.get(file, ("", "", ""))
        try:
            packed = {"body": self.small(file).decode(), "keyid": key_id, "signature": ""}
            event = chains.unpack(packed)
        except (ChainBroken, UnicodeDecodeError, RecursionError):
            self.report.wrong(file, "event-unreadable")
            return None
        if event.chain != chain:
            self.report.wrong(file, "other-chain", chain=str(event.chain)[:40])
        if file != layout.event(chain, event.seq):
            self.report.wrong(file, "misplaced", seq=event.seq)
        if not node:
            self.report.wrong(file, "event-unsigned")
        elif node != event.author.node:
            self.report.wrong(file, "other-author", node=node, author=str(event.author.node)[:8])
        try:
            chains.check_follows(event, end)
        except ChainBroken:
            self.report.wrong(file, "does-not-follow", seq=event.seq)
        return event
