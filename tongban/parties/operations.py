"""Everything that can happen to people: they become known, may act, hold office, get a client."""

import re
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics import identifiers, sealing
from tongban.basics.refusals import FieldsRefused, NotFound, Refused
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions.models import Authority
from tongban.parties import rules, tokens
from tongban.parties.models import (
    Account,
    Acting,
    ApiClient,
    Applicant,
    Capacity,
    Kind,
    Officer,
    Role,
)

SCOPES = ("items", "submit", "cases", "events", "requests", "inquiries", "acts", "hooks")


class CapacityDoesNotFit(Refused):
    """A person is acted for by himself, an organisation by its legal representative."""

    code = "capacity-does-not-fit"

    def __init__(self, capacity: Capacity) -> None:
        super().__init__(
            _("不能以“%(capacity)s”的身份代表这个申请人") % {"capacity": capacity.label}
        )


@transaction.atomic
def keep_applicant(
    *, kind: Kind, name: str, number: str, division_code: str, at: datetime, phone: str = ""
) -> Applicant:
    """Make an applicant known, or bring the known one with this number up to date.

    The number is checked and is what the applicant is found by: the second time changes name,
    phone and place, and never makes a second row. Refused: FieldsRefused with every field that is
    wrong.
    """
    clean = _checked(kind, name, number, division_code, phone, at)
    match = sealing.match(clean["number"])
    Applicant.objects.bulk_create(
        [
            Applicant(
                kind=kind,
                match=match,
                name_sealed=b"",
                number_sealed=b"",
                division_code=division_code,
                created_at=at,
            )
        ],
        # Two requests at once: one inserts, both find the row and lock it.
        ignore_conflicts=True,
    )
    applicant = Applicant.objects.select_for_update().get(match=match)
    for field in ("name", "number", "phone"):
        setattr(applicant, f"{field}_sealed", applicant.seal(field, clean[field]))
    applicant.division_code = clean["division_code"]
    applicant.save()
    return applicant


def _checked(
    kind: Kind, name: str, number: str, division_code: str, phone: str, at: datetime
) -> dict[str, str]:
    check_number = (
        identifiers.check_person_id if kind == Kind.PERSON else identifiers.check_credit_code
    )
    checks: dict[str, Callable[[], str]] = {
        "name": lambda: rules.tidy_name(name),
        "number": lambda: check_number(number),
        "phone": lambda: identifiers.check_mobile(phone) if phone else "",
        "division_code": lambda: jurisdictions.resolve(division_code, at.date()).code,
    }
    clean: dict[str, str] = {}
    errors: dict[str, list[str]] = {}
    for field, check in checks.items():
        try:
            clean[field] = check()
        except Refused as refusal:
            errors[field] = [refusal.message]
    if errors:
        raise FieldsRefused(errors)
    return clean


@transaction.atomic
def let_act(*, account: Account, applicant: Applicant, capacity: Capacity, at: datetime) -> Acting:
    """Let an account act for an applicant; the second time changes nothing.

    Refused: CapacityDoesNotFit, also when the account already is another person.
    """
    if (capacity == Capacity.SELF) != applicant.is_person:
        raise CapacityDoesNotFit(capacity)
    others = Acting.objects.filter(account=account, capacity=Capacity.SELF)
    if capacity == Capacity.SELF and others.exclude(applicant=applicant).exists():
        raise CapacityDoesNotFit(capacity)
    acting, _new = Acting.objects.get_or_create(
        account=account, applicant=applicant, defaults={"capacity": capacity, "since_at": at}
    )
    return acting


def appoint_officer(
    *,
    account: Account,
    name: str,
    staff_number: str,
    authority: Authority | None,
    roles: Sequence[Role],
    window_number: int | None = None,
) -> Officer:
    """Give an account an office; the second time moves it there.

    The pseudonym is a keyed hash of node and staff number: the same for good, and nobody outside
    this node can tell whose it is.
    """
    officer, _new = Officer.objects.update_or_create(
        account=account,
        defaults={
            "name": name,
            "staff_number": staff_number,
            "pseudonym": pseudonym(staff_number),
            "authority": authority,
            "roles": list(roles),
            "window_number": window_number,
        },
    )
    return officer


