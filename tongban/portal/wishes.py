"""What an applicant can ask about a case now, and what was asked before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.timezone import localdate

from tongban.basics.refusals import may
from tongban.cases import asked, asking
from tongban.cases.asked import Asked
from tongban.cases.models import Case
from tongban.cases.operations import requests
from tongban.cases.states import Party


@dataclass(frozen=True)
class Offer:
    """One thing that can be asked."""

    kind: str
    label: str | Promise


def about(case: Case) -> dict[str, Any]:
    """What the page of a case says of requests: those made, and those that can be made."""
    found = asked.of_case(case, today=localdate(), for_=Party.APPLICANT.value)
    return {"requests": found, "wishes": offers(case, found)}


def offers(case: Case, found: Sequence[Asked]) -> list[Offer]:
    """What can be asked now: somebody would answer it, and the same is not open already."""
    waiting = {one.kind for one in found if one.is_open and one.is_mine}
    return [
        Offer(kind.key, kind.label)
        for kind in asking.KINDS.values()
        if kind.key != "withdraw"
        and kind.key not in waiting
        and may(requests.check_time, case, kind.key)
    ]
