"""Places and the shipped catalogue, indexed once; what a test adds is rolled back."""

import pytest
from django.utils.timezone import now

from tongban.catalogue.operations import load_catalogue
from tongban.guidance.operations import index_items
from tongban.jurisdictions.operations import load_reference


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Reference data once for all tests; each test's own rows are rolled back."""
    with django_db_blocker.unblock():
        load_reference(at=now())
        load_catalogue()
        index_items()
