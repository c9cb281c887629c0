"""Choosing when to come to a window, changing one's mind, and the screen of called numbers."""

import pytest
from django.urls import reverse
from django.utils.timezone import now

from tongban.cases.tests import world
from tongban.cases.tests.world import FUZHOU, MOVE_TO_SPOUSE
from tongban.counters import queries, queueing
from tongban.counters.models import Appointment, WindowCapacity
from tongban.counters.tests.scene import a_leader, window
from tongban.portal.tests import scenes
from tongban.portal.tests.test_pages_are_usable import signed_in, try_pages

pytestmark = pytest.mark.django_db


def place():
    one = window()
    return reverse("portal:book", args=[one.authority_id, one.number])


def rooms():
    """What may be chosen now, as a form names it; the page counts from the real day."""
    one = window()
    return [f"{one.number}:{room.value}" for room in queries.rooms(one, at=now()) if room.left]


def typed(**changes):
    return {
        "item": "夫妻投靠户口迁移", "to": FUZHOU, "room": rooms()[0], "name": "李四",
        "phone": "13900000002",
    } | changes  # fmt: skip


def said(response):
    return response.content.decode()


def test_somebody_books_moves_and_cancels(lisi):
    page = said(lisi.get(place()))
    assert "还有8个名额" in page
    assert "平台默认值" in page
    answer = lisi.post(place(), typed(), follow=True)
    made = Appointment.objects.get()
    assert (made.item, made.deciding_place) == (MOVE_TO_SPOUSE, FUZHOU)
    assert "夫妻投靠户口迁移" in said(answer)
    here = reverse("portal:appointment", args=[made.pk])
    assert here in said(lisi.get(reverse("portal:appointments")))
    lisi.post(here, {"room": rooms()[2]})
    made.refresh_from_db()
    assert f"{made.slot.window}:{made.slot.day.isoformat()}:{made.slot.half}" == rooms()[2]
    lisi.post(reverse("portal:appointment-cancel", args=[made.pk]))
    assert "已取消" in said(lisi.get(here))


def test_what_is_missing_is_said_beside_it_and_nothing_typed_is_lost(lisi):
    wrong = lisi.post(place(), typed(item="养一只猫", room="", to="", phone=""))
    assert wrong.status_code == 422
    page = said(wrong)
    assert all(
        words in page
        for words in ("没有找到叫这个名字的事项", "选一个时间", "选由哪个城市办理", "养一只猫")
    )
    assert not Appointment.objects.exists()


def test_a_full_half_day_is_shown_as_full_and_refused(lisi, stranger):
    one = window()
    WindowCapacity.objects.create(
        authority=one.authority_id, window=one.number, per_half_day=1, days_ahead=7,
        set_by=a_leader(), set_at=now(),
    )  # fmt: skip
    first = rooms()[0]
    form = typed()
    lisi.post(place(), form)
    assert first not in rooms()
    late = stranger.post(place(), form | {"name": "孙八"})
    assert late.status_code == 422
    assert "约满" in said(late)
    assert Appointment.objects.count() == 1


def test_others_neither_see_nor_change_it(lisi, stranger, client):
    lisi.post(place(), typed())
    made = Appointment.objects.get()
    here = reverse("portal:appointment", args=[made.pk])
    assert stranger.get(here).status_code == 404
    assert stranger.post(f"{here}cancel/").status_code == 404
    assert client.get(here).status_code == 302
    made.refresh_from_db()
    assert made.state == "booked"


def test_a_case_that_waits_at_a_window_leads_to_its_appointment():
    case, filled = world.a_case(serial=60)
    home = scenes.browser_of(filled)
    book = reverse("portal:book-case", args=[case.number])
    assert book in said(home.get(reverse("portal:case", args=[case.number])))
    home.post(book, {"room": rooms()[0], "name": "李四", "phone": "13900000002"})
    made = Appointment.objects.get()
    assert (made.number, made.item) == (case.number, case.item)
    again = home.get(book)
    assert again["Location"] == reverse("portal:appointment", args=[made.pk])


def test_a_case_without_a_window_has_nothing_to_book():
    case, filled = world.a_case(
        item=world.MEDICAL, mode=world.Mode.ONLINE, answers=world.medical_answers(), serial=61
    )
    home = scenes.browser_of(filled)
    assert home.get(reverse("portal:book-case", args=[case.number])).status_code == 404
    assert "预约到窗口" not in said(home.get(reverse("portal:case", args=[case.number])))


def test_the_screen_shows_numbers_and_windows_and_nobody(client, lisi):
    lisi.post(place(), typed())
    clerk = world.a_clerk()
    for _ in range(2):
        queueing.take(officer=clerk, at=now())
    queueing.call_next(officer=clerk, at=now())
    page = client.get(reverse("portal:called", args=[clerk.authority.code]))
    assert all(words in said(page) for words in ("K001", "号窗口", "K002"))
    assert "Refresh" not in page.headers
    screen = client.get(f"{reverse('portal:called', args=[clerk.authority.code])}?screen=1")
    assert screen.headers["Refresh"] == "10"
    assert not any(word in said(screen) for word in ("李四", "赵六", "13900000002"))
    assert client.get(reverse("portal:called", args=["X" * 18])).status_code == 404


def test_windows_of_this_node_can_be_booked_and_others_not(client):
    url = reverse("portal:windows")
    assert place() in said(client.get(url, {"from": "220104"}))
    assert "/book/" not in said(client.get(url, {"from": "350100"}))


@pytest.mark.django_db(transaction=True)
def test_the_pages_are_usable(browser, live_server, country):
    case, filled = world.a_case(serial=62)
    home = scenes.browser_of(filled)
    home.post(place(), typed())
    made = Appointment.objects.get()
    clerk = world.a_clerk()
    queueing.take(officer=clerk, at=now())
    queueing.call_next(officer=clerk, at=now())
    pages = {
        "book": place(),
        "book-case": reverse("portal:book-case", args=[case.number]),
        "appointment": reverse("portal:appointment", args=[made.pk]),
        "called": reverse("portal:called", args=[clerk.authority.code]),
    }
    try_pages(browser, live_server, pages, signed_in(filled))
