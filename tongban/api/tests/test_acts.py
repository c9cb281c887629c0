"""Officers' acts entered from business systems: the same operations, checks and record as the pages."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils.timezone import now

from tongban.api.models import Call
from tongban.api.tests.caller import Caller, problem, register, seat
from tongban.cases.models import Case
from tongban.cases.operations import claims, countersigning
from tongban.cases.tests import world
from tongban.jurisdictions import queries as places
from tongban.parties import operations as parties
from tongban.parties.models import Officer, Role
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
def decider() -> Officer:
    return world.a_decider()


@pytest.fixture
def case() -> Case:
    """Handed over to the police of 吉林市."""
    made, _ = world.a_case()
    return world.handed_over(made, world.a_clerk())


@pytest.fixture
def desk(case, decider) -> Caller:
    """The decider's business system; she has claimed the case."""
    claims.claim_case(number=case.number, officer=decider, at=now())
    return seat(decider)


def act(caller, case, name, body=None, **more):
    return caller.post(f"/cases/{case.number}/acts/{name}", body, **more)


def kinds(case):
    return [event.kind for event in recorded.events(case.number)]


def test_a_window_takes_a_case_in_and_hands_it_over_from_its_own_system():
    case, _ = world.a_case()
    clerk = world.a_clerk()
    window = seat(clerk)
    window.post(f"/cases/{case.number}/claim")

    received = act(window, case, "receive", {"identity": "in_person"})
    world.check_everything(case, clerk)
    handed = act(window, case, "hand-over", {"note": "齐全"})

    assert (received.status_code, handed.status_code) == (201, 201), handed.content.decode()
    assert handed.json()["state"] == "pending"
    assert recorded.events(case.number)[-1].author.officer == clerk.pseudonym


def test_a_case_with_unseen_check_points_is_not_handed_over_and_says_which():
    case, _ = world.a_case()
    window = seat(world.a_clerk())
    window.post(f"/cases/{case.number}/claim")
    act(window, case, "receive", {"identity": "in_person"})

    refused = problem(act(window, case, "hand-over", {}), 409, "checks-missing")

    assert refused["facts"]["missing"]
    assert kinds(case)[-1] == "receive"


def test_a_check_point_is_noted_and_an_unknown_one_refused():
    case, _ = world.a_case()
    window = seat(world.a_clerk())
    window.post(f"/cases/{case.number}/claim")
    spec = next(one for one in case.materials.values_list("spec", flat=True))
    version = world.queries.version_of(case)
    point = next(m for m in version.materials if m.spec == spec).points[0].key
    path = f"/cases/{case.number}/checks"

    seen = window.post(path, {"spec": spec, "point": point, "is_good": True})
    unknown = window.post(path, {"spec": spec, "point": "none", "is_good": True})

    assert seen.json()["is_good"] is True
    assert "point" in problem(unknown, 422, "fields-refused")["errors"]


def test_the_whole_course_from_acceptance_to_the_result_is_on_the_record(desk, case):
    for name, body in (
        ("accept", None),
        ("begin-special", {"kind": "inspection", "days": 5, "reason": "要实地看"}),
        ("end-special", {"outcome": "属实"}),
        ("suspend", {"ground": "等法院裁定"}),
        ("resume", {"note": ""}),
        ("approve", {"note": ""}),
        ("issue-result", None),
        ("deliver", None),
    ):
        done = act(desk, case, name, body)
        assert done.status_code == 201, (name, done.content.decode())

    case.refresh_from_db()
    assert done.json()["seq"] == case.head_seq
    assert done.json()["hash"] == case.head_hash
    assert kinds(case)[-8:] == [
        "accept", "begin_special", "end_special", "suspend", "resume", "approve", "issue_result",
        "deliver_to_window",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "body", "state"),
    [
        (
            "ask-correction",
            {"faults": [{"spec": "id-card", "problem": "不清楚", "mend": "重拍"}], "note": ""},
            "correction",
        ),
        (
            "refuse-acceptance",
            {"ground": "不归本机关", "right_organ": "福州市公安局"},
            "not_accepted",
        ),
    ],
)
def test_what_stands_before_acceptance_ends_where_the_page_ends_it(desk, case, name, body, state):
    assert act(desk, case, name, body).json()["state"] == state


