"""What is asked of the holder of a case, by systems for applicants and by offices."""

import pytest
from django.utils.timezone import now

from tongban.api.tests.caller import problem, register, seat, window_case
from tongban.cases.models import Case, Request
from tongban.cases.operations import claims
from tongban.cases.tests import files, world
from tongban.record import queries as recorded


@pytest.fixture
def filed(jilin):
    """A case that a system handed in, waiting at the window of 朝阳."""
    digest = jilin.upload().json()["digest"]
    return Case.objects.get(pk=jilin.submit(window_case(digest)).json()["number"])


def path(case):
    return f"/cases/{case.number}/requests"


def test_the_system_that_filed_a_case_asks_for_the_applicant_and_reads_the_answer(jilin, filed):
    clerk = world.a_clerk()
    asked = jilin.post(path(filed), {"kind": "ask", "text": "还要等多久？"})
    claims.claim_case(number=filed.number, officer=clerk, at=now())
    one = asked.json()

    answered = seat(clerk).post(f"{path(filed)}/{one['id']}/answer", {"text": "明天移交"})

    assert (asked.status_code, one["is_open"]) == (201, True)
    assert answered.json()["outcome"] == "answered"
    (told,) = jilin.get(path(filed)).json()["requests"]
    assert (told["text"], told["answer"], told["is_open"]) == ("还要等多久？", "明天移交", False)


def test_a_withdrawal_by_the_system_that_filed_the_case_is_done_at_once(jilin, filed):
    done = jilin.post(path(filed), {"kind": "withdraw", "text": "不办了"})

    filed.refresh_from_db()
    assert (done.json()["is_open"], done.json()["outcome"]) == (False, "granted")
    assert filed.state == "withdrawn"
    assert jilin.get(path(filed)).json()["requests"][0]["kind"] == "withdraw"


def test_a_changed_phone_number_reaches_the_case(jilin, filed):
    jilin.post(path(filed), {"kind": "change_contact", "phone": "13911110301"})

    assert jilin.get(f"/cases/{filed.number}").json()["applicant"]["phone"] == "13911110301"


def test_a_paper_that_is_added_is_looked_at_and_taken_by_the_office(jilin, filed):
    digest = jilin.upload().json()["digest"]
    papers = [{"digest": digest, "name": "补的证明.png"}]
    one = jilin.post(path(filed), {"kind": "add_paper", "text": "补一份", "papers": papers}).json()
    clerk = seat(world.a_clerk())

    (told,) = clerk.get(path(filed)).json()["requests"]
    content = clerk.get(told["papers"][0]["url"].removeprefix("/api/v1"))
    assert b"".join(content.streaming_content) == world.PNG
    clerk.post(f"{path(filed)}/{one['id']}/answer", {"text": "收下了"})

    assert recorded.events(filed.number)[-1].kind == "add_paper"


def test_a_paper_of_another_system_cannot_be_added(jilin, filed):
    digest = register("other", "22").upload(files.a_pdf(), "别人的.pdf").json()["digest"]
    papers = [{"digest": digest, "name": "别人的.pdf"}]

    refused = jilin.post(path(filed), {"kind": "add_paper", "text": "补", "papers": papers})

    assert "papers.0.digest" in problem(refused, 422, "fields-refused")["errors"]
    assert not Request.objects.exists()


def test_a_system_that_did_not_file_the_case_asks_nothing_for_its_applicant(filed):
    other = register("other", "22")

    problem(other.post(path(filed), {"kind": "withdraw"}), 404, "not-found")
    filed.refresh_from_db()
    assert filed.state == "submitted"


def test_an_office_urges_the_other_one_and_not_itself(filed):
    clerk = world.a_clerk()
    window, wish = seat(clerk), {"kind": "urge", "text": "请快一点"}

    problem(window.post(path(filed), wish), 409, "nobody-to-ask")
    claims.claim_case(number=filed.number, officer=clerk, at=now())
    world.handed_over(filed, clerk, at=now())
    urged = window.post(path(filed), wish)

    assert urged.status_code == 201, urged.content.decode()
    assert Request.objects.get().by == "receiver"


def test_the_same_key_asks_once_and_urging_again_is_too_often(jilin, filed):
    wish = {"kind": "urge", "text": "请快一点"}
    first, again = (jilin.post(path(filed), wish, key="urge-key-1") for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    problem(jilin.post(path(filed), wish), 409, "already-asked")
    Request.objects.update(answered_at=now(), outcome="acted")
    problem(jilin.post(path(filed), wish), 429, "asked-too-often")


def test_another_office_does_not_answer_and_a_request_of_another_case_is_not_found(jilin, filed):
    one = jilin.post(path(filed), {"kind": "ask", "text": "？"}).json()
    elsewhere = seat(world.a_clerk("220203", name="别处"))

    problem(elsewhere.post(f"{path(filed)}/{one['id']}/answer", {"text": "好"}), 404, "not-found")
    unknown = "00000000-0000-4000-8000-000000000000"
    clerk = seat(world.a_clerk())
    problem(clerk.post(f"{path(filed)}/{unknown}/answer", {"text": "好"}), 404, "not-found")


@pytest.mark.parametrize("wish", [{"kind": "ask"}, {"kind": "change_contact", "phone": "1"}, {}])
def test_a_wish_without_what_it_needs_is_refused_by_field(jilin, filed, wish):
    assert problem(jilin.post(path(filed), wish), 422, "fields-refused")["errors"]
