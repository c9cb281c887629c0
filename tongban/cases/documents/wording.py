"""What a document says: the facts of one event as its template takes them, frozen when it is given.

Templates hold the sentences, this holds what is put into them: plain values, never markup. Words of
officers come from the sealed part of the event, names of applicants are masked.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from tongban.basics import calendar, identifiers
from tongban.basics.refusals import NotFound
from tongban.cases import queries, states
from tongban.cases.documents.kinds import Kind
from tongban.cases.documents.typesetting import calendar_day, place_in_record
from tongban.cases.models import Case
from tongban.cases.permissions import authority_name
from tongban.cases.standing import BEIJING
from tongban.catalogue.versions import Version
from tongban.delivery import slips
from tongban.jurisdictions import queries as jurisdictions
from tongban.record.chains import Event

Words = dict[str, Any]


def facts(kind: Kind, case: Case, event: Event, personal: Words, *, number: str) -> Words:
    """Everything a document of an event says. `case` is as it stands right after the event."""
    version = _version_of(case)
    at = event.at.astimezone(BEIJING)
    return {
        "kind": kind.key,
        "title": kind.title,
        "number": number,
        "case": identifiers.show_case_number(case.number),
        "item": version.name if version else case.item,
        **_applicant(case),
        **office(_authority(case, event), personal.get("contact", {})),
        "date": day(at),
        "day": calendar_day(at),
        "applied": day(case.submitted_at or event.at),
        "head": event.hash,
        "seq": event.seq,
        "place": place_in_record(case.number, event.seq, event.hash),
        "receiving": _place(case.receiving_place),
        "deciding": _place(case.deciding_place),
        "decider": authority_name(case.decider_authority),
        **_OWN[kind.key](case, event, personal, version),
    }


def _version_of(case: Case) -> Version | None:
    """The rules of a case; None on a node that follows it and has not loaded them yet."""
    try:
        return queries.version_of(case)
    except NotFound:
        return None


def _authority(case: Case, event: Event) -> str:
    """Whose document it is: the acting office's; the decider's where a person did not act for one."""
    by_window = event.kind == states.CLOSE_AT_WINDOW.name
    return (
        event.author.authority
        or (case.receiver_authority if by_window else "")
        or (case.decider_authority)
    )


def office(code: str, contact: dict[str, str]) -> Words:
    """Where an office is and whom to ask there."""
    try:
        found = jurisdictions.authority(code)
    except NotFound:
        return {
            "authority": contact.get("authority") or code,
            "address": "",
            "phone": contact.get("phone", ""),
            "person": contact.get("person", ""),
            "sandbox": False,
        }
    return {
        "authority": found.name,
        "address": found.address,
        "phone": contact.get("phone") or found.phone,
        "person": contact.get("person", ""),
        "sandbox": found.is_sandbox,
    }


def _applicant(case: Case) -> Words:
    applicant = queries.particulars(case).get("applicant", {})
    return {
        "applicant": identifiers.mask_name(applicant.get("name", "")),
        "id_number": identifiers.mask_id(applicant.get("id_number", "")),
    }


def _place(code: str) -> str:
    return jurisdictions.full_name(code) if code else ""


def day(at: datetime | date) -> str:
    """A day as documents write it: 2026年11月16日."""
    when = at.astimezone(BEIJING) if isinstance(at, datetime) else at
    return f"{when:%Y年%-m月%-d日}"


def _last_day(on: date | str | None) -> Words:
    """A last day, and whether its year's calendar is published."""
    if not on:
        return {"until": "", "provisional": False}
    when = date.fromisoformat(on) if isinstance(on, str) else on
    return {"until": day(when), "provisional": calendar.is_provisional(when)}


def _reason(personal: Words) -> str:
    return str(personal.get("ground") or personal.get("reason") or personal.get("note") or "")


def _materials(case: Case) -> list[Words]:
    return [
        {"name": one.name, "kind": _FORMATS.get(one.media_type, ""), "grade": one.grade}
        for one in case.materials.order_by("seq", "id")
    ]


_FORMATS = {
    "application/pdf": "PDF",
    "application/ofd": "OFD",
    "image/jpeg": "照片",
    "image/png": "图片",
}


def _handed_in(case: Case, _event: Event, _personal: Words, version: Version | None) -> Words:
    return {
        "materials": _materials(case),
        "days": case.limits.get("receive", 0),
        "result": version.result.title if version else "",
        **_last_day(case.due_on),
    }


def _accepted(case: Case, event: Event, _personal: Words, _version: Version | None) -> Words:
    return {
        "deemed": event.kind == states.DEEM_ACCEPTED.name,
        "arrived": day(case.arrived_at or event.at),
        "accepted": day(case.accepted_at or event.at),
        "days": case.limits.get("decide", 0),
        **_last_day(case.due_on),
    }


def _refused(_case: Case, _event: Event, personal: Words, _version: Version | None) -> Words:
    return {"ground": _reason(personal), "organ": personal.get("right_organ", "")}


def _faulty(case: Case, event: Event, personal: Words, version: Version | None) -> Words:
    names = {one.spec: one.name for one in version.materials} if version else {}
    return {
        "faults": [
            {
                "name": names.get(fault.get("spec", ""), fault.get("spec", "")),
                "problem": fault.get("problem", ""),
                "mend": fault.get("mend", ""),
            }
            for fault in personal.get("faults", [])
        ],
        "note": personal.get("note", ""),
        "again": case.corrections > 1 or event.kind == states.GIVE_MORE_TIME.name,
        **_last_day(event.content.get("answer_by")),
    }


def _special(_case: Case, event: Event, personal: Words, _version: Version | None) -> Words:
    kind = event.content["kind"]
    return {
        "procedure": states.SPECIAL_KINDS.get(kind, kind),
        "days": event.content["days"],
        "reason": _reason(personal),
        **_last_day(event.content.get("until")),
    }


def _extended(case: Case, event: Event, personal: Words, _version: Version | None) -> Words:
    return {
        "days": event.content["days"],
        "reason": _reason(personal),
        **_last_day(case.due_on),
    }


def _reasoned(_case: Case, _event: Event, personal: Words, _version: Version | None) -> Words:
    return {"reason": _reason(personal), "basis": personal.get("basis", "")}


def _amended(_case: Case, _event: Event, personal: Words, _version: Version | None) -> Words:
    return {"wrong": personal.get("wrong", ""), "right": personal.get("right", "")}


def _served(case: Case, event: Event, personal: Words, version: Version | None) -> Words:
    parcel = str(event.content.get("parcel", ""))
    return {
        "served": case.result.get("title", "") or (version.result.title if version else ""),
        "served_number": case.result.get("number", ""),
        "taken_by": personal.get("taken_by", ""),
        "online": event.kind == states.CLOSE_ONLINE.name,
        "parcel": slips.short_number(parcel) if parcel else "",
        "moment": f"{event.at.astimezone(BEIJING):%Y年%-m月%-d日 %H:%M}",
        "approved": case.decision == states.APPROVE.name,
        "decided": day(case.decided_at or event.at),
        "accepted": day(case.accepted_at or event.at),
    }


_OWN: dict[str, Callable[[Case, Event, Words, Version | None], Words]] = {
    "consent": _handed_in,
    "receipt": _handed_in,
    "acceptance": _accepted,
    "refusal": _refused,
    "correction": _faulty,
    "special": _special,
    "extension": _extended,
    "suspension": _reasoned,
    "termination": _reasoned,
    "amendment": _amended,
    "service": _served,
    "closing": _served,
}
