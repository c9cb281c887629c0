"""What an officer can do with a case now, and why not what she cannot."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongban.basics.refusals import Refused
from tongban.cases import states
from tongban.cases.models import Case
from tongban.cases.operations import lapsing
from tongban.cases.permissions import check_may_act, check_may_write
from tongban.cases.states import Mode, Move, Party, State
from tongban.desk.acts import ATTEMPT
from tongban.desk.bench import Bench
from tongban.parties.models import Officer

# The moves a side is shown in each state: those of the present, or the next ones as not yet possible.
_WINDOW, _DESK = Party.RECEIVER, Party.DECIDER
SHOWN: dict[tuple[Party, State], tuple[Move, ...]] = {
    (_WINDOW, State.SUBMITTED): (states.RECEIVE, states.RETURN_FOR_FORM, states.HAND_OVER),
    (_WINDOW, State.RECEIVED): (states.HAND_OVER, states.RETURN_FOR_FORM),
    (_WINDOW, State.RETURNED): (states.RECEIVE,),
    (_WINDOW, State.IN_DELIVERY): (states.CLOSE_AT_WINDOW, states.RETURN_RESULT),
    (_DESK, State.HANDED_OVER): (states.ACCEPT, states.ASK_CORRECTION, states.REFUSE_ACCEPTANCE),
    (_DESK, State.PENDING): (
        states.ACCEPT,
        states.ASK_CORRECTION,
        states.REFUSE_ACCEPTANCE,
        states.TERMINATE,
    ),
    (_DESK, State.CORRECTION): (states.ACCEPT, states.REFUSE_ACCEPTANCE),
    (_DESK, State.LAPSED): (states.GIVE_MORE_TIME, states.TERMINATE, states.ACCEPT),
    (_DESK, State.UNDER_REVIEW): (
        states.APPROVE,
        states.DENY,
        states.PROPOSE,
        states.BEGIN_SPECIAL,
        states.SUSPEND,
        states.EXTEND,
        states.TERMINATE,
    ),
    (_DESK, State.SPECIAL): (states.END_SPECIAL, states.TERMINATE),
    (_DESK, State.SUSPENDED): (states.RESUME, states.TERMINATE),
    (_DESK, State.PROPOSED): (states.APPROVE, states.DENY, states.SEND_BACK_PROPOSAL),
    (_DESK, State.APPROVED): (states.ISSUE_RESULT, states.CORRECT_DECISION),
    (_DESK, State.DENIED): (states.ISSUE_RESULT, states.CORRECT_DECISION),
    (_DESK, State.RESULT_ISSUED): (
        states.DELIVER_TO_WINDOW,
        states.DELIVER_ONLINE,
        states.CLOSE_BY_POST,
        states.REISSUE_RESULT,
        states.CORRECT_DECISION,
    ),
    (_DESK, State.REOPENED): (states.CORRECT_DECISION, states.REISSUE_RESULT),
    (_DESK, State.CLOSED): (states.REOPEN,),
}
# The word of each move in an address, its key on the desk, and how its button looks.
LOOKS: dict[Move, tuple[str, str, str]] = {
    states.RECEIVE: ("receive", "", ""),
    states.RETURN_FOR_FORM: ("return", "X", "stop"),
    states.HAND_OVER: ("hand-over", "T", ""),
    states.CLOSE_AT_WINDOW: ("close", "", ""),
    states.ACCEPT: ("accept", "", ""),
    states.ASK_CORRECTION: ("correction", "B", "quiet"),
    states.REFUSE_ACCEPTANCE: ("refuse", "", "stop"),
    states.GIVE_MORE_TIME: ("more-time", "", ""),
    states.BEGIN_SPECIAL: ("special", "", "quiet"),
    states.END_SPECIAL: ("end-special", "", ""),
    states.SUSPEND: ("suspend", "", "quiet"),
    states.RESUME: ("resume", "", ""),
    states.EXTEND: ("extend", "", "quiet"),
    states.TERMINATE: ("terminate", "", "stop"),
    states.PROPOSE: ("propose", "", ""),
    states.SEND_BACK_PROPOSAL: ("send-back", "", "quiet"),
    states.APPROVE: ("approve", "", ""),
    states.DENY: ("deny", "", "stop"),
    states.ISSUE_RESULT: ("issue", "", ""),
    states.CORRECT_DECISION: ("correct-decision", "", "quiet"),
    states.REISSUE_RESULT: ("reissue", "", "quiet"),
    states.REOPEN: ("reopen", "", "quiet"),
    states.RETURN_RESULT: ("return-result", "", "quiet"),
    states.CLOSE_BY_POST: ("keep-damaged", "", "quiet"),
    states.DELIVER_TO_WINDOW: ("deliver", "", ""),
    states.DELIVER_ONLINE: ("deliver", "", ""),
}
# What is seldom done stands folded below the rest.
SELDOM = frozenset(
    {
        states.BEGIN_SPECIAL,
        states.SUSPEND,
        states.EXTEND,
        states.TERMINATE,
        states.CORRECT_DECISION,
        states.REISSUE_RESULT,
        states.REOPEN,
        states.RETURN_RESULT,
        ATTEMPT,
    }
)


@dataclass(frozen=True)
class Offer:
    """One act as its button: where it leads, or why it is not possible."""

    move: Move
    label: str
    href: str
    key: str
    kind: str
    why: str
    is_seldom: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it can be pressed."""
        return not self.why


