"""The country as the hub sees it: a tile for each province, who sends to whom, one node's page."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from tongban.exchange import flows
from tongban.exchange.models import Flow, NodeContact
from tongban.exchange.tests.conftest import introduced
from tongban.jurisdictions import queries as jurisdictions
from tongban.oversight import country, lights

pytestmark = pytest.mark.django_db
PAGE = "/oversight/nodes/"


@pytest.fixture
def joined(hub, fujian):
    """Fujian works, Guizhou fell silent, Guangdong joined and was never heard of."""
    introduced("52")
    introduced("44")
    at = now()
    NodeContact.objects.create(
        node="35", last_contact_at=at, mailbox_messages=7, mailbox_bytes=4096,
        mailbox_limit=2**28, mailbox_seen_at=at, version="0.1.0",
    )  # fmt: skip
    NodeContact.objects.create(
        node="52", last_contact_at=at - timedelta(minutes=9), mailbox_messages=12,
        mailbox_seen_at=at, mailbox_oldest_at=at - timedelta(minutes=9),
    )  # fmt: skip
    return at


def sent(sender, recipient, messages, *, ago=timedelta(0)):
    Flow.objects.create(
        sender=sender, recipient=recipient, process="one", messages=messages,
        span=flows.span_of(now() - ago),
    )  # fmt: skip


def text(path, **headers):
    return Client().get(path, headers=headers).content.decode()


def test_every_province_has_a_tile_in_words(joined):
    rows = lights.rows(jurisdictions.nodes(), list(NodeContact.objects.all()), at=joined)
    tiles = {tile.sign: tile for tile in country.tiles(rows)}

    assert len(tiles) == 35
    assert (tiles["闽"].kind, tiles["闽"].figure) == ("ok", "7份")
    assert tiles["闽"].words == "正常，信箱待取至少7份"
    assert (tiles["黔"].kind, tiles["黔"].short) == ("bad", "失联")
    # Heard of by nobody: neither fine nor empty, but not known.
    assert tiles["粤"].figure == "?"
    assert "还不知道" in tiles["粤"].words
    assert (tiles["兵团"].kind, tiles["兵团"].href, tiles["台"].words) == ("off", "", "未接入")
    # Other nodes than these may be known to the database of the tests.
    kinds = [tile.kind for tile in tiles.values()]
    assert country.tally(tiles.values()) == {kind: kinds.count(kind) for kind in set(kinds)}
    assert kinds.count("off") > kinds.count("bad") >= 2


def test_a_tile_leads_to_the_page_of_its_node(joined):
    page = text(PAGE)

    assert f'href="{PAGE}52/"' in page
    assert "失联9分" in text(f"{PAGE}52/")
    assert "12份" in text(f"{PAGE}52/")


def test_flows_of_an_hour_and_of_a_day_are_shown_most_first(joined):
    sent("22", "35", 40)
    sent("35", "22", 90)
    sent("52", "44", 500, ago=timedelta(hours=3))

    hour, day = text(PAGE), text(f"{PAGE}?span=day")

    assert "共130份，2对往来" in hour
    assert hour.index("90份") < hour.index("40份")
    assert "500份" not in hour
    assert "500份" in day
    assert "贵州" in day


def test_without_messages_the_page_says_so_and_what_the_hub_cannot_know(joined):
    page = text(PAGE)

    assert "最近一小时没有报文往来" in page
    assert "由发件节点自己报来" in page


def test_the_page_of_a_node_tells_with_whom_it_exchanges(joined):
    sent("35", "22", 3)
    sent("22", "35", 2)
    sent("35", "22", 4, ago=timedelta(hours=3))
    sent("52", "44", 9)

    [one] = country.of_node(
        "35", flows.since(flows.HOUR, at=now()), flows.since(flows.DAY, at=now()),
        jurisdictions.nodes(),
    )  # fmt: skip
    assert (one.code, one.sent_hour, one.sent_day, one.got_hour, one.got_day) == ("22", 3, 7, 2, 2)
    assert "吉林" in text(f"{PAGE}35/")
    assert "贵州" not in text(f"{PAGE}35/")


def test_a_node_that_has_not_joined_and_one_that_does_not_exist_are_told_apart(joined):
    assert "还没有接入" in text(f"{PAGE}66/")
    missing = Client().get(f"{PAGE}99/")
    assert missing.status_code == 404
    assert "没有这个节点" in missing.content.decode()


def test_the_page_of_a_node_refreshes_its_facts_alone(joined):
    assert f'hx-get="{PAGE}35/"' in text(f"{PAGE}35/")
    assert "hx-get" not in text(f"{PAGE}35/?still")
    part = text(f"{PAGE}35/", **{"hx-request": "true"})
    assert "<html" not in part
    assert "7份" in part


def test_elsewhere_than_at_the_hub_there_is_no_page_of_nodes(fujian):
    assert Client().get(f"{PAGE}35/").status_code == 404
