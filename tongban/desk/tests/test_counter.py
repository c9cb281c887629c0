"""The counter at the desk: who comes, whose number is next, how many people a window takes."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate, now

from tongban.basics import sealing
from tongban.cases.tests import world
from tongban.counters import queries, queueing
from tongban.counters.models import Appointment, Slot, Ticket
from tongban.counters.tests.scene import a_leader, window
from tongban.desk.tests.browsing import cookies_of
from tongban.ui.tests.page_checks import check_pages

pytestmark = pytest.mark.django_db
COUNTER, CALL, CAPACITY = "/desk/counter/", "/desk/counter/call", "/desk/counter/capacity/"


@pytest.fixture
def clerk():
    return world.a_clerk()


def coming(day=None, *, serial=1):
    """Somebody with an appointment; pages count from the real day, which may be a Sunday."""
    account, _applicant = world.a_person(serial=serial)
    one = window()
    slot = Slot.objects.create(
        authority=one.authority_id, window=one.number, day=day or localdate(), half="morning"
    )
    made = Appointment(
        slot=slot, account=account, item=world.MOVE_TO_SPOUSE, deciding_place=world.FUZHOU, home="22",
        made_at=now(), changed_at=now(),
    )  # fmt: skip
    made.who_sealed = sealing.seal("李四\n13900000002".encode(), context=made.context)
    made.save()
    return made


def said(response):
    return response.content.decode()


def press(client, do, **more):
    return client.post(CALL, {"do": do} | more, follow=True)


def test_a_day_at_the_counter(clerk, signed_in):
    made = coming()
    client = signed_in(clerk)
    page = said(client.get(COUNTER))
    assert all(words in page for words in ("李四", "夫妻投靠户口迁移", "福州", "13900000002"))
    assert "取号：K001" in said(press(client, "take"))
    arrived = reverse("desk:counter-arrived", args=[made.pk])
    assert "Y002" in said(client.post(arrived, follow=True))
    assert "请Y002到" in said(press(client, "next"))
    assert "办完" in said(press(client, "serve", serial="2"))
    press(client, "next")
    assert "第2次" in said(press(client, "recall", serial="1"))
    assert "过号" in said(press(client, "skip", serial="1"))
    assert set(Ticket.objects.values_list("state", flat=True)) == {"served", "skipped"}


def test_what_cannot_be_is_refused_in_words(clerk, signed_in):
    client = signed_in(clerk)
    nobody = press(client, "next")
    assert nobody.status_code == 409
    assert "没有人等叫号" in said(nobody)
    assert press(client, "serve", serial="7").status_code == 404
    assert press(client, "nonsense").status_code == 200


def test_who_did_not_come_is_noted(clerk, signed_in):
    made = coming(localdate() - timedelta(days=1))
    client = signed_in(clerk)
    client.post(reverse("desk:counter-missed", args=[made.pk]))
    made.refresh_from_db()
    assert made.state == "missed"
    day = made.slot.day.isoformat()
    assert "没有来" in said(client.get(COUNTER, {"day": day}))
    assert client.get(COUNTER, {"day": "2026-99-99"}).status_code == 200


@pytest.mark.parametrize("who", [world.a_decider, lambda: world.a_clerk("220203", name="周一")])
def test_other_offices_know_nothing_of_it(signed_in, who):
    made = coming()
    client = signed_in(who())
    assert "李四" not in said(client.get(COUNTER))
    assert client.post(reverse("desk:counter-arrived", args=[made.pk])).status_code in {403, 404}
    made.refresh_from_db()
    assert made.state == "booked"


def test_the_leader_says_how_many_people_come(clerk, signed_in):
    one, leader = window(), a_leader()
    assert signed_in(clerk).get(CAPACITY).status_code == 403
    client = signed_in(leader)
    assert "平台默认值" in said(client.get(CAPACITY))
    form = {"window": str(one.number), "per_half_day": "20", "days_ahead": "14", "basis": "通知"}
    assert client.post(CAPACITY, form | {"per_half_day": "9999"}).status_code == 422
    assert client.post(CAPACITY, form).status_code == 302
    assert queries.capacity(one.authority_id, one.number).per_half_day == 20
    assert "平台默认值" not in said(client.get(CAPACITY))


@pytest.mark.django_db(transaction=True)
def test_the_pages_of_the_counter_are_usable(browser, live_server, country):
    clerk = world.a_clerk()
    coming()
    for _ in range(3):
        queueing.take(officer=clerk, at=now())
    ticket = queueing.call_next(officer=clerk, at=now())
    queueing.skip(officer=clerk, serial=ticket.serial, at=now())
    queueing.call_next(officer=clerk, at=now())
    check_pages(browser, live_server.url, [COUNTER], cookies=cookies_of(clerk))
    check_pages(browser, live_server.url, [CAPACITY], cookies=cookies_of(a_leader()))
