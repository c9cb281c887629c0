"""The words of `./run faults`, carried out."""

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tongban.console import acting

# What compares the nodes folds their events with the very code of the nodes, which needs settings.
acting.set_up_django(only_help=True)

from journeys.faulting.ground import ground  # noqa: E402
from journeys.faulting.running import PROVINCES, Run  # noqa: E402
from tongban.basics import calendar  # noqa: E402

calendar.follow(None)


def main() -> int:
    """Code 1 when anything does not hold."""
    asked = _asked()
    seed = asked.seed if asked.seed is not None else random.SystemRandom().randrange(10**6)
    again = f"./run faults --minutes {asked.minutes:g} --seed {seed} --nodes {asked.nodes}"
    _say(f"seed {seed}; again: {again}")
    folder = Path(tempfile.mkdtemp(prefix="tongban-faults-", dir="/tmp"))
    folder.chmod(0o711)
    began = time.monotonic()
    with ground(folder / "home", PROVINCES[asked.nodes]) as there:
        _say(f"started after {time.monotonic() - began:.0f} s")
        run = Run(there, seed, asked.minutes * 60, _say, pause=asked.pause)
        holds = run.run()
        result = run.result()
    folder.rmdir()
    if asked.result:
        asked.result.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n")
    if asked.as_json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=2) + "\n")
    else:
        _tell(result)
    if not holds:
        _say(f"\nFAILED in {run.failed_in}\nagain: {again}\n\n" + "\n".join(run.found))
    return 0 if holds else 1


def _asked() -> argparse.Namespace:
    words = argparse.ArgumentParser(prog="./run faults", description=__doc__)
    words.add_argument("--minutes", type=float, default=10)
    words.add_argument("--seed", type=int)
    words.add_argument("--nodes", type=int, choices=sorted(PROVINCES), default=2)
    words.add_argument("--pause", type=float, default=0.3)
    words.add_argument("--json", action="store_true", dest="as_json")
    words.add_argument("--result", type=Path)
    return words.parse_args()


def _tell(result: dict[str, Any]) -> None:
    lines = [f"\n{result['faults']} faults in {result['rounds']} rounds, {result['seconds']} s:"]
    lines += [f"  {count:5} {kind}" for kind, count in result["by_kind"].items()]
    lines += [f"      – {kind}: not possible here" for kind in result["impossible_here"]]
    told = f"{result['submissions']} submissions and {result['acts']} acts"
    sys.stdout.write("\n".join([*lines, f"{told} were acknowledged.", ""]))


def _say(what: str) -> None:
    if what.startswith("\r"):
        if sys.stderr.isatty():
            sys.stderr.write(f"{what[:100]:<100}")
        return
    sys.stderr.write(f"{what}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
