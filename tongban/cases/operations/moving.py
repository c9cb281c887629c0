"""Making one move: into the record, into the tables, and out to whoever must know."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from tongban.basics import sealing
from tongban.cases import happenings, messages, standing, states
from tongban.cases.documents import issuing
from tongban.cases.models import Case, Material
from tongban.cases.permissions import office_of
from tongban.cases.standing import Standing
from tongban.cases.states import ARRIVE, Move, Party
from tongban.exchange import bundles
from tongban.parties.models import Officer
from tongban.record import chains
from tongban.record import operations as record
from tongban.record import queries as recorded
from tongban.record.chains import Author, Event, FileRef, Head
from tongban.trust import signing
from tongban.trust.signing import Signer


def signer() -> Signer:
    """What this node signs its events with."""
    return signing.load_signer(settings.NODE_KEY_FILE)


def officer_author(officer: Officer, role: str) -> Author:
    """How an officer stands in the record: by place, authority and pseudonym, never by name."""
    office = office_of(officer)
    return Author(
        node=settings.NODE_ID,
        role=role,
        place=office.division_code,
        authority=office.code,
        officer=officer.pseudonym,
    )


def applicant_author() -> Author:
    """How an applicant stands in the record: who it is, the sealed part says."""
    return Author(node=settings.NODE_ID, role=Party.APPLICANT)


def system_author() -> Author:
    """The node itself, where no person acted."""
    return Author(node=settings.NODE_ID, role="system")


def write(
    case: Case,
    kind: str,
    *,
    by: Author,
    at: datetime,
    content: dict[str, Any] | None = None,
    personal: dict[str, Any] | None = None,
    files: Sequence[FileRef] = (),
) -> Event:
    """Add one event to a case that the caller has locked, and tell the other nodes it concerns.

    Raises NotInTable when the table of moves does not allow it; then nothing was written.
    """
    content, personal = issuing.number_for(
        case, kind, by=by, at=at, content=content or {}, personal=personal
    )
    digest, part = chains.sealed_part(personal) if personal is not None else ("", None)
    event = chains.make(
        Head(case.head_seq, case.head_hash),
        chain=case.number,
        kind=kind,
        author=by,
        at=at,
        content=content,
        sealed=digest,
        files=files,
        signer=signer(),
    )
    before = case.standing()
    after = standing.apply(before, event)
    record.append(event, part=part)
    keep(case, after)
    tell(event, before=before, after=after, at=at)
    happenings.tell(case, event)
    return event


def make_move(
    case: Case,
    move: Move,
    *,
    by: Author,
    at: datetime,
    content: dict[str, Any] | None = None,
    personal: dict[str, Any] | None = None,
    files: Sequence[FileRef] = (),
) -> Event:
    """Make a move of the table. A claim ends when the case leaves the hands of its officer."""
    event = write(case, move.name, by=by, at=at, content=content, personal=personal, files=files)
    changes_hands = move.to is not move.by or move in states.CHANGES_HANDS
    if changes_hands and case.claimed_by_id is not None:
        release(case)
    return event


def release(case: Case) -> None:
    """Put a case back into its queue."""
    case.claimed_by, case.claimed_at = None, None
    case.save(update_fields=["claimed_by", "claimed_at"])


def arrive(case: Case, *, at: datetime) -> None:
    """Take the baton that was sent to a party at this node, if it was."""
    current = case.standing()
    if current.holder == Party.CHANNEL and current.holder_node == settings.NODE_ID:
        write(case, ARRIVE, by=system_author(), at=at)


def keep(case: Case, after: Standing) -> None:
    """Bring the rows of a case to a newer fold."""
    had_papers = not case._state.adding
    case.take(after)
    if case.particulars:
        _find_again(case)
    case.save()
    kept = set(case.materials.values_list("spec", "digest")) if had_papers else set()
    now = {(paper.spec, paper.digest) for paper in after.papers}
    for spec, digest in kept - now:
        case.materials.filter(spec=spec, digest=digest).delete()
        # What was noted on a paper says nothing about the one that took its place.
        case.checks.filter(spec=spec).delete()
    Material.objects.bulk_create(
        Material(case=case, **{name: getattr(paper, name) for name in paper.__slots__})
        for paper in after.papers
        if (paper.spec, paper.digest) not in kept
    )


def _find_again(case: Case) -> None:
    """Keyed hashes by which this node's applicants and clerks find the case again."""
    applicant = recorded.part(case.particulars).get("applicant", {})
    if applicant:
        case.applicant_match = sealing.match(applicant["id_number"])
        case.name_match = sealing.match(applicant["name"])


def tell(event: Event, *, before: Standing, after: Standing, at: datetime) -> None:
    """Owe the event to every node that takes part; a node that is new to it gets all of them."""
    here = settings.NODE_ID
    known = [node for node in before.told if node != here]
    new = [node for node in after.told if node != here and node not in before.told]
    if known:
        bundles.owe(known, messages.EVENTS, [event], at=at)
    if new:
        bundles.owe(new, messages.EVENTS, recorded.events(event.chain), at=at)