@pytest.mark.parametrize(
    ("name", "body", "state"),
    [
        ("deny", {"ground": "不符合", "basis": "示例办法第一条"}, "denied"),
        ("terminate", {"ground": "申请人死亡", "basis": "示例办法第二条"}, "terminated"),
    ],
)
def test_a_case_is_denied_or_ended_with_its_ground(desk, case, name, body, state):
    act(desk, case, "accept")

    assert act(desk, case, name, body).json()["state"] == state


def test_the_same_key_does_an_act_once(desk, case):
    first = act(desk, case, "accept", key="accept-once-1")
    again = act(desk, case, "accept", key="accept-once-1")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert kinds(case).count("accept") == 1


def test_the_same_act_with_another_key_is_refused_by_the_table(desk, case):
    act(desk, case, "accept")

    assert problem(act(desk, case, "accept"), 409, "move-not-possible")


def test_a_key_stands_for_one_act_on_one_case_by_one_officer(desk, case):
    act(desk, case, "accept", key="accept-once-1")

    other = act(desk, case, "suspend", {"ground": "x"}, key="accept-once-1")

    problem(other, 422, "idempotency-key-used-otherwise")
    assert kinds(case)[-1] == "accept"


def test_a_refused_call_leaves_its_key_free(desk, case):
    problem(act(desk, case, "resume", {}, key="resume-later"), 409, "move-not-possible")
    act(desk, case, "accept")
    act(desk, case, "suspend", {"ground": "等"})

    assert act(desk, case, "resume", {}, key="resume-later").status_code == 201
    assert Call.objects.filter(key="resume-later").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_key_sent_many_times_at_once_is_one_act(country):
    made, _ = world.a_case()
    case = world.handed_over(made, world.a_clerk())
    decider = world.a_decider()
    claims.claim_case(number=case.number, officer=decider, at=now())
    desk = seat(decider)
    together = threading.Barrier(5)

    def accept(_number: int) -> tuple[int, int]:
        together.wait()
        try:
            done = act(desk, case, "accept", key="accept-once-1")
            return done.status_code, done.json()["seq"]
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(accept, range(5)))

    assert sorted(status for status, _ in answers) == [200] * 4 + [201]
    assert len({seq for _, seq in answers}) == 1
    assert kinds(case).count("accept") == 1


def test_an_act_needs_an_officer_in_the_token(desk, case):
    nobody = register("no-officer", "22", authority=places.authority(case.decider_authority))

    problem(act(nobody, case, "accept"), 403, "officer-missing")
    assert "accept" not in kinds(case)


@pytest.mark.parametrize("how", ["account", "seat", "system", "moved"])
def test_a_token_stops_counting_at_once_when_its_officer_or_seat_is_gone(desk, case, decider, how):
    system = decider.systems.get()
    if how == "account":
        type(decider.account).objects.filter(pk=decider.account_id).update(is_active=False)
    elif how == "seat":
        system.officers.clear()
    elif how == "system":
        parties.stop_client(system.client_id)
    else:
        elsewhere = places.competent_authority("minzheng", world.JILIN_CITY)
        Officer.objects.filter(pk=decider.pk).update(authority=elsewhere)

    problem(act(desk, case, "accept"), 403, "officer-missing")
    assert "accept" not in kinds(case)


def test_a_system_gets_no_token_for_an_officer_who_is_not_its_own(decider):
    other = world.a_decider(name="别人")
    seat(decider)

    with pytest.raises(parties.OfficerNotGiven):
        parties.issue_token(decider.systems.get(), now(), officer=other.staff_number)
    with pytest.raises(parties.FieldsRefused):
        parties.make_client(
            client_id="x", name="x", prefixes=["22"], scopes=["acts"], authority=None,
            officers=[decider], at=now(),
        )  # fmt: skip


