"""Whose cases an account may see, and for whom it may file: itself, those it represents, mandates.

An agent sees what he himself filed by a mandate that still stands, within its scope, and nothing
else of whoever gave it: neither what was filed before, nor by anybody else.
"""

from typing import Any

from django.db.models import Q

from tongban.basics.refusals import NotAllowed
from tongban.cases.models import Case, Submission
from tongban.parties import queries as parties
from tongban.parties.mandates import queries as mandates
from tongban.parties.mandates.models import Kind, Mandate
from tongban.parties.models import Account, Applicant

_OWNER = "account:"


def owner(account: Account) -> str:
    """The name under which an account's submissions are known."""
    return f"{_OWNER}{account.pk}"


def reach(account: Account) -> Q:
    """The cases that an account may see, as a condition on `Case`; others do not exist for it."""
    seen = Q(applicant_match__in=[one.match for one in parties.applicants_of(account)])
    for mandate in mandates.held_by(account):
        seen |= _filed_by(mandate, account)
    return seen


def _filed_by(mandate: Mandate, account: Account) -> Q:
    filed = Submission.objects.filter(owner=owner(account), at__gte=mandate.accepted_at)
    scope = Q(item__in=mandate.items) if mandate.items else Q()
    return scope & Q(applicant_match=mandate.principal.match, number__in=filed.values("number"))


def draft_reach(account: Account) -> Q:
    """The drafts of an account that it may still open, as a condition on `Draft`."""
    seen = Q(applicant__in=[one.pk for one in parties.applicants_of(account)])
    for mandate in mandates.held_by(account):
        scope = Q(item__in=mandate.items) if mandate.items else Q()
        seen |= scope & Q(applicant=mandate.principal_id, created_at__gte=mandate.accepted_at)
    return seen & Q(account=account)


def accounts_of(case: Case) -> list[Account]:
    """The accounts that may see a case: its applicant's, and the agent's who filed it."""
    own = Account.objects.filter(
        acting__applicant__match=case.applicant_match, is_active=True
    ).distinct()
    found = list(own)
    filed = Submission.objects.filter(number=case.number, owner__startswith=_OWNER).first()
    if filed is None:
        return found
    held = mandates.in_force().filter(
        agent=int(filed.owner.removeprefix(_OWNER)),
        principal__match=case.applicant_match,
        accepted_at__lte=filed.at,
        # An officer who helps finds the case in the queue of the office.
        kind=Kind.AGENT,
    )
    agents = [one.agent for one in held.select_related("agent") if one.covers(case.item)]
    return found + [one for one in agents if one is not None and one not in found]


def applicants_for(account: Account, item: str) -> list[Applicant]:
    """For whom an account may file an item: itself and those it represents first, then mandates."""
    own = parties.applicants_of(account)
    given = [one.principal for one in mandates.held_by(account) if one.covers(item)]
    return own + [one for one in dict.fromkeys(given) if one not in own]


def check_may_file(account: Account, applicant: Applicant, item: str) -> None:
    """Somebody files for himself, for those he represents, or by a mandate. Refused: NotAllowed."""
    if applicant not in applicants_for(account, item):
        raise NotAllowed("您没有代这个申请人办这件事的授权，或者授权已经结束")


def agent_of(account: Account, applicant: Applicant, item: str) -> dict[str, str]:
    """Who files for an applicant by a mandate, as the record names him; empty for one's own.

    Sealed with the particulars: an agent's name and number, of an officer name and authority.
    """
    if applicant in parties.applicants_of(account):
        return {}
    mandate = mandates.holding(account, applicant, item)
    if mandate is None:
        return {}
    found: dict[str, Any] = {
        "agent_as": mandate.kind,
        "agent_name": mandate.agent_name,
        "agent_id_number": mandate.agent_number,
        "agent_authority": mandate.authority,
        "agent_consent": mandate.consent,
        "agent_mandate": str(mandate.pk),
    }
    return {name: str(value) for name, value in found.items() if value}
