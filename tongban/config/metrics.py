"""What Prometheus reads: what was counted, and how the node stands when it is asked.

Nothing here is about a person: numbers, moments and codes of nodes. It is still nobody's business,
so outside the sandbox it is given only to who knows METRICS_TOKEN, and is not there without one.
"""

import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from tongban import __version__
from tongban.basics import space
from tongban.cases import figures
from tongban.exchange import beats, conditions, expiring, queries
from tongban.exchange.queries import Undelivered
from tongban.jurisdictions import adopting

# Counting all cases takes longer than the rest together, and nobody needs it every 15 seconds.
CASES_KEPT_SECONDS = 60


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """All numbers in Prometheus' text form; 404 without the right, as if there were nothing."""
    check_may_watch(request)
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REGISTRY)
    registry.register(Standing())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


@require_safe
@never_cache
def condition(request: HttpRequest) -> JsonResponse:
    """`ok` or `degraded`, with each cause in words, what helps, and since when; 200 both times.

    A node that is late still works, so nothing should take it out of service for that: whether it
    can work at all is /health/ready.
    """
    check_may_watch(request)
    found = conditions.findings(at=now())
    body = {
        "node": settings.NODE_ID,
        "condition": "degraded" if found else "ok",
        "findings": [
            {
                "code": one.code,
                "cause": one.cause,
                "remedy": one.remedy,
                "since": one.since.isoformat() if one.since else None,
                "node": one.node or None,
            }
            for one in found
        ],
    }
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


def check_may_watch(request: HttpRequest) -> None:
    """Refused (404) without the token of METRICS_TOKEN; the sandbox without a token is open."""
    wanted = settings.METRICS_TOKEN
    if not wanted and settings.SANDBOX:
        return
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    is_right = secrets.compare_digest(given.strip().encode(), wanted.encode())
    if not wanted or scheme.lower() != "bearer" or not is_right:
        raise Http404


class Standing(Collector):
    """How the node stands at the moment it is asked, read from its database."""

    def collect(self) -> Iterator[Metric]:
        """Gauges only; raises OperationalError while the database is away (503)."""
        at = now()
        info = GaugeMetricFamily("tongban_node", "This node", labels=["node", "version"])
        info.add_metric([settings.NODE_ID, __version__], 1)
        yield info
        yield from _worker(at)
        yield from _messages(at)
        yield from _machine()
        yield _cases()
        yield _findings(at)
        yield from _endings(at)
        if settings.IS_HUB:
            yield from _mailboxes(at)


def _gauge(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"tongban_{name}", says, value=value)


def _worker(at: datetime) -> Iterable[Metric]:
    alive = beats.latest()
    age = (at - alive.at).total_seconds() if alive else float("inf")
    yield _gauge("worker_silent_seconds", "Since the worker's last sign of life", age)
    connected = bool(alive and alive.is_connected)
    yield _gauge("broker_connected", "Whether the worker reaches the broker", connected)


def _messages(at: datetime) -> Iterable[Metric]:
    late = queries.undelivered_by_recipient()
    yield _by_node("messages_unsent", "Owed, not yet in the mailbox", late, lambda one: one.unsent)
    yield _by_node(
        "messages_unconfirmed", "In the mailbox, not confirmed", late, lambda one: one.unconfirmed
    )
    yield _by_node(
        "messages_oldest_seconds",
        "Age of the oldest message that is not confirmed",
        late,
        lambda one: (at - one.oldest_at).total_seconds(),
    )
    paused = GaugeMetricFamily(
        "tongban_recipient_paused_seconds", "Since its mailbox takes nothing", labels=["recipient"]
    )
    for one in queries.held():
        paused.add_metric([one.recipient], (at - one.since).total_seconds())
    yield paused
    yield _gauge("messages_parked", "Messages that wait for a person", queries.parked().count())
    yield _gauge("messages_waiting", "Messages that wait for others", queries.waiting().count())


def _by_node(
    name: str, says: str, late: list[Undelivered], value: Callable[[Undelivered], float]
) -> Metric:
    family = GaugeMetricFamily(f"tongban_{name}", says, labels=["recipient"])
    for one in late:
        family.add_metric([one.recipient], value(one))
    return family


def _machine() -> Iterable[Metric]:
    free, total = space.usage(settings.DATA_DIR)
    yield _gauge("disk_free_bytes", "Free space where the node keeps its papers", free)
    yield _gauge("disk_bytes", "All space there", total)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        (size,) = cursor.fetchone()
    yield _gauge("database_bytes", "Size of the node's database", size)


def _cases() -> Metric:
    counts = cache.get_or_set("metrics-cases", figures.count_by_state, CASES_KEPT_SECONDS)
    family = GaugeMetricFamily("tongban_cases", "Cases by state", labels=["state"])
    for state, count in sorted((counts or {}).items()):
        family.add_metric([state], count)
    return family


def _findings(at: datetime) -> Metric:
    family = GaugeMetricFamily("tongban_findings", "What should be looked at", labels=["code"])
    counts: dict[str, int] = {}
    for one in conditions.findings(at=at):
        counts[one.code] = counts.get(one.code, 0) + 1
    for code, count in counts.items():
        family.add_metric([code], count)
    return family


def _endings(at: datetime) -> Iterable[Metric]:
    """Negative once it has ended; what has no end has no number."""
    key = GaugeMetricFamily(
        "tongban_key_expires_seconds", "Until a node's last key ends", labels=["node", "purpose"]
    )
    for one in expiring.key_endings(at=at):
        key.add_metric([one.node, one.purpose], (one.ends_at - at).total_seconds())
    certificate = GaugeMetricFamily(
        "tongban_certificate_expires_seconds", "Until a certificate ends", labels=["file"]
    )
    for found in expiring.certificates():
        ends_at = found.ends_at or at
        certificate.add_metric([str(found.path)], (ends_at - at).total_seconds())
    held = adopting.held()
    number = held.number if held else 0
    return [key, certificate, _gauge("directory_edition", "Of the directory in force", number)]


def _mailboxes(at: datetime) -> Iterable[Metric]:
    messages = GaugeMetricFamily(
        "tongban_mailbox_messages", "In a mailbox, a bag as one", labels=["node"]
    )
    used = GaugeMetricFamily("tongban_mailbox_used_ratio", "Of its limit", labels=["node"])
    silent = GaugeMetricFamily("tongban_node_silent_seconds", "Since its beat", labels=["node"])
    skew = GaugeMetricFamily(
        "tongban_node_clock_skew_seconds", "Its clock minus ours", labels=["node"]
    )
    for one in queries.contacts():
        messages.add_metric([one.node], one.mailbox_messages)
        if one.mailbox_limit or one.mailbox_message_limit:
            used.add_metric([one.node], one.mailbox_used)
        if one.last_contact_at:
            silent.add_metric([one.node], (at - one.last_contact_at).total_seconds())
            skew.add_metric([one.node], one.clock_skew_ms / 1000)
    return [messages, used, silent, skew]
