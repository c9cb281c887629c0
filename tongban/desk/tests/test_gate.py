"""Who comes in at the desk, and what everybody else reads."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from tongban.cases.tests import world
from tongban.parties import operations as parties
from tongban.parties.models import Account, Role

pytestmark = pytest.mark.django_db


def test_somebody_not_signed_in_signs_in_and_comes_back():
    answer = Client().get("/desk/?shown=late")
    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer["Location"]).query)["next"] == ["/desk/?shown=late"]


@pytest.mark.parametrize("page", ["queue", "keys", "standards"])
def test_an_applicant_is_told_whose_page_this_is_and_where_to_go(signed_in, page):
    account, _ = world.a_person()
    answer = signed_in(account).get(reverse(f"desk:{page}"))
    assert answer.status_code == 403
    assert "没有收件或者审批的岗位" in answer.text
    assert 'href="/"' in answer.text


def test_an_operator_without_a_desk_role_reads_no_cases(signed_in):
    operator = parties.appoint_officer(
        account=Account.objects.create(username="yunwei"), name="运维员", staff_number="O-1",
        authority=None, roles=[Role.OPERATOR],
    )  # fmt: skip
    assert signed_in(operator).get("/desk/").status_code == 403


CASE_PAGES = ["case", "particulars", "history"]
CASE_BUTTONS = ["claim", "release", "receive", "numbers"]


@pytest.mark.parametrize("page", CASE_PAGES)
def test_another_authoritys_case_is_refused_with_a_sentence(signed_in, page):
    case, _ = world.a_case()
    stranger = world.a_clerk("220203", name="郑七")
    answer = signed_in(stranger).get(reverse(f"desk:{page}", args=[case.number]))
    assert answer.status_code == 403
    assert "这件不归您所在的机关收件或办理" in answer.text
    assert "李四" not in answer.text


@pytest.mark.parametrize("button", CASE_BUTTONS)
def test_no_button_of_another_authoritys_case_does_anything(signed_in, button):
    case, _ = world.a_case()
    stranger = world.a_clerk("220203", name="郑七")
    before = case.head_hash
    answer = signed_in(stranger).post(
        reverse(f"desk:{button}", args=[case.number]), {"identity": "in_person"}
    )
    case.refresh_from_db()
    assert (case.head_hash, case.claimed_by) == (before, None)
    # Putting back what nobody has changes nothing and is no secret; all else is refused.
    assert answer.status_code == (302 if button == "release" else 403)


@pytest.mark.parametrize(
    "act", ["hand-over", "return", "close", "accept", "refuse", "correction", "approve", "deny"]
)
def test_no_act_page_opens_for_another_authority(signed_in, act):
    case, _ = world.a_case()
    stranger = world.a_clerk("220203", name="郑七")
    url = reverse("desk:act", args=[case.number, act])
    assert signed_in(stranger).get(url).status_code == 403
    assert signed_in(stranger).post(url, {"stage": "do"}).status_code == 403


@pytest.mark.parametrize("page", CASE_PAGES)
def test_a_number_that_no_case_has_is_said_to_be_unknown(signed_in, page):
    answer = signed_in(world.a_clerk()).get(reverse(f"desk:{page}", args=["22010420261116000001X"]))
    assert answer.status_code == 404
    assert "没有找到这件" in answer.text


@pytest.mark.parametrize("button", CASE_BUTTONS)
def test_buttons_are_pressed_and_not_fetched(signed_in, button):
    case, _ = world.a_case()
    url = reverse(f"desk:{button}", args=[case.number])
    assert signed_in(world.a_clerk()).get(url).status_code == 405


def test_every_post_carries_a_token(signed_in):
    case, _ = world.a_case()
    clerk = world.a_clerk()
    answer = signed_in(clerk, enforce_csrf_checks=True).post(
        reverse("desk:claim", args=[case.number])
    )
    assert answer.status_code == 403
    case.refresh_from_db()
    assert case.claimed_by is None


def test_no_cache_keeps_a_page_of_the_desk(signed_in):
    case, _ = world.a_case()
    answer = signed_in(world.a_clerk()).get(reverse("desk:case", args=[case.number]))
    assert "no-store" in answer["Cache-Control"]


def test_an_act_that_there_is_not_is_not_found(signed_in):
    case, _ = world.a_case()
    url = reverse("desk:act", args=[case.number, "sell"])
    assert signed_in(world.a_clerk()).get(url).status_code == 404
