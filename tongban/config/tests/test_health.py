"""A node says whether it can work, and says it plainly when its database is away."""

import json

import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from tongban.config import health


def lose_the_database(request: HttpRequest) -> HttpResponse:
    raise OperationalError("connection refused")


urlpatterns = [
    path("api/v1/anything", lose_the_database),
    path("anything", lose_the_database),
    path("health/ready", health.ready),
    path("health/live", health.live),
]
here = override_settings(ROOT_URLCONF=__name__)


@pytest.fixture(autouse=True)
def _ask_again():
    health._complete.clear()
    yield
    health._complete.clear()


@pytest.mark.django_db
def test_a_node_with_all_migrations_is_ready():
    answer = Client().get("/health/ready")

    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "node": "22"}


@pytest.mark.django_db
def test_a_node_that_misses_a_migration_is_not_ready_and_names_it():
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from django_migrations where app = 'record' and name = '0001_initial'"
        )

    answer = Client().get("/health/ready")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.json()["code"] == "migrations-missing"
    assert answer.json()["missing"] == ["record.0001_initial"]


def test_a_node_lives_without_its_database():
    assert Client().get("/health/live").json() == {"live": True, "node": "22"}


def test_a_node_without_its_database_is_not_ready(monkeypatch):
    def refuse(*_, **__):
        raise OperationalError("connection refused")

    monkeypatch.setattr(health.connections["default"], "cursor", refuse)

    answer = Client().get("/health/ready")

    assert answer.status_code == 503
    assert answer.json()["code"] == "database-unavailable"


@here
def test_the_api_answers_with_a_problem_while_the_database_is_away():
    answer = Client().post("/api/v1/anything")

    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "5"
    assert json.loads(answer.content)["code"] == "database-unavailable"


@here
def test_a_page_says_one_sentence_while_the_database_is_away():
    answer = Client().get("/anything")

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "系统暂时连不上" in answer.content.decode()
