"""What will be asked otherwise from a day that is to come: told before somebody prepares papers."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from tongban.catalogue import conformance, implementations, queries
from tongban.catalogue.conformance import Difference, Kind, Names


@dataclass(frozen=True)
class Upcoming:
    """The next day from which other rules hold, and in what they are other than today's.

    `ends` when there will be no rules any more that one could file under.
    """

    from_day: date
    differences: tuple[Difference, ...]
    ends: bool = False

    @property
    def for_applicants(self) -> tuple[str, ...]:
        """What concerns applicants, in their words; what is asked more comes first."""
        more = [one for one in self.differences if one.kind == Kind.STRICTER]
        rest = [one for one in self.differences if one.kind != Kind.STRICTER]
        return tuple(dict.fromkeys(one.plain for one in (*more, *rest) if one.plain))

    @property
    def is_stricter(self) -> bool:
        """Whether anything will be asked that is not asked today."""
        return any(one.kind == Kind.STRICTER and one.plain for one in self.differences)


def upcoming(code: str, *, deciding: str, on: date) -> Upcoming | None:
    """The next change of what the deciding place asks; nothing while nothing is published.

    Whoever files before that day is judged by today's rules to the end. Days that change nothing
    (a version that only rewords a ground) are passed over.
    """
    now = queries.version_in_force(code, on, deciding=deciding)
    for day in _days(code, deciding, on):
        then = queries.version_in_force(code, day, deciding=deciding)
        if then is None:
            return Upcoming(day, (), ends=True)
        if now is None:
            return None
        names = Names(_("现在"), _("到时候"), deciding[:2])
        if found := conformance.compare(now, then, names):
            return Upcoming(day, found)
    return None


def _days(code: str, deciding: str, on: date) -> list[date]:
    """The days after `on` on which a standard or a place's rules begin or end."""
    days = {one.from_day for one in queries.versions(code)}
    days |= implementations.days(code, deciding)
    return sorted(day for day in days if day > on)
