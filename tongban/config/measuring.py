"""Counts requests and their time, and ties log lines of one request together by its id.

The id comes from the proxy in front (`X-Request-ID`) when it looks like one, else it is made here;
it is in every log line of the request, in its answer, and in the log line of each message that the
request owed to another node, whose id the other node writes down in turn.
"""

import re
import time
from collections.abc import Callable
from uuid import uuid4

import structlog
from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

log = structlog.get_logger(__name__)

HEADER = "X-Request-ID"
# A page that takes longer is worth a line in the log even where requests are not logged.
SLOW_SECONDS = 1.0
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_DOORS = {"api", "desk", "health", "metrics", "oversight", "portal", "sandbox"}

REQUESTS = Counter("tongban_requests", "Answered requests", ["door", "method", "status"])
SECONDS = Histogram(
    "tongban_request_seconds",
    "Time in the process, without waiting for it",
    ["door"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


class Measuring:
    """The outermost middleware; an error inside counts as 500 and flies on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        request_id = given if _ID.fullmatch(given) else uuid4().hex
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            _note(request, response.status_code, time.perf_counter() - began)
        response.headers[HEADER] = request_id
        return response


def _note(request: HttpRequest, status: int, seconds: float) -> None:
    match = request.resolver_match
    door = _door(match.route) if match else "none"
    method = request.method if request.method in {"GET", "HEAD", "POST"} else "other"
    REQUESTS.labels(door, method, status).inc()
    SECONDS.labels(door).observe(seconds)
    if status >= 500 or seconds > SLOW_SECONDS:
        # The route, never the path: a path may name a case or carry what somebody typed.
        route = match.view_name if match else ""
        log.warning("request.slow_or_failed", status=status, route=route, seconds=round(seconds, 3))


def _door(route: str) -> str:
    first = route.split("/", 1)[0]
    return first if first in _DOORS else "portal"
