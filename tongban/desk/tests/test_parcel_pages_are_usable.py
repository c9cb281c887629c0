"""The pages of parcels, at the desk, as people with any eyes, hands and machines open them."""

import pytest
from django.urls import reverse

from tongban.cases.tests.world import MONDAY
from tongban.delivery.operations import receiving, telling
from tongban.delivery.tests import scenes
from tongban.desk.tests.browsing import cookies_of
from tongban.ui.tests.page_checks import Checks, check_pages

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("country")]


def test_parcels_are_usable_by_everybody(browser, live_server):
    scene = scenes.handed_over()
    packed, coming, lost, seen = scenes.packed(scene), *(scenes.sent(scene) for _ in range(3))
    telling.report(
        number=lost.number, officer=scene.clerk, move="lose", reason="客服告知", at=MONDAY
    )
    receiving.receive(
        number=seen.number, officer=scene.decider, seen={"s1": "ok", "s2": "damaged"},
        note="右角水渍", at=MONDAY,
    )  # fmt: skip
    page = {one: reverse("desk:parcel", args=[one.number]) for one in (packed, coming, lost, seen)}
    clerk = [
        f"{reverse('desk:pack')}?case={scene.case.number}",
        page[packed],
        reverse("desk:case-parcels", args=[scene.case.number]),
    ]
    others = [
        reverse("desk:parcels") + "?shown=trouble",
        reverse("desk:parcels") + "?shown=send",
        reverse("desk:pack"),
        page[lost],
        reverse("desk:slip", args=[packed.number]),
    ]
    check_pages(browser, live_server.url, clerk, cookies=cookies_of(scene.clerk))
    check_pages(
        browser, live_server.url, others, cookies=cookies_of(scene.clerk), only=Checks.in_brief
    )
    theirs = [page[coming], page[seen], reverse("desk:parcels")]
    check_pages(
        browser, live_server.url, theirs, cookies=cookies_of(scene.decider), only=Checks.in_brief
    )
