"""What people meet while something is down, and that all of it arrives once it is back.

Each test takes a process away without a warning. That a relay outlives its broker and its database
with every kind of message is proved in tongban/worker/tests; here it is what people see and get.
"""

import uuid

from journeys import applying
from journeys.agreement import check_agreement, wait_until_settled
from journeys.desks import Visitor, said
from journeys.installation import Installation, until
from journeys.systems import CITY, COUNTY, MEDICAL, MEDICAL_PAPERS, System

MEDICAL_PAGES = {
    "insurance": {"insured_division": "350102", "insurance_kind": "employee"},
    "treatment": {
        "stay_kind": "living",
        "treatment_division": "长春市朝阳区",
        "stay_address": "示例街道示例路8号2栋301",
        "starts_on": applying.STARTS_ON,
    },
}


def filled_draft(visitor: Visitor, *, serial: int) -> str:
    """An application of 李四 that only waits for the last press."""
    draft = visitor.begin(MEDICAL, here=COUNTY["22"], there=CITY["35"], mode="ONLINE")
    visitor.fill_in(draft, MEDICAL_PAGES)
    visitor.hand_in(draft, MEDICAL_PAPERS, serial=serial)
    return draft


def submit(visitor: Visitor, draft: str) -> str:
    """The last press; the number of the case."""
    answer = visitor.send(f"{draft}check/", is_true="on", may_use="on")
    assert answer.status_code == 302, said(answer)
    done = visitor.http.get(answer.headers["Location"])
    found = applying.CASE_NUMBER.search(done.text)
    assert found, said(done)
    return found[1]


def test_without_the_broker_a_submission_is_taken_and_said_to_be_waiting(nodes):
    with Visitor(nodes.jilin, "lisi") as lisi, System(nodes.jilin) as system:
        draft = filled_draft(lisi, serial=601)
        case = system.medical(serial=602)
        with nodes.without("nats-server"):
            by_page = submit(lisi, draft)
            answer = system.submit(case)
            assert answer.status_code == 201, answer.text
            by_system = answer.json()["number"]
            page = lisi.http.get(f"/cases/{by_page}/").text
            assert "未发出" in page
            assert nodes.fujian.count("SELECT count(*) FROM cases_case WHERE number = ANY(%s)",
                                      [by_page, by_system]) == 0  # fmt: skip
        wait_until_settled(nodes)
        assert "已送达" in lisi.http.get(f"/cases/{by_page}/").text
    check_agreement(nodes, {by_page, by_system})


def test_while_the_partner_is_down_a_case_is_sent_and_not_yet_delivered(nodes):
    with Visitor(nodes.jilin, "lisi") as lisi:
        draft = filled_draft(lisi, serial=611)
        with nodes.without("worker-35", "web-35"):
            number = submit(lisi, draft)
            until(lambda: _truths(lisi, number)[:2] == (True, False), what="sent, not delivered")
        until(lambda: _truths(lisi, number)[:2] == (True, True), what="delivered")
    wait_until_settled(nodes)
    check_agreement(nodes, {number})


def test_without_the_database_people_get_one_sentence_and_nothing_is_half_done(nodes):
    with Visitor(nodes.jilin, "lisi") as lisi, System(nodes.jilin) as system:
        draft = filled_draft(lisi, serial=621)
        case, key = system.medical(serial=622), str(uuid.uuid4())
        with nodes.without("postgresql"):
            for path in ("/", "/cases/", f"{draft}check/", "/desk/", "/search?q=户口", "/sandbox/"):
                _is_one_sentence(lisi.http.get(path), path)
            _is_one_sentence(
                lisi.send(f"{draft}check/", is_true="on", may_use="on"), "the last press"
            )
            refused = system.submit(case, key)
            assert refused.status_code == 503
            assert refused.headers["Content-Type"] == "application/problem+json"
            assert refused.json()["code"] == "database-unavailable"
            assert int(refused.headers["Retry-After"]) > 0
            assert lisi.http.get("/health/live").status_code == 200
            assert lisi.http.get("/health/ready").status_code == 503
        number = submit(lisi, draft)
        taken = system.submit(case, key)
        assert taken.status_code == 201, taken.text
    wait_until_settled(nodes)
    numbers = {number, taken.json()["number"]}
    assert len(numbers) == 2
    check_agreement(nodes, numbers)


def _is_one_sentence(answer, where: str) -> None:
    assert answer.status_code == 503, f"{where}: {said(answer)}"
    assert int(answer.headers["Retry-After"]) > 0
    assert "系统暂时连不上" in answer.text
    assert "Traceback" not in answer.text


def _truths(lisi: Visitor, number: str) -> tuple[bool, bool]:
    """Whether the page says that the case was sent, and that it was delivered."""
    page = lisi.http.get(f"/cases/{number}/").text
    return "已发出" in page, "未送达" not in page and "已送达" in page


def _still_here(there: Installation) -> None:
    assert all(node.is_ready() for node in there.nodes.values())
