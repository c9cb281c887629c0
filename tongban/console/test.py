"""`./run test`: what the tests need, then every test."""

import os
from typing import Annotated

import typer

from tongban.console.commands import program, run
from tongban.console.exits import Exit
from tongban.local import browser

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command("test", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run_tests(
    words: Annotated[
        list[str] | None, typer.Argument(help="交给 pytest 的参数 Words for pytest")
    ] = None,
) -> None:
    """Chromium and Chinese fonts are installed when missing; nothing is skipped silently.

    Without words every test runs: those beside the code on all cores, then the journeys alone,
    because they start whole nodes and measure how soon things arrive. With words pytest gets them.
    """
    found = browser.make_available()
    environment = {**os.environ, **({"TONGBAN_CHROMIUM": str(found)} if found else {})}
    codes = [
        run([program("python"), "-m", "pytest", *turn], environment)
        for turn in ([words] if words else turns())
    ]
    raise typer.Exit(Exit.REFUSED if any(codes) else Exit.DONE)


def turns() -> list[list[str]]:
    """What pytest is asked for, one run after the other, when every test is to run."""
    cores = os.cpu_count() or 1
    # Handed out in their order: tests that empty the database come after those that share what is
    # loaded once, so whole files may not be handed out together. Few at a time, or one process
    # stands idle while the other has all of the slow ones.
    shared = ["-n", str(cores), "--dist", "load", "--maxschedchunk", "16"] if cores > 1 else []
    return [["tongban", "-q", *shared], ["journeys", "-q"]]
