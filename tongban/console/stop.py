"""`./run stop`: ends the demo, whichever way it was started or died."""

import os
import signal
import time

import typer

from tongban.console.exits import Exit
from tongban.local import state
from tongban.local.children import is_alive
from tongban.local.home import Home, home
from tongban.local.state import Lock
from tongban.local.trouble import NothingRuns, Trouble

app = typer.Typer(add_completion=False, rich_markup_mode=None)
PATIENCE = 40.0


@app.command()
def stop() -> None:
    """Stop the demo and leave no process; code 4 when there was nothing to stop."""
    place = home()
    if not place.root.exists():
        raise _nothing()
    asked = _ask(place)
    lock = Lock(place)
    lock.take()
    try:
        left = state.end_leftovers(place)
        found = state.read(place)
        if found:
            found.phase, found.processes = "stopped", []
            state.write(place, found)
    finally:
        lock.release()
    if not asked and not left:
        raise _nothing()
    print("已停止，没有留下进程。 Stopped; no process is left.")
    raise typer.Exit(Exit.DONE)


def _ask(place: Home) -> bool:
    """Ask a living demo to stop and wait for it; False when none lives."""
    if not state.is_running(place):
        return False
    found = state.read(place)
    if found is None:
        return False
    deadline = time.monotonic() + PATIENCE
    os.kill(found.pid, signal.SIGTERM)
    # The lock is let go a moment before the process is gone.
    while state.is_running(place) or is_alive(found.pid):
        if time.monotonic() > deadline:
            raise Trouble(
                f"演示（进程 {found.pid}）在 {PATIENCE:.0f} 秒内没有停下，请用 kill -9 {found.pid} "
                "结束它，再运行一次 ./run stop。",
                f"The demo (process {found.pid}) did not stop within {PATIENCE:.0f} s: "
                f"kill -9 {found.pid}, then ./run stop again.",
            )
        time.sleep(0.1)
    return True


def _nothing() -> NothingRuns:
    return NothingRuns("演示没有在运行。", "The demo is not running.")
