"""How somebody wants the result, said while still filling in; on submission it becomes the choice."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics import sealing
from tongban.basics.refusals import FieldsRefused
from tongban.cases.models import Draft
from tongban.delivery.choices import Way
from tongban.delivery.couriers import Address
from tongban.delivery.operations import choosing
from tongban.delivery.operations.packing import check_address
from tongban.parties.models import Account

FIELD = "delivery"


@dataclass(frozen=True)
class Wanted:
    """How a result is to be given: the window's place, or the address it is sent to."""

    way: Way
    place: str = ""
    address: Address | None = None


def wanted(draft: Draft) -> Wanted | None:
    """What a draft says of it; None while nothing was chosen."""
    sealed = bytes(draft.delivery)
    if not sealed:
        return None
    said = json.loads(sealing.unseal(sealed, context=_context(draft)))
    address = Address(**said["address"]) if said["address"] else None
    return Wanted(Way(said["way"]), said["place"], address)


def keep(draft: Draft, wish: Wanted, *, at: datetime) -> None:
    """Keep it with a draft that the caller has locked. Refused: FieldsRefused where it is not whole.

    An address is only kept for the post, a place only for a window.
    """
    if wish.way is Way.POST:
        check_address(wish.address)
    if wish.way is Way.WINDOW and wish.place not in dict(windows(draft)):
        raise FieldsRefused({"place": [_("从列出的窗口里选一个")]})
    address = wish.address if wish.way is Way.POST else None
    said = {
        "way": wish.way.value,
        "place": wish.place if wish.way is Way.WINDOW else "",
        "address": asdict(address) if address else None,
    }
    plain = json.dumps(said, ensure_ascii=False).encode()
    draft.delivery, draft.saved_at = sealing.seal(plain, context=_context(draft)), at
    draft.save(update_fields=["delivery", "saved_at"])


def windows(draft: Draft) -> list[tuple[str, str]]:
    """The windows at which the result can be collected: place and name."""
    return choosing.windows_in(draft.applicant_place)


def faults(draft: Draft) -> dict[str, list[str]]:
    """What is no longer possible of what was chosen; a window may have gone since."""
    wish = wanted(draft)
    if wish is None or wish.way is not Way.WINDOW or wish.place in dict(windows(draft)):
        return {}
    return {FIELD: [_("您选的领取窗口已经没有了，请再选一次结果怎么给您")]}


@transaction.atomic
def carry_over(draft: Draft, *, account: Account, number: str, at: datetime) -> None:
    """Make what the draft says the choice of the case that it has just become."""
    wish = wanted(draft)
    if wish is not None:
        choosing.choose(
            account=account,
            case=number,
            way=wish.way,
            place=wish.place,
            address=wish.address,
            at=at,
        )


def _context(draft: Draft) -> bytes:
    return f"cases.draft.delivery:{UUID(str(draft.pk))}".encode()
