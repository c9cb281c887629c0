"""`./run simulate`: a day of the whole country, on paper and against nodes that run."""

import json
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from tongban.console.exits import Exit
from tongban.console.simulating import day as drawing
from tongban.console.simulating import figures as sources
from tongban.console.simulating import measured, paper
from tongban.console.simulating.days import MINUTES
from tongban.console.simulating.driving import Drive
from tongban.console.simulating.needs import Needs
from tongban.console.simulating.outcome import Outcome
from tongban.console.simulating.pairs import national
from tongban.console.simulating.paper import Paper
from tongban.console.simulating.playing import Play
from tongban.console.simulating.sizing import Prices
from tongban.console.simulating.tables import Table
from tongban.console.status import look
from tongban.local.home import home
from tongban.local.trouble import NothingRuns, WrongWords

app = typer.Typer(add_completion=False, rich_markup_mode=None)
console = Console(highlight=False)
if not console.is_terminal:
    # A file has no edge at which words would have to be broken.
    console.width = 180
aside = Console(highlight=False, stderr=True)
# How much of the country is drawn unless said: on paper, and against nodes on one machine.
ON_PAPER, ON_NODES = 100.0, 2000.0


@dataclass(frozen=True)
class How:
    """What was asked for about a run against nodes."""

    minutes: float
    drain: float
    nodes: str
    out: Path | None
    as_json: bool
    markdown: bool


@app.command()
def simulate(
    plan_only: Annotated[
        bool, typer.Option("--plan-only", help="只在纸上算，不发请求。 On paper alone.")
    ] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="以 Markdown 输出。 As Markdown.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")
    ] = False,
    seed: Annotated[int, typer.Option(help="同一个数得到同一天。 The same day again.")] = 1,
    on: Annotated[
        str, typer.Option("--day", help="哪一天，如 2026-11-23。 Which day of the calendar.")
    ] = "",
    one_in: Annotated[
        float,
        typer.Option(
            min=0, help="全国业务量的几分之一；0 为默认。 One in so many of the country's."
        ),
    ] = 0,
    minutes: Annotated[
        float, typer.Option(min=0.1, help="一天压缩成几分钟。 How long the day takes.")
    ] = 10,
    drain: Annotated[
        float, typer.Option(min=0, help="最后等多少秒收尾。 Seconds for what is under way.")
    ] = 60,
    nodes: Annotated[
        str, typer.Option(help="哪些节点参加，如 22,35；默认全部。 Which of the running nodes.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option(help="结果另存为 JSON。 The result as JSON into a file, too.")
    ] = None,
    assume: Annotated[
        list[str] | None,
        typer.Option(help="换一个假设，如 case_share=0.2，可重复。 Another assumption."),
    ] = None,
    price_core: Annotated[
        float, typer.Option(min=0, help="一个核一年的价格；不给价格就不算费用。 Of a core a year.")
    ] = 0,
    price_machine: Annotated[
        float, typer.Option(min=0, help="一台机器一年的价格。 Of a machine a year.")
    ] = 0,
    price_tb: Annotated[float, typer.Option(min=0, help="一TB一年的价格。 Of a TB a year.")] = 0,
    keep_measured: Annotated[
        bool,
        typer.Option(
            "--keep-measured",
            help="把这次量得的数作为推算的依据保存。 Size by this run from now on.",
        ),
    ] = False,
) -> None:
    """Code 1 when something handed in was not accepted or did not arrive, 130 after Ctrl-C."""
    figures = sources.shipped().with_assumptions(sources.read_given(assume or []))
    if plan_only:
        prices = Prices(price_core, price_tb, price_machine)
        on_paper = Paper(figures, _day(on), seed, one_in or ON_PAPER)
        _tell_paper(Needs(on_paper, measured.shipped(), prices), as_json=as_json, markdown=markdown)
        return
    how = How(minutes, drain, nodes, out, as_json, markdown)
    outcome = _play(figures, _day(on), seed, one_in or ON_NODES, how)
    _tell_outcome(outcome, how)
    if keep_measured:
        _keep(outcome)
    raise typer.Exit(_code(outcome))


def _day(words: str) -> date:
    if not words:
        return paper.default_day()
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise WrongWords(
            f"“{words}”不是日期，请写成 2026-11-23。",
            f"{words!r} is no day: write it as 2026-11-23.",
        ) from None


# --- on paper ---


def _tell_paper(found: Needs, *, as_json: bool, markdown: bool) -> None:
    if as_json:
        _print_json(found.as_dict())
        return
    on_paper = found.paper
    _show([*on_paper.tables(), *found.tables()], markdown=markdown)
    if not markdown:
        console.print(
            f"[dim]{on_paper.on}，种子 seed {on_paper.seed}，抽样 sample 1/{on_paper.one_in:g}，"
            f"计划 plan {on_paper.day.digest[:16]}[/]"
        )


