"""Whether the changes of a row may be laid over the standard, and what the rules of quality find."""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs
from django.utils.translation import gettext as _

from tongban.basics import canonical
from tongban.catalogue import overlay as overlaying
from tongban.catalogue import quality, reading
from tongban.catalogue.interchange.columns import COLUMNS, SECTIONS
from tongban.catalogue.interchange.faults import ERROR, FLAG
from tongban.catalogue.interchange.ground import Ground, Say

# Where in the content a rule looks, and in which column an official mends it.
_COLUMNS = {
    "/codes/item_type": "item_type",
    "/codes/handle_type": "handle_type",
    "/limits/legal/days": "legal_days",
    "/limits/legal/basis": "legal_ground",
    "/limits/decide/days": "promised_days",
    "/limits/decide/basis": "promised_ground",
    "/limits/accept/days": "accept_days",
    "/fee/basis": "fee_ground",
    "/fee/text": "fee_text",
    "/contact/consult": "consult",
    "/contact/complain": "complain",
    "/contact/liaison": "liaison",
    "/result/sample": "result_sample",
    "/result/kind": "result_kind",
    "/result/title": "result_title",
}
_SECTION_COLUMN = {one.section: one.key for one in reversed(COLUMNS) if one.section}
# What law does not let a place do stops the file; what is only untidy is flagged.
_FORBIDDEN = frozenset({"fee-without-basis", "promised-over-legal"})
# Sections that the overlay judges beside the standard or beside each other; the schema alone
# judges the others, so that what differs from row to row costs little.
_COUPLED = ("limits", "fee", "modes", "visits", "materials", "form")


def _column_of(place: str) -> str:
    section = place.split("/")[1] if "/" in place else ""
    if section == "visits":
        return "visits_why" if place.endswith("/why") else "visits"
    return _COLUMNS.get(place) or _SECTION_COLUMN.get(section, "rest")


def judge_changes(content: Mapping[str, Any], ground: Ground, say: Say) -> None:
    """Tell of everything that keeps these changes from being law, and of what is to be looked at."""
    if not content:
        return
    told = set()
    if misfits := list(_misfits(content)):
        for place, sentence in misfits[:5]:
            say("content-does-not-fit", ERROR, _column_of(place), sentence, _mend(place))
        return
    if not ground.standard:
        return
    facts = quality.facts_of_content(overlaying.overlay(ground.standard, content))
    for finding in quality.judge_facts(facts):
        if finding.place.split("/")[1] in content:
            told.add(_column_of(finding.place))
            severity = ERROR if finding.code in _FORBIDDEN else FLAG
            say(finding.code, severity, _column_of(finding.place), finding.sentence, finding.mend)
    for place, sentence in _problems(content, ground):
        if _column_of(place) not in told:
            say("change-not-allowed", ERROR, _column_of(place), sentence, _mend(place))


def _mend(place: str) -> str:
    section = place.split("/")[1] if "/" in place else ""
    said = _("改“%(section)s”这一栏（位置%(place)s）；“其他变更”里的请到导出的系统里改好再导出")
    return said % {"section": SECTIONS.get(section, section), "place": place}


@lru_cache(maxsize=1)
def _schema() -> jsonschema_rs.Draft202012Validator:
    """The schema of versions, for changes: every section on its own, keyed ones as put and drop."""
    schema = json.loads((reading.DATA / "version.schema.json").read_text(encoding="utf-8"))
    properties = schema["properties"]
    sections = {
        key: properties[key]
        for key in (*overlaying.WHOLE, *overlaying.BY_PART)
        if key in properties
    }
    for key in overlaying.BY_PART:
        sections[key] = {name: one for name, one in properties[key].items() if name != "required"}
    for key in overlaying.BY_KEY:
        sections[key] = {
            "type": "object",
            "properties": {
                "put": {**properties[key], "minItems": 0},
                "drop": {"type": "array", "items": {"type": "string"}},
            },
        }
    sections["name"] = {"type": "string", "minLength": 2, "maxLength": 200}
    sections["form"] = {"type": "object"}
    return jsonschema_rs.Draft202012Validator(
        {
            "$defs": schema["$defs"],
            "type": "object",
            "properties": sections,
            "additionalProperties": False,
        },
        validate_formats=True,
    )


def _misfits(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What the schema of versions forbids, with the place in the content."""
    if _schema().is_valid(dict(content)):
        return
    if problems := overlaying.misshapen(content):
        yield from ((one.place, one.sentence) for one in problems)
        return
    for error in _schema().iter_errors(dict(content)):
        place = "/" + "/".join(str(part) for part in error.instance_path)
        yield place, _("这里的内容不合要求")


_MOST_JUDGED = 500


def _problems(content: Mapping[str, Any], ground: Ground) -> tuple[tuple[str, str], ...]:
    """What a place may not change so. Rows that change the same are judged once."""
    coupled = {key: content[key] for key in _COUPLED if key in content}
    if not coupled:
        return ()
    key = canonical.digest(canonical.dumps(coupled))
    if key not in ground.judged:
        if len(ground.judged) >= _MOST_JUDGED:
            ground.judged.clear()
        found = overlaying.problems(ground.standard, coupled)
        ground.judged[key] = tuple((one.place, one.sentence) for one in found)
    return ground.judged[key]
