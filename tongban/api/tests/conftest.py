"""The country that API tests live in, and systems with tokens there."""

import pytest

from tongban.api.tests.caller import Caller, register
from tongban.cases.tests import world
from tongban.guidance import operations as guidance


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, tmp_path_factory):
    """Reference data once for all tests; each test's own rows are rolled back."""
    with django_db_blocker.unblock():
        world.load(tmp_path_factory.mktemp("world"))
        guidance.index_items()


@pytest.fixture
def country(tmp_path):
    """For tests that commit: reference data anew, since their database is emptied after each."""
    world.load(tmp_path)


@pytest.fixture
def jilin(db) -> Caller:
    """A system of 吉林 that may do everything there."""
    return register("jilin", "22")
