"""Reads with a name: one parcel, the parcels of an office, of a case, and what was chosen."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Min, Q, QuerySet
from django.utils.translation import gettext as _

from tongban.basics.prepared import Count
from tongban.basics.refusals import NotFound
from tongban.basics.selecting import Parameter, Selection
from tongban.delivery import casebook, states
from tongban.delivery.casebook import CaseFacts
from tongban.delivery.couriers import Address
from tongban.delivery.models import Choice, CourierContact, CourierOrder, Parcel, ParcelSheet
from tongban.delivery.permissions import belongs, check_may_see, office_of
from tongban.delivery.standing import End, Purpose
from tongban.delivery.states import Outcome, State
from tongban.jurisdictions import queries as jurisdictions
from tongban.parties.models import Account, Officer
from tongban.record import queries as recorded

# How long a parcel that came with something missing stays among the troubled: the platform's default.
TROUBLE_DAYS = 30
PAGE = 50
_ON_THEIR_WAY = [*(state.value for state in states.TRAVELLING), State.LOST.value]


def _missing() -> NotFound:
    return NotFound(_("没有找到这个包裹，请检查编号，或者扫包裹单上的码"))


def lock_parcel(number: str) -> Parcel:
    """The parcel, locked until the transaction ends; every operation begins here."""
    row = Parcel.objects.select_for_update().filter(pk=number).first()
    if row is None:
        raise _missing()
    return row


def parcel_for(officer: Officer, number: str) -> Parcel:
    """A parcel that the officer's office sends or is sent. Refused: NotFound, NotAllowed."""
    row = Parcel.objects.filter(pk=number).first()
    if row is None:
        raise _missing()
    check_may_see(officer, row)
    return row


def waits_at_counter(officer: Officer, parcel: Parcel) -> bool:
    """Whether a result lies at this officer's window, of an applicant of this node."""
    if parcel.to_authority != office_of(officer).code or parcel.state != State.RECEIVED:
        return False
    if parcel.purpose != Purpose.RESULT or parcel.to_node != settings.NODE_ID:
        return False
    origins = parcel.rows.exclude(outcome__in=["", Outcome.MISSING]).values_list(
        "origin", flat=True
    )
    later = ParcelSheet.objects.filter(origin__in=list(origins)).exclude(parcel=parcel)
    given = later.filter(
        parcel__packed_at__gte=parcel.packed_at, parcel__from_node=settings.NODE_ID
    )
    return bool(origins) and not given.exclude(parcel__state=State.CANCELLED).exists()


def find_number(officer: Officer, text: str) -> str:
    """A parcel's number from what was scanned or typed: its end, or a waybill. Refused: NotFound."""
    # A scanner types through the keyboard, and an input method may make its signs wide.
    typed = "".join(unicodedata.normalize("NFKC", text).split()).rpartition("/")[2]
    if typed[:1].lower() == "p" and "-" not in typed:
        typed = typed[3:]  # as slips print it: P22, then the end of the number
    rows = _of_office(office_of(officer).code)
    found = rows.filter(Q(number__iendswith=typed) | Q(waybill=typed)) if len(typed) >= 6 else None
    numbers = list(found.values_list("number", flat=True)[:2]) if found is not None else []
    if len(numbers) != 1:
        raise _missing()
    return str(numbers[0])


def _of_office(code: str) -> QuerySet[Parcel]:
    return Parcel.objects.filter(Q(from_authority=code) | Q(to_authority=code))


def office_parcels(officer: Officer, shown: str, today: date) -> QuerySet[Parcel]:
    """The parcels of an office: send, out, in, trouble, or all; soonest due first."""
    code = office_of(officer).code
    rows = _of_office(code)
    late = Q(due_on__lt=today) & ~Q(state__in=[state.value for state in states.ENDED])
    picked = {
        "send": rows.filter(from_authority=code, state=State.PACKED),
        "out": rows.filter(from_authority=code, state__in=[*_ON_THEIR_WAY, State.RETURNING.value]),
        "in": _coming_to(code),
        "trouble": rows.filter(
            late
            | Q(state__in=[state.value for state in states.TROUBLED])
            | Q(pk__in=_not_whole(today))
        ),
    }.get(shown, rows)
    return picked.order_by("due_on", "-packed_at", "number")


def _coming_to(office: str | Parameter) -> QuerySet[Parcel]:
    return Parcel.objects.filter(to_authority=office, state__in=_ON_THEIR_WAY)


