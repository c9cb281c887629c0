"""Places that tests have read before: reading all of them anew takes a tenth of a second.

Most tests that stamp have changed nodes, offices or nothing. What was read of the other tables is
kept by the versions of their rows, so whoever changes one of those has all of it read anew.
"""

from collections import OrderedDict
from dataclasses import replace
from uuid import UUID

from tongban.basics.tests import kept_rows
from tongban.jurisdictions import snapshot
from tongban.jurisdictions.models import (
    CorrectionRule,
    Division,
    LightRule,
    Node,
    Region,
    RegionMember,
    WorkingDays,
)

SEVERAL = 4
TABLES = tuple(
    model._meta.db_table
    for model in (Division, Region, RegionMember, LightRule, CorrectionRule, WorkingDays)
)
Versions = tuple[tuple[str, kept_rows.Mark], ...]
_known: OrderedDict[Versions, snapshot.Snapshot] = OrderedDict()
_read = snapshot._read


def remember() -> None:
    """From now on this process reads anew only what was written anew."""
    snapshot._read = _read_changes


def forget() -> None:
    """Rows changed under the stamp that is there, or may have."""
    snapshot._memory.snapshot = None
    snapshot.look_again()


def _read_changes(stamp: UUID | None) -> snapshot.Snapshot:
    versions = tuple(sorted(kept_rows.marks(TABLES).items()))
    found = _known.get(versions) or _read(stamp)
    _known[versions] = found
    _known.move_to_end(versions)
    while len(_known) > SEVERAL:
        _known.popitem(last=False)
    nodes = {node.code: node for node in Node.objects.all()}
    return replace(found, stamp=stamp, nodes=nodes, keys=snapshot._keys())
