"""A message that says nothing, from one node to another and its receipt back."""

import pytest

from tongban.basics.refusals import NotFound
from tongban.exchange import inbox, pings
from tongban.exchange.inbox import Outcome
from tongban.exchange.models import Outgoing
from tongban.exchange.tests.conftest import AT, told

pytestmark = pytest.mark.django_db


def test_a_ping_is_owed_to_each_node_and_its_fate_is_known(fujian):
    sent = pings.send(["35", "35"], at=AT)

    assert len(sent) == 2
    assert [(one.recipient, one.sent_at, one.delivered_at) for one in pings.fates(sent)] == [
        ("35", None, None),
        ("35", None, None),
    ]
    # Each goes by itself: a subject of its own waits behind no other.
    assert len(set(Outgoing.objects.values_list("subject", flat=True))) == 2


def test_a_ping_that_comes_does_nothing_but_its_receipt(fujian):
    assert inbox.receive(fujian.sends(pings.PING, subject="ping-1"), at=AT) is Outcome.HANDLED

    [(*_, data)] = told(Outgoing.objects.all())
    assert [word["state"] for word in data["words"]] == ["handled"]


@pytest.mark.parametrize("code", ["22", "44", "xx"])
def test_nothing_is_sent_to_oneself_or_to_a_node_that_has_not_joined(fujian, code):
    with pytest.raises(NotFound):
        pings.send(["35", code], at=AT)

    assert not Outgoing.objects.exists()
