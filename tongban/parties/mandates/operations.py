"""Everything that can happen to a mandate: it is given, accepted, ended; or given at a window."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics import identifiers, sealing
from tongban.basics.hours import BEIJING
from tongban.basics.refusals import FieldsRefused, NotAllowed, Refused
from tongban.parties import operations as parties
from tongban.parties import queries as people
from tongban.parties import rules
from tongban.parties.mandates import happenings, queries
from tongban.parties.mandates.models import Consent, Kind, Mandate, MandateEntry
from tongban.parties.models import Account, Applicant, Officer, Role
from tongban.parties.models import Kind as ApplicantKind
from tongban.parties.permissions import check_acts_for, check_has_role

LONGEST_DAYS = 366  # a default of the platform: whoever wants longer gives it again
_What = MandateEntry.What


class MandateIsOver(Refused):
    """It was ended, or its last day is past; a new one has to be given."""

    code = "mandate-is-over"

    def __init__(self) -> None:
        super().__init__(_("这份授权已经结束。还要代办，请授权人重新授权"))


@transaction.atomic
def give(
    *,
    account: Account,
    principal: Applicant,
    agent_name: str,
    agent_number: str,
    items: Sequence[str],
    until_on: date,
    words: str,
    at: datetime,
) -> Mandate:
    """Let somebody file for an applicant that this account is or represents; he has to accept.

    `items` empty means all. Giving the same again while it stands gives the one that stands.
    Refused: NotAllowed to whoever only holds a mandate himself; FieldsRefused for a number that is
    none, one's own, or a last day that is past or more than a year away.
    """
    check_acts_for(account, principal)
    if errors := faults(
        principal=principal,
        agent_name=agent_name,
        agent_number=agent_number,
        until_on=until_on,
        at=at,
    ):
        raise FieldsRefused(errors)
    name, number = rules.tidy_name(agent_name), identifiers.check_person_id(agent_number)
    Applicant.objects.select_for_update(no_key=True).get(pk=principal.pk)
    match = sealing.match(number)
    wanted = sorted(set(items))
    standing = Mandate.objects.filter(
        principal=principal, agent_match=match, ended_at=None, until_on=until_on, items=wanted
    ).order_by("given_at")
    for one in standing:
        if one.agent_name == name:
            return one
    mandate = Mandate(
        kind=Kind.AGENT,
        principal=principal,
        agent_match=match,
        items=wanted,
        until_on=until_on,
        words=words,
        consent=Consent.ONLINE,
        given_by=account,
        given_at=at,
    )
    mandate.agent_name_sealed = mandate.seal("agent_name", name)
    mandate.agent_number_sealed = mandate.seal("agent_number", number)
    mandate.save(force_insert=True)
    _enter(mandate, _What.GIVEN, account, at)
    return mandate


def faults(
    *, principal: Applicant, agent_name: str, agent_number: str, until_on: date, at: datetime
) -> dict[str, list[str]]:
    """What is wrong with a mandate before it is given, by field; nothing is written."""
    errors: dict[str, list[str]] = {}
    try:
        rules.tidy_name(agent_name)
    except Refused as refusal:
        errors["agent_name"] = [refusal.message]
    try:
        number = identifiers.check_person_id(agent_number)
        if sealing.match(number) in _own(principal):
            errors["agent_number"] = [_("这是您自己的证件号。您自己办不用授权，填代办人的")]
    except Refused as refusal:
        errors["agent_number"] = [refusal.message]
    today = at.astimezone(BEIJING).date()
    if until_on < today:
        errors["until_on"] = [_("最后一日不能早于今天")]
    elif (until_on - today).days > LONGEST_DAYS:
        errors["until_on"] = [_("最长一年。到期还要代办，再授权一次")]
    return errors


def _own(principal: Applicant) -> set[str]:
    """Whose numbers are no agent's: the principal's and those of whoever already represents it."""
    accounts = people.accounts_of(principal)
    return {principal.match, *(one.match for a in accounts for one in people.applicants_of(a))}


@transaction.atomic
def accept(*, account: Account, mandate_id: UUID, at: datetime) -> Mandate:
    """Accept what was offered; from this moment on it binds. Twice changes nothing.

    Refused: NotFound for anybody else than the agent, MandateIsOver.
    """
    found = queries.mandate_of(account, mandate_id)
    mandate = Mandate.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if queries.is_over(mandate, at):
        raise MandateIsOver
    if mandate.accepted_at is not None and mandate.agent_id == account.pk:
        return mandate
    if mandate.pk not in {one.pk for one in queries.offered_to(account)}:
        raise NotAllowed(_("这份授权不是给您的，要由代办人接受"))
    mandate.agent, mandate.accepted_at = account, at
    mandate.save(update_fields=["agent", "accepted_at"])
    _enter(mandate, _What.ACCEPTED, account, at)
    return mandate


@transaction.atomic
def end(*, account: Account, mandate_id: UUID, at: datetime) -> Mandate:
    """End a mandate, by whoever gave it or whoever holds or was offered it; from now on.

    What was filed by it before stays filed. Ending it again changes nothing.
    """
    found = queries.mandate_of(account, mandate_id)
    mandate = Mandate.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if queries.is_over(mandate, at):
        return mandate
    mandate.ended_at = at
    mandate.save(update_fields=["ended_at"])
    _enter(mandate, _how_ended(account, mandate), account, at)
    return mandate


def _how_ended(account: Account, mandate: Mandate) -> MandateEntry.What:
    if mandate.agent_id == account.pk:
        return _What.ENDED_BY_AGENT
    is_given = mandate.principal_id in {one.pk for one in people.applicants_of(account)}
    return _What.ENDED_BY_PRINCIPAL if is_given else _What.DECLINED


def _enter(mandate: Mandate, what: MandateEntry.What, by: Account, at: datetime) -> None:
    entry = MandateEntry.objects.create(mandate=mandate, what=what, by=by, at=at)
    happenings.tell(mandate, entry)


@transaction.atomic
def help_at_window(
    *,
    officer: Officer,
    name: str,
    number: str,
    phone: str,
    item: str,
    words: str,
    consent: Consent,
    at: datetime,
) -> Mandate:
    """Record that somebody at the window agreed to have an officer fill in one item for him.

    It binds at once and until the end of this day, for this item alone. The number finds the
    applicant, or makes him known here; a name that does not belong to a known number is refused.
    The second time for the same person and item on the same day gives the one that stands.
    Refused: RoleMissing to anybody but a receiving officer, FieldsRefused.
    """
    check_has_role(officer, Role.RECEIVER)
    if officer.authority is None or consent is Consent.ONLINE:
        raise FieldsRefused({"consent": [_("选择本人怎样同意")]})
    principal = _present(name, number, phone, officer.authority.division_code, at)
    today = at.astimezone(BEIJING).date()
    Applicant.objects.select_for_update(no_key=True).get(pk=principal.pk)
    standing = Mandate.objects.filter(
        kind=Kind.WINDOW, principal=principal, agent=officer.account, until_on=today,
        items=[item], ended_at=None,
    )  # fmt: skip
    if found := standing.first():
        return found
    mandate = Mandate(
        kind=Kind.WINDOW,
        principal=principal,
        agent=officer.account,
        authority=officer.authority.code,
        items=[item],
        until_on=today,
        words=words,
        consent=consent,
        given_at=at,
        accepted_at=at,
    )
    mandate.agent_name_sealed = mandate.seal("agent_name", officer.name)
    mandate.save(force_insert=True)
    _enter(mandate, _What.GIVEN, officer.account, at)
    return mandate


def _present(name: str, number: str, phone: str, division_code: str, at: datetime) -> Applicant:
    """Somebody whose identity the window has just checked, as this node knows him from now on."""
    errors: dict[str, list[str]] = {}
    try:
        known = people.find_applicant(identifiers.check_person_id(number))
        if known and known.name != rules.tidy_name(name):
            errors["name"] = [_("姓名和这个证件号不是同一个人，请对照证件再看一遍")]
        identifiers.check_mobile(phone)
    except Refused:
        known = None  # said with everything else that is wrong, below
    if errors:
        raise FieldsRefused(errors)
    if not phone:
        raise FieldsRefused({"phone": [_("填写本人或家里人能接到的手机号")]})
    return parties.keep_applicant(
        kind=ApplicantKind.PERSON,
        name=name,
        number=number,
        # Somebody known keeps the place and the phone number that he gave himself.
        division_code=known.division_code if known else division_code,
        phone=known.phone if known and known.phone else phone,
        at=at,
    )
