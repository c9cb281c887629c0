"""One run against the demo: seats opened, the nodes looked at in rest, the day played, all summed up."""

import asyncio
import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tongban.console.benching.results import machine
from tongban.console.simulating import watching
from tongban.console.simulating.calling import Caller, Refused, Unanswered
from tongban.console.simulating.day import Day
from tongban.console.simulating.demand import LOOK_UP
from tongban.console.simulating.driving import Drive
from tongban.console.simulating.outcome import Outcome
from tongban.console.simulating.watching import Look, Sizes, Watch
from tongban.local.home import Home, saved_settings
from tongban.local.trouble import Trouble

LOOK_EVERY = 2.0
# Seconds for which the nodes are looked at before the day begins: at rest, and answering look-ups.
AT_REST, READING = 6.0, 6.0
BEIJING = timedelta(hours=8)


@dataclass
class Play:
    """A run: the demo's folder, what `status` says of it, and which day."""

    place: Home
    report: dict[str, Any]
    day: Day
    minutes: float
    drain: float
    say: Callable[[str], None]
    show: Callable[[Drive], None]
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self.watch = Watch(self.report["processes"])

    @property
    def nodes(self) -> dict[str, str]:
        """Addresses of the nodes that take part."""
        taking = {one for case in self.day.cases for one in (case.arrival.here, case.arrival.there)}
        taking |= {one for look in self.day.look_ups for one in (look.here, look.there)}
        return {one["code"]: one["url"] for one in self.report["nodes"] if one["code"] in taking}

    def run(self) -> Outcome:
        """Play it; Ctrl-C ends it early with what it has. Seats are closed in any case."""
        codes = sorted(self.nodes)
        self.say("在各节点登记 Opening seats …")
        try:
            seating = dict(zip(codes, _at_nodes(self.place, codes, "open"), strict=True))
            return asyncio.run(self._play(seating))
        finally:
            self.say("注销登记 Closing seats …")
            _at_nodes(self.place, codes, "close")

    async def _play(self, seating: dict[str, Any]) -> Outcome:
        callers = {code: Caller(code, url, seating[code]) for code, url in self.nodes.items()}
        drive = Drive(
            self.day, callers, self.minutes, secrets.token_hex(4),
            (datetime.now(UTC) + BEIJING).date(),
        )  # fmt: skip
        _stop_when_told(drive)
        try:
            return await self._measured(drive)
        finally:
            for caller in callers.values():
                await caller.close()

    async def _measured(self, drive: Drive) -> Outcome:
        self.say("看空闲时的用量，读几次事项 At rest, then reading …")
        await drive.prepare()
        at_rest = await self._cpu_a_second(drive, AT_REST)
        reading, reads = await self._reads(drive, at_rest)
        before, cpu = self._sizes(drive), self.watch.cpu()
        feeds = {code: watching.cursor(self.place, code) for code in drive.callers}
        self.say(f"一天用 {self.minutes:g} 分钟 The day in {self.minutes:g} minutes …")
        began = time.monotonic()
        looker = asyncio.create_task(self._look_on(drive))
        try:
            await drive.play(feeds, drain=self.drain)
        finally:
            looker.cancel()
            await asyncio.gather(looker, return_exceptions=True)
        outcome = Outcome(drive, machine(), is_interrupted=drive.stopped.is_set())
        outcome.seconds = time.monotonic() - began
        outcome.looks = self.watch.looks
        outcome.cpu = watching.less(self.watch.cpu(), cpu)
        outcome.memory = self.watch.memory()
        outcome.grown = self._sizes(drive).since(before)
        a_read = {part: value / reads for part, value in reading.items()} if reads else {}
        outcome.measured = _per_unit(outcome, at_rest, a_read)
        return outcome

    def _sizes(self, drive: Drive) -> Sizes:
        return watching.sizes(self.place, sorted(drive.callers), self.report["processes"])

    async def _cpu_a_second(self, drive: Drive, seconds: float) -> dict[str, float]:
        """What the processes take while nothing is asked but how they are."""
        before, began = watching.by_part(self.watch.cpu()), time.monotonic()
        while time.monotonic() - began < seconds and not drive.stopped.is_set():
            await self._look(drive, keep=False)
            await asyncio.sleep(LOOK_EVERY)
        passed = time.monotonic() - began
        return {part: one / passed for part, one in self._added(before).items()}

    async def _reads(self, drive: Drive, at_rest: dict[str, float]) -> tuple[dict[str, float], int]:
        """CPU that look-ups took beyond what is taken at rest, and how many there were."""
        before, began, count = watching.by_part(self.watch.cpu()), time.monotonic(), 0
        callers = list(drive.callers.values())
        while time.monotonic() - began < READING and not drive.stopped.is_set():
            here, there = callers[count % len(callers)], callers[(count + 1) % len(callers)]
            with contextlib.suppress(Refused, Unanswered):
                await here.ask(
                    "look-up beforehand",
                    f"/items/{LOOK_UP}/guide",
                    here=here.county,
                    there=there.city,
                )
                count += 1
        passed = time.monotonic() - began
        return {
            part: max(one - at_rest.get(part, 0.0) * passed, 0.0)
            for part, one in self._added(before).items()
        }, count

    def _added(self, before: dict[str, float]) -> dict[str, float]:
        return watching.less(watching.by_part(self.watch.cpu()), before)

    # --- meanwhile ---

    async def _look_on(self, drive: Drive) -> None:
        while True:
            await self._look(drive, keep=True)
            self.show(drive)
            await asyncio.sleep(LOOK_EVERY)

    async def _look(self, drive: Drive, *, keep: bool) -> None:
        unsent = unconfirmed = 0.0
        for caller in drive.callers.values():
            try:
                found = watching.numbers(await caller.read_page("/metrics"))
            except httpx.HTTPError:
                # A look that fails must not end the day.
                continue
            unsent += found.get("tongban_messages_unsent", 0.0)
            unconfirmed += found.get("tongban_messages_unconfirmed", 0.0)
        if keep:
            minute = drive.minute
            self.watch.looks.append(
                Look(
                    time.monotonic(), minute, drive.planned_by(minute)[1], drive.done.cases,
                    drive.under_way, unsent, unconfirmed, self.watch.cpu(),
                )
            )  # fmt: skip


