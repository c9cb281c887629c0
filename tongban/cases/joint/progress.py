"""How far a joint case is, seen from its lead, and what follows by itself.

An officer begins a round, gives it up or asks once more; that the next step is asked when the one
before is done, and that what was done is taken back once the round is given up, needs nobody.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings

from tongban.basics import sealing
from tongban.cases import happenings, queries, states
from tongban.cases.joint import chain as chains
from tongban.cases.joint.chain import KIND, land, system_author, write
from tongban.cases.joint.models import JointOtherwise, JointStep, JointStop
from tongban.cases.joint.standing import (
    ASK,
    NOT_DONE,
    STOP,
    UNANSWERED,
    UNDO,
    StepStanding,
    StepState,
)
from tongban.cases.models import Case
from tongban.catalogue import forms
from tongban.exchange import inbox, outbox, shared_chains
from tongban.exchange.envelope import Envelope
from tongban.record import queries as recorded
from tongban.record.chains import Author, Event, FileRef

STOP_WISH = "joint.stop.v1"


@dataclass(frozen=True)
class Line:
    """One step of the plan and how far it came; `row` is the latest time it was asked.

    `otherwise` says how the lead looked the fact up itself, where it did.
    """

    key: str
    name: str
    kind: str
    place: str
    node: str
    authority: str
    after: tuple[str, ...]
    days: int
    undo_days: int
    has_undo: bool
    is_left_out: bool
    row: JointStep | None = None
    otherwise: str = ""

    @property
    def state(self) -> str:
        """The state of the step; empty while it has not been asked."""
        return self.row.state if self.row else ""

    @property
    def is_done(self) -> bool:
        """Whether what waits for this step may be asked.

        What a partner said counts before what the lead looked up: a fact contradicted stays so.
        """
        if self.is_left_out or self.state == StepState.DONE:
            return True
        return bool(self.otherwise) and self.state in {StepState.STOPPED, StepState.REFUSED}

    def may_be_looked_up(self, today: date) -> bool:
        """Whether the lead may look a fact up by other means: the partner will not, or is late."""
        if self.row is None or self.has_undo or self.otherwise:
            return False
        if self.state == StepState.REFUSED:
            return True
        return self.state in UNANSWERED and self.row.standing().due < today

    @property
    def is_settled(self) -> bool:
        """Whether nothing of it stands in the way when the case fails."""
        return self.row is None or self.row.standing().is_settled


@dataclass(frozen=True)
class Progress:
    """A round of joint steps; `round` is the place of its beginning in the chain of the case."""

    round: int
    lines: tuple[Line, ...]
    is_stopping: bool
    is_retreat: bool

    @property
    def outcome(self) -> str:
        """done, refused, or empty while something is still open."""
        if self.is_stopping:
            return "refused" if all(line.is_settled for line in self.lines) else ""
        return "done" if all(line.is_done for line in self.lines) else ""

    @property
    def refused(self) -> list[Line]:
        """The steps that a partner refused or contradicted, and that nobody asked again."""
        return [line for line in self.lines if line.state in NOT_DONE and not line.is_done]

    @property
    def open(self) -> list[Line]:
        """What has to come to an end before the round does."""
        if self.is_stopping:
            return [line for line in self.lines if not line.is_settled]
        return [line for line in self.lines if not line.is_done]

    def line(self, key: str) -> Line | None:
        return next((line for line in self.lines if line.key == key), None)


def look(number: str) -> Progress | None:
    """How far the joint steps of a case are; None before they were begun, and where it is unknown."""
    begun = [e for e in recorded.events(number) if e.kind == states.BEGIN_JOINT.name]
    plans = [event for event in begun if event.content.get("steps")]
    if not plans:
        return None
    planned = plans[-1]
    rows = {
        row.key: row
        for row in JointStep.objects.filter(number=number, round=planned.seq).order_by("asked_at")
    }
    otherwise = {
        row.key: sealing.unseal(bytes(row.how)).decode()
        for row in JointOtherwise.objects.filter(number=number, round=planned.seq)
    }
    return Progress(
        round=planned.seq,
        lines=tuple(
            Line(
                **{**step, "after": tuple(step["after"])},
                row=rows.get(step["key"]),
                otherwise=otherwise.get(step["key"], ""),
            )
            for step in planned.content["steps"]
        ),
        is_stopping=JointStop.objects.filter(number=number, round=planned.seq).exists(),
        is_retreat=begun[-1] is not planned,
    )


# --- what follows by itself ---


def go_on(number: str, *, at: datetime) -> None:
    """Ask what can be asked next, or take back what a round given up has left behind.

    The caller holds the case. Looking again when nothing has changed does nothing.
    """
    case = Case.objects.filter(pk=number, decider_node=settings.NODE_ID).first()
    found = look(number)
    if case is None or found is None:
        return None
    if found.is_stopping:
        return take_back(found, by=system_author(), at=at)
    if case.state == states.State.JOINT:
        ask_next(case, found, by=system_author(), at=at)
    return None


def ask_next(case: Case, found: Progress, *, by: Author, at: datetime, note: str = "") -> None:
    """Ask every step that waits for nothing and was not asked yet."""
    done = {line.key for line in found.lines if line.is_done}
    for line in found.lines:
        if line.row is None and not line.is_left_out and done.issuperset(line.after):
            ask(case, found, line, by=by, at=at, note=note)


def ask(
    case: Case, found: Progress, line: Line, *, by: Author, at: datetime, note: str = ""
) -> StepStanding:
    """Send one step to its partner, with the papers and answers it needs and no others."""
    chain = shared_chains.new_chain(KIND)
    papers, personal = _needed(case, line)
    begun = recorded.events(case.number)[found.round - 1]
    shared_chains.write(
        KIND,
        chain,
        ASK,
        by=by,
        at=at,
        content={
            "number": case.number,
            "item": case.item,
            "round": found.round,
            "case": {"seq": begun.seq, "hash": begun.hash},
            "step": {
                "key": line.key,
                "name": line.name,
                "place": line.kind,
                "days": line.days,
                "undo_days": line.undo_days,
                "has_undo": line.has_undo,
            },
            "place": line.place,
            "nodes": {
                "lead": settings.NODE_ID,
                "partner": line.node,
                "applicant": case.applicant_node,
            },
            "authorities": {"lead": case.decider_authority, "partner": line.authority},
        },
        personal=personal | {"note": note},
        files=papers,
    )
    return land(JointStep.objects.get(pk=chain).standing(), at=at)


def _needed(case: Case, line: Line) -> tuple[list[FileRef], dict[str, Any]]:
    version = queries.version_of(case)
    step = version.joint_step(line.key)
    particulars = queries.particulars(case)
    wanted = set(step.papers) if step else set()
    rows = [row for row in case.materials.order_by("seq", "id") if row.spec in wanted]
    names = particulars.get("file_names", {})
    answers = [
        {"label": field.label, "said": said}
        for _page, asked in forms.show(version, particulars.get("answers", {}))
        for field, said in asked
        if step and field.key in step.answers
    ]
    applicant = particulars.get("applicant", {})
    personal = {
        "applicant": {key: applicant.get(key, "") for key in ("kind", "name", "id_number")},
        "answers": answers,
        "asks": step.asks if step else "",
        "undo": step.undo if step else "",
        "is_default": step.is_default if step else True,
        "papers": [
            {"name": row.name, "digest": row.digest, "file_name": names.get(row.digest, "")}
            for row in rows
        ],
    }
    return [FileRef(row.digest, row.size, row.media_type) for row in rows], personal


def stop(number: str, round_: int, *, reason: str, by: Author, at: datetime) -> None:
    """Give a round up: from now on everything done in it is taken back, everything open stopped.

    Once a round; giving it up again changes nothing. The caller holds the case.
    """
    JointStop.objects.get_or_create(
        number=number,
        round=round_,
        defaults={"reason": sealing.seal(reason.encode()), "at": at},
    )
    found = look(number)
    if found is None:
        return
    take_back(found, by=by, at=at)
    for line in found.lines:
        if line.row and line.state in UNANSWERED:
            _wish_to_stop(line.row.standing(), at=at)


def look_up(number: str, found: Progress, line: Line, *, how: str, at: datetime) -> None:
    """Write down how the lead looked a fact up itself, and stop a partner that has not answered.

    An answer that comes before the stop arrives still counts. The caller holds the case.
    """
    JointOtherwise.objects.create(
        number=number, round=found.round, key=line.key, how=sealing.seal(how.encode()), at=at
    )
    if line.row and line.state in UNANSWERED:
        _wish_to_stop(line.row.standing(), at=at)
    go_on(number, at=at)


def take_back(found: Progress, *, by: Author, at: datetime) -> None:
    """Ask the partners to undo what they have done; what comes in done later is asked back then."""
    for line in found.lines:
        if line.row and line.state == StepState.DONE and line.has_undo:
            reason = reason_of(line.row.number, found.round)
            step = write(line.row.chain, UNDO, by=by, at=at, personal={"reason": reason})
            land(step, at=at)


def reason_of(number: str, round_: int) -> str:
    """Why the lead gave a round up; empty where it did not."""
    row = JointStop.objects.filter(number=number, round=round_).first()
    return sealing.unseal(bytes(row.reason)).decode() if row else ""


def _wish_to_stop(step: StepStanding, *, at: datetime) -> None:
    """The partner holds the step, so its node writes the stop, wherever it finds it unanswered."""
    if step.partner_node == settings.NODE_ID:
        grant_stop(step.chain, at=at)
    else:
        outbox.tell([step.partner_node], STOP_WISH, step.chain, {"round": step.round}, at=at)


def grant_stop(chain: str, *, at: datetime) -> None:
    """Stop a step that nobody has answered; one that was answered in time stays answered."""
    step = chains.lock(chain)
    if step is not None and step.state in UNANSWERED:
        write(chain, STOP, by=system_author(), at=at, content={"wish_of": step.lead_node})


@inbox.handles(STOP_WISH)
def take_stop_wish(envelope: Envelope) -> None:
    """The lead's wish to stop: granted unless somebody here has answered before it came."""
    step = chains.lock(envelope.subject)
    if step is None:
        raise inbox.Gap(1, kind=shared_chains.EVENTS)
    if envelope.sender != step.lead_node:
        raise shared_chains.ChainRefused("只有牵头地可以请停办")
    grant_stop(step.chain, at=envelope.at)


@happenings.on(states.WITHDRAW.name, states.TERMINATE.name)
def unwind(case: Case, event: Event) -> None:
    """A case that ends without a decision leaves nothing half done at other places."""
    if case.decider_node != settings.NODE_ID or not case.joint:
        return
    found = look(case.number)
    if found and case.joint != "refused":
        reason = "申请人撤回申请" if event.kind == states.WITHDRAW.name else "办件终止"
        stop(case.number, found.round, reason=reason, by=system_author(), at=event.at)
