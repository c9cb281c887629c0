"""Made rows to measure with: as many implementations as asked for, plainly fictional (sandbox)."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tongban.catalogue.interchange.columns import COLUMNS
from tongban.catalogue.interchange.csv_files import write_csv

_FIRST_PART = 20  # beyond what is shipped, so that every row is new
_LEVELS = {"0000": "2", "00": "3"}


def rows(count: int, *, items: Sequence[tuple[str, str]], places: Sequence[str]) -> Iterator[
    dict[str, str]
]:  # fmt: skip
    """So many rows over all items and places of a node; places split items.

    `items` are codes and names. Every row differs: its limits, phones, conditions, sometimes fee.
    """
    for number in range(count):
        serial, place_at = divmod(number, len(places))
        part, item_at = divmod(serial, len(items))
        part += _FIRST_PART
        item, name = items[item_at]
        place = places[place_at]
        yield {
            "item": item,
            "name": f"{name}（示例{part:02d}）",
            "place": place,
            "authority_name": f"示例机关{place}",
            "level": next((v for end, v in _LEVELS.items() if place.endswith(end)), "4"),
            "part": f"{part:02d}",
            "local_code": f"示例-{number:07d}",
            "from_day": "2026-09-01",
            "promised_days": str(1 + number % 10),
            "promised_unit": "工作日",
            "promised_ground": "示例规定（虚构）第一条",
            "conditions": f"示例条件：在本地办理的第{number}种情形。\n示例条件：材料齐全，符合要求。",
            "not_for": "示例：已经在别处办结的。",
            "consult": f"0431-{10_000_000 + number}",
            "complain": f"0431-{20_000_000 + number}",
            "consultation": "示例窗口",
            "questions": f"问：示例问题{number}？\n答：示例回答。",
            "wording": f"办理时限：自受理之日起{1 + number % 10}个工作日（示例原文）",
        }


def write(path: Path, made: Iterator[dict[str, str]]) -> int:
    """Write made rows as a CSV in the template's columns; returns how many."""
    lines = ([row.get(column.key, "") for column in COLUMNS] for row in made)
    return write_csv(path, [column.heading for column in COLUMNS], lines)
