"""What a case causes after it was handed in: acts, events on its chain, messages between two nodes.

The acts are moves of the table of states; a test plays every course through it. Each event is told to
the other node that takes part, by one message that is confirmed by one receipt; what happened before
the other node took part goes along with the first.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from tongban.console.simulating.days import MINUTES, OfficeDay
from tongban.console.simulating.demand import Arrival
from tongban.console.simulating.figures import Figures


class Side(StrEnum):
    """At which node something happens."""

    HERE = "here"
    THERE = "there"


class Who(StrEnum):
    """Who does it: an office works in office hours, an applicant at any time, a node at once."""

    OFFICE = "office"
    APPLICANT = "applicant"
    NODE = "node"


@dataclass(frozen=True)
class Step:
    """One event: when (`day` 0 is the day of the arrival), what, and at which side."""

    day: int
    minute: float
    move: str
    side: Side
    who: Who


@dataclass
class Course:
    """All that happens to one case, in its order."""

    arrival: Arrival
    steps: list[Step] = field(default_factory=list)

    @property
    def crosses(self) -> bool:
        """Whether two nodes take part."""
        return self.arrival.here != self.arrival.there

    def node(self, step: Step) -> str:
        """Where a step is taken."""
        return self.arrival.here if step.side is Side.HERE else self.arrival.there

    def messages(self) -> Iterator[tuple[Step, str, str]]:
        """Each message: the step that owes it, from which node, to which; receipts are beside them."""
        if not self.crosses:
            return
        known = False
        for step in self.steps:
            known = known or step.move in _FIRST_TOLD
            if known:
                here, there = self.arrival.here, self.arrival.there
                yield (step, here, there) if step.side is Side.HERE else (step, there, here)


# The deciding node takes part from here on.
_FIRST_TOLD = frozenset({"submit_online", "hand_over"})


@dataclass
class _Clock:
    """Where a case stands in time while its course is drawn."""

    figures: Figures
    office: OfficeDay
    random: Random
    course: Course
    works: bool
    day: int = 0
    minute: float = 0.0

    def _drawn(self, key: str) -> float:
        mean = self.figures[key]
        return self.random.expovariate(1 / mean) if mean else 0.0

    def office_does(self, move: str, side: Side, key: str) -> None:
        """After so many office minutes; what comes after hours waits for the next working day."""
        if self.day == 0 and not self.works:
            self.day, self.minute = 1, 0.0
        later, self.minute = self.office.after(self.minute, self._drawn(key))
        self.day += later
        self._note(move, side, Who.OFFICE)

    def applicant_does(self, move: str, key: str) -> None:
        """After so many minutes of the day and the night."""
        later, self.minute = divmod(self.minute + self._drawn(key), MINUTES)
        self.day += int(later)
        self._note(move, Side.HERE, Who.APPLICANT)

    def arrives(self, side: Side) -> None:
        """The baton is taken by the other node; within one node it needs no event."""
        if self.course.crosses:
            self._note("arrive", side, Who.NODE)

    def now(self, move: str, side: Side, who: Who) -> None:
        """At the same moment as what was before."""
        self._note(move, side, who)

    def _note(self, move: str, side: Side, who: Who) -> None:
        self.course.steps.append(Step(self.day, self.minute, move, side, who))

    def happens(self, key: str) -> bool:
        """Whether something of that share comes about in this case."""
        return self.random.random() < self.figures[key]


def draw(
    arrival: Arrival, figures: Figures, office: OfficeDay, random: Random, *, works: bool = True
) -> Course:
    """The course of a case that arrives so; on a day of rest (`works` False) offices begin later.

    Days after the first are taken for working days.
    """
    course = Course(arrival)
    clock = _Clock(figures, office, random, course, works, minute=arrival.minute)
    if arrival.stream.is_online:
        clock.now("submit_online", Side.HERE, Who.APPLICANT)
    else:
        _at_window(clock)
    clock.arrives(Side.THERE)
    _review(clock, at_once=arrival.stream.at_once)
    if arrival.stream.is_online:
        clock.office_does("deliver_online", Side.THERE, "minutes_to_issue")
        clock.arrives(Side.HERE)
        clock.applicant_does("close_online", "minutes_to_sign")
    else:
        clock.office_does("deliver_to_window", Side.THERE, "minutes_to_issue")
        clock.arrives(Side.HERE)
        clock.office_does("close_at_window", Side.HERE, "minutes_to_fetch")
    return course


def _at_window(clock: _Clock) -> None:
    clock.now("submit", Side.HERE, Who.APPLICANT)
    if clock.happens("return_share"):
        clock.office_does("return_for_form", Side.HERE, "minutes_to_receive")
        clock.applicant_does("resubmit", "minutes_to_answer")
    clock.office_does("receive", Side.HERE, "minutes_to_receive")
    clock.office_does("hand_over", Side.HERE, "minutes_to_hand_over")


def _review(clock: _Clock, *, at_once: bool) -> None:
    if clock.happens("correction_share"):
        clock.office_does("ask_correction", Side.THERE, "minutes_to_accept")
        clock.arrives(Side.HERE)
        clock.applicant_does("answer_correction", "minutes_to_answer")
        clock.arrives(Side.THERE)
    clock.office_does("accept", Side.THERE, "minutes_to_accept")
    decide = "minutes_to_decide_at_once" if at_once else "minutes_to_decide"
    decision = "deny" if clock.happens("denial_share") else "approve"
    clock.office_does(decision, Side.THERE, decide)
    clock.office_does("issue_result", Side.THERE, "minutes_to_issue")
