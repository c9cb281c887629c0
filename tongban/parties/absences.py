"""Holidays of officers, and who stands in for them."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from tongban.basics.refusals import FieldsRefused, NotAllowed, NotFound
from tongban.basics.selecting import Parameter, Selection
from tongban.parties.models import Absence, Officer, Role

# Asked by every list of the desk.
_COLLEAGUES = Selection(
    lambda p: Officer.objects.filter(authority=p("authority")).order_by("name", "pk")
)
_STOOD_IN_FOR = Selection(
    lambda p: _on(p("today")).filter(substitute=p("officer")).values_list("officer_id", flat=True)
)
# Longer than any leave: a wrong year typed, which would hand nothing to anybody for years.
LONGEST_DAYS = 366


class NotLeader(NotAllowed):
    """Only the leader of an office says who in it does what."""

    code = "not-leader"

    def __init__(self) -> None:
        super().__init__(_("这一步由本单位的科室负责人办，您的岗位不是"))


def check_leads(officer: Officer, other: Officer | None = None) -> None:
    """A leader leads her own office, and with `other` somebody in it. Refused: NotAllowed."""
    if Role.LEADER not in officer.roles:
        raise NotLeader
    if other is not None and other.authority_id != officer.authority_id:
        raise NotAllowed(
            _("%(name)s不是您单位的人员，由他自己单位的负责人安排") % {"name": other.name}
        )


def colleagues(officer: Officer) -> list[Officer]:
    """Everybody with an office at the same authority, the officer too, by name."""
    if officer.authority_id is None:
        return [officer]
    return _COLLEAGUES.all(authority=officer.authority_id)


@transaction.atomic
def enter(
    *,
    officer: Officer,
    from_on: date,
    until_on: date,
    substitute: Officer | None,
    by: Officer,
    at: datetime,
) -> Absence:
    """Enter that somebody is away on these days, both included; only the leader of the office may.

    Refused: FieldsRefused when the days run backwards, lie wholly in the past, are more than a year
    or overlap others of the same officer, or when the substitute is of another office or away then.
    """
    check_leads(by, officer)
    Officer.objects.select_for_update(of=("self",)).get(pk=officer.pk)
    errors = _wrong(officer, from_on, until_on, localdate(at))
    if substitute is not None and (why := _unfit(substitute, officer, from_on, until_on)):
        errors["substitute"] = [why]
    if errors:
        raise FieldsRefused(errors)
    return Absence.objects.create(
        officer=officer,
        from_on=from_on,
        until_on=until_on,
        substitute=substitute,
        entered_by=by,
        entered_at=at,
    )


@transaction.atomic
def cancel(*, absence_id: int, by: Officer) -> None:
    """Take an absence off the list: the officer is back, or never went. Twice changes nothing."""
    row = Absence.objects.select_for_update(of=("self",)).filter(pk=absence_id).first()
    if row is None:
        return
    check_leads(by, row.officer)
    row.delete()


def coming(officer: Officer, today: date) -> list[Absence]:
    """The absences of an officer's office that last or are to come, the soonest first."""
    rows = Absence.objects.filter(officer__authority=officer.authority_id, until_on__gte=today)
    return list(rows.select_related("officer", "substitute").order_by("from_on", "pk"))


def is_away(officer: Officer, at: datetime) -> bool:
    """Whether an officer is away on the day of a moment."""
    return _on(localdate(at)).filter(officer=officer).exists()


def away(officers: Iterable[Officer], today: date) -> set[int]:
    """Which of these officers are away on a day, by their keys."""
    rows = _on(today).filter(officer__in=list(officers))
    return set(rows.values_list("officer_id", flat=True))


def stands_in(officer: Officer, absent: Officer, at: datetime) -> bool:
    """Whether an officer stands in for another one on the day of a moment."""
    return _on(localdate(at)).filter(officer=absent, substitute=officer).exists()


def substitute_of(absent: Officer, at: datetime) -> Officer:
    """Who stands in for an absent officer on the day of a moment. Refused: NotFound for nobody."""
    row = _on(localdate(at)).select_related("substitute__authority").filter(officer=absent).first()
    if row is None or row.substitute is None:
        raise NotFound(_("%(name)s今天没有登记替班人") % {"name": absent.name})
    return row.substitute


def stood_in_for(officer: Officer, today: date) -> set[int]:
    """The keys of the officers for whom this one stands in on a day."""
    return set(_STOOD_IN_FOR.column(officer=officer.pk, today=today))


def officer_here(pk: int, by: Officer) -> Officer:
    """Somebody of an officer's own office. Refused: NotFound, also for everybody elsewhere."""
    found = Officer.objects.select_related("authority").filter(
        pk=pk, authority=by.authority_id, authority__isnull=False
    )
    if (one := found.first()) is None:
        raise NotFound(_("本单位没有这个人员"))
    return one


def _on(day: date | Parameter) -> QuerySet[Absence]:
    return Absence.objects.filter(from_on__lte=day, until_on__gte=day)


def _between(officer: Officer, from_on: date, until_on: date) -> QuerySet[Absence]:
    return Absence.objects.filter(Q(from_on__lte=until_on) & Q(until_on__gte=from_on)).filter(
        officer=officer
    )


def _wrong(officer: Officer, from_on: date, until_on: date, today: date) -> dict[str, list[str]]:
    if until_on < from_on:
        return {"until_on": [_("最后一天不能早于第一天")]}
    if until_on < today:
        return {"until_on": [_("最后一天已经过去，登记今天以后的")]}
    if (until_on - from_on).days >= LONGEST_DAYS:
        return {"until_on": [_("一次最多登记一年，请检查年份")]}
    if _between(officer, from_on, until_on).exists():
        return {"from_on": [_("和已经登记的日子重叠，先去掉那一条")]}
    return {}


def _unfit(substitute: Officer, officer: Officer, from_on: date, until_on: date) -> str:
    if substitute == officer:
        return _("替班人不能是他自己")
    if substitute.authority_id != officer.authority_id:
        return _("替班人要是本单位的人员")
    if not set(officer.roles) & set(substitute.roles) & {Role.RECEIVER, Role.DECIDER}:
        return _("替班人没有同样的岗位，不能办他的件")
    if _between(substitute, from_on, until_on).exists():
        return _("替班人这几天也不在岗，换一个人")
    return ""
