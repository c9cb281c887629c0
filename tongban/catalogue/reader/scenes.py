"""Takes the facts out of a sentence of the column 应用场景; the sentence itself is not shipped."""

import re
from typing import TypedDict


class Decider(TypedDict):
    """Which kind of place decides, by which organ; `stated` is false where it follows from what is lifted."""

    place: str
    organ: str
    stated: bool


class Joint(TypedDict):
    """Two places that work on one case: where one applies, and the other."""

    to: str
    other: str


class SceneFacts(TypedDict):
    """What a sentence says: the act, the restriction lifted, who decides, how.

    `lifts`: kinds of place that no longer bind; `keeps`: what stays bound; `chooses`: places of
    which the applicant takes one; `receives`: where else one may apply; `shows`: what is shown
    to be served on the spot; `unless`: the exception in brackets.
    """

    act: str
    lifts: list[str]
    keeps: list[str]
    chooses: list[str]
    decides: Decider | None
    receives: str
    joint: Joint | None
    online: bool
    self_service: bool
    in_person: str
    shows: list[str]
    unless: str


_ACTS = (
    ("certify", r"自助办理.*认证"),
    ("settle", r"直接结算"),
    ("query", r"查询、打印|查询或?、?核验|查询"),
    ("report", r"及时报告"),
    ("declare", r"申报"),
    ("pay", r"缴入"),
    ("file", r"汇交人可"),
)

_STATED = (
    r"由(?:排污)?(?P<place>(?:企业|户籍)?所在地|户籍地)(?P<organ>生态环境部门|公安部门)(?:审核|开具)",
    r"[向在](?:新生儿（.*?）)?(?P<place>出生地|参保地)(?P<organ>公安部门|社保经办机构)",
    r"向(?P<place>注册地)(?P<organ>省级药品监管部门|管理机构)",
    r"从(?P<place>缴存地)(?P<organ>住房公积金管理中心)",
    r"向(?:住房公积金)?(?P<place>缴存地|贷款地|注册地|贷款发放地)(?P<organ>住房公积金管理中心)",
    r"可在(?P<place>所在地)(?P<organ>婚姻登记机关)办理",
    r"在(?P<place>参保地)(?P<organ>)备案",
    r"缴入(?P<place>经营地)(?P<organ>国库)",
    r"向(?P<place>)(?P<organ>规定的许可机关)",
)

_RECEIVES = re.compile(r"可向(购房地住房公积金管理中心)申请出具")

_JOINT = (
    r"(?P<to>迁入地)和(?P<other>迁出地)公安部门协同",
    r"(?P<to>转入地)与(?P<other>转出地|军队经办机构)(?:经办机构)?协同",
    r"(?P<to>新考核管理部门)和(?P<other>原考核管理部门)协同",
    r"向(?P<to>购房地)住房公积金管理中心提出申请，从(?P<other>缴存地)",
    r"车辆(?P<to>转入地)可为(?P<other>)",
)

# Lifting one of these says, without saying it, that the place named has the power to decide.
_DECIDING_PLACES = frozenset(
    {
        "户籍地",
        "父母户籍地",
        "参保地",
        "住房公积金缴存地",
        "企业住所地",
        "企业登记地",
        "住所地",
        "登记地",
    }
    | {"不动产登记地", "商品房所在地"}
)


def facts_of(scene: str) -> SceneFacts:
    """The facts of one sentence."""
    lifts = _lifts(scene)
    joint = _joint(scene)
    return SceneFacts(
        act=next((act for act, pattern in _ACTS if re.search(pattern, scene)), "apply"),
        lifts=lifts,
        keeps=re.findall(r"不影响([^，]+)", scene),
        chooses=_choices(scene),
        decides=_decider(scene, lifts, joint),
        receives=found[1] if (found := _RECEIVES.search(scene)) else "",
        joint=joint,
        online="网上" in scene or "电子税务局" in scene,
        self_service="自助" in scene,
        in_person="取指纹和拍照" if "取指纹和拍照" in scene else "",
        shows=_shown(scene),
        unless=found[1] if (found := re.search(r"（([^（）]*(?:除外|延后))）$", scene)) else "",
    )


def _lifts(scene: str) -> list[str]:
    lifted = re.search(r"不受([^，]+?)(?:的)?限制", scene)
    if lifted:
        return re.split(r"[或、]", lifted[1])
    return ["参保地"] if "不再需要到参保地" in scene else []


def _choices(scene: str) -> list[str]:
    listed = re.search(r"可(?:选择)?在((?:\w{2}地[、或]?){2,})申请", scene)
    return re.split(r"[、或]", listed[1]) if listed else []


def _joint(scene: str) -> Joint | None:
    for pattern in _JOINT:
        if found := re.search(pattern, scene):
            return Joint(to=found["to"], other=found["other"])
    return None


def _decider(scene: str, lifts: list[str], joint: Joint | None) -> Decider | None:
    for pattern in _STATED:
        if found := re.search(pattern, scene):
            return Decider(place=found["place"], organ=found["organ"], stated=True)
    if joint:
        return Decider(place=joint["to"], organ="", stated=True)
    if len(lifts) == 1 and lifts[0] in _DECIDING_PLACES:
        return Decider(place=lifts[0], organ="", stated=False)
    return None


def _shown(scene: str) -> list[str]:
    found = re.search(r"(?:凭|持)(社会保障卡(?:、身份证或医保电子凭证)?)", scene)
    return re.split(r"[、或]", found[1]) if found else []
