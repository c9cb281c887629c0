"""GET /events: what happens to the cases of a system's places, in order and each once."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BaseModel, Field

from tongban.api.bearer import bounds, needs
from tongban.api.problems import Problem
from tongban.basics import canonical
from tongban.cases.bounds import events_within
from tongban.cases.timeline import Truths
from tongban.record.chains import Event

router = Router(tags=["cases"])
PAGE, LARGEST_PAGE = 100, 500


class AuthorOut(BaseModel):
    """Who made an event: always a node; for officers the authority, place and a pseudonym."""

    node: str
    role: str
    place: str
    authority: str
    officer: str


class FileOut(BaseModel):
    """A paper that an event names."""

    digest: str
    size: int
    media_type: str


class CrossingOut(BaseModel):
    """How an event that hands the case to another node came there, each null until it is so.

    Sent: the channel has it. Delivered: the other node has committed it. Answered: a person there
    has acted.
    """

    sent_at: datetime | None
    delivered_at: datetime | None
    answered_at: datetime | None


class EventOut(BaseModel):
    """One event of a chain; `hash` is the SHA-256 of `body`, `signature` Ed25519 over it."""

    seq: int
    kind: str
    at: datetime
    author: AuthorOut
    content: dict[str, Any]
    files: list[FileOut]
    sealed: Annotated[
        str, Field(description="digest of the personal part, which is kept elsewhere")
    ]
    prev: str
    hash: str
    key_id: str
    signature: str
    body: str
    crossing: CrossingOut | None


class HappeningOut(BaseModel):
    """One event in the feed; `cursor` goes on right after it."""

    cursor: str
    case: str
    seq: int
    kind: str
    at: datetime
    author: AuthorOut
    content: dict[str, Any]
    hash: str


class FeedOut(BaseModel):
    """Events since a cursor; `next` is the `after` of the next call, now if `has_more`."""

    events: list[HappeningOut]
    next: str
    has_more: bool


@router.get(
    "/events", response={200: FeedOut, 422: Problem}, summary="取新的经过", **needs("events")
)
def events(
    request: HttpRequest,
    after: Annotated[str, Query(max_length=40, description="上一次回答里的next")] = "",
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
) -> FeedOut:
    """What happened since a cursor to the cases that the system may see (GET /cases/{number}).

    In the order in which this node committed it; each event once, none missed. An answer without
    events still moves `next` on. Nothing personal is in it. Needs scope `events`.
    """
    feed = events_within(bounds(request), after=after, limit=limit)
    return FeedOut(
        events=[
            HappeningOut(
                cursor=one.cursor, case=one.case, seq=one.seq, hash=one.hash, **_of(one.body)
            )
            for one in feed.events
        ],
        next=feed.next,
        has_more=feed.has_more,
    )


def _of(body: str) -> dict[str, Any]:
    event = canonical.loads(body.encode())
    return {name: event[name] for name in ("kind", "at", "author", "content")}


def event_out(event: Event, truths: Truths | None) -> EventOut:
    """An event of a chain as the API gives it."""
    return EventOut(
        seq=event.seq,
        kind=event.kind,
        at=event.at,
        author=AuthorOut(
            node=event.author.node,
            role=event.author.role,
            place=event.author.place,
            authority=event.author.authority,
            officer=event.author.officer,
        ),
        content=event.content,
        files=[FileOut(digest=f.digest, size=f.size, media_type=f.media_type) for f in event.files],
        sealed=event.sealed,
        prev=event.prev,
        hash=event.hash,
        key_id=event.key_id,
        signature=event.signature,
        body=event.body.decode(),
        crossing=CrossingOut(**asdict(truths)) if truths else None,
    )
