"""What the documents do not say and we add: themes and whom an item serves. Marked so in the data."""

import re

# One theme for each lead unit, but 住建部 (funds) and the single items of small lines.
THEMES = {
    "户籍和身份证件": ("公安部",),
    "社会保险": ("人力资源社会保障部",),
    "医疗保障": ("国家医保局",),
    "住房公积金": ("住房城乡建设部",),
    "企业开办和变更": ("市场监管总局",),
    "不动产和自然资源": ("自然资源部",),
    "税费": ("税务总局",),
    "公证和资格": ("司法部",),
    "残疾人服务": ("中国残联",),
    "婚姻和救助": ("民政部",),
    "药品和卫生健康": ("国家药监局", "国家卫生健康委"),
    "交通、邮政和其他": (
        "交通运输部",
        "国家邮政局",
        "生态环境部",
        "商务部",
        "国家林草局",
        "水利部",
    ),
}

_BOTH = re.compile(
    "不动产|人事档案|物种证明|二手车|单位及个人|电子缴税|税收完税证明|社会保险费缴费证明|误收多缴|"
    "特殊缴费|公积金[汇补]缴|纳税状况公证|测绘成果"
)
_PERSONS = re.compile("机关事业单位|人员资格认定|个体工商户|测绘作业证|执业药师|负责人")
_ORGANISATIONS = re.compile(
    "单位|企业(?!职工)|合作社|机构|公司|营业执照|[探采]矿权|排污|义诊|消毒产品|药品|邮政|快递|广告|计量器具|"
    "工业产品|保健食品|工程项目|航运|船舶|坐标系统|仿印邮票|工伤事故备案|比例就业"
)


def theme_of(lead: str) -> str:
    """The theme that an item is listed under, from its lead unit."""
    return next(theme for theme, units in THEMES.items() if lead in units)


def subjects_of(name: str) -> list[str]:
    """person, organisation or both, judged by the item's name."""
    if _BOTH.search(name):
        return ["person", "organisation"]
    if _PERSONS.search(name):
        return ["person"]
    return ["organisation"] if _ORGANISATIONS.search(name) else ["person"]
