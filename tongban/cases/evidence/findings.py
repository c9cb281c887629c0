"""What checking an evidence file finds: facts for people and machines, and every fault."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tongban.cases.evidence import saying
from tongban.record.chains import Event


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: the file it is in, a word for machines, a sentence for people."""

    file: str
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class KeyFound:
    """A key that something in the file is signed with. `is_known` is None without a directory."""

    node: str
    name: str
    key_id: str
    suite: str
    fingerprint: str
    is_known: bool | None


@dataclass(frozen=True, slots=True)
class ChainFound:
    """A chain of the file with its events, as far as they could be read."""

    name: str
    kind: str
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class ReceiptFound:
    """That a node says it has a chain up to an event."""

    node: str
    chain: str
    seq: int
    at: datetime


@dataclass(frozen=True, slots=True)
class StampFound:
    """That a chain was there up to an event at a moment, as an authority says."""

    chain: str
    seq: int
    at: datetime
    authority: str
    fingerprint: str


@dataclass
class Report:
    """What was found. The file is good when `faults` is empty."""

    case: str = ""
    issuer: str = ""
    size: int = 0
    files: int = 0
    chains: list[ChainFound] = field(default_factory=list)
    keys: list[KeyFound] = field(default_factory=list)
    receipts: list[ReceiptFound] = field(default_factory=list)
    stamps: list[StampFound] = field(default_factory=list)
    opened: int = 0
    sealed: int = 0
    papers: int = 0
    papers_here: int = 0
    documents: list[dict[str, str]] = field(default_factory=list)
    item: dict[str, Any] = field(default_factory=dict)
    # In the order in which they were found, each once.
    _faults: dict[Fault, None] = field(default_factory=dict)

    @property
    def faults(self) -> list[Fault]:
        return list(self._faults)

    @property
    def is_good(self) -> bool:
        return not self._faults

    @property
    def events(self) -> int:
        return sum(len(chain.events) for chain in self.chains)

    def wrong(self, file: str, code: str, **facts: Any) -> None:
        """Write a fault down; the same one is written once."""
        self._faults[Fault(file, code, saying.sentence(code, file=file, **facts))] = None
