"""Submitting: from what somebody hands in to a case with a number, a receipt and a holder.

This is the busiest write of a node, so everything it writes goes to the database as one
statement; see docs/adr on hot paths.
"""

import json
import threading
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from tongban.basics import canonical, identifiers, prepared, sealing
from tongban.basics.refusals import FieldsRefused, Refused
from tongban.cases import happenings, messages, rules, standing, states
from tongban.cases.models import FOLDED, Case, Submission
from tongban.cases.operations import moving
from tongban.cases.rules import Intake, Route
from tongban.cases.standing import BEIJING, Standing
from tongban.exchange import bundles, outbox
from tongban.record import chains, papers
from tongban.record import operations as record
from tongban.record import queries as recorded
from tongban.record.chains import Event

_SERIALS_AT_ONCE = 50


class KeyUsedOtherwise(Refused):
    """The idempotency key already stands for another submission."""

    code = "idempotency-key-used-otherwise"
    status = 422

    def __init__(self) -> None:
        super().__init__("这个幂等键已经用于另一份申请。内容不同的申请请换一个新的键")


@dataclass(frozen=True)
class Taken:
    """A submission that was taken: its number, and whether it had been taken before."""

    number: str
    is_new: bool


def submit(*, intake: Intake, owner: str, key: str, at: datetime) -> Taken:
    """Take a submission; with the same owner and key again, the same case.

    Refused with everything that is wrong: an item that is not open for these places, a place that
    is not competent, answers or papers that are missing or impossible, an idempotency key that
    stands for another submission. Refused means nothing was written.
    """
    digest = canonical.digest(intake.canonical())
    try:
        judged = rules.check_intake(intake, on=at.astimezone(BEIJING).date())
        if lost := [paper.spec for paper in intake.papers if not papers.has(paper.file.digest)]:
            raise FieldsRefused({spec: ["这份材料没有保存下来，请再上传一次"] for spec in lost})
        route = rules.route(intake, judged.version, judged.limits)
    except Refused:
        # What was taken stays taken, whatever has changed since then. Only asked here and after
        # the write found the key used: repetitions are rare, and a look costs every submission.
        if known := _taken_before(owner, key, digest):
            return known
        raise
    return _write(intake, judged.answers, route, owner=owner, key=key, digest=digest, at=at)


def _taken_before(owner: str, key: str, digest: str) -> Taken | None:
    row = Submission.objects.filter(owner=owner, key=key).values_list("number", "digest").first()
    if row is None:
        return None
    number, before = row
    if before != digest:
        raise KeyUsedOtherwise
    return Taken(number, is_new=False)


def _write(
    intake: Intake,
    answers: dict[str, Any],
    route: Route,
    *,
    owner: str,
    key: str,
    digest: str,
    at: datetime,
) -> Taken:
    values = written(intake, answers, route, at=at) | {"owner": owner, "key": key, "digest": digest}
    if _insert(values):
        return Taken(values["number"], is_new=True)
    # Somebody took the same key between our look and our write: it is their case.
    known = _taken_before(owner, key, digest)
    if known is None:
        raise LookupError(f"submission {key} was taken and is not there")
    return known


def _insert(values: dict[str, Any]) -> bool:
    """Write a submission, unless its key was taken; those who listen hear of it with it."""
    heard = happenings.are_heard(values["kind"])
    # One statement is one transaction, unless the caller has one of its own, or somebody listens.
    with transaction.atomic() if heard else nullcontext():
        ((is_new,),) = prepared.rows(statement(tells=bool(values["outgoing"])), values)
        if is_new and heard:
            case = Case.objects.get(pk=values["number"])
            happenings.tell(case, recorded.events(case.number)[0])
    return bool(is_new)


def written(
    intake: Intake, answers: dict[str, Any], route: Route, *, at: datetime
) -> dict[str, Any]:
    """What a submission becomes in the tables: the values of SUBMIT but for owner, key, digest."""
    number = _next_number(route, at)
    event, part = _event(intake, answers, route, number=number, at=at)
    after = standing.apply(Standing(number=number), event)
    owed = _owed(event, part, after, at)
    values: dict[str, Any] = {
        "number": number,
        "at": at,
        "seq": event.seq,
        "kind": event.kind,
        "body": event.body.decode(),
        "hash": event.hash,
        "key_id": event.key_id,
        "signature": event.signature,
        "sealed": event.sealed,
        "part": record.sealed(event.sealed, part),
        "papers": json.dumps([_columns(paper) for paper in after.papers]),
        "outgoing": json.dumps(owed) if owed else "",
        "case_applicant_match": sealing.match(intake.applicant["id_number"]),
        "case_name_match": sealing.match(intake.applicant["name"]),
    }
    return values | {f"case_{name}": _plain(getattr(after, name)) for name in FOLDED}


