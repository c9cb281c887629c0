"""Everything an officer can do that cannot be taken back: its questions, its check page, its operation."""

from collections.abc import Callable
from dataclasses import dataclass

from tongban.cases import states
from tongban.cases.models import Case
from tongban.cases.operations import course, deciding, lapsing, posting, review, window
from tongban.cases.permissions import MoveNotPossible, check_may_act, check_may_write
from tongban.cases.states import Mode, Move, Party, State
from tongban.desk import course_forms as more
from tongban.desk.act_forms import (
    ActForm,
    ApprovalForm,
    CorrectionForm,
    HandOutForm,
    NoteForm,
    ReturnForm,
)
from tongban.parties.models import Officer

# Not a move of the table: whoever holds the result writes down each try to hand it over.
ATTEMPT = Move(
    states.ATTEMPT_DELIVERY,
    states.NOTES[states.ATTEMPT_DELIVERY],
    frozenset({State.RESULT_ISSUED, State.IN_DELIVERY}),
    State.IN_DELIVERY,
    Party.NOBODY,
    Party.NOBODY,
)


@dataclass(frozen=True)
class Act:
    """One irreversible act. With `asks_first` its words are typed on one page and checked on the next."""

    name: str
    moves: tuple[Move, ...]
    form: type[ActForm]
    do: Callable[..., Case]
    asks_first: bool = False

    def move(self, case: Case) -> Move:
        """The move of the table that this act is for the mode of a case."""
        fitting = [move for move in self.moves if states.only_in(Mode(case.mode), move)]
        return fitting[0] if fitting else self.moves[0]

    def check(self, officer: Officer, case: Case) -> None:
        """Refuses with a sentence what the operation would refuse, the words aside."""
        if self.move(case) is ATTEMPT:
            check_may_write(officer, case)
            if State(case.state) not in ATTEMPT.sources:
                raise MoveNotPossible(ATTEMPT, State(case.state))
        else:
            check_may_act(officer, case, self.move(case))

    @property
    def template(self) -> str:
        """The page that says what the act does, and asks what it needs to know."""
        return f"desk/acts/{self.name.replace('-', '_')}.html"


ACTS: dict[str, Act] = {
    act.name: act
    for act in (
        Act("hand-over", (states.HAND_OVER,), NoteForm, window.hand_over),
        Act(
            "return", (states.RETURN_FOR_FORM,), ReturnForm, window.return_for_form, asks_first=True
        ),
        Act("close", (states.CLOSE_AT_WINDOW,), HandOutForm, window.close_at_window),
        Act("accept", (states.ACCEPT,), ActForm, review.accept_case),
        Act(
            "refuse",
            (states.REFUSE_ACCEPTANCE,),
            more.RefusalForm,
            review.refuse_acceptance,
            asks_first=True,
        ),
        Act(
            "correction",
            (states.ASK_CORRECTION,),
            CorrectionForm,
            review.ask_correction,
            asks_first=True,
        ),
        Act(
            "more-time",
            (states.GIVE_MORE_TIME,),
            more.MoreTimeForm,
            lapsing.give_more_time,
            asks_first=True,
        ),
        Act(
            "special",
            (states.BEGIN_SPECIAL,),
            more.SpecialForm,
            course.begin_special,
            asks_first=True,
        ),
        Act("end-special", (states.END_SPECIAL,), more.OutcomeForm, course.end_special),
        Act("suspend", (states.SUSPEND,), more.SuspensionForm, course.suspend, asks_first=True),
        Act("resume", (states.RESUME,), more.ResumptionForm, course.resume),
        Act("extend", (states.EXTEND,), more.ExtensionForm, course.extend, asks_first=True),
        Act(
            "terminate",
            (states.TERMINATE,),
            more.GroundedEndForm,
            course.terminate,
            asks_first=True,
        ),
        Act("propose", (states.PROPOSE,), more.ProposalForm, deciding.propose, asks_first=True),
        Act(
            "send-back",
            (states.SEND_BACK_PROPOSAL,),
            more.SendBackForm,
            deciding.send_back_proposal,
        ),
        Act("approve", (states.APPROVE,), ApprovalForm, review.approve),
        Act("deny", (states.DENY,), more.GroundedEndForm, review.deny, asks_first=True),
        Act("issue", (states.ISSUE_RESULT,), ActForm, review.issue_result),
        Act(
            "correct-decision",
            (states.CORRECT_DECISION,),
            more.WordsForm,
            deciding.correct_decision,
            asks_first=True,
        ),
        Act("reissue", (states.REISSUE_RESULT,), more.ReasonForm, deciding.reissue_result),
        Act("reopen", (states.REOPEN,), more.ReasonForm, deciding.reopen, asks_first=True),
        Act(
            "deliver",
            (states.DELIVER_TO_WINDOW, states.DELIVER_ONLINE),
            ActForm,
            review.deliver,
        ),
        Act("keep-damaged", (states.CLOSE_BY_POST,), more.KeptForm, posting.accept_damaged),
        Act("return-result", (states.RETURN_RESULT,), more.FateForm, posting.return_result),
        Act("attempt", (ATTEMPT,), more.AttemptForm, deciding.attempt_delivery),
    )
}
