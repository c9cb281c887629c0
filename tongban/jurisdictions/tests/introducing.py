"""Nodes introduced to a test without a hub that signs: what a test says of them is believed."""

import json
from datetime import datetime
from pathlib import Path

from tongban.jurisdictions import directory, operations
from tongban.jurisdictions.models import Node


def load_directory(path: Path, *, at: datetime) -> list[Node]:
    """Introduce the nodes of an unsigned file, which no node would adopt."""
    return operations.introduce(entries(path.read_bytes()), at=at)


def entries(data: bytes) -> list[directory.Entry]:
    """The nodes in an unsigned directory."""
    try:
        rows = json.loads(data)["nodes"]
    except (ValueError, KeyError, TypeError, RecursionError) as wrong:
        raise directory.DirectoryMalformed("not a directory") from wrong
    return directory.entries(rows)
