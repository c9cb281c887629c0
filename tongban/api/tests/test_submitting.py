"""Handing in papers and applications by API."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import get_args

import pytest
from django.db import connection
from django.utils.timezone import now

from tongban.api.cases import MadeFrom
from tongban.api.tests.caller import medical_case, problem, register, window_case
from tongban.cases import happenings, intake, provenance, states
from tongban.cases.hooks.models import Hook
from tongban.cases.models import Case, Submission
from tongban.cases.tests import world
from tongban.exchange.models import Outgoing
from tongban.parties.models import ApiClient
from tongban.record.models import Entry


@pytest.fixture
def digest(jilin):
    return jilin.upload().json()["digest"]


def nothing_was_written():
    return (
        not Case.objects.exists() and not Entry.objects.exists() and not Outgoing.objects.exists()
    )


def test_a_paper_is_kept_by_its_content(jilin):
    first, again = jilin.upload(), jilin.upload(name="另一个名字.png")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.json()["media_type"] == "image/png"
    assert first.json()["size"] == len(world.PNG)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "空的.png"),
        (world.PNG, "其实是图片.pdf"),
        (b"MZ" + b"\0" * 100, "程序.png"),
        (world.PNG[:-12], "没有传完.png"),
    ],
)
def test_a_paper_that_cannot_be_taken_is_refused_with_the_reason(jilin, content, name):
    problem(jilin.upload(content, name), 422, "paper-refused")


def test_a_paper_that_is_too_large_is_refused_before_it_is_read(jilin):
    response = jilin.ask(
        "POST", "/materials", data=b"x", content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(intake.LARGEST * 2),
    )  # fmt: skip

    problem(response, 413, "too-big")


def test_a_paper_is_refused_outside_a_form_and_without_its_file(jilin):
    plain = jilin.ask("POST", "/materials", data=world.PNG, content_type="image/png")
    empty = jilin.client.post(
        "/api/v1/materials", {"other": "x"}, headers={"Authorization": f"Bearer {jilin.token}"}
    )

    problem(plain, 415, "wrong-content-type")
    assert problem(empty, 422, "fields-refused")["errors"] == {"file": ["缺少这一项"]}


def test_an_application_becomes_a_case_with_a_number_and_an_address(jilin, digest):
    response = jilin.submit(medical_case(digest))

    assert response.status_code == 201, response.content.decode()
    number = response.json()["number"]
    assert response["Location"] == f"/api/v1/cases/{number}"
    case = Case.objects.get(pk=number)
    assert (case.decider_node, case.holder, case.bound_for) == ("35", "channel", "decider")
    assert Outgoing.objects.filter(subject=number, recipient="35").count() == 1


def test_what_the_applicant_says_of_a_paper_goes_with_the_case_and_comes_back(jilin, digest):
    case = medical_case(digest)
    first, *_rest = case["materials"]
    first["made_from"] = "copy"

    number = jilin.submit(case).json()["number"]

    reader = register("reader", "22", scopes=("cases",))
    found = reader.get(f"/cases/{number}").json()["materials"]
    said = {one["spec"]: (one["made_from"], one["made_from_label"]) for one in found}
    assert said.pop(first["spec"]) == ("copy", "申请人说是复印件的照片或者扫描")
    assert set(said.values()) <= {("", "没有说明是原件还是复印件")}


def test_only_what_a_page_offers_may_be_said_of_a_paper(jilin, digest):
    case = medical_case(digest)
    case["materials"][0]["made_from"] = "forgery"

    refused = problem(jilin.submit(case), 422, "fields-refused")

    assert any("made_from" in field for field in refused["errors"])
    assert nothing_was_written()
    assert set(get_args(MadeFrom)) == {"", *provenance.UPLOADED}


def test_an_application_at_a_window_waits_there(jilin, digest):
    number = jilin.submit(window_case(digest)).json()["number"]

    case = Case.objects.get(pk=number)
    assert (case.receiver_node, case.holder, case.state) == ("22", "receiver", "submitted")


def test_the_same_key_with_the_same_content_is_the_same_case(jilin, digest):
    first, again = (jilin.submit(medical_case(digest)) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Case.objects.count() == 1


def test_the_same_key_with_other_content_is_refused(jilin, digest):
    jilin.submit(medical_case(digest))

    response = jilin.submit(medical_case(digest, serial=2))

    problem(response, 422, "idempotency-key-used-otherwise")
    assert Case.objects.count() == 1


def test_two_systems_may_use_the_same_key(jilin, digest):
    other = register("other", "22")
    other.upload()

    numbers = {one.submit(medical_case(digest)).json()["number"] for one in (jilin, other)}

    assert len(numbers) == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_key_sent_many_times_at_once_is_one_case(country):
    jilin = register("jilin", "22")
    case = medical_case(jilin.upload().json()["digest"])
    together = threading.Barrier(6)

    def submit(_number: int) -> tuple[int, str]:
        together.wait()
        try:
            response = jilin.submit(case)
            return response.status_code, response.json()["number"]
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(submit, range(6)))

    assert sorted(status for status, _ in answers) == [200] * 5 + [201]
    assert len({number for _, number in answers}) == 1
    assert Case.objects.count() == Submission.objects.count() == Entry.objects.count() == 1


@pytest.mark.parametrize("move", [states.SUBMIT.name, states.SUBMIT_ONLINE.name])
def test_a_submission_is_one_statement_while_no_system_wants_to_hear_of_it(move, jilin):
    """A listener would make it a transaction with reads of its own; see docs/adr/0007."""
    assert not happenings.are_heard(move)
    assert happenings.are_heard(states.HAND_OVER.name)

    client = ApiClient.objects.get(client_id="jilin")
    hook = Hook(client=client, url="https://example.invalid/", events=["submitted"], made_at=now())
    hook.secret = "only for a test"
    hook.save()
    assert happenings.are_heard(move)


@pytest.mark.parametrize("key", ["", "short", "x" * 81, "with space", "鍵鍵鍵鍵鍵鍵鍵鍵"])
def test_a_submission_needs_a_key_of_its_own(jilin, digest, key):
    headers = {"Idempotency-Key": key} if key else {}
    response = jilin.ask(
        "POST", "/cases", data=json.dumps(medical_case(digest)),
        content_type="application/json", headers=headers,
    )  # fmt: skip

    assert list(problem(response, 422, "fields-refused")["errors"]) == ["Idempotency-Key"]
    assert nothing_was_written()


def test_somebody_elses_paper_cannot_be_used_even_by_its_digest(jilin, digest):
    other = register("other", "22")

    response = other.submit(medical_case(digest))

    errors = problem(response, 422, "fields-refused")["errors"]
    assert errors
    assert all(name.startswith("materials.") for name in errors)
    assert nothing_was_written()


def changed(case, **changes):
    """The case with members changed; dotted names reach inside."""
    case = json.loads(json.dumps(case))
    for name, value in changes.items():
        *path, last = name.split("__")
        inner = case
        for step in path:
            inner = inner[step]
        inner[last] = value
    return case


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"applicant__id_number": "220104190102000011"}, "applicant.id_number"),
        ({"applicant__id_number": "220104190102300019"}, "applicant.id_number"),
        ({"applicant__phone": "123"}, "applicant.phone"),
        ({"applicant__name": ""}, "applicant.name"),
        ({"applicant__kind": "ghost"}, "applicant.kind"),
        ({"applicant__shoe_size": "42"}, "applicant.shoe_size"),
        ({"answers__insured_division": "000000"}, "answers.insured_division"),
        ({"answers__insured_division": "350200"}, "answers.insured_division"),
        ({"answers__nobody_asked": "x"}, "answers.nobody_asked"),
        ({"answers__insurance_kind": 7}, "answers.insurance_kind"),
        ({"answers": []}, "answers"),
        ({"places__deciding": "999999"}, "places.deciding"),
        ({"places__deciding": "35"}, "places.deciding"),
        ({"mode": "BY_PIGEON"}, "mode"),
        ({"materials": [{"spec": "x"}]}, "materials.0.digest"),
        ({"surprise": True}, "surprise"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(jilin, digest, change, field):
    response = jilin.submit(changed(medical_case(digest), **change))

    assert field in problem(response, 422, response.json()["code"])["errors"]
    assert nothing_was_written()


def test_everything_that_is_wrong_is_said_at_once(jilin, digest):
    wrong = changed(
        medical_case(digest), applicant__phone="1", answers__insurance_kind="x", materials=[]
    )

    errors = problem(jilin.submit(wrong), 422, "fields-refused")["errors"]

    assert {"applicant.phone", "answers.insurance_kind"} <= set(errors)
    assert any(name.startswith("materials.") for name in errors)


@pytest.mark.parametrize(
    "change",
    [
        {"item": "2020-9-99"},
        {"item": "2020-1-01"},
        {"mode": "RECEIVED_FOR"},
        {"places__deciding": "220100", "answers__insured_division": "220104"},
        {"places__deciding": "440100", "answers__insured_division": "440103"},
    ],
)
def test_an_item_that_is_not_open_for_these_places_is_refused_with_the_reason(
    jilin, digest, change
):
    response = jilin.submit(changed(medical_case(digest), **change))

    assert problem(response, 422, "not-open")["detail"]
    assert nothing_was_written()


def test_a_system_submits_only_from_its_own_places(digest):
    fujian = register("fujian", "35")
    fujian.upload()

    response = fujian.submit(medical_case(digest))

    assert problem(response, 403, "another-place")["facts"]["field"] == "places.applicant"
    assert nothing_was_written()


def test_a_system_of_a_city_does_not_submit_at_another_citys_window(digest):
    siping = register("siping", "2203")
    siping.upload()

    problem(siping.submit(window_case(digest)), 403, "another-place")


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        ("{", "application/json", 400, "bad-request"),
        ('{"a": NaN}', "application/json", 400, "bad-request"),
        ("[" * 100_000, "application/json", 400, "bad-request"),
        ('{"item": "\\uD800"}', "application/json", 400, "bad-request"),
        (b"\xff\xfe", "application/json", 400, "bad-request"),
        ("", "application/json", 422, "fields-refused"),
        ("[]", "application/json", 422, "fields-refused"),
        ("null", "application/json", 422, "fields-refused"),
        ("item=1", "application/x-www-form-urlencoded", 415, "wrong-content-type"),
        ("<a/>", "text/xml", 415, "wrong-content-type"),
        ("x" * 1_100_000, "application/json", 413, "too-big"),
        ("x" * 3_000_000, "application/json", 413, "too-big"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(jilin, body, content_type, status, code):
    response = jilin.ask(
        "POST", "/cases", data=body, content_type=content_type,
        headers={"Idempotency-Key": "key-00000001"},
    )  # fmt: skip

    problem(response, status, code)
