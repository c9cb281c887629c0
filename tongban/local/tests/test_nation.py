"""Nodes without pages, started as the whole country is: a case goes from one to another."""

import json
import time

import pytest

from tongban.local import children
from tongban.local.tests.machines import Machine

pytestmark = pytest.mark.nodes
# A municipality, a province, an autonomous region and the corps.
NODES = ("11", "44", "54", "66")
PATIENCE = 180
SUBMIT = """
import django; django.setup()
from dataclasses import replace
from django.utils.timezone import now
from tongban.cases.operations import submission, uploads
from tongban.console.benching import applications
from tongban.sandbox import people

paper = uploads.keep_upload(
    owner="test", source=applications.paper(), name="证明.pdf", size=len(applications.PDF), at=now()
)
kind = applications.online()
there = people.home("54", now().date())
answers = {**kind.answers, "insured_division": there.county, "treatment_division": "440103"}
intake = replace(
    applications.intake(kind, 1, paper, place="440103"), deciding_place=there.city, answers=answers
)
print(submission.submit(intake=intake, owner="test", key="one", at=now()).number)
"""
# In one process of the node each, which looks again and again: to start one for each look takes longer
# than what is waited for.
ARRIVED = """
import django, time; django.setup()
from tongban.record.models import Entry

deadline = time.monotonic() + {patience}
while not Entry.objects.filter(chain="{number}", kind="arrive").exists():
    assert time.monotonic() < deadline
    time.sleep(0.2)
"""
HEARD = """
import django, time; django.setup()
from django.utils.timezone import now
from tongban.exchange import flows

def messages():
    found = flows.since(flows.HOUR, at=now())
    return {{(one.sender, one.recipient): one.messages for one in found}}.get(("11", "66"), 0)

deadline = time.monotonic() + {patience}
while messages() < 3:
    assert time.monotonic() < deadline
    time.sleep(0.5)
"""


@pytest.fixture(scope="module")
def country(enterable_folder):
    made = Machine(enterable_folder("nation") / "home", nodes=NODES)
    started = made.start("--web", "00")
    assert started.returncode == 0, started.stdout + started.stderr
    yield made
    made.say("stop")
    left = made.processes()
    children.end(left)
    assert left == []


def test_nodes_without_pages_are_at_work_and_say_how_their_pages_are_opened(country):
    report = country.wait_until_ready()

    assert [node["code"] for node in report["nodes"]] == ["00", *NODES]
    assert [node["code"] for node in report["nodes"] if node["has_pages"]] == ["00"]
    assert {f"worker-{code}" for code in ("00", *NODES)} | {"web-00"} <= country.names()
    assert "web-44" not in country.names()
    told = country.say("status").stdout
    assert "兵团 66" in told
    assert country.say("node", "pages", "22").returncode == 3


def test_a_case_goes_from_a_node_without_pages_to_another(country):
    number = country.as_node("44", SUBMIT).split()[-1]
    country.as_node("54", ARRIVED.format(number=number, patience=PATIENCE))

    shown = country.say("case", "show", number, "--json", "--node", "54")
    here = json.loads(country.say("case", "show", number, "--json", "--node", "44").stdout)
    there = json.loads(shown.stdout)
    assert there["holder"] == "decider"
    assert [event["hash"] for event in here["events"]][:1] == [
        event["hash"] for event in there["events"]
    ][:1]


def test_every_node_reaches_every_other(country):
    pinged = country.say("exchange", "ping", "--json", "--node", "66")

    assert pinged.returncode == 0, pinged.stdout + pinged.stderr
    found = json.loads(pinged.stdout)
    assert {one["node"] for one in found} == {"00", *NODES} - {"66"}
    assert all(one["delivered_at"] for one in found)


def test_the_hub_hears_who_sent_to_whom(country):
    country.say("exchange", "ping", "66", "--count", "3", "--node", "11")
    country.as_node("00", HEARD.format(patience=PATIENCE))


def test_a_killed_worker_and_a_killed_nursery_are_replaced(country):
    nursery = next(
        process for process in country.processes() if "tongban.console.forking" in process.cmdline()
        and not process.name().startswith("worker-")
    )  # fmt: skip
    before = country.pid("worker-66")

    nursery.kill()
    children.psutil.Process(before).kill()
    deadline = time.monotonic() + PATIENCE
    while country.pid("worker-66") == before:
        assert time.monotonic() < deadline
        time.sleep(0.1)

    assert country.wait_until_ready()["ready"]
