"""What checking an evidence file found, in words: the same on the page and on the terminal."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tongban.basics import identifiers
from tongban.cases import states
from tongban.cases.evidence.findings import ChainFound, Report
from tongban.cases.standing import BEIJING
from tongban.delivery import states as parcels

# What stands in the record without being a move of the table.
_OTHERS = {
    states.ARRIVE: "收妥",
    states.CHANGE_RULES: "改按新规定办理",
    **states.NOTES,
}
_BESIDE = {
    "choose": "选择",
    "ask": "请求",
    "arrive": "收妥",
    "answer": "答复",
    "refuse": "不予办理",
    "ask_more": "追问",
    "remind": "到期提醒",
    "withdraw": "收回",
    "done": "办好",
    "stop": "停止",
    "undo": "请求撤销",
    "undone": "已撤销",
}
_CASE_WORDS = {move.name: move.label for move in states.MOVES} | _OTHERS
_PARCEL_WORDS = {move.name: move.label for move in parcels.MOVES}


@dataclass(frozen=True, slots=True)
class Step:
    """One event, for people."""

    seq: int
    words: str
    node: str  # by name where the file says it
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """One chain, for people."""

    title: str
    name: str
    steps: tuple[Step, ...]


def titles(kind: str) -> str:
    """What a kind of chain is called."""
    return {
        "case": _("办件"),
        "inquiry": _("协查"),
        "joint-step": _("联办环节"),
        "parcel": _("包裹"),
        "choice": _("领取方式"),
    }.get(kind, kind)


def chains(report: Report) -> list[Told]:
    """The chains of a file, the case first."""
    found = sorted(report.chains, key=lambda chain: (chain.kind != "case", chain.name))
    return [_told(chain, _names(report)) for chain in found]


def _names(report: Report) -> dict[str, str]:
    """What each node is called, with its code: the name alone is not signed by anybody."""
    return {key.node: f"{key.name}（{key.node}）" for key in report.keys if key.name}


def _told(chain: ChainFound, nodes: dict[str, str]) -> Told:
    of_kind: dict[str, dict[str, Any]] = {"case": _CASE_WORDS, "parcel": _PARCEL_WORDS}
    words = of_kind.get(chain.kind, _BESIDE)
    steps = tuple(
        Step(
            event.seq,
            str(words.get(event.kind, event.kind)),
            nodes.get(event.author.node, event.author.node),
            event.at,
        )
        for event in chain.events
    )
    name = chain.name
    if chain.kind == "case":
        name = identifiers.show_case_number(chain.name)
    return Told(titles(chain.kind), name, steps)


def verdict(report: Report) -> str:
    """The answer in one sentence."""
    if not report.is_good:
        return _("核对没有通过，有%(count)d处问题") % {"count": len(report.faults)}
    if not all(key.is_known for key in report.keys):
        return _("内容和签名都相符；密钥是不是这些节点的，请再对照公布的指纹")
    return _("核对通过：内容完整，每一步都由所写的节点签名")


def facts(report: Report) -> list[tuple[str, str]]:
    """What the file holds, as terms and answers."""
    issuer = _names(report).get(report.issuer, report.issuer)
    found = [
        (_("办件编号"), identifiers.show_case_number(report.case) if report.case else ""),
        (_("制作的节点"), issuer),
        (_("记录"), _("%(count)d条，每条都有签名") % {"count": report.events}),
        (
            _("个人内容"),
            _("附上%(opened)d份，%(sealed)d份没有公开，只有SHA-256")
            % {"opened": report.opened, "sealed": report.sealed},
        ),
        (
            _("材料"),
            _("共%(papers)d份，附上%(here)d份")
            % {"papers": report.papers, "here": report.papers_here},
        ),
        (_("文书"), "、".join(one["title"] for one in report.documents) or _("没有附上")),
    ]
    return [(term, answer) for term, answer in found if answer]


def receipts(report: Report) -> list[str]:
    """What each node said it has, the latest of each chain."""
    latest: dict[tuple[str, str], tuple[int, datetime]] = {}
    for one in report.receipts:
        key = (one.node, one.chain)
        latest[key] = max(latest.get(key, (0, one.at)), (one.seq, one.at))
    titled = {chain.name: titles(chain.kind) for chain in report.chains}
    nodes = _names(report)
    return [
        _("%(node)s签名确认：%(chain)s到第%(seq)d条都有了（%(at)s）")
        % {
            "node": nodes.get(node, node),
            "chain": titled.get(chain, chain),
            "seq": seq,
            "at": at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
        }
        for (node, chain), (seq, at) in sorted(latest.items())
    ]


def stamps(report: Report) -> list[str]:
    """Since when the record is proved to have been there, by whom."""
    titled = {chain.name: titles(chain.kind) for chain in report.chains}
    return [
        _("%(at)s，%(chain)s的前%(seq)d条已经在了（时间戳：%(authority)s）")
        % {
            "at": one.at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
            "chain": titled.get(one.chain, one.chain),
            "seq": one.seq,
            "authority": one.authority,
        }
        for one in sorted(report.stamps, key=lambda one: (one.at, one.chain))
    ]


def as_dict(report: Report) -> dict[str, Any]:
    """Everything for a machine; times as the record writes them."""
    return {
        "good": report.is_good,
        "keys_known": all(key.is_known for key in report.keys) if report.keys else False,
        "case": report.case,
        "issuer": report.issuer,
        "files": report.files,
        "chains": [
            {"chain": chain.name, "kind": chain.kind, "events": len(chain.events)}
            for chain in report.chains
        ],
        "opened": report.opened,
        "sealed": report.sealed,
        "papers": report.papers,
        "papers_here": report.papers_here,
        "documents": report.documents,
        "receipts": [asdict(one) | {"at": one.at.isoformat()} for one in report.receipts],
        "stamps": [asdict(one) | {"at": one.at.isoformat()} for one in report.stamps],
        "keys": _all(report.keys),
        "faults": _all(report.faults),
    }


def _all(found: Iterable[Any]) -> list[dict[str, Any]]:
    return [asdict(one) for one in found]
