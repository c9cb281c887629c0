"""A run: rounds of misfortunes under load, each with its time of rest and its checks."""

import json
import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from journeys.faulting.checking import problems
from journeys.faulting.ground import Ground
from journeys.faulting.load import Ledger, Load
from journeys.faulting.misfortunes import Misfortunes
from journeys.faulting.plan import Fault, Kind, Plan
from journeys.faulting.restoring import Yesterday
from journeys.faulting.settling import NotSettled, settle

PROVINCES = {2: ("22", "35"), 5: ("22", "35", "33", "44", "51")}
ROUND_SECONDS = 60.0
# In every third round a node is copied at the beginning, and lost and brought back at the end.
RESTORE_EVERY = 3


@dataclass
class Run:
    """One run on nodes that are up: what was done, what came of it."""

    ground: Ground
    seed: int
    seconds: float
    say: Callable[[str], None]
    pause: float = 0.5
    round_seconds: float = ROUND_SECONDS
    started: float = field(default_factory=time.monotonic)
    rested: list[float] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    drawn: int = 0
    rounds: int = 0
    failed_in: str = ""

    def __post_init__(self) -> None:
        self.restored: list[str] = []
        # On nodes that others have worked with: what was set aside before us.
        self._known = frozenset(problems(self.ground, Ledger()))
        self.load = Load(self.ground.there, self.seed)
        self.misfortunes = Misfortunes(self.ground)
        missing = set() if self.ground.has_small_disk else {Kind.DISK}
        self.plan = Plan(self.seed, self.ground.provinces, self.pause, frozenset(missing))

    def run(self, *, kinds: Sequence[Kind] = (), at_least: int = 0) -> bool:
        """Until the time is over or something does not hold; whether all held.

        A slow machine gets up to five times the time for so many faults, of which somebody is to feel
        one.
        """
        faults = self.plan.faults()
        if kinds:
            faults = (one for one in faults if one.kind in kinds)
        self.load.start()
        try:
            while not self.found and (self.elapsed < self.seconds or self._lacks(at_least)):
                self.rounds += 1
                self._round(faults)
        finally:
            self.misfortunes.wait()
            self.load.stop()
        return not self.found

    def _lacks(self, at_least: int) -> bool:
        felt = self.load.ledger.unanswered and self.load.ledger.submissions
        is_short = self.misfortunes.total < at_least or not felt
        return bool(at_least) and is_short and self.elapsed < 5 * self.seconds

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.started

    def _round(self, faults) -> None:
        copy = self._copied()
        first, began = self.drawn + 1, time.monotonic()
        self.load.go_on()
        done_before = len(self.misfortunes.history)
        while (lasted := time.monotonic() - began) < self.round_seconds:
            if self.elapsed > self.seconds and lasted > 5:
                break
            [fault] = islice(faults, 1)
            self.drawn = fault.index
            time.sleep(fault.pause)
            self.misfortunes.begin(fault)
            self._progress(fault)
        self.misfortunes.wait()
        self.load.rest()
        self._rest_and_check()
        if copy and not self.found:
            self._bring_back(copy)
        if self.found:
            here = self.misfortunes.history[done_before:]
            self.failed_in = f"round {self.rounds}, faults #{first} to #{self.drawn}: {here}"

    def _copied(self) -> Yesterday | None:
        """A copy of a node that was not restored yet; each is restored once, to a server of its own."""
        left = [one for one in self.ground.provinces if one not in self.restored]
        if not left or self.rounds % RESTORE_EVERY:
            return None
        return Yesterday(self.ground, left[0])

    def _bring_back(self, copy: Yesterday) -> None:
        """The load rests: what nobody else has heard of yet could not come back."""
        self.restored.append(copy.code)
        try:
            copy.bring_back()
        except NotSettled as late:
            self.found.append(str(late))
            return
        self.misfortunes.note(f"{Kind.RESTORE} · {copy.code}")
        self._rest_and_check()

    def _rest_and_check(self) -> None:
        began = time.monotonic()
        try:
            settle(self.ground)
        except NotSettled as late:
            self.found.append(str(late))
            return
        self.rested.append(round(time.monotonic() - began, 1))
        self.found += problems(self.ground, self.load.ledger, restored=frozenset(self.restored))
        self.found += [f"the suite itself: {one}" for one in self.misfortunes.errors]
        ledger = self.load.ledger
        self.say(
            f"round {self.rounds}: {self.misfortunes.total} faults, {len(ledger.submissions)}"
            f" submissions, {ledger.acts.total()} acts, settled after {self.rested[-1]} s,"
            f" {'all holds' if not self.found else f'{len(self.found)} problems'}"
        )

    def _progress(self, fault: Fault) -> None:
        left = max(self.seconds - self.elapsed, 0)
        done, ledger = self.misfortunes.total, self.load.ledger
        self.say(
            f"\r{left:5.0f} s left · {done} faults · {len(ledger.submissions)} cases · {fault}"
        )

    def result(self) -> dict[str, Any]:
        """What is written down of it."""
        ledger = self.load.ledger
        return {
            "seed": self.seed,
            "nodes": list(self.ground.provinces),
            "seconds": round(self.elapsed),
            "machine": {"cores": os.cpu_count(), "system": platform.platform()},
            "rounds": self.rounds,
            "faults": self.misfortunes.total,
            "by_kind": dict(sorted(self.misfortunes.done.items())),
            "left_out": dict(sorted(self.misfortunes.left_out.items())),
            "impossible_here": sorted(self.plan.impossible),
            "submissions": len(ledger.submissions) + len(ledger.online),
            "acts": ledger.acts.total(),
            "handed_over": len(ledger.handed_over),
            "unanswered": dict(ledger.unanswered.most_common()),
            "settled_after_seconds": self.rested,
            "problems": self.found,
            "failed_in": self.failed_in,
        }

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(self.result(), ensure_ascii=False, indent=2) + "\n")
