"""What a difference is: where it stands, what it means, and what it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import TextChoices

from tongban.catalogue.versions import Ground

# The sections that are compared, in the order in which pages and lists show them. What is local by
# nature is no difference: whom to call, the frequent questions, the department's key.
SECTIONS: Mapping[str, str] = {
    "name": "名称",
    "codes": "编码和类型",
    "granularity": "颗粒度",
    "basis": "依据",
    "subjects": "服务对象",
    "conditions": "受理条件",
    "exclusions": "不适用的情形",
    "materials": "申请材料",
    "form": "申请表",
    "process": "办理流程",
    "joint": "联办环节",
    "procedures": "特别程序",
    "limits": "办结时限",
    "visits": "到场次数",
    "fee": "收费",
    "result": "办理结果",
    "modes": "实现形式",
    "responsibility": "权责划分",
}


class Kind(TextChoices):
    """What a difference means; the worst first."""

    CONTRADICTORY = "contradictory", "与标准抵触"
    MISSING = "missing", "缺少"
    STRICTER = "stricter", "更严"
    ALLOWED = "allowed-local", "允许的本地规定"
    BETTER = "better", "更便利"


@dataclass(frozen=True)
class Found:
    """That two contents differ: where and how, before anybody judges it.

    `key` names the part within the section (a material's spec, a limit, a sentence); `standard`
    and `local` are what pages show for the two sides. `basis` is what the local side names as its
    own ground. `is_against_default` when the standard's part is itself a default of this platform.
    """

    section: str
    change: str
    key: str = ""
    standard: str = ""
    local: str = ""
    basis: str = ""
    is_against_default: bool = False
    words: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """One difference, judged: its kind with the ground, for managers and for applicants.

    `sentence` is for managers; `plain` for applicants, empty where it does not concern them.
    `ground` is the document that asks for uniformity; `basis` what the place itself names (empty:
    nothing). `standard` and `local` are the two values in words.
    """

    section: str
    key: str
    change: str
    kind: Kind
    standard: str
    local: str
    sentence: str
    plain: str
    ground: Ground
    basis: str
    is_against_default: bool

    @property
    def section_name(self) -> str:
        """The section as pages call it."""
        return SECTIONS[self.section]
