"""Reads a shipped version file into a `Version`; whatever is wrong is said with its place."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import SchemaError

from tongban.basics import canonical
from tongban.catalogue.versions import (
    CheckPoint,
    Codes,
    Competence,
    Condition,
    Contact,
    Fee,
    Field,
    Ground,
    JointStep,
    Limit,
    Limits,
    MaterialSpec,
    ModeRule,
    Option,
    ProcessStep,
    Question,
    Responsibility,
    Result,
    Sentence,
    SpecialProcedure,
    Step,
    Version,
    Visits,
)

DATA = Path(__file__).resolve().parent / "data"


class VersionBroken(ValueError):
    """A version file that cannot be used; each problem names the place in the file."""

    def __init__(self, name: str, problems: list[str]) -> None:
        super().__init__(f"{name}: " + "; ".join(problems))
        self.problems = problems


@cache
def meta_schema() -> dict[str, Any]:
    """The JSON Schema that the content of every version follows."""
    found: dict[str, Any] = json.loads((DATA / "version.schema.json").read_text(encoding="utf-8"))
    return found


@cache
def _meta() -> Draft202012Validator:
    return Draft202012Validator(meta_schema(), format_checker=FormatChecker())


@cache
def _quick() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(meta_schema(), validate_formats=True)


def _misfits(content: Mapping[str, Any]) -> list[str]:
    """What the meta-schema forbids. Most content is right, which the quick judge says alone."""
    if _quick().is_valid(dict(content)):
        return []
    errors = sorted(_meta().iter_errors(content), key=lambda one: list(map(str, one.path)))
    return [f"/{'/'.join(map(str, error.absolute_path))} {error.message}" for error in errors]


def read(content: Mapping[str, Any], *, name: str) -> Version:
    """The version that this content describes; `name` is the item's, for pages.

    Refused (`VersionBroken`) with every problem at once: what the meta-schema forbids, a form
    whose layout and schema differ, conditions on fields that are not asked.
    """
    label = f"{content.get('item')} v{content.get('number')}"
    problems = _misfits(content) or list(_problems(content))
    if problems:
        raise VersionBroken(label, problems)
    return _version(content, name)


# What is published never changes, so each process reads a version once, whatever else is published.
_published: dict[tuple[str, str], Version] = {}
_MOST_PUBLISHED = 4096


def published(digest: str, *, name: str) -> Version | None:
    """The version with this digest, when this process has read it under this name before."""
    return _published.get((digest, name))


def read_published(content: Mapping[str, Any], *, name: str) -> Version:
    """As `read`, and remembered for `published`."""
    version = read(content, name=name)
    if len(_published) >= _MOST_PUBLISHED:
        _published.clear()
    _published[version.digest, name] = version
    return version


def _problems(content: Mapping[str, Any]) -> Iterator[str]:
    """What a schema cannot see: that the parts of the file fit each other."""
    schema = content["form"]["schema"]
    if wrong := _no_schema(schema):
        yield f"/form/schema {wrong}"
        return
    asked = [one["field"] for step in content["form"]["steps"] for one in step["fields"]]
    properties = schema["properties"]
    yield from (f"/form/steps field {key} is asked twice" for key in _twice(asked))
    yield from (
        f"/form/steps field {key} is not in the schema" for key in asked if key not in properties
    )
    yield from (
        f"/form/schema/properties/{key} is never asked" for key in properties if key not in asked
    )
    yield from (
        f"/form/schema/required names {key}, which is no field"
        for key in schema["required"]
        if key not in properties
    )
    yield from (
        f"/form/schema/properties/{key} has no title"
        for key, one in properties.items()
        if "title" not in one
    )
    decided_by = content["competence"]["field"]
    if properties.get(decided_by, {}).get("format") != "division":
        yield f"/competence/field {decided_by} is not a field of format division"
    specs = [material["spec"] for material in content["materials"]]
    yield from (f"/materials {spec} is asked twice" for spec in _twice(specs))
    yield from _loose_conditions(content, properties)
    yield from _loose_joint_steps(content, properties)
    yield from (
        f"/visits has nothing for mode {rule['mode']}"
        for rule in content["modes"]
        if rule["mode"] not in content["visits"]
    )


def _no_schema(schema: dict[str, Any]) -> str:
    """Why this is no JSON Schema; empty when it is one."""
    if jsonschema_rs.meta.is_valid(schema):
        return ""
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return str(error.message)
    return ""


def _twice(keys: list[str]) -> list[str]:
    return sorted({key for key in keys if keys.count(key) > 1})


def _point_keys(points: list[dict[str, Any]]) -> Iterator[str]:
    for point in points:
        yield point["key"]
        yield from _point_keys(point.get("children", []))


def _loose_conditions(content: Mapping[str, Any], properties: Mapping[str, Any]) -> Iterator[str]:
    for material in content["materials"]:
        where = f"/materials/{material['spec']}"
        yield from (
            f"{where}/points {key} is there twice"
            for key in _twice(list(_point_keys(material["points"])))
        )
        for when in material["when"]:
            options = {one.value for one in _options(properties.get(when["field"], {}))}
            yield from (
                f"{where}/when {when['field']} has no option {value}"
                for value in when["is_one_of"]
                if value not in options
            )
    for rule in content["form"]["schema"].get("allOf", []):
        for key, condition in rule["if"]["properties"].items():
            options = {one.value for one in _options(properties.get(key, {}))}
            yield from (
                f"/form/schema/allOf {key} has no option {value}"
                for value in _values(condition)
                if value not in options
            )


def _loose_joint_steps(content: Mapping[str, Any], properties: Mapping[str, Any]) -> Iterator[str]:
    """A step waits only for steps before it, so that no two ever wait for each other.

    Papers are not looked at: a place may do without a material, and then no partner sees it.
    """
    before: set[str] = set()
    for step in content.get("joint", []):
        where = f"/joint/{step['key']}"
        if step["key"] in before:
            yield f"{where} is there twice"
        yield from (
            f"{where}/after {key} is no step before it"
            for key in step["after"]
            if key not in before
        )
        if step["field"] and properties.get(step["field"], {}).get("format") != "division":
            yield f"{where}/field {step['field']} is not a field of format division"
        yield from (
            f"{where}/answers {key} is no field" for key in step["answers"] if key not in properties
        )
        before.add(step["key"])


def _version(content: Mapping[str, Any], name: str) -> Version:
    return Version(
        item=content["item"],
        number=content["number"],
        name=name,
        from_day=date.fromisoformat(content["from_day"]),
        applicant_kinds=tuple(content["applicant_kinds"]),
        modes=tuple(ModeRule(**rule) for rule in content["modes"]),
        department=content["department"],
        decided_level=content["decided_level"],
        competence=Competence(**content["competence"]),
        limits=Limits(**{key: Limit(**limit) for key, limit in content["limits"].items()}),
        visits={mode: Visits(**visits) for mode, visits in content["visits"].items()},
        fee=Fee(**content["fee"]),
        conditions=_sentences(content["conditions"]),
        not_for=_sentences(content["not_for"]),
        steps=tuple(_steps(content)),
        schema=content["form"]["schema"],
        materials=tuple(_material(one) for one in content["materials"]),
        result=Result(**content["result"]),
        consultation=content["consultation"],
        questions=tuple(Question(**one) for one in content["questions"]),
        grounds=tuple(Ground(**one) for one in content["grounds"]),
        digest=canonical.digest(canonical.dumps(dict(content))),
        archetype=content.get("archetype", ""),
        codes=_codes(content.get("codes", {})),
        legal_basis=_sentences(content.get("legal_basis", [])),
        process=tuple(ProcessStep(**one) for one in content.get("process", [])),
        special_procedures=tuple(
            SpecialProcedure(**one) for one in content.get("special_procedures", [])
        ),
        responsibility=Responsibility(
            **{side: _sentences(said) for side, said in content.get("responsibility", {}).items()}
        ),
        contact=Contact(**content.get("contact", {})),
        joint=tuple(_joint_step(one) for one in content.get("joint", [])),
        decision=content.get("decision", "one_person"),
    )


def _joint_step(content: Mapping[str, Any]) -> JointStep:
    lists = {key: tuple(content[key]) for key in ("after", "answers", "papers")}
    return JointStep(**{**content, **lists})


def _sentences(content: list[dict[str, Any]]) -> tuple[Sentence, ...]:
    return tuple(Sentence(**one) for one in content)


def _codes(content: Mapping[str, Any]) -> Codes:
    return Codes(**{**content, "levels": tuple(content.get("levels", []))})


def _material(content: Mapping[str, Any]) -> MaterialSpec:
    when = tuple(Condition(one["field"], tuple(one["is_one_of"])) for one in content["when"])
    points = tuple(_point(point) for point in content["points"])
    parts = {**content, "when": when, "points": points, "formats": tuple(content["formats"])}
    return MaterialSpec(**parts)


def _point(content: Mapping[str, Any]) -> CheckPoint:
    children = tuple(_point(child) for child in content.get("children", []))
    return CheckPoint(**{**content, "children": children})


def _steps(content: Mapping[str, Any]) -> Iterator[Step]:
    schema = content["form"]["schema"]
    whens = _whens(schema)
    for step in content["form"]["steps"]:
        fields = (
            _field(layout, schema["properties"][layout["field"]], schema, whens, content)
            for layout in step["fields"]
        )
        yield Step(step["key"], step["title"], step["hint"], tuple(fields))


def _field(
    layout: Mapping[str, Any],
    asked: Mapping[str, Any],
    schema: Mapping[str, Any],
    whens: Mapping[str, tuple[tuple[Condition, ...], bool]],
    content: Mapping[str, Any],
) -> Field:
    key = layout["field"]
    when, needed = whens.get(key, ((), False))
    return Field(
        key=key,
        label=asked["title"],
        hint=asked.get("description", ""),
        example=next(iter(asked.get("examples", [])), ""),
        widget=layout["widget"],
        is_required=key in schema["required"] or needed,
        options=_options(asked),
        when=when,
        format=asked.get("format", ""),
        max_length=asked.get("maxLength"),
        width=layout.get("width"),
        unit=layout.get("unit", ""),
        autocomplete=layout.get("autocomplete", "off"),
        within="deciding" if key == content["competence"]["field"] else "",
        prefill=asked.get("x-prefill", ""),
    )


def _options(asked: Mapping[str, Any]) -> tuple[Option, ...]:
    return tuple(Option(one["const"], one["title"]) for one in asked.get("oneOf", []))


def _whens(schema: Mapping[str, Any]) -> dict[str, tuple[tuple[Condition, ...], bool]]:
    """For each field under `if`/`then`: when it is asked, and whether it is then required.

    A rule reads {"if": {"properties": {field: const or enum}, "required": […]}, "then":
    {"properties": {asked: true, …}, "required": […]}}; the `then` names all fields it brings in.
    """
    found: dict[str, tuple[tuple[Condition, ...], bool]] = {}
    for rule in schema.get("allOf", []):
        when = tuple(
            Condition(key, _values(condition))
            for key, condition in rule["if"]["properties"].items()
        )
        required = set(rule["then"].get("required", []))
        for key in {*rule["then"].get("properties", {}), *required}:
            found[key] = (when, key in required)
    return found


def _values(condition: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(condition["enum"]) if "enum" in condition else (condition["const"],)
