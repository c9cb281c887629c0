"""Reads request bodies: of one type, of bounded size, and no more lenient than JSON is."""

import json
from typing import Any, NoReturn

from django.http import HttpRequest
from ninja.parser import Parser

from tongban.api.problems import TooBig, WrongContentType

JSON = "application/json"
# Bytes of a JSON body: the answers of the longest form are some tens of thousands.
LARGEST_JSON = 1_000_000


class JsonParser(Parser):
    """JSON as RFC 8259 has it, and only where the request says that it is JSON."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The value of the body; NaN and infinities are not JSON."""
        if request.content_type != JSON:
            raise WrongContentType(JSON)
        check_size(request, LARGEST_JSON)
        value = json.loads(request.body, parse_constant=_not_json)
        if rb"\ud" in request.body.lower():
            # Half of a character, which JSON can write and nothing can keep; raises ValueError.
            json.dumps(value, ensure_ascii=False).encode()
        if rb"\u0000" in request.body and _holds_zero(value):
            raise ValueError("a zero character, which no table keeps")
        return value


def _holds_zero(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds_zero(one) for pair in value.items() for one in pair)
    if isinstance(value, list):
        return any(_holds_zero(one) for one in value)
    return isinstance(value, str) and "\0" in value


def check_size(request: HttpRequest, limit: int) -> None:
    """Refuse a body that is announced as larger than `limit` bytes, before it is read."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
        raise TooBig(limit)


def _not_json(text: str) -> NoReturn:
    raise ValueError(text)
