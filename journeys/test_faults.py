"""Processes are killed at random while submissions come in: nothing is lost, nothing is doubled.

The short form runs with all other tests. The long one, and another order of misfortunes:

    FAULT_SUBMISSIONS=400 FAULT_SEED=7 ./run test journeys/test_faults.py --log-cli-level=INFO
"""

import logging
import os
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from journeys.agreement import check_agreement, wait_until_settled
from journeys.desks import Desk
from journeys.installation import FUJIAN, JILIN, Installation, Node
from journeys.systems import MOVE_PAPERS, System, insist, picture

log = logging.getLogger(__name__)

SUBMISSIONS = int(os.environ.get("FAULT_SUBMISSIONS", "60"))
SEED = int(os.environ.get("FAULT_SEED", "1"))
SENDERS = 4
# One of each kind for every so many submissions.
EVERY = 60
KINDS = (("web-22", "web-35"), ("worker-22", "worker-35"), ("nats-server",), ("postgresql",))
CLERKS = {JILIN: "zhaoliu", FUJIAN: "linjiu"}


@dataclass
class Load:
    """Submissions from several systems at both nodes, and what became of each."""

    there: Installation
    count: int
    seed: int
    # What was said of each submission, each time somebody said something.
    answers: dict[str, set[str]] = field(default_factory=dict)
    owners: dict[str, Node] = field(default_factory=dict)
    # Requests on the way to a submission that got no answer, or were told to come back.
    unanswered: Counter[str] = field(default_factory=Counter)
    handed_over: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> None:
        """Send all of them; raises what any sender raised."""
        with ThreadPoolExecutor(SENDERS) as pool:
            list(pool.map(self._send, range(SENDERS)))

    @property
    def done(self) -> int:
        return len(self.answers)

    def _send(self, sender: int) -> None:
        node = (self.there.jilin, self.there.fujian)[sender % 2]
        with System(node) as system, Desk(node, CLERKS[node.code]) as clerk:
            for serial in range(sender, self.count, SENDERS):
                self._one(system, clerk, serial)

    def _one(self, system: System, clerk: Desk, serial: int) -> None:
        """One submission with papers of its own; some through a window, which hands them over."""
        chance = random.Random(f"{self.seed}-{serial}")
        at_window = chance.random() < 0.1
        # Most papers are small; some take long enough to be cut off on their way.
        size = 700_000 if chance.random() < 0.15 else 0
        content = picture(self.seed * 10_000 + serial, size=size)
        # A server that is away is met by whatever comes first, which is as often the paper.
        digest = system.digest(content, unanswered=self.unanswered)
        make = system.move if at_window else system.medical
        number = self._submit(system, make(serial=serial, digest=digest))
        if at_window:
            clerk.hand_over(number, MOVE_PAPERS)
            self.handed_over.append(number)

    def _submit(self, system: System, case: dict[str, object]) -> str:
        """Ask with one key until there is an answer, and once more after it."""
        key = str(uuid.uuid4())
        said = [
            insist(lambda: system.submit(case, key), unanswered=self.unanswered) for _ in range(2)
        ]
        assert [answer.status_code in {200, 201} for answer in said] == [True, True], said[0].text
        with self._lock:
            self.answers[key] = {answer.json()["number"] for answer in said}
            self.owners[key] = system.node
        return str(said[0].json()["number"])


def kill_at_random(there: Installation, load: Load, *, seed: int, every: int = EVERY) -> list[str]:
    """Kill one of each kind per `every` submissions, each while the load goes on; in what order."""
    chance = random.Random(seed)
    victims: list[str] = []
    for _ in range(max(load.count // every, 1)):
        victims += chance.sample([chance.choice(kind) for kind in KINDS], len(KINDS))
    moments = sorted(chance.uniform(0, load.count * 0.95) for _ in victims)
    for moment, victim in zip(moments, victims, strict=True):
        while load.done < moment and load.done < load.count:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.05))
        there.kill(victim)
    return victims


