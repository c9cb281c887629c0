"""Periods are closed once, stamps come or are late, and nothing waits for them."""

from datetime import UTC, datetime, timedelta

import pytest

from tongban.record import chains, merkle, operations, stamping
from tongban.record.chains import Author, Head
from tongban.record.models import Stamp, StampedHead
from tongban.trust import signing

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
SIGNER = signing.signer_from_pem(signing.new_key())


class Authority:
    """Stamps, or is away; counts how often it was asked."""

    name = "test"
    certificates = b"certificates"

    def __init__(self) -> None:
        self.is_away = False
        self.asked: list[bytes] = []

    def stamp(self, data: bytes) -> tuple[bytes, datetime]:
        self.asked.append(data)
        if self.is_away:
            raise stamping.AuthorityAway("connection refused")
        return b"response to " + data, AT


@pytest.fixture
def authority(monkeypatch):
    monkeypatch.setattr(stamping, "_authority", [])
    made = Authority()
    stamping.use(made)
    return made


@pytest.fixture(autouse=True)
def _committed(monkeypatch):
    """A test never commits, so its own transaction is the oldest open one; here it counts as done."""
    monkeypatch.setattr(
        stamping, "_GREW", stamping._GREW.replace("written_in < %s", "written_in <= %s")
    )


def grow(chain: str, *, after: Head | None = None) -> Head:
    event = chains.make(
        after, chain=chain, kind="test", author=Author("22", "system"), at=AT, content={},
        signer=SIGNER,
    )  # fmt: skip
    operations.append(event)
    return event.head


def close(at=AT):
    return stamping.close_period(at=at, period=HOUR)


def test_the_heads_of_a_period_get_one_request(authority):
    first = grow("a")
    heads = {"a": grow("a", after=first), "b": grow("b")}
    stamp = close()

    assert stamping.send_due(at=AT) == 1
    assert authority.asked == [stamp.root.encode()]
    proofs = stamping.proofs(["a", "b"])
    assert {proof.chain: proof.head for proof in proofs} == {
        chain: head.hash for chain, head in heads.items()
    }
    for proof in proofs:
        leaf = merkle.hashed(merkle.leaf_text(proof.chain, proof.seq, proof.head))
        assert merkle.climb(leaf, proof.way) == proof.root == stamp.root
        assert proof.response == b"response to " + stamp.root.encode()


def test_a_period_is_closed_once_and_not_before_it_is_over(authority):
    grow("a")
    assert close() is not None
    grow("b")
    assert close(AT + HOUR / 2) is None
    assert Stamp.objects.count() == 1


def test_where_nothing_grew_nothing_is_stamped(authority):
    assert close() is None
    assert stamping.send_due(at=AT) == 0
    assert authority.asked == []


def test_an_outage_makes_stamps_late_and_is_tried_again_at_growing_distances(authority):
    grow("a")
    stamp = close()
    authority.is_away = True
    tries = [at for at in range(0, 3600, 5) if _asks(authority, AT + timedelta(seconds=at))]

    assert tries == [0, 10, 30, 70, 150, 310, 630, 1270, 2550]
    health = stamping.health()
    assert (health.waiting, health.late_since) == (1, stamp.closed_at)
    assert "refused" in health.last_error
    assert stamping.proofs(["a"]) == []

    authority.is_away = False
    assert stamping.send_due(at=AT + timedelta(hours=3)) == 1
    assert stamping.health().late_since is None
    assert stamping.health().last_stamped_at == AT


def _asks(authority, at) -> bool:
    before = len(authority.asked)
    stamping.send_due(at=at)
    return len(authority.asked) > before


def test_the_record_grows_while_the_authority_is_away(authority):
    authority.is_away = True
    head = grow("a")
    close()
    stamping.send_due(at=AT)
    assert grow("a", after=head).seq == 2


def test_without_an_authority_nothing_is_asked(monkeypatch):
    monkeypatch.setattr(stamping, "_authority", [])
    grow("a")
    close()
    assert stamping.send_due(at=AT) == 0
    assert stamping.health().authority == ""


def test_a_stamp_that_came_twice_stays_the_first(authority):
    grow("a")
    stamp = close()
    stamping.send_due(at=AT)
    assert stamping._got(stamp, authority, b"another", AT) == 0
    assert bytes(Stamp.objects.get().response) == b"response to " + stamp.root.encode()
    assert StampedHead.objects.count() == 1
