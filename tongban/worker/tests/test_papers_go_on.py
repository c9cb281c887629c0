"""A paper between two nodes is taken up where it stopped, whole or not at all; this is node 22."""

import asyncio
import io
import os

import nats.errors
import pytest
from django.utils.timezone import now

from tongban.exchange import addresses, posting, uploads
from tongban.exchange.envelope import Paper
from tongban.exchange.models import FileSent, FileUnderway
from tongban.record import papers
from tongban.trust import suites
from tongban.trust.suites import Purpose
from tongban.worker import coming, fetching, uploading
from tongban.worker.coming import Coming
from tongban.worker.tests.conftest import as_user, connected, run

pytestmark = pytest.mark.django_db(transaction=True)

PIECES = 5
SIZE = (PIECES - 1) * uploading.PIECE + 100_000


@pytest.fixture(params=["intl", "gm"])
def opener(request, monkeypatch):
    """The other node's key for encryption, as the directory would name it."""
    suite = suites.suite(request.param)
    made = suite.opener(suite.new_key(Purpose.SEAL))
    monkeypatch.setattr(posting, "key_to_seal_to", lambda _node, **_: made.public_key)
    monkeypatch.setattr(posting, "opener_of_paper", lambda _key, **_: made)
    return made


@pytest.fixture
def paper():
    return as_paper(papers.put(io.BytesIO(os.urandom(SIZE)), media_type="application/pdf"))


def as_paper(kept):
    return Paper(kept.digest, kept.size, kept.media_type)


async def send(process, paper):
    async with connected(process) as (broker, hands):
        await uploading.upload(broker, hands, "35", paper)


async def get(process, paper):
    """As node 35, which keeps its papers in the same folder here."""
    async with connected(process, node="35") as (broker, hands):
        await fetching.fetch(broker, hands, "22", paper)


async def pieces_there(process, *, to="35"):
    async with as_user(process.admin_url) as client:
        jetstream, stream = client.jetstream(), addresses.bucket_stream("22", to)
        state = (await jetstream.stream_info(stream, subjects_filter=">")).state
        return {
            subject: count for subject, count in (state.subjects or {}).items() if ".C." in subject
        }


def lose(paper):
    """So that the receiver, who shares our folder, does not find the paper there already."""
    content = b"".join(papers.chunks(paper.digest))
    papers._place(paper.digest).unlink()
    return content


@pytest.fixture
def cut(monkeypatch):
    """The way to the broker is cut at a piece, before it is there or before its answer comes."""

    def at(number, *, is_there):
        publish = uploading._Upload._publish
        published = []

        async def cut_off(self, piece, its_number, *, after):
            if its_number == number and not is_there:
                raise nats.errors.TimeoutError
            place = await publish(self, piece, its_number, after=after)
            published.append(its_number)
            if its_number == number:
                raise nats.errors.TimeoutError
            return place

        monkeypatch.setattr(uploading._Upload, "_publish", cut_off)
        return published, lambda: monkeypatch.setattr(uploading._Upload, "_publish", publish)

    return at


@pytest.mark.parametrize("is_there", [False, True], ids=["before it is there", "before its answer"])
@pytest.mark.usefixtures("opener")
def test_an_upload_goes_on_where_it_was_cut(broker_process, paper, cut, is_there, monkeypatch):
    published, mend = cut(2, is_there=is_there)
    with pytest.raises(nats.errors.TimeoutError):
        run(send(broker_process, paper))
    assert published == ([0, 1, 2] if is_there else [0, 1])
    assert not FileSent.objects.exists()

    mend()
    again, _ = cut(99, is_there=True)
    run(send(broker_process, paper))

    assert again == list(range(3 if is_there else 2, PIECES))
    assert list(run(pieces_there(broker_process)).values()) == [PIECES]
    assert (FileSent.objects.get().digest, FileUnderway.objects.count()) == (paper.digest, 0)
    content = lose(paper)
    run(get(broker_process, paper))
    assert b"".join(papers.chunks(paper.digest)) == content


@pytest.mark.usefixtures("opener")
def test_two_relays_at_the_same_paper_put_it_there_once(broker_process, paper):
    async def both():
        tries = (send(broker_process, paper), send(broker_process, paper))
        return await asyncio.gather(*tries, return_exceptions=True)

    found = run(both())

    assert None in found or all(isinstance(one, nats.errors.Error) for one in found)
    run(send(broker_process, paper))
    assert list(run(pieces_there(broker_process)).values()) == [PIECES]
    content = lose(paper)
    run(get(broker_process, paper))
    assert b"".join(papers.chunks(paper.digest)) == content


