"""Rules that a good row of a place's list keeps, as a real city checked them, and where it does not.

The rules are those that a city of Zhejiang ran over its rows; `VERIFIED` is false for the one that
we know by practice only. A finding flags, it never stops: the law stands as it was published, and
the place's managers are told what to mend.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tongban.catalogue import codes
from tongban.catalogue.models import Implementation
from tongban.catalogue.versions import Version

WRONG, ASK = "wrong", "ask"  # contradicts itself; lacks something or should be looked at
UNVERIFIED = frozenset({"promised-over-legal"})

_AT_ONCE = ("当场", "即办", "即时办结")
_STEPS = ("受理", "审核", "审批", "办结", "送达")
_STEP_ALSO = {"审核": ("审查",), "审批": ("决定",), "送达": ("送证", "领取", "发证")}
_PHONE = re.compile(
    r"0[0-9]{2,3}[-－—– ]?[0-9]{7,8}|1[0-9]{10}|400-?[0-9]{3}-?[0-9]{4}|1[0-9]{2,4}"
)
_LOCAL_NUMBER = re.compile(r"(?<![0-9－—–-])[2-9][0-9]{6,7}(?![0-9])")
_AMOUNT = re.compile(r"[0-9]+(\.[0-9]+)?元")
# So many working days are at least in each unit, holidays left out: only a clear excess is told.
_LEAST_DAYS = {"workday": 1.0, "day": 1.0, "month": 31.0, "year": 366.0}


@dataclass(frozen=True)
class Finding:
    """One thing that a rule found: for machines, how grave, where (a pointer into the content, or a
    field of the row), a sentence, and how to mend it.
    """

    code: str
    severity: str
    place: str
    sentence: str
    mend: str

    @property
    def is_verified(self) -> bool:
        """Whether the rule itself is sourced; else it is good practice, not yet confirmed."""
        return self.code not in UNVERIFIED


@dataclass(frozen=True)
class Facts:
    """What the rules look at, from a version that was read or from a content as it is kept."""

    item_type: str
    handle_type: str
    decide: Mapping[str, Any]
    legal: Mapping[str, Any]
    visits: Mapping[str, Mapping[str, Any]]
    modes: tuple[str, ...]
    forms: tuple[str, ...]
    fee: Mapping[str, Any]
    consult: str
    complain: str
    result: Mapping[str, Any]
    questions: int
    steps: tuple[str, ...]
    applicant_kinds: tuple[str, ...]

    @property
    def is_at_once(self) -> bool:
        """Whether it is done while the applicant waits (即办)."""
        return any(word in self.decide.get("note", "") for word in _AT_ONCE)

    @property
    def is_online(self) -> bool:
        """Whether all of it can be done online."""
        return "ONLINE" in self.modes


def facts_of_content(content: Mapping[str, Any]) -> Facts:
    """The facts of a whole content: the standard with a place's changes over it."""
    limits, contact = content.get("limits", {}), content.get("contact", {})
    said = content.get("codes", {})
    return Facts(
        item_type=said.get("item_type", ""),
        handle_type=said.get("handle_type", ""),
        decide=limits.get("decide", {}),
        legal=limits.get("legal", {}),
        visits=content.get("visits", {}),
        modes=tuple(rule["mode"] for rule in content.get("modes", [])),
        forms=tuple(one.get("form", "") for one in content.get("materials", [])),
        fee=content.get("fee", {}),
        consult=contact.get("consult", ""),
        complain=contact.get("complain", ""),
        result=content.get("result", {}),
        questions=len(content.get("questions", [])),
        steps=tuple(step["name"] for step in content.get("process", [])),
        applicant_kinds=tuple(content.get("applicant_kinds", [])),
    )


def facts_of(version: Version) -> Facts:
    """The facts of a version as pages use it."""
    limits = version.limits
    return Facts(
        item_type=version.codes.item_type,
        handle_type=version.codes.handle_type,
        decide=vars(limits.decide),
        legal=vars(limits.legal) if limits.legal else {},
        visits={mode: vars(one) for mode, one in version.visits.items()},
        modes=version.mode_names,
        forms=tuple(one.form for one in version.materials),
        fee=vars(version.fee),
        consult=version.contact.consult,
        complain=version.contact.complain,
        result=vars(version.result),
        questions=len(version.questions),
        steps=tuple(step.name for step in version.process),
        applicant_kinds=version.applicant_kinds,
    )


