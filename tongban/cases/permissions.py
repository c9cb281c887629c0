"""Who may do what with a case. An operation calls a check; a page asks `refusals.may`."""

from django.utils.translation import gettext as _

from tongban.basics.refusals import NotAllowed, NotFound, Refused
from tongban.cases import judging, states
from tongban.cases.joint.models import JointStep
from tongban.cases.models import Case
from tongban.cases.states import Mode, Move, Party, State
from tongban.catalogue import queries as catalogue
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions.models import Authority
from tongban.parties import queries as parties
from tongban.parties.models import Officer

_DECIDING = frozenset({states.APPROVE, states.DENY, states.PROPOSE, states.SEND_BACK_PROPOSAL})

WAYS_ON = {
    Party.APPLICANT: "等申请人办理后再继续",
    Party.RECEIVER: "由收件地窗口办理",
    Party.DECIDER: "由办理地机关办理",
    Party.CHANNEL: "正在两地之间传送，送达后再办",
    Party.NOBODY: "这件已经结束",
}


class MoveNotPossible(Refused):
    """The case is not in a state from which this move goes."""

    code = "move-not-possible"

    def __init__(self, move: Move, state: State) -> None:
        super().__init__(
            f"现在是“{states.LABELS[state]}”，不能{move.label}", move=move.name, state=state.value
        )


class HeldElsewhere(Refused):
    """Somebody else holds the case; only the holder may move it."""

    code = "held-elsewhere"

    def __init__(self, move: Move, holder: Party) -> None:
        super().__init__(
            f"现在不在您手里，在“{states.PARTY_LABELS[holder]}”，不能{move.label}；{WAYS_ON[holder]}",
            move=move.name,
            holder=holder.value,
        )


class NotOfThisMode(Refused):
    """The move belongs to another way of handling the item."""

    code = "not-of-this-mode"

    def __init__(self, move: Move) -> None:
        super().__init__(f"这件的办理方式里没有“{move.label}”这一步", move=move.name)


class JointNotDone(Refused):
    """The steps of other places have not come to an outcome that goes with this decision."""

    code = "joint-not-done"


class ResultGone(Refused):
    """The paper of the result is lost or damaged; what is not there is not handed over."""

    code = "result-gone"

    def __init__(self, fate: str) -> None:
        super().__init__(
            _("上一份结果%(fate)s，先重新制作，再送达") % {"fate": _(states.FATES[fate])}, fate=fate
        )


class NotDamaged(Refused):
    """Only a result that came damaged is closed by an officer; everything else by its signature."""

    code = "not-damaged"

    def __init__(self) -> None:
        super().__init__(_("包裹签收以后自动办结。只有收到时有损坏、申请人愿意收下的，才由您办结"))


class AnotherAuthority(NotAllowed):
    """The officer's authority is not the one that the law gives this act to."""

    code = "another-authority"

    def __init__(self, move_label: str, authority: str) -> None:
        super().__init__(
            f"{move_label}归{authority_name(authority)}，不归您所在的机关", authority=authority
        )


class WrongRole(NotAllowed):
    """Receiving is not deciding: the officer has not been given this power."""

    code = "wrong-role"

    def __init__(self, move_label: str, role: str) -> None:
        need = {"receiver": "收件人员", "decider": "审批人员"}[role]
        super().__init__(f"{move_label}要由{need}办理，您的岗位不是", role=role)


class ClaimedByAnother(Refused):
    """A colleague works on the case; two people never work on one case unknowingly."""

    code = "claimed-by-another"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}正在办这件。要接手，请先请{name}放回队列", by=name)


class NotClaimed(Refused):
    """The officer has to take the case from the queue before acting on it."""

    code = "not-claimed"

    def __init__(self) -> None:
        super().__init__("先认领这件，再办理，免得两个人同时办")


class TwoPeopleDecide(Refused):
    """The item wants two people: one proposes, another decides."""

    code = "two-people-decide"

    def __init__(self) -> None:
        super().__init__(_("这件事由两个人决定：先提出决定意见，再由另一位审批人员复核"))


class NotPutBefore(Refused):
    """The item wants one officer's decision; there is nobody to propose it to."""

    code = "one-person-decides"

    def __init__(self) -> None:
        super().__init__(_("这件事由一位审批人员决定，不用提出决定意见，请直接作决定"))


class NotAsProposed(Refused):
    """Two people decide only what both of them want."""

    code = "not-as-proposed"

    def __init__(self, proposed: str) -> None:
        label = _(states.BY_NAME[proposed].label)
        super().__init__(
            _("提出的意见是“%(proposed)s”。不同意的，请退回决定意见") % {"proposed": label},
            proposed=proposed,
        )


class NotImpartial(NotAllowed):
    """Whoever has a part in a case does not decide it: its applicant, its receiver, its proposer."""

    code = "not-impartial"

    def __init__(self, why: str) -> None:
        super().__init__(
            {
                "applicant": _("您是这件的申请人，或者代表申请人办事，要由别的审批人员决定"),
                "receiver": _("这件的材料是您收的，收件的人不作决定，要由别的审批人员决定"),
                "proposer": _("决定意见是您提出的，要由另一位审批人员复核"),
            }[why],
            why=why,
        )


def authority_name(code: str) -> str:
    """The authority's name, or its code where this node does not know it."""
    try:
        return jurisdictions.authority(code).name
    except NotFound:
        return code


