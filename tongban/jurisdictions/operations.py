"""Everything that can happen to places, nodes and authorities: they are loaded, whole."""

import csv
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from tongban.basics import canonical
from tongban.jurisdictions import directory, offices, queries, snapshot
from tongban.jurisdictions.directory import DirectoryMalformed
from tongban.jurisdictions.models import (
    Authority,
    Department,
    Division,
    Node,
    NodeKey,
    Region,
    RegionMember,
    Revision,
    Window,
)

DATA = Path(__file__).resolve().parent / "data"
FILES = ("divisions.csv", "regions.json", "departments.json", "nodes.json")
# Two loads at once (two nodes never share a database, two consoles may) take turns.
_LOCK = 0x746F6E67


@dataclass(frozen=True)
class Loaded:
    """How many rows stand after a load, and whether anything had to be written."""

    changed: bool
    divisions: int = 0
    regions: int = 0
    departments: int = 0
    nodes: int = 0
    authorities: int = 0
    windows: int = 0

    def as_dict(self) -> dict[str, int | bool]:
        """For a machine that asked."""
        return asdict(self)


def _counts(*, changed: bool) -> Loaded:
    return Loaded(
        changed,
        divisions=Division.objects.count(),
        regions=Region.objects.count(),
        departments=Department.objects.count(),
        nodes=Node.objects.count(),
        authorities=Authority.objects.count(),
        windows=Window.objects.count(),
    )


@transaction.atomic
def load_reference(*, at: datetime) -> Loaded:
    """Load places, regions, departments and the list of nodes from the shipped files.

    The second time does nothing while the files are the same. Authorities, windows, and the
    addresses and keys of nodes are kept.
    """
    take_turn()
    digest = canonical.digest(b"".join((DATA / name).read_bytes() for name in FILES))
    if Revision.objects.filter(digest=digest).exists():
        return _counts(changed=False)
    Division.objects.all().delete()
    Division.objects.bulk_create(_divisions(), batch_size=2000)
    _load_regions()
    _load_departments()
    _load_nodes()
    stamp(digest=digest, at=at)
    return _counts(changed=True)


