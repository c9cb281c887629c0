"""The bench counts right, and its limit writes what a submission writes."""

import itertools
import socket
import threading
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from tongban.cases.models import Case, Material, Submission
from tongban.cases.operations import submission, uploads
from tongban.cases.tests import world
from tongban.catalogue.operations import load_catalogue
from tongban.console.benching import (
    answers,
    applications,
    filling,
    growth,
    limit,
    load,
    plans,
    results,
)
from tongban.record.models import Entry, Sealed


@pytest.fixture
def file():
    return uploads.keep_upload(
        owner="client:bench", source=applications.paper(), name="证明.pdf",
        size=len(applications.PDF), at=datetime.now(UTC),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 5), (0.95, 10), (0.99, 10), (0.1, 1), (1.0, 10)]
)
def test_a_percentile_is_a_value_that_was_measured(share, expected):
    assert load.percentile(list(range(10, 0, -1)), share) == expected


@pytest.fixture
def server():
    """Answers every request, in two pieces, with its own count of them."""
    listening = socket.create_server(("127.0.0.1", 0))
    seen = []

    def talk(line):
        with line:
            while request := line.recv(65536):
                seen.append(request)
                line.sendall(b"HTTP/1.1 201 Created\r\nServer-Timing: app;dur=2.5\r\n")
                line.sendall(b"content-length: 2\r\n\r\nok")

    def accept():
        while True:
            try:
                line, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=[line], daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield listening.getsockname(), seen
    listening.close()


def test_every_request_is_sent_once_and_its_answer_counted(server):
    address, seen = server
    requests = [f"GET /{n} HTTP/1.1\r\n\r\n".encode() for n in range(50)]

    report = load.run(address, iter(requests), connections=4, seconds=10, keep_bodies=True)

    assert sorted(seen) == sorted(requests)
    assert report.statuses == {201: 50}
    assert report.bodies == [b"ok"] * 50
    assert report.server_percentile(0.5) == 2.5
    assert 0 < report.percentile(0.5) <= report.percentile(0.99)


def test_a_run_ends_after_its_time_and_waits_for_what_was_sent(server):
    address, seen = server

    report = load.run(
        address, itertools.repeat(b"GET / HTTP/1.1\r\n\r\n"), connections=2, seconds=0.2
    )

    assert len(report.latencies) == len(seen)
    assert 0.2 <= report.seconds < 5


def test_the_applications_of_the_bench_are_taken(db, world_is_there, file):
    for kind in (applications.AT_WINDOW, applications.online()):
        taken = submission.submit(
            intake=applications.intake(kind, 1, file), owner="bench", key=kind.item,
            at=datetime.now(UTC),
        )  # fmt: skip
        assert Case.objects.get(pk=taken.number).deciding_place == "350100"


@pytest.mark.django_db(transaction=True)
def test_the_limit_writes_the_same_rows_as_a_submission(tmp_path, file):
    world.load(tmp_path)
    intake = applications.intake(applications.AT_WINDOW, 1, file)
    submission.submit(intake=intake, owner="o", key="k", at=datetime.now(UTC))
    real = Case.objects.values(*SAME).get()
    papers = Material.objects.count()

    rate = limit.run(
        limit.values_of(intake), conninfo=_address(),
        connections=2, seconds=1,
    )  # fmt: skip

    written = Case.objects.count() - 1
    assert rate > 0
    assert written > 0
    assert Entry.objects.count() == Submission.objects.count() == written + 1
    assert Sealed.objects.count() == written + 1
    assert Material.objects.count() == papers * (written + 1)
    assert list(Case.objects.values(*SAME).distinct()) == [real]

    limit.forget(_address())
    assert Case.objects.count() == 1
    assert Material.objects.count() == papers


def _address():
    told = connection.settings_dict
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    given = {name: told[key] for name, key in names.items() if told[key]}
    return make_conninfo(dbname=told["NAME"], **given)


# What two submissions of the same application have in common; numbers, hashes and moments differ.
SAME = (
    "item", "item_version", "mode", "applicant_place", "receiving_place", "deciding_place",
    "receiver_authority", "decider_authority", "state", "holder", "due_on", "limits", "told",
    "applicant_match", "name_match", "head_seq",
)  # fmt: skip


@pytest.fixture
def world_is_there(db, tmp_path):
    world.load(tmp_path)


def test_a_figure_below_its_mark_is_said_to_be():
    found = results.Results({})
    found.add("fast", "快", 300, "/s", mark=222, at_most=False)
    found.add("slow", "慢", 120.04, "ms", mark=100)
    found.add("free", "无", 1, "")

    assert [line.name for line in found.missed] == ["slow"]
    assert "| 慢 | 120 ms | ≤ 100 ms | **missed** |" in found.as_markdown()
    assert found.as_dict()["figures"][0]["is_reached"] is True


@pytest.mark.django_db
def test_answers_are_counted_and_ask_the_database_nothing_when_warm():
    load_catalogue()
    found = results.Results({})
    answers.tell(found, on=date(2026, 11, 23))
    rows = {row["name"]: row for row in found.as_dict()["figures"]}
    assert set(rows) == {
        "availability",
        "availability_p50",
        "availability_p99",
        "availability_page",
    }
    assert "; 0 queries in all of it" in rows["availability"]["note"]
    assert 0 < rows["availability_p50"]["value"] <= rows["availability_p99"]["value"]


def test_users_who_pause_ask_less_often_and_every_answer_is_counted(server):
    address, seen = server

    report = load.run(
        address, itertools.repeat(b"GET / HTTP/1.1\r\n\r\n"), connections=4, seconds=1, pause=0.2
    )

    assert len(report.latencies) == len(seen)
    # Four who ask five times a second each, give or take what chance does to their pauses.
    assert 5 <= len(seen) <= 60
    assert report.statuses == {201: len(seen)}
    # Nobody waits for an answer once the last of them has gone.
    assert report.seconds < 5


def a_look(cases, took, plan):
    report = load.Report(seconds=1, latencies=[took] * 20, server_times=[took] * 20)
    names = ("queue", "lists", "find", "case", "decision", "submission")
    reports = dict.fromkeys(names, report)
    step = plans.Step("Index Scan", "cases_case", plan)
    return growth.Looked(cases, reports, reports, {"SELECT ?": frozenset({step})})


def test_growth_is_told_with_the_plans_that_changed():
    found = results.Results({})
    told = growth.Growth(None, found, 1, print)
    small, large = a_look(10_000, 0.010, "by_day"), a_look(1_000_000, 0.030, "by_name")

    told.tell(large)
    told.compare(small, large)

    lines = {line.name: line for line in found.lines}
    assert lines["queue_users_p95"].is_reached is True
    assert lines["growth_queue"].value == 3
    assert lines["growth_queue"].is_reached is False
    assert lines["plans_changed"].value == 1
    assert lines["whole_tables"].value == 0
    told.compare(small, a_look(1_000_000, 0.011, "by_day"))
    assert [line.is_reached for line in found.lines[-7:]] == [True] * 7


@pytest.mark.parametrize("count", [1, 10_000, 50_000, 50_001, 990_000])
def test_parts_that_are_filled_at_once_share_no_serial_number(count):
    parts = filling.chunks(3_010_000, count)
    numbers = [n for first, cases, ready in parts for n in (first, first + cases + 2 * ready)]
    assert numbers == sorted(numbers)
    assert sum(cases for _, cases, _ in parts) == count
    assert [bool(ready) for *_, ready in parts] == [False] * (len(parts) - 1) + [True]
