"""`./run case documents`: the register of documents as the acts of the cases give it."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.progress import track

from tongban.basics import identifiers
from tongban.cases.judging import NotInTable
from tongban.cases.operations import reregistering
from tongban.cases.operations.rebuilding import Difference
from tongban.console.exits import Exit
from tongban.record import queries as recorded
from tongban.record.chains import ChainBroken


def mount(app: typer.Typer) -> None:
    """Hang the command beside those of the case."""
    app.command(
        help="按记录核对文书登记，补上丢失的。 Check the register of documents, give lost ones again."
    )(documents)


def documents(
    number: Annotated[str, typer.Argument(help="办件编号 Number")] = "",
    every: Annotated[bool, typer.Option("--all", help="所有办件。 All cases.")] = False,
    write: Annotated[
        bool, typer.Option("--write", help="按记录改正登记。 Repair the register.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")
    ] = False,
) -> None:
    """Code 1 when the register was not what the record gives, also when that was repaired."""
    if bool(number) is every:
        raise typer.BadParameter("写一个编号，或者 --all。 A number, or --all.")
    # Chains that are no cases begin with a letter (exchange.shared_chains).
    cases = (name for name in recorded.chain_names() if name[:1].isdigit())
    numbers = list(cases) if every else [identifiers.check_case_number(number)]
    found: list[Difference] = []
    faults: list[str] = []
    for one in track(numbers, "核对 Checking", disable=as_json or not every, transient=True):
        try:
            found += reregistering.rebuild(number=one, write=write)
        except (NotInTable, ChainBroken) as broken:
            faults.append(f"{one}: {broken}")
    _report(len(numbers), found, faults, as_json=as_json)
    raise typer.Exit(Exit.REFUSED if found or faults else Exit.DONE)


def _report(count: int, found: list[Difference], faults: list[str], *, as_json: bool) -> None:
    if as_json:
        report = {"cases": count, "differences": [asdict(one) for one in found], "faults": faults}
        print(json.dumps(report, ensure_ascii=False, indent=2, default=str))
        return
    for one in found:
        print(
            f"{one.number}  {one.column}: 登记 register {one.tables!r}，记录 record {one.record!r}"
        )
    for fault in faults:
        print(f"记录有误 Broken record: {fault}")
    if not found and not faults:
        print(f"{count} 件，文书登记与记录一致。 {count} cases, no difference.")