def test_another_authority_does_not_act_and_does_not_see_the_case(case):
    beside = seat(world.a_decider(department="minzheng", name="民政的"))

    problem(act(beside, case, "accept"), 404, "not-found")


def test_an_unclaimed_case_and_a_colleagues_case_are_refused_as_at_the_desk(case, decider):
    desk, colleague = seat(decider), seat(world.a_decider(name="同事"))

    problem(act(desk, case, "accept"), 409, "not-claimed")
    colleague.post(f"/cases/{case.number}/claim")
    problem(act(desk, case, "accept"), 409, "claimed-by-another")
    assert colleague.post(f"/cases/{case.number}/release").json()["is_mine"] is False
    assert desk.post(f"/cases/{case.number}/claim").json()["is_mine"] is True


def test_the_clerk_who_received_does_not_decide(case):
    clerk = Officer.objects.get(name="赵六")

    problem(act(seat(clerk), case, "accept"), 403, "wrong-role")


def test_an_extension_waits_for_the_leaders_signature_and_tells_its_state(desk, case, decider):
    act(desk, case, "accept")
    wish = {"days": 5, "reason": "情况复杂"}
    path = f"/cases/{case.number}/countersignatures"

    problem(act(desk, case, "extend", wish), 409, "countersignature-needed")
    asked = desk.post(path, {"act": "extend", **wish})
    waits = problem(act(desk, case, "extend", wish), 409, "countersignature-needed")
    leader = world.an_officer(decider.authority, Role.LEADER, name="负责人")
    row = countersigning.waiting_for(leader).get()
    countersigning.countersign(pk=row.pk, leader=leader, at=now(), note="同意")

    assert asked.json()["state"] == "waiting"
    assert waits["facts"]["asked"] is True
    (told,) = desk.get(path).json()["countersignatures"]
    assert (told["state"], told["days"], told["note"]) == ("signed", 5, "同意")
    assert act(desk, case, "extend", wish).status_code == 201
    assert desk.get(path).json()["countersignatures"][0]["state"] == "used"


def test_what_waits_for_a_signature_is_taken_back(desk, case):
    act(desk, case, "accept")
    path = f"/cases/{case.number}/countersignatures"
    desk.post(path, {"act": "extend", "days": 5, "reason": "情况复杂"})

    gone = [desk.ask("DELETE", f"{path}/extend").status_code for _ in range(2)]

    assert gone == [204, 204]
    assert desk.get(path).json()["countersignatures"] == []


def test_two_people_decide_where_the_item_wants_two(desk, case, decider):
    Case.objects.filter(pk=case.pk).update(is_two_person=True)
    second = seat(world.a_decider(name="复核的"))
    act(desk, case, "accept")

    problem(act(desk, case, "approve", {}), 409, "two-people-decide")
    proposed = act(desk, case, "propose", {"decision": "approve"})
    second.post(f"/cases/{case.number}/claim")
    decided = act(second, case, "approve", {})

    assert (proposed.json()["state"], decided.json()["state"]) == ("decision_proposed", "approved")


def test_documents_of_a_case_are_listed_and_handed_out_as_the_same_bytes(desk, case):
    act(desk, case, "accept")

    listed = desk.get(f"/cases/{case.number}/documents").json()["documents"]

    accepted = next(one for one in listed if one["kind"] == "acceptance")
    path = accepted["url"].removeprefix("/api/v1")
    first, again = (b"".join(desk.get(path).streaming_content) for _ in range(2))
    assert first[:5] == b"%PDF-"
    assert first == again
    problem(desk.get(f"/cases/{case.number}/documents/99/acceptance"), 404, "not-found")


@pytest.mark.parametrize("body", [{"ground": "x"}, {"ground": "x", "basis": "y", "more": 1}, []])
def test_words_that_are_missing_or_too_many_are_said_at_their_fields(desk, case, body):
    assert problem(act(desk, case, "deny", body), 422, "fields-refused")["errors"]
