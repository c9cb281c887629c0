"""What applicants do with parcels: choose for the result, send originals, follow, sign."""

from uuid import uuid4

import pytest
from django.urls import reverse

from tongban.cases.tests.world import MONDAY
from tongban.delivery.models import Choice, Parcel
from tongban.delivery.operations import telling
from tongban.delivery.operations.packing import Packed
from tongban.delivery.standing import Purpose
from tongban.delivery.tests import scenes as parcels
from tongban.portal.tests import scenes
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return parcels.handed_over()


@pytest.fixture
def home(scene):
    """A browser of the applicant of the scene."""
    return scenes.browser_of(scene.filled)


def url(scene, name, *more):
    return reverse(f"portal:{name}", args=[scene.case.number, *more])


ADDRESS = {"name": "李四", "phone": "13900000002", "address": "长春市朝阳区示例路8号2栋301"}


def test_an_applicant_chooses_how_to_get_the_result_and_changes_it(scene, home):
    where = url(scene, "delivery")
    assert home.post(where, {"way": "post", "address": "长春"}).status_code == 422
    home.post(where, {"way": "post", **ADDRESS})
    shown = home.get(url(scene, "case")).content.decode()
    assert "邮寄到家" in shown
    assert ADDRESS["address"] in shown
    assert ADDRESS["phone"] not in shown
    choice = Choice.objects.get()
    assert ADDRESS["address"] not in recorded.events(choice.number)[0].body.decode()

    assert home.post(where, {"way": "window", "place": "999999"}).status_code == 422
    home.post(where, {"way": "window", "place": "220104"})
    home.post(where, {"way": "electronic"})
    choice.refresh_from_db()
    assert (choice.way, choice.sealed) == ("electronic", "")
    assert len(recorded.events(choice.number)) == 3


def test_nobody_chooses_sees_or_sends_for_somebody_else(scene, stranger):
    parcel = parcels.sent(scene)
    urls = [url(scene, "delivery"), url(scene, "send"), url(scene, "parcel", parcel.number)]
    assert [stranger.get(one).status_code for one in urls] == [404] * 3
    assert [stranger.post(one, {"way": "electronic"}).status_code for one in urls] == [404] * 3
    assert not Choice.objects.exists()


def test_originals_are_sent_with_a_waybill_and_registered_once(scene, home, contexts):
    assert home.get(url(scene, "send")).status_code == 403
    scene = parcels.waiting_for_originals()
    home = scenes.browser_of(scene.filled)
    assert "请把原件寄给" in home.get(url(scene, "case")).content.decode()
    form = home.get(url(scene, "send")).context["form"]
    spec = form.fields["papers"].choices[0][0]
    said = {"papers": [spec], **ADDRESS, "key": str(uuid4()), "waybill": ""}
    assert home.post(url(scene, "send"), said).status_code == 422
    said["waybill"] = "EMS9"
    first, second = (home.post(url(scene, "send"), said) for _ in range(2))
    parcel = Parcel.objects.get()
    assert first.url == second.url == url(scene, "parcel", parcel.number)
    assert "EMS9" in home.get(first.url).content.decode()


def test_a_parcel_sent_home_is_followed_and_signed_for_sheet_by_sheet(scene, home):
    parcels.with_result(scene)
    parcel = parcels.sent(
        scene, officer=scene.decider, to="", address=parcels.HOME, purpose=Purpose.RESULT
    )
    where = url(scene, "parcel", parcel.number)
    assert "签收" in home.get(where).content.decode()
    assert home.post(where, {"seen_s1": "ok"}).status_code == 422
    missing = {"seen_s1": "ok", "seen_s2": "missing"}
    assert home.post(where, missing).status_code == 422
    signed = home.post(where, {**missing, "note": "少一份"})
    assert signed.status_code == home.post(where, {**missing, "note": "少一份"}).status_code == 302
    parcel.refresh_from_db()
    assert parcel.state == "received"
    assert "没有收到" in home.get(where).content.decode()


def test_a_lost_parcel_is_told_with_a_way_on(scene, home):
    parcel = parcels.sent(scene)
    telling.report(
        number=parcel.number, officer=scene.clerk, move="lose", reason="客服告知", at=MONDAY
    )
    assert "已丢失" in home.get(url(scene, "case")).content.decode()
    shown = home.get(url(scene, "parcel", parcel.number)).content.decode()
    assert "不是您的错" in shown


def test_a_parcel_with_papers_of_others_shows_nothing_of_theirs(scene, home):
    other = parcels.handed_over()
    theirs = Packed(other.case.number, "别人的户口簿", is_original=True)
    parcel = parcels.sent(scene, papers=[*parcels.papers(scene), theirs])
    telling.report(
        number=parcel.number, officer=scene.clerk, move="damage", reason="别人的湿了", at=MONDAY
    )
    shown = home.get(url(scene, "parcel", parcel.number)).content.decode()
    assert parcels.PASSPORT in shown
    assert "别人的" not in shown
    assert other.case.number[-7:] not in shown
