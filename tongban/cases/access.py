"""Whose cases an account may see: those of everybody it acts for."""

from django.db.models import Q

from tongban.cases.models import Case
from tongban.parties import queries as parties
from tongban.parties.models import Account


def reach(account: Account) -> Q:
    """The cases that an account may see, as a condition on `Case`; nobody else's exist for it."""
    return Q(applicant_match__in=[one.match for one in parties.applicants_of(account)])


def accounts_of(case: Case) -> list[Account]:
    """The accounts that may see a case: of its applicant."""
    return list(
        Account.objects.filter(
            acting__applicant__match=case.applicant_match, is_active=True
        ).distinct()
    )
