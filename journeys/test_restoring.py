"""The drill of docs/how-to/back-up-a-node.md: a node is lost and comes back from yesterday's copy."""

import uuid
from functools import partial

from journeys.faulting.checking import problems
from journeys.faulting.ground import Ground
from journeys.faulting.load import Load
from journeys.faulting.restoring import Yesterday
from journeys.faulting.settling import settle
from journeys.installation import until
from journeys.systems import System, insist

CASES_OF_TODAY = 6
UNSENT = "SELECT count(*) FROM exchange_outgoing WHERE recipient = '22' AND sent_at IS NULL"
CASES = "SELECT count(*) FROM cases_case WHERE number = ANY(%s)"


def test_a_node_that_lost_a_day_gets_back_what_the_others_and_the_mailbox_know(
    nodes, ground: Ground
):
    settle(ground)
    yesterday = Yesterday(ground, "22")
    load = Load(nodes, seed=3, pause=0.05)
    load.start()
    until(lambda: len(load.ledger.numbers) >= CASES_OF_TODAY, what="cases of today")
    load.rest()
    settle(ground)
    known = set(problems(ground, load.ledger))
    today = load.ledger.numbers

    waiting = in_the_mailbox(ground)
    yesterday.bring_back()

    assert set(problems(ground, load.ledger, restored=frozenset({"22"}))) <= known
    there = sorted(today | waiting)
    assert nodes.jilin.count(CASES, there) == len(there)
    # And it goes on to work, with numbers that it has not given to anybody before.
    load.go_on()
    more = len(load.ledger.numbers) + 3
    until(lambda: len(load.ledger.numbers) >= more, what="cases after the restore")
    load.rest()
    load.stop()
    settle(ground)
    assert set(problems(ground, load.ledger, restored=frozenset({"22"}))) <= known


def in_the_mailbox(ground: Ground) -> set[str]:
    """Cases for 吉林 that its mailbox has and that 吉林 has not taken out before it is lost."""
    there = ground.there
    there.keeper.kill(there.child("worker-22"), hold=True)
    with System(there.fujian) as system:
        cases = [(system.medical(serial=n), str(uuid.uuid4())) for n in (871, 872)]
        answers = [insist(partial(system.submit, *case)) for case in cases]
    assert [answer.status_code for answer in answers] == [201, 201]
    until(lambda: there.fujian.count(UNSENT) == 0, what="both in the mailbox")
    return {answer.json()["number"] for answer in answers}
