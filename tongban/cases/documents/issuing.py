"""Giving documents: their numbers on the record with the act, their words frozen beside it."""

import json
from datetime import datetime
from typing import Any

from django.conf import settings

from tongban.basics import identifiers, sealing
from tongban.cases import happenings, queries, states
from tongban.cases.documents import kinds, numbering, wording
from tongban.cases.documents.models import IssuedDocument
from tongban.cases.models import Case
from tongban.cases.standing import BEIJING
from tongban.cases.states import Party
from tongban.parties import queries as parties
from tongban.record import queries as recorded
from tongban.record.chains import Author, Event

Part = dict[str, Any]
LONGEST_NUMBER = 80


def number_for(
    case: Case, act: str, *, by: Author, at: datetime, content: Part, personal: Part | None
) -> tuple[Part, Part | None]:
    """An act's content and sealed part, with the numbers of its documents and whom to ask.

    Unchanged for acts that give no document. An applicant has no numbers to give: what follows from
    her act goes by the number of the case.
    """
    given = kinds.given_by(act)
    if not given:
        return content, personal
    authority = by.authority or (_office(case, act) if by.role == "system" else "")
    if not authority:
        return content, personal
    year, serials = numbering.allot(authority, count=len(given), at=at)
    numbers = {
        kind.key: numbering.written(authority, year, serial)
        for kind, serial in zip(given, serials, strict=True)
    }
    return content | {"documents": numbers}, _with_contact(by, personal)


def _office(case: Case, act: str) -> str:
    """The office whose act a node writes by itself; none for what is the applicant's."""
    offices = {Party.RECEIVER: case.receiver_authority, Party.DECIDER: case.decider_authority}
    return offices.get(states.BY_NAME[act].by, "")


def _with_contact(by: Author, personal: Part | None) -> Part | None:
    officer = parties.officer_by_pseudonym(by.officer) if by.officer else None
    if officer is None or officer.authority is None or "contact" in (personal or {}):
        return personal
    return {**(personal or {}), "contact": queries.contact(officer)}


@happenings.on(*kinds.ACTS)
def keep(case: Case, event: Event) -> None:
    """Freeze what the documents of an event say, on every node that learns of it."""
    IssuedDocument.objects.bulk_create(rows(case, event), ignore_conflicts=True)


def rows(case: Case, event: Event) -> list[IssuedDocument]:
    """The documents that an event gives, unsaved; `case` is as it stands right after the event."""
    numbers = _numbers(event)
    personal = recorded.part(event.sealed)
    given = []
    for kind in kinds.given_by(event.kind):
        number = numbers.get(kind.key, "")
        facts = wording.facts(kind, case, event, personal, number=number or _case_number(case))
        given.append(
            IssuedDocument(
                case_number=case.number,
                seq=event.seq,
                kind=kind.key,
                authority=event.author.authority
                or _office(case, event.kind)
                or case.decider_authority,
                year=event.at.astimezone(BEIJING).year,
                serial=_serial(event, number),
                number=facts["number"],
                at=event.at,
                facts=sealed(facts, case.number),
            )
        )
    return given


def _numbers(event: Event) -> dict[str, str]:
    """The numbers that an event gives its documents; another node may have written anything."""
    found = event.content.get("documents")
    if not isinstance(found, dict):
        return {}
    return {
        key: number
        for key, number in found.items()
        if isinstance(number, str) and 0 < len(number) <= LONGEST_NUMBER
    }


def _serial(event: Event, number: str) -> int | None:
    """The serial behind a number that this node gave; what others number is theirs to keep unique."""
    if not number or event.author.node != settings.NODE_ID:
        return None
    return int(number.rpartition("〕")[2].removesuffix("号"))


def _case_number(case: Case) -> str:
    return f"办件{identifiers.show_case_number(case.number)}"


def sealed(facts: Part, number: str) -> bytes:
    """What a document says, as it lies in the database: it holds reasons and names."""
    return sealing.seal(json.dumps(facts, ensure_ascii=False).encode(), context=number.encode())


def unsealed(row: IssuedDocument) -> Part:
    """What a document says."""
    found: Part = json.loads(sealing.unseal(row.facts, context=row.case_number.encode()))
    return found
