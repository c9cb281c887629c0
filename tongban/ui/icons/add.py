"""Fetch outline icons at the recorded version: `python -m tongban.ui.icons.add NAME …`.

Needs `npm`, and only for this: nobody who runs or installs the program needs it. To move all
icons to a newer version, change `version` in source.json and name every icon again.
"""

import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

FOLDER = Path(__file__).parent


def add(names: list[str]) -> list[str]:
    """Copy the named drawings and the licence here; returns the names that do not exist."""
    source = json.loads((FOLDER / "source.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as place:
        package = f"{source['package']}@{source['version']}"
        subprocess.run(["npm", "pack", "--silent", package], cwd=place, check=True)
        with tarfile.open(next(Path(place).glob("*.tgz"))) as archive:
            archive.extractall(place, filter="data")
        drawings = Path(place, "package", "icons", "outline")
        missing = [name for name in names if not (drawings / f"{name}.svg").exists()]
        for name in set(names) - set(missing):
            shutil.copyfile(drawings / f"{name}.svg", FOLDER / f"{name}.svg")
        shutil.copyfile(Path(place, "package", "LICENSE"), FOLDER / "LICENSE")
    return missing


if __name__ == "__main__":
    if absent := add(sys.argv[1:]):
        sys.exit(f"No such outline icons: {', '.join(absent)}. See https://tabler.io/icons")
