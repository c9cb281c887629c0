"""The words that may stand in the cells of the two tables, so that a broken row has one reading."""

import re

_NATIONAL_UNITS = """
最高人民法院 教育部 公安部 民政部 司法部 人力资源社会保障部 自然资源部 生态环境部
住房城乡建设部 住房和城乡建设部 交通运输部 水利部 商务部 国家卫生健康委 人民银行
中国人民银行 海关总署 税务总局 市场监管总局 国家医保局 国家林草局 国家邮政局 国家药监局
中国残联
"""
NATIONAL_UNITS = frozenset(_NATIONAL_UNITS.split())

_PROVINCE_UNITS = """
省公安厅 省民政厅 省司法厅 省人社厅 省自然资源厅 省生态环境厅 省住建厅 省住房和城乡建设厅
省交通运输厅 省商务厅 省卫健委 省市场监管局 省市场监督管理局 省医保局 省药品监督管理局
省邮政管理局 省残联 国家濒管办福州办事处
"""
PROVINCE_UNITS = frozenset(_PROVINCE_UNITS.split())

# One ministry, two spellings in the documents: the first is what pages say.
UNIT_SPELLINGS = {
    "住房和城乡建设部": "住房城乡建设部",
    "人民银行": "中国人民银行",
}

_DEFERRED = re.compile(r"按照.+统一部署(安排)?")

_FORMS = re.compile(
    r"""
      全国无差别办理 | 全程网办(、多地联办)? | 多地联办 | 异地代收代办 | 异地代办 | 网上申请办理
    | 网上预审(、审查、审批)?，申请材料(、证书)?(及有关文书)?可?邮政寄递(，申请人网上领取电子营业执照)?
    | 申请材料、证书及有关文书可邮政寄递
    | 我省无该事项，外省人社部门提供互联网渠道自助办理
    | 目前，仍需现场办理
    """,
    re.VERBOSE,
)

_DEADLINES = re.compile(
    r"""
      (预计)?\d{4}年(\d{1,2}月)?底?前? | 已完成(（.+）)? | [按待].+统一部署(安排)?
    | 《.+》.+根据.+要求实现
    """,
    re.VERBOSE,
)

_NATIONAL_DEADLINES = re.compile(r"\d{4}年.*(前|推开|通办”)|在开展.+试点")

_LEAD_WITH_PARTNERS = re.compile(r"(?P<lead>[^（]+)（配合单位：(?P<partners>[^）]+)）")

# A sentence never stops on these: what follows them stands on the next line of the cell.
_UNFINISHED = re.compile(r"不受(?![^，]*限制)|(不影响|并|的|可|和|与|或|，|、)$")
_SCENE_OPENINGS = ("申请人", "因家庭矛盾", "领取养老金的申请人", "汇交人")
_OPENING_AND_CLOSING = "（）《》“”"


def spell(unit: str) -> str:
    """The one spelling that our data uses for a unit."""
    return UNIT_SPELLINGS.get(unit, unit)


def split_units(cell: str) -> list[str]:
    """The units that a cell lists, as the document spells them."""
    return cell.split("、") if cell else []


def split_lead(cell: str) -> tuple[str, list[str]]:
    """The lead unit of a cell, and the partners that some cells carry in brackets."""
    if inside := _LEAD_WITH_PARTNERS.fullmatch(cell):
        return inside["lead"], split_units(inside["partners"])
    return cell, []


def _is_balanced(text: str) -> bool:
    pairs = zip(_OPENING_AND_CLOSING[::2], _OPENING_AND_CLOSING[1::2], strict=True)
    return all(text.count(opening) == text.count(closing) for opening, closing in pairs)


def is_name(cell: str) -> bool:
    """Whether this can be the whole name of an item."""
    sentence = "，" in cell or cell.startswith(_SCENE_OPENINGS)
    return bool(cell) and not sentence and _is_balanced(cell) and not is_unit_like(cell)


def is_unit_like(cell: str) -> bool:
    """Whether this is the name of a unit, which no item's name is."""
    return cell in NATIONAL_UNITS or cell in PROVINCE_UNITS


def is_scene(cell: str) -> bool:
    """Whether this can be a whole sentence of the column 应用场景."""
    begins_and_ends = cell.startswith(_SCENE_OPENINGS) and not _UNFINISHED.search(cell)
    return begins_and_ends and len(cell) > 12 and _is_balanced(cell)


def is_lead(cell: str) -> bool:
    """Whether this is one ministry, with partners in brackets or without."""
    lead, partners = split_lead(cell)
    return lead in NATIONAL_UNITS and all(unit in NATIONAL_UNITS for unit in partners)


def are_partners(cell: str) -> bool:
    """Whether this is an empty cell or a list of ministries."""
    return all(unit in NATIONAL_UNITS for unit in split_units(cell))


def is_province_unit(cell: str) -> bool:
    """Whether this is a unit of the province."""
    return cell in PROVINCE_UNITS


def is_form(cell: str) -> bool:
    """Whether this is a wording of the column 实现形式."""
    return bool(_FORMS.fullmatch(cell))


def is_deadline(cell: str) -> bool:
    """Whether this is a wording of the province's column 完成时限."""
    return bool(_DEADLINES.fullmatch(cell))


def is_national_deadline(cell: str) -> bool:
    """Whether this is a wording of the ministries' column 完成时限 (third part only)."""
    return bool(_NATIONAL_DEADLINES.match(cell)) and _is_balanced(cell)


def is_deferred(cell: str) -> bool:
    """Whether this is the wording 按照…统一部署安排, which fills 实现形式 and 完成时限 together."""
    return bool(_DEFERRED.fullmatch(cell))
