"""Places, regions and nodes as this process remembers them, since every page asks for names.

A load stamps the revision anew; each process looks at it at most every few seconds, so a change
reaches all of them within `LOOK_EVERY`, and the one that made it at once. Organs are too many to be
read all at once: those asked for are remembered one by one, for as long.
"""

import threading
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from tongban.basics import arrangements
from tongban.basics.arrangements import Arrangement
from tongban.basics.calendar import Calendar
from tongban.jurisdictions.models import (
    CorrectionRule,
    Division,
    LightRule,
    Node,
    NodeKey,
    Region,
    RegionMember,
    Revision,
    WorkingDays,
)

LOOK_EVERY = 5.0  # seconds
Found = TypeVar("Found")


@dataclass(frozen=True)
class Snapshot:
    """What was in the tables at one revision; treat the rows as read-only."""

    stamp: UUID | None
    divisions: Mapping[str, tuple[Division, ...]]
    children: Mapping[str, tuple[str, ...]]
    nodes: Mapping[str, Node]
    regions: Mapping[str, Region]
    members: Mapping[str, tuple[RegionMember, ...]]
    documents: tuple[Arrangement, ...] = ()
    lights: Mapping[str, LightRule] = field(default_factory=dict)
    corrections: Mapping[str, CorrectionRule] = field(default_factory=dict)
    keys: Mapping[str, tuple[NodeKey, ...]] = field(default_factory=dict)
    # Worked out when asked for; they live as long as what they are made of.
    calendars: dict[str, Calendar] = field(default_factory=dict)


@dataclass
class _Memory:
    lock: threading.Lock = field(default_factory=threading.Lock)
    snapshot: Snapshot | None = None
    looked_at: float = 0.0
    found: dict[Hashable, Any] = field(default_factory=dict)


_memory = _Memory()


def current() -> Snapshot:
    """The snapshot of now; reads the tables on first use and after a load."""
    remembered = _memory.snapshot
    if remembered and time.monotonic() - _memory.looked_at < LOOK_EVERY:
        return remembered
    with _memory.lock:
        stamp = Revision.objects.values_list("stamp", flat=True).first()
        if _memory.snapshot is None or _memory.snapshot.stamp != stamp:
            _memory.snapshot = _read(stamp)
        _memory.looked_at = time.monotonic()
        _memory.found = {}
        return _memory.snapshot


def remembered(question: Hashable, find: Callable[[], Found | None]) -> Found | None:
    """What `find` found for this question since the last look; nothing found is asked anew."""
    current()
    answers = _memory.found
    answer: Found | None = answers.get(question)
    if answer is None:
        answer = find()
        if answer is not None:
            answers[question] = answer
    return answer


def look_again() -> None:
    """Compare the stamp at the next question; for whoever has just loaded, or rolled back."""
    _memory.looked_at = 0.0


def _read(stamp: UUID | None) -> Snapshot:
    divisions: dict[str, list[Division]] = {}
    children: dict[str, list[str]] = {}
    for division in Division.objects.all():
        divisions.setdefault(division.code, []).append(division)
    for code, rows in divisions.items():
        children.setdefault(rows[-1].parent_code, []).append(code)
    members: dict[str, list[RegionMember]] = {}
    for member in RegionMember.objects.all():
        members.setdefault(member.region_id, []).append(member)
    return Snapshot(
        stamp,
        {code: tuple(rows) for code, rows in divisions.items()},
        {code: tuple(codes) for code, codes in children.items()},
        {node.code: node for node in Node.objects.all()},
        {region.key: region for region in Region.objects.all()},
        {key: tuple(rows) for key, rows in members.items()},
        documents=tuple(_documents()),
        lights={rule.place: rule for rule in LightRule.objects.all()},
        corrections={rule.place: rule for rule in CorrectionRule.objects.all()},
        keys=_keys(),
    )


def _keys() -> dict[str, tuple[NodeKey, ...]]:
    """The keys of each node, the newest first."""
    keys: dict[str, list[NodeKey]] = {}
    for key in NodeKey.objects.order_by("-first_seen_at", "-id"):
        keys.setdefault(key.node_id, []).append(key)
    return {code: tuple(rows) for code, rows in keys.items()}


def _documents() -> Iterator[Arrangement]:
    for document in WorkingDays.objects.values_list("document", flat=True):
        yield from arrangements.from_dict(document)
