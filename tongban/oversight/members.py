"""The directory of nodes as operators' pages show it: who takes part, keys, ends, what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.exchange import membership
from tongban.exchange.membership import Kind, Settled
from tongban.jurisdictions import adopting, introduction, queries
from tongban.jurisdictions.directory import Entry, Key, State
from tongban.jurisdictions.edition import Edition
from tongban.jurisdictions.introduction import Introduction
from tongban.jurisdictions.models import DirectoryEdition, DirectoryProposal, DirectoryRefusal
from tongban.oversight import drafts
from tongban.oversight.lights import Light
from tongban.parties.models import Officer
from tongban.trust import published
from tongban.trust.suites import Purpose

SHOWN = 30
_SUITES = {"intl": gettext_lazy("国际算法"), "gm": gettext_lazy("国密算法")}
# A default of this platform: long enough for two people and the node to exchange a key.
NEAR = timedelta(days=30)
CHOICES = {
    State.ACTIVE: (Kind.SUSPEND, Kind.LEAVE),
    State.SUSPENDED: (Kind.REINSTATE, Kind.LEAVE),
    State.LEFT: (),
}


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key of a node with the words for how it stands."""

    key: Key
    purpose: str
    suite: str
    light: Light


@dataclass(frozen=True, slots=True)
class Member:
    """One node of the directory."""

    entry: Entry
    light: Light
    serves: str
    suite: str
    ends_at: datetime | None
    ends_soon: bool
    waiting: DirectoryProposal | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """One change with the names of who proposed and who decided."""

    row: DirectoryProposal
    name: str
    proposed_by: str
    decided_by: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Book:
    """The directory in force at this node, with everything an operator looks for."""

    row: DirectoryEdition
    edition: Edition
    members: list[Member]
    fingerprint: str

    @property
    def active(self) -> int:
        return sum(one.entry.state is State.ACTIVE for one in self.members)

    @property
    def out(self) -> int:
        return len(self.members) - self.active

    @property
    def next_end(self) -> datetime | None:
        return min((one.ends_at for one in self.members if one.ends_at), default=None)


def book(*, at: datetime) -> Book | None:
    """The directory in force; None before the first edition."""
    row = adopting.held()
    held = adopting.held_edition()
    if row is None or held is None:
        return None
    waiting = {one.node_code: one for one in _waiting()}
    members = [member(entry, at=at, waiting=waiting.get(entry.code)) for entry in held.nodes]
    return Book(row, held, members, published.fingerprint(held.hub.public_key))


def member(entry: Entry, *, at: datetime, waiting: DirectoryProposal | None = None) -> Member:
    """One node with its light and the next end of what it cannot do without."""
    ends_at = min(ends(entry, at=at), default=None)
    soon = ends_at is not None and ends_at - at <= NEAR and entry.state is not State.LEFT
    return Member(
        entry=entry,
        light=_light(entry.state, soon=soon),
        serves="、".join(_place(code) for code in entry.serves),
        suite=suite_words(entry.suite),
        ends_at=ends_at,
        ends_soon=soon,
        waiting=waiting,
    )


def ends(entry: Entry, *, at: datetime) -> list[datetime]:
    """When the last key for each purpose ends; a purpose with a key that has no end is not among."""
    rows = [
        (entry.code, key.public.purpose.value, key.valid_until)
        for key in entry.keys
        if key.revoked_at is None and (key.valid_until is None or key.valid_until > at)
    ]
    return [one.ends_at for one in adopting.endings(rows)]


def key_rows(entry: Entry, *, at: datetime) -> list[KeyRow]:
    """All keys of a node, the one that signs now first."""
    return [_key_row(key, entry, at) for key in entry.keys]


def waiting(officer: Officer) -> list[Proposal]:
    """What waits for a second person, the oldest first."""
    return [proposal(row, officer) for row in _waiting()]


def history(officer: Officer, *, code: str = "") -> list[Proposal]:
    """What was decided, the newest first; of one node, or of all."""
    rows = DirectoryProposal.objects.exclude(state=Settled.WAITING).select_related("edition")
    if code:
        rows = rows.filter(node_code=code)
    return [proposal(row, officer) for row in rows.order_by("-decided_at", "-pk")[:SHOWN]]


def waits_for(officer: Officer) -> int:
    """How many proposals this person may decide."""
    waits = DirectoryProposal.objects.filter(state=Settled.WAITING)
    return waits.exclude(proposed_by=officer.pseudonym).count()


def proposal(row: DirectoryProposal, officer: Officer) -> Proposal:
    """One change, as a page shows it."""
    return Proposal(
        row=row,
        name=node_name(row.node_code),
        proposed_by=drafts.person(row.proposed_by),
        decided_by=drafts.person(row.decided_by),
        is_own=row.proposed_by == officer.pseudonym,
    )


def introduced(row: DirectoryProposal) -> Introduction | None:
    """The node's own file, where the change brings one."""
    raw = bytes(row.introduction)
    return introduction.read(raw) if raw else None


def warnings(row: DirectoryProposal, one: Introduction | None) -> list[str]:
    """What the second person has to look at before he approves."""
    if one is None:
        return []
    found = [
        _(
            "打电话给对方的联系人，逐字核对上面的密钥指纹。电话号码要从别的途径查到，不用登记文件里写的"
        )
    ]
    if row.kind == Kind.RENEW and not membership.is_signed_by_known_key(one):
        found.insert(
            0, _("这份文件不是用名录里已有的密钥签的。密钥丢失时会这样，冒充时也会这样，务必核实")
        )
    return found


def refusals() -> Sequence[DirectoryRefusal]:
    """Directories that this node did not adopt, the last ones first."""
    return adopting.refusals_since(None)


def node_name(code: str) -> str:
    """What people call a node."""
    return next((node.name for node in queries.nodes() if node.code == code), code)


def suite_words(suite: str) -> str:
    """A suite as people call it."""
    return str(_SUITES.get(suite, suite))


def _waiting() -> Sequence[DirectoryProposal]:
    return list(DirectoryProposal.objects.filter(state=Settled.WAITING).order_by("pk"))


def _place(code: str) -> str:
    return queries.short_name(f"{code}0000")


def _light(state: State, *, soon: bool) -> Light:
    if state is State.SUSPENDED:
        return Light("pause", _("暂停接入"))
    if state is State.LEFT:
        return Light("", _("已退出"))
    return Light("warn", _("密钥快到期")) if soon else Light("ok", _("正常"))


def _key_row(key: Key, entry: Entry, at: datetime) -> KeyRow:
    is_first = key.public.text == entry.public_key
    if key.revoked_at is not None:
        light = Light("bad", _("已吊销"))
    elif key.valid_until is not None and key.valid_until <= at:
        light = Light("", _("已过期"))
    elif key.valid_until is not None and key.valid_until - at <= NEAR:
        light = Light("warn", _("快到期"))
    else:
        light = Light("ok", _("在用") if is_first else _("有效"))
    purpose = _("签名") if key.public.purpose is Purpose.SIGN else _("加密")
    return KeyRow(key, purpose, suite_words(key.public.suite), light)
