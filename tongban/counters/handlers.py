"""What this node does with appointments that come from other nodes, or stand at their windows."""

from datetime import date
from typing import Any
from uuid import UUID

from tongban.basics.refusals import FieldsRefused, Refused
from tongban.cases import messages
from tongban.cases.models import Case
from tongban.counters import booking, queries, travelling
from tongban.counters.booking import Chosen, NotOffered, SlotFull, Visit
from tongban.counters.models import Appointment, Slot
from tongban.counters.rules import Half
from tongban.exchange import inbox
from tongban.exchange.envelope import Envelope


class WishRefused(Refused):
    """A wish that is not about a case of its sender at a window of this node."""

    code = "appointment-wish-refused"


@inbox.handles(travelling.WISH)
def take_wish(envelope: Envelope) -> None:
    """Book or cancel for somebody of another node, and tell it what became of it.

    A full half-day is an answer, not an error. A wish that comes before its case waits for it.
    """
    case = Case.objects.filter(pk=envelope.subject).first()
    if case is None:
        raise inbox.Gap(1, kind=messages.EVENTS)
    try:
        pk, chosen, visit = _read(envelope.data, case)
    except (KeyError, TypeError, ValueError) as broken:
        raise WishRefused(f"读不懂预约：{broken}") from broken
    is_its_window = chosen.window.authority_id == case.receiver_authority
    if envelope.sender != case.applicant_node or not is_its_window:
        raise WishRefused("只有申请人的节点能为这件办件预约收件的窗口")
    known = Appointment.objects.select_for_update().filter(pk=pk).first()
    if envelope.data.get("do") == travelling.CANCEL:
        if known is not None and known.home == envelope.sender and known.has_room:
            booking.settle(known, Appointment.State.CANCELLED, at=envelope.at)
    elif known is None:
        _book(Appointment(pk=pk, home=envelope.sender), chosen, visit, envelope)


def _read(data: dict[str, Any], case: Case) -> tuple[UUID, Chosen, Visit]:
    window = queries.window(data["authority"], int(data["window"]))
    chosen = Chosen(window, date.fromisoformat(data["day"]), Half(data["half"]))
    name, phone = str(data["name"])[:40], str(data["phone"])[:20]
    visit = Visit(case.item, case.deciding_place, name, phone, case.number)
    return UUID(data["id"]), chosen, visit


def _book(row: Appointment, chosen: Chosen, visit: Visit, envelope: Envelope) -> None:
    state, at = Appointment.State.BOOKED, envelope.at
    try:
        booking.check_who(visit)
        _check_only(visit)
        slot = booking.room_in(chosen, at=at)
    except (SlotFull, NotOffered, FieldsRefused):
        state = Appointment.State.FULL
        slot, _new = Slot.objects.get_or_create(
            authority=chosen.window.authority_id,
            window=chosen.window.number,
            day=chosen.day,
            half=chosen.half.value,
        )
    travelling.tell_state(booking.written(row, visit, slot, state, at=at), at=at)


def _check_only(visit: Visit) -> None:
    """A case has one place at a time; a second wish is told that there is none."""
    if Appointment.objects.filter(number=visit.number, state=Appointment.State.BOOKED).exists():
        raise SlotFull


@inbox.handles(travelling.STATE)
def take_state(envelope: Envelope) -> None:
    """Keep how an appointment at another node's window stands; what was cancelled here stays so."""
    row = (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("slot")
        .filter(pk=envelope.data.get("id"), number=envelope.subject)
        .first()
    )
    state = envelope.data.get("state")
    if row is None or state not in Appointment.State.values:
        raise WishRefused("没有这次预约，或者读不懂它的状态")
    if envelope.sender != queries.node_of(row):
        raise WishRefused("只有窗口所在的节点能答复预约")
    if row.state != Appointment.State.CANCELLED:
        Appointment.objects.filter(pk=row.pk).update(state=state, changed_at=envelope.at)
