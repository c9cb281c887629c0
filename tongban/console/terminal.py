"""Speaking to whoever sits at the terminal, or to the file that our output goes to."""

import time
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

# Lines are not broken: an address that goes over two lines cannot be clicked or copied.
console = Console(highlight=False, soft_wrap=True)


class Steps:
    """Steps of long work: a bar for the present one, and a line with the time for each one begun.

    Quiet where the output is for a machine.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._began, self._quiet = time.monotonic(), quiet
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            console=console, transient=True, disable=quiet,
        )  # fmt: skip
        self._task = self._progress.add_task("启动 Starting", total=None)

    def __enter__(self) -> "Steps":
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def say(self, what: str) -> None:
        """A new step begins."""
        if self._quiet:
            return
        console.print(f"[dim]{time.monotonic() - self._began:5.1f} s[/]  {escape(what)}")
        self._progress.reset(self._task, description=escape(what), total=None)

    def show(self, what: str) -> None:
        """The present step by another name, without a line of its own."""
        self._progress.update(self._task, description=escape(what))

    def advance(self, done: int, of: int) -> None:
        """So much of the present step is done."""
        self._progress.update(self._task, completed=done, total=of)