def judge(version: Version, implementation: Implementation | None = None) -> list[Finding]:
    """All that the rules find in a version in force and, where given, in the row of the place."""
    found = judge_facts(facts_of(version))
    if implementation is not None:
        found += judge_row(implementation)
        found += _subjects_differ(version.applicant_kinds, implementation.item.subjects)
    return found


def judge_facts(facts: Facts) -> list[Finding]:
    """What the rules about contents find."""
    return [finding for rule in _RULES for finding in rule(facts)]


def judge_row(row: Implementation) -> list[Finding]:
    """What is wrong with the codes of a place's row."""
    checked: Iterable[tuple[str, Iterable[codes.CodeFault]]] = (
        ("catalog_code", codes.check_catalog_code(row.catalog_code)),
        ("authority_code", codes.check_credit_code(row.authority_code)),
        (
            "task_code",
            codes.check_task_code(
                row.task_code,
                authority=row.authority_code,
                level=row.level,
                catalog=row.catalog_code,
            ),
        ),
        ("handle_code", codes.check_handle_code(row.handle_code, task=row.task_code)),
        ("local_code", codes.check_local_code(row.local_code)),
    )
    return [
        Finding(fault.code, ASK, field, fault.message, fault.mend)
        for field, faults in checked
        for fault in faults
    ]


def _handle_type(facts: Facts) -> Iterator[Finding]:
    if facts.handle_type == "2" and facts.is_at_once:
        yield Finding(
            "at-once-but-promised", WRONG, "/codes/handle_type",
            _("当场办结的事项，办件类型却写的是承诺件"), _("办件类型改为即办件，或者写明承诺几天"),
        )  # fmt: skip
    days = facts.decide.get("days", 1)
    if facts.handle_type == "1" and not facts.is_at_once and days > 1:
        yield Finding(
            "immediate-with-days", WRONG, "/codes/handle_type",
            _("办件类型写的是即办件，承诺时限却是%(days)s个工作日") % {"days": days},
            _("办件类型改为承诺件，或者改为当场办结"),
        )  # fmt: skip


def _limits(facts: Facts) -> Iterator[Finding]:
    promised, legal = facts.decide.get("days"), facts.legal.get("days")
    if not promised or not legal:
        return
    unit = facts.legal.get("unit", "workday")
    if promised > legal * _LEAST_DAYS[unit]:
        yield Finding(
            "promised-over-legal", WRONG, "/limits/decide/days",
            _("承诺%(promised)s个工作日，比法定时限%(legal)s%(unit)s还长")
            % {"promised": promised, "legal": legal, "unit": _unit_words(unit)},
            _("核对两个数字和单位；承诺时限不应超过法定时限"),
        )  # fmt: skip


def _unit_words(unit: str) -> str:
    return {"workday": "个工作日", "day": "天", "month": "个月", "year": "年"}[unit]


def _visits(facts: Facts) -> Iterator[Finding]:
    for mode, one in facts.visits.items():
        place = f"/visits/{mode}"
        if one["times"] > 0 and not one["why"]:
            yield Finding(
                "visit-without-reason", ASK, f"{place}/why",
                _("要到现场%(times)s次，没有写为什么必须去") % {"times": one["times"]},
                _("写明必须到现场的原因；没有原因就应该是0次"),
            )  # fmt: skip
        if one["times"] == 0 and one["why"]:
            yield Finding(
                "reason-without-visit", WRONG, f"{place}/why",
                _("不用到现场，却写了必须到现场的原因"), _("删去原因，或者把次数改对"),
            )  # fmt: skip
        if mode == "ONLINE" and one["times"] > 0:
            yield Finding(
                "online-with-visit", WRONG, f"{place}/times",
                _("全程网办的事项，却要到现场%(times)s次") % {"times": one["times"]},
                _("次数改为0，或者不写全程网办"),
            )  # fmt: skip
    never = facts.visits and all(one["times"] == 0 for one in facts.visits.values())
    by_post = "PRECHECK_MAIL" in facts.modes or "original-by-post" in facts.forms
    if never and not (facts.is_online or "JOINT" in facts.modes or by_post):
        yield Finding(
            "no-visit-no-way", WRONG, "/visits",
            _("不用到现场，又不能网办、不收邮寄，申请人没有办法提交"),
            _("写明可以邮寄申请，或者改正到现场次数"),
        )  # fmt: skip


