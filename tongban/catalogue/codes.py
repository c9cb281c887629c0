"""Codes of service items: 12, 31 and 33 characters, and the code sets that go with them.

The structure is that of the platform norm ZWFW C0109 as live data uses it; GB/T 39046-2020 table 4
still gives 10 and 24, which are recognised and named as the old lengths. Sets: its annex A.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.basics import identifiers
from tongban.basics.refusals import Refused

CATALOG, TASK, HANDLE = 12, 31, 33
OLD_CATALOG, OLD_TASK = 10, 24
LONGEST_LOCAL = 50

_ITEM_TYPES_TO_COME = re.compile(r"1[1-9]|2[1-9]|30")
_CATALOG = re.compile(r"(?P<province>[0-9]{2})(?P<type>[0-9]{2})(?P<department>[0-9A-Z]{2})"
                      r"(?P<main>[0-9A-Z]{3})(?P<sub>[0-9A-Z]{3})")  # fmt: skip
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]{1,3}", re.IGNORECASE)
# 00 is national; 66 and above 80 exist as in the divisions (兵团, 港澳).
_PROVINCE = re.compile(r"00|1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-6]|71|8[12]")


@dataclass(frozen=True)
class CodeSet:
    """One set of GB/T 39046-2020 annex A: its number there, its name, the names of its values."""

    key: str
    name: str
    values: Mapping[str, str]

    def code_of(self, text: str) -> str | None:
        """The value that a cell means: the code, the name, or both as our drop-downs write them."""
        text = text.strip()
        if text in self.values:
            return text
        head, _space, tail = text.partition(" ")
        if self.values.get(head) == tail.strip():
            return head
        return next((code for code, name in self.values.items() if name == text), None)

    def label(self, code: str) -> str:
        """A value as drop-downs show it: 2 承诺件."""
        return f"{code} {self.values[code]}" if code in self.values else code

    @property
    def labels(self) -> list[str]:
        """All values as drop-downs show them."""
        return [self.label(code) for code in self.values]


ITEM_TYPE = CodeSet(
    "A.1", "事项类型",
    {"00": "行政权力", "01": "许可", "02": "处罚", "03": "强制", "04": "征收", "05": "给付",
     "06": "检查", "07": "确认", "08": "奖励", "09": "裁决", "10": "其他", "20": "公共服务"},
)  # fmt: skip
LEVEL = CodeSet(
    "A.2", "行使层级",
    {"1": "国家", "2": "省", "3": "市", "4": "县", "5": "乡镇街道", "6": "村社区", "7": "分级管理"},
)  # fmt: skip
BODY = CodeSet(
    "A.3", "实施主体性质",
    {"1": "法定机关", "2": "授权组织", "3": "受委托组织", "9": "其他"},
)  # fmt: skip
SUBJECT = CodeSet(
    "A.4", "服务对象",
    {"1": "自然人", "2": "企业法人", "3": "事业法人", "4": "社会组织法人", "5": "行政机关",
     "6": "其他组织"},
)  # fmt: skip
CHANNEL = CodeSet(
    "A.5", "办理形式",
    {"1": "窗口", "2": "电脑端", "3": "移动端", "4": "快递申请", "9": "其他"},
)  # fmt: skip
HANDLE_TYPE = CodeSet("A.6", "办件类型", {"1": "即办件", "2": "承诺件", "9": "其他"})
SPECIAL = CodeSet("A.7", "特别程序", {"1": "延长审批", "2": "其他"})
SATISFACTION = CodeSet(
    "A.8", "满意度",
    {"1": "非常满意", "2": "满意", "3": "基本满意", "4": "不满意", "5": "非常不满意"},
)  # fmt: skip
UNIT = CodeSet(
    "limit-unit", "时限单位", {"workday": "工作日", "day": "天", "month": "月", "year": "年"}
)
CODE_SETS = {
    one.key: one
    for one in (
        ITEM_TYPE, LEVEL, BODY, SUBJECT, CHANNEL, HANDLE_TYPE, SPECIAL, SATISFACTION, UNIT,
    )
}  # fmt: skip


class UnknownCode(Refused):
    """A value that a code set of another system does not have; nothing is guessed."""

    code = "unknown-code"
    status = 422


@dataclass(frozen=True)
class CodeMap:
    """How another system's values of a set read in ours; `names` are the other system's words."""

    key: str
    system: str
    target: CodeSet
    table: Mapping[str, str]
    names: Mapping[str, str]

    def translate(self, value: str) -> str:
        """Our value for theirs. Refused: UnknownCode, with the values there are."""
        found = self.table.get(value.strip())
        if found is None:
            known = "、".join(f"{code} {name}" for code, name in self.names.items())
            raise UnknownCode(
                _("%(system)s的%(set)s没有代码“%(value)s”，只有：%(known)s")
                % {
                    "system": self.system,
                    "set": self.target.name,
                    "value": value,
                    "known": known,
                },
                map=self.key,
                value=value,
            )
        return found


# Each line is a conflict met in a live system: the same digit means something else there.
EXCHANGE_HANDLE_TYPE = CodeMap(
    "exchange-handle-type", "全国交换库", HANDLE_TYPE,
    {"1": "2", "2": "1", "3": "9", "4": "9"},
    {"1": "承诺件", "2": "即办件", "3": "转报件", "4": "上报件"},
)  # fmt: skip
EXCHANGE_UNIT = CodeMap(
    "exchange-limit-unit", "全国交换库", UNIT,
    {"0": "day", "1": "workday", "2": "month", "3": "year"},
    {"0": "天", "1": "工作日", "2": "月", "3": "年"},
)  # fmt: skip
RATING_SUBJECT = CodeMap(
    "rating-subject", "好差评", SUBJECT,
    {"1": "1", "2": "2", "3": "3", "4": "4", "5": "6", "6": "5", "9": "6"},
    {"1": "自然人", "2": "企业法人", "3": "事业法人", "4": "社会组织法人", "5": "非法人企业",
     "6": "行政机关", "9": "其他"},
)  # fmt: skip
VENDOR_A_SUBJECT = CodeMap(
    "vendor-a-subject", "厂商甲系统", SUBJECT, {"10": "2", "20": "1"}, {"10": "企业", "20": "个人"}
)
RATING_SATISFACTION = CodeMap(
    "rating-satisfaction", "好差评", SATISFACTION,
    {"1": "5", "2": "4", "3": "3", "4": "2", "5": "1"},
    {"1": "非常不满意", "2": "不满意", "3": "基本满意", "4": "满意", "5": "非常满意"},
)  # fmt: skip
CODE_MAPS = {
    one.key: one
    for one in (
        EXCHANGE_HANDLE_TYPE, EXCHANGE_UNIT, RATING_SUBJECT, VENDOR_A_SUBJECT, RATING_SATISFACTION,
    )
}  # fmt: skip


@dataclass(frozen=True)
class CodeFault:
    """What is wrong with a code: for machines, for people, and how to mend it."""

    code: str
    message: str
    mend: str


@dataclass(frozen=True)
class CatalogCode:
    """A basic code of 12: province (00 national), type, department, main item, sub-item (000 main)."""

    province: str
    item_type: str
    department: str
    main: str
    sub: str

    @property
    def is_national(self) -> bool:
        """Whether the national catalogue gave it."""
        return self.province == "00"


_TEXT_COLUMN = gettext_lazy("把这一列的格式改成“文本”，从原系统重新复制完整的编码")


def parse_catalog_code(text: str) -> CatalogCode | None:
    """The parts of a basic code; nothing when it has another form."""
    found = _CATALOG.fullmatch(text)
    return CatalogCode(*found.groups()) if found else None


@lru_cache(maxsize=8192)
def check_catalog_code(text: str) -> tuple[CodeFault, ...]:
    """All that is wrong with a basic code of 12; empty means nothing to look at."""
    if not text:
        return ()
    if damage := _damaged(text, _("基本编码")):
        return (damage,)
    if len(text) == OLD_CATALOG:
        return (
            CodeFault(
                "catalog-code-old-length",
                _("基本编码是10位：这是GB/T 39046-2020表4的旧长度，现行编码是12位"),
                _("到国家或本省事项基本目录里查12位的基本编码；查到之前可以先留着"),
            ),
        )
    if len(text) != CATALOG:
        return (
            CodeFault(
                "catalog-code-wrong-length",
                _("基本编码应为12位，这里是%(length)s位") % {"length": len(text)},
                _("对照基本目录逐位检查，常见的是丢了前面的0或者多了空格"),
            ),
        )
    parts = parse_catalog_code(text)
    if parts is None:
        return (
            CodeFault(
                "catalog-code-wrong-form",
                _("基本编码里有不该有的字符：前4位是数字，其余是数字或大写字母"),
                _("对照基本目录逐位检查"),
            ),
        )
    return tuple(_parts_wrong(parts))


def _parts_wrong(parts: CatalogCode) -> Iterator[CodeFault]:
    if not _PROVINCE.fullmatch(parts.province):
        yield CodeFault(
            "catalog-code-unknown-province",
            _("基本编码前两位%(province)s不是省份代码（国家目录是00）")
            % {"province": parts.province},
            _("前两位改成00或者本省代码，例如35"),
        )
    if not is_item_type(parts.item_type):
        yield CodeFault(
            "catalog-code-unknown-type",
            _("基本编码第3、4位%(type)s不是事项类型") % {"type": parts.item_type},
            _("对照附录A.1检查，例如07是确认，20是公共服务"),
        )


def is_item_type(value: str) -> bool:
    """Whether annex A.1 has the value, or leaves room for it (11…, 21…; 21 and 30 are seen live)."""
    return value in ITEM_TYPE.values or bool(_ITEM_TYPES_TO_COME.fullmatch(value))


@lru_cache(maxsize=8192)
def check_credit_code(text: str) -> tuple[CodeFault, ...]:
    """All that is wrong with an authority's credit code of 18."""
    if not text:
        return ()
    if damage := _damaged(text, _("统一社会信用代码")):
        return (damage,)
    try:
        identifiers.check_credit_code(text)
    except identifiers.NumberRefused as refused:
        is_length = len(text) != 18
        code = "credit-code-wrong-length" if is_length else "credit-code-wrong-check"
        return (CodeFault(code, refused.message, _("对照统一社会信用代码证书逐位检查")),)
    return ()


