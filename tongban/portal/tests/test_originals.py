"""Originals by post: the applicant is told which, until when, where to, and ticks those to send."""

import pytest
from django.urls import reverse

from tongban.delivery.tests import scenes as parcels
from tongban.portal import originals
from tongban.portal.tests import scenes

pytestmark = pytest.mark.django_db


def test_what_was_asked_for_is_named_and_ticked_beforehand():
    scene = parcels.waiting_for_originals()
    home = scenes.browser_of(scene.filled)
    wanted = originals.wanted(scene.case)
    assert wanted
    assert len(wanted.names) == 1
    (spec, name), *_more = wanted.names.items()
    page = home.get(reverse("portal:case", args=[scene.case.number])).content.decode()
    assert all(words in page for words in ("要寄的原件", name, "轮到您了", wanted.office))
    form = home.get(reverse("portal:send", args=[scene.case.number])).context["form"]
    assert form["papers"].value() == [spec]


def test_a_case_that_waits_for_nothing_names_nothing():
    scene = parcels.handed_over()
    assert originals.wanted(scene.case) is None