_COMING = Selection(lambda p: _coming_to(p("office")).values_list("pk"))


def count_coming(officer: Officer) -> Count:
    """How many parcels are on their way to an office; every page of the desk says it."""
    return _COMING.count(office=office_of(officer).code)


def _not_whole(today: date) -> QuerySet[ParcelSheet, Any]:
    return ParcelSheet.objects.filter(
        outcome__in=[Outcome.MISSING, Outcome.DAMAGED],
        parcel__ended_at__date__gte=today - timedelta(days=TROUBLE_DAYS),
    ).values("parcel_id")


def counts(officer: Officer, today: date) -> dict[str, int]:
    """How many parcels each list of an office shows."""
    shown = ("send", "out", "in", "trouble")
    return {name: office_parcels(officer, name, today).count() for name in shown}


def parcels_of(case: CaseFacts) -> list[Parcel]:
    """The parcels that carry papers of a case between its own ends, oldest first."""
    rows = (
        Parcel.objects.filter(rows__case=case.number)
        .annotate(kept_as=Min("rows__id"))
        .order_by("packed_at", "kept_as")
    )
    return [row for row in rows if belongs(row, case)]


def parcel_of(account: Account, case: str, number: str) -> tuple[Parcel, CaseFacts]:
    """A parcel of a case of somebody this account acts for. Refused: NotFound."""
    facts = casebook.facts_for(account, case)
    row = next((one for one in parcels_of(facts) if one.pk == number), None)
    if row is None:
        raise _missing()
    return row, facts


def names(parcels: Iterable[Parcel]) -> dict[str, dict[str, str]]:
    """What the papers of parcels are called: parcel number → key → words."""
    rows = list(parcels)
    parts = recorded.parts(row.sealed for row in rows)
    return {row.number: parts.get(row.sealed, {}).get("what", {}) for row in rows}


def said(parcel: Parcel) -> dict[str, str]:
    """The latest note or reason on a parcel, as its sealed part has it."""
    return recorded.part(parcel.told)


def address_of(parcel: Parcel, side: str) -> Address:
    """Where a parcel comes from or goes to (`side`: from, to), in full; for those at its ends."""
    personal = recorded.part(parcel.sealed).get(side)
    if personal:
        return Address(personal["name"], personal["phone"], personal["address"])
    return office_address(parcel.sender if side == "from" else parcel.recipient)


def office_address(end: End) -> Address:
    """An office's address as the directory has it; the code alone where it has none."""
    try:
        organ = jurisdictions.authority(end.authority)
    except NotFound:
        return Address(end.authority, "", "")
    return Address(organ.name, organ.phone, organ.address)


def end_name(end: End) -> str:
    """An end in words: the office's name, or 申请人."""
    return _("申请人") if end.is_applicant else office_address(end).name


def choice_of(case: CaseFacts) -> Choice | None:
    """How the applicant wants the result; only what the applicant's own node wrote counts."""
    return Choice.objects.filter(case=case.number, node=case.applicant.node).first()


def chosen_address(choice: Choice) -> Address | None:
    """The address of a choice, where it has one and this node holds it."""
    part = recorded.part(choice.sealed)
    return Address(part["name"], part["phone"], part["address"]) if part else None


def open_order(parcel: Parcel) -> CourierOrder | None:
    """The order that waits or was placed, else the last one that was refused."""
    orders = parcel.orders.exclude(state=CourierOrder.State.DROPPED)
    return orders.order_by("-asked_at", "-id").first()


def contact(courier: str) -> CourierContact | None:
    """Whether a courier's system answered last."""
    return CourierContact.objects.filter(pk=courier).first()


@dataclass(frozen=True)
class Written:
    """One step of a parcel's chain, as people read it."""

    seq: int
    kind: str
    at: Any
    authority: str
    officer: str
    node: str
    hash: str
    personal: dict[str, Any]
    content: dict[str, Any]


def history(parcel: Parcel) -> list[Written]:
    """All steps of a parcel, oldest first, with their sealed parts."""
    events = recorded.events(parcel.number)
    parts = recorded.parts(event.sealed for event in events)
    return [
        Written(
            event.seq,
            event.kind,
            event.at,
            event.author.authority,
            event.author.officer,
            event.author.node,
            event.hash,
            parts.get(event.sealed, {}),
            event.content,
        )
        for event in events
    ]


def is_here(end: End) -> bool:
    """Whether an end stands at this node."""
    return end.node == settings.NODE_ID
