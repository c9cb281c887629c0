"""Courses that cases take, as chains of events that the fold accepts, made once and told many times.

A history is a real chain about a case that does not exist; a copy of it puts other numbers, moments'
chains and people into the same canonical bytes and hashes them anew. So a million cases have chains
of their own that follow and fold, at the cost of a few replacements each. Only those that are acted
on in a measurement are signed; the record is not asked for the signatures of the others.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from tongban.basics import canonical
from tongban.cases import rules, standing, states
from tongban.cases.operations import moving
from tongban.cases.rules import Intake, Route
from tongban.cases.standing import Standing
from tongban.cases.states import Party
from tongban.catalogue.versions import Limits
from tongban.console.benching import applications
from tongban.console.benching.applications import Kind
from tongban.jurisdictions import queries as jurisdictions
from tongban.record import chains
from tongban.record.chains import Author, Event, FileRef

# Minutes from one step to the next: the papers are looked at within hours, decided within days.
_HOUR, _DAY = 60, 24 * 60
_AFTER = {
    "submit": 0, "submit_online": 0, "receive": _HOUR, "return_for_form": _HOUR,
    "resubmit": 2 * _DAY, "hand_over": _HOUR, "arrive": 1, "accept": _DAY,
    "ask_correction": _DAY, "answer_correction": 3 * _DAY, "approve": 4 * _DAY, "deny": 4 * _DAY,
    "issue_result": _HOUR, "deliver_to_window": _HOUR, "deliver_online": _HOUR,
    "close_at_window": 2 * _DAY, "close_online": _DAY, "withdraw": _DAY,
}  # fmt: skip
_WITH_NOTE = frozenset(
    {"hand_over", "ask_correction", "withdraw", "approve", "deny", "return_for_form"}
)
_RESULT = {"digest": "b" * 64, "title": "测速用的结果", "number": "测速〔2026〕1号"}
_HAND_OVER = ("submit", "receive", "hand_over")
_DECISION = ("accept", "approve", "issue_result")


@dataclass(frozen=True)
class Story:
    """A course: the moves made so far, how often it is met, how many days ago it began."""

    moves: tuple[str, ...]
    share: int
    days_ago: tuple[int, int]

    @property
    def is_online(self) -> bool:
        """Whether no window stands between."""
        return self.moves[0] == "submit_online"


# Most cases of a year are closed; of the open ones most are with the deciding office.
STORIES = (
    Story((*_HAND_OVER, *_DECISION, "deliver_to_window", "close_at_window"), 400, (12, 400)),
    Story(("submit_online", *_DECISION, "deliver_online", "close_online"), 330, (12, 400)),
    Story(
        (*_HAND_OVER, "ask_correction", "answer_correction", *_DECISION, "deliver_to_window",
         "close_at_window"), 80, (20, 400),
    ),
    Story(
        ("submit", "receive", "return_for_form", "resubmit", "receive", "hand_over", "accept",
         "deny", "issue_result", "deliver_to_window", "close_at_window"), 60, (20, 400),
    ),
    Story((*_HAND_OVER, "withdraw"), 30, (5, 400)),
    Story((*_HAND_OVER, "accept"), 25, (1, 12)),
    Story(("submit_online", "accept"), 25, (1, 12)),
    Story(_HAND_OVER, 12, (0, 6)),
    Story(("submit_online",), 12, (0, 6)),
    Story(("submit",), 6, (0, 3)),
    Story(("submit", "receive"), 4, (0, 3)),
    Story(("submit", "receive", "return_for_form"), 6, (0, 20)),
    Story((*_HAND_OVER, "ask_correction"), 4, (0, 10)),
    Story((*_HAND_OVER, *_DECISION, "deliver_to_window"), 6, (8, 30)),
)  # fmt: skip
# What the measured window has in hand, however few cases there are: its pages are full.
IN_HAND = Story(("submit",), 1, (0, 3))
# What officers of this node decide in a measurement: with them, accepted, and not decided.
DECIDABLE = Story((*_HAND_OVER, "accept"), 1, (1, 4))


@dataclass(frozen=True)
class Copy:
    """One case as a copy of a history: rows of the record, of its parts, and where it stands."""

    number: str
    events: list[tuple[Any, ...]]  # chain, seq, kind, at, body, hash, key_id, signature
    standing: Standing


@dataclass(frozen=True)
class History:
    """A chain of events about a case that does not exist, and where it leads."""

    events: Sequence[Event]
    standing: Standing
    parts: dict[str, bytes]  # sealed parts that all copies share, by digest
    is_signed: bool

    @cached_property
    def _bodies(self) -> list[str]:
        return [event.body.decode() for event in self.events]

    @property
    def number(self) -> str:
        """The number of the case that does not exist."""
        return self.standing.number

    @property
    def particulars(self) -> str:
        """The digest that stands for the applicant's particulars."""
        return self.standing.particulars

    def copy(self, number: str, particulars: str) -> Copy:
        """The same course for another case and another applicant."""
        rows, prev = [], ""
        for event, body in zip(self.events, self._bodies, strict=True):
            said = body.replace(self.number, number).replace(self.particulars, particulars)
            if event.prev:
                said = said.replace(event.prev, prev)
            data = said.encode()
            prev = canonical.digest(data)
            signature = moving.signer().sign(data) if self.is_signed else event.signature
            rows.append(
                (number, event.seq, event.kind, event.at, said, prev, event.key_id, signature)
            )
        after = replace(self.standing, number=number, particulars=particulars, head_hash=prev)
        return Copy(number, rows, after)


@dataclass(frozen=True)
class Way:
    """Between which places a case goes, and which nodes these belong to."""

    receiving: str
    deciding: str
    receiver_node: str
    decider_node: str


