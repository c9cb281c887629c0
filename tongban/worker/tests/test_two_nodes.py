"""Two nodes and the hub as real processes, each with a database and a key of its own."""

import os
import shutil
import signal
import statistics
from contextlib import contextmanager

import psycopg
import pytest
from django.utils.timezone import now

from tongban.console.benching import exchanging, memory
from tongban.console.benching.results import Results
from tongban.exchange.queries import SILENT_AFTER
from tongban.trust import keeping, store
from tongban.trust.suites import Purpose
from tongban.worker.tests.findings import findings
from tongban.worker.tests.nodes import (
    NodeProcess,
    database,
    directory,
    drop_database,
    new_keys,
    wait_for,
)
from tongban.worker.tests.watching import watching

pytestmark = pytest.mark.nodes
PROMISED_CROSSING_MS = 500
# Of 60 MB that pass through: pieces on their way, and what the allocator keeps.
MOST_GROWTH = 24 << 20


@pytest.fixture(scope="module")
def server():
    """The address of the tests' own PostgreSQL."""
    return os.environ["DATABASE_URL"]


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """A key store for each node, the same in every test of this file; 福建 speaks 国密."""
    suites = {"00": "intl", "22": "intl", "35": "gm"}
    return {c: new_keys(tmp_path_factory.mktemp(f"keys{c}"), s) for c, s in suites.items()}


@pytest.fixture(scope="module")
def template(server, keys, tmp_path_factory, worker_id):
    """A migrated database that knows the keys of all nodes; each node's own is a copy of it."""
    name = f"exchange_{worker_id}_template"
    node = NodeProcess("22", tmp_path_factory.mktemp("t"), database(server, name), "", keys["22"])
    node.make()
    node.act("prepare", given=directory(keys))
    yield name
    drop_database(server, name)


@pytest.fixture
def made(server, template, keys, tmp_path, broker_process, worker_id):
    """Makes a node that knows the others' keys; its worker is started by the test."""
    nodes = []

    def make(code):
        name = f"exchange_{worker_id}_{code}"
        address = database(server, name, like=template)
        url = broker_process.url_of(code)
        nodes.append(NodeProcess(code, tmp_path / code, address, url, keys[code]))
        nodes[-1].make()
        return nodes[-1]

    yield make
    for node in nodes:
        node.stop(signal.SIGKILL)
        node.leave_database()
    for node in nodes:
        drop_database(server, f"exchange_{worker_id}_{node.code}")


@pytest.fixture
def world(made):
    """吉林 and 福建, introduced to each other and to the hub, which is not there."""
    return made("22"), made("35")


@pytest.fixture
def pair(world):
    """吉林 and 福建 at work."""
    jilin, fujian = world
    jilin.start()
    fujian.start()
    for node in (jilin, fujian):
        wait_for(lambda n=node: "broker.connected" in n.log, what=f"worker {node.code}")
    return jilin, fujian


def count(node, sql):
    return node.rows(sql)[0][0]


def arrived(node):
    return count(node, "SELECT count(*) FROM test_note")


def unconfirmed(node):
    return count(node, "SELECT count(*) FROM exchange_outgoing WHERE delivered_at IS NULL")


@contextmanager
def explained(pair, broker_process):
    """What is waited for in vain is told with everything that may say why."""
    try:
        yield
    except AssertionError as vain:
        asked = {node.code: node.rows for node in pair}
        logs = {f"worker {node.code}": node.log for node in pair}
        found = findings(asked, admin_url=broker_process.admin_url, logs=logs)
        raise AssertionError(f"{vain}\n{found}") from None


def test_a_message_crosses_within_the_promised_time_and_is_confirmed(pair):
    jilin, fujian = pair
    jilin.act("note", "35", "60", "300", "0.02")

    wait_for(lambda: arrived(fujian) == 60, what="60 notes")
    wait_for(lambda: unconfirmed(jilin) == 0, what="their receipts")
    took = [
        float(ms)
        for (ms,) in fujian.rows("SELECT extract(epoch FROM at - sent_at) * 1000 FROM test_note")
    ]
    assert statistics.median(took) < PROMISED_CROSSING_MS
    assert count(fujian, "SELECT count(*) FROM exchange_outgoing") == 0, "receipts leave no rows"


def test_nothing_is_lost_or_doubled_when_everything_is_killed_in_turn(pair, broker_process):
    jilin, fujian = pair
    total = 0
    for victim in ("receiver", "broker", "sender", "receiver", "sender", "broker"):
        jilin.act("note", "35", "25")
        total += 25
        if victim == "broker":
            broker_process.stop(signal.SIGKILL)
            broker_process.start()
        else:
            node = fujian if victim == "receiver" else jilin
            node.stop(signal.SIGKILL)
            node.start()

    with explained(pair, broker_process):
        wait_for(lambda: arrived(fujian) >= total, what="all notes")
        wait_for(lambda: unconfirmed(jilin) == 0, what="all receipts")
    assert arrived(fujian) == total
    handled = "SELECT count(*) FROM exchange_received WHERE state = 'handled'"
    assert count(fujian, handled) == total