@lru_cache(maxsize=8192)
def check_task_code(
    text: str, *, authority: str = "", level: str = "", catalog: str = ""
) -> tuple[CodeFault, ...]:
    """All that is wrong with a task code of 31, in itself and beside the row's other columns."""
    if not text:
        return ()
    if damage := _damaged(text, _("实施编码")):
        return (damage,)
    if len(text) == OLD_TASK:
        return (
            CodeFault(
                "task-code-old-length",
                _("实施编码是24位：这是GB/T 39046-2020表4的旧长度，现行编码是31位"),
                _("按“信用代码18位＋行使层级1位＋基本编码12位”重新编；改好之前可以先留着"),
            ),
        )
    if len(text) != TASK:
        return (
            CodeFault(
                "task-code-wrong-length",
                _("实施编码应为31位，这里是%(length)s位") % {"length": len(text)},
                _("实施编码＝信用代码18位＋行使层级1位＋基本编码12位，请对照三段检查"),
            ),
        )
    return tuple(_task_wrong(text, authority, level, catalog))


def _task_wrong(text: str, authority: str, level: str, catalog: str) -> Iterator[CodeFault]:
    for fault in check_credit_code(text[:18]):
        yield CodeFault(
            f"task-{fault.code}",
            _("实施编码前18位：%(fault)s") % {"fault": fault.message},
            fault.mend,
        )
    if text[18] not in LEVEL.values:
        yield CodeFault(
            "task-code-unknown-level",
            _("实施编码第19位%(level)s不是行使层级（1到7）") % {"level": text[18]},
            _("第19位改成行使层级，例如市级是3"),
        )
    for fault in check_catalog_code(text[19:]):
        yield CodeFault(
            f"task-{fault.code}",
            _("实施编码后12位：%(fault)s") % {"fault": fault.message},
            fault.mend,
        )
    told = (
        (authority, text[:18], _("统一社会信用代码"), "task-code-other-authority"),
        (level, text[18], _("行使层级"), "task-code-other-level"),
        (catalog if len(catalog) == CATALOG else "", text[19:], _("基本编码"),
         "task-code-other-catalog"),
    )  # fmt: skip
    for given, inside, name, code in told:
        if given and given != inside:
            yield CodeFault(
                code,
                _("实施编码里的%(name)s是%(inside)s，这一行填的却是%(given)s")
                % {"name": name, "inside": inside, "given": given},
                _("两处以正确的为准，改另一处"),
            )


