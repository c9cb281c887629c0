"""Originals by post: the applicant is told which, until when, where to, and ticks those to send."""

from datetime import datetime, time, timedelta

import pytest
from django.urls import reverse

from tongban.basics.hours import BEIJING
from tongban.cases.models import Case
from tongban.cases.operations import expiring
from tongban.delivery.tests import scenes as parcels
from tongban.portal import originals
from tongban.portal.tests import scenes

pytestmark = pytest.mark.django_db


def test_what_was_asked_for_is_named_and_ticked_beforehand(contexts):
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


def test_whoever_posted_nothing_reads_who_has_the_case_now_and_what_may_follow():
    scene = parcels.waiting_for_originals()
    browser = scenes.browser_of(scene.filled)
    page = f"/cases/{scene.case.number}/"
    assert "没有收到您的原件" not in browser.get(page).text
    last = datetime.combine(Case.objects.get(pk=scene.case.pk).due_on, time(10), BEIJING)
    for at in (last, last + timedelta(days=1)):
        expiring.act_on_expired(at=at)
    said = browser.get(page).text
    assert "没有收到您的原件" in said
    assert "要寄的原件" not in said
