"""Fills in an application of any item from what the API says of it: questions, materials, check points.

Nobody is meant by it: names are those of examples, identity numbers are of people born in 1901.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from jsonschema import Draft202012Validator
from stdnum.iso7064 import mod_11_2

# Choices that ask for the least besides; all others take the first.
CHOICES = {"handled_by": "self", "deliver_paper_by": "window", "dwelling_kind": "consent"}
NAME, PHONE, DAY = "张三", "13900000002", "2020-05-20"


@dataclass(frozen=True)
class Form:
    """What a deciding place asks for an item: the schema of answers, materials, and which field is its."""

    schema: Mapping[str, Any]
    materials: Sequence[Mapping[str, Any]]
    decided_by: str

    def answers(self, *, here: str, there: str, on: date) -> dict[str, str]:
        """Good answers of somebody in `here` (a county), whose case is decided for `there`."""
        properties, found = self.schema["properties"], {}
        wanted = list(self.schema.get("required", ()))
        while wanted:
            key = wanted.pop(0)
            if key not in found:
                place = there if key == self.decided_by else here
                found[key] = _answer(key, properties[key], place=place, on=on)
                wanted += _asked_besides(self.schema, found)
        return found

    def papers(self, answers: Mapping[str, str]) -> list[str]:
        """Materials that must be handed in with these answers."""
        return [
            one["spec"]
            for one in self.materials
            if one["is_required"]
            and all(answers.get(when["field"]) in when["values"] for when in one["when"])
        ]

    def points(self, papers: Sequence[str]) -> Iterator[tuple[str, str]]:
        """What a window looks at in them."""
        for one in self.materials:
            if one["spec"] in papers:
                for point in one["points"]:
                    if point["judged_by"] == "receiver":
                        yield one["spec"], point["key"]


def form_of(version: Mapping[str, Any]) -> Form:
    """From the answer of GET /items/{code}/version."""
    return Form(version["answers"], version["materials"], version["competence"]["field"])


def person_number(county: str, serial: int) -> str:
    """An identity number that nobody living has, another one for each of some 280,000 serials."""
    day, number = divmod(serial % (28 * 10 * 999), 999)
    month, day = divmod(day, 28)
    body = f"{county}1901{month + 1:02d}{day + 1:02d}{number + 1:03d}"
    return body + str(mod_11_2.calc_check_digit(body))


def _asked_besides(schema: Mapping[str, Any], answers: Mapping[str, str]) -> list[str]:
    """What the answers so far make necessary."""
    found: list[str] = []
    for rule in schema.get("allOf", ()):
        holds = Draft202012Validator(rule["if"]).is_valid(answers)
        found += rule.get("then" if holds else "else", {}).get("required", ())
    return [key for key in found if key not in answers]


def _answer(key: str, asked: Mapping[str, Any], *, place: str, on: date) -> str:
    if options := [str(one["const"]) for one in asked.get("oneOf", ())]:
        return CHOICES[key] if CHOICES.get(key) in options else options[0]
    match asked.get("format", ""):
        case "division":
            return place
        case "person-id":
            return person_number(place, 77)
        case "person-name":
            return NAME
        case "mobile":
            return PHONE
        case "past-date" | "date":
            return DAY
        case "coming-date":
            return f"{on.year + 1}-06-01"
    return _text(asked)


def _text(asked: Mapping[str, Any]) -> str:
    """An example of the question's own, or words of the length asked for."""
    examples: Sequence[str] = asked.get("examples", ())
    return str(examples[0]) if examples else "示例".ljust(int(asked.get("minLength", 2)), "例")