def pseudonym(staff_number: str) -> str:
    """The name under which an officer's acts go into the record."""
    return sealing.match(f"officer:{settings.NODE_ID}:{staff_number}")[:32]


@transaction.atomic
def make_client(
    *,
    client_id: str,
    name: str,
    prefixes: Sequence[str],
    scopes: Sequence[str],
    at: datetime,
    authority: Authority | None = None,
    officers: Sequence[Officer] = (),
    secret: str = "",
) -> tuple[ApiClient, str]:
    """Register another system; its secret, made here unless given, is returned once and not kept.

    With `officers` of its authority it may ask for tokens in their names. The second time with the
    same id changes bounds, officers and secret, so the old secret stops at once. Refused:
    FieldsRefused for places that are no beginnings of codes, unknown scopes, and officers of
    another authority.
    """
    _check_bounds(prefixes, scopes)
    _check_officers(authority, officers)
    secret = secret or secrets.token_urlsafe(32)
    client, _new = ApiClient.objects.update_or_create(
        client_id=client_id,
        defaults={
            "name": name,
            "secret_hash": hash_secret(secret),
            "prefixes": list(prefixes),
            "scopes": list(scopes),
            "authority": authority,
            "is_active": True,
            "created_at": at,
        },
    )
    client.officers.set(officers)
    return client, secret


def _check_officers(authority: Authority | None, officers: Sequence[Officer]) -> None:
    """A system of an authority acts in the names of that authority's officers alone."""
    if any(authority is None or one.authority_id != authority.pk for one in officers):
        raise FieldsRefused({"officers": [_("工作人员要是这个调用方所属机关的")]})


def _check_bounds(prefixes: Sequence[str], scopes: Sequence[str]) -> None:
    errors: dict[str, list[str]] = {}
    if not prefixes or not all(re.fullmatch(r"(?:[0-9]{2}){1,3}", p) for p in prefixes):
        errors["prefixes"] = [_("地域写区划代码的前2、4或6位，例如22或2201")]
    if not scopes or not set(scopes) <= set(SCOPES):
        errors["scopes"] = [_("权限只能是：%(scopes)s") % {"scopes": "、".join(SCOPES)}]
    if errors:
        raise FieldsRefused(errors)


def stop_client(client_id: str) -> None:
    """Give a system no more tokens; those it has end within the hour. Twice changes nothing.

    Refused: NotFound.
    """
    if not ApiClient.objects.filter(pk=client_id).update(is_active=False):
        raise NotFound(_("没有登记这个调用方"))


def hash_secret(secret: str) -> str:
    """What is kept of a client's secret."""
    return sealing.match(f"api-client:{secret}")


class ScopeNotGiven(Refused):
    """A client asked for more than it was registered with."""

    code = "scope-not-given"
    status = 400

    def __init__(self, scopes: Sequence[str]) -> None:
        super().__init__(
            _("这个调用方没有这些权限：%(scopes)s") % {"scopes": "、".join(scopes)},
            scopes=list(scopes),
        )


class OfficerNotGiven(Refused):
    """A client asked for a token in the name of somebody whose work it does not do."""

    code = "officer-not-given"
    status = 400

    def __init__(self) -> None:
        super().__init__(_("这个调用方不能用这个工号办事，请先向本平台登记这位工作人员"))


def issue_token(
    client: ApiClient, at: datetime, scopes: Sequence[str] = (), *, officer: str = ""
) -> str:
    """A token for a client that has shown its secret, good for half an hour.

    With `scopes` for no more than these; with the staff number of an `officer` for what she does.
    Refused: ScopeNotGiven, OfficerNotGiven.
    """
    if lacking := [scope for scope in scopes if scope not in client.scopes]:
        raise ScopeNotGiven(lacking)
    acting = client.officers.filter(staff_number=officer).first() if officer else None
    if officer and (acting is None or not acting.account.is_active):
        raise OfficerNotGiven
    return tokens.make(
        {
            "sub": client.client_id,
            "places": list(client.prefixes),
            "scopes": list(scopes or client.scopes),
            "authority": client.authority_id or "",
            "officer": acting.pseudonym if acting else "",
        },
        at=at,
    )
