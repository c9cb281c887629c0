"""Chains that several nodes keep together: equal on all of them, whatever the post does."""

import io
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from tongban.exchange import bundles, shared_chains
from tongban.exchange.models import Outgoing, Received
from tongban.exchange.shared_chains import Kind, NotInTable
from tongban.exchange.tests.two_nodes import country
from tongban.record import chains, papers
from tongban.record import queries as recorded
from tongban.record.chains import Author, Head

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Ball:
    """A ball that the players throw to each other; who holds it may throw it, and invite others."""

    holder: str
    players: tuple[str, ...]
    throws: int = 0


def judge(ball, event):
    if ball is None:
        if event.kind != "begin":
            raise NotInTable("a game begins with its beginning")
        return Ball(event.content["to"], tuple(sorted({event.author.node, event.content["to"]})))
    if event.kind != "throw" or event.author.node != ball.holder:
        raise NotInTable(f"{event.author.node} does not hold the ball")
    to = event.content["to"]
    return Ball(to, tuple(sorted({*ball.players, to})), ball.throws + 1)


def folded(chain):
    events = recorded.events(chain)
    return shared_chains.fold(BALL, events) if events else None


KEPT: list[tuple[str, int, int]] = []


def keep(ball, event):
    KEPT.append((event.chain, event.seq, ball.throws))


BALL = Kind("ball", "z", head=folded, apply=judge, keep=keep, nodes=lambda ball: ball.players)


@pytest.fixture(autouse=True)
def _registered(monkeypatch):
    monkeypatch.setattr(shared_chains, "_KINDS", dict(shared_chains._KINDS))
    shared_chains.register(BALL)
    KEPT.clear()


@pytest.fixture
def land(tmp_path):
    return country(tmp_path, "22", "35", "52", at=AT)


def by(node, **more):
    return Author(node, "player", **more)


def throw(land, node, chain, to, **more):
    with land.at(node):
        return shared_chains.write(
            BALL, chain, "throw", by=by(node), at=AT, content={"to": to}, **more
        )


@pytest.fixture
def game(land):
    """A chain that 吉林 began with 福建."""
    with land.at("22"):
        chain = shared_chains.new_chain(BALL)
        shared_chains.write(BALL, chain, "begin", by=by("22"), at=AT, content={"to": "35"})
    return chain


def hashes(land, node, chain):
    with land.at(node):
        return [event.hash for event in recorded.events(chain)]


def bodies(land, node, chain):
    with land.at(node):
        return [event.packed() for event in recorded.events(chain)]


def assert_equal(land, chain, *nodes):
    first, *others = [hashes(land, node, chain) for node in nodes]
    assert first
    assert all(one == first for one in others)


def test_what_one_node_writes_the_other_has_with_its_sealed_part_and_its_paper(land, game):
    land.carry(at=AT)
    with land.at("35"):
        paper = papers.put(io.BytesIO("附件".encode()), media_type="text/plain")
    event = throw(land, "35", game, "22", personal={"said": "接住"}, files=[paper])
    land.carry(at=AT)

    assert_equal(land, game, "22", "35")
    with land.at("22"):
        assert folded(game) == Ball("22", ("22", "35"), 1)
        assert recorded.part(event.sealed) == {"said": "接住"}
        assert papers.has(paper.digest)
        chains.verify(recorded.events(game), shared_chains.jurisdictions.public_key)


def test_a_message_that_comes_twice_is_one_event(land, game):
    land.carry(at=AT, shuffle=lambda mail: [*mail, *mail])
    assert len(hashes(land, "35", game)) == 1
    assert KEPT.count((game, 1, 0)) == 2, "once on each node"


def test_events_told_again_change_nothing(land, game):
    land.carry(at=AT)
    with land.at("22"):
        shared_chains.resend_events(subject=game, from_seq=1, recipient="35", at=AT)
    land.carry(at=AT)
    assert len(hashes(land, "35", game)) == 1


