"""Things break at random while people work: nothing is lost, nothing is doubled.

The short form runs with all other tests; the long one is `./run faults` (docs/reliability.md).
"""

import logging

from journeys.faulting.checking import problems
from journeys.faulting.ground import Ground
from journeys.faulting.load import Ledger, Load
from journeys.faulting.plan import Kind
from journeys.faulting.running import Run
from journeys.faulting.settling import settle
from journeys.installation import until

log = logging.getLogger(__name__)

SEED = 1
SECONDS = 18
AT_LEAST = 10
# What costs no more than a moment; clocks, full disks and backups are for the long form.
CHEAP = (Kind.TRICK, Kind.CUT, Kind.SLOW, Kind.SILENT, Kind.FREEZE, Kind.KILL)


def test_nothing_is_lost_or_doubled_when_things_break(nodes, ground: Ground):
    del nodes  # they run
    known = set(problems(ground, Ledger()))
    run = Run(ground, SEED, SECONDS, log.info, pause=0.25, round_seconds=SECONDS)

    run.run(kinds=CHEAP, at_least=AT_LEAST)

    assert set(run.found) <= known, run.failed_in
    # Otherwise nothing broke in the middle of anything, and all of this proved little.
    result = run.result()
    log.info("%s", result)
    assert result["faults"] >= AT_LEAST, result
    assert len({kind.partition(" ·")[0] for kind in result["by_kind"]}) >= 3, result
    assert result["unanswered"], result
    assert result["submissions"] > 0, result


def test_two_relays_and_two_consumers_make_each_message_happen_once(nodes, ground: Ground):
    known = set(problems(ground, Ledger()))
    load = Load(nodes, SEED + 1, pause=0.05)
    with nodes.second_workers():
        load.start()
        until(lambda: len(load.ledger.submissions) >= AT_LEAST, what="work to check")
        load.rest()
        settle(ground)
    load.stop()

    assert set(problems(ground, load.ledger)) == known
