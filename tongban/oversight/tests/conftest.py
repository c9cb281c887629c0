import pytest
from django.test import Client

from tongban.exchange.tests.conftest import _own_handlers, fujian
from tongban.jurisdictions import queries as jurisdictions
from tongban.parties import operations as parties
from tongban.parties.models import Account, Role

__all__ = ["_own_handlers", "fujian"]


def officer(*roles, name):
    authority = None
    if Role.OPERATOR not in roles:
        from tongban.jurisdictions.models import Authority

        authority = Authority.objects.first() or Authority.objects.create(
            code="11220000MB00000000", name="示例机关", short_name="示例",
            department=jurisdictions.departments()[0], division_code="220100", level="city",
            is_sandbox=True,
        )  # fmt: skip
    return parties.appoint_officer(
        account=Account.objects.create(username=name),
        name=name,
        staff_number=name,
        authority=authority,
        roles=roles,
    )


@pytest.fixture
def operator(db):
    return officer(Role.OPERATOR, name="云维")


@pytest.fixture
def signed_in():
    def sign_in(somebody):
        client = Client()
        client.force_login(somebody.account)
        return client

    return sign_in


@pytest.fixture
def hub(settings):
    settings.IS_HUB = True
