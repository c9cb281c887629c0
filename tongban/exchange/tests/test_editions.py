"""The directory on its way: from the hub to every node, and to nobody by anybody else."""

import json
from dataclasses import replace

import pytest
from django.conf import settings as live

from tongban.exchange import editions, inbox, posting, requests
from tongban.exchange.faults import NodeIsOut
from tongban.exchange.inbox import Outcome
from tongban.exchange.models import Outgoing, Received
from tongban.exchange.tests import alone
from tongban.exchange.tests.conftest import AT, NOTE, Partner
from tongban.jurisdictions import adopting, edition, operations, queries
from tongban.jurisdictions.adopting import How
from tongban.jurisdictions.directory import State
from tongban.jurisdictions.edition import EditionRefused
from tongban.jurisdictions.models import DirectoryEdition, DirectoryRefusal, Node, NodeKey
from tongban.jurisdictions.tests import signed
from tongban.trust import signing

pytestmark = pytest.mark.django_db
HUB, NEXT_HUB, FUJIAN = (signed.a_key() for _ in range(3))


def nodes(*, hub=HUB, fujian=State.ACTIVE):
    jilin = signing.load_signer(live.NODE_KEY_FILE)
    return [
        signed.entry("00", hub),
        signed.entry("22", jilin),
        signed.entry("35", FUJIAN, state=fujian),
    ]


@pytest.fixture(autouse=True)
def _nodes_there_can_be(db, settings):
    settings.HUB_KEY_FINGERPRINT = signed.fingerprint(HUB)
    NodeKey.objects.all().delete()
    DirectoryEdition.objects.all().delete()
    for code in ("00", "22", "35"):
        facts = {"name": code, "is_hub": code == "00", "public_key": "", "key_id": ""}
        Node.objects.update_or_create(code=code, defaults=facts)
    operations.stamp(at=AT)


@pytest.fixture
def first():
    raw = signed.raw(HUB, nodes(), at=AT)
    adopting.adopt(raw, at=AT, how=How.FILE)
    return edition.read(raw)


def brings(raw, *, sender="00", signer=HUB, sequence=None):
    """A node's message with an edition in it, taken in."""
    partner = Partner(sender, signer)
    data = {"edition": raw.decode()}
    message = partner.sends(editions.TYPE, editions.SUBJECT, data, sequence=sequence)
    return inbox.receive(message, at=AT)


def parked():
    return [(row.code, row.reason) for row in Received.objects.filter(state="parked")]


def test_the_hubs_next_edition_is_adopted_when_its_message_comes(first):
    raw = signed.raw(HUB, nodes(fujian=State.SUSPENDED), after=first, at=AT)

    assert brings(raw) is Outcome.HANDLED
    assert not queries.node("35").is_connected
    assert adopting.held().how == How.MAIL


def test_what_another_node_sends_is_not_adopted_however_good_its_signature(first):
    raw = signed.raw(HUB, nodes(fujian=State.SUSPENDED), after=first, at=AT)

    assert brings(raw, sender="35", signer=FUJIAN) is Outcome.PARKED
    assert parked()[0][0] == "not-from-the-hub"
    assert queries.node("35").is_connected


def test_an_edition_that_is_refused_is_parked_and_noted(first):
    raw = signed.raw(FUJIAN, nodes(), after=first, at=AT)

    assert brings(raw) is Outcome.PARKED
    [noted] = DirectoryRefusal.objects.all()
    assert noted.code == parked()[0][0] == "directory-wrong-signer"
    assert adopting.held().digest == first.digest


def test_an_edition_told_again_is_no_fault(first):
    brings(signed.raw(HUB, nodes(), after=first, at=AT))

    assert brings(first.raw) is Outcome.HANDLED
    assert adopting.held().number == 2
    assert not DirectoryRefusal.objects.exists()


def test_a_message_without_an_edition_is_parked(first):
    message = Partner("00", HUB).sends(editions.TYPE, editions.SUBJECT, {"edition": 7})
    assert inbox.receive(message, at=AT) is Outcome.PARKED


def test_a_node_that_missed_the_change_of_the_hubs_key_asks_for_it(first):
    hub = signed.entry("00", HUB, signed.key(NEXT_HUB))
    second = signed.read(HUB, [hub, *nodes()[1:]], after=first, at=AT)
    third = signed.read(NEXT_HUB, [hub, *nodes()[1:]], after=second, at=AT)
    fourth = signed.raw(NEXT_HUB, nodes(), after=third, at=AT, number=4)

    assert brings(fourth, sequence=4) is Outcome.WAITING
    asked = Outgoing.objects.get(recipient="00", type=requests.RESEND)
    assert asked.subject == editions.SUBJECT
    brings(second.raw, sequence=2)

    assert adopting.held().number == 4
    assert not Received.objects.filter(state="waiting").exists()


