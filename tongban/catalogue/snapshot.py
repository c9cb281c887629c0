"""The catalogue as this process remembers it: every page and every submission asks for it.

Items are few (hundreds) and change only by a load. Each process compares the digests of the loaded
files every few seconds, so a load reaches all of them within `LOOK_EVERY`, its own process at once.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from django.db.models import Max

from tongban.catalogue import reading
from tongban.catalogue.models import (
    Agreement,
    Batch,
    ImplementationVersion,
    Item,
    ItemChange,
    ItemVersion,
    Loaded,
    PolicyDocument,
    ProvinceRole,
    Publication,
    ReportDuty,
    RollOut,
)
from tongban.catalogue.versions import Version

LOOK_EVERY = 5.0  # seconds

T = TypeVar("T")
Stamp = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Snapshot:
    """What the tables held after one load; treat the rows as read-only.

    `versions` are those of an item, the newest first, `rollout_items` the items that a roll-out
    names. `asked` is filled by whoever asks: answers that hold as long as this snapshot does.
    """

    stamp: Stamp
    documents: Mapping[str, PolicyDocument]
    batches: tuple[Batch, ...]
    items: Mapping[str, Item]
    versions: Mapping[str, tuple[Version, ...]]
    rollouts: Mapping[str, RollOut]
    rollout_items: Mapping[str, tuple[str, ...]]
    agreements: tuple[Agreement, ...]
    duties: tuple[ReportDuty, ...]
    roles: tuple[ProvinceRole, ...]
    changes: tuple[ItemChange, ...]
    asked: dict[Any, Any] = field(default_factory=dict, compare=False)


@dataclass
class _Memory:
    lock: threading.Lock = field(default_factory=threading.Lock)
    snapshot: Snapshot | None = None
    looked_at: float = 0.0


_memory = _Memory()


def current() -> Snapshot:
    """The snapshot of now; reads the tables on first use and after a load."""
    remembered = _memory.snapshot
    if remembered and time.monotonic() - _memory.looked_at < LOOK_EVERY:
        return remembered
    with _memory.lock:
        stamp = _stamp()
        if _memory.snapshot is None or _memory.snapshot.stamp != stamp:
            _memory.snapshot = _read(stamp)
        _memory.looked_at = time.monotonic()
        return _memory.snapshot


def remembered(name: str, of: str, on: date, work_out: Callable[[], T]) -> T:
    """An answer for a day that holds until something is published; the day before's is forgotten.

    `name` says what is asked and `of` about what. Two who ask at once may both work it out.
    """
    asked = current().asked
    known = asked.get((name, of))
    if known and known[0] == on:
        found: T = known[1]
        return found
    found = work_out()
    asked[name, of] = (on, found)
    return found


def look_again() -> None:
    """Compare the stamp at the next question; for whoever has just loaded, or rolled back."""
    _memory.looked_at = 0.0


def _stamp() -> Stamp:
    """What was loaded, and the last version published here or taken from elsewhere."""
    loaded = tuple(Loaded.objects.order_by("file").values_list("file", "digest"))
    last = [
        (model.__name__, str(model.objects.aggregate(last=Max("pk"))["last"]))
        for model in (ItemVersion, ImplementationVersion, ItemChange, Publication)
    ]
    return (*loaded, *last)


def _versions(names: Mapping[str, str]) -> dict[str, tuple[Version, ...]]:
    """All versions by item, the newest first; the content is fetched of new ones only."""
    rows = ItemVersion.objects.order_by("item", "-number").values_list("pk", "item", "digest")
    known = {pk: reading.published(digest, name=names[item]) for pk, item, digest in rows}
    new = ItemVersion.objects.in_bulk([pk for pk, version in known.items() if version is None])
    found: dict[str, tuple[Version, ...]] = {}
    for pk, item, _digest in rows:
        version = known[pk] or reading.read_published(new[pk].content, name=names[item])
        found[item] = (*found.get(item, ()), version)
    return found


def _read(stamp: Stamp) -> Snapshot:
    items = {
        item.code: item
        for item in Item.objects.select_related("batch__list").prefetch_related("sources__document")
    }
    return Snapshot(
        stamp=stamp,
        documents={document.key: document for document in PolicyDocument.objects.all()},
        batches=tuple(Batch.objects.select_related("list__document", "document")),
        items=items,
        versions=_versions({code: item.name for code, item in items.items()}),
        rollouts={rollout.key: rollout for rollout in RollOut.objects.all()},
        rollout_items=_rollout_items(),
        agreements=tuple(Agreement.objects.prefetch_related("rollouts")),
        duties=tuple(ReportDuty.objects.all()),
        roles=tuple(ProvinceRole.objects.all()),
        changes=tuple(ItemChange.objects.select_related("document")),
    )


def _rollout_items() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    joined = RollOut.items.through.objects.order_by("item_id")
    for rollout, item in joined.values_list("rollout_id", "item_id"):
        found[rollout] = (*found.get(rollout, ()), item)
    return found
