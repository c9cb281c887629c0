"""API clients and their tokens: bounded by place, scope and an hour."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.basics.refusals import FieldsRefused
from tongban.parties import operations, queries, tokens
from tongban.parties.models import ApiClient

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def a_client(**changes):
    facts: dict[str, Any] = {
        "client_id": "hall",
        "name": "长春市政务大厅系统",
        "prefixes": ["2201"],
        "scopes": ["submit", "cases"],
        "at": NOW,
    }
    return operations.make_client(**(facts | changes))


@pytest.mark.django_db
def test_a_token_says_who_where_and_what_without_a_query(django_assert_num_queries):
    client, _secret = a_client()
    token = operations.issue_token(client, NOW)

    with django_assert_num_queries(0):
        grant = queries.read_token(token, NOW + timedelta(minutes=29))

    assert grant.client_id == "hall"
    assert grant.allows("submit")
    assert not grant.allows("events")
    assert grant.reaches("220104")
    assert not grant.reaches("220200")
    assert not grant.reaches("350100")


@pytest.mark.django_db
def test_a_token_can_be_asked_for_less_but_not_for_more():
    client, _secret = a_client()
    less = queries.read_token(operations.issue_token(client, NOW, ["cases"]), NOW)

    assert less.allows("cases")
    assert not less.allows("submit")
    with pytest.raises(operations.ScopeNotGiven):
        operations.issue_token(client, NOW, ["cases", "events"])


@pytest.mark.django_db
def test_a_client_shows_its_secret_and_the_secret_is_not_kept():
    client, secret = a_client()

    assert queries.client_for("hall", secret) == client
    assert secret not in str(ApiClient.objects.values().get())
    for client_id, tried in [
        ("hall", "wrong"), ("hall", ""), ("hall", "\ud800"), ("nobody", secret), ("", ""),
        ("hall\x00", secret), ("大厅", secret),
    ]:  # fmt: skip
        with pytest.raises(queries.ClientUnknown):
            queries.client_for(client_id, tried)


@pytest.mark.django_db
def test_a_stopped_client_gets_no_token():
    _client, secret = a_client()
    ApiClient.objects.update(is_active=False)

    with pytest.raises(queries.ClientUnknown):
        queries.client_for("hall", secret)


@pytest.mark.django_db
def test_a_new_secret_ends_the_old_one():
    _client, old = a_client()
    _client, new = a_client()

    assert queries.client_for("hall", new)
    with pytest.raises(queries.ClientUnknown):
        queries.client_for("hall", old)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"prefixes": []}, "prefixes"),
        ({"prefixes": [""]}, "prefixes"),  # would reach everywhere
        ({"prefixes": ["2"]}, "prefixes"),
        ({"prefixes": ["吉林"]}, "prefixes"),
        ({"prefixes": ["２２"]}, "prefixes"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
    ],
)
def test_a_client_without_bounds_is_refused(changes, field):
    with pytest.raises(FieldsRefused) as refusal:
        a_client(**changes)
    assert list(refusal.value.errors) == [field]


def a_token(**changes):
    claims = {"sub": "hall", "places": ["22"], "scopes": ["submit"], "authority": ""}
    return tokens.make(claims, at=changes.pop("at", NOW), **changes)


def test_a_token_ends():
    token = a_token()
    assert queries.read_token(token, NOW + tokens.LIFETIME - timedelta(seconds=1))
    with pytest.raises(tokens.TokenRefused, match="过期"):
        queries.read_token(token, NOW + tokens.LIFETIME)


def test_no_token_lives_longer_than_an_hour():
    assert a_token(lifetime=timedelta(hours=1))
    for lifetime in (timedelta(hours=1, seconds=1), timedelta(0), timedelta(days=-1)):
        with pytest.raises(ValueError, match="an hour"):
            a_token(lifetime=lifetime)


def test_a_token_from_the_future_does_not_count_yet():
    token = a_token()
    assert queries.read_token(token, NOW - timedelta(seconds=10))  # clocks differ a little
    with pytest.raises(tokens.TokenRefused, match="时钟"):
        queries.read_token(token, NOW - timedelta(minutes=5))


def test_a_token_of_another_node_or_key_does_not_count(settings):
    token = a_token()
    settings.NODE_ID = "35"
    with pytest.raises(tokens.TokenRefused, match="另一个节点"):
        queries.read_token(token, NOW)
    settings.NODE_ID, settings.SECRET_KEY = "22", "another"
    with pytest.raises(tokens.TokenRefused):
        queries.read_token(token, NOW)


def test_wider_places_cannot_be_written_into_a_token():
    version, payload, mark = a_token().split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims["places"] = ["35"]
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()

    for token in (f"{version}.{forged}.{mark}", f"{version}.{payload}.", f"x.{payload}.{mark}"):
        with pytest.raises(tokens.TokenRefused):
            queries.read_token(token, NOW)


@given(st.text(max_size=200))
def test_nonsense_is_no_token(text):
    with pytest.raises(tokens.TokenRefused):
        queries.read_token(text, NOW)


@given(st.integers(min_value=0, max_value=10_000), st.characters(min_codepoint=33))
def test_one_changed_character_makes_a_token_worthless(place, character):
    token = a_token()
    place %= len(token)
    changed = token[:place] + character + token[place + 1 :]
    if changed != token:
        with pytest.raises(tokens.TokenRefused):
            queries.read_token(changed, NOW)
