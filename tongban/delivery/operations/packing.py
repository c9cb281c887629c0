"""Packing a parcel sheet by sheet, at a desk or at home."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from tongban.basics.refusals import FieldsRefused, NotAllowed, Refused
from tongban.delivery import casebook, couriers, kinds, queries, reconciling, states
from tongban.delivery.casebook import CaseFacts
from tongban.delivery.couriers import BY_HAND, Address
from tongban.delivery.models import Parcel
from tongban.delivery.operations import handing, writing
from tongban.delivery.permissions import end_of, office_of, offices_of
from tongban.delivery.standing import MOST_SHEETS, End, Purpose
from tongban.exchange import shared_chains
from tongban.parties.models import Account, Officer
from tongban.record.chains import Author


@dataclass(frozen=True)
class Packed:
    """One paper that goes into a parcel. `origin` where it came to us by an earlier parcel."""

    case: str
    what: str
    is_original: bool
    count: int = 1
    spec: str = ""
    origin: str = ""


class NotOneWay(Refused):
    """Papers of several cases that do not go between the same two offices."""

    code = "not-one-way"

    def __init__(self) -> None:
        super().__init__(_("这些材料不是寄往同一个地方的，请分开装"))


class PaperNotHere(Refused):
    """A paper that is somewhere else than in the hands of whoever packs it."""

    code = "paper-not-here"

    def __init__(self, what: str) -> None:
        super().__init__(_("“%(what)s”不在您手里，不能再装一次") % {"what": what})


@transaction.atomic
def pack(
    *,
    key: UUID,
    officer: Officer,
    papers: Sequence[Packed],
    to: str,
    purpose: Purpose,
    address: Address | None,
    courier: str,
    at: datetime,
) -> Parcel:
    """Pack papers of one or several cases for another office of them, or for an applicant.

    `to` is the authority's code, or empty for the applicant; then all papers are of one case and
    `address` is needed. `courier` is one of `couriers.known()` and is ordered by the worker, or
    BY_HAND. The same key again gives the parcel that it made. Refused: FieldsRefused, NotAllowed
    (a case that the office does not have), NotOneWay, PaperNotHere.
    """
    number = _number_alone(key)
    if known := Parcel.objects.filter(pk=number, from_authority=office_of(officer).code).first():
        return known
    _check_papers(papers)
    all_facts = [casebook.facts(case) for case in sorted({paper.case for paper in papers})]
    sender = end_of(officer, all_facts[0])
    ends = {_recipient(facts, officer, to) for facts in all_facts}
    if len(ends) > 1 or (not to and len(all_facts) > 1):
        raise NotOneWay
    if not to:
        check_address(address)
    if courier != BY_HAND:
        couriers.courier(courier)
    parcel = _begin(
        number,
        papers,
        ends=(sender, ends.pop()),
        purpose=purpose,
        by=writing.officer_author(officer, "sender"),
        addresses={"to": asdict(address)} if address and not to else {},
        at=at,
    )
    if courier != BY_HAND:
        handing.ask_courier(parcel, courier, at=at)
    return parcel


@transaction.atomic
def pack_for_counter(*, officer: Officer, papers: Sequence[Packed], at: datetime) -> Parcel:
    """The papers of one result, for its applicant who stands at the counter; no address is needed.

    Refused: NotOneWay for several cases or where the applicant is another node's, PaperNotHere.
    """
    _check_papers(papers)
    facts = casebook.facts(papers[0].case)
    here = facts.applicant.node == settings.NODE_ID
    if not here or any(paper.case != facts.number for paper in papers):
        raise NotOneWay
    return _begin(
        _number_alone(uuid4()),
        papers,
        ends=(end_of(officer, facts), facts.applicant),
        purpose=Purpose.RESULT,
        by=writing.officer_author(officer, "sender"),
        addresses={},
        at=at,
    )


@transaction.atomic
def send_own(
    *,
    key: UUID,
    account: Account,
    case: str,
    papers: Sequence[Packed],
    address: Address,
    waybill: str,
    at: datetime,
) -> Parcel:
    """An applicant sends papers to the deciding office; packed and handed over in one step.

    The same key again gives the parcel that it made. Refused: NotAllowed while nobody waits for
    papers of this case, FieldsRefused.
    """
    facts = casebook.facts_for(account, case)
    number = _number_alone(key)
    if known := Parcel.objects.filter(pk=number, rows__case=case).first():
        return known
    if not facts.takes_post:
        raise NotAllowed(_("这件现在不等您寄材料。要寄之前，先问办理机关"))
    if not waybill.strip():
        raise FieldsRefused({"waybill": [_("写快递单上的运单号，两边才能对上")]})
    if any(paper.case != facts.number for paper in papers):
        raise NotOneWay
    _check_papers(papers)
    check_address(address)
    parcel = _begin(
        number,
        papers,
        ends=(facts.applicant, facts.decider),
        purpose=Purpose.PAPERS,
        by=writing.applicant_author("sender"),
        addresses={"from": asdict(address)},
        at=at,
    )
    writing.write(
        parcel,
        states.HAND_OVER,
        by=writing.applicant_author("sender"),
        at=at,
        content={"courier": BY_HAND, "waybill": waybill.strip()[:60]},
    )
    return parcel


def check_address(address: Address | None) -> None:
    """An address to which something can be sent. Refused: FieldsRefused."""
    errors: dict[str, list[str]] = {}
    if address is None or not address.name.strip():
        errors["name"] = [_("写收件人姓名")]
    if address is None or sum(character.isdigit() for character in address.phone) < 7:
        errors["phone"] = [_("写快递员能打通的电话")]
    if address is None or len(address.address.strip()) < 6:
        errors["address"] = [_("写完整地址，到门牌号，例如“长春市朝阳区示例路8号2栋301”")]
    if errors:
        raise FieldsRefused(errors)


def _number_alone(key: UUID) -> str:
    """A parcel's number from the form that makes it; a second press waits here for the first."""
    number = f"{kinds.PARCEL.letter}{settings.NODE_ID}-{key.hex[:20]}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [number])
    return number


