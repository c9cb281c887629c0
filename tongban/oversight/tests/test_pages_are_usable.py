"""The guide's checks over every page of this door, as the hub, its operator and managers see them."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.conf import settings
from django.test import Client
from django.utils.timezone import now

from tongban.cases import standing
from tongban.cases.hooks import operations as subscribing
from tongban.cases.hooks.models import Push
from tongban.cases.notices.models import Fate
from tongban.catalogue.models import Draft, ItemChange, RollOut
from tongban.catalogue.operations import drafts, load_catalogue, preparing, renewing
from tongban.catalogue.tests import renewals
from tongban.catalogue.tests.managers import a_manager, handed_in, published
from tongban.exchange import flows, inbox, outbox, queries
from tongban.exchange.envelope import BadSignature
from tongban.exchange.models import NodeContact, Outgoing
from tongban.exchange.tests.conftest import introduced
from tongban.oversight import handins
from tongban.oversight.tests.conftest import officer
from tongban.parties import operations as parties
from tongban.parties.models import Role
from tongban.ui.tests.page_checks import Checks, check_pages, new_reader

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
        mailbox_seen_at=now(), mailbox_oldest_at=now() - timedelta(minutes=3),
        oldest_waiting_at=now() - timedelta(minutes=2),
    )  # fmt: skip
    flows.note("35", "one", {flows.span_of(now()).isoformat(): {"52": 12, "44": 3}}, at=now())
    inbox.handles("test.step.v1")(_gap)
    inbox.receive(fujian.sends("test.new.v1", subject="2201022611230000178"), at=now())
    inbox.receive(guizhou.sends("test.step.v1", sequence=3), at=now())
    inbox.park(b"junk", BadSignature("35"), published_by="35", at=now())
    outbox.tell(["35", "52"], "test.note.v1", "case-1", {}, at=now() - timedelta(minutes=9))
    Outgoing.objects.filter(recipient="35").update(last_error="the broker is away")
    Outgoing.objects.filter(recipient="52").update(
        sent_at=now(), parked_at=now(), parked_code="unknown-type", parked_reason="升级后再重试"
    )
    _hooked()
    return cookies()


def _hooked():
    """A business system that did not take a call."""
    client, _secret = parties.make_client(
        client_id="police", name="公安业务系统", prefixes=["22"], scopes=["hooks"],
        authority=officer(Role.MANAGER, name="张管").authority, at=now(),
    )  # fmt: skip
    subscribing.subscribe(
        client_id=client.pk, url="https://police.example/hook", events=["decided"], at=now()
    )
    Push.objects.update(
        fate=Fate.FAILED, ended_at=now(), attempts=8, trouble="域名指向内部网络，没有推送",
        number="22010420261116000010Y", seq=7, event="decided",
    )  # fmt: skip


def cookies():
    """Those of an operator who has signed in."""
    return cookies_of(officer(Role.OPERATOR, name="云维"))


def cookies_of(person):
    client = Client()
    client.force_login(person.account)
    name = settings.SESSION_COOKIE_NAME
    return [{"name": name, "value": client.cookies[name].value}]


def _gap(envelope):
    raise inbox.Gap(1)


def test_every_page_works_for_everyone(browser, live_server, busy):
    first = queries.parked().first()
    pages = [
        "/oversight/nodes/?still",
        "/oversight/nodes/?span=day&still",
        "/oversight/nodes/52/",
        "/oversight/nodes/66/",
        "/oversight/exchange/",
        f"/oversight/exchange/{first.pk}/drop/",
        "/oversight/hooks/",
        "/oversight/place-rules/",
    ]
    check_pages(browser, live_server.url, pages, cookies=busy)
    # It may fetch itself anew while somebody goes through it by keyboard, and begins from the top then.
    for only in (Checks.in_brief, Checks.without_script):
        check_pages(browser, live_server.url, ["/oversight/nodes/"], cookies=busy, only=only)


def test_empty_pages_say_what_will_be_here(browser, live_server, hub):
    pages = ["/oversight/nodes/?still", "/oversight/exchange/", "/oversight/hooks/"]
    check_pages(browser, live_server.url, pages, cookies=cookies())


@pytest.fixture
def catalogue(monkeypatch):
    """A published version, one that waits, one that is written on, and a file with faults."""
    load_catalogue()
    monkeypatch.setattr(handins, "_beside", lambda work: work())
    drafter, reviewer = a_manager("何十一"), a_manager("吕十二")
    at, days = now(), {"from_day": standing.today() + timedelta(days=5), "at": now()}
    published(drafter, reviewer, place="220000", **days)
    handed_in(drafter, place="220000", content={"consultation": "另一处"}, at=at,
              from_day=standing.today() + timedelta(days=9))  # fmt: skip
    written = drafts.start_draft(item="2020-2-61", division_code="220000", officer=drafter, at=at)
    file = BytesIO("事项编码,区划代码\n2020-2-06,999999\n".encode())
    drafts.start_draft(item="2020-2-06", division_code="220100", officer=drafter, at=at)
    given = handins.hand_in(file, name="清单.csv", size=40, officer=reviewer, at=at)
    return drafter, written, given


def test_managers_pages_work_for_everyone(browser, live_server, catalogue, monkeypatch):
    drafter, written, given = catalogue
    draft = f"/oversight/drafts/{written.pk}"
    jointly = Draft.objects.get(item_id="2020-2-06", division_code="220100")
    shared = RollOut.objects.filter(members_known=True).exclude(members=[]).first()
    pages = [
        "/oversight/items/", "/oversight/items/2020-2-06/",
        "/oversight/items/2020-2-06/versions/220000:1/",
        "/oversight/items/2020-2-06/compare/?a=standard:1&b=220000:1&all",
        "/oversight/drafts/", f"{draft}/", f"{draft}/when/", f"{draft}/preview/",
        f"{draft}/materials/", f"{draft}/materials/id-card/", "/oversight/rollouts/",
        f"/oversight/drafts/{jointly.pk}/sections/joint/", f"{draft}/sections/joint/",
        f"/oversight/rollouts/{shared.key}/", "/oversight/differences/", "/oversight/imports/",
        "/oversight/lists/?province=350000", f"/oversight/imports/{given.token}/",
        "/oversight/copies/",
    ]  # fmt: skip
    check_pages(
        browser, live_server.url, pages, cookies=cookies_of(drafter), only=Checks.on_a_phone
    )
    monkeypatch.setattr(settings, "IS_HUB", True)
    under = renewing.Under(standing.today(), "guobanfa-2022-34", "二（一）", "示例")
    renewals.retire_item(code="2020-2-09", under=under, officer=drafter, at=now())
    wanted = renewing.Renewal(ItemChange.Kind.RETIRE, under, ("2020-2-12",))
    waits = preparing.prepare(wanted, officer=a_manager("吕十二"), at=now())
    pages = [
        "/oversight/renewals/",
        "/oversight/renewals/split/",
        f"/oversight/renewals/{waits.pk}/",
    ]
    check_pages(
        browser, live_server.url, pages, cookies=cookies_of(drafter), only=Checks.on_a_phone
    )


def test_a_section_is_reached_by_keyboard_and_whole_without_script(browser, live_server, catalogue):
    drafter, written, _given = catalogue
    pages = [f"/oversight/drafts/{written.pk}/sections/conditions/"]
    for only in (Checks.keyboard, Checks.without_script):
        check_pages(browser, live_server.url, pages, cookies=cookies_of(drafter), only=only)


def test_the_nodes_refresh_by_themselves(browser, live_server, busy):
    context = new_reader(browser)
    try:
        page = context.new_page()
        page.goto(f"{live_server.url}/oversight/nodes/")
        NodeContact.objects.filter(node="52").update(mailbox_messages=4321)
        page.get_by_role("cell", name="4321份").wait_for()
    finally:
        context.close()
