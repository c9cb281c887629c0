"""Writing a notice down: who is to be told, and through which channels it is to go out."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from tongban.cases import access, happenings, queries, states
from tongban.cases.models import Case
from tongban.cases.notices import channels, proving, quiet, wording
from tongban.cases.notices.models import Channel, Notice, Preference, Sending
from tongban.cases.states import Party
from tongban.parties import queries as parties
from tongban.parties.models import Account
from tongban.record.chains import Event


@happenings.on(*wording.OCCASIONS)
def on_event(case: Case, event: Event) -> None:
    """Tell the people of a case of an event that was just kept, in the same transaction.

    Only the applicant's node tells them. An event that is kept again tells nobody again. Of a step
    of a parcel that is the applicant's own, or leads to a move which is told, nothing is told.
    """
    occasion = wording.OCCASIONS.get(event.kind)
    if event.kind == states.DELIVERY_NOTED and _is_told_otherwise(event):
        return
    if occasion and case.applicant_node == settings.NODE_ID:
        tell(case=case, kind=occasion, seq=event.seq, at=event.at)


def _is_told_otherwise(noted: Event) -> bool:
    said = noted.content
    return said.get("by") == Party.APPLICANT or said.get("then") in wording.OCCASIONS


@transaction.atomic
def tell(
    *, case: Case, kind: str, seq: int, at: datetime, facts: Mapping[str, Any] | None = None
) -> list[Notice]:
    """Put a notice into every inbox it belongs to, and owe it to the channels of this node.

    Gives the notices that are new: the second time with the same kind and `seq`, none. `facts`
    are JSON and hold nothing personal. Writes rows only; a worker sends.
    """
    told = []
    for account in _people(case):
        notice, is_new = Notice.objects.get_or_create(
            account=account,
            number=case.number,
            kind=kind,
            seq=seq,
            defaults={"facts": dict(facts or {}), "at": at},
        )
        if is_new:
            owe(notice, case, at=at)
            told.append(notice)
    return told


def _people(case: Case) -> Iterable[Account | None]:
    """The accounts that may see the case; none of them: whoever left a phone number, alone."""
    return access.accounts_of(case) or [None]


def owe(notice: Notice, case: Case | None, *, at: datetime) -> None:
    """Owe a new notice to the channels of this node; one about a mandate has no case."""
    ways = channels.ways()
    wanted: list[Channel] = [
        channel
        for channel in (Channel.SMS, Channel.MAIL)
        if channel in ways and address(notice, case, channel)
    ]
    if case is not None and Channel.WEBHOOK in ways and not _is_pushed(notice):
        wanted.append(Channel.WEBHOOK)
    Sending.objects.bulk_create(
        Sending(
            notice=notice,
            channel=channel,
            next_at=at if channel is Channel.WEBHOOK else wake(notice.account, at),
        )
        for channel in wanted
    )


def _is_pushed(notice: Notice) -> bool:
    """Another system hears of an occasion once, however many people are told."""
    return Sending.objects.filter(
        channel=Channel.WEBHOOK,
        notice__number=notice.number,
        notice__kind=notice.kind,
        notice__seq=notice.seq,
    ).exists()


def address(notice: Notice, case: Case | None, channel: Channel) -> str:
    """Where a channel reaches whoever a notice is for; empty when it does not or shall not.

    Nothing goes to an address of an account that the account has not proved to be its own. For an
    applicant without account, the window or system that handed in answers for the number.
    """
    wish = preference(notice.account)
    if channel is Channel.MAIL:
        found = [wish.mail] if wish.by_mail else []
    elif channel is Channel.SMS:
        found = _phones(notice, case) if wish.by_sms else []
    else:
        found = []
    account = notice.account
    if account is not None:
        found = [one for one in found if proving.is_proved(account, channel, one)]
    return found[0] if found else ""


def _phones(notice: Notice, case: Case | None) -> list[str]:
    """The number given for this case, then one's own; an agent is rung up at his own alone."""
    own = parties.applicants_of(notice.account) if notice.account else []
    is_agent = case is None or case.applicant_match not in {one.match for one in own}
    if notice.account and is_agent:
        return [own[0].phone] if own and own[0].phone else []
    given = [queries.particulars(case).get("applicant", {}).get("phone", "")] if case else []
    mine = [one.phone for one in own if case and one.match == case.applicant_match]
    return [one for one in (*given, *mine) if one]


def preference(account: Account | None) -> Preference:
    """How an account wants to be told; the platform's defaults where it has not said."""
    found = Preference.objects.filter(account=account).first() if account else None
    return found or Preference(account=account)


def wake(account: Account | None, at: datetime) -> datetime:
    """The first moment from `at` on at which this account may be disturbed."""
    return quiet.first_moment(at) if preference(account).is_quiet_at_night else at
