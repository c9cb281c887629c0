"""What this node does with another node's messages about a case, in every wrong order and shape."""

import uuid
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings

from tongban.cases import handlers, messages, standing, timeline
from tongban.cases.handlers import EventRefused
from tongban.cases.models import Case, Request
from tongban.cases.operations import claims, requests
from tongban.cases.states import Mode
from tongban.cases.tests import world
from tongban.cases.tests.world import FUJIAN, FUZHOU, MONDAY
from tongban.exchange.envelope import Envelope
from tongban.exchange.inbox import Gap
from tongban.exchange.models import Outgoing
from tongban.record import chains, queries
from tongban.record.chains import Author, Event, Head
from tongban.trust import signing

pytestmark = pytest.mark.django_db


class Fujian:
    """The other node as far as these tests need it: it has the chain and signs with its key."""

    def __init__(self, case: Case) -> None:
        self.number = case.number
        self.authority = case.decider_authority
        self.chain = queries.events(case.number)

    def writes(self, kind: str, **changes: Any) -> Event:
        role = "system" if kind in {"arrive", "answer_request"} else "decider"
        author = Author("35", role, FUZHOU, self.authority, "officer")
        if role == "system":
            author = Author("35", "system")
        event = chains.make(
            Head(self.chain[-1].seq, self.chain[-1].hash),
            chain=self.number,
            kind=kind,
            author=changes.pop("author", author),
            at=MONDAY,
            content=changes.pop("content", {}),
            signer=changes.pop("signer", FUJIAN),
        )
        self.chain.append(event)
        return event


def message(number: str, *events: Event, parts: dict[str, str] | None = None) -> Envelope:
    packed = [event.packed() for event in events]
    return Envelope(
        id=uuid.uuid4(),
        type=messages.EVENTS,
        sender="35",
        recipient=settings.NODE_ID,
        subject=number,
        at=MONDAY,
        data={"events": packed, "parts": parts or {}},
    )


@pytest.fixture
def crossing() -> tuple[Case, world.Filled]:
    """A case that this node handed over to 福建."""
    case, filled = world.a_case(deciding=FUZHOU)
    world.handed_over(case, world.a_clerk())
    return Case.objects.get(pk=case.pk), filled


def test_a_case_handed_over_is_owed_whole_to_the_deciding_node_and_held_by_nobody(crossing):
    case, _ = crossing
    owed = Outgoing.objects.get()

    assert (case.state, case.holder, case.bound_for) == ("handed_over", "channel", "decider")
    assert (owed.recipient, owed.subject, owed.sequence) == ("35", case.number, 3)
    assert len(owed.files) == len({paper["digest"] for paper in owed.files}) == 1
    truths = timeline.steps(case)[-1].truths
    assert (truths.sent_at, truths.delivered_at, truths.answered_at) == (None, None, None)


def test_events_from_the_deciding_node_are_taken_in_order_and_once(crossing):
    case, _ = crossing
    there = Fujian(case)
    arrived, accepted = there.writes("arrive"), there.writes("accept")
    for _ in range(2):
        handlers.take_events(message(case.number, arrived, accepted))

    case.refresh_from_db()
    assert (case.state, case.holder) == ("under_review", "decider")
    assert standing.fold(queries.events(case.number)) == case.standing()
    truths = next(step.truths for step in timeline.steps(case) if step.truths)
    assert truths.delivered_at == truths.answered_at == MONDAY


def test_an_event_that_comes_too_early_waits_for_the_one_before_it(crossing):
    case, _ = crossing
    there = Fujian(case)
    arrived, accepted = there.writes("arrive"), there.writes("accept")

    with pytest.raises(Gap) as gap:
        handlers.take_events(message(case.number, accepted))
    assert gap.value.next_seq == arrived.seq
    handlers.take_events(message(case.number, arrived))
    handlers.take_events(message(case.number, accepted))
    case.refresh_from_db()
    assert case.state == "under_review"


