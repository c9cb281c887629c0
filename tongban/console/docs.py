"""`./run docs generate`: files made from the code, committed, and compared in every check."""

import importlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from tongban.console import acting
from tongban.console.commands import program, run
from tongban.console.exits import Exit
from tongban.local.home import PROJECT

app = typer.Typer(
    add_completion=False, no_args_is_help=True, rich_markup_mode=None,
    help="生成文件：状态图、接口文档等  Generated files: diagrams, OpenAPI, …",
)  # fmt: skip


@dataclass(frozen=True)
class Generated:
    """A file, and the function without arguments that says what stands in it."""

    path: str
    source: str

    def text(self) -> str:
        """What the file should hold now."""
        module, _, function = self.source.partition(":")
        made = getattr(importlib.import_module(module), function)()
        if not isinstance(made, str):
            raise TypeError(f"{self.source} must return text")
        return made


# Add a line here; `docs generate` then writes the file and `check` compares it.
GENERATED: tuple[Generated, ...] = (
    Generated("docs/generated/openapi.yaml", "tongban.api.description:as_yaml"),
    Generated("docs/generated/states.md", "tongban.cases.diagram:page"),
    # Its words are written by hand, its tables by the program.
    Generated("docs/scale.md", "tongban.console.simulating.page:text"),
    Generated(
        "tongban/jurisdictions/data/divisions.csv",
        "tongban.jurisdictions.reading.divisions:file_text",
    ),
    Generated(
        "tongban/jurisdictions/data/area_codes.csv",
        "tongban.jurisdictions.reading.area_codes:build",
    ),
)


@app.callback()
def _docs() -> None:
    """Generated files."""


@app.command(help="生成文件；--check 只比较。 Generate the files; --check only compares.")
def generate(
    check: Annotated[
        bool, typer.Option("--check", help="只比较，不写入。 Compare and write nothing.")
    ] = False,
) -> None:
    """Code 1 under --check when a file is not what the code says."""
    acting.set_up_django(only_help=True)
    stale = [entry.path for entry in GENERATED if not _is_current(PROJECT / entry.path, entry)]
    if check:
        for path in stale:
            print(f"不是最新，请运行 ./run docs generate。 Out of date: {path}")
        raise typer.Exit(Exit.REFUSED if stale else Exit.DONE)
    for entry in GENERATED:
        if entry.path in stale:
            target = PROJECT / entry.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(entry.text(), "utf-8")
            print(entry.path)


@app.command(help="重拍自述文件里的截图。 Take the README's pictures anew.")
def screens() -> None:
    """From nodes that run for it, by the journeys that pass through the telling moments."""
    words = [
        "journeys/test_case_crosses_the_border.py",
        "journeys/test_pages_of_a_running_node.py",
        "-k",
        "window or shows_how",
    ]
    environment = {**os.environ, "JOURNEY_SCREENS": "1"}
    code = run([program("python"), "-m", "pytest", *words], environment)
    raise typer.Exit(Exit.REFUSED if code else Exit.DONE)


def _is_current(path: Path, entry: Generated) -> bool:
    return path.is_file() and path.read_text("utf-8") == entry.text()
