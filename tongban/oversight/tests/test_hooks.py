"""业务系统推送: an operator sees what was not taken and why, and sends it again; no secret is shown."""

import uuid

import pytest
from django.test import Client
from django.utils.timezone import now

from tongban.cases.hooks import operations
from tongban.cases.hooks.models import Push
from tongban.cases.notices.models import Fate
from tongban.oversight.tests.conftest import officer
from tongban.parties import operations as parties
from tongban.parties.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return officer(Role.MANAGER, name="张管")


@pytest.fixture
def operator():
    browser = Client()
    browser.force_login(officer(Role.OPERATOR, name="云维").account)
    return browser


@pytest.fixture
def failed(manager):
    client, _ = parties.make_client(
        client_id="police", name="公安业务系统", prefixes=["22"], scopes=["hooks"],
        authority=manager.authority, at=now(),
    )  # fmt: skip
    _hook, secret = operations.subscribe(
        client_id=client.pk, url="https://police.example/hook?key=topsecret", events=["decided"],
        at=now(),
    )  # fmt: skip
    Push.objects.update(
        fate=Fate.FAILED, ended_at=now(), attempts=8, trouble="对方回答HTTP 503",
        number="22010420261116000010Y", seq=7, event="decided",
    )  # fmt: skip
    return Push.objects.get(), secret


def test_without_hooks_the_page_says_how_one_is_made(operator):
    assert "POST /api/v1/hooks" in operator.get("/oversight/hooks/").content.decode()


def test_what_was_not_taken_is_listed_with_its_reason_and_sent_again(operator, failed):
    push, secret = failed
    page = operator.get("/oversight/hooks/").content.decode()

    for shown in ("公安业务系统", "https://police.example", "作出决定", "对方回答HTTP 503"):
        assert shown in page
    assert "topsecret" not in page
    assert secret not in page
    operator.post(f"/oversight/hooks/{push.pk}/retry")
    push.refresh_from_db()
    assert (push.fate, push.attempts) == (Fate.WAITING, 0)
    assert operator.post(f"/oversight/hooks/{uuid.uuid4()}/retry").status_code == 302


def test_all_are_sent_again_at_once(operator, failed):
    operator.post("/oversight/hooks/retry")

    assert Push.objects.get().fate == Fate.WAITING


def test_nobody_but_an_operator_sees_it(failed, manager):
    browser = Client()
    browser.force_login(manager.account)

    assert browser.get("/oversight/hooks/").status_code == 403
    assert browser.post("/oversight/hooks/retry").status_code == 403
    assert Push.objects.get().fate == Fate.FAILED
