"""Days and times, the one way that pages write them: 2026年11月23日（周一）, 9:12."""

from datetime import date, datetime

from django.template import Library
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import is_aware, localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

register = Library()

WEEKDAYS = tuple(gettext_lazy(character) for character in "一二三四五六日")
UNITS = ((86400, gettext_lazy("天")), (3600, gettext_lazy("小时")), (60, gettext_lazy("分")))


def here(moment: datetime) -> datetime:
    """The moment on the clock of this country; a moment without a zone is taken as such."""
    return localtime(moment) if is_aware(moment) else moment


def day_of(value: date) -> date:
    """The calendar day of a day or of a moment."""
    return here(value).date() if isinstance(value, datetime) else value


def day_words(value: date, *, year: bool) -> str:
    """11月23日（周一）, with or without its year."""
    on = day_of(value)
    facts = {"year": on.year, "month": on.month, "day": on.day, "week": WEEKDAYS[on.weekday()]}
    if year:
        return _("%(year)d年%(month)d月%(day)d日（周%(week)s）") % facts
    return _("%(month)d月%(day)d日（周%(week)s）") % facts


def minute_words(value: datetime) -> str:
    """9:12"""
    moment = here(value)
    return f"{moment.hour}:{moment.minute:02}"


def second_words(value: datetime) -> str:
    """9:12:07"""
    return f"{minute_words(value)}:{here(value).second:02}"


def stamp(value: date) -> str:
    """For machines: what `<time datetime>` carries."""
    whole = here(value).isoformat(timespec="seconds") if isinstance(value, datetime) else None
    return whole or value.isoformat()


def _this_year(value: date) -> bool:
    return day_of(value).year == localdate().year


def _time(value: date, words: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', stamp(value), words)


@register.filter
def day(value: date | None) -> str:
    """`{{ due_on|day }}`: 2026年11月23日（周一）. Nothing for None."""
    return _time(value, day_words(value, year=True)) if value else ""


@register.filter
def short_day(value: date | None) -> str:
    """`{{ due_on|short_day }}`: 11月23日（周一）; days of other years keep their year."""
    return _time(value, day_words(value, year=not _this_year(value))) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """`{{ at|moment }}`: 11月16日（周一）9:12; moments of other years keep their year."""
    if not value:
        return ""
    return _time(value, day_words(value, year=not _this_year(value)) + minute_words(value))


@register.filter
def clock(value: datetime | None) -> str:
    """`{{ at|clock }}`: 9:12:07, beside a day that is already said."""
    return _time(value, second_words(value)) if value else ""


@register.filter
def duration(seconds: float | None) -> str:
    """`{{ held|duration }}`: 5天3小时, 1小时8分, 13秒; two units at most, rounded down."""
    if seconds is None:
        return ""
    left, words, units = int(seconds), "", 0
    for size, name in UNITS:
        count, left = divmod(left, size)
        if count and units < 2:
            words, units = f"{words}{count}{name}", units + 1
        elif words:
            break
    return words or _("%(count)d秒") % {"count": left}