@pytest.mark.parametrize(
    "wrong",
    [
        {"author": Author("35", "decider", FUZHOU, "X" * 18, "officer")},
        {"author": Author("35", "receiver", FUZHOU, "X" * 18, "officer")},
        {"author": Author("22", "decider", FUZHOU, "", "officer")},
        {"signer": signing.signer_from_pem(signing.new_key())},
    ],
    ids=["another authority", "a receiver", "in our name", "a strange key"],
)
def test_an_event_that_its_author_has_no_power_for_is_refused_and_changes_nothing(crossing, wrong):
    case, _ = crossing
    there = Fujian(case)
    handlers.take_events(message(case.number, there.writes("arrive")))
    before = Case.objects.get(pk=case.pk).standing()
    wrong = dict(wrong)
    if "author" in wrong and wrong["author"].node == "22":
        wrong["author"] = replace(wrong["author"], authority=there.authority)

    with pytest.raises(EventRefused):
        handlers.take_events(message(case.number, there.writes("accept", **wrong)))
    assert Case.objects.get(pk=case.pk).standing() == before


def test_a_decision_before_acceptance_is_refused(crossing):
    case, _ = crossing
    there = Fujian(case)

    with pytest.raises(EventRefused, match="approve"):
        handlers.take_events(message(case.number, there.writes("arrive"), there.writes("approve")))


def test_a_second_history_is_reported_with_both_hashes(crossing):
    case, _ = crossing
    there, other = Fujian(case), Fujian(case)
    handlers.take_events(message(case.number, there.writes("arrive"), there.writes("accept")))
    other.writes("arrive")

    with pytest.raises(EventRefused, match="不一样") as refusal:
        handlers.take_events(
            message(case.number, other.writes("refuse_acceptance", content={"other": "history"}))
        )
    assert refusal.value.facts()["ours"] != refusal.value.facts()["theirs"]


@pytest.mark.parametrize(
    "data",
    [{}, {"events": "x", "parts": {}}, {"events": [{}], "parts": {}}, {"events": [], "parts": {}}],
)
def test_a_message_that_cannot_be_read_is_refused_in_words(crossing, data):
    case, _ = crossing
    with pytest.raises(EventRefused):
        handlers.take_events(replace(message(case.number), data=data))


def test_a_personal_part_that_is_not_the_one_named_is_refused(crossing):
    case, _ = crossing
    there = Fujian(case)
    envelope = message(case.number, there.writes("arrive"), parts={"0" * 64: "{}"})

    with pytest.raises(EventRefused):
        handlers.take_events(envelope)


def test_a_case_that_does_not_concern_this_node_is_refused():
    case, _ = world.a_case(deciding=FUZHOU)
    first = queries.events(case.number)[0]
    elsewhere = {**first.content, "nodes": {"applicant": "35", "receiver": "44", "decider": "35"}}
    event = chains.make(
        None, chain="35010220261116000001" + "0", kind="submit", author=Author("35", "applicant"),
        at=MONDAY, content=elsewhere, files=first.files, signer=FUJIAN,
    )  # fmt: skip

    with pytest.raises(EventRefused, match="不经过"):
        handlers.take_events(message(event.chain, event))


def test_events_a_node_misses_are_told_again_to_those_who_take_part_only(crossing):
    case, _ = crossing
    Outgoing.objects.all().delete()
    for node in ("35", "44"):
        handlers.resend_events(subject=case.number, from_seq=2, recipient=node, at=MONDAY)

    owed = Outgoing.objects.get()
    assert (owed.recipient, owed.sequence) == ("35", 3)


def test_a_wish_to_withdraw_travels_to_the_holder_and_its_answer_closes_it(crossing):
    case, filled = crossing
    there = Fujian(case)
    handlers.take_events(message(case.number, there.writes("arrive")))
    Outgoing.objects.all().delete()

    request = requests.withdraw(
        number=case.number, account=filled.account, reason="不迁了", at=MONDAY
    )
    assert Outgoing.objects.get().type == messages.REQUEST
    assert request.answered_at is None
    with pytest.raises(requests.AlreadyAsked):
        requests.withdraw(number=case.number, account=filled.account, reason="", at=MONDAY)

    withdrawn = there.writes(
        "withdraw", author=Author("35", "applicant"), content={"request": str(request.pk)}
    )
    handlers.take_events(message(case.number, withdrawn))
    assert Request.objects.get().outcome == "granted"
    case.refresh_from_db()
    assert case.state == "withdrawn"


