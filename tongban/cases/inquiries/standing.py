"""Where an inquiry stands, as a fold of its events; the same function on every node.

The office that was asked holds it from the first event on, and everything but the asking itself is
written by its node, a withdrawal too; so a chain has one writer at a time and never forks. After an
answer the asker may ask more, which hands it over again.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongban.basics import calendar
from tongban.basics.hours import day_in_beijing
from tongban.cases.clocks import rules
from tongban.exchange.shared_chains import NotInTable
from tongban.record.chains import Author, Event

# Platform default: working days for an answer; an asker may give more, but no more than this.
DAYS = rules.KINDS["inquiry"].usual.count
MOST_DAYS = 30
MOST_PAPERS = 5
LONGEST = 2000

ASK, ARRIVE, ANSWER, REFUSE = "ask", "arrive", "answer", "refuse"
WITHDRAW, REMIND, ASK_MORE = "withdraw", "remind", "ask_more"


class State(StrEnum):
    """The states of an inquiry."""

    ASKED = "asked"
    ARRIVED = "arrived"
    ANSWERED = "answered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


LABELS: dict[State, str | Promise] = {
    State.ASKED: _("已经发出"),
    State.ARRIVED: _("等答复"),
    State.ANSWERED: _("已经答复"),
    State.REFUSED: _("不能协查"),
    State.WITHDRAWN: _("已经撤回"),
}
OPEN = frozenset({State.ASKED, State.ARRIVED})


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything the row of an inquiry says; places are 6-digit divisions."""

    chain: str
    asker_node: str
    asker_place: str
    asker_authority: str
    answerer_node: str
    answerer_place: str
    answerer_authority: str
    number: str  # the case it is about; empty without one
    days: int
    state: str
    asked_at: datetime
    due_on: date
    arrived_at: datetime | None = None
    answered_at: datetime | None = None
    reminded_at: datetime | None = None
    question: str = ""  # the digest of the sealed part that asks

    @property
    def holder_node(self) -> str:
        """The node that may write the next event; empty when nothing is left to do."""
        if self.state in OPEN:
            return self.answerer_node
        return self.asker_node if self.state == State.ANSWERED else ""

    def may_be_reminded(self, at: datetime) -> bool:
        """Whether it lies unanswered beyond its last day, and nobody was reminded that day yet."""
        today = day_in_beijing(at)
        if self.state != State.ARRIVED or today <= self.due_on:
            return False
        return self.reminded_at is None or day_in_beijing(self.reminded_at) < today

    @property
    def nodes(self) -> frozenset[str]:
        """Both nodes, which may be one."""
        return frozenset({self.asker_node, self.answerer_node})


def due_on(asked_at: datetime, days: int) -> date:
    """The last day for an answer; the day of asking does not count."""
    return calendar.add_working_days(day_in_beijing(asked_at), days)


def apply(standing: Standing | None, event: Event) -> Standing:
    """Where an inquiry stands after one more event; raises NotInTable."""
    if standing is None:
        return _asked(event)
    if event.author.node != standing.holder_node:
        raise NotInTable(f"node {event.author.node} does not hold inquiry {standing.chain}")
    judge = _JUDGES.get(event.kind)
    if judge is None or State(standing.state) not in _FROM[event.kind]:
        raise NotInTable(f"{event.kind} is not possible in state {standing.state}")
    return judge(standing, event)


def _asked(event: Event) -> Standing:
    if event.kind != ASK:
        raise NotInTable("an inquiry begins with a question")
    author, content = event.author, event.content
    to = content["to"]
    if not event.sealed or not author.authority or not author.officer:
        raise NotInTable("an office asks, and says what")
    return Standing(
        chain=event.chain,
        asker_node=author.node,
        asker_place=author.place,
        asker_authority=author.authority,
        answerer_node=_text(to["node"], 2),
        answerer_place=_text(to["place"], 6),
        answerer_authority=_text(to["authority"], 18),
        number=_text(content["case"], 21),
        days=_days(content["days"]),
        state=State.ASKED,
        asked_at=event.at,
        due_on=due_on(event.at, _days(content["days"])),
        question=event.sealed,
    )


def _text(value: object, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise NotInTable(f"not a text of at most {longest} characters")
    return value


def _days(value: object) -> int:
    if type(value) is not int or not 0 < value <= MOST_DAYS:
        raise NotInTable(f"not 1 to {MOST_DAYS} days: {value}")
    return value


def _arrived(standing: Standing, event: Event) -> Standing:
    _check_system(event.author)
    return replace(standing, state=State.ARRIVED, arrived_at=event.at)


def _answered(standing: Standing, event: Event) -> Standing:
    _check_office(event, standing.answerer_authority)
    state = State.REFUSED if event.kind == REFUSE else State.ANSWERED
    return replace(standing, state=state, answered_at=event.at)


def _withdrawn(standing: Standing, event: Event) -> Standing:
    # The asker's wish, written down by the node that holds the inquiry.
    _check_system(event.author)
    return replace(standing, state=State.WITHDRAWN)


def _reminded(standing: Standing, event: Event) -> Standing:
    _check_system(event.author)
    if not standing.may_be_reminded(event.at):
        raise NotInTable(f"inquiry {standing.chain} is not to be reminded of")
    return replace(standing, reminded_at=event.at)


def _asked_more(standing: Standing, event: Event) -> Standing:
    _check_office(event, standing.asker_authority)
    return replace(
        standing,
        state=State.ASKED,
        due_on=due_on(event.at, standing.days),
        arrived_at=None,
        answered_at=None,
        reminded_at=None,
    )


def _check_office(event: Event, authority: str) -> None:
    if event.author.authority != authority or not event.author.officer or not event.sealed:
        raise NotInTable(f"{event.kind} belongs to an officer of {authority}")


def _check_system(author: Author) -> None:
    if author.role != "system" or author.authority:
        raise NotInTable("the node itself writes this")


_JUDGES = {
    ARRIVE: _arrived,
    ANSWER: _answered,
    REFUSE: _answered,
    WITHDRAW: _withdrawn,
    REMIND: _reminded,
    ASK_MORE: _asked_more,
}
_FROM: dict[str, frozenset[State]] = {
    ARRIVE: frozenset({State.ASKED}),
    ANSWER: frozenset({State.ARRIVED}),
    REFUSE: frozenset({State.ARRIVED}),
    WITHDRAW: OPEN,
    REMIND: frozenset({State.ARRIVED}),
    ASK_MORE: frozenset({State.ANSWERED}),
}
