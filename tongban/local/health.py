"""What a node says of itself over HTTP, and of its worker in its database."""

import json
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

# A proxy of the environment has no business between us and our own machine.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def readiness(url: str, *, timeout: float = 2.0) -> dict[str, Any]:
    """The answer of `/health/ready`; `ready` is False, with a cause, when there is none."""
    try:
        with _direct.open(f"{url}/health/ready", timeout=timeout) as answer:
            found = json.load(answer)
    except urllib.error.HTTPError as refused:
        found = _body(refused) or {"cause": f"HTTP {refused.code}"}
        found["ready"] = False
    except (OSError, ValueError) as error:
        return {"ready": False, "cause": str(getattr(error, "reason", error))}
    return {**found, "ready": bool(found.get("ready"))}


# A worker gives a sign every five seconds.
ALIVE_FOR = timedelta(seconds=20)
LAST_SIGN = "SELECT at, is_connected FROM exchange_workerbeat ORDER BY at DESC LIMIT 1"


def worker_readiness(database_url: str, *, since: datetime | None = None) -> dict[str, Any]:
    """Whether a node's worker gave a sign just now and reaches the broker; else with the cause.

    With `since` a sign of an earlier life does not count.
    """
    oldest = since or datetime.now(UTC) - ALIVE_FOR
    try:
        with psycopg.connect(database_url, connect_timeout=3) as connection:
            sign = connection.execute(LAST_SIGN).fetchone()
    except psycopg.Error as error:
        lines = str(error).splitlines() or [type(error).__name__]
        return {"ready": False, "cause": f"数据库没有响应：{lines[0]}"}
    if sign is None or sign[0] < oldest:
        return {"ready": False, "cause": "后台进程没有动静"}
    if not sign[1]:
        return {"ready": False, "cause": "后台进程连不上消息服务器"}
    return {"ready": True}


def _body(answer: urllib.error.HTTPError) -> dict[str, Any]:
    try:
        body = json.load(answer)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
