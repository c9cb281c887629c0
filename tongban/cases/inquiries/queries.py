"""Reading inquiries: what an office asked and was asked, and one of them as a thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from tongban.basics.prepared import Count
from tongban.basics.refusals import NotFound
from tongban.basics.selecting import Parameter, Selection
from tongban.cases import asked
from tongban.cases.inquiries.models import Inquiry
from tongban.cases.inquiries.permissions import NO_SUCH, check_may_see
from tongban.cases.inquiries.standing import LABELS, OPEN, State
from tongban.cases.permissions import authority_name, office_of
from tongban.cases.queries import Light
from tongban.jurisdictions import queries as jurisdictions
from tongban.parties.models import Officer
from tongban.record import papers
from tongban.record import queries as recorded

PAGE = 50


def lock(chain: str) -> Inquiry:
    """The inquiry, locked until the transaction ends. Refused: NotFound."""
    row = Inquiry.objects.select_for_update().filter(pk=chain).first()
    if row is None:
        raise NotFound(NO_SUCH)
    return row


def inquiry_for(officer: Officer, chain: str) -> Inquiry:
    """An inquiry of the officer's office; for every other office it does not exist."""
    row = Inquiry.objects.filter(pk=chain).first()
    if row is None:
        raise NotFound(NO_SUCH)
    check_may_see(officer, row)
    return row


@dataclass(frozen=True)
class Line:
    """One inquiry in a list."""

    row: Inquiry
    subject: str
    other: str  # the office at the other end
    other_place: str
    label: str | Promise
    light: Light | None
    is_open: bool


def came_in(officer: Officer) -> QuerySet[Inquiry]:
    """What the officer's office was asked and has in its hands, or had."""
    return _came_to(office_of(officer).code)


def _came_to(office: str | Parameter) -> QuerySet[Inquiry]:
    return Inquiry.objects.filter(answerer_authority=office)


def went_out(officer: Officer) -> QuerySet[Inquiry]:
    """What the officer's office asked."""
    return Inquiry.objects.filter(asker_authority=office_of(officer).code)


def behind(rows: QuerySet[Inquiry], after: str) -> QuerySet[Inquiry]:
    """The rows that follow a cursor, newest first; an unreadable cursor begins at the beginning."""
    rows = rows.order_by("-asked_at", "chain")
    moment, _, chain = after.partition("~")
    try:
        asked_at = datetime.fromisoformat(moment)
    except ValueError:
        return rows
    if asked_at.tzinfo is None:
        return rows
    return rows.filter(Q(asked_at__lt=asked_at) | Q(asked_at=asked_at, chain__gt=chain))


def cursor_after(row: Inquiry) -> str:
    """What `behind` goes on from after a row."""
    # Ends in Z: a plus would have to be escaped in an address.
    return f"{row.asked_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}~{row.chain}"


def waiting(officer: Officer) -> QuerySet[Inquiry]:
    """What waits for the answer of the officer's office, first due first."""
    return _waiting_at(office_of(officer).code).order_by("due_on", "asked_at")


def _waiting_at(office: str | Parameter) -> QuerySet[Inquiry]:
    return _came_to(office).filter(state=State.ARRIVED)


_WAITING = Selection(lambda p: _waiting_at(p("office")).values_list("pk"))


def count_waiting(officer: Officer) -> Count:
    """How much of it waits; every page of the desk says it."""
    return _WAITING.count(office=office_of(officer).code)


def of_case(officer: Officer, number: str) -> QuerySet[Inquiry]:
    """The inquiries on a case that the officer's office asked or was asked."""
    code = office_of(officer).code
    rows = Inquiry.objects.filter(number=number)
    return (rows.filter(asker_authority=code) | rows.filter(answerer_authority=code)).order_by(
        "-asked_at"
    )


def lines(rows: Sequence[Inquiry], officer: Officer, *, today: date) -> list[Line]:
    """Inquiries as a list shows them; all subjects are read at once."""
    code = office_of(officer).code
    parts = recorded.parts(row.question for row in rows)
    return [_line(row, parts.get(row.question, {}), code, today) for row in rows]


def _line(row: Inquiry, part: dict[str, Any], code: str, today: date) -> Line:
    other, place = (
        (row.answerer_authority, row.answerer_place)
        if row.asker_authority == code
        else (row.asker_authority, row.asker_place)
    )
    state = State(row.state)
    return Line(
        row=row,
        subject=str(part.get("subject", "")),
        other=authority_name(other),
        other_place=_place(place),
        label=LABELS[state],
        light=asked.light(row.due_on, today) if state in OPEN else None,
        is_open=state in OPEN,
    )


def _place(code: str) -> str:
    try:
        return jurisdictions.short_name(code)
    except NotFound:
        return code


@dataclass(frozen=True)
class Enclosed:
    """A paper of a thread."""

    name: str
    digest: str
    media_type: str
    is_here: bool


@dataclass(frozen=True)
class Said:
    """One entry of a thread: an event with its words."""

    seq: int
    kind: str
    at: datetime
    is_asker: bool
    office: str
    text: str
    ground: str
    right_organ: str
    contact: dict[str, str]
    papers: tuple[Enclosed, ...]
    is_wish: bool  # of the asker, written down by the node that holds the inquiry


def thread(row: Inquiry) -> list[Said]:
    """Everything that was said, oldest first."""
    events = recorded.events(row.chain)
    parts = recorded.parts(event.sealed for event in events)
    found = []
    for event in events:
        part = parts.get(event.sealed, {})
        names = {paper["digest"]: paper["name"] for paper in part.get("papers", ())}
        found.append(
            Said(
                seq=event.seq,
                kind=event.kind,
                at=event.at,
                is_asker=event.author.authority == row.asker_authority,
                office=authority_name(event.author.authority) if event.author.authority else "",
                text=str(part.get("text", "")),
                ground=str(part.get("ground", "")),
                right_organ=str(part.get("right_organ", "")),
                contact=part.get("contact", {}),
                papers=tuple(
                    Enclosed(
                        names.get(file.digest, file.digest[:8]),
                        file.digest,
                        file.media_type,
                        papers.has(file.digest),
                    )
                    for file in event.files
                ),
                is_wish=bool(event.content.get("wish")),
            )
        )
    return found


def enclosed(row: Inquiry, digest: str) -> Enclosed:
    """A paper of an inquiry; any other does not exist."""
    for said in thread(row):
        for paper in said.papers:
            if paper.digest == digest and paper.is_here:
                return paper
    raise NotFound("这份协查里没有这个附件")


def evidence(row: Inquiry) -> dict[str, Any]:
    """The whole chain as the nodes signed it, with its sealed parts and the keys to check it by.

    Each body is canonical JSON; its SHA-256 is what the next one names in `prev`; `signature` is
    the Ed25519 of the author's node over the body. `sealed` in a body is the SHA-256 of a part.
    """
    events = recorded.events(row.chain)
    parts = recorded.part_bytes(event.sealed for event in events)
    keys = {(event.author.node, event.key_id) for event in events}
    return {
        "chain": row.chain,
        "events": [event.packed() for event in events],
        "parts": {digest: data.decode() for digest, data in parts.items()},
        "keys": [
            {"node": node, "keyid": key, "publickey": jurisdictions.public_key(node, key)}
            for node, key in sorted(keys)
        ],
    }
