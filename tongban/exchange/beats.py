"""Signs of life of this node's own worker processes, written by them and read by the pages."""

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, F, Value, When

from tongban.exchange.models import WorkerBeat

# Processes that stopped long ago say nothing about today.
FORGET_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Alive:
    """The latest sign of any worker: when, whether it reaches the broker, and since when so."""

    at: datetime
    is_connected: bool
    since: datetime


def process_name() -> str:
    """This process among all that work for the node, also on other machines."""
    return f"{socket.gethostname()[:100]}:{os.getpid()}"


def note(process: str, *, is_connected: bool, at: datetime) -> None:
    """Say that this worker is alive; `since` moves only when the connection came or went."""
    changed = WorkerBeat.objects.filter(process=process).update(
        at=at,
        is_connected=is_connected,
        since=Case(When(is_connected=is_connected, then=F("since")), default=Value(at)),
    )
    if not changed:
        WorkerBeat.objects.filter(at__lt=at - FORGET_AFTER).delete()
        WorkerBeat.objects.create(process=process, at=at, is_connected=is_connected, since=at)


def latest() -> Alive | None:
    """The newest sign, one of a connected worker before others; None when none ever lived."""
    newest = WorkerBeat.objects.order_by("-at").first()
    if newest is None:
        return None
    # Of several that are alive, one that reaches the broker is enough for the work to go on.
    around = WorkerBeat.objects.filter(at__gte=newest.at - timedelta(seconds=30))
    best = around.order_by("-is_connected", "-at").first() or newest
    return Alive(newest.at, best.is_connected, best.since)
