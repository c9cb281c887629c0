"""The pages of parcels, for applicants, on every screen."""

import pytest

from tongban.delivery.standing import Purpose
from tongban.delivery.tests import scenes
from tongban.portal.tests.test_pages_are_usable import signed_in, try_pages
from tongban.ui.tests.page_checks import Checks


@pytest.mark.django_db(transaction=True)
def test_pages_of_parcels_are_usable(browser, live_server, country):
    scene = scenes.with_result(scenes.handed_over())
    home = scenes.sent(
        scene, officer=scene.decider, to="", address=scenes.HOME, purpose=Purpose.RESULT
    )
    base = f"/cases/{scene.case.number}/"
    pages = {"delivery": f"{base}delivery/", "parcel": f"{base}parcels/{home.number}/"}
    try_pages(browser, live_server, pages, signed_in(scene.filled))
    # What an applicant sees of a case is looked at in full in test_pages_are_usable.py.
    waiting = scenes.waiting_for_originals()
    base = f"/cases/{waiting.case.number}/"
    reader = signed_in(waiting.filled)
    try_pages(browser, live_server, {"send": f"{base}send/"}, reader)
    pages = {"case-waits-for-originals": base}
    try_pages(browser, live_server, pages, reader, only=Checks.of_known_parts)