def _show(tables: list[Table], *, markdown: bool) -> None:
    for table in tables:
        if markdown:
            print(f"### {table.english}\n\n{table.as_markdown()}\n")
        else:
            console.print(table.as_rich(), "")


def _print_json(what: dict[str, Any]) -> None:
    print(json.dumps(what, ensure_ascii=False, indent=2))


# --- against nodes ---


def _play(figures: sources.Figures, on: date, seed: int, one_in: float, how: How) -> Outcome:
    report = look(home())
    codes = _taking_part(report, how.nodes)
    pairs = national(figures).among(codes)
    day = drawing.draw(figures, on, pairs, seed=seed, one_in=one_in)
    aside.print(
        f"{on}，种子 seed {seed}，计划 plan {day.digest[:16]}：查询 look-ups {len(day.look_ups):,}，"
        f"办件 cases {len(day.cases):,}，全国的 1/{one_in:g} 都由节点 {'、'.join(codes)} 承担"
        " one in so many of the whole country's, all of it borne by these nodes"
    )
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[told]}"),
        console=aside, transient=True,
    ) as progress:  # fmt: skip
        task = progress.add_task("推演 Simulating", total=MINUTES, told="")

        def say(what: str) -> None:
            aside.print(f"[dim]·[/] {what}")

        def show(drive: Drive) -> None:
            progress.update(task, completed=drive.minute, told=_so_far(drive))

        return Play(home(), report, day, how.minutes, how.drain, say, show).run()


def _so_far(drive: Drive) -> str:
    minute, done = int(drive.minute), drive.done
    return (
        f"{minute // 60:02}:{minute % 60:02}  查询 {done.look_ups:,}  收下 {done.cases:,}  "
        f"到达 {done.arrived:,}/{done.owed:,}  办理 {sum(done.acts.values()):,}  "
        f"在办 {drive.under_way:,}  失败 {sum(done.failed.values()):,}"
    )


def _taking_part(report: dict[str, Any], wanted: str) -> list[str]:
    """Which of the running nodes take part. Refused: NothingRuns, WrongWords."""
    if not report["running"]:
        raise NothingRuns(
            "演示没有在运行。先运行 ./run demo；只在纸上算，加 --plan-only。",
            "The demo is not running: ./run demo first, or --plan-only for paper alone.",
        )
    # A node that runs without pages of its own has no API to call either.
    ready = [
        one["code"]
        for one in report["nodes"]
        if one["ready"] and one.get("has_pages", True) and one["code"] != "00"
    ]
    asked = [code.strip() for code in wanted.replace("，", ",").split(",") if code.strip()]
    missing = [code for code in asked if code not in ready]
    codes = asked or ready
    if missing or len(set(codes)) < 2:
        raise WrongWords(
            f"要至少两个就绪的省份节点；就绪的有：{'、'.join(ready) or '无'}。",
            f"At least two provinces must be ready; those that are: {', '.join(ready) or 'none'}.",
        )
    return sorted(set(codes))


def _tell_outcome(outcome: Outcome, how: How) -> None:
    if how.out:
        text = json.dumps(outcome.as_dict(), ensure_ascii=False, indent=2)
        how.out.write_text(text + "\n", "utf-8")
    if how.as_json:
        _print_json(outcome.as_dict())
        return
    _show([table for table in outcome.tables() if table.rows], markdown=how.markdown)
    if outcome.is_interrupted:
        console.print(
            "[yellow]中途停止，以上是到那时为止的结果。 Stopped early; this is what there was.[/]"
        )


def _keep(outcome: Outcome) -> None:
    """Make this run what sizing rests on. Refused for a run that was stopped or has gaps."""
    needed = measured.needed_figures()
    if outcome.is_interrupted or not needed <= set(outcome.measured):
        raise WrongWords(
            "这次推演没有走完，量得的数不全，没有保存。",
            "This run did not come to its end or measured too little: nothing was kept.",
        )
    drive = outcome.drive
    run = {
        "on": drive.today.isoformat(),
        "command": " ".join(["./run", *sys.argv[1:]]),
        "nodes": sorted(drive.callers),
        "cases": drive.done.cases,
        "machine": dict(outcome.machine),
    }
    figures = {key: outcome.measured[key] for key in sorted(outcome.measured)}
    measured.keep(figures, run)


def _code(outcome: Outcome) -> Exit:
    if outcome.is_interrupted:
        return Exit.INTERRUPTED
    done = outcome.drive.done
    return Exit.REFUSED if done.failed or done.arrived < done.owed else Exit.DONE
