"""Subscribing by API: the secret once, one's own hooks alone, and only for a system of an authority."""

import pytest
from django.utils.timezone import now

from tongban.api.tests.caller import problem, register, seat
from tongban.cases.hooks import sending
from tongban.cases.hooks.calling import NotTaken
from tongban.cases.hooks.models import Push
from tongban.cases.tests import world

pytestmark = pytest.mark.django_db
WANTED = {"url": "https://example.org/tongban", "events": ["decided", "closed"]}


@pytest.fixture
def police():
    return seat(world.a_decider())


def test_a_hook_is_made_listed_without_its_secret_and_taken_away(police):
    made = police.post("/hooks", WANTED)
    (listed,) = police.get("/hooks").json()["hooks"]

    assert made.status_code == 201
    assert len(made.json()["secret"]) >= 40
    assert (listed["url"], listed["events"]) == (WANTED["url"], ["closed", "decided"])
    assert made.json()["secret"] not in police.get("/hooks").content.decode()
    gone = police.ask("DELETE", f"/hooks/{listed['id']}")
    assert gone.status_code == 204
    assert police.get("/hooks").json()["hooks"] == []


def test_another_systems_hook_does_not_exist(police):
    made = police.post("/hooks", WANTED).json()
    other = seat(world.a_decider(department="minzheng", name="冯五"))

    assert other.get("/hooks").json()["hooks"] == []
    problem(other.ask("DELETE", f"/hooks/{made['id']}"), 404, "not-found")
    problem(other.post(f"/hooks/{made['id']}/retry"), 404, "not-found")


def test_what_was_given_up_is_counted_and_tried_again(police):
    made = police.post("/hooks", WANTED).json()
    Push.objects.update(attempts=len(sending.WAITS))

    def fails(_push):
        raise NotTaken("对方回答HTTP 500")

    sending.send_due(at=now(), call=fails)
    (listed,) = police.get("/hooks").json()["hooks"]
    retried = police.post(f"/hooks/{made['id']}/retry")

    assert (listed["failed"], listed["trouble"]) == (1, "对方回答HTTP 500")
    assert retried.json() == {"count": 1}
    assert police.get("/hooks").json()["hooks"][0]["failed"] == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://example.org/x"}, "url"),
        ({"url": "https://127.0.0.1/x"}, "url"),
        ({"events": ["born"]}, "events"),
        ({"events": []}, "events"),
        ({"more": 1}, "more"),
    ],
)
def test_what_no_hook_can_be_is_said_at_its_field(police, change, field):
    answer = police.post("/hooks", WANTED | change)

    assert field in problem(answer, 422, "fields-refused")["errors"]


def test_a_system_of_a_place_without_an_authority_is_refused(db):
    problem(register("place", "22").post("/hooks", WANTED), 403, "authority-missing")
