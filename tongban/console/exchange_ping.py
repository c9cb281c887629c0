"""`./run exchange ping`: whether messages reach other nodes, and how long they take."""

import json
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from django.utils.timezone import now

from tongban.console import together
from tongban.console.exits import Exit
from tongban.exchange import pings
from tongban.exchange.pings import Fate
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions.models import Node

# The first look at what arrived, and the longest time between two of them; in between each waits a
# little longer than the one before. Where many nodes wait at once on one machine, those who look
# every moment take the time of those they wait for.
FIRST_LOOK, LONGEST_LOOK, LONGER = 0.02, 1.0, 1.2


def mount(app: typer.Typer) -> None:
    """Hang the command beside those of the exchange."""
    app.command(
        help="试发空报文，看到达要多久；不写节点就是全部。 Send empty messages, and wait for receipts."
    )(ping)


def ping(
    nodes: Annotated[list[str] | None, typer.Argument(help="节点代码 Codes of the nodes")] = None,
    count: Annotated[int, typer.Option(min=1, max=10_000, help="各发几份。 How many to each.")] = 1,
    patience: Annotated[float, typer.Option(min=0.1, help="最多等几秒。 Seconds to wait.")] = 10.0,
    one_by_one: Annotated[
        bool, typer.Option(help="前一份到了再发下一份。 The next one after the receipt.")
    ] = False,
    begin_with: Annotated[
        Path | None,
        typer.Option(help="有了这个文件才开始，几个节点好同时发。 Begin when this file is there."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出。 As JSON.")] = False,
) -> None:
    """Code 1 when not every receipt came in time; what was sent arrives later all the same.

    One by one, nothing more is sent after that time.
    """
    codes = nodes or [one.code for one in _others()]
    if begin_with:
        together.wait_for(begin_with)
    everything = codes * count
    batches = [[code] for code in everything] if one_by_one else [everything]
    deadline = time.monotonic() + patience
    found: list[Fate] = []
    for batch in batches:
        if found and time.monotonic() > deadline:
            break
        found += _send_and_wait(batch, deadline)
    if as_json:
        print(json.dumps([_facts(one) for one in found], ensure_ascii=False))
    else:
        for code in codes:
            _say(code, [one for one in found if one.recipient == code])
    is_complete = len(found) == len(everything) and all(one.delivered_at for one in found)
    raise typer.Exit(Exit.DONE if is_complete else Exit.REFUSED)


def _send_and_wait(codes: list[str], deadline: float) -> list[Fate]:
    sent = pings.send(codes, at=now())
    pause = FIRST_LOOK
    while not pings.are_confirmed(sent) and (left := deadline - time.monotonic()) > 0:
        time.sleep(min(pause, left))
        pause = min(pause * LONGER, LONGEST_LOOK)
    return pings.fates(sent)


def _others() -> list[Node]:
    own = jurisdictions.this_node()
    return [one for one in jurisdictions.nodes() if one.is_connected and one != own]


def _took(one: Fate) -> float | None:
    """Milliseconds from here to the other node's commit; both clocks are in it."""
    return (one.delivered_at - one.created_at).total_seconds() * 1000 if one.delivered_at else None


def _facts(one: Fate) -> dict[str, object]:
    return {
        "node": one.recipient,
        "created_at": one.created_at.isoformat(),
        "sent_at": one.sent_at.isoformat() if one.sent_at else None,
        "delivered_at": one.delivered_at.isoformat() if one.delivered_at else None,
        "milliseconds": _took(one),
        "error": one.error,
    }


def _say(code: str, found: Sequence[Fate]) -> None:
    times = [took for one in found if (took := _took(one)) is not None]
    words = f"{code}: {len(times)}/{len(found)} 份到达 arrived"
    if times:
        words += (
            f"，中位 median {statistics.median(times):.0f} ms，最长 longest {max(times):.0f} ms"
        )
    if missing := [one for one in found if not one.delivered_at]:
        sent = sum(one.sent_at is not None for one in missing)
        words += f"；{sent} 份已在对方信箱里 in its mailbox"
        words += f"；{missing[0].error}" if missing[0].error else ""
    print(words)
