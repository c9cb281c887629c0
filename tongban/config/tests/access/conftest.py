"""The country in which one case is looked at by everybody."""

from datetime import timedelta

import pytest
import time_machine

from tongban.cases.tests import world
from tongban.config.tests.access import scene as scenes
from tongban.guidance import operations as guidance


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, tmp_path_factory):
    """The small country once for all tests; each test's own rows are rolled back."""
    with django_db_blocker.unblock():
        world.load(tmp_path_factory.mktemp("world"))
        guidance.index_items()


@pytest.fixture
def scene(db):
    """The case and everybody, on the Monday on which all of it happens."""
    with time_machine.travel(world.MONDAY + timedelta(minutes=5), tick=False):
        yield scenes.build()
