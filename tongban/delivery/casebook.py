"""What this domain needs to know of a case, said by the domain above it; and what that one hears.

    casebook.know_cases(book)                       # once, in its AppConfig.ready

    @casebook.on_step
    def originals_came(parcel, event): …            # in the transaction, under the parcel's lock

Listeners only write rows. A parcel is locked before its cases, and nothing locks them the other
way round.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from tongban.basics.refusals import NotFound
from tongban.delivery.models import Parcel
from tongban.delivery.standing import End
from tongban.parties.models import Account
from tongban.record.chains import Event

NO_SUCH_CASE = _("没有找到这件，请检查办件编号")


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case as far as papers need it. `offices` are the ends that may send and get its papers."""

    number: str
    title: str
    applicant_name: str
    applicant_phone: str
    applicant: End
    receiver: End | None  # None where the case has no receiving window
    decider: End
    reached_decider: bool
    takes_post: bool  # whether a parcel can be of any use in its state
    is_decided: bool
    has_ended: bool
    materials: tuple[tuple[str, str], ...]  # spec and name
    result: str  # title of the result once there is one
    nodes: tuple[str, ...]  # those that have the case already
    result_gone: bool = False  # whether the paper of the result is lost, and not yet made anew

    def offices(self) -> tuple[End, ...]:
        """The offices that have this case now: the deciding one only once it was handed over."""
        ends = (self.receiver, self.decider if self.reached_decider else None)
        return tuple(end for end in ends if end is not None)

    def end_of(self, authority: str) -> End | None:
        """The end that an authority is of this case, if it has the case."""
        return next((end for end in self.offices() if end.authority == authority), None)


class CaseBook(Protocol):
    """Answers about cases, by number."""

    def facts(self, number: str) -> CaseFacts | None:
        """A case of this node; None when it knows no such case."""

    def facts_for(self, account: Account, number: str) -> CaseFacts:
        """A case of somebody this account acts for. Refused: NotFound."""


Listener = Callable[[Parcel, Event], None]
_book: list[CaseBook] = []
_listeners: list[Listener] = []


def know_cases(book: CaseBook) -> None:
    """Say who knows cases; the last to register wins."""
    _book[:] = [book]


def on_step(listener: Listener) -> Listener:
    """Hear of every step of every parcel, after it was kept. Registering twice is once."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def tell(parcel: Parcel, event: Event) -> None:
    """Tell whoever listens that a parcel took a step."""
    for listener in _listeners:
        listener(parcel, event)


def find(number: str) -> CaseFacts | None:
    """A case of this node, or None."""
    return _book[0].facts(number) if _book else None


def facts(number: str) -> CaseFacts:
    """A case of this node. Refused: NotFound."""
    found = find(number)
    if found is None:
        raise NotFound(str(NO_SUCH_CASE))
    return found


def facts_for(account: Account, number: str) -> CaseFacts:
    """A case of somebody this account acts for. Refused: NotFound."""
    if not _book:
        raise NotFound(str(NO_SUCH_CASE))
    return _book[0].facts_for(account, number)
