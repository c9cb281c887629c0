"""`./run doctor`: the usual causes why a node does not work, each looked at, with what to do."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from typing import Annotated

import typer
from django.conf import settings
from django.db import DatabaseError
from django.utils.timezone import now
from rich.markup import escape

from tongban.console.doctoring import broker, database, machine, network, secrets
from tongban.console.doctoring.diagnosis import Diagnosis, Level, doubtful, ill
from tongban.console.exits import Exit
from tongban.console.terminal import console
from tongban.exchange import conditions

app = typer.Typer(add_completion=False, rich_markup_mode=None)

Check = Callable[[], Iterable[Diagnosis]]
MARKS = {
    Level.WELL: "[green]✓[/]",
    Level.DOUBTFUL: "[yellow]![/]",
    Level.ILL: "[red]✗[/]",
    Level.SKIPPED: "[dim]–[/]",
}


@app.command()
def doctor(
    as_json: Annotated[
        bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")
    ] = False,
) -> None:
    """Code 0 when nothing is ill, 1 when something is. Changes nothing."""
    found: list[Diagnosis] = []
    for one in examine():
        found.append(one)
        if not as_json:
            _say(one)
    sick = [one for one in found if one.level is Level.ILL]
    if as_json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2))
    else:
        _conclude(found, sick)
    raise typer.Exit(Exit.REFUSED if sick else Exit.DONE)


def examine() -> Iterator[Diagnosis]:
    """All checks, one after another; a check that falls over is itself a finding."""
    checks: tuple[Check, ...] = (
        machine.check, database.check, secrets.check, network.check, broker.check, _conditions,
    )  # fmt: skip
    for check in checks:
        try:
            yield from check()
        except Exception as error:  # noqa: BLE001 - the other checks still help
            name = check.__module__.rsplit(".", 1)[-1]
            remedy = "这是检查程序自己的毛病，请报告给开发者"
            yield doubtful(name, f"检查出错：{type(error).__name__}: {error}", remedy)


def _conditions() -> Iterator[Diagnosis]:
    """What the running node itself says is not as it should be."""
    try:
        found = conditions.findings(at=now())
    except DatabaseError:
        return
    for one in found:
        level = ill if one.code == "worker-silent" else doubtful
        yield level(one.code, str(one.cause), str(one.remedy))


def _say(one: Diagnosis) -> None:
    console.print(f"{MARKS[one.level]} {one.check:<15} {escape(one.says)}")
    if one.remedy:
        console.print(f"  {'':<15} [bold]→ {escape(one.remedy)}[/]")


def _conclude(found: list[Diagnosis], sick: list[Diagnosis]) -> None:
    doubts = sum(one.level is Level.DOUBTFUL for one in found)
    console.print(
        f"\n节点 {settings.NODE_ID}：检查 {len(found)} 项，{len(sick)} 项不正常，{doubts} 项要留意。 "
        f"Node {settings.NODE_ID}: {len(found)} checks, {len(sick)} ill, {doubts} doubtful."
    )
