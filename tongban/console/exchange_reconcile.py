"""`./run exchange reconcile`: compare with other nodes what both keep, and say what came of it."""

import json
from typing import Annotated, Any

import typer
from django.utils.timezone import localtime, now

from tongban.basics.refusals import NotFound
from tongban.console.exits import Exit
from tongban.exchange import reconciling
from tongban.exchange.models import Contradiction, Reconciliation


def mount(app: typer.Typer) -> None:
    """Hang the command beside those of the exchange."""
    app.command(
        help="和别的节点核对记录，缺的补回。 Compare with other nodes; what is missing comes back."
    )(reconcile)


def reconcile(
    peer: Annotated[str, typer.Option("--peer", help="只和这个节点 Only this node")] = "",
    show: Annotated[
        bool, typer.Option("--show", help="只看上次的结果 Only what came of the last time")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出。 As JSON.")] = False,
) -> None:
    """Code 1 when a contradiction is known. The answers come by message: look again with --show."""
    if not show:
        _ask([peer] if peer else reconciling.peers(), as_json=as_json)
    rows = [row for row in reconciling.latest() if peer in {"", row.peer}]
    found = list(Contradiction.objects.order_by("chain", "seq"))
    if as_json:
        print(
            json.dumps(
                {
                    "peers": [_facts(row) for row in rows],
                    "contradictions": [_evidence(one) for one in found],
                },
                ensure_ascii=False,
                indent=2,
            )
        )
    else:
        _say(rows, found)
    raise typer.Exit(Exit.REFUSED if found else Exit.DONE)


def _ask(codes: list[str], *, as_json: bool) -> None:
    known = set(reconciling.peers())
    for code in codes:
        if code not in known:
            raise NotFound(f"没有连通的节点{code}")
        count = reconciling.ask(code, at=now())
        if not as_json:
            print(f"→ {code}: 已发出{count}份记录的摘要 summary of {count} chains sent")


def _facts(row: Reconciliation) -> dict[str, Any]:
    return {
        "peer": row.peer,
        "asked_at": row.asked_at.isoformat(),
        "answered_at": row.answered_at.isoformat() if row.answered_at else None,
        "chains": row.chains,
        "days": row.days,
        "differing_days": row.differing,
        "asked_for": row.asked_for,
        "told": row.told,
    }


def _evidence(one: Contradiction) -> dict[str, Any]:
    return {
        "chain": one.chain,
        "seq": one.seq,
        "peer": one.peer,
        "found_at": one.found_at.isoformat(),
        "ours": one.ours,
        "theirs": one.theirs,
    }


def _say(rows: list[Reconciliation], found: list[Contradiction]) -> None:
    for row in rows:
        asked = f"{localtime(row.asked_at):%Y-%m-%d %H:%M:%S}"
        if row.answered_at is None:
            print(f"{row.peer}: {asked} 已问，还没有答复。 Asked, no answer yet.")
            continue
        print(
            f"{row.peer}: {asked} {row.chains}份 chains，{row.differing}天不同 days differ，"
            f"补回 asked for {row.asked_for}，补发 told {row.told}"
        )
    for one in found:
        print(
            f"矛盾 contradiction: {one.chain} #{one.seq} 与节点 with {one.peer}: "
            f"{one.ours_hash[:16]} ≠ {one.theirs_hash[:16]}（--json 有两边的签名 both signatures）"
        )
