"""The record in the database and the papers on the disk."""

import io
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from tongban.record import chains, operations, papers, queries
from tongban.record.chains import Author
from tongban.record.models import Entry, Sealed
from tongban.trust import signing

SIGNER = signing.signer_from_pem(signing.new_key())
AT = datetime(2026, 11, 16, 1, 12, tzinfo=UTC)


def an_event(after: chains.Head | None = None, sealed: str = "") -> chains.Event:
    return chains.make(
        after, chain="C", kind="receive", author=Author("22", "system"), at=AT,
        content={"n": 1}, sealed=sealed, signer=SIGNER,
    )  # fmt: skip


@pytest.mark.django_db
def test_what_is_read_is_to_the_byte_what_was_written():
    first = an_event()
    operations.append(first)
    operations.append(an_event(first.head))

    assert queries.events("C")[0] == first
    assert queries.head("C") == queries.events("C")[1].head
    assert [event.seq for event in queries.events("C", from_seq=2)] == [2]


@pytest.mark.django_db
def test_a_chain_cannot_fork():
    operations.append(an_event())

    with pytest.raises(operations.ChainMovedOn):
        operations.append(an_event())


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_what_is_written(change):
    operations.append(an_event())
    rows = Entry.objects.filter(chain="C")

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        rows.update(kind="approve") if change == "update" else rows.delete()


@pytest.mark.django_db
def test_a_personal_part_lies_encrypted_and_is_read_by_its_digest():
    digest, part = chains.sealed_part({"name": "李四"})
    operations.append(an_event(sealed=digest), part=part)

    assert "李四".encode() not in bytes(Sealed.objects.get().data)
    assert queries.part(digest) == {"name": "李四"}
    assert queries.part("0" * 64) == {}


def test_the_same_paper_twice_is_kept_once(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    one = papers.put(io.BytesIO(b"paper"), media_type="application/pdf")
    two = papers.put(io.BytesIO(b"paper"), media_type="application/pdf")

    assert one == two
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [one.digest]
    with papers.open(one.digest) as paper:
        assert paper.read() == b"paper"


def test_a_paper_that_is_not_what_it_should_be_is_not_kept(settings, tmp_path):
    settings.DATA_DIR = tmp_path

    with pytest.raises(papers.PaperDamaged):
        papers.put(io.BytesIO(b"paper"), expect="0" * 64)

    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("digest", ["../../etc/passwd", "", "0" * 63, "G" * 64])
def test_what_is_no_digest_leads_nowhere(digest):
    assert not papers.has(digest)
    with pytest.raises(papers.PaperMissing):
        papers.open(digest)
