"""People and systems at work on all nodes at once, and a ledger of what they were told.

What counts is what somebody was told: a submission that was acknowledged has to be there at the end,
an act that was acknowledged has to be in the chain, once. What got no answer may be there or not.
"""

import random
import threading
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import httpx

from journeys.desks import Desk
from journeys.installation import FUJIAN, JILIN, Installation, Node
from journeys.systems import CITY, COUNTY, MEDICAL, MOVE_PAPERS, System, picture
from tongban.console.journeying import applicant, officer
from tongban.console.journeying.browser import Browser, Stuck
from tongban.console.journeying.people import sign_in

DECIDER = "sunqi"
CLERKS = {JILIN: "zhaoliu", FUJIAN: "linjiu"}
APPLICANTS = {JILIN: "lisi"}
TOWN = {JILIN: "长春市朝阳区", FUJIAN: "福州市鼓楼区"}
# The acts of a decider in their order, and the beginning of the kind of event that each writes.
ACTS = {"accept": "accept", "approve": "approve", "issue": "issue_result", "deliver": "deliver"}
PATIENCE = 90.0
AWAY = (httpx.TransportError,)
T = TypeVar("T")


class Unanswered(Exception):
    """Nobody answered within a person's patience."""


class Odd(Exception):
    """An answer that nobody should get: neither done nor a refusal nor `come back later`."""


@dataclass
class Ledger:
    """What was told to whom."""

    # Idempotency key: the node that was asked, the one that decides, the numbers that were said.
    submissions: dict[str, tuple[str, str, set[str]]] = field(default_factory=dict)
    # Numbers handed in at the portal: by which node, decided where.
    online: dict[str, tuple[str, str]] = field(default_factory=dict)
    # Case and beginning of the event's kind, as often as it was acknowledged.
    acts: Counter[tuple[str, str]] = field(default_factory=Counter)
    handed_over: set[str] = field(default_factory=set)
    unanswered: Counter[str] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def numbers(self) -> set[str]:
        """Every case that somebody was told of."""
        said = {number for *_, numbers in self.submissions.values() for number in numbers}
        return said | set(self.online)

    def act(self, number: str, kind: str) -> None:
        with self.lock:
            self.acts[number, kind] += 1


