"""What stands beside the papers: whose turn it is, by when, whom to ask, what was said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tongban.basics.refusals import NotFound
from tongban.cases import queries
from tongban.cases.models import Case
from tongban.cases.queries import Light
from tongban.cases.states import Party
from tongban.cases.timeline import Step, Truths
from tongban.catalogue.versions import Limit, limit_words
from tongban.desk.sides import MARKS
from tongban.exchange import queries as exchange
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions.models import Authority

# Without a receipt for longer than this, the page says that the other side is slow to answer.
SLOW = timedelta(minutes=1)


@dataclass(frozen=True)
class Clock:
    """One limit of the case, and whether it is only a default of the platform."""

    party: str
    name: str  # receive, accept, decide
    days: int
    is_default: bool
    is_running: bool

    @property
    def words(self) -> str:
        """As every page says it: 5个工作日, 当日."""
        return limit_words(self.days)


@dataclass(frozen=True)
class OtherSide:
    """Whom to ask on the other side, and how well messages get there."""

    authority: Authority | None
    waiting_since: datetime | None
    is_slow: bool
    is_here: bool  # the same node: nothing has to travel


@dataclass(frozen=True)
class Said:
    """A note that one side put on the record for the next."""

    mark: str
    author: str
    at: datetime
    text: str


@dataclass(frozen=True)
class Aside:
    """The pane at the right of the workbench."""

    holder_mark: str
    light: Light
    clocks: tuple[Clock, ...]
    other: OtherSide | None
    truths: Truths | None
    said: tuple[Said, ...]


def aside_of(case: Case, side: Party, steps: Sequence[Step], *, today: date, at: datetime) -> Aside:
    """Everything beside the papers, from the case and its history."""
    crossings = [step.truths for step in steps if step.truths is not None]
    return Aside(
        holder_mark=MARKS[Party(case.holder)],
        light=queries.light(case, today),
        clocks=_clocks(case),
        other=_other(case, side, at),
        truths=crossings[-1] if crossings else None,
        said=_said(steps),
    )


def _clocks(case: Case) -> tuple[Clock, ...]:
    limits = queries.version_of(case).limits
    rows: list[tuple[str, str, Limit, bool]] = [
        ("recv", "receive", limits.receive, case.holder == Party.RECEIVER),
        ("deci", "accept", limits.accept, case.state == "pending"),
        ("deci", "decide", limits.decide, case.state == "under_review"),
    ]
    return tuple(
        Clock(mark, name, case.limits[name], limit.is_default, running)
        for mark, name, limit, running in rows
        if case.receiver_authority or name != "receive"
    )


def _other(case: Case, side: Party, at: datetime) -> OtherSide | None:
    """The deciding organ for a window, the window for a deciding organ; nobody when online."""
    there = Party.DECIDER if side is Party.RECEIVER else Party.RECEIVER
    code = case.decider_authority if side is Party.RECEIVER else case.receiver_authority
    if not code:
        return None
    try:
        authority: Authority | None = jurisdictions.authority(code)
    except NotFound:
        authority = None
    node = case.decider_node if there is Party.DECIDER else case.receiver_node
    is_here = case.receiver_node == case.decider_node
    since = None if is_here else exchange.waiting_since(node)
    slow = since is not None and at - since > SLOW
    return OtherSide(authority, since, slow, is_here)


def _said(steps: Sequence[Step]) -> tuple[Said, ...]:
    notes: list[tuple[Step, Any]] = [(step, step.personal.get("note")) for step in steps]
    return tuple(
        Said(MARKS[Party(step.party)], step.author, step.at, str(note))
        for step, note in reversed(notes)
        if note
    )
