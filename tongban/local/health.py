"""What a node says of itself over HTTP."""

import json
import urllib.error
import urllib.request
from typing import Any

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


def _body(answer: urllib.error.HTTPError) -> dict[str, Any]:
    try:
        body = json.load(answer)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
