"""Officers' notices by mail: of what each wants, to an address that she has shown to be hers."""

from datetime import datetime

from tongban.cases.notices import channels, desk_inbox, proving, quiet
from tongban.cases.notices.channels import Letter
from tongban.cases.notices.desk_wording import MAILED, by_mail
from tongban.cases.notices.models import Channel, DeskNotice, DeskWish, Fate, Sending
from tongban.parties.models import Officer


def owe(notice: DeskNotice, *, at: datetime) -> None:
    """Owe a new notice to the mail channel of this node, if its officer wants it there."""
    if Channel.MAIL not in channels.ways():
        return
    wish = desk_inbox.wish_of(notice.officer)
    if _address(notice, wish):
        Sending.objects.create(
            desk_notice=notice, channel=Channel.MAIL, next_at=_not_before(wish, at)
        )


def letter(notice: DeskNotice, *, at: datetime) -> Letter | None:
    """What goes out of a notice; None when nothing has to any more.

    She has read it, does not want it any more, or has left the office whose case it is.
    """
    wish = desk_inbox.wish_of(notice.officer)
    to = _address(notice, wish)
    is_hers = desk_inbox.notices_of(notice.officer).filter(pk=notice.pk, read_at=None).exists()
    if not to or not is_hers:
        return None
    return Letter(to, _not_before(wish, at), *by_mail(notice.kind, notice.number))


def failed(officer: Officer) -> int:
    """How many mails to an officer were given up."""
    return Sending.objects.filter(desk_notice__officer=officer, fate=Fate.FAILED).count()


def _address(notice: DeskNotice, wish: DeskWish) -> str:
    if MAILED.get(notice.kind) not in wish.mailed:
        return ""
    is_proved = proving.is_proved(notice.officer.account, Channel.MAIL, wish.mail)
    return wish.mail if is_proved else ""


def _not_before(wish: DeskWish, at: datetime) -> datetime:
    return quiet.first_moment(at) if wish.is_quiet_at_night else at
