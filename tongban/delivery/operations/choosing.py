"""How an applicant wants the result: by post, at a window, or as a file."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics.refusals import FieldsRefused, NotAllowed
from tongban.delivery import casebook, kinds
from tongban.delivery.casebook import CaseFacts
from tongban.delivery.choices import CHOOSE, SHARE, Way
from tongban.delivery.couriers import Address
from tongban.delivery.models import Choice
from tongban.delivery.operations import addresses
from tongban.delivery.operations.packing import check_address
from tongban.exchange import shared_chains
from tongban.jurisdictions import queries as jurisdictions
from tongban.parties.models import Account
from tongban.record.chains import Author


@transaction.atomic
def choose(
    *,
    account: Account,
    case: str,
    way: Way,
    place: str = "",
    address: Address | None = None,
    at: datetime,
) -> Choice:
    """Say how the result of a case is to be given; again, to change one's mind.

    `place` is the division of the window (WINDOW), `address` where it is sent (POST). The nodes
    that have the case are told, others when they get it (`share`). Refused: NotFound, FieldsRefused;
    NotAllowed once the case has ended.
    """
    facts = casebook.facts_for(account, case)
    if facts.has_ended:
        raise NotAllowed(_("这件已经办结，不能再改领取方式"))
    if facts.applicant.node != settings.NODE_ID:
        raise NotAllowed(_("这件的申请人在另一个节点，请到申请时用的平台修改"))
    personal = None
    if way is Way.POST:
        check_address(address)
        personal = asdict(address) if address else None
        if address:
            addresses.keep(account=account, address=address, at=at)
    if way is Way.WINDOW:
        _check_window(facts, place)
    known = Choice.objects.select_for_update().filter(case=case, node=settings.NODE_ID).first()
    number = known.number if known else shared_chains.new_chain(kinds.CHOICE)
    shared_chains.write(
        kinds.CHOICE,
        number,
        CHOOSE,
        by=Author(settings.NODE_ID, "applicant"),
        at=at,
        content={
            "case": case,
            "way": way.value,
            "place": place if way is Way.WINDOW else "",
            "nodes": list(facts.nodes),
        },
        personal=personal,
    )
    return Choice.objects.get(pk=number)


@transaction.atomic
def share(*, case: str, nodes: Collection[str], at: datetime) -> None:
    """Tell a choice to nodes that have got the case since; those that know it change nothing."""
    known = Choice.objects.select_for_update().filter(case=case, node=settings.NODE_ID).first()
    if known is None or set(nodes) <= set(known.nodes):
        return
    shared_chains.write(
        kinds.CHOICE,
        known.number,
        SHARE,
        by=Author(settings.NODE_ID, "system"),
        at=at,
        content={"nodes": sorted(nodes)},
    )


def windows_for(facts: CaseFacts) -> list[tuple[str, str]]:
    """The windows at which a result can be collected: place and name, of the applicant's province.

    They stand at the applicant's node, which has the case; elsewhere nobody would know whose it is.
    """
    return windows_in(facts.applicant.place)


def windows_in(place: str) -> list[tuple[str, str]]:
    """The windows of the province that a place lies in: place and name."""
    province = f"{place[:2]}0000"
    rows = jurisdictions.receiving_windows(province)
    found = {one.authority.division_code: one.authority.name for one in rows}
    return sorted(found.items())


def _check_window(facts: CaseFacts, place: str) -> None:
    if place not in dict(windows_for(facts)):
        raise FieldsRefused({"place": [_("从列出的窗口里选一个")]})
