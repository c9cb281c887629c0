"""Every refusal of the API as a problem (RFC 9457); one handler for all of them."""

import json
import logging
from typing import Annotated, Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from ninja.errors import HttpError, ValidationError
from pydantic import BaseModel, ConfigDict, Field

from tongban.api import wrong
from tongban.basics.refusals import FieldsRefused, Refused

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "请求的写法不对",
    401: "没有有效的令牌",
    403: "不允许",
    404: "没有找到",
    405: "这个地址不支持这种方法",
    409: "现在不能这样做",
    413: "内容太大",
    415: "内容的类型不对",
    422: "内容要改",
    429: "请求太频繁",
    500: "系统出错",
    503: "服务暂时不可用",
}


# How to authenticate (RFC 6750, RFC 7617), by the code of the refusal.
CHALLENGES = {
    "token-missing": 'Bearer realm="tongban"',
    "token-refused": 'Bearer realm="tongban", error="invalid_token"',
    "scope-missing": 'Bearer realm="tongban", error="insufficient_scope"',
    "client-unknown": 'Basic realm="tongban"',
}


class Problem(BaseModel):
    """A refusal. `code` names its kind for machines, `detail` says it to a person in Chinese."""

    model_config = ConfigDict(extra="allow")

    type: Annotated[str, Field(description="urn:tongban:problem: and the code")]
    title: str
    status: int
    detail: str
    instance: Annotated[str, Field(description="The path that was asked for")]
    code: str
    facts: Annotated[dict[str, Any], Field(description="What a machine may want to know")] = {}
    errors: Annotated[
        dict[str, list[str]], Field(description="Sentences for each field that is wrong")
    ] = {}


class BadRequest(Refused):
    """A request that cannot be read at all."""

    code = "bad-request"
    status = 400


class NoSuchAddress(Refused):
    """A path under /api/ that nothing answers."""

    code = "no-such-address"
    status = 404


class MethodNotAllowed(Refused):
    """A path that exists, asked with a method it does not have."""

    code = "method-not-allowed"
    status = 405


class TooBig(Refused):
    """More bytes than this address takes."""

    code = "too-big"
    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(_("请求超过%(limit)s字节的上限") % {"limit": f"{limit:,}"}, limit=limit)


class WrongContentType(Refused):
    """A body of another type than this address takes."""

    code = "wrong-content-type"
    status = 415

    def __init__(self, expected: str) -> None:
        super().__init__(_("内容的类型要是%(type)s") % {"type": expected}, expected=expected)


def handle(request: HttpRequest, error: Exception) -> HttpResponse:
    """The problem that an error is; a bug is reported and told as nothing but a bug.

    Where the database is away, the error flies on to the middleware that answers for all doors.
    """
    if isinstance(error, OperationalError | InterfaceError):
        raise error
    refusal = _refusal(error)
    if refusal is None:
        log.exception("api.failed", exc_info=error, extra={"path": request.path})
        got_request_exception.send(sender=handle, request=request)
        refusal = BadRequest(_("系统出错了，这次请求没有办成。错误已经记录，请稍后再试"))
        return answer(request, refusal, status=500, code="failed")
    return answer(request, refusal)


def _refusal(error: BaseException) -> Refused | None:
    match error:
        case Refused():
            return error
        case ValidationError():
            return FieldsRefused(wrong.sentences(error.errors))
        case HttpError() if isinstance(error.__cause__, Refused):
            # What our own parser refused, wrapped by the library.
            return error.__cause__
        case HttpError(status_code=400):
            return BadRequest(_("内容不是能读的JSON"))
        case RequestDataTooBig() | TooManyFieldsSent():
            return TooBig(2_621_440)
        case UnreadablePostError() | MultiPartParserError():
            return BadRequest(_("内容没有传完，或者分段的写法不对，请重新发送"))
        case Http404():
            return NoSuchAddress(_("没有这个地址"))
    return None


def answer(
    request: HttpRequest, refusal: Refused, *, status: int = 0, code: str = "", **more: Any
) -> HttpResponse:
    """A refusal as the response that tells it; `more` are further members of the problem."""
    status, code = status or refusal.status, code or refusal.code
    facts = refusal.facts()
    errors = facts.pop("errors", {})
    body = {
        "type": f"urn:tongban:problem:{code}",
        "title": _(TITLES.get(status, TITLES[409])),
        "status": status,
        "detail": refusal.message,
        "instance": request.path,
        "code": code,
        "facts": facts,
        "errors": errors,
    }
    response = HttpResponse(
        json.dumps(body | more, ensure_ascii=False, default=str),
        status=status,
        content_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store"},
    )
    if challenge := CHALLENGES.get(code):
        response["WWW-Authenticate"] = challenge
    return response
