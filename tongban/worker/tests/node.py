"""One node of a test: what its processes do. `python -m tongban.worker.tests.node ACT`."""

import io
import json
import os
import sys
import tempfile
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - settings must be in place first
from django.db import connection, transaction  # noqa: E402
from django.utils.timezone import now  # noqa: E402

from tongban.basics.refusals import Refused  # noqa: E402
from tongban.exchange import inbox, outbox  # noqa: E402
from tongban.jurisdictions.models import Node  # noqa: E402
from tongban.jurisdictions.tests import introducing  # noqa: E402
from tongban.record import papers  # noqa: E402
from tongban.worker import main  # noqa: E402

NOTE = "test.note.v1"
STEP = "test.step.v1"

TABLES = """
CREATE TABLE IF NOT EXISTS test_note (
  id bigserial PRIMARY KEY, subject text, word text, sent_at timestamptz,
  at timestamptz DEFAULT clock_timestamp());
CREATE TABLE IF NOT EXISTS test_step (
  id bigserial PRIMARY KEY, subject text, seq int, at timestamptz DEFAULT clock_timestamp(),
  UNIQUE (subject, seq));
"""


@inbox.handles(NOTE)
def take_note(envelope):
    if envelope.data.get("refuse"):
        raise Refused("这里不收这种报文")
    if envelope.data.get("fail"):
        raise KeyError("a bug")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO test_note (subject, word, sent_at) VALUES (%s, %s, %s)",
            [envelope.subject, envelope.data.get("word", ""), envelope.at],
        )


@inbox.handles(STEP)
def take_step(envelope):
    """A subject's steps follow each other without a hole, as a case's events do."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(seq), 0) FROM test_step WHERE subject = %s", [envelope.subject]
        )
        (last,) = cursor.fetchone()
        if envelope.sequence > last + 1:
            raise inbox.Gap(last + 1)
        if envelope.sequence == last + 1:
            cursor.execute(
                "INSERT INTO test_step (subject, seq) VALUES (%s, %s)",
                [envelope.subject, envelope.sequence],
            )


@outbox.resends(STEP)
def resend_steps(*, subject, from_seq, recipient, at):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq FROM test_step WHERE subject = %s AND seq >= %s ORDER BY seq",
            [subject, from_seq],
        )
        steps = [seq for (seq,) in cursor.fetchall()]
    for seq in steps:
        outbox.tell([recipient], STEP, subject, {}, sequence=seq, at=at)


def prepare():
    call_command("migrate", verbosity=0, skip_checks=True)
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
    introduced = {}
    for entry in json.load(sys.stdin):
        code = entry["code"]
        Node.objects.update_or_create(code=code, defaults={"name": code, "is_hub": code == "00"})
        introduced[code] = entry
    path = Path(tempfile.mkstemp()[1])
    path.write_text(json.dumps({"nodes": list(introduced.values())}))
    introducing.load_directory(path, at=now())
    path.unlink()


def note(to, count, size="10", pause="0"):
    """Owe notes, each in a transaction of its own."""
    import time

    for number in range(int(count)):
        with transaction.atomic():
            outbox.tell([to], NOTE, f"note-{number}", {"word": "字" * int(size)}, at=now())
        time.sleep(float(pause))


def notes_with_paper(to, count="1"):
    paper = papers.put(io.BytesIO(sys.stdin.read().encode()), media_type="text/plain")
    for number in range(int(count)):
        with transaction.atomic():
            outbox.tell(
                [to], NOTE, f"paper-{number}", {"word": paper.digest}, at=now(), files=[paper]
            )
    sys.stdout.write(paper.digest)


def tell(to, subject):
    """Owe one note and a paper that both say what is given."""
    said = sys.stdin.read()
    paper = papers.put(io.BytesIO(said.encode()), media_type="text/plain")
    with transaction.atomic():
        outbox.tell([to], NOTE, subject, {"word": said}, at=now(), files=[paper])


def large(to, subject, count, mib):
    """Owe one note with several large papers that nobody can make smaller."""
    kept = [papers.put(_Noise(int(mib) << 20), media_type="text/plain") for _ in range(int(count))]
    with transaction.atomic():
        outbox.tell([to], NOTE, subject, {}, at=now(), files=kept)


class _Noise(io.RawIOBase):
    """A file of random bytes that is nowhere."""

    def __init__(self, size):
        self._left = size

    def read(self, size=-1):
        some = os.urandom(min(size, self._left))
        self._left -= len(some)
        return some


def steps(to, subject, first, last):
    """Make steps of a subject here and owe them."""
    for seq in range(int(first), int(last) + 1):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO test_step (subject, seq) VALUES (%s, %s)", [subject, seq]
                )
            outbox.tell([to], STEP, subject, {}, sequence=seq, at=now())


def work():
    main.run()


def take_ends():
    """Where an act reads what it is given, and where what it says goes; the log has all else."""
    for name, end, how in (("GIVEN", 0, os.O_RDONLY), ("SAID", 1, os.O_WRONLY | os.O_CREAT)):
        if path := os.environ.get(name):
            file = os.open(path, how, 0o644)
            os.dup2(file, end)
            os.close(file)


if __name__ == "__main__":
    take_ends()
    acts = {f.__name__: f for f in (prepare, note, notes_with_paper, tell, large, steps, work)}
    acts[sys.argv[1]](*sys.argv[2:])
