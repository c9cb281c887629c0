"""The steps of other places on a case, as its applicant follows them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from tongban.cases import queries as cases
from tongban.cases.joint import progress, queries, rules
from tongban.cases.joint.progress import Line
from tongban.cases.joint.standing import STATE_LABELS, StepState
from tongban.cases.models import Case
from tongban.cases.permissions import authority_name
from tongban.cases.states import UNDECIDED, Mode, State
from tongban.catalogue.versions import Version
from tongban.jurisdictions import queries as jurisdictions

# How a step goes, as a stop of the way is drawn; what was stopped or refused is over.
_WHEN = {
    StepState.ASKED: "now",
    StepState.ARRIVED: "now",
    StepState.UNDO_ASKED: "now",
    StepState.UNDO_ARRIVED: "now",
}


_TOGETHER = {Mode.JOINT, Mode.ON_SITE}


@dataclass(frozen=True)
class Stop:
    """One step: who does it where, how it stands, until when; why it was refused, and whom to ask."""

    name: str
    kind: str
    place: str
    office: str
    state: str
    when: str  # done, now or todo
    asked_at: datetime | None = None
    arrived_at: datetime | None = None
    answered_at: datetime | None = None
    due_on: date | None = None
    ground: str = ""
    is_contradicted: bool = False
    contact: Mapping[str, Any] = field(default_factory=dict)


def stops(case: Case, version: Version) -> list[Stop]:
    """The joint steps of a case in the order of its plan: as they stand, or as they will come.

    None where no other place does anything, or where it came to an end before they were begun.
    """
    found = progress.look(case.number) if case.joint else None
    if found is None:
        return _coming(case, version)
    told = queries.told([line.row for line in found.lines if line.row])
    return [_stop(line, told) for line in found.lines]


def _coming(case: Case, version: Version) -> list[Stop]:
    if case.mode not in _TOGETHER or State(case.state) not in UNDECIDED:
        return []
    answers = cases.particulars(case).get("answers", {})
    return [
        Stop(
            name=one.step.name,
            kind=one.step.place,
            place=jurisdictions.full_name(one.place) if one.place else "",
            office=one.authority.name if one.authority else "",
            state=_("还没轮到"),
            when="todo",
        )
        for one in rules.plan(version, answers, deciding=case.deciding_place)
    ]


def _stop(line: Line, told: dict[str, queries.Told]) -> Stop:
    row = line.row
    answer = told[row.chain].answer if row and row.chain in told else {}
    words = STATE_LABELS[StepState(row.state)] if row else _("还没轮到")
    if line.is_left_out:
        words = _("由办理地用其他办法核对")
    elif line.otherwise and line.is_done:
        words = _("办理地已经用其他办法核对")
    return Stop(
        name=line.name,
        kind=line.kind,
        place=jurisdictions.full_name(line.place) if line.place else "",
        office=authority_name(line.authority) if line.authority else "",
        state=words,
        when=_WHEN.get(StepState(row.state), "done") if row else "todo",
        asked_at=row.asked_at if row else None,
        arrived_at=row.arrived_at if row else None,
        answered_at=row.answered_at if row else None,
        due_on=row.due_on if row else None,
        ground=answer.get("ground", ""),
        is_contradicted=line.state == StepState.CONTRADICTED,
        contact=answer.get("contact", {}) if answer.get("ground") else {},
    )