def test_what_was_begun_for_another_key_begins_anew_and_leaves_nothing(
    broker_process, paper, cut, monkeypatch, opener
):
    _, mend = cut(2, is_there=True)
    with pytest.raises(nats.errors.TimeoutError):
        run(send(broker_process, paper))
    mend()
    suite = suites.suite("intl")
    other = suite.opener(suite.new_key(Purpose.SEAL))
    monkeypatch.setattr(posting, "key_to_seal_to", lambda _node, **_: other.public_key)
    monkeypatch.setattr(posting, "opener_of_paper", lambda _key, **_: other)

    run(send(broker_process, paper))

    assert list(run(pieces_there(broker_process)).values()) == [PIECES]
    lose(paper)
    run(get(broker_process, paper))
    assert papers.has(paper.digest)


@pytest.mark.usefixtures("opener")
def test_the_key_of_an_upload_is_not_readable_in_the_database(paper):
    bound = b"bound"
    begun = uploads.begin("35", paper.digest, bound=bound, at=now())

    row = FileUnderway.objects.get()
    assert begun.beginning.content not in bytes(row.content)
    assert uploads.begin("35", paper.digest, bound=bound, at=now()) == begun
    assert uploads.begin("52", paper.digest, bound=bound, at=now()).beginning != begun.beginning


@pytest.fixture
def asked(monkeypatch):
    """Which pieces the receiver asks for; the way is cut before the one with the number of `cut`."""
    add, places = Coming.add, []

    def noted(self, piece, *, place):
        if len(places) == noted.cut:
            noted.cut = None
            raise nats.errors.ConnectionClosedError
        places.append(place)
        add(self, piece, place=place)

    noted.cut = None
    monkeypatch.setattr(Coming, "add", noted)
    return noted, places


@pytest.mark.usefixtures("opener")
def test_a_fetch_goes_on_where_it_was_cut(broker_process, paper, asked):
    cut, places = asked
    run(send(broker_process, paper))
    content = lose(paper)
    cut.cut = 3

    with pytest.raises(nats.errors.ConnectionClosedError):
        run(get(broker_process, paper))
    assert not papers.has(paper.digest)
    run(get(broker_process, paper))

    assert len(places) == len(set(places)) == PIECES, "no piece came twice"
    assert b"".join(papers.chunks(paper.digest)) == content
    assert list(coming._folder().glob("*")) == []


@pytest.mark.usefixtures("opener")
def test_a_part_that_was_damaged_here_is_found_out_and_fetched_anew(broker_process, paper, asked):
    cut, _ = asked
    run(send(broker_process, paper))
    content = lose(paper)
    cut.cut = 3
    with pytest.raises(nats.errors.ConnectionClosedError):
        run(get(broker_process, paper))
    [part] = [one for one in coming._folder().glob("*") if not one.suffix]
    with part.open("r+b") as file:
        file.seek(200_000)
        file.write(b"damaged")

    with pytest.raises(fetching.PaperNotThere):
        run(get(broker_process, paper))
    assert not papers.has(paper.digest)
    run(get(broker_process, paper))

    assert b"".join(papers.chunks(paper.digest)) == content


@pytest.mark.usefixtures("opener")
def test_two_who_fetch_the_same_paper_fetch_it_once(broker_process, paper, asked):
    _, places = asked
    run(send(broker_process, paper))
    content = lose(paper)

    async def both():
        await asyncio.gather(get(broker_process, paper), get(broker_process, paper))

    run(both())

    assert len(places) == PIECES
    assert b"".join(papers.chunks(paper.digest)) == content


def test_what_came_before_a_crash_is_kept_up_to_its_mark():
    first = Coming("22 one paper")
    first.add(b"marked", place=7)
    first.mark()
    first.add(b"not marked", place=8)
    first.file.flush()
    first.file.close()

    again = Coming("22 one paper")

    assert (again.place, again.size) == (7, len(b"marked"))
    with pytest.raises(coming.TakenElsewhere):
        Coming("22 one paper")
    again.close()


def test_what_nobody_goes_on_with_is_forgotten_after_days():
    old, new = Coming("22 old"), Coming("22 new")
    old.close()
    new.close()
    for one in (old.path, old.path.with_suffix(".mark")):
        os.utime(one, (0, 0))

    assert coming.forget_old() == 2
    assert not old.path.exists()
    assert new.path.exists()
