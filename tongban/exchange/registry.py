"""Who handles which message: the domains above register here, so that nothing below knows them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol, TypeVar

from tongban.exchange.envelope import Envelope

Handler = Callable[[Envelope], None]


class Resender(Protocol):
    """Tells the messages of a subject again, from a place in their order on."""

    def __call__(self, *, subject: str, from_seq: int, recipient: str, at: datetime) -> None: ...


R_contra = TypeVar("R_contra", contravariant=True)
R = TypeVar("R")


class Keeper(Protocol[R_contra]):
    """Keeps what a message brought that was refused."""

    def __call__(self, refusal: R_contra, envelope: Envelope, /, *, at: datetime) -> None: ...


_HANDLERS: dict[str, Handler] = {}
_RESENDERS: dict[str, Resender] = {}
_KEEPERS: dict[type, Keeper[Any]] = {}


class Gap(Exception):
    """Raised by a handler: messages of this subject before this one have not come yet.

    `kind` is the type of what is missing where it is another than that of the message itself.
    """

    def __init__(self, next_seq: int, kind: str = "") -> None:
        super().__init__(f"waiting for {kind} {next_seq}".replace("  ", " "))
        self.next_seq = next_seq
        self.kind = kind


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register what handles messages of a type; a changed meaning is a new version of the type.

    The handler runs in the inbox's transaction, under a lock of the message's subject. It may
    raise Gap (ask for what is missing and try again) or Refused (park, and tell the sender why);
    anything else is a bug of ours: it is rolled back, tried again a few times, then parked.
    """

    def register(function: Handler) -> Handler:
        if _HANDLERS.setdefault(kind, function) is not function:
            raise ValueError(f"{kind} is handled by two functions")
        return function

    return register


def resends(kind: str) -> Callable[[Resender], Resender]:
    """Register what tells the messages of a type again to a node that misses some.

    It runs in a transaction and tells them with `outbox.tell`. It must see for itself whether
    that node may have them: who asks is known for certain, what it asks for is its own claim.
    """

    def register(function: Resender) -> Resender:
        if _RESENDERS.setdefault(kind, function) is not function:
            raise ValueError(f"{kind} is resent by two functions")
        return function

    return register


def keeps(kind: type[R]) -> Callable[[Keeper[R]], Keeper[R]]:
    """Register what is kept of a refusal of a kind, besides the message that is parked.

    It runs in the inbox's transaction, each time such a message is refused.
    """

    def register(function: Keeper[R]) -> Keeper[R]:
        if _KEEPERS.setdefault(kind, function) is not function:
            raise ValueError(f"{kind.__name__} is kept by two functions")
        return function

    return register


def handler(kind: str) -> Handler | None:
    """What handles messages of a type, or None when nobody does."""
    return _HANDLERS.get(kind)


def resender(kind: str) -> Resender | None:
    """What resends messages of a type, or None when nobody does."""
    return _RESENDERS.get(kind)


def keep(refusal: Exception, envelope: Envelope, *, at: datetime) -> None:
    """Keep of a refusal what was registered for its kind; of most, nothing."""
    for kind, keeper in _KEEPERS.items():
        if isinstance(refusal, kind):
            keeper(refusal, envelope, at=at)
