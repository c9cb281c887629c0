"""帮办代办: consent is read out and recorded before a clerk fills anything in."""

import pytest
from django.test import Client

from tongban.cases.tests import world
from tongban.parties.mandates.models import Mandate

pytestmark = pytest.mark.django_db


def at(officer):
    browser = Client()
    browser.force_login(officer.account)
    return browser


def filled_in(**change):
    return {
        "item": world.MOVE_TO_SPOUSE, "name": "周奶奶", "number": world.identity_number(9),
        "phone": "13900000009", "is_read_out": "1", "consent": "spoken",
    } | change  # fmt: skip


def test_a_clerk_records_consent_and_goes_on_to_the_item():
    clerk = world.a_clerk()
    browser = at(clerk)
    page = browser.get("/desk/helping/").content.decode()
    assert "读给本人听" in page
    done = browser.post("/desk/helping/", filled_in())
    assert done["Location"] == f"/items/{world.MOVE_TO_SPOUSE}?from={world.CHAOYANG}"
    mandate = Mandate.objects.get()
    assert mandate.words in page
    assert (mandate.consent, mandate.agent) == ("spoken", clerk.account)
    start = f"/apply/start/?item={world.MOVE_TO_SPOUSE}&from=220100&to=220200"
    assert "周奶奶" in browser.get(start).content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"is_read_out": None}, "is_read_out"),
        ({"consent": ""}, "consent_0"),
        ({"consent": "online"}, "consent_0"),
        ({"item": ""}, "item"),
        ({"item": "2020-9-99"}, "item"),
        ({"number": "123"}, "number"),
        ({"name": ""}, "name"),
        ({"phone": ""}, "phone"),
    ],
)
def test_without_consent_or_identity_nothing_begins(change, field):
    sent = {key: value for key, value in filled_in(**change).items() if value is not None}
    refused = at(world.a_clerk()).post("/desk/helping/", sent)
    assert refused.status_code == 422
    assert f'href="#id_{field}"' in refused.content.decode()
    assert not Mandate.objects.exists()


def test_only_a_receiving_officer_helps():
    browser = at(world.a_decider())
    assert "帮办代办" not in browser.get("/desk/").content.decode()
    assert browser.get("/desk/helping/").status_code == 403
    assert browser.post("/desk/helping/", filled_in()).status_code == 403
    assert not Mandate.objects.exists()
