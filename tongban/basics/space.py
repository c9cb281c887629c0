"""Room on the disk of a folder that may not be there yet."""

import shutil
from pathlib import Path


def usage(folder: Path) -> tuple[int, int]:
    """Bytes free and bytes in all where the folder is, or will be when it is made."""
    there = next(one for one in (folder, *folder.parents) if one.exists())
    found = shutil.disk_usage(there)
    return found.free, found.total
