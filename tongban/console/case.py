"""`./run case …`: one case of a node as its record has it."""

import json
import os
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from tongban.basics import identifiers
from tongban.basics.refusals import NotFound
from tongban.cases import queries, states
from tongban.cases.judging import NotInTable
from tongban.cases.models import Case
from tongban.cases.operations import rebuilding
from tongban.cases.operations.rebuilding_all import Found
from tongban.cases.states import Party, State
from tongban.console import case_clock, case_documents, case_evidence
from tongban.console.exits import Exit
from tongban.console.rebuilding import rebuild_all
from tongban.jurisdictions import queries as jurisdictions
from tongban.record import chains
from tongban.record import queries as recorded
from tongban.record.chains import ChainBroken, Event

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")]
Number = Annotated[str, typer.Argument(help="办件编号 Number of the case")]

case_clock.mount(app)
case_evidence.mount(app)
case_documents.mount(app)


@app.callback()
def _case() -> None:
    """A case is its record; the tables are folded from it."""


@app.command(help="看一件：谁持有、经过、每一步的哈希。 Show a case: holder, events, hashes.")
def show(number: Number, as_json: AsJson = False) -> None:
    """Nothing personal is shown."""
    number = identifiers.check_case_number(number)
    case, events = Case.objects.filter(pk=number).first(), recorded.events(number)
    if case is None or not events:
        raise NotFound(queries.NO_SUCH_CASE)
    if as_json:
        print(json.dumps(_as_dict(case, events), ensure_ascii=False, indent=2, default=str))
        return
    state, party = State(case.state), Party(case.holder)
    print(f"{case.number}  {states.LABELS[state]}  在 held by: {states.PARTY_LABELS[party]}")
    for event in events:
        who = f"{event.author.node}/{event.author.role} {event.author.authority}"
        print(
            f"{event.seq:>3}  {event.at:%Y-%m-%d %H:%M:%S}  {event.kind:<18}{who}  {event.hash[:16]}"
        )


def _as_dict(case: Case, events: Iterable[Event]) -> dict[str, Any]:
    return {
        "number": case.number,
        "item": case.item,
        "mode": case.mode,
        "state": case.state,
        "holder": case.holder,
        "bound_for": case.bound_for,
        "due_on": case.due_on,
        "head": {"seq": case.head_seq, "hash": case.head_hash},
        "events": [
            {
                "seq": event.seq,
                "kind": event.kind,
                "at": event.at.isoformat(),
                "author": asdict(event.author),
                "prev": event.prev,
                "hash": event.hash,
                "key_id": event.key_id,
            }
            for event in events
        ],
    }


@app.command(
    help="核对哈希链和每个签名，或一份证据文件。 Check a chain, or an evidence file (without a node)."
)
def verify(
    number: Annotated[
        str, typer.Argument(help="办件编号，或证据文件 Number of a case, or an evidence file")
    ],
    directory: Annotated[
        Path | None,
        typer.Option("--directory", help="可信的节点目录 A directory of nodes that you trust"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Code 1 when anything is wrong, naming it: of a chain the first fault, of a file all of them."""
    if Path(number).is_file():
        case_evidence.verify_file(Path(number), directory, as_json=as_json)
    number = identifiers.check_case_number(number)
    events = recorded.events(number)
    if not events:
        raise NotFound(queries.NO_SUCH_CASE)
    fault = ""
    try:
        chains.verify(events, jurisdictions.public_key)
    except ChainBroken as broken:
        fault = str(broken)
    report = {"number": number, "events": len(events), "head": events[-1].hash, "fault": fault}
    if as_json:
        print(json.dumps(report, ensure_ascii=False))
    elif fault:
        print(f"不符 Wrong: {fault}")
    else:
        print(f"{number}：{len(events)} 条记录相接，签名都对。 All events follow and are signed.")
    raise typer.Exit(Exit.REFUSED if fault else Exit.DONE)


@app.command(
    help="按记录重新折算，和数据表比较。 Fold the record anew and compare with the tables."
)
def rebuild(
    number: Annotated[str, typer.Argument(help="办件编号 Number")] = "",
    every: Annotated[bool, typer.Option("--all", help="所有办件。 All cases.")] = False,
    write: Annotated[
        bool, typer.Option("--write", help="按记录改正数据表。 Repair the tables.")
    ] = False,
    processes: Annotated[
        int, typer.Option(min=0, help="用多少个进程；0 为核数。 Processes; 0: as many as cores.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Code 1 when any table was not what its record says, also when that was repaired."""
    if bool(number) is every:
        raise typer.BadParameter("写一个编号，或者 --all。 A number, or --all.")
    began = time.monotonic()
    found = (
        _rebuild_all(write=write, processes=processes or os.cpu_count() or 1, quiet=as_json)
        if every
        else _rebuild_one(identifiers.check_case_number(number), write=write)
    )
    _report(found, time.monotonic() - began, as_json=as_json)
    raise typer.Exit(Exit.REFUSED if found.different or found.faults else Exit.DONE)


def _rebuild_one(number: str, *, write: bool) -> Found:
    try:
        differences = rebuilding.rebuild(number=number, write=write)
    except (NotInTable, ChainBroken) as broken:
        return Found(cases=1, faults=[f"{number}: {broken}"])
    return Found(cases=1, different=bool(differences), differences=differences)


def _rebuild_all(*, write: bool, processes: int, quiet: bool) -> Found:
    with Progress(console=Console(stderr=True), transient=True, disable=quiet) as progress:
        task = progress.add_task("重建 Rebuilding", total=1.0)

        def step(share: float) -> None:
            progress.update(task, completed=share)

        return rebuild_all(write=write, processes=processes, step=step)


def _report(found: Found, seconds: float, *, as_json: bool) -> None:
    if as_json:
        report = {
            "cases": found.cases,
            "events": found.events,
            "seconds": round(seconds, 3),
            "different": found.different,
            "differences": [asdict(one) for one in found.differences],
            "faults": found.faults,
        }
        print(json.dumps(report, ensure_ascii=False, indent=2, default=str))
        return
    for one in found.differences:
        print(f"{one.number}  {one.column}: 表 tables {one.tables!r} ≠ 记录 record {one.record!r}")
    for fault in found.faults:
        print(f"记录有误 Broken record: {fault}")
    if found.different:
        print(f"{found.cases} 件中 {found.different} 件不一致。 {found.different} differ.")
    if not found.different and not found.faults:
        print(f"{found.cases} 件，数据表与记录一致。 {found.cases} cases, no difference.")
