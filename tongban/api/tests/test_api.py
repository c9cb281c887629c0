"""What all addresses of the API have in common."""

import json

import pytest
from django.db import OperationalError
from django.test import Client

from tongban.api import items, v1
from tongban.api.tests.caller import problem


@pytest.mark.parametrize("path", ["/api/", "/api/v1/nothing", "/api/v2/items", "/api/v1/items/a/b"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_address_is_a_problem_and_no_page(db, path, method):
    problem(Client().generic(method, path), 404, "no-such-address")


def test_an_unknown_method_is_a_problem_that_names_the_known_ones(jilin):
    response = jilin.ask("DELETE", "/items")

    problem(response, 405, "method-not-allowed")
    assert response["Allow"] == "GET"


def test_the_description_is_there_without_a_token(db):
    response = Client().get("/api/v1/openapi.json")

    assert response.json()["openapi"] == "3.1.0"


def test_the_description_is_made_once_for_each_place_where_it_is_served():
    first, again, elsewhere = (
        v1.api.get_openapi_schema(path_prefix=prefix) for prefix in ("/api/v1/", "/api/v1/", "/v1/")
    )

    assert again is first
    assert {f"/v1/{path.removeprefix('/api/v1/')}" for path in first["paths"]} == set(
        elsewhere["paths"]
    )


def test_every_refusal_is_described_as_a_problem_and_every_call_has_its_scope():
    described = v1.api.get_openapi_schema(path_prefix="/api/v1/")

    for path, methods in described["paths"].items():
        for operation in methods.values():
            refusals = [r for status, r in operation["responses"].items() if str(status) >= "400"]
            assert all(list(r["content"]) == ["application/problem+json"] for r in refusals)
            if operation["tags"] == ["catalogue"] or path == "/api/v1/token":
                assert "security" not in operation
            else:
                (scopes,) = operation["security"][0].values()
                assert scopes


def test_a_database_that_is_away_is_one_sentence_and_a_time_to_come_back(jilin, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("the server is gone")

    monkeypatch.setattr(items.catalogue, "items", away)
    response = jilin.get("/items")

    problem(response, 503, "database-unavailable")
    assert int(response["Retry-After"]) > 0


def test_a_bug_is_a_problem_that_says_nothing_of_it_and_is_reported(jilin, monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise KeyError("a secret detail")

    monkeypatch.setattr(items.catalogue, "items", broken)
    jilin.client.raise_request_exception = False
    response = jilin.get("/items")

    problem(response, 500, "failed")
    assert "secret" not in response.content.decode()
    assert "api.failed" in caplog.text


def test_a_problem_is_readable_by_people_as_it_is_sent(jilin):
    body = jilin.get("/items/x").content.decode()

    assert "目录里没有" in body
    assert json.loads(body)["code"] == "no-such-item"
