"""Signing in and out with a password and a second factor, in Chinese."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache

from tongban.parties.models import Account

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tongban.parties.tests.doors")]
PASSWORD = "a long and good one"


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


def sign_in(client, **changes):
    facts = {"login": "zhaoliu", "password": PASSWORD} | changes
    return client.post("/accounts/login/", facts)


def test_an_officer_signs_in_to_the_desk_and_an_applicant_to_the_portal(client, zhaoliu, lisi):
    assert sign_in(client)["Location"] == "/desk/"
    client.post("/accounts/logout/")
    assert sign_in(client, login="lisi")["Location"] == "/"


def test_one_comes_back_to_where_one_was_but_never_elsewhere(client, zhaoliu):
    assert sign_in(client, next="/desk/?state=late")["Location"] == "/desk/?state=late"
    client.post("/accounts/logout/")
    assert sign_in(client, next="https://evil.example/")["Location"] == "/desk/"


def test_a_wrong_password_says_what_to_do_and_not_which_of_the_two_it_was(client, zhaoliu):
    wrong = sign_in(client, password="wrong").content.decode()
    nobody = sign_in(client, login="nobody").content.decode()
    for page in (wrong, nobody):
        assert "用户名或密码" in page or "用户名和/或密码" in page
    assert "_auth_user_id" not in client.session


def test_guessing_is_stopped_and_the_right_password_does_not_help_then(client, zhaoliu):
    for _ in range(5):
        sign_in(client, password="wrong")
    response = sign_in(client)
    assert response.status_code == 200
    assert "_auth_user_id" not in client.session


def test_pages_about_accounts_are_in_chinese(client, zhaoliu):
    client.force_login(zhaoliu)
    for address in (
        "/accounts/logout/",
        "/accounts/acting/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/inactive/",
    ):
        response = client.get(address, follow=True)
        page = re.sub(
            r"<(script|style).*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.DOTALL
        )
        assert not re.findall(r"[A-Za-z]{4,}", page), (address, re.findall(r"[A-Za-z]{4,}", page))
    client.logout()
    for address in ("/accounts/login/", "/accounts/signup/"):
        page = re.sub(r"<[^>]+>", " ", client.get(address).content.decode())
        assert not re.findall(r"[A-Za-z]{4,}", page), address


def test_nobody_opens_an_account_alone(client):
    response = client.post(
        "/accounts/signup/", {"username": "x", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert "不能自己开账号" in response.content.decode()
    assert not Account.objects.exists()


def a_code(secret):
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def test_a_second_factor_is_asked_for_and_its_secret_is_sealed(client, zhaoliu):
    sign_in(client)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    (secret,) = re.findall(r'value="([A-Z2-7]{32})"', page)
    client.post("/accounts/2fa/totp/activate/", {"code": a_code(secret)})
    stored = Authenticator.objects.get(user=zhaoliu, type="totp")
    assert secret not in str(stored.data)

    client.post("/accounts/logout/")
    cache.clear()
    assert sign_in(client)["Location"].startswith("/accounts/2fa/authenticate/")
    assert "_auth_user_id" not in client.session
    assert client.get("/desk/").status_code == 302
    response = client.post("/accounts/2fa/authenticate/", {"code": a_code(secret)})
    assert response["Location"] == "/desk/"
