"""What is wrong with a request's form, in sentences for each field."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

# Where a value stood, which the field's own name already says.
_SOURCES = {"body", "query", "path", "header", "form", "file"}
_SENTENCES = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项，请去掉",
    "string_type": "要写成文字",
    "string_unicode": "有不能用的字符",
    "string_too_short": "不能少于{min_length}个字",
    "string_too_long": "不能多于{max_length}个字",
    "string_pattern_mismatch": "格式不对",
    "literal_error": "只能是：{expected}",
    "int_parsing": "要写成整数",
    "int_type": "要写成整数",
    "greater_than_equal": "不能小于{ge}",
    "less_than_equal": "不能大于{le}",
    "list_type": "要写成数组",
    "too_long": "不能多于{max_length}项",
    "dict_type": "要写成对象",
    "model_type": "要写成对象",
    "model_attributes_type": "要写成对象",
    "date_from_datetime_parsing": "日期要写成“年-月-日”，例如2026-11-21",
    "date_parsing": "日期要写成“年-月-日”，例如2026-11-21",
    "date_from_datetime_inexact": "日期要写成“年-月-日”，例如2026-11-21",
    "date_type": "日期要写成“年-月-日”，例如2026-11-21",
}


def sentences(errors: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Sentences by field: `applicant.phone`, `materials.0.digest`, `Idempotency-Key`."""
    found: dict[str, list[str]] = {}
    for error in errors:
        found.setdefault(_field(error["loc"]), []).append(_sentence(error))
    return found


def _field(place: Iterable[Any]) -> str:
    source, *names = place
    # The parameter that stands for the whole body has a name of ours, which nobody sent.
    if source == "body" and names:
        names = names[1:]
    return ".".join(str(name) for name in names) or _("整个内容")


def _sentence(error: Mapping[str, Any]) -> str:
    said = _SENTENCES.get(error["type"])
    if said is None:
        return _("格式不对")
    return _(said).format(**error.get("ctx", {}))
