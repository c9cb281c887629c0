"""The desk, as its own people open it."""

import pytest
from django.test import Client

from tongban.cases.tests import world


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, tmp_path_factory):
    """The small country once for all tests; each test's own rows are rolled back."""
    with django_db_blocker.unblock():
        world.load(tmp_path_factory.mktemp("world"))


@pytest.fixture
def signed_in():
    """A browser without script, signed in as an officer or as an account."""

    def sign_in(who, **options):
        client = Client(**options)
        client.force_login(getattr(who, "account", who))
        return client

    return sign_in


@pytest.fixture
def country(tmp_path):
    """For tests that commit: reference data anew, since their database is emptied after each."""
    world.load(tmp_path)
