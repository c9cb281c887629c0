"""Which originals an office waits for after the look online, as the applicant is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.dateparse import parse_date

from tongban.cases import queries, states
from tongban.cases.models import Case
from tongban.cases.permissions import authority_name
from tongban.cases.states import State
from tongban.record import queries as recorded


@dataclass(frozen=True)
class Wanted:
    """The originals by key and name, until when to post them, and whom to ask."""

    names: Mapping[str, str]
    answer_by: date | None
    note: str
    office: str
    contact: Mapping[str, str]


def wanted(case: Case) -> Wanted | None:
    """What was asked for last; None while nobody waits for originals."""
    if case.state != State.ORIGINALS:
        return None
    asked = [e for e in recorded.events(case.number) if e.kind == states.ASK_ORIGINALS.name]
    if not asked:
        return None
    said = recorded.part(asked[-1].sealed)
    specs = asked[-1].content["specs"]
    return Wanted(
        names={
            one.spec: one.name for one in queries.version_of(case).materials if one.spec in specs
        },
        answer_by=parse_date(asked[-1].content.get("answer_by", "")),
        note=said.get("note", ""),
        office=authority_name(case.decider_authority),
        contact=said.get("contact", {}),
    )