@lru_cache(maxsize=8192)
def check_handle_code(text: str, *, task: str = "") -> tuple[CodeFault, ...]:
    """All that is wrong with a handle item's code of 33: the task code and two digits."""
    if not text:
        return ()
    if damage := _damaged(text, _("业务办理项编码")):
        return (damage,)
    if len(text) != HANDLE:
        return (
            CodeFault(
                "handle-code-wrong-length",
                _("业务办理项编码应为33位，这里是%(length)s位") % {"length": len(text)},
                _("业务办理项编码＝实施编码31位＋2位顺序号；没有拆分的事项不填"),
            ),
        )
    if not text[TASK:].isascii() or not text[TASK:].isdecimal():
        return (
            CodeFault(
                "handle-code-wrong-number",
                _("业务办理项编码最后两位应为数字"),
                _("最后两位是顺序号，例如01"),
            ),
        )
    if task and text[:TASK] != task:
        return (
            CodeFault(
                "handle-code-other-task",
                _("业务办理项编码前31位和实施编码不同"),
                _("前31位照抄实施编码"),
            ),
        )
    return ()


def check_local_code(text: str) -> tuple[CodeFault, ...]:
    """Local codes are free, up to 50 characters."""
    if len(text) <= LONGEST_LOCAL:
        return ()
    return (
        CodeFault(
            "local-code-too-long",
            _("地方编码最多50个字符，这里有%(length)s个") % {"length": len(text)},
            _("缩短到50个字符以内"),
        ),
    )


def is_scientific(text: str) -> bool:
    """Whether a spreadsheet has turned a long number into one like 3.70123E+11."""
    return bool(_SCIENTIFIC.fullmatch(text))


def _damaged(text: str, name: str) -> CodeFault | None:
    if not is_scientific(text):
        return None
    return CodeFault(
        "code-in-scientific-notation",
        _("%(name)s被表格软件变成了%(text)s，后面的数字已经丢了") % {"name": name, "text": text},
        str(_TEXT_COLUMN),
    )
