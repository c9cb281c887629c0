"""Who takes part: joining, suspending, reinstating, leaving, keys. Proposed by one, approved by another.

Only at the hub. An approved proposal is an edition: signed, adopted here, owed to every node, all in
one transaction. Who may propose and approve is the door's to check (operators of the hub); that they
are two is the database's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics.refusals import NotAllowed, NotFound, Refused
from tongban.exchange import editions
from tongban.jurisdictions import adopting, introduction, operations, queries
from tongban.jurisdictions.directory import Entry, State
from tongban.jurisdictions.edition import HUB, Edition
from tongban.jurisdictions.introduction import Introduction
from tongban.jurisdictions.models import DirectoryProposal

log = structlog.get_logger(__name__)
Kind, Settled = DirectoryProposal.Kind, DirectoryProposal.State
LONGEST_WHY = 500
_FROM = {
    Kind.SUSPEND: {State.ACTIVE},
    Kind.REINSTATE: {State.SUSPENDED},
    Kind.LEAVE: {State.ACTIVE, State.SUSPENDED},
}
_TO = {Kind.SUSPEND: State.SUSPENDED, Kind.REINSTATE: State.ACTIVE, Kind.LEAVE: State.LEFT}


class ProposalRefused(Refused):
    """A change that the directory as it stands does not allow; `code` says which."""

    def __init__(self, code: str, message: str, **facts: object) -> None:
        super().__init__(message, **facts)
        self.code = code


class ProposedByYourself(NotAllowed):
    """The second person has to be another one."""

    code = "proposed-by-yourself"

    def __init__(self) -> None:
        super().__init__(_("这一条是您提出的，要由另一位运维人员批准"))


class ProposedByAnother(NotAllowed):
    """Only who proposed it takes it back."""

    code = "proposed-by-another"

    def __init__(self) -> None:
        super().__init__(_("这一条是另一位运维人员提出的，只有提出的人可以撤回"))


class ReasonMissing(Refused):
    """What changes who takes part needs a reason that others can read."""

    code = "reason-missing"
    status = 422

    def __init__(self) -> None:
        super().__init__(_("写明理由，批准的人和以后查看的人要看"))


@dataclass(frozen=True)
class Wanted:
    """A change: of what kind, of which node, and the node's own file where it brings one."""

    kind: str
    code: str
    introduction: bytes = b""


def of_introduction(raw: bytes) -> Wanted:
    """What a node's file asks for: to join, or to change what the directory says of it.

    Refused: IntroductionRefused.
    """
    one = introduction.read(raw)
    before = _held().node(one.entry.code)
    is_new = before is None or before.state is State.LEFT
    return Wanted(Kind.JOIN if is_new else Kind.RENEW, one.entry.code, raw)


@transaction.atomic
def propose(wanted: Wanted, *, why: str, by: str, at: datetime) -> DirectoryProposal:
    """Lay a change before a second person; the directory stays as it is until then.

    The second time the same person gets what he proposed. Refused: NotTheHub, ReasonMissing,
    IntroductionRefused, ProposalRefused for what the directory does not allow or another waits.
    """
    editions.check_is_hub()
    if not why.strip():
        raise ReasonMissing
    operations.take_turn()
    waiting = DirectoryProposal.objects.filter(node_code=wanted.code, state=Settled.WAITING).first()
    if waiting is not None:
        is_same = (waiting.kind, bytes(waiting.introduction)) == (wanted.kind, wanted.introduction)
        if is_same and waiting.proposed_by == by:
            return waiting
        raise ProposalRefused(
            "proposal-waits",
            _("节点%(code)s已有一条变更在等批准，先处理那一条") % {"code": wanted.code},
            proposal=waiting.pk,
        )
    changed(wanted, _held())
    found = DirectoryProposal.objects.create(
        kind=wanted.kind, node_code=wanted.code, introduction=wanted.introduction,
        why=why.strip()[:LONGEST_WHY], proposed_by=by, proposed_at=at,
    )  # fmt: skip
    log.info("directory.proposed", proposal=found.pk, kind=found.kind, node=wanted.code, by=by)
    return found


@transaction.atomic
def approve(*, proposal_id: int, by: str, at: datetime) -> DirectoryProposal:
    """Let a proposal be: the next edition is issued with it and owed to every node.

    The second time, and by two at once, it is one edition. Refused: ProposedByYourself,
    ProposalRefused for one that was settled otherwise or can no longer be done; then it goes on waiting.
    """
    editions.check_is_hub()
    found = _locked(proposal_id)
    if found.proposed_by == by:
        raise ProposedByYourself
    if found.state == Settled.APPROVED:
        return found
    _check_waiting(found)
    row = editions.issue(changed(wanted_of(found), _held()), at=at)
    found.edition = row
    return _settled(found, Settled.APPROVED, by=by, at=at)


@transaction.atomic
def refuse(*, proposal_id: int, why: str, by: str, at: datetime) -> DirectoryProposal:
    """Turn a proposal down with the reason. Refused: ReasonMissing, ProposedByYourself, and settled."""
    editions.check_is_hub()
    found = _locked(proposal_id)
    if found.proposed_by == by:
        raise ProposedByYourself
    _check_waiting(found)
    if not why.strip():
        raise ReasonMissing
    found.decided_why = why.strip()[:LONGEST_WHY]
    return _settled(found, Settled.REFUSED, by=by, at=at)


