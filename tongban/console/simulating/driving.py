"""A drawn day, played against running nodes: everything at its moment, whether they keep up or not.

What comes does not wait for what came before, as people do not; so nodes that are too slow fall behind,
and that is what is looked for. A step waits for its own case alone, until the case has arrived.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from tongban.console.simulating.answering import NAME, PHONE, Form, form_of, person_number
from tongban.console.simulating.calling import Caller, Refused, Unanswered
from tongban.console.simulating.course import Course, Side, Step, Who
from tongban.console.simulating.day import Day
from tongban.console.simulating.days import MINUTES
from tongban.console.simulating.demand import Arrival

PAPER = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Size 4/Root 1 0 R>>\n%%EOF\n"
)
FEED_PAGE, FEED_EVERY = 500, 0.2
# How long a step waits for its case to arrive before it is given up, in seconds.
ARRIVAL_PATIENCE = 120.0
# By which department a kind of item is decided, as the seats are called.
DECIDERS = {"insurance": "decider-renshe", "police": "decider-gongan"}
ARRIVE = "arrive"
# Acts after which the case is with the other node.
HANDS_OVER = frozenset(
    {"submit_online", "hand_over", "ask_correction", "deliver_online", "deliver_to_window"}
)
# What only the applicant can do, on the pages of the portal: no other system may do it for them.
APPLICANTS_OWN = frozenset({"answer_correction", "resubmit", "close_online"})


@dataclass
class Seen:
    """What nodes told of one case: how often each kind of event, and when it changed hands."""

    handed: list[datetime] = field(default_factory=list)
    arrivals: list[datetime] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, kind: str, at: datetime) -> None:
        """One more event."""
        self.counts[kind] += 1
        if kind == ARRIVE:
            self.arrivals.append(at)
        elif kind in HANDS_OVER:
            self.handed.append(at)
        self.changed.set()

    def crossings(self) -> Iterator[float]:
        """Seconds from the event that hands the case over to the arrival that the other node wrote."""
        for arrival in self.arrivals:
            if before := [at for at in self.handed if at <= arrival]:
                yield (arrival - max(before)).total_seconds()


@dataclass
class Done:
    """What came of the drive so far."""

    begun_look_ups: int = 0
    begun_cases: int = 0
    look_ups: int = 0
    cases: int = 0  # handed in and acknowledged
    arrived: int = 0  # handed over to the other node, and taken there
    owed: int = 0  # handed over to the other node
    acts: Counter[str] = field(default_factory=Counter)
    behind: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: Counter[str] = field(default_factory=Counter)
    details: dict[str, str] = field(default_factory=dict)
    left: Counter[str] = field(default_factory=Counter)

    def fail(self, what: str, error: Exception) -> None:
        """Something could not be done."""
        reason = error.code if isinstance(error, Refused) else type(error).__name__
        self.failed[f"{what}: {reason}"] += 1
        self.details.setdefault(f"{what}: {reason}", str(error)[:300])


@dataclass
class Drive:
    """One day against nodes. `minutes` is how long the day takes in real ones."""

    day: Day
    callers: Mapping[str, Caller]
    minutes: float
    run: str
    today: date
    done: Done = field(default_factory=Done)
    began: float = 0.0
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    seen: dict[str, Seen] = field(default_factory=lambda: defaultdict(Seen))
    _forms: dict[tuple[str, str], Form] = field(default_factory=dict)
    _answered: dict[tuple[str, str, str], dict[str, str]] = field(default_factory=dict)
    _papers: dict[str, str] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    # --- before ---

    async def prepare(self) -> None:
        """A paper at each node, and what each deciding place asks for each item."""
        for caller in self.callers.values():
            self._papers[caller.code] = await caller.hand_paper("证明.pdf", PAPER)
        wanted = {(case.arrival.stream.item, case.arrival.there) for case in self.day.cases}
        for item, there in sorted(wanted):
            decider = self.callers[there]
            version = await decider.ask("version", f"/items/{item}/version", deciding=decider.city)
            self._forms[item, there] = form_of(version)

    # --- the day ---

    @property
    def minute(self) -> float:
        """The minute of the day that it is now."""
        return min((time.monotonic() - self.began) / self.minutes * MINUTES / 60, MINUTES)

    @property
    def under_way(self) -> int:
        """Look-ups and cases that are being worked on, or wait for their next step."""
        return len(self._tasks)

    def planned_by(self, minute: float) -> tuple[int, int]:
        """How many look-ups and cases should have come by then."""
        return (
            sum(one.minute <= minute for one in self.day.look_ups),
            sum(one.arrival.minute <= minute for one in self.day.cases),
        )

    async def play(self, feeds: Mapping[str, str], *, drain: float) -> None:
        """The whole day, then so many seconds for what is under way; ends early once `stopped`."""
        self.began = time.monotonic()
        readers = [asyncio.create_task(self._follow(one, feeds[one])) for one in self.callers]
        try:
            await self._send_out()
            await self._wait_for(lambda: not self._tasks, drain)
            await self._wait_for(lambda: self.done.arrived >= self.done.owed, drain)
        finally:
            if self._tasks:
                self.done.left["under way when it ended"] += len(self._tasks)
            for task in (*self._tasks, *readers):
                task.cancel()
            await asyncio.gather(*self._tasks, *readers, return_exceptions=True)

    async def _wait_for(self, is_so: Callable[[], bool], seconds: float) -> None:
        until = time.monotonic() + seconds
        while not is_so() and time.monotonic() < until and not self.stopped.is_set():
            await asyncio.sleep(0.1)

    async def _send_out(self) -> None:
        """Begin each look-up and each case at its minute."""
        coming: list[tuple[float, Callable[[], Coroutine[Any, Any, None]]]] = [
            (one.minute, partial(self._look_up, one)) for one in self.day.look_ups
        ]
        coming += [
            (one.arrival.minute, partial(self._case, serial, one))
            for serial, one in enumerate(self.day.cases)
        ]
        for minute, begin in sorted(coming, key=lambda one: one[0]):
            await self._until(minute)
            if self.stopped.is_set():
                return
            task = asyncio.create_task(begin())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _until(self, minute: float) -> None:
        """Sleep until a minute of the day, or until somebody stops it all."""
        wait = self.began + minute * self.minutes * 60 / MINUTES - time.monotonic()
        if wait > 0:
            try:
                await asyncio.wait_for(self.stopped.wait(), wait)
            except TimeoutError:
                return

    # --- look-ups ---

    async def _look_up(self, one: Arrival) -> None:
        self.done.begun_look_ups += 1
        here, there = self.callers[one.here], self.callers[one.there]
        places = {"here": here.county, "there": there.city}
        try:
            await here.ask("look-up", f"/items/{one.stream.item}/guide", **places)
        except (Refused, Unanswered) as error:
            self.done.fail("look-up", error)
        else:
            self.done.look_ups += 1

    # --- cases ---

    async def _case(self, serial: int, case: Course) -> None:
        """Hand it in, then take its steps at their time, as far as this day and the API go."""
        self.done.begun_cases += 1
        try:
            number = await self._hand_in(serial, case)
        except (Refused, Unanswered) as error:
            self.done.fail(f"hand in {case.arrival.stream.item}", error)
            return
        self.done.cases += 1
        arrivals = 0
        for step in case.steps[1:]:
            if step.day > 0:
                self.done.left["for later days"] += 1
                return
            if step.move in APPLICANTS_OWN:
                self.done.left[f"with the applicant: {step.move}"] += 1
                return
            if step.who is Who.NODE:
                arrivals += 1
                if not await self._arrival(number, arrivals):
                    return
                continue
            if not await self._act(number, case, step):
                return

    async def _hand_in(self, serial: int, case: Course) -> str:
        arrival = case.arrival
        here, there = self.callers[arrival.here], self.callers[arrival.there]
        form = self._forms[arrival.stream.item, arrival.there]
        answers = self._answers(case)
        digest = self._papers[arrival.here]
        body = {
            "item": arrival.stream.item,
            "mode": arrival.stream.mode,
            "applicant": {"kind": "person", "name": NAME, "phone": PHONE,
                          "id_number": person_number(here.county, serial)},
            "places": {"applicant": here.county, "deciding": there.city,
                       "receiving": "" if arrival.stream.is_online else here.county},
            "answers": answers,
            "materials": [
                {"spec": spec, "digest": digest, "name": "证明.pdf"}
                for spec in form.papers(answers)
            ],
        }  # fmt: skip
        key = f"{self.run}-{serial:08}"
        taken = await here.tell("hand in", "/cases", body, seat="applicant", key=key)
        if arrival.stream.is_online and case.crosses:
            self.done.owed += 1
        return str(taken["number"])

    def _answers(self, case: Course) -> dict[str, str]:
        """The same for all cases of an item between two nodes, so they are made once."""
        arrival = case.arrival
        known = (arrival.stream.item, arrival.here, arrival.there)
        if known not in self._answered:
            here, there = self.callers[arrival.here], self.callers[arrival.there]
            form = self._forms[arrival.stream.item, arrival.there]
            self._answered[known] = form.answers(
                here=here.county, there=there.county, on=self.today
            )
        return self._answered[known]

    async def _arrival(self, number: str, count: int) -> bool:
        """Wait until the node that is to have the case says that it has."""
        seen = self.seen[number]
        until = time.monotonic() + ARRIVAL_PATIENCE
        while len(seen.arrivals) < count:
            seen.changed.clear()
            left = until - time.monotonic()
            if left <= 0:
                self.done.left["not arrived in time"] += 1
                return False
            try:
                await asyncio.wait_for(seen.changed.wait(), left)
            except TimeoutError:
                continue
        self.done.arrived += 1
        return True

    async def _act(self, number: str, case: Course, step: Step) -> bool:
        """One act of an officer at its time, or as soon as the case is there."""
        await self._until(step.minute)
        if self.stopped.is_set():
            return False
        self.done.behind[step.move].append(
            max(time.monotonic() - self.began - step.minute * self.minutes * 60 / MINUTES, 0.0)
        )
        try:
            await self._do(number, case, step)
        except (Refused, Unanswered) as error:
            self.done.fail(step.move, error)
            return False
        self.done.acts[step.move] += 1
        if case.crosses and step.move in HANDS_OVER:
            self.done.owed += 1
        return True

    async def _do(self, number: str, case: Course, step: Step) -> None:
        caller = self.callers[case.node(step)]
        window = step.side is Side.HERE
        seat = "receiver" if window else DECIDERS[case.arrival.stream.business]
        form = self._forms[case.arrival.stream.item, case.arrival.there]
        if step.move in {"receive", "accept", "ask_correction", "close_at_window"}:
            await caller.tell("claim", f"/cases/{number}/claim", {}, seat=seat)
        papers = form.papers(self._answers(case))
        if step.move == "hand_over":
            for spec, point in form.points(papers):
                noted = {"spec": spec, "point": point, "is_good": True}
                await caller.tell("check", f"/cases/{number}/checks", noted, seat=seat)
        act, body = words_of(step.move, papers)
        await caller.tell(
            "act", f"/cases/{number}/acts/{act}", body, seat=seat,
            key=f"{self.run}-{number}-{step.move}",
        )  # fmt: skip

    # --- what the nodes tell ---

    async def _follow(self, code: str, cursor: str) -> None:
        """Read the feed of a node: arrivals are written by the node that takes the case."""
        caller = self.callers[code]
        while True:
            try:
                page = await caller.ask(
                    "feed", "/events", seat="applicant", after=cursor, limit=str(FEED_PAGE)
                )
            except (Refused, Unanswered) as error:
                self.done.fail("feed", error)
                await asyncio.sleep(FEED_EVERY)
                continue
            for event in page["events"]:
                if event["author"]["node"] == code:
                    self.seen[event["case"]].note(
                        event["kind"], datetime.fromisoformat(event["at"])
                    )
            cursor = page["next"]
            if not page["has_more"]:
                await asyncio.sleep(FEED_EVERY)


def words_of(move: str, papers: list[str]) -> tuple[str, dict[str, Any] | None]:
    """An act as the API calls it, and what it says."""
    match move:
        case "receive":
            return "receive", {"identity": "in_person"}
        case "hand_over":
            return "hand-over", {"note": ""}
        case "ask_correction":
            fault = {"spec": papers[0], "problem": "看不清。", "mend": "请重新拍照上传。"}
            return "ask-correction", {"faults": [fault], "note": ""}
        case "accept":
            return "accept", None
        case "approve":
            return "approve", {"note": ""}
        case "deny":
            return "deny", {"ground": "不符合条件。", "basis": "演示数据，没有依据。"}
        case "issue_result":
            return "issue-result", None
        case "deliver_online" | "deliver_to_window":
            return "deliver", None
        case "close_at_window":
            return "close", {"taken_by": f"{NAME}，本人"}
    raise ValueError(f"no act for {move}")
