"""The sandbox is furnished: offices, fictional people, their accounts, and one API client."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from tongban.basics import sealing
from tongban.basics.refusals import NotAllowed, NotFound
from tongban.jurisdictions import operations as jurisdictions
from tongban.jurisdictions import queries as places
from tongban.jurisdictions.models import Authority
from tongban.parties import operations as parties
from tongban.parties.models import Account, Capacity, Kind, Role
from tongban.sandbox import numbers, people

_BACKEND = "tongban.parties.backends.AccountBackend"


class NotASandbox(NotAllowed):
    """This node serves real people; nobody is made up in it, and nobody comes in without a key."""

    code = "not-a-sandbox"

    def __init__(self) -> None:
        super().__init__(_("这个节点不是演示环境，不能不用密码登录，也不装入虚构的人"))


@dataclass(frozen=True)
class Furnished:
    """What stands after loading."""

    authorities: int
    windows: int
    officers: int
    applicants: int

    def as_dict(self) -> dict[str, int]:
        """For a machine that asked."""
        return asdict(self)


def check_is_sandbox() -> None:
    """Only a node that says it is a sandbox. Refused: NotASandbox."""
    if not settings.SANDBOX:
        raise NotASandbox


def load(*, at: datetime, provinces: Iterable[str] = ()) -> Furnished:
    """Places, the offices of these provinces and of one's own, people and the API client.

    `provinces` are node codes ("22"). The second time brings all up to date and adds nothing.
    Refused: NotASandbox.
    """
    check_is_sandbox()
    jurisdictions.load_reference(at=at)
    served = {*provinces, settings.NODE_ID} - {"00"}
    loaded = jurisdictions.load_sandbox_offices(provinces=served, at=at)
    officers, applicants = load_people(at=at)
    return Furnished(loaded.authorities, loaded.windows, officers, applicants)


@transaction.atomic
def load_people(*, at: datetime) -> tuple[int, int]:
    """Make the cast of this node: how many officers and applicants there are.

    The second time makes nobody again. The offices must stand. Refused: NotASandbox.
    """
    check_is_sandbox()
    cast = people.cast(settings.NODE_ID)
    for serial, part in enumerate(cast, start=1):
        account, is_new = Account.objects.get_or_create(username=part.username)
        if is_new:
            account.set_unusable_password()
            account.save()
        if part.kind:
            _applicant(part, part.kind, account, serial=serial, at=at)
        else:
            _officer(part, account, serial=serial, at=at)
    if settings.NODE_ID != "00":
        load_client(at=at)
    officers = sum(part.role is not None for part in cast)
    return officers, len(cast) - officers


def _applicant(
    part: people.Part, kind: Kind, account: Account, *, serial: int, at: datetime
) -> None:
    county = people.home(settings.NODE_ID, localdate(at)).county
    seed = f"{settings.NODE_ID}:{part.username}"
    is_person = kind == Kind.PERSON
    make = numbers.person_number if is_person else numbers.organisation_number
    city = places.plain_name(places.deciding_place(county)).split()[-1]
    applicant = parties.keep_applicant(
        kind=kind,
        name=part.name if is_person else city + part.name,
        number=make(county, seed),
        division_code=county,
        phone=numbers.mobile(serial),
        at=at,
    )
    capacity = Capacity.SELF if is_person else Capacity.LEGAL_REPRESENTATIVE
    parties.let_act(account=account, applicant=applicant, capacity=capacity, at=at)


def _officer(part: people.Part, account: Account, *, serial: int, at: datetime) -> None:
    parties.appoint_officer(
        account=account,
        name=part.name,
        staff_number=f"SANDBOX-{settings.NODE_ID}-{serial:02d}",
        authority=_office(part, at=at) if part.department else None,
        roles=[part.role] if part.role else [],
        window_number=3 if part.role == Role.RECEIVER else None,
    )


def _office(part: people.Part, *, at: datetime) -> Authority:
    """Windows stand in a county, decisions fall in its city, rules are kept by the province."""
    if settings.NODE_ID == "00":
        return jurisdictions.load_sandbox_hub_office()
    if part.role == Role.MANAGER:
        return places.competent_authority(part.department, f"{settings.NODE_ID}0000")
    home = people.home(settings.NODE_ID, localdate(at))
    if part.role == Role.RECEIVER or (part.role, part.department) == (Role.LEADER, "zhengwu"):
        return places.window_authority(home.county)
    return places.competent_authority(part.department, home.city)


def load_client(*, at: datetime) -> None:
    """One API client bounded to this node's province, with a secret that can be shown again."""
    check_is_sandbox()
    home = people.home(settings.NODE_ID, localdate(at))
    parties.make_client(
        client_id=people.CLIENT_ID,
        name=_("演示业务系统"),
        prefixes=[settings.NODE_ID],
        scopes=parties.SCOPES,
        authority=places.window_authority(home.county),
        secret=client_secret(),
        at=at,
    )


def client_secret() -> str:
    """The sandbox client's secret: from the node's key, so each node has its own."""
    return sealing.match("sandbox-api-client")


def sign_in(request: HttpRequest, username: str) -> Account:
    """Sign in as one of the cast, without a password.

    Refused: NotASandbox; NotFound for anybody who is not of the cast, also for real accounts.
    """
    check_is_sandbox()
    names = {part.username for part in people.cast(settings.NODE_ID)}
    known = Account.objects.filter(username=username, is_active=True)
    account = known.first() if username in names else None
    if account is None or account.has_usable_password():
        raise NotFound(_("演示环境里没有这个人，请从列表里选"))
    login(request, account, backend=_BACKEND)
    return account
