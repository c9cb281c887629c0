"""Waiting until what one measurement left behind is cleared away, so that the next sees the machine alone."""

import time
from collections.abc import Callable

import psutil

# Of all cores together, over LOOK seconds; what an idle hub, two nodes and a broker take is a tenth.
CALM, LOOK, PATIENCE = 20.0, 3.0, 180.0


def calm(say: Callable[[str], None], patience: float = PATIENCE) -> None:
    """Return when the machine has nothing else to do, such as sweeping out rows that were taken back.

    After `patience` seconds says how busy it still is and goes on.
    """
    deadline = time.monotonic() + patience
    while (busy := psutil.cpu_percent(LOOK)) > CALM:
        if time.monotonic() > deadline:
            say(f"机器还有{busy:.0f}%在忙别的 The machine is still busy with other things")
            return
