"""What an office has asked the applicant to mend on a case, thing by thing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tongban.cases import queries as cases
from tongban.cases import timeline
from tongban.cases.models import Case, Draft
from tongban.cases.states import ASK_CORRECTION, GIVE_MORE_TIME, RETURN_FOR_FORM
from tongban.cases.timeline import Step
from tongban.catalogue.versions import Version


@dataclass(frozen=True)
class Fault:
    """One thing to mend: what is wrong, and how to mend it.

    `spec` is a material, a question or nothing; `name` is what the applicant knows it by.
    """

    spec: str
    problem: str
    mend: str
    name: str = ""


@dataclass(frozen=True)
class Mending:
    """The latest notice of an office, in full."""

    kind: str
    office: str
    at: datetime
    note: str
    answer_by: date | None
    contact: Mapping[str, str]
    faults: Sequence[Fault] = field(default=())

    def about(self, spec: str) -> list[Fault]:
        """What is wrong with one material."""
        return [fault for fault in self.faults if fault.spec == spec]


KINDS = {RETURN_FOR_FORM.name, ASK_CORRECTION.name, GIVE_MORE_TIME.name}


def asked_of(case: Case) -> Mending | None:
    """What the applicant of this case was last asked to mend; None when nobody asked."""
    return latest(timeline.steps(case), cases.version_of(case))


def about_fields(draft: Draft, keys: Sequence[str]) -> list[Fault]:
    """What is wrong with answers of one page of the form."""
    mend = asked_of(draft.case) if draft.case else None
    return [fault for fault in mend.faults if fault.spec in keys] if mend else []


def unmended(draft: Draft) -> list[Fault]:
    """What is wrong with materials for which the same paper still stands as when it was asked."""
    if draft.case is None or (mend := asked_of(draft.case)) is None:
        return []
    before = dict(draft.case.materials.values_list("spec", "digest"))
    now = dict(draft.papers.values_list("spec", "digest"))
    return [
        fault
        for fault in mend.faults
        if fault.spec in before and before[fault.spec] == now.get(fault.spec)
    ]


def names(version: Version) -> dict[str, str]:
    """What the applicant knows each material and each question by."""
    questions = {key: field.label for key, field in version.fields().items()}
    return questions | {material.spec: material.name for material in version.materials}


def latest(steps: Sequence[Step], version: Version) -> Mending | None:
    """The last notice in a history, its things named as these rules name them."""
    found = [step for step in steps if step.kind in KINDS]
    return _read(found[-1], names(version)) if found else None


def _read(step: Step, named: Mapping[str, str]) -> Mending:
    personal: dict[str, Any] = step.personal
    answer_by = step.content.get("answer_by")
    return Mending(
        kind=step.kind,
        office=step.author,
        at=step.at,
        note=personal.get("note", ""),
        answer_by=date.fromisoformat(answer_by) if answer_by else None,
        contact=personal.get("contact", {}),
        faults=[
            Fault(one["spec"], one["problem"], one["mend"], named.get(one["spec"], ""))
            for one in personal.get("faults", [])
        ],
    )