def test_events_that_come_in_the_wrong_order_wait_for_those_before_them(land, game):
    land.carry(at=AT)
    throw(land, "35", game, "35")
    throw(land, "35", game, "22")
    land.carry(at=AT, shuffle=lambda mail: list(reversed(mail)))
    assert_equal(land, game, "22", "35")


def test_an_event_that_was_lost_on_the_way_is_asked_for_again(land, game):
    land.carry(at=AT)
    throw(land, "35", game, "35")
    land.mail()  # lost
    throw(land, "35", game, "22")
    land.carry(at=AT)

    assert_equal(land, game, "22", "35")
    assert len(hashes(land, "22", game)) == 3


def test_a_node_that_joins_later_gets_all_that_was_written(land, game):
    land.carry(at=AT)
    first = throw(land, "35", game, "52", personal={"said": "给贵州"})
    land.carry(at=AT)
    assert_equal(land, game, "22", "35", "52")
    with land.at("52"):
        assert recorded.part(first.sealed) == {"said": "给贵州"}

    throw(land, "52", game, "22")
    land.carry(at=AT)
    assert_equal(land, game, "22", "35", "52")


@pytest.mark.parametrize("seed", range(12))
def test_whatever_the_post_does_all_nodes_end_with_the_same_chain(land, game, seed):
    chance = random.Random(seed)

    def post(mail):
        kept = [one for one in mail for _ in range(chance.choice([1, 1, 2]))]
        chance.shuffle(kept)
        return kept

    land.carry(at=AT, shuffle=post)
    holder = "35"
    for _ in range(6):
        to = chance.choice(["22", "35", "52"])
        throw(land, holder, game, to)
        if to != holder or chance.random() < 0.5:
            land.carry(at=AT, shuffle=post)
        holder = to
    land.carry(at=AT, shuffle=post)
    with land.at(holder):
        players = folded(game).players
    assert_equal(land, game, *players)
    assert not any(land.parked(node) for node in players)


def forged(land, node, chain, *, author=None, kind="throw", to="22", after=None, name=None):
    """An event that a node wrote without asking the judge, as the message that carries it."""
    with land.at(node):
        head = recorded.head(chain) if after is None else after
        event = chains.make(
            head or None, chain=name or chain, kind=kind, author=author or by(node), at=AT,
            content={"to": to},
            signer=shared_chains.signing.load_signer(shared_chains.settings.NODE_KEY_FILE),
        )  # fmt: skip
        bundles.owe(["22"], shared_chains.EVENTS, [event], at=AT)
    return event


def test_an_event_of_somebody_who_does_not_hold_it_is_refused_and_changes_nothing(land, game):
    land.carry(at=AT)
    throw(land, "35", game, "52")
    land.carry(at=AT)
    before = hashes(land, "22", game)

    forged(land, "35", game)
    land.carry(at=AT)

    assert hashes(land, "22", game) == before
    assert "does not hold the ball" in land.parked("22")[0]


def test_an_event_in_another_node_s_name_is_refused(land, game):
    land.carry(at=AT)
    forged(land, "35", game, author=by("22"))
    land.carry(at=AT)
    assert len(hashes(land, "22", game)) == 1
    assert "unknown key" in land.parked("22")[0]


def test_an_authority_of_another_node_is_not_believed(land, game):
    land.carry(at=AT)
    window = shared_chains.jurisdictions.window_authority("220104").code
    forged(land, "35", game, author=by("35", authority=window))
    land.carry(at=AT)
    assert len(hashes(land, "22", game)) == 1
    assert "is not of node 35" in land.parked("22")[0]


def test_a_second_history_is_parked_with_both_hashes_and_ours_stays(land, game):
    land.carry(at=AT)
    head = Head(1, hashes(land, "35", game)[0])
    ours = throw(land, "35", game, "22")
    land.carry(at=AT)

    theirs = forged(land, "35", game, to="52", after=head)
    land.carry(at=AT)

    assert hashes(land, "22", game)[1] == ours.hash
    assert ours.hash[:12] in land.parked("22")[0]
    assert theirs.hash[:12] in land.parked("22")[0]


