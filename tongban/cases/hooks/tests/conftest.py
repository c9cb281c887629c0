"""The country, and a business system of the police of 吉林市 that listens."""

import pytest
from django.utils.timezone import now

from tongban.cases.tests import world
from tongban.jurisdictions import queries as places
from tongban.parties import operations as parties
from tongban.parties.models import ApiClient


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, tmp_path_factory):
    """Reference data once for all tests; each test's own rows are rolled back."""
    with django_db_blocker.unblock():
        world.load(tmp_path_factory.mktemp("world"))


@pytest.fixture
def system(db) -> ApiClient:
    """A system of the authority that decides the cases of `world.a_case`."""
    police = places.competent_authority("gongan", world.JILIN_CITY)
    client, _secret = parties.make_client(
        client_id="police", name="公安业务系统", prefixes=["22"], scopes=["hooks"],
        authority=police, at=now(),
    )  # fmt: skip
    return client
