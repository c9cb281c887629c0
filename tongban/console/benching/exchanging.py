"""What two whole nodes send each other: signed, encrypted, taken in, confirmed; for both suites.

Measured with relays, mailboxes and databases as they are in service, from the outbox's row to the signed
receipt. `protecting` says beside it what of that is the price of trust.
"""

import tempfile
import time
from pathlib import Path

from tongban.console.benching import load
from tongban.console.benching.bare import TOGETHER, BareNode, databases, introduce, wait
from tongban.console.benching.results import Results
from tongban.local import broker as the_broker

MESSAGES, WARM_UP, ALONE = 5000, 300, 200
# As an outage leaves them behind at a province with a submission in every second or so.
WAITING = 5000
LEAST_A_SECOND = 500.0
MOST_OVERHEAD = 2.0
# Two nodes that neither sign nor encrypt, which no node does, to compare with; then one pair a suite.
NONE = "none"
PAIRS = {NONE: ("92", "93"), "intl": ("94", "95"), "gm": ("96", "97")}
LABELS = {"intl": "国际套件 international", "gm": "国密套件 national"}

_UNCONFIRMED = "SELECT count(*) FROM exchange_outgoing WHERE delivered_at IS NULL"
_UNSENT = "SELECT count(*) FROM exchange_outgoing WHERE sent_at IS NULL"
# From the row's moment there to the commit here, as two clocks of one machine have it.
_ALONE = (
    "SELECT extract(epoch FROM delivered_at - created_at) * 1000 FROM exchange_outgoing"
    " ORDER BY id DESC LIMIT {count}"
)


def measure(results: Results, *, server_url: str, broker_url: str) -> None:
    """Note messages a second, one message alone, and how a backlog is caught up on, by suite."""
    codes = [code for pair in PAIRS.values() for code in pair]
    found = dict(zip(codes, databases(server_url, [f"bare_{c}" for c in codes]), strict=True))
    the_broker.set_up(broker_url, codes)
    with tempfile.TemporaryDirectory(prefix="tongban-bare-") as folder:
        bare_rate = 0.0
        for suite, pair in PAIRS.items():
            nodes = [BareNode(c, Path(folder) / c, found[c], broker_url) for c in pair]
            for node in nodes:
                node.is_unsigned = suite == NONE
                node.make("intl" if node.is_unsigned else suite)
            introduce(nodes)
            try:
                if suite == NONE:
                    bare_rate = _rate(*nodes)
                else:
                    _one_suite(results, suite, *nodes, bare_rate=bare_rate)
            finally:
                for node in nodes:
                    node.stop()


def _rate(here: BareNode, there: BareNode) -> float:
    here.start()
    there.start()
    _crossed(here, there, WARM_UP)  # what is slow the first time
    return _crossed(here, there, MESSAGES)


def _one_suite(
    results: Results, suite: str, here: BareNode, there: BareNode, *, bare_rate: float
) -> None:
    label = LABELS[suite]
    rate = _rate(here, there)
    results.add(
        f"exchange_{suite}", f"报文 two nodes, from outbox to receipt: {label}", rate, "/s",
        mark=LEAST_A_SECOND, at_most=False,
        note=f"{MESSAGES:,} messages of 2 kB on {TOGETHER} a transaction; written meanwhile",
    )  # fmt: skip
    results.add(
        f"exchange_{suite}_overhead", f"可信的代价 unsigned to signed, two nodes: {label}",
        bare_rate / rate, "", mark=MOST_OVERHEAD,
        note=f"unsigned and unencrypted in the same run {bare_rate:,.0f}/s",
    )  # fmt: skip
    here.act("owe", there.code, str(ALONE), "1", "0.02")
    wait(lambda: here.count(_UNCONFIRMED) == 0, what="receipts")
    took = here.column(_ALONE.format(count=ALONE))
    results.add(
        f"exchange_{suite}_p99", f"一份报文 one message alone, p99: {label}",
        load.percentile(took, 0.99), "ms",
        note=f"p50 {load.percentile(took, 0.5):.0f} ms; from the row here to the commit there",
    )  # fmt: skip
    _catch_up(results, suite, here, there)


def _crossed(here: BareNode, there: BareNode, count: int) -> float:
    """Messages a second while they are written, until the last is confirmed."""
    began = float(here.act("owe", there.code, str(count), str(TOGETHER), "0"))
    wait(lambda: here.count(_UNCONFIRMED) == 0, what="receipts")
    return count / (time.time() - began)


def _catch_up(results: Results, suite: str, here: BareNode, there: BareNode) -> None:
    """The other node is away while messages wait in its mailbox; then it is back."""
    there.stop()
    here.act("owe", there.code, str(WAITING), str(TOGETHER), "0")
    wait(lambda: here.count(_UNSENT) == 0, what="messages in the mailbox")
    there.start()
    took = wait(lambda: here.count(_UNCONFIRMED) == 0, what="all taken in")
    results.add(
        f"catch_up_{suite}", f"补收 catching up after an outage: {LABELS[suite]}", WAITING / took,
        "/s", note=f"{WAITING:,} messages waiting, taken in and confirmed in {took:.1f} s",
    )  # fmt: skip
