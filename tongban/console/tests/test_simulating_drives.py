"""Playing a day: each thing at its time, nothing twice, what cannot be done is said."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from jsonschema import Draft202012Validator

from tongban.basics import identifiers
from tongban.console.simulating import answering, calling, watching
from tongban.console.simulating.calling import Caller, Refused
from tongban.console.simulating.course import Course, Side, Step, Who
from tongban.console.simulating.day import Day
from tongban.console.simulating.demand import Arrival, Business, Stream
from tongban.console.simulating.driving import Drive, Seen

TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FORM = {
    "answers": {
        "properties": {
            "insured_division": {"format": "division"}, "from": {"format": "division"},
            "kind": {"oneOf": [{"const": "a"}, {"const": "b"}]},
            "handled_by": {"oneOf": [{"const": "agent"}, {"const": "self"}]},
            "words": {"minLength": 5}, "of": {"examples": ["示例"]}, "more": {"format": "mobile"},
        },
        "required": ["insured_division", "from", "kind", "handled_by", "words", "of"],
        "allOf": [
            {"if": {"properties": {"kind": {"const": "a"}}, "required": ["kind"]},
             "then": {"required": ["more"]}},
        ],
    },
    "competence": {"field": "insured_division"},
    "materials": [
        {"spec": "card", "is_required": True, "when": [],
         "points": [{"key": "clear", "judged_by": "receiver"}, {"key": "true", "judged_by": "decider"}]},
        {"spec": "mandate", "is_required": True, "points": [],
         "when": [{"field": "handled_by", "values": ["agent"]}]},
        {"spec": "spare", "is_required": False, "when": [], "points": []},
    ],
}  # fmt: skip


class Node:
    """Stands for a node: keeps what it is told, and tells of it in its feed."""

    def __init__(self, code, *, nodes, refuses=()):
        self.code, self.city, self.county = code, f"{code}0100", f"{code}0104"
        self.took, self.told, self.feed = {}, [], []
        self.nodes, self.refuses = nodes, refuses
        nodes[code] = self

    async def hand_paper(self, _name, _content):
        return "0" * 64

    async def ask(self, _kind, path, **params):
        if path == "/events":
            start = int(params["after"] or 0)
            return {"events": self.feed[start:], "next": str(len(self.feed)), "has_more": False}
        return FORM

    async def tell(self, _kind, path, body, *, seat, key=""):
        act = path.rpartition("/")[2]
        if act in self.refuses:
            raise Refused(409, "no", "not today")
        self.told.append((act, seat, key, body))
        if act == "cases":
            number = key
            self._happens(number, "submit_online", self)
            self._happens(number, "arrive", next(n for n in self.nodes.values() if n is not self))
            return {"number": number}
        number = path.split("/")[2]
        if act == "deliver":
            self._happens(number, "deliver_online", self)
            self._happens(number, "arrive", next(n for n in self.nodes.values() if n is not self))
        return {}

    def _happens(self, number, kind, at):
        at.feed.append(
            {"case": number, "kind": kind, "at": AT.isoformat(), "author": {"node": at.code}}
        )


ONLINE = Stream(Business.INSURANCE, "2020-2-14", "证明", "ONLINE", 1.0, at_once=True)
LOOK = Stream(Business.INSURANCE, "2020-1-06", "查询", "ONLINE", 1.0, is_case=False)


def a_case(minute, *moves):
    """An online case with these acts of the deciding office, each a minute after the last."""
    steps = [
        Step(0, minute, "submit_online", Side.HERE, Who.APPLICANT),
        Step(0, minute, "arrive", Side.THERE, Who.NODE),
    ]
    for n, move in enumerate(moves, 1):
        steps.append(Step(0, minute + n, move, Side.THERE, Who.OFFICE))
        if move == "deliver_online":
            steps.append(Step(0, minute + n, "arrive", Side.HERE, Who.NODE))
    return Course(Arrival(minute, ONLINE, "22", "35"), steps)


def apart(story):
    """Run it in a thread of its own: a browser that another test left open has a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, story).result()


def play(*cases, look_ups=(), refuses=(), stop_at=None, minutes=0.02):
    nodes = {}
    for code in ("22", "35"):
        Node(code, nodes=nodes, refuses=refuses if code == "35" else ())
    day = Day(TODAY, 1, 1, list(look_ups), list(cases))
    drive = None

    async def whole():
        nonlocal drive
        drive = Drive(day, nodes, minutes, "run", TODAY)
        await drive.prepare()
        if stop_at is not None:
            asyncio.get_running_loop().call_later(stop_at, drive.stopped.set)
        await asyncio.wait_for(drive.play({"22": "", "35": ""}, drain=5), 30)

    apart(whole())
    return drive, nodes


ALL = ("accept", "approve", "issue_result", "deliver_online")


def test_a_case_goes_its_way_in_order_and_at_the_seats_it_should():
    drive, nodes = play(a_case(600, *ALL))

    assert [one[0] for one in nodes["22"].told] == ["cases"]
    acts = ["claim", "accept", "approve", "issue-result", "deliver"]
    assert [one[0] for one in nodes["35"].told] == acts
    assert {one[1] for one in nodes["35"].told} == {"decider-renshe"}
    keys = [one[2] for one in nodes["35"].told if one[2]]
    assert len(keys) == len(set(keys)) == 4
    assert (drive.done.cases, drive.done.owed, drive.done.arrived) == (1, 2, 2)
    assert not drive.done.failed


