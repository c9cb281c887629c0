"""POST /token: a short-lived token for another system (RFC 6749, client credentials)."""

import base64
import binascii
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import BaseModel

from tongban.api import problems
from tongban.api.reading import JSON, JsonParser, check_size
from tongban.basics.refusals import Refused
from tongban.parties import operations, tokens
from tongban.parties import queries as parties

router = Router(tags=["token"])

FORM = "application/x-www-form-urlencoded"
LARGEST = 10_000  # bytes
# The error codes of RFC 6749 §5.2, by the code of our refusal.
OAUTH = {
    "client-unknown": "invalid_client",
    "scope-not-given": "invalid_scope",
    "officer-not-given": "invalid_grant",
    "grant-type-unknown": "unsupported_grant_type",
}


class GrantTypeUnknown(Refused):
    """Only systems get tokens here, by their own secret."""

    code = "grant-type-unknown"
    status = 400

    def __init__(self) -> None:
        super().__init__(_("grant_type只能是client_credentials"))


class TokenOut(BaseModel):
    """A token and how long it lives, in seconds; `scope` is divided by spaces (RFC 6749 §5.1)."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str
    places: list[str]


_ASKED = {
    "type": "object",
    "properties": {
        "grant_type": {"type": "string", "enum": ["client_credentials"]},
        "client_id": {"type": "string"},
        "client_secret": {"type": "string"},
        "scope": {"type": "string", "description": "Fewer scopes than the client has"},
        "officer": {
            "type": "string",
            "description": "The staff number of the officer who sits at the system's screen",
        },
    },
    "required": ["grant_type"],
}


@router.post(
    "/token",
    response={200: TokenOut, 400: problems.Problem, 401: problems.Problem},
    summary="领取令牌",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {FORM: {"schema": _ASKED}, JSON: {"schema": _ASKED}},
        }
    },
)
def issue(request: HttpRequest) -> HttpResponse:
    """A token for a system that shows its id and secret, as a form, as JSON or by HTTP Basic.

    The token is bounded by the places and the scopes that the system was registered with. With
    `officer` (a staff number it was registered with) it acts in that officer's name.
    Problems carry `error` as RFC 6749 names it, so that an OAuth library understands them.
    """
    try:
        return _issued(request)
    except Refused as refusal:
        error = OAUTH.get(refusal.code, "invalid_request")
        return problems.answer(request, refusal, error=error, error_description=refusal.message)


def _issued(request: HttpRequest) -> HttpResponse:
    asked = _asked(request)
    if asked.get("grant_type") != "client_credentials":
        raise GrantTypeUnknown
    client_id, secret = _credentials(request, asked)
    client = parties.client_for(client_id, secret)
    scopes = asked.get("scope", "").split()
    at = now()
    token = TokenOut(
        access_token=operations.issue_token(
            client, at, scopes, officer=_clean(asked.get("officer", ""))
        ),
        token_type="Bearer",  # noqa: S106 - the kind of token, not a secret
        expires_in=int(tokens.LIFETIME.total_seconds()),
        scope=" ".join(scopes or client.scopes),
        places=list(client.prefixes),
    )
    return JsonResponse(token.model_dump(), headers={"Cache-Control": "no-store"})


def _asked(request: HttpRequest) -> dict[str, str]:
    """What the request says, from a form or from JSON; text only."""
    check_size(request, LARGEST)
    if request.content_type == FORM:
        return {name: str(value) for name, value in request.POST.items()}
    try:
        asked: Any = JsonParser().parse_body(request)
    except problems.WrongContentType:
        raise problems.WrongContentType(f"{FORM}, {JSON}") from None
    except (ValueError, RecursionError):
        raise problems.BadRequest(_("内容不是能读的JSON")) from None
    if not isinstance(asked, dict) or not all(isinstance(v, str) for v in asked.values()):
        raise problems.BadRequest(_("内容要写成对象，每一项都是文字"))
    return asked


def _credentials(request: HttpRequest, asked: dict[str, str]) -> tuple[str, str]:
    """Id and secret, from HTTP Basic where it is used, otherwise from the body."""
    scheme, _space, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return _clean(asked.get("client_id", "")), asked.get("client_secret", "")
    try:
        text = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise problems.BadRequest(_("Authorization里的Basic写法不对")) from None
    client_id, _colon, secret = text.partition(":")
    return _clean(client_id), secret


def _clean(client_id: str) -> str:
    # The database refuses a zero character, so there cannot be such a client.
    return client_id.replace("\0", "")
