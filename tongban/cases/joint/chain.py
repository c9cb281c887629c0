"""The chain of a joint step: how this node keeps it, and what it adds when events arrive."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from tongban.cases import news
from tongban.cases.joint.models import JointStep
from tongban.cases.joint.standing import (
    ARRIVE,
    DONE,
    REFUSE,
    UNDONE,
    Side,
    StepStanding,
    StepState,
    apply,
)
from tongban.cases.models import Case
from tongban.cases.news import News
from tongban.exchange import shared_chains
from tongban.exchange.shared_chains import Kind
from tongban.record.chains import Author, Event

LANDS = frozenset({StepState.ASKED, StepState.UNDO_ASKED})


def system_author() -> Author:
    """The node itself, where no person acted."""
    return Author(node=settings.NODE_ID, role="system")


def lock(chain: str) -> StepStanding | None:
    """Where a step stands, locked until the transaction ends; None where it is not known.

    The case goes first where this node has it, as in every operation, so that two never wait for
    each other.
    """
    number = JointStep.objects.filter(pk=chain).values_list("number", flat=True).first()
    if number is None:
        return None
    Case.objects.select_for_update(of=("self",)).filter(pk=number).first()
    return JointStep.objects.select_for_update().get(pk=chain).standing()


def _mend(step: StepStanding) -> None:
    values = {name: getattr(step, name) for name in step.__slots__ if name != "chain"}
    JointStep.objects.update_or_create(chain=step.chain, defaults=values)


def _keep(step: StepStanding, event: Event) -> None:
    _mend(step)
    if event.kind in {DONE, REFUSE, UNDONE} and step.lead_node == settings.NODE_ID:
        _tell_lead(step, event)


def _tell_lead(step: StepStanding, event: Event) -> None:
    """Whoever has the case in the lead's office hears that a partner has answered."""
    case = Case.objects.select_related("claimed_by").filter(pk=step.number).first()
    if case is not None and case.claimed_by is not None:
        ref = f"{step.chain} {event.seq}"
        news.tell(News(news.STEP_ANSWERED, case.claimed_by, ref, event.at, step.number))


def _arrived(step: StepStanding, at: datetime) -> None:
    # What follows needs the case and its plan, which need this chain; hence the late import.
    from tongban.cases.joint import progress

    if step.partner_node == settings.NODE_ID:
        step = land(step, at=at)
    if step.lead_node == settings.NODE_ID and step.holder != Side.CHANNEL:
        progress.go_on(step.number, at=at)


def _shared_with(node: str) -> Iterable[str]:
    part = Q(lead_node=node) | Q(partner_node=node) | Q(applicant_node=node)
    return JointStep.objects.filter(part).values_list("chain", flat=True)


KIND: Kind[StepStanding] = shared_chains.register(
    Kind(
        name="joint step",
        letter="j",
        head=lock,
        apply=apply,
        keep=_keep,
        nodes=lambda step: step.nodes,
        arrived=_arrived,
        mend=_mend,
        shared_with=_shared_with,
    )
)


def land(step: StepStanding, *, at: datetime) -> StepStanding:
    """Take a step that was sent to this node into the partner's hands, if it was."""
    if step.state in LANDS and step.partner_node == settings.NODE_ID:
        return write(step.chain, ARRIVE, by=system_author(), at=at)
    return step


def write(
    chain: str,
    kind: str,
    *,
    by: Author,
    at: datetime,
    content: dict[str, object] | None = None,
    personal: dict[str, object] | None = None,
) -> StepStanding:
    """Add an event to a step; gives where it stands then."""
    shared_chains.write(KIND, chain, kind, by=by, at=at, content=content, personal=personal)
    return JointStep.objects.get(pk=chain).standing()
