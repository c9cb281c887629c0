"""How long a case has been in whose hands, and what the clocks did meanwhile; from events only."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from tongban.basics import calendar
from tongban.cases import standing
from tongban.cases.models import Case
from tongban.cases.standing import BEIJING, Standing
from tongban.cases.states import Party, State
from tongban.portal.placenames import place_name
from tongban.portal.tracking import MARKS
from tongban.record import queries as recorded
from tongban.ui.shapes import Span


def spans(case: Case, *, at: datetime) -> list[Span]:
    """Every stretch of a case's time, from submission until now or until the end."""
    return list(_spans(case, at))


def _spans(case: Case, at: datetime) -> Iterator[Span]:
    now = Standing(number=case.number)
    since: datetime | None = None
    for event in recorded.events(case.number):
        after = standing.apply(now, event)
        if since and (after.holder, after.state) != (now.holder, now.state):
            yield _span(now, since, event.at)
            since = event.at
        since = since or event.at
        now = after
    if since and now.holder != Party.NOBODY:
        yield _span(now, since, at)


def _span(held: Standing, since: datetime, until: datetime) -> Span:
    return Span(
        party=MARKS[Party(held.holder)],
        holder=_holder(held),
        since=since,
        seconds=max(0.0, (until - since).total_seconds()),
        counts=_counts(held),
        used=_used(held, since, until),
    )


def _holder(held: Standing) -> str:
    if held.holder == Party.CHANNEL:
        return _("送往%(there)s") % {"there": _place(held, held.bound_for)}
    if held.holder == Party.APPLICANT:
        return _("您")
    facts = {"place": _place(held, held.holder), "does": _DOES[State(held.state)]()}
    return _("%(place)s，%(does)s") % facts


def _place(held: Standing, party: str) -> str:
    codes = {Party.RECEIVER.value: held.receiving_place, Party.DECIDER.value: held.deciding_place}
    return place_name(codes.get(party, held.applicant_place))


_DOES = {
    State.SUBMITTED: lambda: _("等收件"),
    State.RECEIVED: lambda: _("看材料"),
    State.HANDED_OVER: lambda: _("收妥"),
    State.PENDING: lambda: _("等受理"),
    State.UNDER_REVIEW: lambda: _("审查"),
    State.APPROVED: lambda: _("制作结果"),
    State.DENIED: lambda: _("制作结果"),
    State.RESULT_ISSUED: lambda: _("送出结果"),
    State.IN_DELIVERY: lambda: _("等领取"),
}


def _counts(held: Standing) -> str:
    """What the clock did, in words."""
    days = held.limits
    match State(held.state):
        case _ if held.holder == Party.CHANNEL:
            return _("不算")
        case State.RETURNED | State.CORRECTION:
            return _("停止计时：请申请人改")
        case State.SUBMITTED | State.RECEIVED:
            return _("算收件时限，%(days)d个工作日") % {"days": days["receive"]}
        case State.PENDING:
            return _("算受理期限，%(days)d个工作日") % {"days": days["accept"]}
        case State.UNDER_REVIEW:
            return _("算办理时限，%(days)d个工作日") % {"days": days["decide"]}
    return _("已经作出决定，不算")


def _used(held: Standing, since: datetime, until: datetime) -> str:
    """Working days where a limit in working days runs; elsewhere the time that passed."""
    clocked = {State.SUBMITTED, State.RECEIVED, State.PENDING, State.UNDER_REVIEW}
    if held.holder == Party.CHANNEL or State(held.state) not in clocked:
        return ""
    first, last = (moment.astimezone(BEIJING).date() for moment in (since, until))
    return _("%(days)d个工作日") % {"days": calendar.working_days_between(first, last)}
