"""What a place has set for corrections: days to answer, and what silence may lead to.

No law that we have read says what follows when nobody answers, so without a rule of the place the
platform's default holds, and every page says that it is one.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics.refusals import Refused
from tongban.jurisdictions import operations, rules, snapshot
from tongban.jurisdictions.models import CorrectionRule

MOST_DAYS = 365


class CorrectionRuleRefused(Refused):
    """A rule about corrections that cannot be taken; the one before stays."""

    code = "correction-rule-refused"
    status = 422


@dataclass(frozen=True)
class Corrections:
    """Working days to answer a notice; whether a case that nobody answered for may be ended."""

    days: int
    may_terminate: bool
    basis: str
    is_default: bool = False


DEFAULT = Corrections(days=10, may_terminate=True, basis="", is_default=True)


def of(place: str) -> Corrections:
    """The rule of a place: its own, its city's, its province's, or the platform's default."""
    known = snapshot.current().corrections
    for code in dict.fromkeys((place, place[:4] + "00", rules.province_code(place))):
        if row := known.get(code):
            return Corrections(row.days, row.may_terminate, row.basis)
    return DEFAULT


def rules_set() -> list[CorrectionRule]:
    """What places have set, by their codes."""
    return sorted(snapshot.current().corrections.values(), key=lambda rule: rule.place)


@transaction.atomic
def set_rule(
    *, place: str, days: int, may_terminate: bool, basis: str, at: datetime, by: str = ""
) -> CorrectionRule:
    """Set the rule of a place; the second time replaces the first. Running notices keep their day.

    Refused (CorrectionRuleRefused) without a basis, for a place nobody knows, beyond a year.
    """
    if not basis.strip():
        raise CorrectionRuleRefused(_("写明依据：哪份文件定的"))
    if place not in snapshot.current().divisions:
        raise CorrectionRuleRefused(_("没有区划代码是%(code)s的地方") % {"code": place})
    if not 1 <= days <= MOST_DAYS:
        raise CorrectionRuleRefused(_("补正时间写1到%(most)d个工作日") % {"most": MOST_DAYS})
    row, _made = CorrectionRule.objects.update_or_create(
        place=place,
        defaults={
            "days": days,
            "may_terminate": may_terminate,
            "basis": basis.strip(),
            "set_at": at,
            "set_by": by,
        },
    )
    operations.stamp(at=at)
    return row
