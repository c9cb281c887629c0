"""Publishing: a version becomes a frozen row, a signed step of this node's chain, and a message."""

from datetime import date, datetime
from typing import Any, cast

from django.conf import settings
from django.db import connection, transaction

from tongban.basics import canonical
from tongban.basics.refusals import Refused
from tongban.catalogue import drafting, messages, queries, reading, snapshot
from tongban.catalogue.messages import Signed
from tongban.catalogue.models import (
    Draft,
    Implementation,
    ImplementationVersion,
    ItemVersion,
    Level,
    Loaded,
    Publication,
)
from tongban.exchange import outbox
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions.models import Level as DivisionLevel
from tongban.trust import signing

# The row of `Loaded` by which every process notices that something was published.
STAMP = "published"
_LEVELS = {
    DivisionLevel.PROVINCE: Level.PROVINCE,
    DivisionLevel.CITY: Level.CITY,
    DivisionLevel.COUNTY: Level.COUNTY,
}


def publish_draft(draft: Draft, *, at: datetime) -> Publication:
    """Write the version of a draft that the caller has locked and judged, and publish it."""
    change = _standard(draft, at) if not draft.division_code else _local(draft, at)
    return publish_step([change], at=at)


def _standard(draft: Draft, at: datetime) -> dict[str, Any]:
    content = drafting.whole(draft)
    version = reading.read(content, name=draft.item.name)
    row = ItemVersion.objects.create(
        item=draft.item,
        number=version.number,
        from_day=version.from_day,
        modes=list(version.mode_names),
        department=version.department,
        content=content,
        digest=version.digest,
        came_from="draft",
        published_at=at,
        published_by=draft.reviewed_by,
        drafted_by=draft.drafted_by,
        running=draft.running,
    )
    return {"kind": "standard", "item": row.item_id, **_said(row, draft)}


def _local(draft: Draft, at: datetime) -> dict[str, Any]:
    implementation = _implementation(draft)
    row = ImplementationVersion.objects.create(
        implementation=implementation,
        number=draft.base + 1,
        from_day=cast(date, draft.from_day),  # judged: a draft without a day is not published
        content=draft.content,
        wording=draft.wording,
        digest=canonical.digest(canonical.dumps(draft.content)),
        came_from="draft",
        published_at=at,
        published_by=draft.reviewed_by,
        drafted_by=draft.drafted_by,
        running=draft.running,
    )
    return {
        "kind": "implementation",
        **described(implementation),
        # Judged with this standard; who takes it waits until it has come there, too.
        "over": queries.versions(draft.item_id)[0].number,
        "wording": row.wording,
        **_said(row, draft),
    }


def _said(row: ItemVersion | ImplementationVersion, draft: Draft) -> dict[str, Any]:
    return {
        "number": row.number,
        "from_day": row.from_day.isoformat(),
        "content": row.content,
        "running": row.running,
        "why": draft.why,
        "drafted_by": row.drafted_by,
        "published_by": row.published_by,
    }


DESCRIBED = (
    "division_code",
    "authority_code",
    "authority_name",
    "level",
    "part",
    "name",
    "catalog_code",
    "task_code",
    "handle_code",
    "local_code",
)


def described(implementation: Implementation) -> dict[str, Any]:
    """What a publication says of an implementation besides its version."""
    return {"item": implementation.item_id} | {
        name: getattr(implementation, name) for name in DESCRIBED
    }


def _implementation(draft: Draft) -> Implementation:
    """The row of the place's list; one is begun where the place has none yet."""
    known = Implementation.objects.filter(
        item_id=draft.item_id, division_code=draft.division_code, part=draft.part
    ).first()
    if known:
        return known
    place = jurisdictions.division(draft.division_code)
    code, name = "", jurisdictions.full_name(draft.division_code)
    standard = queries.versions(draft.item_id)[0]
    try:
        organ = jurisdictions.competent_authority(standard.department, draft.division_code)
        code, name = organ.code, organ.name
    except Refused:
        # The directory of organs is another one's business; the place's rules hold all the same.
        pass
    return Implementation.objects.create(
        item_id=draft.item_id,
        division_code=draft.division_code,
        part=draft.part,
        authority_code=code,
        authority_name=name,
        level=_LEVELS[DivisionLevel(place.level)],
        name=str(draft.content.get("name") or draft.item.name),
    )


@transaction.atomic
def publish_step(changes: list[dict[str, Any]], *, at: datetime) -> Publication:
    """Sign the next step of this node's chain, keep it, and tell whoever takes it.

    The hub tells all nodes; a node tells the hub, which passes it on.
    """
    lock_chain(settings.NODE_ID)
    last = Publication.objects.filter(publisher=settings.NODE_ID).order_by("-number").first()
    signer = signing.load_signer(settings.NODE_KEY_FILE)
    bare = Signed(
        settings.NODE_ID,
        last.number + 1 if last else 1,
        last.digest if last else "",
        at,
        changes,
        signer.key_id,
    )
    row = keep(bare, signature=signer.sign(bare.payload()), at=at)
    tell(row, recipients(passing_on=False), at=at)
    stamp(row.digest)
    return row


def keep(one: Signed, *, signature: str, at: datetime) -> Publication:
    """Keep a publication as it was signed."""
    return Publication.objects.create(
        publisher=one.publisher,
        number=one.number,
        published_at=one.published_at,
        taken_at=at,
        body={"changes": one.changes},
        digest=one.digest,
        previous=one.previous,
        key_id=one.key_id,
        signature=signature,
    )


def lock_chain(publisher: str) -> None:
    """Hold a publisher's chain until the transaction ends, so that its steps have one order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 22))", [f"published by {publisher}"]
        )


def recipients(*, passing_on: bool) -> list[str]:
    """Who is told of a step: by the hub every connected node, by a node the hub."""
    return [
        node.code
        for node in jurisdictions.nodes()
        if node.is_connected and (settings.IS_HUB or (node.is_hub and not passing_on))
    ]


def tell(row: Publication, to: list[str], *, at: datetime) -> None:
    """Owe a publication to some nodes, in its place among those of its publisher."""
    outbox.tell(
        to,
        messages.PUBLICATION,
        messages.subject(row.publisher),
        messages.packed(messages.signed_of(row)),
        sequence=row.number,
        at=at,
    )


def stamp(digest: str) -> None:
    """Let every process read the catalogue anew at its next look (seconds), this one at once."""
    Loaded.objects.update_or_create(file=STAMP, defaults={"digest": digest})
    snapshot.look_again()
    transaction.on_commit(snapshot.look_again)
