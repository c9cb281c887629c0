"""协查 from a business system: asked, listed, answered, refused, followed up, reminded of."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from tongban.api.tests.caller import problem, seat
from tongban.cases.inquiries import operations as inquiries
from tongban.cases.inquiries.models import Inquiry
from tongban.cases.inquiries.operations import Question
from tongban.cases.tests import world
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
def asker():
    return seat(world.a_decider())


@pytest.fixture
def asked():
    return world.a_decider(department="yibao", name="卫八")


@pytest.fixture
def answerer(asked):
    return seat(asked)


def wording(asked, **more):
    return {
        "to": asked.authority_id, "subject": "核实参保", "text": "请核实参保状态。", **more
    }  # fmt: skip


@pytest.fixture
def chain(asker, asked):
    return asker.post("/inquiries", wording(asked)).json()["chain"]


def test_an_inquiry_is_asked_found_in_both_lists_and_answered(asker, answerer, asked):
    paper = {"digest": asker.upload().json()["digest"], "name": "附件.png"}
    made = asker.post("/inquiries", wording(asked, papers=[paper]))
    chain = made.json()["chain"]

    (line,) = answerer.get("/inquiries", state="arrived").json()["inquiries"]
    (mine,) = asker.get("/inquiries", box="out").json()["inquiries"]
    told = answerer.get(f"/inquiries/{chain}").json()
    content = answerer.get(told["thread"][0]["papers"][0]["url"].removeprefix("/api/v1"))
    done = answerer.post(f"/inquiries/{chain}/answer", {"text": "参保正常。"})

    assert (made.status_code, done.status_code) == (201, 201), done.content.decode()
    assert (line["chain"], mine["chain"]) == (chain, chain)
    assert told["thread"][0]["text"] == "请核实参保状态。"
    assert b"".join(content.streaming_content) == world.PNG
    assert asker.get(f"/inquiries/{chain}").json()["thread"][-1]["text"] == "参保正常。"
    assert asker.get("/inquiries").json()["inquiries"] == []


def test_an_inquiry_is_refused_with_the_right_organ_or_asked_more_about(asker, answerer, asked):
    refused, more = (asker.post("/inquiries", wording(asked)).json()["chain"] for _ in range(2))

    no = answerer.post(f"/inquiries/{refused}/refusal", {"ground": "没有", "right_organ": "税务"})
    answerer.post(f"/inquiries/{more}/answer", {"text": "是"})
    again = asker.post(f"/inquiries/{more}/more", {"text": "从哪一天起？"})

    assert (no.json()["state"], again.json()["state"]) == ("refused", "arrived")


def test_an_inquiry_is_taken_back_once_and_never_after_an_answer(asker, answerer, chain):
    answerer.post(f"/inquiries/{chain}/answer", {"text": "是"})

    problem(asker.post(f"/inquiries/{chain}/withdrawal"), 409, "refused")


def test_whoever_waits_reminds_once_the_last_day_is_over(asker, asked):
    officer = asked.__class__.objects.get(name="王五")
    old = inquiries.ask(
        officer=officer, to=asked.authority, question=Question("旧", "旧的"), days=1,
        at=now() - timedelta(days=30),
    ).pk  # fmt: skip
    early = asker.post("/inquiries", wording(asked)).json()["chain"]

    done = [asker.post(f"/inquiries/{old}/reminder").status_code for _ in range(2)]

    assert done == [201, 201]
    assert [one.kind for one in recorded.events(old)].count("remind") == 1
    assert Inquiry.objects.get(pk=old).reminded_at is not None
    problem(asker.post(f"/inquiries/{early}/reminder"), 409, "refused")


def test_whoever_was_asked_does_not_remind_and_a_third_office_sees_nothing(answerer, chain):
    third = seat(world.a_decider(department="minzheng", name="冯五"))

    problem(answerer.post(f"/inquiries/{chain}/reminder"), 403, "not-allowed")
    problem(third.get(f"/inquiries/{chain}"), 404, "not-found")
    problem(third.post(f"/inquiries/{chain}/answer", {"text": "x"}), 404, "not-found")
    assert third.get("/inquiries", box="out").json()["inquiries"] == []


def test_the_same_key_asks_one_inquiry(asker, asked):
    first, again = (asker.post("/inquiries", wording(asked), key="ask-once-1") for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Inquiry.objects.count() == 1


def test_a_long_list_is_read_page_by_page(asker, asked):
    for _ in range(5):
        asker.post("/inquiries", wording(asked))

    found, after = [], ""
    for _page in range(3):
        page = asker.get("/inquiries", box="out", limit=2, after=after).json()
        found += [one["chain"] for one in page["inquiries"]]
        after = page["next"]

    assert len(set(found)) == 5
    assert after == ""


def test_an_unknown_office_is_said_at_its_field(asker):
    body = {"to": "000000000000000000", "subject": "x", "text": "x"}

    assert "to" in problem(asker.post("/inquiries", body), 422, "fields-refused")["errors"]
