"""Results by post as pure rules: what a parcel does to its case, and what the judge takes."""

import itertools
from types import SimpleNamespace

import pytest

from tongban.cases import posting, standing, states
from tongban.cases.posting import Sent
from tongban.cases.standing import NotInTable, Standing
from tongban.cases.states import Mode, Move, State
from tongban.cases.tests import test_standing as table
from tongban.delivery.states import State as Way
from tongban.record import chains
from tongban.record.chains import Author

NODE = Author("35", "system")
ISSUED = table.WAYS[Mode.ONLINE, State.RESULT_ISSUED]


def case(state="result_issued", holder="decider", **posted):
    return SimpleNamespace(state=state, holder=holder, posted=posted)


def parcel(state, *outcomes, number="p1", is_deciders=True):
    return Sent(number, state, outcomes or ("",), is_deciders)


def move_of(found):
    return (found.move.name, *found.content.values()) if found else None


@pytest.mark.parametrize(
    ("before", "sent", "after"),
    [
        (case(), parcel("handed_over"), ("deliver_by_post", "p1")),
        (case(), parcel("packed"), None),
        (case(), parcel("cancelled"), None),
        (case("approved"), parcel("handed_over"), None),
        (case(parcel="p0", fate="returned"), parcel("on_the_way"), ("deliver_by_post", "p1")),
        (case(parcel="p0", fate="lost"), parcel("on_the_way"), None),
        (case(parcel="p1", fate="lost"), parcel("on_the_way"), ("deliver_by_post", "p1")),
        (case(parcel="p1", fate="lost"), parcel("received"), ("close_by_post", "p1")),
        (case(parcel="p1", fate="lost"), parcel("received", "damaged"), None),
        (case("in_delivery", parcel="p1", fate=""), parcel("arrived"), None),
        (case("in_delivery", parcel="p1", fate=""), parcel("returning"), None),
        (case("in_delivery", parcel="p1", fate=""), parcel("damaged"), None),
        (case("in_delivery", parcel="p1", fate=""), parcel("received"), ("close_by_post", "p1")),
        (
            case("in_delivery", parcel="p1", fate=""),
            parcel("received", "ok", "ok"),
            ("close_by_post", "p1"),
        ),
        (case("in_delivery", parcel="p1", fate=""), parcel("lost"), ("post_failed", "p1", "lost")),
        (
            case("in_delivery", parcel="p1", fate=""),
            parcel("returned"),
            ("post_failed", "p1", "returned"),
        ),
        (
            case("in_delivery", parcel="p1", fate=""),
            parcel("received", "ok", "missing"),
            ("post_failed", "p1", "missing"),
        ),
        (
            case("in_delivery", parcel="p1", fate=""),
            parcel("received", "ok", "damaged"),
            ("post_failed", "p1", "damaged"),
        ),
        (case("in_delivery", parcel="p0", fate=""), parcel("received"), None),
        (case("in_delivery", "receiver"), parcel("received", is_deciders=False),
         ("close_at_window", "p1")),
        (case("in_delivery", "applicant"), parcel("received"), ("close_online", "p1")),
        (case("in_delivery", "receiver"), parcel("received", "missing", is_deciders=False), None),
        (case("in_delivery", "channel"), parcel("received"), None),
        (case("closed", "nobody", parcel="p1", fate=""), parcel("received"), None),
        (case(), parcel("handed_over", is_deciders=False), None),
    ],
)  # fmt: skip
def test_a_parcel_with_a_result_moves_its_case_as_it_goes(before, sent, after):
    assert move_of(posting.due(before, sent)) == after


def test_what_a_case_did_because_of_a_parcel_it_does_not_do_again():
    """For every state of a case and of its parcel: settling twice is settling once."""
    fates = [{}, *({"parcel": "p1", "fate": fate} for fate in ("", *states.FATES))]
    cases = itertools.product(State, ("decider", "receiver", "applicant", "nobody"), fates)
    for (state, holder, posted), way in itertools.product(cases, Way):
        before = Standing(number="N", state=state, holder=holder, posted=posted)
        found = posting.due(before, parcel(way))
        if found is None:
            continue
        target = states.target_of(found.move, "")
        left = {"parcel": "p1", "fate": found.content.get("fate", "")}
        after = Standing(number="N", state=target, holder=found.move.to, posted=left)
        assert posting.due(after, parcel(way)) is None


def written(before: Standing, move: Move, author: Author, sealed="", **content) -> Standing:
    event = chains.make(
        chains.Head(before.head_seq, before.head_hash),
        chain=before.number, kind=move.name, author=author, at=table.MONDAY,
        content=content, sealed=sealed, signer=table.SIGNER,
    )  # fmt: skip
    return standing.apply(before, event)


