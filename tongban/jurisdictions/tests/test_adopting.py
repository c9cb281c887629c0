"""Which editions a node adopts, which it refuses and notes, and what holds afterwards."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tongban.jurisdictions import adopting, edition, keys, operations, queries
from tongban.jurisdictions.adopting import How
from tongban.jurisdictions.directory import DirectoryMalformed, State
from tongban.jurisdictions.edition import EditionRefused
from tongban.jurisdictions.models import DirectoryEdition, DirectoryRefusal, Node, NodeKey
from tongban.jurisdictions.tests import signed
from tongban.jurisdictions.tests.signed import AT
from tongban.trust.suites import Purpose

pytestmark = pytest.mark.django_db
HUB, NEXT_HUB, JILIN, FUJIAN = (signed.a_key() for _ in range(4))
NODES = [signed.entry("00", HUB), signed.entry("22", JILIN), signed.entry("35", FUJIAN)]


@pytest.fixture(autouse=True)
def _a_node_that_knows_its_hub(db, settings):
    settings.HUB_KEY_FINGERPRINT = signed.fingerprint(HUB)
    NodeKey.objects.all().delete()
    DirectoryEdition.objects.all().delete()
    for code, name in (("00", "国家枢纽"), ("22", "吉林"), ("35", "福建"), ("44", "广东")):
        facts = {"name": name, "is_hub": code == "00", "public_key": "", "key_id": ""}
        Node.objects.update_or_create(code=code, defaults=facts)
    operations.stamp(at=AT)


def adopt(raw, *, at=AT):
    return adopting.adopt_or_note(raw, at=at, how=How.FILE)


def adopted(*nodes, after=None, hub=HUB, at=AT, **more):
    """An edition that was made and adopted."""
    raw = signed.raw(hub, nodes or NODES, after=after, at=at, **more)
    adopt(raw, at=at)
    return edition.read(raw)


def refused(raw, *, at=AT):
    """The reason for which an edition is not adopted; what was in force stays so."""
    before = adopting.held()
    with pytest.raises(EditionRefused) as refusal:
        adopt(raw, at=at)
    assert adopting.held() == before
    noted = DirectoryRefusal.objects.order_by("-pk").first()
    assert noted.code == refusal.value.code
    return refusal.value.why


def test_the_first_edition_is_believed_by_the_fingerprint_of_the_hubs_key():
    adopted()

    assert queries.node("35").is_connected
    assert queries.node("35").contact["phone"] == "0431-00000000"
    assert queries.public_key("35", FUJIAN.key_id) == FUJIAN.public_key
    assert not queries.node("44").is_connected


def test_the_same_edition_again_changes_nothing():
    one = adopted()
    stamp = queries.snapshot.current().stamp

    again = adopting.adopt(one.raw, at=AT + timedelta(days=3), how=How.MAIL)

    assert not again.is_new
    assert DirectoryEdition.objects.count() == 1
    assert queries.snapshot.current().stamp == stamp


def test_without_a_fingerprint_nobody_is_believed(settings):
    settings.HUB_KEY_FINGERPRINT = ""
    assert refused(signed.raw(HUB, NODES)) == "no-anchor"


def test_a_node_cannot_make_itself_the_hub():
    first = adopted()
    forged = [signed.entry("00", JILIN), *NODES[1:]]

    assert refused(signed.raw(JILIN, forged, after=first)) == "wrong-signer"
    assert refused(signed.raw(JILIN, NODES, after=first)) == "wrong-signer"


def test_an_older_edition_is_no_way_back():
    first = adopted()
    adopted(NODES[0], NODES[1], after=first)

    assert refused(first.raw) == "older"
    assert not queries.node("35").is_connected


def test_another_content_under_the_same_number_is_refused():
    adopted()
    other = signed.raw(HUB, NODES[:2])

    assert refused(other) == "other-content"
    assert queries.node("35").is_connected


def test_the_next_edition_has_to_follow_the_one_that_is_here():
    first = adopted()
    elsewhere = signed.read(HUB, NODES[:2])

    assert refused(signed.raw(HUB, NODES, after=elsewhere)) == "broken-chain"
    adopted(after=first, at=AT + timedelta(minutes=1))


def test_a_node_that_missed_editions_goes_on_with_the_newest():
    adopted()
    adopted(NODES[0], NODES[2], number=9, previous="f" * 64)

    assert adopting.held().number == 9
    assert not queries.node("22").is_connected


def test_a_cut_off_file_is_refused_and_counted():
    cut = signed.raw(HUB, NODES)[:-200]
    assert refused(cut) == "truncated"
    assert refused(cut, at=AT + timedelta(hours=1)) == "truncated"

    [noted] = DirectoryRefusal.objects.all()
    assert (noted.times, noted.last_at - noted.first_at) == (2, timedelta(hours=1))


def test_an_edition_from_the_day_after_tomorrow_is_refused():
    assert refused(signed.raw(HUB, NODES, at=AT + timedelta(days=2))) == "from-the-future"


def hub_with(*more, first=None):
    return replace(NODES[0], keys=(signed.key(first or HUB), *more))


def test_the_hub_changes_its_key_by_an_edition_that_the_old_one_signs():
    first = adopted()
    assert refused(signed.raw(NEXT_HUB, NODES, after=first)) == "wrong-signer"

    both = adopted(hub_with(signed.key(NEXT_HUB)), *NODES[1:], after=first)
    ended = signed.key(HUB, valid_until=AT + timedelta(days=30))
    last = adopted(hub_with(ended, first=NEXT_HUB), *NODES[1:], after=both, hub=NEXT_HUB, at=AT)

    later = AT + timedelta(days=31)
    assert refused(signed.raw(HUB, NODES, after=last, at=later), at=later) == "expired-key"
    # The setting still has the old fingerprint, and nothing is believed for that.
    assert refused(signed.raw(HUB, NODES, number=77, previous="f" * 64), at=later) == "expired-key"


def test_a_revoked_key_of_the_hub_signs_nothing_any_more():
    first = adopted()
    revoked = signed.key(HUB, revoked_at=AT)
    both = adopted(hub_with(signed.key(NEXT_HUB)), *NODES[1:], after=first)
    last = adopted(hub_with(revoked, first=NEXT_HUB), *NODES[1:], after=both, hub=NEXT_HUB)

    assert refused(signed.raw(HUB, NODES, after=last)) == "revoked-key"


def test_a_hub_that_lost_its_key_begins_anew_where_people_put_in_its_new_fingerprint(settings):
    adopted(number=5, previous="f" * 64)
    anew = signed.raw(NEXT_HUB, [signed.entry("00", NEXT_HUB), *NODES[1:]])

    assert refused(anew) == "wrong-signer"
    settings.HUB_KEY_FINGERPRINT = signed.fingerprint(NEXT_HUB)
    adopt(anew)

    assert adopting.held().number == 1
    # The old key, which no edition names any more, does not come back by putting in its print.
    settings.HUB_KEY_FINGERPRINT = signed.fingerprint(HUB)
    assert refused(signed.raw(HUB, NODES, number=9, previous="f" * 64)) == "wrong-signer"


def test_a_suspended_node_keeps_its_keys_and_is_not_connected():
    first = adopted()
    adopted(*NODES[:2], replace(NODES[2], state=State.SUSPENDED), after=first)

    node = queries.node("35")
    assert not node.is_connected
    assert node.is_out
    assert keys.keys_of("35", purpose=Purpose.SIGN, at=AT)


def test_a_node_that_there_cannot_be_makes_the_whole_edition_refused():
    with pytest.raises(DirectoryMalformed):
        adopt(signed.raw(HUB, [*NODES, signed.entry("97", signed.a_key())]))
    assert adopting.held() is None


def test_a_node_serves_what_the_directory_says_also_after_the_places_are_loaded_anew():
    wide = signed.entry("22", JILIN, serves=("22", "23"))
    adopted(NODES[0], wide)
    operations.load_reference(at=AT)

    assert queries.node_for("230100").code in {"22", "23"}
    assert Node.objects.get(pk="22").prefixes == ["22", "23"]


def test_the_last_key_of_a_node_says_when_it_ends():
    ends = AT + timedelta(days=20)
    rows = [
        ("22", "sign", AT + timedelta(days=3)),
        ("22", "sign", ends),
        ("22", "seal", None),
        ("35", "sign", AT),
        ("35", "sign", None),
        ("35", "sign", ends),
    ]
    assert adopting.endings(rows) == [adopting.Ending("22", "sign", ends)]
