"""How the values of a version are said in a difference, and when two sentences say the same."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.translation import gettext as _

from tongban.catalogue.models import Level, Mode, Subject
from tongban.catalogue.versions import (
    Condition,
    Field,
    Limit,
    ProcessStep,
    Result,
    Sentence,
    Version,
)

UNITS = {"workday": "个工作日", "day": "天", "month": "个月", "year": "年"}
ACTORS = {
    "applicant": "申请人", "receiver": "收件地", "decider": "办理地", "partner": "联办地",
}  # fmt: skip
FORMS = {
    "e-certificate": "电子证照",
    "shared-data": "数据共享，不用交",
    "upload": "上传照片或者文件",
    "original-by-post": "寄原件",
    "original-in-person": "当面交原件",
}
# How much each form asks of the applicant; the first two nothing at all.
WEIGHT = {
    "e-certificate": 0, "shared-data": 0, "upload": 1, "original-by-post": 2,
    "original-in-person": 3,
}  # fmt: skip
ITEM_TYPES = {
    "00": "行政权力", "01": "行政许可", "02": "行政处罚", "03": "行政强制", "04": "行政征收",
    "05": "行政给付", "06": "行政检查", "07": "行政确认", "08": "行政奖励", "09": "行政裁决",
    "10": "其他行政权力", "20": "公共服务",
}  # fmt: skip
HANDLE_TYPES = {"1": "即办件", "2": "承诺件", "9": "其他"}
RESULT_KINDS = {"certificate": "证照", "notice": "通知书"}
# Two sentences that share so much are one sentence in two wordings.
ALIKE = 0.6

_NUMBER = re.compile(r"\d+(?:\.\d+)?|[一二两三四五六七八九十百千]+(?=[年月日天岁人份次个周倍元万])")
_SILENT = re.compile(r"[\s，。；、：,.;:（）()“”\"《》]")


def plain(text: str) -> str:
    """What a sentence says without width, spaces and punctuation."""
    return _SILENT.sub("", unicodedata.normalize("NFKC", text))


def limit(one: Limit | ProcessStep) -> str:
    """A limit in words: 5个工作日; a step without one: 没有写时限."""
    if one.days is None:
        return _("没有写时限")
    return f"{one.days}{UNITS[one.unit]}"


def item_type(code: str) -> str:
    """事项类型 (A.1) in words; a code that the set does not have stays a code."""
    return ITEM_TYPES.get(code, code)


def handle_type(code: str) -> str:
    """办件类型 (A.6) in words."""
    return HANDLE_TYPES.get(code, code)


def result(one: Result) -> str:
    """What comes out, with its kind: 证照：居住证."""
    return f"{RESULT_KINDS[one.kind]}：{one.title}"


def subjects(kind: str) -> str:
    """Whom an item serves, in words."""
    return str(Subject(kind).label)


def mode(name: str) -> str:
    """A way to do an item, by its official name."""
    return str(Mode(name).label)


def levels(values: Sequence[str]) -> str:
    """行使层级 in words."""
    return "、".join(str(Level(one).label) for one in sorted(values)) or _("没有写")


def situation(when: Sequence[Condition], fields: dict[str, Field]) -> str:
    """The conditions of a material in words: 户口类型是“集体户”."""
    said = [_one_condition(one, fields.get(one.field)) for one in when]
    return _("，并且").join(said) or _("都要交")


def _one_condition(condition: Condition, asked: Field | None) -> str:
    label = asked.label if asked else condition.field
    values = [asked.label_of(value) if asked else value for value in condition.values]
    chosen = _("或者").join(f"“{value}”" for value in values)
    return _("%(label)s是%(chosen)s") % {"label": label, "chosen": chosen}


def version_situation(version: Version, when: Sequence[Condition]) -> str:
    """The conditions of a material of a version in words."""
    return situation(when, version.fields())


def has_other_numbers(one: str, other: str) -> bool:
    """Whether two wordings of one sentence name other numbers."""
    return sorted(_NUMBER.findall(plain(one))) != sorted(_NUMBER.findall(plain(other)))


@dataclass(frozen=True)
class Pairing:
    """A sentence of the standard beside the one of the place; one of them is nothing."""

    standard: Sentence | None
    local: Sentence | None


def pair(standard: Sequence[Sentence], local: Sequence[Sentence]) -> Iterator[Pairing]:
    """Sentences that differ: those alike side by side, the others alone; equal ones are left out."""
    theirs = {plain(one.text): one for one in local}
    ours = {plain(one.text): one for one in standard}
    left = [one for key, one in ours.items() if key not in theirs]
    right = [one for key, one in theirs.items() if key not in ours]
    for one in left:
        match = max(right, key=lambda other: _likeness(one, other), default=None)
        if match is not None and _likeness(one, match) >= ALIKE:
            right.remove(match)
            yield Pairing(one, match)
        else:
            yield Pairing(one, None)
    yield from (Pairing(None, one) for one in right)


def _likeness(one: Sentence, other: Sentence) -> float:
    return SequenceMatcher(None, plain(one.text), plain(other.text), autojunk=False).ratio()