def test_what_happens_while_the_database_is_away_arrives_when_it_is_back(pair, server):
    jilin, fujian = pair
    name = fujian.database_url.rsplit("/", 1)[1]
    with psycopg.connect(server, autocommit=True) as link:
        link.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        link.execute(cut, [name])
        jilin.act("note", "35", "30")
        wait_for(lambda: "database_away" in fujian.log, what="the worker to notice")
        link.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    wait_for(lambda: arrived(fujian) == 30, what="30 notes")
    wait_for(lambda: unconfirmed(jilin) == 0, what="their receipts")
    assert fujian.process.poll() is None, "the same process all along"
    assert count(fujian, "SELECT count(*) FROM exchange_received WHERE attempts > 1") == 0


def test_the_senders_database_going_away_costs_nothing_either(pair, server):
    jilin, fujian = pair
    name = jilin.database_url.rsplit("/", 1)[1]
    with psycopg.connect(server, autocommit=True) as link:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        link.execute(cut, [name])
    jilin.act("note", "35", "10")

    wait_for(lambda: arrived(fujian) == 10, what="10 notes")


def test_a_paper_travels_with_its_message_and_leaves_the_bucket_afterwards(pair):
    jilin, fujian = pair
    digest = jilin.act("notes_with_paper", "35", "3", given="张" * 200_000)

    wait_for(lambda: arrived(fujian) == 3, what="3 notes")
    kept = fujian.folder / "papers" / digest[:2] / digest
    assert kept.read_text() == "张" * 200_000
    assert count(jilin, "SELECT count(*) FROM exchange_filesent") == 1


@pytest.mark.skipif(not os.access("/proc/self/clear_refs", os.W_OK), reason="Linux notes peaks")
def test_a_case_of_sixty_megabytes_crosses_in_constant_memory(pair):
    """The bench does the same with 500 MB."""
    jilin, fujian = pair
    # What is loaded the first time a paper passes counts for nothing.
    jilin.act("large", "35", "warm-up", "1", "1")
    wait_for(lambda: arrived(fujian) == 1, what="the first case")
    sender, receiver = memory.Peak(jilin.process.pid), memory.Peak(fujian.process.pid)

    jilin.act("large", "35", "case-1", "3", "20")

    wait_for(lambda: arrived(fujian) == 2, what="the case with its papers")
    wait_for(lambda: unconfirmed(jilin) == 0, what="its receipt")
    sizes = [one.stat().st_size for one in (fujian.folder / "papers").glob("??/*")]
    assert sizes.count(20 << 20) == 3
    assert sender.growth() < MOST_GROWTH
    assert receiver.growth() < MOST_GROWTH


def test_a_hole_in_a_subject_is_asked_for_and_filled_by_itself(world):
    jilin, fujian = world
    jilin.act("steps", "35", "case-1", "1", "6")
    with psycopg.connect(jilin.database_url, autocommit=True) as link:
        link.execute("DELETE FROM exchange_outgoing WHERE sequence IN (1, 2, 4)")
    jilin.start()
    fujian.start()

    seqs = "SELECT array_agg(seq ORDER BY id) FROM test_step"
    wait_for(lambda: count(fujian, seqs) == [1, 2, 3, 4, 5, 6], what="all six")
    waiting = "SELECT count(*) FROM exchange_received WHERE state <> 'handled'"
    wait_for(lambda: count(fujian, waiting) == 0, what="nothing waiting")


def test_the_hub_hears_how_its_nodes_are(made, world):
    hub, (jilin, fujian) = made("00"), world
    hub.start()
    jilin.start()
    jilin.act("note", "35", "4")

    state = "SELECT mailbox_messages, last_contact_at FROM exchange_nodecontact WHERE node = '35'"
    wait_for(lambda: hub.rows(state) and hub.rows(state)[0][0], what="four in the mailbox")
    assert hub.rows(state)[0][0] <= 4, "in a bag or more"
    assert hub.rows(state)[0][1] is None, "a node that never spoke"
    heard = (
        "SELECT version, abs(clock_skew_ms) FROM exchange_nodecontact"
        " WHERE node = '22' AND last_contact_at IS NOT NULL"
    )
    [(version, skew)] = wait_for(lambda: hub.rows(heard), what="jilin's beat")
    assert version
    assert skew < SILENT_AFTER.total_seconds() * 1000

    fujian.start()
    wait_for(lambda: hub.rows(state)[0][1], what="fujian's beat")
    wait_for(lambda: hub.rows(state)[0][0] == 0, what="an empty mailbox")


