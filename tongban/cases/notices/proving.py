"""That a phone number or mail address is one's own: a code goes there, and comes back from here.

Until then nothing is sent there but the code. Codes live ten minutes and five tries; another one
may be asked for after a minute, and so many times a day. All of these are the platform's defaults.
"""

import hmac
import secrets
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongban.basics import identifiers, sealing
from tongban.basics.hours import BEIJING
from tongban.basics.refusals import FieldsRefused, NotFound, Refused
from tongban.cases.notices import channels
from tongban.cases.notices.channels import NotSent
from tongban.cases.notices.models import Channel, ContactProof
from tongban.parties.models import Account

log = structlog.get_logger(__name__)

VALID = timedelta(minutes=10)
PAUSE = timedelta(seconds=60)
TRIES, MOST_A_DAY, DIGITS, BATCH = 5, 5, 6, 20


class TooSoon(Refused):
    """A code was sent a moment ago; another one waits."""

    code = "code-too-soon"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            _("刚发过一个验证码，%(seconds)d秒以后再要新的") % {"seconds": seconds}, seconds=seconds
        )


class TooMany(Refused):
    """As many codes went there today as may."""

    code = "code-too-many"

    def __init__(self) -> None:
        super().__init__(_("今天发到这里的验证码已经够多了，明天再试。提醒照常在“消息”里"))


@transaction.atomic
def begin(*, account: Account, channel: Channel, address: str, at: datetime) -> ContactProof:
    """Make a new code for an address of an account; a worker sends it. The code before is void.

    An address that is proved stays so, and gets no code. Refused: TooSoon, TooMany, FieldsRefused
    without an address.
    """
    if not address:
        raise FieldsRefused({"address": [_("先填写手机号或者邮箱地址")]})
    match = sealing.match(f"{channel.value}:{address}")
    blank = ContactProof(account=account, channel=channel, match=match)
    made, _new = ContactProof.objects.get_or_create(
        account=account,
        channel=channel,
        match=match,
        defaults={"id": blank.pk, "address_sealed": blank.seal("address", address)},
    )
    row = ContactProof.objects.select_for_update().get(pk=made.pk)
    if row.proved_at is not None:
        return row
    _check_pace(row, at)
    today = at.astimezone(BEIJING).date()
    row.sends = row.sends + 1 if row.sends_on == today else 1
    row.sends_on, row.sent_at, row.tries = today, None, 0
    row.made_at, row.expires_at = at, at + VALID
    row.code_sealed = row.seal("code", f"{secrets.randbelow(10**DIGITS):0{DIGITS}}")
    row.save()
    return row


def _check_pace(row: ContactProof, at: datetime) -> None:
    if row.made_at is not None and at < row.made_at + PAUSE:
        raise TooSoon(int((row.made_at + PAUSE - at).total_seconds()) + 1)
    if row.sends_on == at.astimezone(BEIJING).date() and row.sends >= MOST_A_DAY:
        raise TooMany


def prove(*, account: Account, proof_id: UUID, code: str, at: datetime) -> ContactProof:
    """Take the code that came: from now on notices go there. Proved twice changes nothing.

    Refused, and the try counted: FieldsRefused for a code that is wrong, over, or tried too often.
    Refused: NotFound for the proof of somebody else.
    """
    with transaction.atomic():
        found = ContactProof.objects.select_for_update().filter(pk=proof_id, account=account)
        row = found.first()
        if row is None:
            raise NotFound(_("没有这个要核实的联系方式，请从“提醒方式”里再来一次"))
        wrong = _judge(row, "".join(code.split()), at)
    # The try stays counted, whatever becomes of the answer.
    if wrong:
        raise FieldsRefused({"code": [wrong]})
    return row