def test_everything_begins_at_its_minute_of_the_day():
    looks = [Arrival(minute, LOOK, "22", "35") for minute in (0, 720, 1439)]
    drive, _ = play(a_case(700, *ALL), look_ups=looks, minutes=0.02)

    assert drive.done.look_ups == 3
    assert drive.minute == pytest.approx(1440)
    assert max(max(one) for one in drive.done.behind.values()) < 0.5


def test_what_is_refused_is_told_and_the_case_goes_no_further():
    drive, nodes = play(a_case(600, *ALL), a_case(601, *ALL), refuses=("approve",))

    assert drive.done.failed == {"approve: no": 2}
    assert "not today" in drive.done.details["approve: no"]
    assert "issue-result" not in [one[0] for one in nodes["35"].told]


def test_steps_of_other_days_and_of_applicants_are_left_and_counted():
    later = a_case(600, "accept")
    later.steps.append(Step(1, 600, "approve", Side.THERE, Who.OFFICE))
    mine = a_case(600)
    mine.steps.append(Step(0, 700, "answer_correction", Side.HERE, Who.APPLICANT))
    drive, nodes = play(later, mine)

    assert drive.done.left == {"for later days": 1, "with the applicant: answer_correction": 1}
    assert "approve" not in [one[0] for one in nodes["35"].told]


def test_whoever_stops_it_early_gets_what_there_is():
    drive, _ = play(a_case(1, *ALL), a_case(1400, *ALL), minutes=1, stop_at=0.5)

    assert drive.done.cases == 1
    assert drive.minute < 1000
    assert drive.planned_by(drive.minute) == (0, 1)


def test_a_crossing_is_the_time_from_the_hand_over_to_the_arrival():
    seen = Seen()
    told = [("arrive", 3.0), ("submit_online", 1.0), ("deliver_online", 10.0), ("arrive", 10.5)]
    for kind, seconds in told:
        seen.note(kind, AT + timedelta(seconds=seconds))

    assert sorted(seen.crossings()) == [0.5, 2.0]


# --- answers ---


def test_a_form_is_answered_with_what_its_answers_ask_for_besides():
    form = answering.form_of(FORM)
    answers = form.answers(here="220104", there="350102", on=TODAY)

    assert answers["insured_division"] == "350102"
    assert answers["from"] == "220104"
    assert answers["handled_by"] == "self"
    assert answers["more"] == answering.PHONE
    assert len(answers["words"]) >= 5
    assert Draft202012Validator(FORM["answers"]).is_valid(answers)
    assert form.papers(answers) == ["card"]
    assert list(form.points(["card"])) == [("card", "clear")]


def test_identity_numbers_pass_their_check_and_do_not_come_twice():
    numbers = [answering.person_number("220104", n) for n in range(3000)]

    assert len(set(numbers)) == 3000
    for one in numbers[::500]:
        assert identifiers.check_person_id(one, today=TODAY) == one


# --- calls ---


SEATING = {
    "city": "220100", "county": "220104",
    "seats": [{"seat": "applicant", "client_id": "c", "client_secret": "s", "officer": ""}],
}  # fmt: skip


def call(answers, *, asks=1):
    """What a caller makes of these answers to its calls, one after another; tokens come by themselves."""
    told, given, tokens = [], iter(answers), []

    def answer(request):
        if request.url.path.endswith("/token"):
            tokens.append(f"t{len(tokens)}")
            return httpx.Response(200, json={"access_token": tokens[-1]})
        told.append((request.headers["Authorization"], request.headers.get("Idempotency-Key")))
        return httpx.Response(*next(given), json={"code": "no", "detail": "nein"})

    async def whole():
        caller = Caller("22", "http://node", SEATING)
        caller._http = httpx.AsyncClient(
            base_url="http://node", transport=httpx.MockTransport(answer)
        )
        try:
            for _ in range(asks):
                await caller.tell("hand in", "/cases", {}, seat="applicant", key="k")
        finally:
            await caller.close()
        return caller

    return apart(whole()), told


def test_a_busy_node_is_asked_again_under_the_same_key(monkeypatch):
    monkeypatch.setattr(calling, "PAUSE", 0.001)
    caller, told = call([(503,), (503,), (201,)])

    assert [key for _, key in told] == ["k"] * 3
    assert caller.took["hand in"].answers == {"503": 2, "201": 1}
    assert len(caller.took["hand in"].seconds) == 1


def test_a_token_that_has_ended_is_replaced_once():
    _, told = call([(401,), (201,), (201,)], asks=2)

    assert [token for token, _ in told] == ["Bearer t0", "Bearer t1", "Bearer t1"]


def test_a_refusal_is_no_reason_to_ask_again():
    with pytest.raises(Refused) as refused:
        call([(409,)])

    assert refused.value.code == "no"


# --- looks ---


def test_numbers_of_a_page_of_metrics_are_summed_over_their_labels():
    text = (
        "# HELP x\n# TYPE x gauge\n"
        'tongban_messages_unsent{recipient="35"} 2.0\ntongban_messages_unsent{recipient="44"} 3\n'
        "tongban_database_bytes 1.5e+07\npython_info 1\n"
    )

    assert watching.numbers(text) == {"tongban_messages_unsent": 5.0, "tongban_database_bytes": 1.5e7}  # fmt: skip


def test_processes_are_summed_by_what_they_are():
    cpu = {"web-22": 1.0, "web-35": 2.0, "worker-22": 4.0, "postgresql": 8.0, "nats-server": 16.0}

    assert watching.by_part(cpu) == {"web": 3.0, "worker": 4.0, "postgresql": 8.0, "nats-server": 16.0}  # fmt: skip
    assert watching.less({"a": 3.0, "b": 1.0}, {"a": 1.0, "b": 5.0}) == {"a": 2.0, "b": 0.0}
