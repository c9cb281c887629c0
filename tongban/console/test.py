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
    """Chromium and Chinese fonts are installed when missing; nothing is skipped silently."""
    found = browser.make_available()
    environment = {**os.environ, **({"TONGBAN_CHROMIUM": str(found)} if found else {})}
    code = run([program("python"), "-m", "pytest", *(words or [])], environment)
    raise typer.Exit(Exit.REFUSED if code else Exit.DONE)
