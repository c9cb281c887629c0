"""At the hub: how many messages went from whom to whom, as the senders say; routing facts, no more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Sum

from tongban.exchange.models import Flow

SPAN = timedelta(minutes=10)
# So long a sender repeats a span, and so long the hub keeps it.
TOLD_FOR, KEPT_FOR = timedelta(hours=1), timedelta(hours=25)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# More than any node can rightly say: the spans of an hour and every other node.
MOST_SPANS, MOST_RECIPIENTS, MOST_MESSAGES = 8, 64, 10**8


@dataclass(frozen=True, slots=True)
class Counted:
    """How many messages went from one node to another."""

    sender: str
    recipient: str
    messages: int


def span_of(moment: datetime) -> datetime:
    """The beginning of the ten minutes that a moment lies in."""
    return moment.replace(minute=moment.minute // 10 * 10, second=0, microsecond=0)


def note(sender: str, process: str, said: Mapping[str, Mapping[str, int]], *, at: datetime) -> None:
    """Keep what a node says it sent; hearing the same again changes nothing.

    Raises ValueError or TypeError for what no node can rightly say.
    """
    oldest, newest = span_of(at - KEPT_FOR), at + SPAN
    if not (isinstance(said, dict) and all(isinstance(one, dict) for one in said.values())):
        raise TypeError(type(said))
    if len(said) > MOST_SPANS:
        raise ValueError(len(said))
    rows = []
    for text, counts in said.items():
        span = datetime.fromisoformat(text)
        if span.tzinfo is None or span != span_of(span) or len(counts) > MOST_RECIPIENTS:
            raise ValueError(text)
        if oldest <= span <= newest:
            rows += [_row(sender, process[:16], span, code, n) for code, n in counts.items()]
    known = {
        (row.recipient, row.span): row.messages
        for row in Flow.objects.filter(sender=sender, process=process[:16], span__gte=oldest)
    }
    more = [row for row in rows if row.messages > known.get((row.recipient, row.span), 0)]
    Flow.objects.bulk_create(
        more, update_conflicts=True, update_fields=["messages"],
        unique_fields=["sender", "process", "recipient", "span"],
    )  # fmt: skip


def _row(sender: str, process: str, span: datetime, recipient: str, messages: int) -> Flow:
    if not (recipient.isdecimal() and len(recipient) == 2 and 0 < int(messages) <= MOST_MESSAGES):
        raise ValueError(recipient)
    return Flow(
        sender=sender, process=process, recipient=recipient, span=span, messages=int(messages)
    )


def forget(*, at: datetime) -> int:
    """Drop what is older than anybody asks for; gives how many rows went."""
    return Flow.objects.filter(span__lt=span_of(at - KEPT_FOR)).delete()[0]


def since(length: timedelta, *, at: datetime) -> list[Counted]:
    """Who sent how many to whom in the last hour or day, most first; full spans count."""
    rows = (
        Flow.objects.filter(span__gte=span_of(at - length))
        .values_list("sender", "recipient")
        .annotate(total=Sum("messages"))
        .order_by("-total", "sender", "recipient")
    )
    return [Counted(sender, recipient, total) for sender, recipient, total in rows]