def test_a_chain_that_this_node_takes_no_part_in_is_refused(land):
    with land.at("35"):
        chain = shared_chains.new_chain(BALL)
    forged(land, "35", chain, kind="begin", to="52")
    land.carry(at=AT)
    assert not hashes(land, "22", chain)
    assert "不经过本节点" in land.parked("22")[0]


def test_a_chain_is_begun_by_the_node_in_its_name_alone(land):
    with land.at("52"):
        chain = shared_chains.new_chain(BALL)
    forged(land, "35", chain, kind="begin", to="22")
    land.carry(at=AT)
    assert "is not begun by node 35" in land.parked("22")[0]


def test_somebody_who_takes_no_part_passes_no_events_on(land, game):
    land.carry(at=AT)
    throw(land, "35", game, "35")
    ((_to, envelope),) = [one for one in land.mail() if one[1].type == shared_chains.EVENTS]
    land.deliver("22", replace(envelope, sender="52"), at=AT)
    assert len(hashes(land, "22", game)) == 1
    assert "不参与" in land.parked("22")[0]


def test_events_are_told_again_to_those_who_take_part_only(land, game):
    land.carry(at=AT)
    with land.at("22"):
        Outgoing.objects.all().delete()
        for node in ("35", "52"):
            shared_chains.resend_events(subject=game, from_seq=1, recipient=node, at=AT)
        assert [row.recipient for row in Outgoing.objects.all()] == ["35"]
        shared_chains.resend_events(subject="q35-1", from_seq=1, recipient="35", at=AT)


@pytest.mark.parametrize(
    "data",
    [{}, {"events": "x", "parts": {}}, {"events": [{}], "parts": {}}, {"events": [], "parts": {}}],
)
def test_a_message_that_cannot_be_read_is_refused_in_words(land, game, data):
    envelope = SimpleNamespace(subject=game, data=data, sender="35")
    with land.at("22"), pytest.raises(shared_chains.ChainRefused):
        shared_chains.take_events(envelope)


def test_content_that_the_judge_cannot_read_is_refused(land, game):
    with land.at("22"):
        chain = shared_chains.new_chain(BALL)
        with pytest.raises(NotInTable, match="KeyError"):
            shared_chains.write(BALL, chain, "begin", by=by("22"), at=AT, content={})
        assert not recorded.events(chain)


def test_what_the_judge_does_not_allow_is_not_written_here_either(land, game):
    with land.at("22"):
        with pytest.raises(NotInTable):
            shared_chains.write(BALL, game, "throw", by=by("22"), at=AT, content={"to": "22"})
        assert len(recorded.events(game)) == 1


def test_a_chain_of_a_kind_that_nobody_knows_is_refused(land, game):
    envelope = SimpleNamespace(subject="q35-1", data={}, sender="35")
    with land.at("22"), pytest.raises(shared_chains.ChainRefused):
        shared_chains.take_events(envelope)
    assert not Received.objects.exists()


def test_two_kinds_never_share_a_letter_and_none_looks_like_a_case():
    with pytest.raises(ValueError, match="two kinds"):
        shared_chains.register(replace(BALL, name="other"))
    with pytest.raises(ValueError, match="small letter"):
        shared_chains.register(replace(BALL, letter="2"))


def test_a_kind_is_told_when_events_from_elsewhere_have_been_kept(land, monkeypatch):
    def back(ball, at):
        if ball.holder == "35" and ball.throws == 0:
            shared_chains.write(BALL, chain, "throw", by=by("35"), at=at, content={"to": "22"})

    polite = replace(BALL, arrived=back)
    monkeypatch.setitem(shared_chains._KINDS, "z", polite)
    with land.at("22"):
        chain = shared_chains.new_chain(polite)
        shared_chains.write(polite, chain, "begin", by=by("22"), at=AT, content={"to": "35"})
    land.carry(at=AT)
    assert_equal(land, chain, "22", "35")
    assert len(hashes(land, "22", chain)) == 2
