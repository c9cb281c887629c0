"""Opening a parcel at the other end: each sheet ticked, whatever is wrong said, one signature."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics.refusals import FieldsRefused, NotAllowed
from tongban.delivery import queries, states
from tongban.delivery.couriers import BY_HAND
from tongban.delivery.models import Parcel
from tongban.delivery.operations import packing, writing
from tongban.delivery.permissions import check_may_move, check_move, office_of
from tongban.delivery.standing import Purpose
from tongban.delivery.states import Outcome
from tongban.parties.models import Account, Officer
from tongban.record.chains import Author


@transaction.atomic
def receive(
    *, number: str, officer: Officer, seen: Mapping[str, str], note: str, at: datetime
) -> Parcel:
    """Sign for a parcel with what was seen of each sheet (`Outcome` by key).

    Possible from the hand-over on, also before the courier tells of the arrival. Refused while a
    sheet is not ticked, without a note where something is missing or damaged, and the second time.
    """
    parcel = queries.lock_parcel(number)
    check_may_move(officer, parcel, states.RECEIVE)
    _sign(parcel, writing.officer_author(officer, "recipient"), seen, note, at)
    return parcel


@transaction.atomic
def receive_own(
    *, account: Account, case: str, number: str, seen: Mapping[str, str], note: str, at: datetime
) -> Parcel:
    """An applicant signs for what was sent home; like `receive`. Refused: NotFound, NotAllowed."""
    queries.lock_parcel(number)
    parcel, _facts = queries.parcel_of(account, case, number)
    if not parcel.recipient.is_applicant:
        raise NotAllowed(_("这个包裹不是寄给您的"))
    check_move(parcel, states.RECEIVE)
    _sign(parcel, writing.applicant_author("recipient"), seen, note, at)
    return parcel


@transaction.atomic
def take_back(*, number: str, officer: Officer, note: str, at: datetime) -> Parcel:
    """Sign for a parcel that came back. Refused before it is on its way back, and the second time."""
    parcel = queries.lock_parcel(number)
    check_may_move(officer, parcel, states.TAKE_BACK)
    personal = {"note": note.strip()} if note.strip() else None
    by = writing.officer_author(officer, "sender")
    writing.write(parcel, states.TAKE_BACK, by=by, at=at, personal=personal)
    return parcel


@transaction.atomic
def hand_out(*, number: str, officer: Officer, taken_by: str, at: datetime) -> Parcel:
    """Give a result that came with a parcel to its applicant at the counter; gives that way's chain.

    The paper goes on in a parcel of its own that is packed, handed over and signed for at once.
    Refused: NotAllowed for an office that does not have the result, FieldsRefused without who took
    it, PaperNotHere when it was given before.
    """
    parcel = queries.lock_parcel(number)
    if parcel.to_authority != office_of(officer).code or parcel.purpose != Purpose.RESULT:
        raise NotAllowed(_("这个包裹里没有要由您交给申请人的结果"))
    if not taken_by.strip():
        raise FieldsRefused({"taken_by": [_("写明由谁领取")]})
    names = queries.names([parcel])[number]
    came = parcel.rows.exclude(outcome__in=["", Outcome.MISSING]).order_by("id")
    papers = [
        packing.Packed(
            row.case, names.get(row.key, ""), row.is_original, row.count, row.spec, row.origin
        )
        for row in came
    ]
    given = packing.pack_for_counter(officer=officer, papers=papers, at=at)
    sender = writing.officer_author(officer, "sender")
    by_hand = {"courier": BY_HAND, "waybill": ""}
    writing.write(given, states.HAND_OVER, by=sender, at=at, content=by_hand)
    note = {"note": _("窗口领取：%(who)s") % {"who": taken_by.strip()}}
    by = writing.officer_author(officer, "courier")
    writing.write(given, states.SIGNED_FOR, by=by, at=at, personal=note)
    return given


def _sign(parcel: Parcel, by: Author, seen: Mapping[str, str], note: str, at: datetime) -> None:
    keys = set(parcel.rows.values_list("key", flat=True))
    known = {one.value for one in Outcome}
    if set(seen) != keys or not set(seen.values()) <= known:
        raise FieldsRefused({"seen": [_("每份材料都要选：收到完好、没有收到，或者有损坏")]})
    if set(seen.values()) != {Outcome.OK.value} and not note.strip():
        raise FieldsRefused({"note": [_("写明少了什么、坏在哪里，寄件的一方看得到")]})
    personal: dict[str, Any] | None = {"note": note.strip()} if note.strip() else None
    content = {"sheets": dict(seen)}
    writing.write(parcel, states.RECEIVE, by=by, at=at, content=content, personal=personal)
