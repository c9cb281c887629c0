"""People who sign in, for the tests of doors."""

from datetime import UTC, datetime

import pytest

from tongban.jurisdictions import queries as places
from tongban.parties import operations
from tongban.parties.models import Account, Capacity, Kind, Role
from tongban.sandbox import numbers

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


@pytest.fixture
def lisi(db):
    """An account that is one person."""
    account = Account.objects.create_user("lisi", password="a long and good one")
    person = operations.keep_applicant(
        kind=Kind.PERSON,
        name="李四",
        number=numbers.person_number("220104", "lisi"),
        division_code="220104",
        at=NOW,
    )
    operations.let_act(account=account, applicant=person, capacity=Capacity.SELF, at=NOW)
    return account


@pytest.fixture
def zhaoliu(db):
    """The account of a clerk at a window."""
    account = Account.objects.create_user("zhaoliu", password="a long and good one")
    operations.appoint_officer(
        account=account,
        name="赵六",
        staff_number="W-1",
        authority=places.window_authority("220104"),
        roles=[Role.RECEIVER],
        window_number=3,
    )
    return account
