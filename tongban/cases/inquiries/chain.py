"""The chain of an inquiry: how this node keeps it, and what it writes of its own accord."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q

from tongban.cases import news
from tongban.cases.inquiries import standing
from tongban.cases.inquiries.models import Inquiry
from tongban.cases.inquiries.standing import Standing, State
from tongban.cases.news import News
from tongban.exchange import inbox, shared_chains
from tongban.exchange.envelope import Envelope
from tongban.exchange.shared_chains import ChainRefused, Kind
from tongban.jurisdictions import queries as jurisdictions
from tongban.parties import queries as parties
from tongban.parties.models import Officer, Role
from tongban.record import queries as recorded
from tongban.record.chains import Author, Event

WITHDRAWAL = "inquiry.withdrawal.v1"
REMINDER = "inquiry.reminder.v1"
# What tells a reminder that the asker wished for from one that the node wrote by itself.
AT_WISH: dict[str, Any] = {"wish": "asker"}


def _head(chain: str) -> Standing | None:
    row = Inquiry.objects.select_for_update().filter(pk=chain).first()
    return row.standing() if row is not None else None


def _mend(after: Standing) -> None:
    values = {name: getattr(after, name) for name in Standing.__slots__ if name != "chain"}
    Inquiry.objects.update_or_create(chain=after.chain, defaults=values)


def _keep(after: Standing, event: Event) -> None:
    _mend(after)
    if event.kind in {standing.ANSWER, standing.REFUSE} and after.asker_node == settings.NODE_ID:
        _tell_asker(after, event)
    if event.kind == standing.REMIND and after.answerer_node == settings.NODE_ID:
        _tell_answerers(after, event)


def _tell_answerers(after: Standing, event: Event) -> None:
    """The leaders of the office that did not answer hear of it; without one, whoever could answer.

    Nobody of an office takes an inquiry for her own before she answers it.
    """
    office = Officer.objects.filter(authority__code=after.answerer_authority).order_by("pk")
    told = list(office.filter(roles__contains=[Role.LEADER]))
    for officer in told or office.filter(roles__overlap=[Role.RECEIVER, Role.DECIDER]):
        news.tell(News(news.INQUIRY_LATE, officer, f"{after.chain} {event.seq}", event.at))


def _tell_asker(after: Standing, event: Event) -> None:
    """Whoever asked last hears that there is an answer."""
    asked = [one for one in recorded.events(after.chain) if one.author.role == "asker"]
    officer = parties.officer_by_pseudonym(asked[-1].author.officer) if asked else None
    if officer is not None:
        ref = f"{after.chain} {event.seq}"
        news.tell(News(news.INQUIRY_ANSWERED, officer, ref, event.at))


def _arrived(after: Standing, at: datetime) -> None:
    """Take an inquiry that was sent to an office of this node; refused when it is none of ours."""
    if after.state != State.ASKED or after.answerer_node != settings.NODE_ID:
        return
    organ = jurisdictions.authority(after.answerer_authority)
    if jurisdictions.node_for(organ.division_code).code != settings.NODE_ID:
        raise ChainRefused("收到协查的机关不在本节点的辖区")
    write_as_node(after.chain, standing.ARRIVE, at=at)


def _shared_with(node: str) -> Iterable[str]:
    rows = Inquiry.objects.filter(Q(asker_node=node) | Q(answerer_node=node))
    return rows.values_list("chain", flat=True)


KIND: Kind[Standing] = shared_chains.register(
    Kind(
        name="inquiry",
        letter="i",
        head=_head,
        apply=standing.apply,
        keep=_keep,
        nodes=lambda after: after.nodes,
        arrived=_arrived,
        mend=_mend,
        shared_with=_shared_with,
    )
)


def write_as_node(
    chain: str, kind: str, *, at: datetime, content: dict[str, Any] | None = None
) -> None:
    """Write what no person does: an arrival, a withdrawal at the asker's wish, a reminder."""
    author = Author(node=settings.NODE_ID, role="system")
    shared_chains.write(KIND, chain, kind, by=author, at=at, content=content)


@inbox.handles(WITHDRAWAL)
def take_withdrawal(envelope: Envelope) -> None:
    """Write down that the asker takes an inquiry back; after an answer there is nothing to do."""
    row = Inquiry.objects.select_for_update().filter(pk=envelope.subject).first()
    if row is None:
        raise inbox.Gap(1, kind=shared_chains.EVENTS)
    if envelope.sender != row.asker_node:
        raise ChainRefused("只有发出协查的节点能撤回")
    if State(row.state) in standing.OPEN:
        write_as_node(row.chain, standing.WITHDRAW, at=envelope.at)


@inbox.handles(REMINDER)
def take_reminder(envelope: Envelope) -> None:
    """Write down that the asker reminds this office of what is overdue; an answer needs none."""
    row = Inquiry.objects.select_for_update().filter(pk=envelope.subject).first()
    if row is None:
        raise inbox.Gap(1, kind=shared_chains.EVENTS)
    if envelope.sender != row.asker_node:
        raise ChainRefused("只有发出协查的节点能催")
    if row.standing().may_be_reminded(envelope.at):
        write_as_node(row.chain, standing.REMIND, at=envelope.at, content=AT_WISH)