class Teller:
    """Tells stories as histories: with the real rules, offices and limits of their items."""

    def __init__(self, file: FileRef, now: datetime) -> None:
        self.file, self.now = file, now
        self._serial = 0

    def tell(self, story: Story, way: Way, *, days_ago: int, is_signed: bool = False) -> History:
        """A history that began so many days ago between two places."""
        self._serial += 1
        kind = applications.online() if story.is_online else applications.AT_WINDOW
        intake, route = self._taken(kind, way)
        minutes = sum(_AFTER[move] for move in story.moves)
        # Nothing happens later than now, however young a story is said to be.
        at = self.now - max(timedelta(days=days_ago), timedelta(minutes=minutes + _HOUR))
        events, parts = self._events(story, intake, route, at - timedelta(seconds=self._serial))
        return History(events, standing.fold(events), parts, is_signed)

    def _taken(self, kind: Kind, way: Way) -> tuple[Intake, Route]:
        today = self.now.date()
        version = rules.open_version(kind.item, on=today, deciding=way.deciding)
        intake = replace(
            applications.intake(kind, self._serial, self.file, place=way.receiving),
            deciding_place=way.deciding,
        )
        limits: Limits = version.counted
        route = rules.route(intake, version, limits)
        nodes = {
            "applicant": way.receiver_node,
            "receiver": way.receiver_node if intake.receiving_place else "",
            "decider": way.decider_node,
        }
        return intake, replace(route, nodes=nodes, number_division=way.receiving)

    def _events(
        self, story: Story, intake: Intake, route: Route, at: datetime
    ) -> tuple[list[Event], dict[str, bytes]]:
        """The chain of a story; nothing in it is like anything else, so that it can be replaced."""
        case = Standing(number=f"{route.number_division}00000000{self._serial:06d}0")
        particulars, _ = chains.sealed_part({"serial": self._serial})
        events: list[Event] = []
        parts: dict[str, bytes] = {}
        for move in story.moves:
            at += timedelta(minutes=_AFTER[move])
            content, note = self._said(move, intake, route)
            sealed = particulars if content.get("particulars") else ""
            if note:
                sealed, part = chains.sealed_part(note)
                parts[sealed] = part
            author = self._author(case, move, route)
            event = self._event(case, move, author, at, content, sealed)
            events.append(event)
            case = standing.apply(case, event)
            if case.holder == Party.CHANNEL:
                at += timedelta(minutes=_AFTER["arrive"])
                there = Author(case.holder_node, "system")
                event = self._event(case, states.ARRIVE, there, at, {}, "")
                events.append(event)
                case = standing.apply(case, event)
        return events, parts

    def _event(
        self,
        case: Standing,
        kind: str,
        author: Author,
        at: datetime,
        content: dict[str, Any],
        sealed: str,
    ) -> Event:
        files = [self.file] if content.get("materials") else []
        return chains.make(
            chains.Head(case.head_seq, case.head_hash) if case.head_seq else None,
            chain=case.number, kind=kind, author=author, at=at, content=content,
            signer=moving.signer(), sealed=sealed, files=files,
        )  # fmt: skip

    def _said(
        self, move: str, intake: Intake, route: Route
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """What an event of a kind says openly, and under seal besides the particulars."""
        if move in {"submit", "submit_online", "resubmit", "answer_correction"}:
            papers = rules.named(intake.papers, route.version)
            content = {"particulars": True, "materials": papers}
            if move.startswith("submit"):
                content |= {"applicant_kind": "person", **route.content(intake)}
            return content, {}
        if move == "issue_result":
            return {"result": _RESULT}, {}
        openly: dict[str, dict[str, Any]] = {
            "receive": {"identity": "in_person"},
            "hand_over": {"checks": []},
            "ask_correction": {"specs": []},
        }
        return openly.get(move, {}), {"note": "测速用的备注"} if move in _WITH_NOTE else {}

    def _author(self, case: Standing, name: str, route: Route) -> Author:
        move, places = states.BY_NAME[name], route.places
        if move is states.WITHDRAW:
            return Author(case.holder_node, Party.APPLICANT)
        if move.by is Party.APPLICANT:
            return Author(route.nodes["applicant"], Party.APPLICANT)
        is_window = move.by is Party.RECEIVER
        place = places["receiving"] if is_window else places["deciding"]
        return Author(
            route.nodes[move.by.value], move.by, place, route.authorities[move.by.value],
            f"bench-{move.by.value}-{self._serial % 7}",
        )  # fmt: skip


def ways(here: str, there: str, pick: random.Random) -> Iterator[Way]:
    """Places without end, a few of them much oftener than the others, as offices are.

    Seven cases of ten go to the other node, two come from it, one stays within this one.
    """
    today = datetime.now().astimezone().date()
    cities = [city.code for city in jurisdictions.cities(f"{here}0000", today)]
    counties = [one.code for city in cities for one in jurisdictions.counties(city, today)]
    ours = [applications.HOME, *(code for code in counties if code != applications.HOME)]
    while True:
        kind = pick.random()
        if kind < 0.2:
            yield Way(applications.DECIDED_FOR, _skewed(cities, pick), there, here)
        elif kind < 0.3:
            yield Way(_skewed(ours, pick), _skewed(cities, pick), here, here)
        else:
            yield Way(_skewed(ours, pick), applications.DECIDING, here, there)


def _skewed(places: Sequence[str], pick: random.Random) -> str:
    """One of the places, each half, a third, a quarter … as often as the first."""
    weights = [1 / rank for rank in range(1, len(places) + 1)]
    return pick.choices(places, weights)[0]