@dataclass
class Load:
    """Everybody at work; `pause` is a time of rest after each piece of work, in seconds."""

    there: Installation
    seed: int
    pause: float = 0.4
    ledger: Ledger = field(default_factory=Ledger)
    # By the node that decides: cases that an officer there may take up.
    _waiting: dict[str, deque[str]] = field(default_factory=dict)
    _go: threading.Event = field(default_factory=threading.Event)
    _over: threading.Event = field(default_factory=threading.Event)
    _working: int = 0
    _threads: list[threading.Thread] = field(default_factory=list)
    _leaving: list[Callable[[], None]] = field(default_factory=list)

    def start(self) -> None:
        for node in self.there.provinces:
            self._waiting[node.code] = deque()
            system, officer = SystemAtWork(self, node), OfficerAtWork(self, node)
            self._leaving += [system.leave, officer.leave]
            self._employ(f"system-{node.code}", system.one)
            self._employ(f"officer-{node.code}", officer.one)
        self._employ("applicant", CorrectionStory(self).one)
        self._go.set()

    def rest(self) -> None:
        """Everybody ends what they are at and waits."""
        self._go.clear()
        deadline = time.monotonic() + 2 * PATIENCE
        while self._working:
            assert time.monotonic() < deadline, "somebody never got an answer"
            time.sleep(0.05)

    def go_on(self) -> None:
        self._go.set()

    def stop(self) -> None:
        self._over.set()
        self._go.set()
        for thread in self._threads:
            thread.join(2 * PATIENCE)
        for leave in self._leaving:
            leave()

    def _employ(self, name: str, work: Callable[[int], None]) -> None:
        thread = threading.Thread(target=self._work, args=(name, work), daemon=True, name=name)
        self._threads.append(thread)
        thread.start()

    def _work(self, name: str, work: Callable[[int], None]) -> None:
        chance = random.Random(f"{self.seed}-{name}")
        serial = 0
        while not self._over.is_set():
            self._go.wait()
            with self._busy():
                if not self._go.is_set() or self._over.is_set():
                    continue
                serial += 1
                try:
                    work(serial)
                except (*AWAY, Stuck, Unanswered) as away:
                    self.ledger.unanswered[f"{name.partition('-')[0]}: {type(away).__name__}"] += 1
                except Odd as odd:
                    self.ledger.odd.append(f"{name}: {odd}")
                except Exception as error:  # noqa: BLE001 - told at the end, with the rest
                    self.ledger.odd.append(f"{name}: {type(error).__name__}: {error}"[:1500])
            self._over.wait(chance.expovariate(1 / self.pause))

    @contextmanager
    def _busy(self) -> Iterator[None]:
        with self.ledger.lock:
            self._working += 1
        try:
            yield
        finally:
            with self.ledger.lock:
                self._working -= 1

    # --- what all of them do ---

    def until_answered(self, ask: Callable[[], httpx.Response]) -> httpx.Response:
        """Ask until somebody says something else than `come back later`. Raises Unanswered, Odd."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                answer = ask()
            except AWAY as error:
                self.ledger.unanswered[type(error).__name__] += 1
            else:
                if answer.status_code >= 500 and answer.status_code != 503:
                    raise Odd(f"{answer.request.url.path} {answer.status_code} {answer.text[:800]}")
                if answer.status_code != 503:
                    return answer
                self.ledger.unanswered["503"] += 1
            time.sleep(0.1)
        raise Unanswered


@dataclass
class SystemAtWork:
    """A business system that hands cases in, most of them decided elsewhere at once."""

    load: Load
    node: Node
    system: System | None = None

    def one(self, serial: int) -> None:
        ledger, code = self.load.ledger, self.node.code
        chance = random.Random(f"{self.load.seed}-{code}-{serial}")
        there = chance.choice([n.code for n in self.load.there.provinces if n is not self.node])
        is_window = {code, there} == set(CLERKS) and chance.random() < 0.12
        # Most papers are small; some take long enough to be cut off on their way.
        size = 600_000 if chance.random() < 0.1 else 0
        unique = (self.load.seed % 1000) * 10**7 + int(code) * 10**5 + serial
        digest = self._ask(lambda s: s.upload(picture(unique, size=size))).json()["digest"]
        key = str(uuid.UUID(int=chance.getrandbits(128)))

        def submit(system: System) -> httpx.Response:
            make = system.move if is_window else system.medical
            return system.submit(make(serial=serial, digest=digest, there=there), key)

        for _ in range(2):
            number = self._ask(submit).json()["number"]
            with ledger.lock:
                *_, numbers = ledger.submissions.setdefault(key, (code, there, set()))
                numbers.add(number)
        if is_window:
            self._hand_over(number)
        else:
            self.load._waiting[there].append(number)

    def _ask(self, how: Callable[[System], httpx.Response]) -> httpx.Response:
        if self.system is None:
            self.system = System(self.node)
        if not self.system._token:
            self.system._token = self._token(self.system)
        system = self.system
        answer = self.load.until_answered(lambda: how(system))
        deadline = time.monotonic() + PATIENCE
        while answer.status_code == 401 and time.monotonic() < deadline:
            # The clock that made the token was wrong, or the one that reads it; so another one.
            self.load.ledger.unanswered["401"] += 1
            time.sleep(0.5)
            system._token = self._token(system)
            answer = self.load.until_answered(lambda: how(system))
        if answer.status_code not in {200, 201}:
            raise Odd(f"{answer.request.url.path} {answer.status_code} {answer.text[:800]}")
        return answer

    def leave(self) -> None:
        if self.system:
            self.system.http.close()

    def _token(self, system: System) -> str:
        asked = {
            "grant_type": "client_credentials",
            "client_id": "sandbox",
            "client_secret": self.node.client_secret,
        }
        answer = self.load.until_answered(lambda: system.http.post("/token", data=asked))
        return str(answer.json()["access_token"])

    def _hand_over(self, number: str) -> None:
        with _giving_up(), Desk(self.node, CLERKS[self.node.code]) as clerk:
            clerk.hand_over(number, MOVE_PAPERS)
        self.load.ledger.handed_over.add(number)


@dataclass
class OfficerAtWork:
    """Somebody who decides what has come; each case as far as chance wants."""

    load: Load
    node: Node
    desk: Desk | None = None

    def one(self, serial: int) -> None:
        waiting = self.load._waiting[self.node.code]
        if not waiting:
            time.sleep(0.2)
            return
        number = waiting.popleft()
        desk = self._desk()
        page = self.load.until_answered(lambda: desk.http.get(f"/desk/cases/{number}/"))
        if page.status_code == 404:
            # Not here yet.
            waiting.append(number)
            time.sleep(0.2)
            return
        if page.status_code in {302, 403}:
            self.leave()
            waiting.append(number)
            return
        chance = random.Random(f"{self.load.seed}-{number}")
        acts = list(ACTS)[: chance.choice([1, 2, 4])]
        self._is_acknowledged(desk, number, "claim")
        for act in acts:
            if self._is_acknowledged(desk, number, f"acts/{act}/"):
                self.load.ledger.act(number, ACTS[act])

    def leave(self) -> None:
        """Also when one was signed out: the next case begins with another session."""
        if self.desk:
            self.desk.http.close()
        self.desk = None

    def _desk(self) -> Desk:
        if self.desk is None:
            self.desk = Desk(self.node, DECIDER)
            try:
                with _giving_up():
                    self.desk.sign_in()
            except (Unanswered, Odd, *AWAY):
                self.leave()
                raise
        return self.desk

    def _is_acknowledged(self, desk: Desk, number: str, path: str) -> bool:
        """Whether an act was; one that was done already, by a press without an answer, was not."""
        answer = self.load.until_answered(
            lambda: desk.send(f"/desk/cases/{number}/{path}", note="")
        )
        if answer.status_code == 302 and f"/desk/cases/{number}" in answer.headers["Location"]:
            return True
        if answer.status_code == 409:
            return False
        if answer.status_code in {302, 403}:
            # The session's clock was wrong: signed out. The case stays where it is.
            self.leave()
            raise Unanswered
        raise Odd(f"{path} {answer.status_code} {answer.text[-1500:]}")


@contextmanager
def _giving_up() -> Iterator[None]:
    """A clock that went wrong signs people out; they give up, and somebody else may go on."""
    try:
        yield
    except AssertionError as said:
        raise (Odd if ": 500 /" in str(said) else Unanswered)(str(said)[:800]) from None


@dataclass
class CorrectionStory:
    """At 吉林 somebody applies, 福建 asks once for everything that is missing, and gets it."""

    load: Load

    def one(self, _: int) -> None:
        here, there = self.load.there.jilin, self.load.there.fujian
        ledger = self.load.ledger
        with Browser(here.url, "申请人") as mine, Browser(there.url, "审批人员") as decider:
            self._insist(lambda: sign_in(mine, APPLICANTS[here.code]))
            number = self._insist(lambda: _applied(mine))
            ledger.online[number] = (here.code, there.code)
            self._insist(lambda: sign_in(decider, DECIDER))
            self._insist(lambda: officer.claim(decider, number))
            spec = self._insist(lambda: officer.find_fault(decider, number))
            self._insist(lambda: officer.act(decider, number, "correction"))
            ledger.act(number, "ask_correction")
            self._insist(lambda: _mended(mine, number, spec))
            ledger.act(number, "answer_correction")

    def _insist(self, do: Callable[[], T]) -> T:
        """As a person does: again, a few times, until the page comes or one gives up."""
        deadline = time.monotonic() + PATIENCE / 3
        while True:
            try:
                return do()
            except (*AWAY, Stuck) as error:
                self.load.ledger.unanswered[f"at a page: {type(error).__name__}"] += 1
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)


def _applied(mine: Browser) -> str:
    answers = {
        "insured_division": COUNTY[FUJIAN], "insurance_kind": "employee", "stay_kind": "living",
        "treatment_division": TOWN[JILIN], "stay_address": "示例街道示例路8号2栋301",
        "starts_on": f"{time.localtime().tm_year + 1}-06-01",
    }  # fmt: skip
    begun = applicant.begin(mine, MEDICAL, COUNTY[JILIN], CITY[FUJIAN], mode="ONLINE")
    page = applicant.upload_all(mine, applicant.fill_in(mine, begun, answers))
    return applicant.number_on(applicant.hand_in(mine, page))


def _mended(mine: Browser, number: str, spec: str) -> None:
    page = applicant.replace(mine, applicant.mend(mine, number), spec)
    applicant.hand_in(mine, page)