def test_a_worker_leaves_in_order_when_it_is_asked_to(pair, broker_process):
    jilin, fujian = pair
    assert jilin.stop(signal.SIGTERM) == 0
    broker_process.stop()
    assert fujian.stop(signal.SIGTERM) == 0, "also while the broker is away"
    assert "Traceback" not in jilin.log + fujian.log
    assert "worker.part_fell" not in jilin.log + fujian.log


def test_a_worker_that_finds_neither_broker_nor_database_waits_for_them(world, broker_process):
    jilin, fujian = world
    broker_process.stop()
    jilin.start()
    fujian.start()
    jilin.act("note", "35", "3")
    wait_for(lambda: "worker.started" in jilin.log, what="the worker")
    broker_process.start()

    wait_for(lambda: arrived(fujian) == 3, what="3 notes")


PERSONAL = ("陈小满", "220104200001010036", "13900001111", "长春市朝阳区虚构路8号")
CASE = "22010420261122000427L"


@pytest.mark.parametrize("is_encrypted", [True, False])
def test_nobody_at_the_broker_reads_what_passes_it(world, broker_process, is_encrypted):
    """The second time encryption is off, and the same search finds everything: it can find."""
    jilin, fujian = world
    if not is_encrypted:
        for node in (jilin, fujian):
            node.rows("DELETE FROM jurisdictions_nodekey WHERE purpose = 'seal' RETURNING id")
    with watching(broker_process.admin_url) as watcher:
        jilin.start()
        fujian.start()
        jilin.act("tell", "35", CASE, given="，".join(PERSONAL))
        wait_for(lambda: arrived(fujian) == 1, what="the note")
        wait_for(lambda: unconfirmed(jilin) == 0, what="its receipt")

    assert b"mail.35.22" in watcher.everything()
    assert b"$O.FILES_22_35" in watcher.everything()
    wanted = {*PERSONAL, CASE}
    assert watcher.found(wanted) == (set() if is_encrypted else wanted)
    assert fujian.rows("SELECT word FROM test_note") == [("，".join(PERSONAL),)]


def test_a_key_revoked_while_a_message_is_under_way_refuses_it_with_a_record(world, keys, tmp_path):
    jilin, fujian = world
    path = tmp_path / "node.keys"
    for end in ("", ".unlock"):
        shutil.copy(f"{fujian.key}{end}", f"{path}{end}")
    fujian.key = path
    jilin.start()
    jilin.act("note", "35", "1")
    wait_for(lambda: count(jilin, "SELECT count(sent_at) FROM exchange_outgoing") == 1, what="sent")
    sealing = store.load(path).active(Purpose.SEAL)
    store.change(path, lambda one: keeping.revoked(one, sealing.id, at=now()))
    fujian.start()

    parked = "SELECT code FROM exchange_received WHERE state = 'parked'"
    assert wait_for(lambda: fujian.rows(parked), what="the fault") == [("revoked-key",)]
    assert arrived(fujian) == 0


def test_a_key_that_retires_still_opens_what_is_under_way(world, tmp_path):
    jilin, fujian = world
    path = tmp_path / "node.keys"
    for end in ("", ".unlock"):
        shutil.copy(f"{fujian.key}{end}", f"{path}{end}")
    fujian.key = path
    fujian.start()
    store.change(path, lambda s: keeping.with_next_key(s, "gm", Purpose.SEAL, at=now()))
    store.change(path, lambda s: keeping.rotated(s, Purpose.SEAL, at=now()))
    jilin.start()
    jilin.act("note", "35", "3")

    wait_for(lambda: arrived(fujian) == 3, what="notes sealed to the old key")


def test_the_bench_measures_two_whole_nodes(
    server, template, broker_process, worker_id, monkeypatch
):
    """Every figure of one suite, from few messages; the bench itself takes thousands."""
    names = [f"exchange_{worker_id}_bare_{code}" for code in ("92", "93", "96", "97")]
    monkeypatch.setattr(
        exchanging, "databases", lambda *_: [database(server, n, like=template) for n in names]
    )
    monkeypatch.setattr(exchanging, "PAIRS", {"none": ("92", "93"), "gm": ("96", "97")})
    for name, count in {"MESSAGES": 40, "WARM_UP": 5, "ALONE": 5, "WAITING": 40}.items():
        monkeypatch.setattr(exchanging, name, count)
    results = Results({})

    try:
        exchanging.measure(results, server_url=server, broker_url=broker_process.admin_url)
    finally:
        for name in names:
            drop_database(server, name)

    assert [line.name for line in results.lines] == [
        "exchange_gm",
        "exchange_gm_overhead",
        "exchange_gm_p99",
        "catch_up_gm",
    ]
    assert all(line.value > 0 for line in results.lines)
