"""The database in three: its leader is lost under load, and no acknowledged submission with it."""

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from itertools import pairwise

import psycopg
import pytest

from tongban.console.benching import ground
from tongban.console.benching.ground import HERE, THERE, Ground
from tongban.console.tests.three_databases import ThreeDatabases, missing, wait
from tongban.local.demo import Demo
from tongban.local.home import PROJECT, Home

pytestmark = [
    pytest.mark.nodes,
    pytest.mark.skipif(bool(missing()), reason=f"not installed here: {missing()}"),
]
NODES = ("00", HERE, THERE)
APPLICATIONS, BEFORE = 100, 30
# Patroni's ttl, an election, the applicant's own next try, and as much again for a busy machine.
LONGEST_STANDSTILL = 60.0
COUNTS = "SELECT count(*), count(DISTINCT number) FILTER (WHERE number = ANY(%s)) FROM cases_case"


@pytest.fixture
def cluster(enterable_folder):
    made = ThreeDatabases(enterable_folder("three"))
    try:
        made.start()
        yield made
    finally:
        # Shown when the test failed, which it may have done for what stands in there.
        sys.stderr.write(made.logs())
        made.stop()


@pytest.fixture
def nodes(cluster, monkeypatch, tmp_path):
    """Two provinces and their hub on the cluster; one has pages, two web and two worker processes."""
    monkeypatch.setenv("DATABASE_URL", cluster.make_role("tongban"))
    monkeypatch.delenv("NATS_URL", raising=False)
    for name, port in ground.free_ports(NODES).items():
        monkeypatch.setenv(name, port)
    demo = Demo(Home(tmp_path), NODES, web_processes=2, webs=(HERE,))
    demo.start(fresh=False)
    made = Ground(demo)
    second = replace(made.node(HERE).worker(), name="second-worker")
    second.start()
    yield made
    second.ask_to_stop()
    second.finish(patience=10)
    demo.stop()


@pytest.fixture
def applicants(nodes):
    """People who hand in at the one province for the other, in a process of their own."""
    here = nodes.node(HERE)
    words = [str(APPLICATIONS), nodes.token(HERE), str(here.port)]
    process = subprocess.Popen(
        [sys.executable, "-m", "tongban.console.tests.applicants", *words],
        env={**os.environ, **here.settings()}, cwd=PROJECT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    yield process
    process.kill()
    process.communicate()


def test_no_acknowledged_submission_is_lost_with_the_leader(cluster, nodes, applicants):
    cluster.wait_until_in_step()
    lines = iter(applicants.stdout.readline, "")
    acknowledged = [json.loads(next(lines)) for _ in range(BEFORE)]
    first = cluster.leader()

    # Without synchronous_mode what is acknowledged in this second is lost, and the test fails.
    with cluster.copies_held():
        time.sleep(1)
        first.kill()
    lost_at = time.monotonic()
    wait(lambda: cluster.leader() is not None, "another leader")
    cluster.restart(first)
    acknowledged += map(json.loads, lines)

    assert applicants.wait(30) == 0
    numbers = [one["number"] for one in acknowledged]
    assert len(set(numbers)) == len(numbers) == APPLICATIONS
    assert any(one["refused"] for one in acknowledged), "the loss was felt"
    assert stood_still([one["at"] for one in acknowledged], lost_at) < LONGEST_STANDSTILL

    # Acknowledged is there, and what is there was acknowledged: nobody was taken twice.
    here, there = nodes.node(HERE).database_url, nodes.node(THERE).database_url
    all_once = (APPLICATIONS, APPLICATIONS)
    assert counted(here, numbers) == all_once
    wait(lambda: counted(there, numbers) == all_once, "all over there")

    wait(lambda: first.is_("replica"), "the lost server, now behind the new leader")
    itself = {"host": "127.0.0.1", "port": first.port, "target_session_attrs": "any"}
    wait(lambda: counted(here, numbers, **itself) == all_once, "all in its own copy")


def stood_still(moments, lost_at):
    """The longest time in which nothing was acknowledged; printed for docs/how-to."""
    moments.sort()
    longest = max(after - before for before, after in pairwise(moments))
    before = sum(at < lost_at for at in moments)
    print(f"before {before}, after {len(moments) - before}, stood still {longest:.1f} s")
    return longest


def counted(url, numbers, **at):
    """How many cases there are, and how many of these numbers."""
    with psycopg.connect(url, autocommit=True, **at) as link:
        return link.execute(COUNTS, [numbers]).fetchone()
