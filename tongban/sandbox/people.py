"""Who lives in the sandbox of a node: the cast, and how it differs from place to place."""

from dataclasses import dataclass, replace
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongban.jurisdictions import queries as jurisdictions
from tongban.parties.models import Kind, Role

CLIENT_ID = "sandbox"


@dataclass(frozen=True)
class Part:
    """One of the cast. `department` is an officer's; `kind` is an applicant's."""

    username: str
    name: str
    try_this: str | Promise
    role: Role | None = None
    department: str = ""
    kind: Kind | None = None

    @property
    def group(self) -> str:
        """Under which heading the sign-in page shows it."""
        return self.role.value if self.role else "applicant"


_APPLY = _("在首页找“夫妻投靠户口迁移”，选收件地和办理地，提交申请")
_APPLY_FIRM = _("在首页找“内资企业及分支机构设立登记”，为单位提交申请")
_LET = _("在“我的资料”的“授权”里请孩子代办，到“消息”里看答复")
_RECEIVE = _("在待收件里打开一件，核对身份和材料，移交办理地")
_DECIDE = _("在待受理里认领一件，受理、告知补正或作决定")
_LEAD = _("在科室里看各人手里的件，登记谁不在岗；有人报签字的，签字或者退回")
_DRAFT = _("打开一个事项，起草本地的规定，提交审核")
_REVIEW = _("打开等待审核的草稿，对照改动，公布或退回")

_CAST: tuple[Part, ...] = (
    Part("zhangsan", "张三", _APPLY, kind=Kind.PERSON),
    Part("shili", "示例科技有限公司", _APPLY_FIRM, kind=Kind.ORGANISATION),
    Part("zhaoliu", "赵六", _RECEIVE, role=Role.RECEIVER, department="zhengwu"),
    Part("wangwu", "王五", _DECIDE, role=Role.DECIDER, department="gongan"),
    Part("chensan", "陈三", _DECIDE, role=Role.DECIDER, department="gongan"),
    Part("sunqi", "孙七", _DECIDE, role=Role.DECIDER, department="yibao"),
    Part("zhouba", "周八", _DECIDE, role=Role.DECIDER, department="zhufang_gongjijin"),
    Part("wujiu", "吴九", _DECIDE, role=Role.DECIDER, department="minzheng"),
    Part("zhengshi", "郑十", _DECIDE, role=Role.DECIDER, department="shichang"),
    Part("heshiyi", "何十一", _DRAFT, role=Role.MANAGER, department="gongan"),
    Part("lvshier", "吕十二", _REVIEW, role=Role.MANAGER, department="zhengwu"),
    Part("yunwei", "运维员", _("看节点和信箱的状况，重试停下的消息"), role=Role.OPERATOR),
    # One in each other line that decides something here, so that no case waits for nobody.
    Part("shenshisan", "沈十三", _DECIDE, role=Role.DECIDER, department="renshe"),
    Part("hanshisi", "韩十四", _DECIDE, role=Role.DECIDER, department="ziran"),
    Part("yangshiwu", "杨十五", _DECIDE, role=Role.DECIDER, department="shuiwu"),
    Part("zhushiliu", "朱十六", _DECIDE, role=Role.DECIDER, department="weijian"),
    Part("qinshiqi", "秦十七", _DECIDE, role=Role.DECIDER, department="jiaotong"),
    Part("youshiba", "尤十八", _DECIDE, role=Role.DECIDER, department="youzheng"),
    Part("xushijiu", "许十九", _DECIDE, role=Role.DECIDER, department="shengtai"),
    Part("heershi", "何二十", _DECIDE, role=Role.DECIDER, department="lincao"),
    Part("gongershiyi", "龚二十一", _DECIDE, role=Role.DECIDER, department="sifa"),
)
# The head of every office: some acts want a signature, and a centre says how many people come.
_HEADS = (
    ("zhengwu", "musanshiliu", "穆三十六"),
    ("gongan", "tangershier", "唐二十二"),
    ("yibao", "songershisan", "宋二十三"),
    ("zhufang_gongjijin", "jinershisi", "金二十四"),
    ("minzheng", "weiershiwu", "魏二十五"),
    ("shichang", "taoershiliu", "陶二十六"),
    ("renshe", "jiangershiqi", "姜二十七"),
    ("ziran", "qiershiba", "戚二十八"),
    ("shuiwu", "xieershijiu", "谢二十九"),
    ("weijian", "zousanshi", "邹三十"),
    ("jiaotong", "yusanshiyi", "喻三十一"),
    ("youzheng", "baisanshier", "柏三十二"),
    ("shengtai", "shuisanshisan", "水三十三"),
    ("lincao", "dousanshisi", "窦三十四"),
    ("sifa", "zhangsanshiwu", "章三十五"),
)
_CAST += tuple(
    Part(username, name, _LEAD, role=Role.LEADER, department=department)
    for department, username, name in _HEADS
)
# A parent who does not file herself: she lets her child do it.
_CAST += (Part("zhougui", "周桂", _LET, kind=Kind.PERSON),)
# The story that is told: 李四 of 长春 follows his wife to 福州, where 王五 decides.
_OTHERS = {
    "22": {
        "zhangsan": ("lisi", "李四"),
        "wangwu": ("qianyi", "钱一"),
        "chensan": ("fenger", "冯二"),
    },
    "35": {"zhaoliu": ("linjiu", "林九")},
}
# Who takes part is decided by two: one operator of the hub proposes, the other approves.
_SECOND_OPERATOR = Part(
    "yunweier", "运维员乙", _("核对并批准另一位运维员提出的节点变更"), role=Role.OPERATOR
)
# Nobody receives or decides at the hub; the national standard is written there.
_AT_THE_HUB = {Role.MANAGER, Role.OPERATOR}


def cast(node_code: str) -> list[Part]:
    """The parts of a node; the hub decides no case and has only managers and its operator."""
    others = _OTHERS.get(node_code, {})
    parts = [
        replace(part, username=others[part.username][0], name=others[part.username][1])
        if part.username in others
        else part
        for part in _CAST
    ]
    if node_code != "00":
        return parts
    return [*(part for part in parts if part.role in _AT_THE_HUB), _SECOND_OPERATOR]


@dataclass(frozen=True)
class Home:
    """Where the cast of a node lives: its first city and a county of it."""

    city: str
    county: str


_COUNTIES = {"22": "220104", "35": "350102"}


def home(node_code: str, on: date) -> Home:
    """The first city of a node's province, and 长春's 朝阳区, 福州's 鼓楼区 or the first county."""
    city = jurisdictions.cities(f"{node_code}0000", on)[0].code
    counties = [place.code for place in jurisdictions.counties(city, on)] or [city]
    return Home(city, _COUNTIES.get(node_code, counties[0]))
