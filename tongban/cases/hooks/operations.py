"""Everything that can happen to a hook: a system subscribes, changes its mind, leaves."""

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics.refusals import FieldsRefused, NotAllowed, NotFound, Refused
from tongban.cases.hooks import addresses
from tongban.cases.hooks.happened import EVENTS, PING
from tongban.cases.hooks.models import Hook, Push
from tongban.parties.models import ApiClient

# Platform default: addresses of one system.
MOST = 10


class AuthorityMissing(NotAllowed):
    """A system of a place hears of no authority's cases: there is nothing of its own to push."""

    code = "authority-missing"

    def __init__(self) -> None:
        super().__init__(_("推送只给一个机关的业务系统。请向本平台登记您的系统属于哪个机关"))


class TooManyHooks(Refused):
    """More addresses than one system may have."""

    code = "too-many-hooks"

    def __init__(self) -> None:
        super().__init__(
            _("一个系统最多%(most)d个推送地址（平台默认值），请先取消不用的") % {"most": MOST}
        )


@transaction.atomic
def subscribe(*, client_id: str, url: str, events: Sequence[str], at: datetime) -> tuple[Hook, str]:
    """Have a system's address called for events of its authority's cases; gives the secret, once.

    A first call that tells nothing (`ping`) is owed at once, so that it shows whether the address
    answers. The same address again changes events and secret; calls that wait are signed with the
    new one. Refused: AuthorityMissing, TooManyHooks, FieldsRefused for address and events.
    """
    client = ApiClient.objects.select_for_update(of=("self",)).get(pk=client_id)
    if client.authority_id is None:
        raise AuthorityMissing
    addresses.check(url)
    if not events or not set(events) <= set(EVENTS):
        raise FieldsRefused({"events": [_("事件只能是：%(all)s") % {"all": "、".join(EVENTS)}]})
    hook = client.hooks.filter(url=url).first() or Hook(client=client, url=url, made_at=at)
    if hook._state.adding and client.hooks.count() >= MOST:
        raise TooManyHooks
    secret = secrets.token_urlsafe(32)
    hook.events, hook.secret = sorted(set(events)), secret
    hook.save()
    Push.objects.create(hook=hook, event=PING, at=at, next_at=at)
    return hook, secret


@transaction.atomic
def unsubscribe(*, client_id: str, hook_id: uuid.UUID) -> None:
    """Call an address no more; what waited for it is gone. Refused: NotFound."""
    mine(client_id, hook_id).delete()


def mine(client_id: str, hook_id: uuid.UUID) -> Hook:
    """A hook of a system; another system's does not exist for it. Refused: NotFound."""
    hook = Hook.objects.filter(pk=hook_id, client_id=client_id).first()
    if hook is None:
        raise NotFound(_("没有这个推送地址"))
    return hook
