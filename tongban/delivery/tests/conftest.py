"""The small country of the cases' tests: papers travel between its offices and people."""

import pytest

from tongban.cases.tests import world
from tongban.delivery import couriers
from tongban.delivery.tests import scenes


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, tmp_path_factory):
    """Reference data once for all tests; each test's own rows are rolled back."""
    with django_db_blocker.unblock():
        world.load(tmp_path_factory.mktemp("world"))


@pytest.fixture
def country(tmp_path):
    """For tests that commit: reference data anew, since their database is emptied after each."""
    world.load(tmp_path)


@pytest.fixture
def courier():
    """A courier whose system can be made to fail."""
    made = scenes.TestCourier()
    couriers.register(made)
    yield made
    couriers.forget(made.key)