def under_load(there: Installation, load: Load, misfortune: Callable[[], list[str]]) -> list[str]:
    """Let something happen beside a load, and wait until everything has arrived afterwards."""
    with ThreadPoolExecutor(1) as pool:
        happening = pool.submit(misfortune)
        load.run()
        happened = happening.result()
    there.wait_until_ready()
    wait_until_settled(there)
    return happened


def check_once_each(load: Load) -> set[str]:
    """Each submission is one case that was taken once, here and there; gives the cases' numbers."""
    assert load.done == load.count
    numbers = [number for said in load.answers.values() for number in said]
    assert len(numbers) == len(set(numbers)) == load.count
    for node in (load.there.jilin, load.there.fujian):
        mine = {key for key, owner in load.owners.items() if owner is node}
        kept = {
            row["key"]: row["number"]
            for row in node.ask("SELECT key, number FROM cases_submission")
        }
        assert {key: kept.get(key) for key in mine} == {
            key: next(iter(load.answers[key])) for key in mine
        }
    return set(numbers)


def test_nothing_is_lost_or_doubled_when_processes_are_killed(nodes):
    load = Load(nodes, SUBMISSIONS, SEED)
    parked = {node.code: _parked(node) for node in (nodes.jilin, nodes.fujian)}

    victims = under_load(nodes, load, lambda: kill_at_random(nodes, load, seed=SEED))

    numbers = check_once_each(load)
    assert check_agreement(nodes, numbers) >= 2 * (load.count - len(numbers & _at_window(nodes)))
    assert {node.code: _parked(node) for node in (nodes.jilin, nodes.fujian)} == parked
    for node in (nodes.jilin, nodes.fujian):
        held = _holders(node, numbers)
        assert set(held) <= {"decider"}, held
    _check_effects(nodes)
    # Otherwise nothing was killed in the middle of anything, and all of this proved little.
    assert len(victims) >= len(KINDS)
    assert load.unanswered.total() > 0
    log.info("%d submissions, killed %s, unanswered %s", load.count, victims, load.unanswered)


def test_two_relays_and_two_consumers_make_each_message_happen_once(nodes):
    load = Load(nodes, SUBMISSIONS, SEED + 1)
    parked = {node.code: _parked(node) for node in (nodes.jilin, nodes.fujian)}

    with nodes.second_workers():
        under_load(nodes, load, list)

    numbers = check_once_each(load)
    check_agreement(nodes, numbers)
    _check_effects(nodes)
    assert {node.code: _parked(node) for node in (nodes.jilin, nodes.fujian)} == parked


def _parked(node: Node) -> int:
    return node.count("SELECT count(*) FROM exchange_received WHERE state = 'parked'")


def _at_window(there: Installation) -> set[str]:
    return {
        row["number"]
        for node in (there.jilin, there.fujian)
        for row in node.ask("SELECT number FROM cases_case WHERE mode = 'RECEIVED_FOR'")
    }


def _holders(node: Node, numbers: set[str]) -> dict[str, int]:
    rows = node.ask(
        "SELECT holder, count(*) FROM cases_case WHERE number = ANY(%s) GROUP BY holder",
        list(numbers),
    )
    return {row["holder"]: row["count"] for row in rows}


def _check_effects(there: Installation) -> None:
    """What one node sent the other took in, each once, and nothing else."""
    for sender, receiver in ((there.jilin, there.fujian), (there.fujian, there.jilin)):
        sent = {
            row["message_id"]
            for row in sender.ask(
                "SELECT message_id FROM exchange_outgoing WHERE type NOT LIKE 'exchange.%%'"
                " AND recipient = %s AND parked_at IS NULL",
                receiver.code,
            )
        }
        taken = [
            row["message_id"]
            for row in receiver.ask(
                "SELECT message_id FROM exchange_received WHERE sender = %s AND state = 'handled'"
                " AND type NOT LIKE 'exchange.%%'",
                sender.code,
            )
        ]
        assert len(taken) == len(set(taken))
        assert set(taken) == sent
