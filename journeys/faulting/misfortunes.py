"""What a plan says is done to real processes and wires, and counted only when it really happened."""

import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field

import psutil

from journeys.faulting.ground import Ground
from journeys.faulting.plan import Fault, Kind
from journeys.installation import AHEAD, until
from tongban.local import ports

AT_ONCE = 12


class NotHere(Exception):
    """It could not be done now: its target is in another misfortune, or not alive."""


@dataclass
class Misfortunes:
    """Carries faults out, several at once, never two to one target."""

    ground: Ground
    done: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    history: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    _busy: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _enough: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fault")

    @property
    def total(self) -> int:
        return self.done.total()

    def begin(self, fault: Fault) -> None:
        """Let it happen beside whatever else happens."""
        self._pool.submit(self._carry_out, fault)

    def note(self, what: str) -> None:
        """Count one that was carried out elsewhere, in a time of rest."""
        with self._lock:
            self.done[what.partition(" · ")[0]] += 1
            self.history.append(what)

    def wait(self) -> None:
        """Until all that was begun is over; what only lasts is cut short."""
        self._enough.set()
        self._pool.shutdown(wait=True)
        self._enough.clear()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fault")
        self.ground.heal()

    def _carry_out(self, fault: Fault) -> None:
        with ExitStack() as stack:
            try:
                for name in _touched(fault):
                    stack.enter_context(_Taken(self, name))
                _DEEDS[fault.kind](self, fault)
            except NotHere:
                with self._lock:
                    self.left_out[_named(fault)] += 1
                return
            except Exception as error:  # noqa: BLE001 - a fault of the suite itself is told, too
                self.errors.append(f"{fault}: {type(error).__name__}: {error}")
                return
        with self._lock:
            self.done[_named(fault)] += 1
            self.history.append(str(fault))

    def last(self, seconds: float) -> None:
        """Let a fault last; shorter when there is enough."""
        self._enough.wait(seconds)

    # --- processes ---

    def kill(self, fault: Fault) -> None:
        child = self.ground.there.child(fault.target)
        if not child.is_alive():
            raise NotHere
        self.ground.there.keeper.kill(child, hold=False)
        if fault.target in {"nats-server", "postgresql"}:
            until(child.is_alive, what=f"{fault.target} again")
            self.last(1.0)

    def freeze(self, fault: Fault) -> None:
        processes = self.ground.processes(fault.target)
        if not processes:
            raise NotHere
        for process in processes:
            with suppress(psutil.Error):
                process.suspend()
        try:
            self.last(fault.seconds)
        finally:
            for process in processes:
                with suppress(psutil.Error):
                    process.resume()

    # --- wires ---

    def cut(self, fault: Fault) -> None:
        self._meddle(fault, self.ground.wire(fault.target).cut)

    def silence(self, fault: Fault) -> None:
        self._meddle(fault, self.ground.wire(fault.target).silence)

    def slow_down(self, fault: Fault) -> None:
        wire = self.ground.wire(fault.target)
        self._meddle(fault, lambda: wire.slow_down(fault.amount))

    def _meddle(self, fault: Fault, how: Callable[[], None]) -> None:
        how()
        try:
            self.last(fault.seconds)
        finally:
            self.ground.wire(fault.target).heal()

    def trick(self, fault: Fault) -> None:
        """On one message; not counted when none came by within the time."""
        wire, trick = self.ground.wire(fault.target), fault.trick
        assert trick is not None
        before = wire.done[trick]
        wire.play(trick)
        deadline = time.monotonic() + fault.seconds
        while wire.done[trick] == before and time.monotonic() < deadline:
            if self._enough.wait(0.05):
                break
        wire.disarm(trick)
        if wire.done[trick] == before:
            raise NotHere

    # --- a node's clock, the broker's disk, the broker's memory ---

    def wrong_clock(self, fault: Fault) -> None:
        """Web and worker live some hours away from now, and come back."""
        code = fault.target.partition("-")[2]
        there = self.ground.there
        children = [there.child(f"{part}-{code}") for part in ("web", "worker")]
        right = [child.environment for child in children]
        away = {"PYTHONPATH": str(AHEAD), "JOURNEY_HOURS_AHEAD": str(fault.amount)}
        try:
            for child in children:
                child.environment = {**child.environment, **away}
                there.keeper.kill(child, hold=False)
            until(there.nodes[code].is_ready, what=f"node {code} with a wrong clock", patience=90)
            self.last(fault.seconds)
        finally:
            for child, environment in zip(children, right, strict=True):
                child.environment = environment
                there.keeper.kill(child, hold=False)

    def fill_disk(self, fault: Fault) -> None:
        """The broker's disk takes nothing more; then there is room, and an operator looks after it."""
        ballast = self.ground.streams / "ballast"
        try:
            _fill(ballast)
            self.last(fault.seconds)
        finally:
            ballast.unlink(missing_ok=True)
            self._start_broker_anew(wipe=False)

    def wipe(self, _: Fault) -> None:
        """The broker loses all it had; an operator sets the mailboxes up anew, and no more."""
        self._start_broker_anew(wipe=True)

    def _start_broker_anew(self, *, wipe: bool) -> None:
        there = self.ground.there
        there.keeper.kill(there.child("nats-server"), hold=True)
        try:
            if wipe:
                for one in self.ground.streams.iterdir():
                    shutil.rmtree(one)
        finally:
            there.keeper.let_go("nats-server")
        until(lambda: ports.answers(there.broker_port), what="the broker")
        self.ground.set_up_broker()


@dataclass
class _Taken:
    """A target that is in a misfortune; another one has to pass it by."""

    all: Misfortunes
    name: str

    def __enter__(self) -> None:
        with self.all._lock:
            if self.name in self.all._busy:
                raise NotHere
            self.all._busy.add(self.name)

    def __exit__(self, *_: object) -> None:
        with self.all._lock:
            self.all._busy.discard(self.name)


def _touched(fault: Fault) -> list[str]:
    code = fault.target.partition("-")[2]
    if fault.kind is Kind.TRICK:
        return []
    if fault.kind is Kind.CLOCK:
        return [f"web-{code}", f"worker-{code}"]
    return ["nats-server" if fault.kind is Kind.DISK else fault.target]


def _named(fault: Fault) -> str:
    """Under what it is counted."""
    where, _, code = fault.target.partition("-")
    if fault.trick:
        return f"message {fault.trick}"
    return f"{fault.kind} · {where}" if code.isdecimal() else f"{fault.kind} · {fault.target}"


def _fill(ballast) -> None:
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while file.write(b"\0" * size):
                    pass


_DEEDS: dict[Kind, Callable[[Misfortunes, Fault], None]] = {
    Kind.KILL: Misfortunes.kill,
    Kind.FREEZE: Misfortunes.freeze,
    Kind.CUT: Misfortunes.cut,
    Kind.SILENT: Misfortunes.silence,
    Kind.SLOW: Misfortunes.slow_down,
    Kind.TRICK: Misfortunes.trick,
    Kind.CLOCK: Misfortunes.wrong_clock,
    Kind.DISK: Misfortunes.fill_disk,
    Kind.WIPE: Misfortunes.wipe,
}
