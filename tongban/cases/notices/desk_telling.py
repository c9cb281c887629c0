"""Telling officers of this node what concerns them: into the desk's inbox, once, as they want it."""

from datetime import datetime

from django.conf import settings

from tongban.basics.refusals import NotFound
from tongban.cases import happenings, news, states
from tongban.cases.alarms import AMBER
from tongban.cases.models import Alarm, Case
from tongban.cases.news import News
from tongban.cases.notices import desk_inbox, desk_mailing
from tongban.cases.notices import desk_wording as words
from tongban.cases.notices.models import DeskNotice
from tongban.cases.operations import alarming, expiring
from tongban.cases.states import Party
from tongban.parties import absences
from tongban.parties import queries as parties
from tongban.parties.models import Officer, Role
from tongban.record import queries as recorded
from tongban.record.chains import Event

# The moves after which an office goes on with what it gave out of its hands, and its side.
_BACK: dict[str, tuple[str, Party]] = {
    states.ANSWER_CORRECTION.name: (words.BACK, Party.DECIDER),
    states.LAPSE_CORRECTION.name: (words.LAPSED, Party.DECIDER),
    states.ORIGINALS_ARRIVED.name: (words.BACK, Party.DECIDER),
    states.LAPSE_ORIGINALS.name: (words.ABSENT, Party.DECIDER),
    states.RESUBMIT.name: (words.BACK, Party.RECEIVER),
    states.DELIVER_TO_WINDOW.name: (words.BACK, Party.RECEIVER),
}


@happenings.on(*_BACK)
def on_back(case: Case, event: Event) -> None:
    """Tell whoever had the case that it comes back."""
    kind, party = _BACK[event.kind]
    officer = _whose(case, party)
    if officer is not None and officer.pseudonym != event.author.officer:
        tell(News(kind, officer, str(event.seq), event.at, case.number))


@happenings.on(states.WITHDRAW.name)
def on_withdrawal(case: Case, event: Event) -> None:
    """Tell those who worked on a case, at both of its offices, that it is over."""
    for party in (Party.RECEIVER, Party.DECIDER):
        officer = _whose(case, party)
        if officer is not None:
            tell(News(words.WITHDRAWN, officer, str(event.seq), event.at, case.number))


@expiring.on_alarm
def on_alarm(case: Case, alarm: Alarm) -> None:
    """Tell whoever has a case that its light turned; the applicant's own clock is not hers."""
    if alarm.holder == Party.APPLICANT:
        return
    officer = _whose(case, Party(alarm.holder))
    if officer is not None:
        kind = words.AMBER if alarm.light == AMBER else words.RED
        tell(News(kind, officer, str(alarm.pk), alarm.at, case.number))


@alarming.on_escalation
def on_escalation(alarm: Alarm) -> None:
    """Tell the leaders of an office of what nobody in it has seen to."""
    leaders = Officer.objects.filter(authority__code=alarm.authority, roles__contains=[Role.LEADER])
    for leader in leaders.order_by("pk"):
        at = alarm.escalated_at or alarm.at
        tell(News(words.ESCALATED, leader, str(alarm.pk), at, alarm.case_id))


@news.on_news
def tell(told: News) -> None:
    """Put it into the inbox of whom it concerns, and of her substitute; the second time nothing.

    By mail it goes to those who want it so.
    """
    for officer in _with_substitute(told.to, told.at):
        if words.GROUP_OF.get(told.kind) in desk_inbox.wish_of(officer).unwanted:
            continue
        notice, is_new = DeskNotice.objects.get_or_create(
            officer=officer,
            kind=told.kind,
            number=told.number,
            ref=told.ref,
            defaults={"at": told.at},
        )
        if is_new:
            desk_mailing.owe(notice, at=told.at)


def _with_substitute(officer: Officer, at: datetime) -> list[Officer]:
    try:
        return [officer, absences.substitute_of(officer, at)]
    except NotFound:
        return [officer]


def _whose(case: Case, party: Party) -> Officer | None:
    """Who works on a case for one of its offices: whoever has it, or wrote for it last."""
    node, authority = {
        Party.RECEIVER: (case.receiver_node, case.receiver_authority),
        Party.DECIDER: (case.decider_node, case.decider_authority),
    }[party]
    if node != settings.NODE_ID or not authority:
        return None
    claimed = case.claimed_by
    if claimed is not None and claimed.authority and claimed.authority.code == authority:
        return claimed
    wrote = [
        event.author.officer
        for event in recorded.events(case.number)
        if event.author.officer and event.author.authority == authority
    ]
    officer = parties.officer_by_pseudonym(wrote[-1]) if wrote else None
    is_there = officer and officer.authority and officer.authority.code == authority
    return officer if is_there else None
