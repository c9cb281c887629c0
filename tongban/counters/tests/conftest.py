"""The counters of the small country of the cases' tests."""

import pytest

from tongban.cases.tests import world


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, tmp_path_factory):
    """Reference data once for all tests; each test's own rows are rolled back."""
    with django_db_blocker.unblock():
        world.load(tmp_path_factory.mktemp("world"))


@pytest.fixture
def country(tmp_path):
    """For tests that commit: reference data anew, since their database is emptied after each."""
    world.load(tmp_path)
