"""What another system sees of the cases: its own places, its own authority, and no more."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils.timezone import now

from tongban.api.tests.caller import Caller, medical_case, problem, register, window_case
from tongban.basics import canonical
from tongban.cases import bounds, handlers
from tongban.cases.bounds import Bounds
from tongban.cases.models import Case
from tongban.cases.operations import claims, window
from tongban.cases.tests import world
from tongban.exchange.models import Outgoing
from tongban.jurisdictions import queries as places
from tongban.record import papers
from tongban.record.models import Entry
from tongban.trust import signing

assert handlers  # messages of cases are handled as soon as the app is there


@pytest.fixture
def digest(jilin):
    return jilin.upload().json()["digest"]


@pytest.fixture
def number(jilin, digest):
    return jilin.submit(window_case(digest)).json()["number"]


def test_a_case_is_seen_whole_by_a_system_of_its_place(jilin, number):
    case = jilin.get(f"/cases/{number}").json()

    assert case["number"] == number
    assert (case["state"], case["holder"]["party"]) == ("submitted", "receiver")
    assert case["holder"]["place"] == {"code": "220104", "name": "吉林省长春市朝阳区"}
    assert case["holder"]["due_on"]
    assert case["applicant"]["name"] == "李四"
    assert case["answers"]["spouse_name"] == "张三"
    assert {paper["media_type"] for paper in case["materials"]} == {"image/png"}
    assert case["places"]["deciding"]["code"] == "350100"


@pytest.mark.parametrize("prefix", ["22", "2201", "220104", "35", "3501", "350100"])
def test_whoever_takes_part_sees_the_case(number, prefix):
    assert register("part", prefix).get(f"/cases/{number}").status_code == 200


@pytest.mark.parametrize("prefix", ["44", "2202", "220102", "350200", "36"])
@pytest.mark.parametrize("path", ["", "/events", "/materials/{digest}"])
def test_for_everybody_else_the_case_does_not_exist(number, digest, prefix, path):
    stranger = register("stranger", prefix)

    hidden = stranger.get(f"/cases/{number}{path.format(digest=digest)}")
    unknown = stranger.get(f"/cases/{'0' * 21}{path.format(digest=digest)}")

    told = problem(hidden, 404, "not-found")
    assert told["detail"] == problem(unknown, 404, "not-found")["detail"]


def test_a_system_of_one_authority_sees_only_what_that_authority_receives_or_decides(number):
    window_here = places.window_authority(world.CHAOYANG)
    police = places.competent_authority("gongan", "350100")
    insurance = places.competent_authority("yibao", "350100")
    seen = {
        organ.code: register(organ.code[:20], organ.division_code[:2], authority=organ)
        .get(f"/cases/{number}")
        .status_code
        for organ in (window_here, police, insurance)
    }

    assert seen == {window_here.code: 200, police.code: 200, insurance.code: 404}


def test_a_paper_is_given_back_as_it_was_handed_in(jilin, number, digest):
    response = jilin.get(f"/cases/{number}/materials/{digest}")

    assert b"".join(response.streaming_content) == world.PNG
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("attachment")


def test_a_paper_of_another_case_is_not_given(jilin, number):
    other = jilin.upload(world.PNG + b"IEND", "另一张.png").json()["digest"]

    problem(jilin.get(f"/cases/{number}/materials/{other}"), 404, "not-found")
    problem(jilin.get(f"/cases/{number}/materials/nonsense"), 404, "not-found")


def test_a_paper_still_on_its_way_is_said_to_be(jilin, number, digest, monkeypatch):
    def missing(digest):
        raise papers.PaperMissing(digest)

    monkeypatch.setattr(papers, "open", missing)
    response = jilin.get(f"/cases/{number}/materials/{digest}")

    problem(response, 503, "paper-not-here-yet")
    assert response["Retry-After"] == "5"


def test_the_history_of_a_case_can_be_verified_by_anybody(jilin, number):
    clerk = world.a_clerk()
    world.handed_over(Case.objects.get(pk=number), clerk, at=now())

    events = jilin.get(f"/cases/{number}/events").json()["events"]

    assert [event["kind"] for event in events] == ["submit", "receive", "hand_over"]
    key, previous = places.this_node().public_key, ""
    for event in events:
        assert event["prev"] == previous
        assert event["hash"] == canonical.digest(event["body"].encode())
        assert signing.verify(key, event["body"].encode(), event["signature"])
        previous = event["hash"]


def test_an_event_that_crosses_says_how_far_it_came(jilin, digest):
    number = jilin.submit(medical_case(digest)).json()["number"]
    waiting = jilin.get(f"/cases/{number}/events").json()["events"][0]["crossing"]
    Outgoing.objects.filter(subject=number).update(sent_at=now())
    sent = jilin.get(f"/cases/{number}/events").json()["events"][0]["crossing"]

    assert waiting == {"sent_at": None, "delivered_at": None, "answered_at": None}
    assert sent["sent_at"]
    assert sent["delivered_at"] is None


def test_the_history_says_nothing_personal(jilin, number):
    clerk = world.a_clerk()
    world.handed_over(Case.objects.get(pk=number), clerk, at=now())

    for path in (f"/cases/{number}/events", "/events"):
        text = jilin.get(path).content.decode()
        for secret in ("李四", "张三", world.identity_number(), "13900000002", "赵六", "示例巷"):
            assert secret not in text


def test_the_history_goes_on_from_a_sequence_number(jilin, number):
    clerk = world.a_clerk()
    claims.claim_case(number=number, officer=clerk, at=now())
    window.receive_case(number=number, officer=clerk, identity="in_person", at=now())

    later = jilin.get(f"/cases/{number}/events", after=1).json()
    end = jilin.get(f"/cases/{number}/events", after=2).json()

    assert ([event["seq"] for event in later["events"]], later["next"]) == ([2], 2)
    assert (end["events"], end["next"]) == ([], 2)
    problem(jilin.get(f"/cases/{number}/events", after=-1), 422, "fields-refused")


# --- the feed of events; what it may show is committed, so these tests commit ---

committed = pytest.mark.django_db(transaction=True)


@pytest.fixture
def province(country) -> Caller:
    return register("jilin", "22")


def fed(caller: Caller, after: str = "", limit: int = 100) -> list[Any]:
    """Everything the feed has from a cursor on, page by page."""
    found: list[Any] = []
    more = True
    while more:
        page = caller.get("/events", after=after, limit=limit).json()
        found, after, more = found + page["events"], page["next"], page["has_more"]
    return found


@committed
def test_the_feed_gives_each_event_once_in_pages(province):
    digest = province.upload().json()["digest"]
    numbers = [
        province.submit(medical_case(digest, serial=serial), key=f"key-{serial:08}").json()[
            "number"
        ]
        for serial in range(1, 6)
    ]

    assert [event["case"] for event in fed(province, limit=2)] == numbers
    first = province.get("/events", limit=3).json()
    assert [event["case"] for event in fed(province, after=first["next"])] == numbers[3:]
    assert fed(province, after=first["events"][0]["cursor"])[0]["case"] == numbers[1]
    assert fed(province, after=fed(province)[-1]["cursor"]) == []


@committed
def test_the_feed_shows_only_the_cases_of_the_systems_places(province):
    digest = province.upload().json()["digest"]
    number = province.submit(medical_case(digest)).json()["number"]

    assert [e["case"] for e in fed(register("fuzhou", "3501"))] == [number]
    assert fed(register("guangdong", "44")) == []


@committed
def test_the_feed_passes_nothing_over_that_commits_late(province):
    """Two writers overlap: the one that began first commits last."""
    digest = province.upload().json()["digest"]
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN; SELECT pg_current_xact_id()")
            early = province.submit(medical_case(digest), key="key-of-late-1").json()["number"]
            blocked = province.get("/events").json()
            cursor.execute("COMMIT")
    finally:
        other.close()

    assert blocked["events"] == []
    assert [event["case"] for event in fed(province, after=blocked["next"])] == [early]


@committed
def test_the_feed_goes_through_a_bounded_stretch_at_a_time(province, monkeypatch):
    monkeypatch.setattr(bounds, "SCANNED", 2)
    digest = province.upload().json()["digest"]
    for serial in range(1, 6):
        province.submit(medical_case(digest, serial=serial), key=f"key-{serial:08}")

    stranger = register("guangdong", "44").get("/events").json()

    assert (stranger["events"], stranger["has_more"]) == ([], True)
    assert len(fed(province)) == 5


@pytest.mark.parametrize("cursor", ["x", "1", "1-", "-1-2", "1-2-3", "9" * 19 + "-1", "１-２"])
def test_a_cursor_that_is_not_ours_is_refused(jilin, cursor):
    problem(jilin.get("/events", after=cursor), 422, "cursor-unreadable")


@pytest.mark.parametrize("limit", ["0", "501", "many"])
def test_a_page_has_a_bounded_size(jilin, limit):
    problem(jilin.get("/events", limit=limit), 422, "fields-refused")


@committed
def test_bounds_by_row_and_by_statement_agree(province):
    digest = province.upload().json()["digest"]
    province.submit(medical_case(digest), key="key-00000001")
    province.submit(window_case(digest), key="key-00000002")
    organs = ["", places.competent_authority("yibao", "350100").code]

    for prefix in ("22", "35", "44", "2201", "350100"):
        for authority in organs:
            bound = Bounds((prefix,), authority)
            fed_numbers = {e.case for e in bounds.events_within(bound, after="", limit=10).events}
            assert fed_numbers == {c.number for c in Case.objects.all() if bound.holds(c)}


def test_time_goes_on_in_events_as_in_the_record(jilin, number):
    event = jilin.get(f"/cases/{number}/events").json()["events"][0]

    assert json.loads(event["body"])["kind"] == event["kind"]
    with transaction.atomic():
        entry = Entry.objects.get(chain=number)
    assert now() - entry.recorded_at < timedelta(minutes=1)
