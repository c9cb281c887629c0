"""The sentence that says in plain words what an item spares the applicant, made from its facts."""

from collections.abc import Mapping
from typing import Any

_ACTS = {
    "apply": "申请",
    "certify": "自己做资格认证",
    "settle": "直接结算",
    "query": "查询",
    "report": "报告",
    "declare": "申报",
    "pay": "缴税",
    "file": "汇交",
}


# How the organs of a ministry's line are called in a sentence about "the organ there".
_ORGANS = {
    "公安部": "公安机关",
    "民政部": "民政部门",
    "人力资源社会保障部": "社保经办机构",
    "自然资源部": "不动产登记机构",
    "住房城乡建设部": "住房公积金管理中心",
    "国家卫生健康委": "卫生健康部门",
    "市场监管总局": "市场监管部门",
    "国家医保局": "医保经办机构",
    "中国残联": "残联",
}


def describe(facts: Mapping[str, Any], *, lead: str) -> str:
    """Two or three sentences for the page of an item; every restriction lifted is named.

    `lead` is the ministry in charge: where the document names no organ, its line is named.
    """
    sentences = [_main(facts, _ORGANS.get(lead, "主管部门")), _lifted(facts), _tail(facts)]
    return "".join(f"{sentence}。" for sentence in sentences if sentence)


def _act(facts: Mapping[str, Any]) -> str:
    return ("网上" if facts["online"] else "") + _ACTS[facts["act"]]


def _main(facts: Mapping[str, Any], organ: str) -> str:
    if facts["joint"]:
        return _jointly(facts["joint"])
    if len(facts["chooses"]) > 1:
        return f"{'、'.join(facts['chooses'])}，任选一处申请"
    if facts["shows"]:
        shown = "、".join(facts["shows"])
        return (
            f"在外地看病，出示{shown}{'中的一种' if len(facts['shows']) > 1 else ''}，费用当场结清"
        )
    decider = facts["decides"]
    if facts["in_person"]:
        return f"在您现在住的地方就能申请，要本人到当地公安机关{facts['in_person']}"
    if decider and decider["place"] == "所在地":
        return f"在您现在所在的地方，到当地{decider['organ']}办理"
    if decider and facts["act"] == "settle":
        return f"先在{decider['place']}备案，到外地看病就能直接结算"
    if decider and facts["receives"]:
        return f"{facts['receives']}就能收您的申请，由{decider['place']}的{organ}办理"
    if decider and facts["act"] == "pay":
        return f"人在外地也能{_act(facts)}，税款从您外地的银行账户缴入{decider['place']}{decider['organ']}"
    if decider:
        return (
            f"人在外地也能{_act(facts)}，由{decider['place']}{decider['organ'] or '的' + organ}办理"
        )
    return f"人在外地也能{_act(facts)}"


def _jointly(joint: Mapping[str, str]) -> str:
    if not joint["other"]:
        return f"开发票和过户都在{joint['to']}一处办完"
    at = "向" if "部门" in joint["to"] else "在"
    return f"只{at}{joint['to']}申请一次，{joint['to']}和{joint['other']}之间自己对接"


def _lifted(facts: Mapping[str, Any]) -> str:
    lifts, joint = facts["lifts"], facts["joint"]
    if lifts == ["地域"]:
        return "对地域没有限制"
    if lifts == ["提交申请地点"]:
        return "在哪里提交申请都可以，不限提交申请地点"
    if lifts == ["所在地"]:
        return "和您的所在地没有关系"
    if lifts and (facts["chooses"] or facts["decides"] is None):
        return f"和{'、'.join(lifts)}在哪里没有关系"
    if lifts:
        return f"不用专程去{'、'.join(lifts)}"
    return f"不用再跑{joint['other']}" if joint and joint["other"] else ""


def _tail(facts: Mapping[str, Any]) -> str:
    parts = [f"{kept}不变" for kept in facts["keeps"]]
    if facts["unless"]:
        parts.append(f"例外：{facts['unless'].removesuffix('的除外')}")
    return "；".join(parts)