def test_messages_of_a_suspended_node_are_set_aside_until_it_is_back(first):
    suspended = signed.raw(HUB, nodes(fujian=State.SUSPENDED), after=first, at=AT)
    brings(suspended)
    raw = Partner("35", FUJIAN).writes(NOTE)

    with pytest.raises(NodeIsOut, match="暂停接入") as fault:
        posting.opened(raw, published_by="35", at=AT)
    inbox.park(raw, fault.value, published_by="35", at=AT)
    assert [code for code, _ in parked()] == ["node-suspended"]

    done = []
    inbox.handles(NOTE)(lambda envelope: done.append(envelope.id))
    brings(signed.raw(HUB, nodes(), after=edition.read(suspended), at=AT))
    [row] = Received.objects.filter(state="parked")
    assert inbox.try_parked(row, at=AT) is Outcome.HANDLED
    assert len(done) == 1


def test_nothing_leaves_for_a_suspended_node_but_the_directory(first):
    brings(signed.raw(HUB, nodes(fujian=State.SUSPENDED), after=first, at=AT))

    with pytest.raises(NodeIsOut):
        posting.check_takes_part("35")
    assert editions.TYPE in posting.ALWAYS


@pytest.fixture
def hub(settings, tmp_path):
    """Stand at the hub, with its key."""
    key = tmp_path / "hub.key"
    pem = signing.new_key()
    key.write_bytes(pem)
    signer = signing.signer_from_pem(pem)
    settings.NODE_ID, settings.IS_HUB, settings.NODE_KEY_FILE = "00", True, key
    settings.HUB_KEY_FINGERPRINT = signed.fingerprint(signer)
    return signer


def test_the_hub_issues_signed_editions_and_owes_them_to_every_node(hub):
    listed = [signed.entry("00", hub), *nodes()[1:]]
    first = editions.issue(listed, at=AT)
    again = editions.issue(listed, at=AT)
    second = editions.issue([*listed[:2], replace(listed[2], state=State.SUSPENDED)], at=AT)

    assert again.pk == first.pk
    assert (second.number, second.previous) == (2, first.digest)
    owed = Outgoing.objects.filter(type=editions.TYPE)
    assert sorted(owed.values_list("recipient", "sequence")) == [
        ("22", 1), ("22", 2), ("35", 1), ("35", 2),
    ]  # fmt: skip
    assert edition.check_by_fingerprint(
        edition.read(bytes(second.signed)), live.HUB_KEY_FINGERPRINT
    )


def test_a_suspended_node_gets_the_edition_that_says_so(hub):
    listed = [signed.entry("00", hub), *nodes(fujian=State.SUSPENDED)[1:]]
    editions.issue(listed, at=AT)

    row = Outgoing.objects.get(recipient="35", type=editions.TYPE)
    raw = alone.sealed(row.message_id, bytes(row.envelope), at=AT)
    assert json.loads(raw)["recipient"] == "35"


def test_the_hub_does_not_sign_with_a_key_that_no_edition_has_named(hub, settings, tmp_path):
    listed = [signed.entry("00", hub), *nodes()[1:]]
    editions.issue(listed, at=AT)
    settings.NODE_KEY_FILE = tmp_path / "other.key"
    settings.NODE_KEY_FILE.write_bytes(signing.new_key())

    with pytest.raises(EditionRefused, match="不是枢纽现行的密钥"):
        editions.issue(listed[:2], at=AT)
    assert adopting.held().number == 1


def test_nobody_but_the_hub_issues():
    with pytest.raises(editions.NotTheHub):
        editions.issue(nodes(), at=AT)


def test_the_hub_tells_editions_again_to_who_missed_them(hub):
    listed = [signed.entry("00", hub), *nodes()[1:]]
    editions.issue(listed, at=AT)
    editions.issue(listed[:2], at=AT)
    Outgoing.objects.all().delete()

    editions.resend_editions(subject=editions.SUBJECT, from_seq=2, recipient="22", at=AT)

    assert list(Outgoing.objects.values_list("recipient", "sequence")) == [("22", 2)]
