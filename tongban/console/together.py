"""Several processes that are to begin at one moment: each says that it is there, then waits for a sign.

A moment told beforehand would be too early on a slow machine, and late for nothing on a fast one.
"""

import time
from pathlib import Path

from tongban.local.trouble import Trouble

READY = "ready"
# So long a process waits for the sign, in seconds, and so often it looks.
PATIENCE, LOOK_EVERY = 300.0, 0.05


def wait_for(sign: Path, patience: float = PATIENCE) -> None:
    """Say that this process is there, and wait for a file; Trouble when nobody makes it."""
    print(READY, flush=True)
    deadline = time.monotonic() + patience
    while not sign.exists():
        if time.monotonic() > deadline:
            raise Trouble(
                f"等了{patience:.0f}秒，没有等到开始的文件 {sign}，什么也没有做。",
                f"Waited {patience:.0f} s for {sign} in vain, and did nothing.",
            )
        time.sleep(LOOK_EVERY)


def is_ready(log: Path) -> bool:
    """Whether the process with this log is there."""
    return log.exists() and f"{READY}\n" in log.read_text("utf-8")
