"""Waiting until everything has arrived; and when it does not, everything that helps to see why."""

import psycopg

from journeys.agreement import UNSETTLED
from journeys.faulting.ground import Ground
from journeys.installation import until
from tongban.worker.tests import findings as looking

PATIENCE = 240.0


class NotSettled(Exception):
    """Something never arrived; the message shows all that is known about it."""


def open_ends(ground: Ground) -> dict[str, int]:
    """What is still on its way, by what and where; an away database is one, too."""
    found = {}
    for node in ground.there.provinces:
        try:
            for what, query in UNSETTLED.items():
                if count := node.count(query):
                    found[f"{what} at {node.code}"] = count
        except psycopg.OperationalError as away:
            found[f"database of {node.code}: {str(away)[:80]}"] = 1
    return found


def settle(ground: Ground, *, patience: float = PATIENCE) -> None:
    """Until nothing is on its way any more. Raises NotSettled."""
    try:
        ground.there.wait_until_ready()
        until(lambda: not open_ends(ground), what="everything arrived", patience=patience)
    except AssertionError as late:
        raise NotSettled(f"{late}\n{findings(ground)}") from None


def findings(ground: Ground) -> str:
    """What is open, and everything that may say why."""
    there = ground.there
    names = [*(f"worker-{node.code}" for node in there.provinces), "nats-server"]
    found = looking.findings(
        {node.code: node.ask for node in there.provinces},
        admin_url=ground.admin_url,
        logs={name: there.log(name) for name in names},
    )
    return f"open: {open_ends(ground)}\n{found}"
