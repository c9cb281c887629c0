"""Reads with a name: who somebody is here, for whom they act, what a token allows."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from tongban.basics import sealing
from tongban.basics.refusals import NotFound, Refused
from tongban.basics.selecting import Selection
from tongban.parties import tokens
from tongban.parties.models import Account, Acting, ApiClient, Applicant, Officer

Somebody = AbstractBaseUser | AnonymousUser

# Asked by every page of the desk.
_OF_ACCOUNT = Selection(
    lambda p: Officer.objects.select_related("authority", "account").filter(account_id=p("account"))
)


class ClientUnknown(Refused):
    """No active API client has this name and secret; which of the two is wrong is not said."""

    code = "client-unknown"
    status = 401

    def __init__(self) -> None:
        super().__init__(_("调用方编号或密钥不对，或者已经停用"))


def officer_of(user: Somebody) -> Officer | None:
    """The officer that a signed-in account is; None for everybody else."""
    if not user.is_authenticated:
        return None
    return _OF_ACCOUNT.first(account=user.pk)


def officer_by_pseudonym(pseudonym: str) -> Officer | None:
    """The officer of this node whom a record means; None for other nodes' officers."""
    return Officer.objects.select_related("authority").filter(pseudonym=pseudonym).first()


def officer_by_number(staff_number: str) -> Officer:
    """An officer by the number of her office. Refused: NotFound."""
    found = Officer.objects.filter(staff_number=staff_number).first()
    if found is None:
        raise NotFound(_("没有这个工号的工作人员"))
    return found


def acting_of(user: Somebody) -> list[Acting]:
    """For whom an account may act and as what, itself first, then by time."""
    if not user.is_authenticated:
        return []
    rows = Acting.objects.select_related("applicant").filter(account_id=user.pk)
    return sorted(rows, key=lambda row: (row.capacity != "self", row.since_at))


def applicants_of(user: Somebody) -> list[Applicant]:
    """The applicants that an account may act for, itself first."""
    return [row.applicant for row in acting_of(user)]


def applicant(applicant_id: UUID) -> Applicant:
    """One applicant. Refused: NotFound."""
    try:
        return Applicant.objects.get(pk=applicant_id)
    except Applicant.DoesNotExist as missing:
        raise NotFound(_("没有这个申请人")) from missing


def find_applicant(number: str) -> Applicant | None:
    """The applicant with this (checked) identity number or credit code, if known here."""
    return Applicant.objects.filter(match=sealing.match(number)).first()


def accounts_of(applicant: Applicant) -> list[Account]:
    """The accounts that may act for an applicant."""
    return list(Account.objects.filter(acting__applicant=applicant, is_active=True))


def client_for(client_id: str, secret: str) -> ApiClient:
    """The active client with this secret. Refused: ClientUnknown."""
    if not (client_id.isascii() and client_id.isprintable() and secret.isascii()):
        raise ClientUnknown
    client = ApiClient.objects.filter(pk=client_id, is_active=True).first()
    # Compared also when there is none, so the time taken does not tell.
    kept = client.secret_hash if client else ""
    if not hmac.compare_digest(kept, sealing.match(f"api-client:{secret}")) or client is None:
        raise ClientUnknown
    return client


@dataclass(frozen=True)
class Grant:
    """What a token allows: who, where, what, until when."""

    client_id: str
    prefixes: Sequence[str]
    scopes: Sequence[str]
    authority: str
    expires_at: datetime
    officer: str = ""  # the pseudonym of the officer in whose name the system acts

    def allows(self, scope: str) -> bool:
        """Whether the token carries this scope."""
        return scope in self.scopes

    def reaches(self, division_code: str) -> bool:
        """Whether a place lies within the token's places."""
        return any(division_code.startswith(prefix) for prefix in self.prefixes)


def read_token(token: str, at: datetime) -> Grant:
    """What an API token allows at a moment; no table is read.

    Refused: TokenRefused when it is not ours, was changed, is of another node or has expired. A
    client that is stopped keeps its token until that expires, at most an hour.
    """
    claims = tokens.read(token, at)
    return Grant(
        client_id=claims["sub"],
        prefixes=tuple(claims["places"]),
        scopes=tuple(claims["scopes"]),
        authority=claims["authority"],
        expires_at=tokens.moment(claims["exp"]),
        # Tokens from before systems acted for officers name none.
        officer=claims.get("officer", ""),
    )


def acting_officer(grant: Grant) -> Officer | None:
    """The officer in whose name a token acts; None once she, her seat or the system was stopped.

    Unlike a token's bounds this is asked of the tables each time: an act is for good.
    """
    found = Officer.objects.select_related("account", "authority").filter(
        pseudonym=grant.officer,
        account__is_active=True,
        authority=grant.authority or None,
        systems__client_id=grant.client_id,
        systems__is_active=True,
    )
    return found.first() if grant.officer and grant.authority else None