def office_of(officer: Officer) -> Authority:
    """The authority an officer acts for; an operator has none and no power over cases."""
    if officer.authority is None:
        raise NotAllowed("您是运维人员，没有收件或审批的岗位，不能办理办件")
    return officer.authority


def check_move(case: Case, move: Move) -> None:
    """A move is possible only from its states, in its modes, by whoever holds the case."""
    if case.mode in set(Mode) and not states.only_in(Mode(case.mode), move):
        raise NotOfThisMode(move)
    if State(case.state) not in move.sources:
        raise MoveNotPossible(move, State(case.state))
    if case.holder != move.held_by:
        raise HeldElsewhere(move, Party(case.holder))


def check_power(officer: Officer, case: Case, move: Move) -> None:
    """Receiver's acts belong to clerks of the receiving authority, decider's to the deciding one."""
    role, authority = {
        Party.RECEIVER: ("receiver", case.receiver_authority),
        Party.DECIDER: ("decider", case.decider_authority),
    }[move.by]
    if role not in officer.roles:
        raise WrongRole(move.label, role)
    if office_of(officer).code != authority:
        raise AnotherAuthority(move.label, authority)


def check_impartial(officer: Officer, case: Case) -> None:
    """Receiving is not deciding, and nobody decides in one's own matter or agrees with oneself.

    The applicant is told by identity where this node knows it: by the officer's own account.
    """
    if officer.pseudonym in case.receivers:
        raise NotImpartial("receiver")
    if case.proposal.get("by") == officer.pseudonym:
        raise NotImpartial("proposer")
    mine = {one.match for one in parties.applicants_of(officer.account)}
    if case.applicant_match in mine:
        raise NotImpartial("applicant")


def _check_decides(officer: Officer, case: Case, move: Move) -> None:
    if move is states.PROPOSE and not case.is_two_person:
        raise NotPutBefore
    if move in {states.APPROVE, states.DENY}:
        if case.is_two_person and not case.proposal:
            raise TwoPeopleDecide
        if case.proposal and case.proposal["decision"] != move.name:
            raise NotAsProposed(case.proposal["decision"])
    check_impartial(officer, case)


def check_may_write(officer: Officer, case: Case) -> None:
    """Writing something down without moving a case belongs to the officer who has it."""
    role, authority = {
        Party.RECEIVER: ("receiver", case.receiver_authority),
        Party.DECIDER: ("decider", case.decider_authority),
    }.get(Party(case.holder), ("", ""))
    if not role:
        raise NotAllowed(WAYS_ON[Party(case.holder)])
    if role not in officer.roles:
        raise WrongRole(_("登记"), role)
    if office_of(officer).code != authority:
        raise AnotherAuthority(_("登记"), authority)
    check_claimed(officer, case)


def check_claimed(officer: Officer, case: Case) -> None:
    """Only the officer who took the case from the queue acts on it."""
    if case.claimed_by is None:
        raise NotClaimed
    if case.claimed_by != officer:
        raise ClaimedByAnother(case.claimed_by.name)


def check_joint(case: Case, move: Move) -> None:
    """A joint case comes to one outcome: no approval over a refusal, no denial over what was done."""
    if move is states.APPROVE and not judging.may_approve(case.mode, case.joint):
        raise JointNotDone(
            "有联办地不予办理，这件不能准予，只能不予批准"
            if case.joint == "refused"
            else "先开始联办，各地都办好、结束联办以后才能准予"
        )
    if move is states.APPROVE and _facts_are_open(case):
        raise JointNotDone(_("先到“联办”那一页请各地核对事实，都核对完、结束联办以后才能准予"))
    if move is states.DENY and case.joint == "done" and _is_done_elsewhere(case):
        raise JointNotDone("各地已经办好了。要不予批准，先停止联办，请各地撤销")


def _facts_are_open(case: Case) -> bool:
    """Whether whoever came in person was not looked up yet at the places that keep the facts."""
    if case.mode != Mode.ON_SITE or case.joint:
        return False
    return bool(catalogue.version(case.item, case.item_version, case.local_version).joint)


def _is_done_elsewhere(case: Case) -> bool:
    return JointStep.objects.filter(number=case.number, state="done", has_undo=True).exists()


def check_posted(case: Case, move: Move) -> None:
    """What became of a result that was sent before allows handing it over, or closing, now."""
    fate = case.posted.get("fate", "")
    if move is states.DELIVER_TO_WINDOW and fate in states.GONE:
        raise ResultGone(fate)
    if move is states.CLOSE_BY_POST and fate != "damaged":
        raise NotDamaged


def check_may_act(officer: Officer, case: Case, move: Move) -> None:
    """Everything that must be true for an officer to make a move, most telling reason first."""
    check_power(officer, case, move)
    check_move(case, move)
    check_joint(case, move)
    check_posted(case, move)
    if move.held_by is not Party.NOBODY:
        check_claimed(officer, case)
    if move in _DECIDING:
        _check_decides(officer, case, move)


def check_may_see(officer: Officer, case: Case) -> None:
    """An officer sees what her own authority receives, and what has reached it for decision."""
    code = office_of(officer).code
    if code == case.receiver_authority:
        return
    if code != case.decider_authority:
        raise NotAllowed("这件不归您所在的机关收件或办理，您不能查看")
    if case.arrived_at is None:
        # Personal data of a case that may yet be withdrawn or returned are no business of hers.
        raise NotAllowed("这件还没有移交到您所在的机关，移交以后您才能查看")
