"""The receiving standard: found by item and place, and honest about where it comes from."""

import pytest

from tongban.cases import standing
from tongban.cases.tests import world
from tongban.catalogue import queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def window(signed_in):
    return signed_in(world.a_clerk())


@pytest.mark.parametrize("place", ["福州市", "福建省福州市", "350100", "350102", " 福州 "])
def test_the_standard_of_an_item_at_a_place(window, place):
    page = window.get("/desk/standards/", {"item": world.MOVE_TO_SPOUSE, "place": place})
    assert page.status_code == 200
    for said in ("夫妻投靠户口迁移，福建省福州市", "福州市公安局", "您看这些", "平台默认值"):
        assert said in page.text
    version = queries.version_in_force(world.MOVE_TO_SPOUSE, standing.today(), deciding="350100")
    for material in version.materials:
        assert material.name in page.text
        for point in material.points:
            assert point.text in page.text


def test_a_name_that_several_places_have_is_asked_about(window):
    page = window.get("/desk/standards/", {"item": world.MOVE_TO_SPOUSE, "place": "州市"})
    several = window.get("/desk/standards/", {"item": world.MOVE_TO_SPOUSE, "place": "吉"})
    assert page.status_code == 422
    assert several.status_code == 200
    assert "您说的是哪里" in several.text
    assert "place=220100" in several.text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"item": "", "place": "福州市"}, "选择事项"),
        ({"item": "2020-2-99", "place": "福州市"}, "选择事项"),
        ({"item": world.MOVE_TO_SPOUSE, "place": ""}, "填写办理地"),
        ({"item": world.MOVE_TO_SPOUSE, "place": "没有这里"}, "填写办理地"),
        ({"item": world.MOVE_TO_SPOUSE, "place": "999999"}, "填写办理地"),
    ],
)
def test_what_is_missing_is_said_at_its_field(window, query, sentence):
    page = window.get("/desk/standards/", query)
    assert page.status_code == 422
    assert sentence in page.text
    if query["place"]:
        assert query["place"] in page.text
