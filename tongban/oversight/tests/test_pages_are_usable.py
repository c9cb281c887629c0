"""The guide's checks over every page of this door, as the hub and its operator see them."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils.timezone import now

from tongban.exchange import inbox, outbox, queries
from tongban.exchange.envelope import BadSignature
from tongban.exchange.models import NodeContact, Outgoing
from tongban.exchange.tests.conftest import introduced
from tongban.oversight.tests.conftest import officer
from tongban.parties.models import Role
from tongban.ui.tests.page_checks import check_pages

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def busy(hub):
    """Something of everything these pages can show."""
    fujian, guizhou = introduced("35"), introduced("52")
    introduced("44")
    NodeContact.objects.create(node="35", last_contact_at=now() - timedelta(minutes=7))
    NodeContact.objects.create(
        node="52", last_contact_at=now() + timedelta(hours=1), mailbox_messages=12,
        mailbox_bytes=48_000, version="0.1.0", outbox_waiting=3, parked=2,
    )  # fmt: skip
    inbox.handles("test.step.v1")(_gap)
    inbox.receive(fujian.sends("test.new.v1", subject="2201022611230000178"), at=now())
    inbox.receive(guizhou.sends("test.step.v1", sequence=3), at=now())
    inbox.park(b"junk", BadSignature("35"), published_by="35", at=now())
    outbox.tell(["35", "52"], "test.note.v1", "case-1", {}, at=now() - timedelta(minutes=9))
    Outgoing.objects.filter(recipient="35").update(last_error="the broker is away")
    Outgoing.objects.filter(recipient="52").update(
        sent_at=now(), parked_at=now(), parked_code="unknown-type", parked_reason="升级后再重试"
    )
    return cookies()


def cookies():
    """Those of an operator who has signed in."""
    client = Client()
    client.force_login(officer(Role.OPERATOR, name="云维").account)
    name = settings.SESSION_COOKIE_NAME
    return [{"name": name, "value": client.cookies[name].value}]


def _gap(envelope):
    raise inbox.Gap(1)


def test_every_page_works_for_everyone(browser, live_server, busy):
    first = queries.parked().first()
    pages = [
        "/oversight/nodes/",
        "/oversight/nodes/?still",
        "/oversight/exchange/",
        f"/oversight/exchange/{first.pk}/drop/",
    ]
    check_pages(browser, live_server.url, pages, cookies=busy)


def test_empty_pages_say_what_will_be_here(browser, live_server, hub):
    pages = ["/oversight/nodes/", "/oversight/exchange/"]
    check_pages(browser, live_server.url, pages, cookies=cookies())


def test_the_nodes_refresh_by_themselves(browser, live_server, busy):
    context = browser.new_context()
    try:
        page = context.new_page()
        page.goto(f"{live_server.url}/oversight/nodes/")
        NodeContact.objects.filter(node="52").update(mailbox_messages=4321)
        page.get_by_text("4321份").wait_for(timeout=20_000)
    finally:
        context.close()