@transaction.atomic
def withdraw(*, proposal_id: int, by: str, at: datetime) -> DirectoryProposal:
    """Take back what one has proposed. The second time it is as it is. Refused: ProposedByAnother."""
    editions.check_is_hub()
    found = _locked(proposal_id)
    if found.proposed_by != by:
        raise ProposedByAnother
    if found.state == Settled.WITHDRAWN:
        return found
    _check_waiting(found)
    return _settled(found, Settled.WITHDRAWN, by=by, at=at)


def waiting_count() -> int:
    """How many proposals wait for a second person."""
    return DirectoryProposal.objects.filter(state=Settled.WAITING).count()


def wanted_of(found: DirectoryProposal) -> Wanted:
    """What a proposal is to do."""
    return Wanted(found.kind, found.node_code, bytes(found.introduction))


def changed(wanted: Wanted, before: Edition) -> list[Entry]:
    """The nodes of the next edition; one that takes no part is kept, for its keys.

    Refused: ProposalRefused, IntroductionRefused.
    """
    listed = before.node(wanted.code)
    has_file = wanted.kind in (Kind.JOIN, Kind.RENEW)
    entry = _introduced(wanted, listed) if has_file else _moved(wanted, listed)
    others = [node for node in before.nodes if node.code != wanted.code]
    return sorted([*others, entry], key=lambda node: node.code)


def is_signed_by_known_key(one: Introduction) -> bool:
    """Whether a key that the directory lists for the node signed its file: then it is surely its."""
    before = _held().node(one.entry.code)
    known = before.signing_keys() if before else []
    return any(key.public.text == one.entry.public_key and key.revoked_at is None for key in known)


def _introduced(wanted: Wanted, listed: Entry | None) -> Entry:
    one = introduction.read(wanted.introduction)
    is_member = listed is not None and listed.state is not State.LEFT
    if one.entry.code != wanted.code or (wanted.kind == Kind.RENEW) is not is_member:
        raise ProposalRefused("not-as-listed", _("名录已经变了，请重新导入登记文件"))
    known = {node.code: node for node in queries.nodes()}
    if wanted.code not in known or not known[wanted.code].is_open:
        raise ProposalRefused(
            "node-not-open", _("节点%(code)s不在可接入的节点之列") % {"code": wanted.code}
        )
    if listed and listed.introduced_at and one.made_at <= listed.introduced_at:
        raise ProposalRefused(
            "introduction-older",
            _("这份登记文件不比名录里的新，请节点重新生成一份（./run node introduce）"),
        )
    if (one.entry.serves == ()) is not (wanted.code == HUB):
        raise ProposalRefused("serves-nothing", _("登记文件没有写明这个节点负责哪些地方"))
    _check_free(one, others=[node for node in _held().nodes if node.code != wanted.code])
    return introduction.taken_over(one, listed)


def _check_free(one: Introduction, *, others: Sequence[Entry]) -> None:
    for node in others:
        both = set(node.serves) & set(one.entry.serves)
        if node.state is not State.LEFT and both:
            facts = {"code": node.code, "name": node.name, "place": min(both)}
            raise ProposalRefused(
                "place-taken", _("区划%(place)s已由节点%(code)s（%(name)s）负责") % facts
            )
        if {key.public.text for key in node.keys} & {key.public.text for key in one.entry.keys}:
            raise ProposalRefused(
                "key-taken", _("登记文件里的公钥已登记在节点%(code)s名下") % {"code": node.code}
            )


def _moved(wanted: Wanted, listed: Entry | None) -> Entry:
    if listed is None:
        raise ProposalRefused("not-listed", _("名录里没有节点%(code)s") % {"code": wanted.code})
    if wanted.code == HUB:
        raise ProposalRefused("is-the-hub", _("枢纽不能暂停或者退出"))
    kind = Kind(wanted.kind)
    if listed.state not in _FROM[kind]:
        facts = {"name": listed.name, "kind": kind.label}
        raise ProposalRefused("not-in-this-state", _("%(name)s现在的状态不能“%(kind)s”") % facts)
    return replace(listed, state=_TO[kind])


def _held() -> Edition:
    held = adopting.held_edition()
    if held is None:
        raise ProposalRefused(
            "no-directory", _("枢纽还没有签发第一版名录，请先运行 ./run directory begin")
        )
    return held


def _locked(proposal_id: int) -> DirectoryProposal:
    """The row, held until the transaction ends, within the one order of all editions."""
    operations.take_turn()
    found = DirectoryProposal.objects.select_for_update().filter(pk=proposal_id).first()
    if found is None:
        raise NotFound(_("没有这条变更"), proposal=proposal_id)
    return found


def _check_waiting(found: DirectoryProposal) -> None:
    if found.state != Settled.WAITING:
        state = Settled(found.state).label
        raise ProposalRefused(
            "no-longer-waiting", _("这条变更%(state)s，不能再改") % {"state": state}
        )


def _settled(found: DirectoryProposal, state: str, *, by: str, at: datetime) -> DirectoryProposal:
    found.state, found.decided_by, found.decided_at = state, by, at
    found.save()
    facts = {"proposal": found.pk, "kind": found.kind, "node": found.node_code}
    log.info("directory.settled", state=str(state), by=by, proposed_by=found.proposed_by, **facts)
    return found