def _per_unit(
    outcome: Outcome, at_rest: dict[str, float], a_read: dict[str, float]
) -> dict[str, float]:
    """What one case took in CPU, bytes, calls and messages; nothing where no case was accepted."""
    done, grown = outcome.drive.done, outcome.grown
    found = {
        f"cpu_ms_a_read_{part}": value * 1000
        for part, value in a_read.items()
        if part != watching.MYSELF
    }
    if not done.cases or not grown.events:
        return found
    for part, seconds in watching.by_part(outcome.cpu).items():
        if part == watching.MYSELF:
            continue
        own = seconds - at_rest.get(part, 0.0) * outcome.seconds
        own -= a_read.get(part, 0.0) * done.look_ups
        # By event kept at a node, not by case: a case that is left half-way takes less, and the
        # work of a case lies at both of its nodes, each of which keeps all of its events.
        found[f"cpu_ms_an_event_{part}"] = max(own, 0.0) * 1000 / grown.events
    calls = sum(
        len(took.seconds)
        for caller in outcome.drive.callers.values()
        for kind, took in caller.took.items()
        if kind in {"hand in", "claim", "check", "act"}
    )
    found |= {
        "events_kept_a_case": grown.events / done.cases,
        "calls_a_case": calls / done.cases,
        "messages_a_case": grown.messages / done.cases,
        "database_bytes_an_event": grown.database / grown.events,
        "log_bytes_an_event": grown.log / grown.events,
    }
    if grown.broker and grown.messages:
        found["broker_bytes_a_message"] = grown.broker / grown.messages
    return found


def _stop_when_told(drive: Drive) -> None:
    """Ctrl-C lets what was sent come to its answer, and then shows what there is."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, drive.stopped.set)


def _at_nodes(place: Home, codes: Sequence[str], word: str) -> list[dict[str, Any]]:
    """What `seating` says at each node, several at a time."""

    def ask(code: str) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-m", "tongban.console.simulating.seating", word],
            env={**os.environ, **saved_settings(place, code)},
            capture_output=True, text=True, check=False, start_new_session=True,
        )  # fmt: skip
        if done.returncode:
            last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            raise Trouble(
                f"节点 {code} 没能登记推演用的系统：{' '.join(last)}",
                f"Node {code} could not open or close the seats of the simulation.",
            )
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        return list(pool.map(ask, codes))
