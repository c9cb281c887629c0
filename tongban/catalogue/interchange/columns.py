"""The columns of the template: heading, what it means, how it is filled in, which values it takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tongban.catalogue import codes
from tongban.catalogue.codes import CodeSet

YES, NO = "是", "否"
SHEET = "实施清单"
EXPLAINS = "【说明】"  # how the cell of the explanation row begins


@dataclass(frozen=True)
class Column:
    """One column. `section` is the section of a version that it speaks about; empty for what names
    the row. `is_code` columns are texts whatever they look like.
    """

    key: str
    heading: str
    explanation: str
    example: str = ""
    section: str = ""
    is_required: bool = False
    is_code: bool = False
    choices: tuple[str, ...] = ()
    code_set: CodeSet | None = None
    width: int = 16
    longest: int = 0

    @property
    def drop_down(self) -> Sequence[str]:
        """What the drop-down offers; empty without one."""
        return self.code_set.labels if self.code_set else self.choices


def _column(key: str, heading: str, explanation: str, example: str = "", **more: Any) -> Column:
    return Column(key, heading, explanation, example, **more)


COLUMNS: tuple[Column, ...] = (
    _column("item", "事项编码", "全国清单里的编码，不知道可以空着，按名称对应", "2020-2-06",
            is_code=True, width=12),
    _column("name", "事项名称", "本地实施清单里的名称", "夫妻投靠户口迁移",
            is_required=True, width=28, longest=200),
    _column("place", "区划代码", "实施这件事的地方，六位；全省统一的写省代码", "220100",
            is_required=True, is_code=True, width=10),
    _column("authority_name", "实施机关", "机关全称", "示例市公安局",
            is_required=True, width=22, longest=80),
    _column("authority_code", "统一社会信用代码", "实施机关的，18位", "",
            is_code=True, width=22, longest=18),
    _column("level", "行使层级", "从列表里选", "3 市", code_set=codes.LEVEL, is_required=True,
            width=10),
    _column("part", "拆分序号", "本地把一件事拆成几件时，01、02……；没有拆就空着", "",
            is_code=True, width=9),
    _column("catalog_code", "基本编码", "12位", "", is_code=True, width=15, longest=12),
    _column("task_code", "实施编码", "31位：信用代码18＋层级1＋基本编码12", "",
            is_code=True, width=34, longest=40),
    _column("handle_code", "业务办理项编码", "33位：实施编码31＋顺序号2；没有拆分不填", "",
            is_code=True, width=36, longest=40),
    _column("local_code", "地方编码", "本地系统自己的编码，最多50个字符", "",
            is_code=True, width=18, longest=50),
    _column("from_day", "生效日期", "从哪一天起按这一行办，例如2026-09-01", "2026-09-01",
            is_required=True, width=12),
    _column("retired_on", "停用日期", "从哪一天起不再办；还在办就空着", "", width=12),
    _column("item_type", "事项类型", "从列表里选", "", section="codes", code_set=codes.ITEM_TYPE,
            width=12),
    _column("handle_type", "办件类型", "从列表里选", "2 承诺件", section="codes",
            code_set=codes.HANDLE_TYPE, width=12),
    _column("legal_days", "法定办结时限", "数字；没有法定时限就空着", "20", section="limits",
            width=10),
    _column("legal_unit", "法定时限单位", "从列表里选", "workday 工作日", section="limits",
            code_set=codes.UNIT, width=14),
    _column("legal_ground", "法定时限依据", "文件和条款", "", section="limits", width=24),
    _column("promised_days", "承诺办结时限", "数字；当场办结写0", "10", section="limits", width=10),
    _column("promised_unit", "承诺时限单位", "从列表里选", "workday 工作日", section="limits",
            code_set=codes.UNIT, width=14),
    _column("promised_ground", "承诺时限依据", "文件和条款，没有就空着", "", section="limits",
            width=24),
    _column("accept_days", "受理时限（工作日）", "从收到到受理，数字", "5", section="limits",
            width=10),
    _column("visits", "到现场次数", "数字；有网办的写网办的次数", "0", section="visits", width=9),
    _column("visits_why", "必须到现场的原因", "次数大于0时必须写", "", section="visits", width=24),
    _column("visits_ground", "到现场依据", "文件和条款，没有就空着", "", section="visits", width=20),
    _column("is_charged", "是否收费", "从列表里选", "否", section="fee", choices=(YES, NO),
            width=9),
    _column("fee_text", "收费标准", "项目和金额；不收费就空着", "", section="fee", width=20),
    _column("fee_ground", "收费依据", "收费时必须写文件和条款", "", section="fee", width=24),
    _column("conditions", "受理条件", "一行一条；依据写在行末：〔依据：……〕", "",
            section="conditions", width=36),
    _column("not_for", "不适用情形", "一行一条", "", section="not_for", width=28),
    _column("legal_basis", "设定依据", "一行一条，文件和条款", "", section="legal_basis", width=36),
    _column("materials", "申请材料",
            "全部材料，一行一份：名称；必要；出具机构：……；原件：1；复印件：0；要点：看什么→有什么问题→怎么改",
            "", section="materials", width=48),
    _column("result_title", "结果名称", "证件或文书的名称", "准予迁入证明", section="result",
            width=18),
    _column("result_kind", "结果类型", "从列表里选", "certificate 证照", section="result",
            choices=("certificate 证照", "notice 文书"), width=15),
    _column("result_text", "结果说明", "一句话", "", section="result", width=24),
    _column("result_sample", "结果样本", "样本的名称或地址", "", section="result", width=18),
    _column("result_ground", "结果依据", "文件和条款，没有就空着", "", section="result", width=18),
    _column("consult", "咨询电话", "带区号", "", section="contact", width=16, longest=80,
            is_code=True),
    _column("complain", "投诉电话", "带区号，和咨询电话不同", "", section="contact", width=16,
            longest=80, is_code=True),
    _column("liaison", "联动电话", "外省收件窗口找谁", "", section="contact", width=16, longest=80,
            is_code=True),
    _column("consultation", "咨询窗口", "找哪个窗口", "户政", section="consultation", width=12),
    _column("questions", "常见问题", "一行“问：”一行“答：”", "", section="questions", width=40),
    _column("rest", "其他变更（机器填写）", "导出时写入，请不要改动", "", width=14),
    _column("wording", "来源原文", "一行一段：栏目：文件里的原话；空着就用本行各格的原话", "",
            width=30),
)  # fmt: skip

BY_KEY: Mapping[str, Column] = {one.key: one for one in COLUMNS}
BY_HEADING: Mapping[str, Column] = {one.heading: one for one in COLUMNS}

# How the sections of a version are called where people read and write them.
SECTIONS: Mapping[str, str] = {
    "name": "名称",
    "codes": "编码",
    "limits": "办理时限",
    "visits": "到现场次数",
    "fee": "收费",
    "conditions": "受理条件",
    "not_for": "不适用情形",
    "legal_basis": "设定依据",
    "materials": "申请材料",
    "modes": "办理形式",
    "process": "办理流程",
    "special_procedures": "特别程序",
    "responsibility": "权责划分",
    "result": "办理结果",
    "contact": "联系电话",
    "consultation": "咨询窗口",
    "questions": "常见问题",
    "exchange": "交换库其他字段",
}
# What a row says about an implementation itself, outside its versions.
IDENTITY = (
    "authority_code", "authority_name", "level", "name", "catalog_code", "task_code",
    "handle_code", "local_code", "retired_on",
)  # fmt: skip


def heading_of(key: str) -> str:
    """What a column, a section or a field of the row is called."""
    if key in BY_KEY:
        return BY_KEY[key].heading
    return SECTIONS.get(key, key)


def letter(number: int) -> str:
    """The letters of a column as spreadsheets write them: 1 is A, 28 is AB."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
