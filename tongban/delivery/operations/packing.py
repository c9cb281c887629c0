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
from tongban.delivery import casebook, couriers, kinds, queries, reconciling, slips, states
from tongban.delivery.casebook import CaseFacts
from tongban.delivery.couriers import BY_HAND, Address
from tongban.delivery.models import Parcel
from tongban.delivery.operations import addresses, handing, writing
from tongban.delivery.permissions import end_of, office_of, offices_of
from tongban.delivery.standing import MOST_SHEETS, End, Purpose
from tongban.delivery.states import State
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


class NoResultToSend(Refused):
    """There is no result, or its paper is lost or damaged: it is made first, and sent then."""

    code = "no-result-to-send"

    def __init__(self, *, is_gone: bool) -> None:
        super().__init__(
            _("上一份结果已经丢失或者损坏，先重新制作，再寄")
            if is_gone
            else _("这件的结果还没有制作，先制作结果，再寄")
        )


class ResultOnItsWay(Refused):
    """The result was packed for its applicant before, and has neither failed nor come back."""

    code = "result-on-its-way"

    def __init__(self, parcel: Parcel) -> None:
        super().__init__(
            _("这件的结果已经装在包裹%(parcel)s里，等它送到、退回或者登记丢失，再寄一次")
            % {"parcel": slips.short_number(parcel.number)},
            parcel=parcel.number,
        )


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
    (a case that the office does not have), NotOneWay, PaperNotHere; a result that is not there
    (NoResultToSend) or that its applicant is being sent already (ResultOnItsWay).
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
    if purpose is Purpose.RESULT:
        for facts in all_facts:
            _check_result(facts, sender, to)
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
    addresses.keep(account=account, address=address, at=at)
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


def _check_result(facts: CaseFacts, sender: End, to: str) -> None:
    """A result is sent by whoever has it, once at a time; two who pack it at once wait here."""
    if sender.party == facts.decider.party and (facts.result_gone or not facts.result):
        raise NoResultToSend(is_gone=facts.result_gone)
    if to:
        return
    _one_at_a_time(f"result {facts.number}")
    for parcel in queries.parcels_of(facts):
        if brings_result_home(parcel):
            raise ResultOnItsWay(parcel)


def brings_result_home(parcel: Parcel) -> bool:
    """Whether a result is in it, bound for its applicant, packed, and neither lost nor back."""
    is_home = parcel.purpose == Purpose.RESULT and parcel.recipient.is_applicant
    return is_home and State(parcel.state) in {
        State.PACKED,
        *states.TRAVELLING,
        State.RETURNING,
    }


def _number_alone(key: UUID) -> str:
    """A parcel's number from the form that makes it; a second press waits here for the first."""
    number = f"{kinds.PARCEL.letter}{settings.NODE_ID}-{key.hex[:20]}"
    _one_at_a_time(number)
    return number


def _one_at_a_time(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


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
