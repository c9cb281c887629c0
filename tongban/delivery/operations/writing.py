"""Writing one step of a parcel into its chain: under whose name, and at which node."""

from datetime import datetime
from typing import Any

from django.conf import settings

from tongban.delivery import kinds, messages
from tongban.delivery.models import Parcel
from tongban.delivery.permissions import check_move, office_of
from tongban.delivery.states import Move
from tongban.exchange import outbox, shared_chains
from tongban.parties.models import Officer
from tongban.record import chains
from tongban.record.chains import Author


def officer_author(officer: Officer, role: str) -> Author:
    """How an officer stands in the chain: by place, authority and pseudonym, never by name."""
    office = office_of(officer)
    return Author(settings.NODE_ID, role, office.division_code, office.code, officer.pseudonym)


def applicant_author(role: str) -> Author:
    """How an applicant stands in the chain: who it is, nothing here says."""
    return Author(settings.NODE_ID, role)


def write(
    parcel: Parcel,
    move: Move,
    *,
    by: Author,
    at: datetime,
    content: dict[str, Any] | None = None,
    personal: dict[str, Any] | None = None,
) -> None:
    """Make a move on a parcel that the caller has locked. Refused: ParcelMoveNotPossible."""
    check_move(parcel, move)
    shared_chains.write(
        kinds.PARCEL, parcel.number, move.name, by=by, at=at, content=content, personal=personal
    )
    parcel.refresh_from_db()


def write_told(
    parcel: Parcel,
    move: Move,
    *,
    by: Author,
    at: datetime,
    personal: dict[str, str],
    told_by: dict[str, str] | None = None,
) -> str:
    """Write what was told of a parcel, or pass it on to the node that holds the pen.

    Gives written, passed, or late: news that the parcel has overtaken is no longer true of it, and
    is dropped without a word, so that a courier may tell everything as often as it likes.
    """
    pen = parcel.standing().pen
    if pen != settings.NODE_ID:
        said = {"role": by.role, "authority": by.authority, "officer": by.officer}
        data = messages.news_data(move=move.name, at=chains.moment(at), by=said, personal=personal)
        outbox.tell([pen], messages.NEWS, parcel.number, data, at=at)
        return "passed"
    if parcel.state not in move.sources:
        return "late"
    content = {"told_by": told_by} if told_by else None
    shared_chains.write(
        kinds.PARCEL, parcel.number, move.name, by=by, at=at, content=content,
        personal=personal or None,
    )  # fmt: skip
    parcel.refresh_from_db()
    return "written"