def _judge(row: ContactProof, code: str, at: datetime) -> str:
    if row.proved_at is not None:
        return ""
    if not row.is_open(at):
        return _("这个验证码已经过期，请要一个新的")
    if row.tries >= TRIES:
        return _("试的次数太多，这个验证码作废了，请要一个新的")
    if hmac.compare_digest(row.code.encode(), code.encode()):
        row.proved_at, row.code_sealed = at, b""
        row.save(update_fields=["proved_at", "code_sealed"])
        return ""
    row.tries += 1
    row.save(update_fields=["tries"])
    left = TRIES - row.tries
    if not left:
        return _("验证码不对，试的次数太多，这个验证码作废了，请要一个新的")
    return ngettext(
        "验证码不对，对照收到的再填，还能试%(left)d次",
        "验证码不对，对照收到的再填，还能试%(left)d次",
        left,
    ) % {"left": left}


def is_proved(account: Account, channel: Channel, address: str) -> bool:
    """Whether an account has shown that an address is its own."""
    row = known(account, channel, address)
    return row is not None and row.proved_at is not None


def known(account: Account, channel: Channel, address: str) -> ContactProof | None:
    """The proof of an address of an account, begun or done; None before it has begun."""
    match = sealing.match(f"{channel.value}:{address}")
    rows = ContactProof.objects.filter(account=account, channel=channel, match=match)
    return rows.first() if address else None


def limits() -> dict[str, int]:
    """What a page says of a code: minutes it counts, tries, seconds until another, most a day."""
    return {
        "minutes": VALID // timedelta(minutes=1),
        "tries": TRIES,
        "pause": PAUSE // timedelta(seconds=1),
        "most": MOST_A_DAY,
    }


def check_mail(address: str) -> None:
    """Refused: FieldsRefused (`mail`) for what is no mail address."""
    try:
        validate_email(address)
    except ValidationError as wrong:
        raise FieldsRefused(
            {"mail": [_("邮箱地址要像name@example.com这样，检查有没有少写")]}
        ) from wrong


def proof_of(account: Account, proof_id: UUID) -> ContactProof:
    """A proof of this account, begun or done. Refused: NotFound."""
    row = ContactProof.objects.filter(pk=proof_id, account=account).first()
    if row is None:
        raise NotFound(_("没有这个要核实的联系方式，请从“提醒方式”里再来一次"))
    return row


def send_due(*, at: datetime) -> int:
    """Send the codes that wait, each once; one that no channel takes is tried again until it is over."""
    sent = 0
    ways = channels.ways()
    for pk in _waiting(at).values_list("pk", flat=True)[:BATCH]:
        with transaction.atomic():
            row = _waiting(at).select_for_update(skip_locked=True).filter(pk=pk).first()
            if row is None or Channel(row.channel) not in ways:
                continue
            sent += _send(row, at)
    return sent


def _waiting(at: datetime) -> QuerySet[ContactProof]:
    return ContactProof.objects.filter(sent_at=None, proved_at=None, expires_at__gt=at).exclude(
        code_sealed=b""
    )


def _send(row: ContactProof, at: datetime) -> bool:
    title, text = words(row)
    try:
        channels.send(Channel(row.channel), to=row.address, title=title, text=text)
    except NotSent as trouble:
        log.info("code.not_sent", channel=row.channel, trouble=str(trouble))
        return False
    row.sent_at = at
    row.save(update_fields=["sent_at"])
    return True


def words(row: ContactProof) -> tuple[str, str]:
    """Title and text of the message with the code."""
    text = _(
        "【通办】验证码%(code)s，%(minutes)d分钟内有效，用来核实您的联系方式。不是您本人操作的，不用理会。"
    ) % {"code": row.code, "minutes": VALID // timedelta(minutes=1)}
    return ("" if row.channel == Channel.SMS else _("核实邮箱地址")), text


def masked(channel: str, address: str) -> str:
    """What a page shows of an address."""
    if channel == Channel.SMS:
        return identifiers.mask_phone(address)
    name, _at, host = address.partition("@")
    return f"{name[:1]}***@{host}" if host else ""


def open_codes(*, at: datetime) -> list[ContactProof]:
    """All codes that could still be used, newest first: for a sandbox, where no message goes out."""
    rows = ContactProof.objects.filter(proved_at=None, expires_at__gt=at).exclude(code_sealed=b"")
    return list(rows.order_by("-made_at")[:50])