def _fee(facts: Facts) -> Iterator[Finding]:
    fee = facts.fee
    if fee.get("is_charged") and not fee.get("basis"):
        yield Finding(
            "fee-without-basis", ASK, "/fee/basis",
            _("要收费，没有写收费依据"), _("写明收费依据的文件和条款；没有依据不能收费"),
        )  # fmt: skip
    if fee.get("is_charged") and fee.get("text", "") in {"", "收费"}:
        yield Finding(
            "fee-without-items", ASK, "/fee/text",
            _("要收费，没有写收什么、收多少"), _("写明收费项目和标准，例如“证书工本费10元”"),
        )  # fmt: skip
    if fee and not fee.get("is_charged") and _AMOUNT.search(fee.get("text", "")):
        yield Finding(
            "free-with-amount", WRONG, "/fee/text",
            _("写的是不收费，收费标准里却有金额"), _("核对到底收不收费"),
        )  # fmt: skip


def _phones(facts: Facts) -> Iterator[Finding]:
    if facts.consult and facts.consult == facts.complain:
        yield Finding(
            "same-phone", WRONG, "/contact/complain",
            _("咨询电话和投诉电话是同一个"), _("投诉电话换成另一个，不能让被投诉的人自己接"),
        )  # fmt: skip
    for key, text in (("consult", facts.consult), ("complain", facts.complain)):
        if text and (_LOCAL_NUMBER.search(text) or not _PHONE.search(text)):
            yield Finding(
                "phone-without-area", ASK, f"/contact/{key}",
                _("电话“%(phone)s”没有区号，外省打不通") % {"phone": text},
                _("前面加区号，例如0431-"),
            )  # fmt: skip


def _permit(facts: Facts) -> Iterator[Finding]:
    if facts.item_type != "01":
        return
    if not facts.questions:
        yield Finding(
            "permit-without-questions", ASK, "/questions",
            _("行政许可至少要有一个常见问题"), _("写一个群众常问的问题和回答"),
        )  # fmt: skip
    lacking = [step for step in _STEPS if not _has_step(facts.steps, step)]
    if lacking:
        yield Finding(
            "permit-steps", ASK, "/process",
            _("行政许可的办理环节缺少：%(steps)s") % {"steps": "、".join(lacking)},
            _("办理流程写全受理、审核、审批、办结、送达"),
        )  # fmt: skip


def _has_step(steps: tuple[str, ...], wanted: str) -> bool:
    words = (wanted, *_STEP_ALSO.get(wanted, ()))
    return any(word in step for step in steps for word in words)


def _result(facts: Facts) -> Iterator[Finding]:
    title, kind = facts.result.get("title", ""), facts.result.get("kind", "")
    if title and not facts.result.get("sample"):
        yield Finding(
            "result-without-sample", ASK, "/result/sample",
            _("写了结果名称“%(title)s”，没有样本") % {"title": title}, _("附上结果的样本"),
        )  # fmt: skip
    if title.endswith("证") and kind == "notice":
        yield Finding(
            "result-kind", WRONG, "/result/kind",
            _("“%(title)s”是证件，结果类型却是文书") % {"title": title}, _("结果类型改为证照"),
        )  # fmt: skip
    if title.endswith(("批复", "文", "通知书", "决定书")) and kind == "certificate":
        yield Finding(
            "result-kind", WRONG, "/result/kind",
            _("“%(title)s”是文书，结果类型却是证照") % {"title": title}, _("结果类型改为文书"),
        )  # fmt: skip


def _subjects_differ(kinds: Iterable[str], subjects: Iterable[str]) -> list[Finding]:
    """Whom the place serves beside whom the national list serves."""
    strange = set(kinds) - set(subjects)
    if not strange:
        return []
    names = {"person": "个人", "organisation": "单位"}
    words = "、".join(names.get(one, one) for one in sorted(strange))
    return [
        Finding(
            "subjects-differ", ASK, "/applicant_kinds",
            _("写了也给%(kinds)s办，全国清单里这件事不面向这类对象") % {"kinds": words},
            _("核对服务对象"),
        )
    ]  # fmt: skip


_RULES: tuple[Callable[[Facts], Iterator[Finding]], ...] = (
    _handle_type, _limits, _visits, _fee, _phones, _permit, _result,
)  # fmt: skip
