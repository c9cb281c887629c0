"""The pages about accounts and the sandbox, as readers meet them."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils.timezone import now

from tongban.parties.models import Account
from tongban.sandbox import operations
from tongban.ui.tests.page_checks import check_pages

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tongban.parties.tests.doors"),
]


def signed_in_as(username):
    client = Client()
    client.force_login(Account.objects.get(username=username))
    session = client.cookies[settings.SESSION_COOKIE_NAME]
    return [{"name": settings.SESSION_COOKIE_NAME, "value": session.value}]


def test_pages_before_signing_in_pass_every_check(browser, live_server):
    operations.load(at=now())
    pages = [
        "/sandbox/",
        "/accounts/login/?next=/desk/",
    ]
    check_pages(browser, live_server.url, pages)


def test_pages_of_somebody_signed_in_pass_every_check(browser, live_server):
    operations.load(at=now())
    pages = [
        "/accounts/acting/",
        "/accounts/logout/",
        "/door/refusal/parties/officers_only/",
    ]
    check_pages(browser, live_server.url, pages, cookies=signed_in_as("lisi"))
