"""`./run chain …`: what stands beside the cases (协查, 联办环节, 寄递) as its records have it."""

import json
from collections import Counter
from dataclasses import asdict
from typing import Annotated

import typer
from rich.progress import track

from tongban.console.exits import Exit
from tongban.exchange import rebuilding, shared_chains
from tongban.exchange.rebuilding import Difference
from tongban.exchange.shared_chains import NotInTable
from tongban.record.chains import ChainBroken

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")]


@app.callback()
def _chain() -> None:
    """Inquiries, joint steps, parcels and choices are chains; their rows are folded from them."""


@app.command("list", help="各有多少份。 How many of each kind.")
def list_chains(as_json: AsJson = False) -> None:
    """By kind; no content is shown."""
    counted = Counter(name[0] for name in rebuilding.chains())
    found = {kind.name: counted[kind.letter] for kind in shared_chains.kinds()}
    if as_json:
        print(json.dumps(found))
        return
    for name, count in found.items():
        print(f"{name:<20}{count}")


@app.command(
    help="按记录重新折算，和数据表比较。 Fold the records anew and compare with the tables."
)
def rebuild(
    name: Annotated[str, typer.Argument(help="编号，如i22-… Name of a chain")] = "",
    every: Annotated[bool, typer.Option("--all", help="所有的。 All of them.")] = False,
    write: Annotated[
        bool, typer.Option("--write", help="按记录改正数据表。 Repair the tables.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Code 1 when any row was not what its record says, also when that was repaired."""
    if bool(name) is every:
        raise typer.BadParameter("写一个编号，或者 --all。 A name, or --all.")
    names = list(rebuilding.chains()) if every else [name]
    found: list[Difference] = []
    faults: list[str] = []
    for one in track(names, "重建 Rebuilding", disable=as_json or not every, transient=True):
        try:
            found += rebuilding.rebuild(chain=one, write=write)
        except (NotInTable, ChainBroken) as broken:
            faults.append(f"{one}: {broken}")
    _report(len(names), found, faults, as_json=as_json)
    raise typer.Exit(Exit.REFUSED if found or faults else Exit.DONE)


def _report(count: int, found: list[Difference], faults: list[str], *, as_json: bool) -> None:
    if as_json:
        report = {"chains": count, "differences": [asdict(one) for one in found], "faults": faults}
        print(json.dumps(report, ensure_ascii=False, indent=2, default=str))
        return
    for one in found:
        print(f"{one.chain}  {one.column}: 表 tables {one.tables!r} ≠ 记录 record {one.record!r}")
    for fault in faults:
        print(f"记录有误 Broken record: {fault}")
    if not found and not faults:
        print(f"{count} 份，数据表与记录一致。 {count} chains, no difference.")
