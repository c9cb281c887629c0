"""`./run test`: what the tests need, then every test."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from tongban.console.commands import program, run
from tongban.console.exits import Exit
from tongban.local import browser
from tongban.local.home import PROJECT

# How many times as many examples `--long` makes of what is never done with them.
TIMES_LONG = 20

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command("test", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run_tests(
    words: Annotated[
        list[str] | None, typer.Argument(help="交给 pytest 的参数 Words for pytest")
    ] = None,
    long: Annotated[
        bool,
        typer.Option("--long", help=f"随机用例做{TIMES_LONG}倍 So many times as many examples"),
    ] = False,
) -> None:
    """Chromium and Chinese fonts are installed when missing; nothing is skipped silently.

    Without words every test runs: those beside the code, and at the same time the journeys, which
    mostly wait for nodes of their own; what they said is shown at the end. With words pytest gets
    them. `--long` goes with either: tests that draw their examples draw many times as many.
    """
    found = browser.make_available()
    environment = {**os.environ, **({"TONGBAN_CHROMIUM": str(found)} if found else {})}
    if long:
        environment["TONGBAN_EXAMPLES"] = str(TIMES_LONG)
    codes = [run(_pytest(words), environment)] if words else _run_all(environment)
    raise typer.Exit(Exit.REFUSED if any(codes) else Exit.DONE)


def _pytest(words: Sequence[str]) -> list[str]:
    return [program("python"), "-m", "pytest", *words]


def _run_all(environment: Mapping[str, str]) -> list[int]:
    """Both turns at once where there are cores for it; their codes."""
    beside_the_code, journeys = map(_pytest, turns())
    if (os.cpu_count() or 1) == 1:
        return [run(beside_the_code, environment), run(journeys, environment)]
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(
            journeys, cwd=PROJECT, env=environment, stdout=said, stderr=subprocess.STDOUT
        ) as going:
            code = run(beside_the_code, environment)
        said.seek(0)
        print("\n旅程 Journeys", flush=True)
        shutil.copyfileobj(said, sys.stdout.buffer)
        sys.stdout.flush()
        return [code, going.returncode]


def turns() -> list[list[str]]:
    """What pytest is asked for, in two runs, when every test is to run."""
    cores = os.cpu_count() or 1
    # Handed out in their order: tests that empty the database come after those that share what is
    # loaded once, so whole files may not be handed out together. Few at a time, or one process
    # stands idle while the other has all of the slow ones.
    shared = ["-n", str(cores), "--dist", "load", "--maxschedchunk", "16"] if cores > 1 else []
    return [["tongban", "-q", *shared], ["journeys", "-q"]]
