"""Files of tasks in the national exchange's field names: an array, {"tasks": […]}, or a task a line."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

import ijson
from django.utils.translation import gettext as _

from tongban.catalogue.interchange.columns import BY_KEY
from tongban.catalogue.interchange.national import TABLES, read_task
from tongban.catalogue.interchange.records import FileRefused, RawRow, Source

LARGEST = 1024 * 1024 * 1024  # bytes
_LONGEST_LINE = 8 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"


def open_json(path: Path) -> Source:
    """The tasks of a file, read one after another. Refused (FileRefused): too large, no JSON."""
    size = path.stat().st_size
    if size > LARGEST:
        raise FileRefused("too-large", _("文件超过1 GB，请分成几个文件"))
    file = path.open("rb")
    start = 3 if file.read(3) == _BOM else 0
    file.seek(start)
    tasks = _lines(file) if _is_lines(file, start) else _whole(file, start)
    places = dict.fromkeys(BY_KEY, "")
    return Source(
        "json", _rows(file, tasks), places, size, lambda: 0 if file.closed else file.tell()
    )


def _is_lines(file: IO[bytes], start: int) -> bool:
    """Whether the first line is a task by itself."""
    line = file.readline(_LONGEST_LINE)
    file.seek(start)
    try:
        first = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(first, dict) and any(table in first for table in TABLES)


def _whole(file: IO[bytes], start: int) -> Iterator[Any]:
    head = file.read(64).lstrip()
    file.seek(start)
    yield from ijson.items(file, "item" if head.startswith(b"[") else "tasks.item", use_float=True)


def _lines(file: IO[bytes]) -> Iterator[Any]:
    while line := file.readline(_LONGEST_LINE):
        if line.strip():
            yield json.loads(line)


def _rows(file: IO[bytes], tasks: Iterator[Any]) -> Iterator[RawRow]:
    number = 0
    with file:
        try:
            for number, task in enumerate(tasks, start=1):
                if not isinstance(task, dict):
                    raise FileRefused("json-broken", _not_a_task(number))
                yield read_task(number, task)
        except (ijson.JSONError, ValueError, RecursionError) as wrong:
            raise FileRefused("json-broken", _not_a_task(number + 1)) from wrong
        if not number:
            raise FileRefused(
                "json-broken", _('JSON里没有事项：应是一个列表，或者{"tasks": […]}，或者一行一件')
            )


def _not_a_task(number: int) -> str:
    return _("第%(number)s件读不下去：不是完好的JSON对象") % {"number": number}


def write_json(path: Path, tasks: Iterable[dict[str, Any]]) -> int:
    """Write {"tasks": […]}, a task a line; returns how many."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write('{"format": "tongban-exchange-1", "tasks": [')
        for count, task in enumerate(tasks, start=1):
            file.write("\n" if count == 1 else ",\n")
            file.write(json.dumps(task, ensure_ascii=False))
        file.write("\n]}\n")
    return count
