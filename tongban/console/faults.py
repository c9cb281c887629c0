"""`./run faults`: nodes of its own at work while things break at random; what must hold afterwards."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from tongban.console.commands import program, run
from tongban.console.exits import Exit

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def faults(
    minutes: Annotated[
        float, typer.Option(min=0.2, max=24 * 60, help="多少分钟。 For so many minutes.")
    ] = 10,
    seed: Annotated[
        int | None, typer.Option(help="重复某一次的故障。 Repeats the faults of a run.")
    ] = None,
    nodes: Annotated[
        Literal["2", "5"], typer.Option(help="两个或五个省份。 Two or five provinces.")
    ] = "2",
    pause: Annotated[
        float,
        typer.Option(min=0.05, max=60, help="平均间隔秒数。 Average seconds between two faults."),
    ] = 0.3,
    as_json: Annotated[
        bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")
    ] = False,
    result: Annotated[
        Path | None, typer.Option(help="结果写入文件。 Where the result is written.")
    ] = None,
) -> None:
    """Starts nodes of its own in a folder of its own; nothing of them is left afterwards.

    Needs what tests need, so it is not for a node in service. Code 1 when anything does not hold:
    what, the seed and the faults just before are said then.
    """
    words = ["--minutes", str(minutes), "--nodes", nodes, "--pause", str(pause)]
    words += ["--seed", str(seed)] if seed is not None else []
    words += ["--json"] if as_json else []
    words += ["--result", str(result.absolute())] if result else []
    code = run([program("python"), "-m", "journeys.faulting", *words])
    raise typer.Exit(Exit.REFUSED if code else Exit.DONE)