@dataclass(frozen=True)
class Panel:
    """The acts of one side as the page lays them out; what is shut is grouped by its reason."""

    receive: Offer | None  # asks how identity was checked, so it stands in a form of its own
    open: list[Offer]
    seldom: list[Offer]  # can be pressed too, and seldom is
    beside: str  # how other buttons of the page look, so that one of all is the primary one
    shut: list[tuple[str, list[Offer]]]


def panel(found: list[Offer]) -> Panel:
    """Lay the acts out."""
    is_primary = any(offer.is_open and not offer.kind for offer in found)
    receive = [offer for offer in found if offer.move is states.RECEIVE and offer.is_open]
    pressed = [one for one in found if one.is_open and one.move is not states.RECEIVE]
    shut: dict[str, list[Offer]] = {}
    for offer in found:
        if not offer.is_open and not offer.is_seldom:
            shut.setdefault(offer.why, []).append(offer)
    return Panel(
        receive=next(iter(receive), None),
        open=[one for one in pressed if not one.is_seldom],
        seldom=[one for one in pressed if one.is_seldom],
        beside="quiet" if is_primary else "",
        shut=list(shut.items()),
    )


def reason(check: Callable[..., None], *args: Any) -> str:
    """The sentence with which a check refuses; nothing when it passes."""
    try:
        check(*args)
    except Refused as refusal:
        return refusal.message
    return ""


def offers(case: Case, officer: Officer, side: Party, bench: Bench, *, there: str) -> list[Offer]:
    """The acts of one side in the present state; `there` names the other place on the buttons."""
    shown = SHOWN.get((side, State(case.state)), ())
    moves = [
        move
        for move in shown
        if states.only_in(Mode(case.mode), move) and _is_of_this_case(move, case)
    ]
    found = [_offer(move, case, officer, bench, there) for move in moves]
    return [*found, *_attempt(case, officer, side)]


def _is_of_this_case(move: Move, case: Case) -> bool:
    """Whether a move is any matter here.

    What two people decide, one proposes; once proposed, another agrees to that or sends it back.
    """
    if move in {states.APPROVE, states.DENY}:
        if case.proposal:
            return bool(case.proposal["decision"] == move.name)
        return not case.is_two_person
    if move is states.PROPOSE:
        return case.is_two_person
    if move is states.CLOSE_BY_POST:
        return bool(case.posted.get("fate") == "damaged")
    return not (move is states.EXTEND and case.extended)


def _attempt(case: Case, officer: Officer, side: Party) -> list[Offer]:
    """Whoever has the result may write down a try to hand it over."""
    if State(case.state) not in ATTEMPT.sources or case.holder != side:
        return []
    why = reason(check_may_write, officer, case)
    href = reverse("desk:act", args=[case.number, "attempt"])
    return [Offer(ATTEMPT, _(ATTEMPT.label), href, "", "quiet", why, is_seldom=True)]


def _offer(move: Move, case: Case, officer: Officer, bench: Bench, there: str) -> Offer:
    word, key, kind = LOOKS[move]
    # While the paper of the result is gone, making it anew comes before everything else.
    is_gone = case.posted.get("fate") in states.GONE
    if is_gone and move in {states.REISSUE_RESULT, states.DELIVER_ONLINE}:
        kind = "" if move is states.REISSUE_RESULT else "quiet"
    why = reason(check_may_act, officer, case, move) or not_yet(move, bench)
    if move is states.TERMINATE:
        why = why or reason(lapsing.check_may_terminate, case)
    return Offer(
        move=move,
        label=_label(move, case, there),
        href=reverse("desk:act", args=[case.number, word]) if move is not states.RECEIVE else "",
        key=key,
        kind=_kind(move, case, kind),
        why=why,
        is_seldom=move in SELDOM
        and not _ends_a_lapse(move, case)
        and not (is_gone and move is states.REISSUE_RESULT),
    )


def _ends_a_lapse(move: Move, case: Case) -> bool:
    return move is states.TERMINATE and case.state == State.LAPSED


def _kind(move: Move, case: Case, kind: str) -> str:
    """How a button looks; what was not answered for is not simply accepted."""
    return "quiet" if move is states.ACCEPT and case.state == State.LAPSED else kind


def _label(move: Move, case: Case, there: str) -> str:
    """What the button says: to whom a thing goes stands on it."""
    if move is states.ASK_CORRECTION and case.corrections:
        return _("再次补正（要签字）")
    if move in states.COUNTERSIGNED:
        return _("%(act)s（要签字）") % {"act": _(move.label)}
    if move is states.CLOSE_BY_POST:
        return _("申请人愿意收下，办结")
    if move is states.HAND_OVER:
        return _("移交%(place)s") % {"place": there}
    return _(move.label)


def not_yet(move: Move, bench: Bench) -> str:
    """What the operation would refuse for the sake of what lies on the bench."""
    if move is states.HAND_OVER and bench.unseen:
        return ngettext(
            "还有%(count)d个核查要点没看", "还有%(count)d个核查要点没看", bench.unseen
        ) % {"count": bench.unseen}
    if move is states.HAND_OVER and bench.bad:
        return ngettext(
            "有%(count)d处不合格，请退回申请人修改",
            "有%(count)d处不合格，请退回申请人修改",
            bench.bad,
        ) % {"count": bench.bad}
    return ""