def _recipient(facts: CaseFacts, officer: Officer, to: str) -> End:
    sender = end_of(officer, facts)
    if not to:
        return facts.applicant
    end = next((end for end in offices_of(facts) if end.authority == to), None)
    if end is None or end == sender:
        raise NotAllowed(_("这件不由那个机关收件或办理，不能寄去"))
    return end


def _check_papers(papers: Sequence[Packed]) -> None:
    if not papers:
        raise FieldsRefused({"papers": [_("至少装一份材料")]})
    if len(papers) > MOST_SHEETS:
        raise FieldsRefused(
            {"papers": [_("一个包裹最多%(most)d份，请分开装") % {"most": MOST_SHEETS}]}
        )
    for paper in papers:
        if not paper.what.strip() or not 1 <= paper.count <= 9999:
            raise FieldsRefused({"papers": [_("每份材料写名称，张数在1到9999之间")]})


def _begin(
    number: str,
    papers: Sequence[Packed],
    *,
    ends: tuple[End, End],
    purpose: Purpose,
    by: Author,
    addresses: dict[str, dict[str, str]],
    at: datetime,
) -> Parcel:
    sender, recipient = ends
    for paper in papers:
        if paper.origin and not reconciling.is_with(paper.origin, paper.case, sender):
            raise PaperNotHere(paper.what)
    keyed = {f"s{place}": paper for place, paper in enumerate(papers, start=1)}
    sheets: list[dict[str, Any]] = [
        {
            "key": key,
            "case": paper.case,
            "spec": paper.spec,
            "is_original": paper.is_original,
            "count": paper.count,
            "origin": paper.origin,
        }
        for key, paper in keyed.items()
    ]
    shared_chains.write(
        kinds.PARCEL,
        number,
        states.PACK,
        by=by,
        at=at,
        content={
            "purpose": purpose.value,
            "from": asdict(sender),
            "to": asdict(recipient),
            "sheets": sheets,
        },
        personal={
            "what": {key: paper.what.strip()[:60] for key, paper in keyed.items()},
            **addresses,
        },
    )
    return queries.lock_parcel(number)
