"""What the catalogue said may be kept and asked about again: ETag, Last-Modified, 304."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response

from tongban.basics import canonical

# The first parts of the addresses whose answers are the same for everybody.
PUBLIC = frozenset({"items", "implementations", "differences", "rollouts", "documents"})
KEEP = "public, no-cache"
SAYS_304 = {"description": "Not modified: what was said under this ETag still holds"}


def is_public(path: str) -> bool:
    """Whether the answers under this address (without its root) may be kept by anybody."""
    return path.lstrip("/").partition("/")[0] in PUBLIC


def conditional(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The response with its ETag; 304 where the request already has exactly this.

    The tag is over what is said, so it changes with whatever changes the answer: a publication, a
    new day, a node that was connected.
    """
    if request.method not in {"GET", "HEAD"} or not isinstance(response, HttpResponse):
        return response
    if response.status_code != 200:
        return response
    tag = f'"{canonical.digest(response.content)[:32]}"'
    response["ETag"] = tag
    response["Cache-Control"] = KEEP
    found = get_conditional_response(request, etag=tag, response=response)
    return found if found is not None else response


def describe(path: str, operation: dict[str, Any]) -> None:
    """Say in the description that a public address answers 304 and gives an ETag."""
    if not is_public(path):
        return
    operation["responses"][304] = SAYS_304
    operation["responses"][200].setdefault("headers", {})["ETag"] = {
        "description": "For If-None-Match",
        "schema": {"type": "string"},
    }