def take_turn() -> None:
    """Wait for any other load; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def stamp(*, at: datetime, digest: str | None = None) -> None:
    """Let every process notice that what it remembers is old."""
    fresh: dict[str, Any] = {"stamp": uuid.uuid4(), "loaded_at": at}
    if digest is not None:
        fresh["digest"] = digest
    Revision.objects.update_or_create(pk=1, defaults=fresh)
    snapshot.look_again()
    transaction.on_commit(snapshot.look_again)


def _divisions() -> list[Division]:
    with (DATA / "divisions.csv").open(encoding="utf-8", newline="") as file:
        return [
            Division(
                code=row["code"],
                name=row["name"],
                level=row["level"],
                parent_code=row["parent"],
                valid_from=date(int(row["from"]), 1, 1) if row["from"] else None,
                valid_to=date(int(row["to"]), 12, 31) if row["to"] else None,
                successors=row["successors"].split(),
            )
            for row in csv.DictReader(file)
        ]


def _json(name: str) -> Any:
    return json.loads((DATA / name).read_text("utf-8"))


def _load_regions() -> None:
    Region.objects.all().delete()
    rows = _json("regions.json")["regions"]
    Region.objects.bulk_create(
        Region(
            key=row["key"],
            name=row["name"],
            aliases=row["aliases"],
            source=row["source"],
            is_default=row["default"],
        )
        for row in rows
    )
    RegionMember.objects.bulk_create(
        RegionMember(
            region_id=row["key"],
            division_code=code,
            valid_from=date.fromisoformat(day) if day else None,
        )
        for row in rows
        for day, codes in row["members"].items()
        for code in codes
    )


def _load_departments() -> None:
    rows = _json("departments.json")["departments"]
    Department.objects.bulk_create(
        [
            Department(
                key=row["key"],
                name=row["name"],
                ministry=row["ministry"],
                aliases=row.get("aliases", []),
                number=row["number"],
                has_city_organs=row["city"] is not None,
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["name", "ministry", "aliases", "number", "has_city_organs"],
    )


def _load_nodes() -> None:
    listed = _json("nodes.json")
    provinces = Division.objects.filter(level="province").values_list("code", "name")
    hub = Node(code=listed["hub"]["code"], name=listed["hub"]["name"], is_hub=True)
    # Whom the directory has introduced serves what it says there.
    said = dict(Node.objects.exclude(state="").values_list("code", "prefixes"))
    nodes = [
        Node(
            code=c[:2],
            name=name,
            prefixes=said.get(c[:2], [c[:2]]),
            is_open=c[:2] not in listed["closed"],
        )
        for c, name in provinces
    ]
    Node.objects.bulk_create(
        [hub, *nodes],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "prefixes", "is_open", "is_hub"],
    )


@transaction.atomic
def load_sandbox_offices(*, provinces: Iterable[str], at: datetime) -> Loaded:
    """Make the fictional authorities and windows of these provinces (codes "22" or "220000").

    Deterministic, so every node makes the same ones; what is there is brought up to date.
    """
    take_turn()
    on = at.date()
    authorities: list[Authority] = []
    windows: list[Window] = []
    patterns = _json("departments.json")["departments"]
    for province in sorted({f"{code[:2]}0000" for code in provinces}):
        made = offices.of_province(queries.division(province, on), patterns, on=on)
        authorities += made.authorities
        windows += made.windows
    _upsert(Authority, authorities, ["code"])
    _upsert(Window, windows, ["authority", "number"])
    stamp(at=at)
    return _counts(changed=True)


def load_sandbox_hub_office() -> Authority:
    """The fictional office that keeps the national standard; the second time it is the same one."""
    made = offices.of_the_hub()
    _upsert(Authority, [made], ["code"])
    return made


def _upsert(model: type[Authority] | type[Window], rows: list[Any], unique: list[str]) -> None:
    kept = {"id", *unique}
    fields = [f.name for f in model._meta.concrete_fields if f.name not in kept]
    model.objects.bulk_create(
        rows, batch_size=1000, update_conflicts=True, unique_fields=unique, update_fields=fields
    )


@transaction.atomic
def introduce(entries: Sequence[directory.Entry], *, at: datetime) -> list[Node]:
    """Take what a directory says of the nodes; who asks has made sure of whom it comes from.

    A node that the directory does not list, or says has left, is no longer connected. What it no
    longer lists of a node's keys ends now, and what is revoked stays so; all keys once seen are kept
    for what they signed. Refused whole, with the first thing wrong: DirectoryMalformed.
    """
    take_turn()
    nodes = {node.code: node for node in Node.objects.select_for_update()}
    for entry in entries:
        if entry.code not in nodes or not nodes[entry.code].is_open:
            raise DirectoryMalformed(f"节点名录里的节点{entry.code}不在可接入的节点之列")
    known = {entry.code: entry for entry in entries}
    for node in nodes.values():
        _say_of(node, known.get(node.code))
    fields = ["base_url", "public_key", "key_id", "state", "contact", "prefixes"]
    Node.objects.bulk_update(nodes.values(), fields)
    for entry in entries:
        _keep_keys(nodes[entry.code], entry.keys, at=at)
    stamp(at=at)
    return [node for _, node in sorted(nodes.items()) if node.is_connected]


def _say_of(node: Node, entry: directory.Entry | None) -> None:
    if entry is None:
        node.base_url = node.public_key = node.key_id = node.state = ""
        node.contact = {}
        return
    node.base_url, node.public_key, node.key_id = entry.base_url, entry.public_key, entry.key_id
    node.state, node.contact = entry.state.value, asdict(entry.contact)
    if entry.serves:
        node.prefixes = list(entry.serves)


def _keep_keys(node: Node, keys: Sequence[directory.Key], *, at: datetime) -> None:
    kept = {row.public_key: row for row in NodeKey.objects.filter(node=node)}
    for key in keys:
        row = kept.pop(key.public.text, None) or NodeKey(
            node=node, key_id=key.public.key_id, public_key=key.public.text, first_seen_at=at
        )
        row.purpose, row.suite = key.public.purpose.value, key.public.suite
        row.valid_from, row.valid_until = key.valid_from, key.valid_until
        row.revoked_at = row.revoked_at or key.revoked_at
        row.save()
    for row in kept.values():
        row.valid_until = min(row.valid_until, at) if row.valid_until else at
        row.save()
