"""The country of the cases' tests, with the search made ready, and people at the door."""

import pytest
from django.test import Client

from tongban.basics.tests import kept_rows
from tongban.cases.tests import world
from tongban.guidance.operations import index_items


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, tmp_path_factory):
    """Reference data once for all tests; each test's own rows are rolled back."""
    with django_db_blocker.unblock():
        world.load(tmp_path_factory.mktemp("world"))
        index_items()


@pytest.fixture
def country(tmp_path):
    """For tests that commit: reference data anew, since their database is emptied after each."""
    world.load(tmp_path)
    if not kept_rows.is_kept("search"):
        index_items()
        kept_rows.keep("search", labels=["guidance"])
    kept_rows.bring_back("search")


@pytest.fixture
def lisi(db) -> Client:
    """A browser in which 李四 is signed in; `lisi.account` and `lisi.applicant` are his."""
    client = Client()
    account, applicant = world.a_person("李四", serial=50)
    client.force_login(account)
    client.account, client.applicant = account, applicant
    return client


@pytest.fixture
def stranger(db) -> Client:
    """A browser in which somebody else is signed in."""
    client = Client()
    account, _applicant = world.a_person("孙八", serial=51)
    client.force_login(account)
    return client
