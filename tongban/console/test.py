"""`./run test`: what the tests need, then every test."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import IO, Annotated

import typer

from tongban.console.commands import program, run
from tongban.console.exits import Exit
from tongban.local import browser
from tongban.local.home import PROJECT

# How many times as many examples `--long` makes of what is never done with them.
TIMES_LONG = 20

# The marker of tests that start whole nodes.
NODES = "nodes"

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
    processes: Annotated[
        int | None,
        typer.Option(
            "--processes",
            min=1,
            help="几个进程跑测试，默认每核一个 In so many processes, by default one a core",
        ),
    ] = None,
) -> None:
    """Chromium and Chinese fonts are installed when missing; nothing is skipped silently.

    Without words every test runs: those beside the code, and at the same time what mostly waits for
    nodes that it starts, which is the journeys and the tests of whole nodes; what these said is shown
    at the end. With words pytest gets them. `--long` goes with either: tests that draw their examples
    draw many times as many.
    """
    found = browser.make_available()
    environment = {**os.environ, **({"TONGBAN_CHROMIUM": str(found)} if found else {})}
    if long:
        environment["TONGBAN_EXAMPLES"] = str(TIMES_LONG)
    codes = [run(_pytest(words), environment)] if words else _run_all(environment, processes)
    raise typer.Exit(Exit.REFUSED if any(codes) else Exit.DONE)


def _pytest(words: Sequence[str]) -> list[str]:
    return [program("python"), "-m", "pytest", *words]


def _run_all(environment: Mapping[str, str], processes: int | None = None) -> list[int]:
    """All turns, at once where there are cores for it; their codes."""
    beside_the_code, *waiting = [(name, _pytest(words)) for name, words in turns(processes)]
    if (os.cpu_count() or 1) == 1:
        return [run(words, environment) for _name, words in (beside_the_code, *waiting)]
    with ExitStack() as stack:
        going = [
            (name, *stack.enter_context(_going(words, environment))) for name, words in waiting
        ]
        codes = [run(beside_the_code[1], environment)]
        for name, process, said in going:
            codes.append(process.wait())
            said.seek(0)
            print(f"\n{name}", flush=True)
            shutil.copyfileobj(said, sys.stdout.buffer)
            sys.stdout.flush()
    return codes


@contextmanager
def _going(
    words: Sequence[str], environment: Mapping[str, str]
) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """A turn that goes on beside us, and what it says; waited for at the end in any case."""
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            words, cwd=PROJECT, env=environment, stdout=said, stderr=subprocess.STDOUT
        ) as process,
    ):
        yield process, said


def turns(processes: int | None = None) -> list[tuple[str, list[str]]]:
    """What pytest is asked for when every test is to run: the first turn, and those that mostly wait.

    To start nodes is mostly to wait, so what does shares the cores with tests that do not; each of
    these turns starts one group of nodes at a time, and none of them delays the others.
    """
    processes = processes or os.cpu_count() or 1
    # Handed out in their order: tests that empty the database come after those that share what is
    # loaded once, so whole files may not be handed out together. Few at a time, or one process
    # stands idle while the other has all of the slow ones.
    shared = ["-n", str(processes), "--dist", "load", "--maxschedchunk", "16"]
    return [
        (
            "代码旁的测试 Beside the code",
            ["tongban", "-q", "-m", f"not {NODES}", *(shared if processes > 1 else [])],
        ),
        ("旅程 Journeys", ["journeys", "-q"]),
        ("整个节点的测试 Whole nodes", [*_with_nodes(), "-q", "-m", NODES]),
    ]


def _with_nodes() -> list[str]:
    """The modules that have such tests; naming them spares collecting all others once more."""
    return sorted(
        str(path.relative_to(PROJECT))
        for path in (PROJECT / "tongban").glob("**/test_*.py")
        if f"pytest.mark.{NODES}" in path.read_text("utf-8")
    )
