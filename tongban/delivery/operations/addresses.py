"""The addresses that an account used before, so that nobody types their own a second time."""

import json
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics import canonical, sealing
from tongban.basics.refusals import NotFound
from tongban.delivery.couriers import Address
from tongban.delivery.models import SavedAddress
from tongban.parties.models import Account

MOST = 10  # the platform's default; what was not used longest goes first


@transaction.atomic
def keep(*, account: Account, address: Address, at: datetime) -> SavedAddress:
    """Keep an address that was just used; one that is known moves to the top.

    The oldest beyond MOST is forgotten.
    """
    said = asdict(address)
    match = sealing.match(canonical.digest(canonical.dumps(said)))
    row = SavedAddress(account=account, match=match, used_at=at)
    row.sealed = sealing.seal(json.dumps(said, ensure_ascii=False).encode(), context=row.context)
    found, is_new = SavedAddress.objects.get_or_create(
        account=account,
        match=match,
        defaults={"id": row.pk, "sealed": row.sealed, "used_at": at},
    )
    if not is_new:
        SavedAddress.objects.filter(pk=found.pk).update(used_at=at)
    newest = SavedAddress.objects.filter(account=account).order_by("-used_at", "-id")
    SavedAddress.objects.filter(pk__in=list(newest.values_list("pk", flat=True)[MOST:])).delete()
    return found


def forget(*, account: Account, address_id: UUID) -> None:
    """Forget an address of this account. Refused: NotFound, also for one of somebody else."""
    gone, _rows = SavedAddress.objects.filter(account=account, pk=address_id).delete()
    if not gone:
        raise NotFound(_("没有这个地址，可能已经删除"))


def addresses_of(account: Account) -> list[SavedAddress]:
    """An account's addresses, last used first."""
    return list(SavedAddress.objects.filter(account=account).order_by("-used_at", "-id"))
