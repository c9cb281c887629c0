"""Calls that change something: with the same key again they are the same call, done once."""

from collections.abc import Callable
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from ninja import Header
from pydantic import BaseModel, Field

from tongban.api.bearer import grant_of, owner_of
from tongban.api.models import Call
from tongban.basics import canonical
from tongban.basics.refusals import Refused

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=80,
        pattern=r"^[\x21-\x7e]+$",
        description="您为这一次调用定的键：重发时不变，别的调用用别的键",
    ),
]
Text = Annotated[str, Field(max_length=2000)]


class KeyUsedForAnotherCall(Refused):
    """The idempotency key already stands for another call of the same system."""

    code = "idempotency-key-used-otherwise"
    status = 422

    def __init__(self) -> None:
        super().__init__(_("这个幂等键已经用于另一次调用。内容不同的调用请换一个新的键"))


@transaction.atomic
def once(
    request: HttpRequest, key: str, asked: BaseModel | None, do: Callable[[], BaseModel]
) -> JsonResponse:
    """Do what a call asks: 201 with what came of it, or 200 with what came of it the first time.

    Two with the same key at the same time are one after the other. What is refused leaves nothing
    behind, so the same key may be sent again when the way is clear. Refused: KeyUsedForAnotherCall.
    """
    digest = _digest(request, asked)
    call, is_new = Call.objects.get_or_create(
        owner=owner_of(request), key=key, defaults={"digest": digest, "at": now()}
    )
    if call.digest != digest:
        raise KeyUsedForAnotherCall
    if is_new:
        call.answer = do().model_dump(mode="json")
        call.save(update_fields=["answer"])
    return JsonResponse(
        call.answer,
        status=201 if is_new else 200,
        headers={"Cache-Control": "no-store"},
        json_dumps_params={"ensure_ascii": False},
    )


def _digest(request: HttpRequest, asked: BaseModel | None) -> str:
    body: dict[str, Any] = asked.model_dump(mode="json") if asked else {}
    asked_by = {"path": request.path, "officer": grant_of(request).officer}
    return canonical.digest(canonical.dumps(asked_by | {"body": body}))