def asked_of_us(case: Case, kind: str = "withdraw") -> Envelope:
    data = {
        "request": {
            "id": str(uuid.uuid4()), "kind": kind, "node": "35", "by": "applicant",
            "authority": "", "reason": "不办了", "beside": {"phone": "", "papers": []},
            "asked_at": MONDAY.isoformat(),
        }
    }  # fmt: skip
    return replace(message(case.number), type=messages.REQUEST, data=data)


def test_a_wish_from_elsewhere_is_answered_once_by_the_node_that_holds_the_case():
    case, _ = world.a_case(item=world.MEDICAL, mode=Mode.ONLINE, answers=world.medical_answers())
    case.told, case.applicant_node = ["22", "35"], "35"
    case.save()
    envelope = asked_of_us(case)
    handlers.take_request(envelope)
    handlers.take_request(envelope)

    case.refresh_from_db()
    assert case.state == "withdrawn"
    assert [event.kind for event in queries.events(case.number)].count("withdraw") == 1


def test_a_wish_about_a_case_that_has_not_come_yet_waits_for_the_case():
    with pytest.raises(Gap):
        handlers.take_request(asked_of_us(Case(number="22010420261116000427L")))


def test_a_wish_from_a_node_that_takes_no_part_is_refused():
    case, _ = world.a_case()
    with pytest.raises(EventRefused):
        handlers.take_request(asked_of_us(case))


def test_a_claim_ends_when_the_case_moves_on_elsewhere(crossing):
    case, _ = crossing
    there = Fujian(case)
    handlers.take_events(message(case.number, there.writes("arrive")))
    with pytest.raises(claims.NotInHand):
        claims.claim_case(number=case.number, officer=world.a_clerk(name="钱七"), at=MONDAY)


def test_better_rules_from_the_deciding_node_reach_the_other_node(crossing):
    case, _ = crossing
    there = Fujian(case)
    changed = {"version": 1, "local": "350100:1", "why": "材料减少"}
    system = Author("35", "system")
    handlers.take_events(
        message(
            case.number,
            there.writes("arrive"),
            there.writes("change_rules", content=changed, author=system),
        )
    )
    case.refresh_from_db()
    assert (case.item_version, case.local_version) == (1, "350100:1")
    assert standing.fold(queries.events(case.number)) == case.standing()


@pytest.mark.parametrize(
    ("author", "content"),
    [
        (Author("22", "system"), {}),
        (Author("35", "decider"), {}),
        (Author("35", "system"), {"version": 0}),
        (Author("35", "system"), {"version": "2"}),
        (Author("35", "system"), {"local": None}),
    ],
    ids=["another node", "an officer", "an earlier version", "no number", "no text"],
)
def test_other_rules_are_the_deciding_node_s_alone_to_apply(crossing, author, content):
    case, _ = crossing
    there = Fujian(case)
    handlers.take_events(message(case.number, there.writes("arrive")))
    changed = {"version": 1, "local": "", "why": "", **content}
    with pytest.raises(EventRefused, match="不能接受"):
        handlers.take_events(
            message(case.number, there.writes("change_rules", content=changed, author=author))
        )


def test_rules_do_not_change_once_it_is_decided(crossing):
    case, _ = crossing
    there = Fujian(case)
    handlers.take_events(
        message(
            case.number, there.writes("arrive"), there.writes("accept"), there.writes("approve")
        )
    )
    changed = {"version": 1, "local": "", "why": ""}
    with pytest.raises(EventRefused, match="cannot change now"):
        handlers.take_events(
            message(
                case.number,
                there.writes("change_rules", content=changed, author=Author("35", "system")),
            )
        )
