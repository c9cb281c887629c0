"""Getting a token, and what becomes of a request whose token is not right."""

import base64
import json
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils.timezone import now

from tongban.api.tests.caller import Caller, problem, register
from tongban.cases.tests import world
from tongban.parties import operations as parties
from tongban.parties import tokens

URL = "/api/v1/token"
FORM = "application/x-www-form-urlencoded"


def ask(form, **headers):
    """A token asked for as OAuth says."""
    return Client().post(URL, urlencode(form), content_type=FORM, headers=headers)


@pytest.fixture
def credentials(db):
    _client, secret = parties.make_client(
        client_id="jilin", name="吉林", prefixes=["22"], scopes=["items", "events"], at=now()
    )
    return {"grant_type": "client_credentials", "client_id": "jilin", "client_secret": secret}


def test_a_system_gets_a_token_by_a_form_and_uses_it(credentials):
    response = ask(credentials)

    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    token = response.json()
    assert token["token_type"] == "Bearer"
    assert token["expires_in"] == 1800
    assert token["scope"] == "items events"
    assert token["places"] == ["22"]
    assert Caller(token["access_token"]).get("/events").status_code == 200


def test_a_system_gets_a_token_by_json_and_by_http_basic(credentials):
    by_json = Client().post(URL, json.dumps(credentials), content_type="application/json")
    pair = f"jilin:{credentials['client_secret']}".encode()
    basic = "Basic " + base64.b64encode(pair).decode()
    by_basic = ask({"grant_type": "client_credentials"}, Authorization=basic)

    assert (by_json.status_code, by_basic.status_code) == (200, 200)


def test_a_system_may_ask_for_less_and_never_for_more(credentials):
    less = ask(credentials | {"scope": "events"})
    more = ask(credentials | {"scope": "events cases"})

    assert less.json()["scope"] == "events"
    problem(Caller(less.json()["access_token"]).get("/cases/1"), 403, "scope-missing")
    assert problem(more, 400, "scope-not-given")["error"] == "invalid_scope"


def test_a_token_in_an_officers_name_is_given_for_a_registered_seat_alone(db, tmp_path):
    world.load(tmp_path)
    officer, other = world.a_decider(), world.a_decider(name="别人")
    _client, secret = parties.make_client(
        client_id="police", name="公安业务系统", prefixes=["22"], scopes=["acts"],
        authority=officer.authority, officers=[officer], at=now(),
    )  # fmt: skip
    asked = {"grant_type": "client_credentials", "client_id": "police", "client_secret": secret}

    mine = ask(asked | {"officer": officer.staff_number})
    hers = ask(asked | {"officer": other.staff_number})

    assert mine.status_code == 200
    problem(Caller(mine.json()["access_token"]).post("/cases/1/claim"), 404, "not-found")
    assert problem(hers, 400, "officer-not-given")["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("change", "status", "code", "error"),
    [
        ({"client_secret": "wrong"}, 401, "client-unknown", "invalid_client"),
        ({"client_id": "nobody"}, 401, "client-unknown", "invalid_client"),
        ({"client_id": "zero\0"}, 401, "client-unknown", "invalid_client"),
        ({"grant_type": "password"}, 400, "grant-type-unknown", "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "grant-type-unknown", "unsupported_grant_type"),
    ],
)
def test_wrong_credentials_are_refused_as_oauth_says(credentials, change, status, code, error):
    response = ask(credentials | change)

    assert problem(response, status, code)["error"] == error


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        ("{", "application/json", 400, "bad-request"),
        ("[]", "application/json", 400, "bad-request"),
        ('{"grant_type": 1}', "application/json", 400, "bad-request"),
        ('{"grant_type": "\\ud800"}', "application/json", 400, "bad-request"),
        ("[" * 5000, "application/json", 400, "bad-request"),
        ("grant_type", "text/plain", 415, "wrong-content-type"),
        ("a" * 20_000, "application/json", 413, "too-big"),
    ],
)
def test_an_unreadable_request_for_a_token_is_refused(db, body, content_type, status, code):
    problem(Client().post(URL, body, content_type=content_type), status, code)


def test_a_stopped_system_gets_no_token(credentials):
    from tongban.parties.models import ApiClient

    ApiClient.objects.update(is_active=False)

    problem(ask(credentials), 401, "client-unknown")


def test_without_a_token_nothing_of_cases_is_answered(db):
    response = Client().get("/api/v1/events")

    problem(response, 401, "token-missing")
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("token", ["nonsense", "tb1.a.b", "tb1.é.b", "tb1..", "a.b.c.d"])
def test_a_token_that_is_not_ours_is_refused(db, token):
    response = Caller(token).get("/events")

    problem(response, 401, "token-refused")
    assert 'error="invalid_token"' in response["WWW-Authenticate"]


def test_a_token_of_which_one_character_was_changed_is_refused(jilin):
    head, payload, mark = jilin.token.split(".")
    claims = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    wider = base64.urlsafe_b64encode(claims.replace(b'"22"', b'"35"')).rstrip(b"=").decode()

    problem(Caller(f"{head}.{wider}.{mark}").get("/events"), 401, "token-refused")


def test_an_expired_token_is_refused(db):
    old = now() - tokens.LONGEST
    claims = {"sub": "old", "places": ["22"], "scopes": ["items"], "authority": ""}

    problem(Caller(tokens.make(claims, at=old)).get("/events"), 401, "token-refused")


def test_a_token_of_another_node_is_refused(db, settings):
    settings.NODE_ID = "35"
    token = register("fujian", "35").token
    settings.NODE_ID = "22"

    problem(Caller(token).get("/events"), 401, "token-refused")


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("submit", "POST", "/materials"),
        ("submit", "POST", "/cases"),
        ("cases", "GET", "/cases/1"),
        ("cases", "GET", "/cases/1/materials/2"),
        ("events", "GET", "/cases/1/events"),
        ("events", "GET", "/events"),
        ("cases", "GET", "/cases/1/documents"),
        ("requests", "GET", "/cases/1/requests"),
        ("requests", "POST", "/cases/1/requests"),
        ("inquiries", "GET", "/inquiries"),
        ("inquiries", "POST", "/inquiries/i22-1/answer"),
        ("acts", "POST", "/cases/1/acts/accept"),
        ("acts", "POST", "/cases/1/claim"),
        ("acts", "GET", "/cases/1/countersignatures"),
    ],
)
def test_every_call_needs_its_own_scope(db, scope, method, path):
    others = tuple(other for other in parties.SCOPES if other != scope)

    response = register("narrow", "22", scopes=others).ask(method, path)

    assert problem(response, 403, "scope-missing")["facts"] == {"scope": scope}
