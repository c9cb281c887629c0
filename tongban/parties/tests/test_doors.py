"""Who comes through a door, who is sent to sign in, and how one comes back."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import RequestFactory
from django.utils.timezone import now

from tongban.basics.refusals import NotAllowed
from tongban.parties import operations, permissions, queries, signing_in
from tongban.parties.models import Account, Capacity, Kind, Officer, Role
from tongban.parties.tests.conftest import NOW
from tongban.sandbox import numbers

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tongban.parties.tests.doors")]


def next_of(response):
    return parse_qs(urlsplit(response["Location"]).query)["next"]


def test_an_officer_comes_through_with_office_and_place(client, zhaoliu):
    client.force_login(zhaoliu)
    assert client.get("/door/desk/").content.decode() == "赵六 220104"


def test_nobody_in_particular_signs_in_first_and_comes_back(client):
    response = client.get("/door/desk/?state=late&x=1")

    assert response.status_code == 302
    assert urlsplit(response["Location"]).path == "/sandbox/"
    assert next_of(response) == ["/door/desk/?state=late&x=1"]


def test_an_applicant_at_the_desk_is_told_where_to_go(client, lisi):
    client.force_login(lisi)
    response = client.get("/door/desk/")

    page = response.content.decode()
    assert response.status_code == 403
    assert "这一页只给工作人员" in page
    assert 'href="/"' in page
    assert "换一个账号" in page


def test_an_officer_without_the_role_is_told_which_one_it_needs(client, zhaoliu):
    client.force_login(zhaoliu)
    response = client.get("/door/decide/")

    page = response.content.decode()
    assert response.status_code == 403
    assert "审批" in page
    assert "收件" in page


def test_an_officer_is_no_applicant(client, zhaoliu):
    client.force_login(zhaoliu)
    response = client.get("/door/form/")
    assert response.status_code == 403
    assert "这个账号不能申请" in response.content.decode()


def test_what_was_typed_before_the_session_was_gone_is_there_again(client, lisi):
    page = "http://testserver/door/form/?step=2"
    sent = {"house": ["幸福路1号", "二单元"], "csrfmiddlewaretoken": "t", "password": "p"}
    response = client.post("/door/form/", sent, headers={"referer": page})
    assert next_of(response) == ["/door/form/?step=2"]
    assert "幸福路" not in str(dict(client.session))

    client.post("/sandbox/sign-in/", {"username": "nobody"})  # a failed try loses nothing
    client.login(username="lisi", password="a long and good one")

    assert client.get("/door/form/?step=2").content.decode() == "李四 GET ['幸福路1号', '二单元']"
    assert client.get("/door/form/?step=2").content.decode() == "李四 GET []"  # once


def test_what_was_typed_long_ago_or_elsewhere_does_not_come_back(lisi, client, monkeypatch):
    client.post("/door/form/", {"house": "1"}, headers={"referer": "http://testserver/door/form/"})
    client.login(username="lisi", password="a long and good one")
    request = RequestFactory().get("/other/")
    request.session = client.session

    assert signing_in.take(request, now()) is None
    request.path = "/door/form/"
    assert signing_in.take(request, now() + timedelta(minutes=31)) is None
    assert signing_in.take(request, now()) is None


def test_a_fragment_sends_the_whole_page_to_sign_in(client):
    response = client.post(
        "/door/form/",
        {"house": "1"},
        headers={"hx-request": "true", "hx-current-url": "http://testserver/door/form/?step=2"},
    )
    assert response.headers["HX-Redirect"].startswith("/sandbox/?next=")
    assert "step%3D2" in response.headers["HX-Redirect"]


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "http:evil.example",
        "javascript:alert(1)",
        "\t//evil.example",
        "///evil.example",
        "cases/",
        "",
    ],
)
def test_nobody_is_led_to_another_site(wanted):
    request = RequestFactory().get("/accounts/login/", {"next": wanted})
    assert signing_in.safe_next(request, "/home/") == "/home/"


def test_a_page_of_this_site_is_come_back_to():
    request = RequestFactory().post("/", {"next": "/cases/1/?a=b"})
    assert signing_in.safe_next(request) == "/cases/1/?a=b"


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/door/form/?step=2", "/door/form/?step=2"),
        ("https://evil.example/door/form/", "/"),
        ("", "/"),
        ("http://testserver//evil.example/", "/"),
    ],
)
def test_a_sent_form_is_come_back_to_by_the_page_it_stood_on(referer, back):
    request = RequestFactory().post("/door/form/", headers={"referer": referer})
    assert signing_in.return_path(request) == back


def test_one_chooses_for_whom_one_acts(client, lisi):
    firm = operations.keep_applicant(
        kind=Kind.ORGANISATION,
        name="长春示例科技有限公司",
        number=numbers.organisation_number("220104", "firm"),
        division_code="220104",
        at=NOW,
    )
    operations.let_act(account=lisi, applicant=firm, capacity=Capacity.LEGAL_REPRESENTATIVE, at=NOW)
    client.force_login(lisi)
    assert "长春示例科技有限公司" in client.get("/accounts/acting/").content.decode()
    assert client.get("/door/form/").content.decode().startswith("李四 ")

    response = client.post("/accounts/acting/", {"applicant": str(firm.id), "next": "/door/form/"})

    assert response["Location"] == "/door/form/"
    assert client.get("/door/form/").content.decode().startswith("长春示例科技有限公司 ")


def test_nobody_acts_for_a_stranger(client, lisi):
    stranger = operations.keep_applicant(
        kind=Kind.PERSON,
        name="张三",
        number=numbers.person_number("350102", "zhangsan"),
        division_code="350102",
        at=NOW,
    )
    client.force_login(lisi)

    for chosen in (str(stranger.id), "nonsense", ""):
        assert client.post("/accounts/acting/", {"applicant": chosen}).status_code == 422
    assert client.get("/door/form/").content.decode().startswith("李四 ")
    with pytest.raises(NotAllowed):
        permissions.check_acts_for(lisi, stranger)


def test_an_account_that_was_stopped_is_out_at_once(client, zhaoliu):
    client.force_login(zhaoliu)
    Account.objects.update(is_active=False)
    assert client.get("/door/desk/").status_code == 302


def test_officers_appear_in_records_under_a_name_that_stays(zhaoliu, settings):
    officer = queries.officer_of(zhaoliu)
    assert officer.pseudonym == operations.pseudonym("W-1")
    assert "赵六" not in officer.pseudonym
    assert str(officer) == officer.pseudonym
    assert queries.officer_by_pseudonym(officer.pseudonym) == officer
    settings.NODE_ID = "35"
    assert operations.pseudonym("W-1") != officer.pseudonym


def test_appointing_again_moves_the_officer_and_keeps_the_pseudonym(zhaoliu):
    before = queries.officer_of(zhaoliu)
    after = operations.appoint_officer(
        account=zhaoliu,
        name="赵六",
        staff_number="W-1",
        authority=before.authority,
        roles=[Role.RECEIVER, Role.OPERATOR],
    )
    assert Officer.objects.count() == 1
    assert after.pseudonym == before.pseudonym
    permissions.check_has_role(after, Role.OPERATOR)
    with pytest.raises(permissions.RoleMissing):
        permissions.check_has_role(after, Role.DECIDER)
