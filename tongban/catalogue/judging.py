"""What is wrong with the content of a version, said in Chinese with its place in the content."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from tongban.basics import canonical
from tongban.basics.refusals import Refused
from tongban.catalogue import reading

LARGEST = 400_000  # bytes of canonical JSON; must pass the broker with its signature around it


@dataclass(frozen=True)
class Problem:
    """One thing to mend: a JSON pointer into the content (`/limits/decide/days`), and a sentence."""

    place: str
    sentence: str


class NotJson(Refused):
    """Content that cannot be kept, hashed and sent as it is."""

    code = "content-not-json"
    status = 422


def check_json(value: Any, *, what: str, largest: int = LARGEST) -> None:
    """Only what every node reads the same: no fractions, no NUL, not too large. Refused: NotJson."""
    try:
        data = canonical.dumps(value)
        canonical.loads(data)
    except (ValueError, TypeError, RecursionError) as wrong:
        facts = {"what": what}
        raise NotJson(
            _("%(what)s里有不能保存的内容：只能用文字、整数、是否和它们的列表") % facts
        ) from wrong
    if b"\\u0000" in data:
        raise NotJson(_("%(what)s里有看不见的字符，请删去后重新输入") % {"what": what})
    if len(data) > largest:
        facts = {"what": what, "limit": str(largest // 1000)}
        raise NotJson(_("%(what)s太长，超过%(limit)s千字节，请精简") % facts)


def judge(content: Mapping[str, Any], *, name: str) -> list[Problem]:
    """Everything that keeps this whole content from being read as a version; empty when it reads.

    `name` is the item's. What `reading.read` refuses is always among it, and nothing else.
    """
    try:
        reading.read(content, name=name)
    except reading.VersionBroken as broken:
        said = [problem_of(error) for error in errors(content)]
        return said or [_own(problem) for problem in broken.problems]
    except (KeyError, TypeError, AttributeError, ValueError) as wrong:
        # A form may be a sound JSON Schema and yet say something that no page can ask.
        return [
            Problem(
                "/form/schema", _("表单里有平台不支持的写法（%(what)s）") % {"what": repr(wrong)}
            )
        ]
    return []


def errors(content: Mapping[str, Any]) -> list[ValidationError]:
    """What the schema of versions forbids, in the order of the places."""
    validator = Draft202012Validator(reading.meta_schema(), format_checker=FormatChecker())
    return sorted(validator.iter_errors(content), key=lambda one: list(map(str, one.absolute_path)))


def problem_of(error: ValidationError) -> Problem:
    """One error of a schema as an official reads it."""
    place = "/" + "/".join(map(str, error.absolute_path))
    wanted: Any = error.validator_value
    if error.validator == "required":
        # One error for each thing missing, and only its message says which.
        missing = next(key for key in wanted if error.message.startswith(f"'{key}'"))
        return Problem(f"{place.rstrip('/')}/{missing}", _("没有填写"))
    if error.validator == "additionalProperties":
        schema: Any = error.schema
        names = set(cast(Mapping[str, Any], error.instance)) - set(schema.get("properties", {}))
        strange = "、".join(sorted(names))
        return Problem(place, _("不认识“%(names)s”，请删去") % {"names": strange})
    say = _SAYINGS.get(str(error.validator))
    sentence = say(wanted) if say else _("不符合格式")
    return Problem(place, sentence)


_TYPES = {
    "string": "文字",
    "integer": "整数",
    "boolean": "是或否",
    "array": "列表",
    "object": "一组内容",
    "null": "空",
}


def _types(wanted: Any) -> str:
    names = [wanted] if isinstance(wanted, str) else list(wanted)
    return "或".join(_TYPES.get(one, one) for one in names)


_SAYINGS: dict[str, Callable[[Any], str]] = {
    "type": lambda wanted: _("要填%(type)s") % {"type": _types(wanted)},
    "minLength": lambda least: (
        _("没有填写") if least == 1 else _("至少写%(count)s个字") % {"count": least}
    ),
    "maxLength": lambda most: _("最多写%(count)s个字") % {"count": most},
    "minimum": lambda least: _("不能小于%(count)s") % {"count": least},
    "maximum": lambda most: _("不能大于%(count)s") % {"count": most},
    "minItems": lambda least: _("至少要有%(count)s项") % {"count": least},
    "uniqueItems": lambda _wanted: _("有重复的项，请删去"),
    "enum": lambda those: _("只能是：%(values)s") % {"values": "、".join(map(str, those))},
    "const": lambda that: _("只能是%(value)s") % {"value": that},
    "pattern": lambda _pattern: _("写法不对"),
    "format": lambda _format: _("日期写成2026-11-23"),
    "propertyNames": lambda _names: _("有不认识的名称，请删去"),
}

# What `reading` says of parts that do not fit each other, and how it is said to officials.
_OWN: tuple[tuple[re.Pattern[str], Callable[..., str]], ...] = (
    (re.compile(r"^field (\S+) is asked twice$"), lambda key: _("“%s”问了两次") % key),
    (re.compile(r"^field (\S+) is not in the schema$"), lambda key: _("“%s”没有定义") % key),
    (re.compile(r"^is never asked$"), lambda: _("定义了，但没有放进任何一页")),
    (re.compile(r"^names (\S+), which is no field$"), lambda key: _("必填项“%s”没有定义") % key),
    (re.compile(r"^has no title$"), lambda: _("没有写名称")),
    (
        re.compile(r"^(\S+) is not a field of format division$"),
        lambda key: _("由“%s”确定办理地，它必须是选择行政区划的字段") % key,
    ),
    (re.compile(r"^(\S+) is asked twice$"), lambda key: _("“%s”出现了两次") % key),
    (re.compile(r"^(\S+) is there twice$"), lambda key: _("核对点“%s”出现了两次") % key),
    (
        re.compile(r"^(\S+) has no option (\S+)$"),
        lambda key, value: _("“%(key)s”没有“%(value)s”这个选项") % {"key": key, "value": value},
    ),
    (
        re.compile(r"^has nothing for mode (\S+)$"),
        lambda mode: _("没有写“%s”要到现场几次") % mode,
    ),
)


def _own(problem: str) -> Problem:
    place, _space, said = problem.partition(" ")
    for pattern, say in _OWN:
        if found := pattern.match(said):
            return Problem(place, say(*found.groups()))
    return Problem(place, _("不符合要求（%(what)s）") % {"what": said})


def texts(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a content with its place."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from texts(one, f"{place}/{key}")
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from texts(one, f"{place}/{index}")