@pytest.fixture
def issued():
    return table.a_case(Mode.ONLINE, ISSUED)


def test_a_result_that_was_lost_is_made_anew_before_it_is_sent_again(issued):
    sent = written(issued, states.DELIVER_BY_POST, NODE, parcel="p1")
    assert (sent.state, sent.holder, sent.due_on) == ("in_delivery", "decider", issued.due_on)
    failed = written(sent, states.POST_FAILED, NODE, parcel="p1", fate="lost")
    assert (failed.state, failed.posted) == ("result_issued", {"parcel": "p1", "fate": "lost"})
    assert failed.due_on == issued.due_on, "the days for delivery go on"
    with pytest.raises(NotInTable):
        written(failed, states.DELIVER_BY_POST, NODE, parcel="p2")
    found = written(failed, states.DELIVER_BY_POST, NODE, parcel="p1")
    assert found.posted == {"parcel": "p1", "fate": ""}
    decider = table.AUTHORS[states.Party.DECIDER]
    again = written(failed, states.REISSUE_RESULT, decider, **table.RESULT)
    assert again.posted == {}
    second = written(again, states.DELIVER_BY_POST, NODE, parcel="p2")
    closed = written(second, states.CLOSE_BY_POST, NODE, parcel="p2")
    assert (closed.state, closed.holder) == ("closed", "nobody")


def test_what_came_back_whole_is_sent_again_as_it_is(issued):
    sent = written(issued, states.DELIVER_BY_POST, NODE, parcel="p1")
    back = written(sent, states.POST_FAILED, NODE, parcel="p1", fate="returned")
    assert written(back, states.DELIVER_BY_POST, NODE, parcel="p2").state == "in_delivery"


def test_the_judge_takes_only_the_parcel_that_was_sent_and_only_from_the_node_itself(issued):
    sent = written(issued, states.DELIVER_BY_POST, NODE, parcel="p1")
    decider = table.AUTHORS[states.Party.DECIDER]
    for move, author, said in (
        (states.CLOSE_BY_POST, NODE, {"parcel": "p2"}),
        (states.CLOSE_BY_POST, NODE, {}),
        (states.CLOSE_BY_POST, decider, {"parcel": "p1"}),
        (states.POST_FAILED, NODE, {"parcel": "p2", "fate": "lost"}),
        (states.POST_FAILED, NODE, {"parcel": "p1", "fate": "forgotten"}),
        (states.POST_FAILED, decider, {"parcel": "p1", "fate": "lost"}),
    ):
        with pytest.raises(NotInTable):
            written(sent, move, author, **said)
    for author in (decider, Author("22", "system")):
        with pytest.raises(NotInTable):
            written(issued, states.DELIVER_BY_POST, author, parcel="p1")


def test_an_officer_closes_only_what_came_damaged_and_is_kept_as_it_is(issued):
    sent = written(issued, states.DELIVER_BY_POST, NODE, parcel="p1")
    decider = table.AUTHORS[states.Party.DECIDER]
    for fate in states.FATES:
        failed = written(sent, states.POST_FAILED, NODE, parcel="p1", fate=fate)
        if fate == "damaged":
            with pytest.raises(NotInTable):
                written(failed, states.CLOSE_BY_POST, decider, parcel="p1")
            kept = written(failed, states.CLOSE_BY_POST, decider, "c" * 64, parcel="p1")
            assert kept.state == "closed"
        else:
            with pytest.raises(NotInTable):
                written(failed, states.CLOSE_BY_POST, decider, "c" * 64, parcel="p1")


def test_a_window_gives_back_what_never_came_and_gets_it_only_made_anew():
    with_window = table.a_case(Mode.RECEIVED_FOR, table.WAYS[Mode.RECEIVED_FOR, State.IN_DELIVERY])
    clerk, decider = table.AUTHORS[states.Party.RECEIVER], table.AUTHORS[states.Party.DECIDER]
    with pytest.raises(NotInTable):
        written(with_window, states.RETURN_RESULT, clerk, fate="lost")
    sent = written(with_window, states.RETURN_RESULT, clerk, "c" * 64, fate="lost")
    assert (sent.state, sent.holder, sent.bound_for) == ("result_issued", "channel", "decider")
    there = table.arrived(sent, mode=Mode.RECEIVED_FOR)
    with pytest.raises(NotInTable):
        written(there, states.DELIVER_TO_WINDOW, decider)
    again = written(there, states.REISSUE_RESULT, decider, **table.RESULT)
    assert written(again, states.DELIVER_TO_WINDOW, decider).bound_for == "receiver"
