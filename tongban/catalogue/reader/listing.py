"""Makes the shipped list of items from the two documents."""

import hashlib
import json
from pathlib import Path
from typing import Any

from tongban.catalogue.reader import classes, fujian, statecouncil, vocabulary, wording
from tongban.catalogue.reader.layout import Unreadable
from tongban.catalogue.reader.scenes import facts_of

DATA = Path(__file__).resolve().parent.parent / "data"
ITEMS = DATA / "items.json"

STATE_COUNCIL_2020 = "guobanfa-2020-35"
STATE_COUNCIL_2022 = "guobanfa-2022-34"
FUJIAN_2020 = "minzhengban-2020-11-27"

_NATIONAL = {1: "2020年底前", 2: "2021年底前"}
_FORM_IN_SCENE = "scene"


class SourceMissing(FileNotFoundError):
    """A document that the list is read from is not where it was looked for."""


def find(folder: Path, prefix: str) -> Path:
    """The document whose file name begins so; refused with a sentence when it is not there."""
    if found := sorted(folder.glob(f"{prefix}_*.txt")):
        return found[0]
    raise SourceMissing(f"no document {prefix}_*.txt in {folder}; the list is read from it")


def build(folder: Path) -> dict[str, Any]:
    """The whole content of `items.json`: what was read, and the items in the documents' order."""
    fujian_path, council_path = find(folder, "004"), find(folder, "003")
    items = [_fujian_item(row) for row in fujian.read(fujian_path)]
    items += [_council_item(row) for row in statecouncil.read(council_path)]
    return {
        "read_from": {
            FUJIAN_2020: _digest(fujian_path),
            STATE_COUNCIL_2022: _digest(council_path),
        },
        "items": items,
    }


def items_of(path: Path) -> list[dict[str, Any]]:
    """The items of one of the two documents, whichever it is. Refused: Unreadable."""
    try:
        return [_council_item(row) for row in statecouncil.read(path)]
    except Unreadable:
        return [_fujian_item(row) for row in fujian.read(path)]


def write(folder: Path, target: Path = ITEMS) -> int:
    """Write the list; the same documents always make the same bytes. Returns how many items."""
    content = build(folder)
    target.write_text(dump(content), encoding="utf-8")
    return len(content["items"])


def dump(content: dict[str, Any]) -> str:
    """The bytes of the list: one item's facts indented, Chinese as it is."""
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _fujian_item(row: fujian.FujianRow) -> dict[str, Any]:
    national = row.national_deadline or _NATIONAL[row.batch]
    return {
        "code": f"2020-{row.batch}-{row.number:02d}",
        "list": "2020",
        "batch": row.batch,
        "number": row.number,
        **_shared(row),
        "source": {
            "document": FUJIAN_2020,
            "part": f"附件{row.part}",
            "row": row.number,
            "lines": [row.lines[0].number, row.lines[-1].number],
            "province": "35",
            "province_unit": row.province_unit,
            "form": row.form,
            "modes": wording.modes_of(row.form),
            "modes_from": "form",
            "state": wording.state_of(row.form),
            "deadline": row.deadline,
            "national_deadline": national,
            "deadlines": [
                *wording.deadlines_of(national, scope="national"),
                *wording.deadlines_of(row.deadline, scope="35"),
            ],
        },
    }


def _council_item(row: statecouncil.StateCouncilRow) -> dict[str, Any]:
    modes = wording.modes_of_scene(row.scene)
    return {
        "code": f"2022-1-{row.number:02d}",
        "list": "2022",
        "batch": 1,
        "number": row.number,
        **_shared(row),
        "source": {
            "document": STATE_COUNCIL_2022,
            "part": "附件",
            "row": row.number,
            "lines": [row.lines[0].number, row.lines[-1].number],
            "province": "",
            "province_unit": "",
            "form": "",
            "modes": modes,
            "modes_from": _FORM_IN_SCENE if modes else "",
            "state": "unstated",
            "deadline": "",
            "national_deadline": row.deadline,
            "deadlines": wording.deadlines_of(row.deadline, scope="national"),
        },
    }


def _shared(row: fujian.FujianRow | statecouncil.StateCouncilRow) -> dict[str, Any]:
    lead = vocabulary.spell(row.lead)
    return {
        "name": row.name,
        "lead": lead,
        "cooperating": [vocabulary.spell(unit) for unit in row.partners],
        "theme": classes.theme_of(lead),
        "subjects": classes.subjects_of(row.name),
        "facts": facts_of(row.scene),
    }
