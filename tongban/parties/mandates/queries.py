"""Reads with a name: which mandates bind now, which were given, which wait to be accepted."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _

from tongban.basics.hours import BEIJING
from tongban.basics.refusals import NotFound
from tongban.parties import queries as parties
from tongban.parties.mandates.models import Mandate
from tongban.parties.models import Account, Acting, Applicant, Capacity


def in_force(at: datetime | None = None) -> QuerySet[Mandate]:
    """The mandates that bind at a moment, now unless one is given: accepted, and not over."""
    moment = at or now()
    return Mandate.objects.select_related("principal").filter(
        accepted_at__lte=moment,
        ended_at=None,
        until_on__gte=moment.astimezone(BEIJING).date(),
        agent__is_active=True,
    )


def held_by(account: Account) -> list[Mandate]:
    """By which mandates an account may act now, the first given first."""
    return list(in_force().filter(agent=account).order_by("accepted_at", "id"))


def holding(account: Account, applicant: Applicant, item: str) -> Mandate | None:
    """The mandate by which an account may file an item for an applicant now, if there is one."""
    return next(
        (one for one in held_by(account) if one.principal_id == applicant.pk and one.covers(item)),
        None,
    )


def given_by(account: Account) -> list[Mandate]:
    """What the applicants that an account is or represents have given, the newest first."""
    own = [one.pk for one in parties.applicants_of(account)]
    rows = Mandate.objects.select_related("principal").filter(principal__in=own)
    return list(rows.order_by("-given_at", "-id"))


def offered_to(account: Account) -> list[Mandate]:
    """What waits for an account to accept it: given to this number *and* this name.

    A slip in a number must not show a stranger whose mandate it is.
    """
    me = _self_of(account)
    if me is None:
        return []
    rows = Mandate.objects.select_related("principal").filter(
        agent_match=me.match,
        accepted_at=None,
        ended_at=None,
        until_on__gte=now().astimezone(BEIJING).date(),
    )
    return [one for one in rows.order_by("given_at", "id") if one.agent_name == me.name]


def accounts_offered(mandate: Mandate) -> list[Account]:
    """The accounts that may accept an offered mandate: its number, and its name."""
    rows = Acting.objects.select_related("applicant", "account").filter(
        applicant__match=mandate.agent_match, capacity=Capacity.SELF, account__is_active=True
    )
    return [one.account for one in rows if one.applicant.name == mandate.agent_name]


def _self_of(account: Account) -> Applicant | None:
    return next(
        (one.applicant for one in parties.acting_of(account) if one.capacity == Capacity.SELF),
        None,
    )


def was_held_by(account: Account) -> list[Mandate]:
    """Mandates of an account that bind no longer, the last ended first."""
    held = [one.pk for one in held_by(account)]
    rows = Mandate.objects.select_related("principal").filter(agent=account).exclude(pk__in=held)
    return list(rows.order_by("-ended_at", "-until_on", "-id"))


def mandate_of(account: Account, mandate_id: UUID) -> Mandate:
    """A mandate that an account gave, holds, held or may accept; any other does not exist for it.

    Refused: NotFound.
    """
    seen = (*given_by(account), *held_by(account), *offered_to(account), *was_held_by(account))
    found = next((one for one in seen if one.pk == mandate_id), None)
    if found is None:
        raise NotFound(_("没有找到这份授权。它可能不是给这个账户的"))
    return found


def is_over(mandate: Mandate, at: datetime) -> bool:
    """Whether a mandate was ended or its last day is past."""
    return mandate.ended_at is not None or mandate.until_on < at.astimezone(BEIJING).date()
