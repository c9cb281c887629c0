"""Prometheus reads how a node stands; nobody else does, and every alert names a number that is there."""

import re
from pathlib import Path

import pytest
import yaml
from django.test import Client, override_settings
from django.utils.timezone import now
from prometheus_client.parser import text_string_to_metric_families

from tongban.exchange import beats
from tongban.exchange.models import NodeContact
from tongban.worker import measures

ROOT = Path(__file__).parents[3]
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"


def read(client=None, **headers):
    answer = (client or Client()).get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.content
    families = text_string_to_metric_families(answer.content.decode())
    return {sample.name: sample for family in families for sample in family.samples}


@pytest.mark.django_db
def test_the_numbers_say_how_the_node_stands():
    beats.note("here:1", is_connected=True, at=now())

    found = read()

    assert found["tongban_node"].labels["node"] == "22"
    assert found["tongban_broker_connected"].value == 1
    assert found["tongban_worker_silent_seconds"].value < 30
    assert found["tongban_messages_parked"].value == 0
    assert found["tongban_disk_free_bytes"].value > 0


@pytest.mark.django_db
def test_a_request_is_counted_by_its_door_and_status():
    client = Client()
    before = _count(client)
    client.get("/api/v1/nothing-here")

    assert _count(client) == before + 1


def _count(client):
    answer = client.get("/metrics").content.decode()
    found = re.search(
        r'tongban_requests_total\{door="api",method="GET",status="404"\} (\S+)', answer
    )
    return float(found[1]) if found else 0


@pytest.mark.django_db
@override_settings(METRICS_TOKEN="open-sesame", SANDBOX=False)
def test_in_service_only_who_has_the_token_reads_them():
    client = Client()

    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer guess"}).status_code == 404
    assert client.get("/health/condition").status_code == 404
    assert read(client, Authorization="Bearer open-sesame")


@pytest.mark.django_db
@override_settings(METRICS_TOKEN="", SANDBOX=False)
def test_in_service_without_a_token_there_is_nothing_to_read():
    client = Client()

    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.django_db
def test_the_condition_is_told_in_words_with_what_helps():
    body = Client().get("/health/condition").json()

    assert body["condition"] == "degraded"
    assert body["findings"][0]["code"] == "worker-silent"
    assert "后台进程" in body["findings"][0]["cause"]

    beats.note("here:1", is_connected=True, at=now())
    assert Client().get("/health/condition").json()["condition"] == "ok"


def test_a_request_keeps_the_id_of_the_proxy_and_gets_one_where_there_is_none():
    client = Client()

    given = client.get("/health/live", headers={"X-Request-ID": "proxy-0815-abc"})
    forged = client.get("/health/live", headers={"X-Request-ID": 'x" injected'})

    assert given.headers["X-Request-ID"] == "proxy-0815-abc"
    assert re.fullmatch(r"[0-9a-f]{32}", forged.headers["X-Request-ID"])


@pytest.mark.django_db
@override_settings(IS_HUB=True)
def test_every_alert_names_a_number_that_is_exported():
    NodeContact.objects.create(
        node="35", last_contact_at=now(), mailbox_bytes=1, mailbox_limit=10, clock_skew_ms=4
    )
    measures.SENT.labels("35").inc()
    measures.NOT_SENT.labels("35").inc()
    measures.TAKEN.labels("35", "handled").inc()
    measures.TRANSIT.labels("35").observe(0.1)
    measures.FALLS.labels("relay").inc()
    Client().get("/health/live")
    text = Client().get("/metrics").content.decode()
    exported = set(re.findall(r"^(?:# TYPE )?(tongban_\w+)", text, re.MULTILINE))

    rules = yaml.safe_load(ALERTS.read_text())["groups"]
    named = {
        name
        for group in rules
        for rule in group["rules"]
        for name in re.findall(r"tongban_\w+", rule["expr"])
    }

    assert named
    assert named <= exported
    assert all(rule["annotations"]["runbook"] for group in rules for rule in group["rules"])
