"""/hooks: having changes of the own authority's cases pushed to an address."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from ninja import Router, Status
from pydantic import BaseModel, Field

from tongban.api.bearer import grant_of, needs
from tongban.api.problems import Problem
from tongban.api.shapes import Body
from tongban.cases.hooks import operations, sending
from tongban.cases.hooks.happened import EVENTS
from tongban.cases.hooks.models import Hook

router = Router(tags=["hooks"])

REFUSALS = {403: Problem, 404: Problem, 409: Problem, 422: Problem}
EventName = Annotated[str, Field(json_schema_extra={"enum": list(EVENTS)}, max_length=30)]


class HookIn(Body):
    """An address (https, public unless the node's operator opened its network) and what for."""

    url: Annotated[str, Field(max_length=500)]
    events: Annotated[list[EventName], Field(min_length=1, max_length=len(EVENTS))]


class HookMade(BaseModel):
    """A hook with the secret that signs its calls, which is shown this once."""

    id: UUID
    url: str
    events: list[str]
    secret: str


class HookOut(BaseModel):
    """A hook: how many calls wait and how many were given up, and what the last trouble was."""

    id: UUID
    url: str
    events: list[str]
    made_at: datetime
    waiting: int
    failed: int
    trouble: str


class HooksOut(BaseModel):
    """The hooks of the system."""

    hooks: list[HookOut]


class Retried(BaseModel):
    """How many calls that were given up are tried again."""

    count: int


@router.get(
    "/hooks", response={200: HooksOut}, url_name="hooks", summary="推送地址", **needs("hooks")
)
def hooks(request: HttpRequest) -> HooksOut:
    """The system's hooks and how they do. Needs scope `hooks`."""
    found = sending.lines(client_id=grant_of(request).client_id)
    return HooksOut(
        hooks=[
            HookOut(
                id=one.hook.pk,
                url=one.hook.url,
                events=one.hook.events,
                made_at=one.hook.made_at,
                waiting=one.waiting,
                failed=one.failed,
                trouble=one.trouble,
            )
            for one in found
        ]
    )


@router.post(
    "/hooks",
    response={201: HookMade, **REFUSALS},
    url_name="subscribe",
    summary="订阅推送",
    **needs("hooks"),
)
def subscribe(request: HttpRequest, hook: HookIn) -> Status[HookMade]:
    """Have an address called for events of the cases that the system's authority receives or decides.

    A `ping` comes at once. Each call is a POST of JSON with `id`, `event`, `case`, `seq`, `state`,
    `at` and `url`, nothing personal, signed in `X-Tongban-Signature`: the hexadecimal HMAC-SHA256
    under the secret of `X-Tongban-Timestamp`, a point and the body. Anything but 2xx within five
    seconds is tried again with the same `id`, at growing distances for most of a day. The same
    address again changes its events and its secret. Needs scope `hooks` and a system of one
    authority (403, authority-missing).
    """
    made, secret = operations.subscribe(
        client_id=grant_of(request).client_id, url=hook.url, events=hook.events, at=now()
    )
    return Status(201, HookMade(id=made.pk, url=made.url, events=made.events, secret=secret))


@router.delete(
    "/hooks/{hook_id}",
    response={204: None, 404: Problem},
    url_name="unsubscribe",
    summary="取消推送",
    **needs("hooks"),
)
def unsubscribe(request: HttpRequest, hook_id: UUID) -> HttpResponse:
    """Call an address no more; what waited for it is gone. Needs scope `hooks`."""
    operations.unsubscribe(client_id=grant_of(request).client_id, hook_id=hook_id)
    return HttpResponse(status=204)


@router.post(
    "/hooks/{hook_id}/retry",
    response={200: Retried, 404: Problem},
    url_name="retry_hook",
    summary="再推送",
    **needs("hooks"),
)
def retry(request: HttpRequest, hook_id: UUID) -> Retried:
    """Try everything of a hook that was given up once more. Needs scope `hooks`."""
    mine: Hook = operations.mine(grant_of(request).client_id, hook_id)
    return Retried(count=sending.retry_all(at=now(), hook=mine))
