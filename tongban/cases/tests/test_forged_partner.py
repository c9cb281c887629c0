"""A partner with a good key who forges: what it sends is parked with its own code and changes nothing.

Every message goes the whole way: sealed and signed as its node would, opened and taken in as ours does.
"""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings

from tongban.cases import messages
from tongban.cases.models import Case
from tongban.cases.tests import world
from tongban.cases.tests.test_between_nodes import Fujian
from tongban.cases.tests.world import FUJIAN, FUZHOU, MONDAY
from tongban.exchange import inbox, posting
from tongban.exchange.envelope import Fault
from tongban.exchange.models import Received
from tongban.exchange.tests.alone import seal_envelope
from tongban.jurisdictions import operations as places
from tongban.jurisdictions.models import NodeKey
from tongban.record import queries
from tongban.record.chains import Author

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(hours=1)


class Partner(Fujian):
    """福建, and what becomes of its messages here."""

    def sends(self, *events, message_id=None, parts=None, at=LATER):
        """What our inbox writes down about one message: (state, code)."""
        raw = seal_envelope(
            message_id=message_id or uuid.uuid4(), type=messages.EVENTS, sender="35",
            recipient=settings.NODE_ID, subject=self.number, at=MONDAY, signer=FUJIAN,
            data={"events": [event.packed() for event in events], "parts": parts or {}},
        )  # fmt: skip
        try:
            inbox.receive(posting.opened(raw, published_by="35", at=at), at=at)
        except Fault as fault:
            inbox.park(raw, fault, published_by="35", at=at)
        row = Received.objects.order_by("-id")[0]
        assert row.reason or row.state == "handled"
        return row.state, row.code


@pytest.fixture
def case():
    case, _ = world.a_case(deciding=FUZHOU)
    world.handed_over(case, world.a_clerk())
    return Case.objects.get(pk=case.pk)


@pytest.fixture
def partner(case):
    return Partner(case)


@pytest.fixture
def unchanged(case):
    """What must be the same afterwards."""
    before = (case.standing(), len(queries.events(case.number)))
    yield
    assert (Case.objects.get(pk=case.pk).standing(), len(queries.events(case.number))) == before


REFUSED = ("parked", "event-refused")


def test_what_is_right_is_handled(partner, case):
    assert partner.sends(partner.writes("arrive"), partner.writes("accept")) == ("handled", "")
    case.refresh_from_db()
    assert case.state == "under_review"


def test_two_messages_under_one_id_are_one_effect_and_one_record(partner, case):
    message_id, arrived = uuid.uuid4(), partner.writes("arrive")
    partner.sends(arrived, message_id=message_id)

    state = partner.sends(arrived, partner.writes("accept"), message_id=message_id)

    assert state == ("parked", "id-reused")
    case.refresh_from_db()
    assert case.state != "under_review"
    assert partner.sends(arrived, message_id=message_id) == ("parked", "id-reused"), (
        "the very same message again is no new row"
    )
    assert Received.objects.count() == 2


@pytest.mark.parametrize(
    "author",
    [
        Author("35", "decider", world.CHAOYANG, "", "officer"),
        Author("44", "decider", "440100", "X" * 18, "officer"),
        Author("22", "system"),
    ],
    ids=["for a place of ours", "for a node that takes no part", "in our own name"],
)
@pytest.mark.usefixtures("unchanged")
def test_an_act_for_somebody_elses_place_is_refused(partner, author):
    assert partner.sends(partner.writes("arrive", author=author)) == REFUSED


@pytest.mark.usefixtures("unchanged")
def test_a_decision_by_the_receiver_is_refused(partner, case):
    receiver = Author("35", "receiver", FUZHOU, case.decider_authority, "officer")

    assert partner.sends(partner.writes("approve", author=receiver)) == REFUSED


@pytest.mark.usefixtures("unchanged")
def test_an_event_from_the_past_changes_no_history(partner, case):
    past = replace(partner.chain[-2].head)
    partner.chain = [event for event in partner.chain if event.seq <= past.seq]
    forged = partner.writes("arrive")
    assert forged.seq == case.head_seq

    assert partner.sends(forged) == REFUSED
    assert partner.sends(*queries.events(case.number)) == ("handled", ""), "what we have is no news"


@pytest.mark.usefixtures("unchanged")
def test_a_part_that_an_event_names_and_the_message_lacks_or_alters_is_refused(partner):
    arrived = partner.writes("arrive")

    assert partner.sends(arrived, parts={"0" * 64: '{"salt": "", "content": {}}'}) == REFUSED


def _signing_key(**facts):
    NodeKey.objects.filter(node="35", key_id=FUJIAN.key_id).update(**facts)
    places.stamp(at=MONDAY)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("facts", "code"),
    [({"revoked_at": MONDAY}, "revoked-key"), ({"valid_until": MONDAY}, "expired-key")],
)
def test_a_key_that_was_revoked_or_ended_opens_no_door(partner, facts, code):
    arrived = partner.writes("arrive")
    _signing_key(**facts)

    assert partner.sends(arrived) == ("parked", code)


@pytest.mark.usefixtures("unchanged")
def test_an_event_under_a_revoked_key_is_not_believed_when_another_brings_it(partner, case):
    from tongban.exchange import bundles
    from tongban.record.chains import ChainBroken

    arrived = partner.writes("arrive")
    _signing_key(revoked_at=LATER)

    bundles.check_signed(arrived, sender="35")
    with pytest.raises(ChainBroken, match="did not count"):
        bundles.check_signed(arrived, sender="44")
    _signing_key(revoked_at=MONDAY)
    with pytest.raises(ChainBroken, match="did not count"):
        bundles.check_signed(arrived, sender="35")