def _event(
    intake: Intake, answers: dict[str, Any], route: Route, *, number: str, at: datetime
) -> tuple[Event, bytes]:
    personal = {
        "applicant": intake.applicant,
        "answers": answers,
        "file_names": {paper.file.digest: paper.name for paper in intake.papers},
    }
    digest, part = chains.sealed_part(personal)
    by_window = states.COMPOSITIONS[intake.mode].window
    move = states.SUBMIT if by_window else states.SUBMIT_ONLINE
    event = chains.make(
        None,
        chain=number,
        kind=move.name,
        author=moving.applicant_author(),
        at=at,
        content={
            "particulars": True,
            "applicant_kind": intake.applicant["kind"],
            "materials": rules.named(intake.papers, route.version),
            **route.content(intake),
        },
        signer=moving.signer(),
        sealed=digest,
        files=[paper.file for paper in intake.papers],
    )
    return event, part


def _owed(event: Event, part: bytes, after: Standing, at: datetime) -> list[dict[str, Any]]:
    """Rows of the outbox for the other nodes that take part from the start."""
    recipients = [node for node in after.told if node != settings.NODE_ID]
    if not recipients:
        return []
    data = {"events": [event.packed()], "parts": {event.sealed: part.decode()}}
    owed = outbox.envelopes_for(
        recipients,
        messages.EVENTS,
        event.chain,
        data,
        files=bundles.files([event]),
        sequence=event.seq,
        at=at,
    )
    return [row.record() for row in owed]


def _columns(paper: standing.Paper) -> dict[str, Any]:
    return {name: getattr(paper, name) for name in paper.__slots__}


def _plain(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value


# The database's own count of its lives: PostgreSQL begins another timeline whenever a copy of a server
# comes to life, be it restored from a backup or a standby that takes over.
_FETCH = """
SELECT nextval('cases_serial'),
  ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int
FROM generate_series(1, %s)
"""


class _Serials:
    """Serial numbers fetched in blocks, so that a submission need not ask the database for one.

    A database that was restored counts on from its backup, where its former life has issued numbers
    already; so each life counts from elsewhere (identifiers.serial_in_life).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: list[int] = []

    def next(self) -> int:
        with self._lock:
            if not self._left:
                with connection.cursor() as cursor:
                    cursor.execute(_FETCH, [_SERIALS_AT_ONCE])
                    self._left = [
                        identifiers.serial_in_life(serial, life)
                        for serial, life in reversed(cursor.fetchall())
                    ]
            return self._left.pop()


_serials = _Serials()


def _next_number(route: Route, at: datetime) -> str:
    return identifiers.case_number(
        route.number_division, at.astimezone(BEIJING).date(), _serials.next()
    )


_OWN = ("applicant_match", "name_match")

# Every parameter is cast: values travel beside the statement, which alone says what they are.
SUBMIT = """
WITH taken AS (
  INSERT INTO cases_submission (owner, key, digest, number, at)
  VALUES (%(owner)s, %(key)s, %(digest)s, %(number)s, %(at)s)
  ON CONFLICT (owner, key) DO NOTHING RETURNING number
), entry AS (
  INSERT INTO record_entry (chain, seq, kind, at, body, hash, key_id, signature)
  SELECT number, %(seq)s::int, %(kind)s, %(at)s::timestamptz, %(body)s, %(hash)s, %(key_id)s,
    %(signature)s FROM taken
), part AS (
  INSERT INTO record_sealed (digest, data) SELECT %(sealed)s, %(part)s::bytea FROM taken
), kept AS (
  INSERT INTO cases_case ({columns}) SELECT {values} FROM taken
), material AS (
  INSERT INTO cases_material
    (case_id, spec, name, digest, size, media_type, grade, seq, source, made_from)
  SELECT taken.number, m.spec, m.name, m.digest, m.size, m.media_type, m.grade, m.seq,
    m.source, m.made_from
  FROM taken, jsonb_to_recordset(%(papers)s::jsonb) AS m(
    spec text, name text, digest text, size int, media_type text, grade text, seq int,
    source text, made_from text)
){tell}
SELECT count(*) FROM taken
"""

TELL = f""", owed AS (
  INSERT INTO {outbox.TABLE} ({outbox.COLUMNS}) SELECT {outbox.FROM_RECORDS}
  FROM taken, jsonb_to_recordset(%(outgoing)s::jsonb) AS {outbox.RECORDS}
)"""  # noqa: S608 - names of our own


@cache
def statement(*, tells: bool) -> str:
    """SUBMIT with the columns of a case and their types; with TELL when another node takes part.

    Even an insert of no rows would wake the relay, which costs those who commit at that moment.
    """
    types = {name: Case._meta.get_field(name).db_type(connection) for name in (*FOLDED, *_OWN)}
    return SUBMIT.format(
        columns=", ".join(types),
        values=", ".join(f"%(case_{name})s::{kind}" for name, kind in types.items()),
        tell=TELL if tells else "",
    )
