"""`./run simulate`: a day of the whole country, on paper and against nodes that run."""

import json
from datetime import date
from typing import Annotated

import typer
from rich.console import Console

from tongban.console.simulating import figures as sources
from tongban.console.simulating import paper
from tongban.console.simulating.paper import Paper
from tongban.local.trouble import WrongWords

app = typer.Typer(add_completion=False, rich_markup_mode=None)
console = Console(highlight=False)


@app.command()
def simulate(
    markdown: Annotated[
        bool, typer.Option("--markdown", help="以 Markdown 输出。 As docs/scale.md holds it.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")
    ] = False,
    seed: Annotated[int, typer.Option(help="同一个数得到同一天。 The same day again.")] = 1,
    on: Annotated[
        str, typer.Option("--day", help="哪一天，如 2026-11-23。 Which day of the calendar.")
    ] = "",
    one_in: Annotated[
        float, typer.Option(min=1, help="按几分之一抽样。 One in so many of the country's.")
    ] = 100,
    assume: Annotated[
        list[str] | None,
        typer.Option(help="换一个假设，如 case_share=0.2，可重复。 Another assumption."),
    ] = None,
) -> None:
    """Tables of the day; nothing is sent."""
    figures = sources.shipped().with_assumptions(sources.read_given(assume or []))
    _tell(Paper(figures, _day(on), seed, one_in), as_json=as_json, markdown=markdown)


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


def _tell(found: Paper, *, as_json: bool, markdown: bool) -> None:
    if as_json:
        print(json.dumps(as_dict(found), ensure_ascii=False, indent=2))
        return
    for table in found.tables():
        if markdown:
            print(f"### {table.english}\n\n{table.as_markdown()}\n")
        else:
            console.print(table.as_rich(), "")
    if not markdown:
        console.print(
            f"[dim]{found.on}，种子 seed {found.seed}，抽样 sample 1/{found.one_in:g}，"
            f"计划 plan {found.day.digest[:16]}[/]"
        )


def as_dict(found: Paper) -> dict[str, object]:
    """All tables for a machine, and by what they were made."""
    return {
        "day": found.on.isoformat(),
        "seed": found.seed,
        "one_in": found.one_in,
        "plan": found.day.digest,
        "tables": {table.name: table.as_dict() for table in found.tables()},
    }
