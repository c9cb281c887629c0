"""Everything an officer can do that cannot be taken back: its questions, its check page, its operation."""

from collections.abc import Callable
from dataclasses import dataclass

from tongban.cases import states
from tongban.cases.models import Case
from tongban.cases.operations import review, window
from tongban.cases.states import Mode, Move
from tongban.desk.act_forms import (
    ActForm,
    ApprovalForm,
    CorrectionForm,
    DenialForm,
    HandOutForm,
    NoteForm,
    RefusalForm,
    ReturnForm,
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
            RefusalForm,
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
        Act("approve", (states.APPROVE,), ApprovalForm, review.approve),
        Act("deny", (states.DENY,), DenialForm, review.deny, asks_first=True),
        Act("issue", (states.ISSUE_RESULT,), ActForm, review.issue_result),
        Act(
            "deliver",
            (states.DELIVER_TO_WINDOW, states.DELIVER_ONLINE),
            ActForm,
            review.deliver,
        ),
    )
}
