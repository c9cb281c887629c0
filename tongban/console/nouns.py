"""Every word that the command line knows. A new noun is a file beside this one and a line here."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Noun:
    """A noun, or a command of its own, and the module that carries it out as `app`.

    `in_node`: it acts as one node, so Django is set up for that node before its module is read.
    `for_files`: verbs that need no node when they are given a file; `anywhere`: that need none.
    """

    name: str
    chinese: str
    english: str
    in_node: bool = False
    for_files: frozenset[str] = frozenset()
    anywhere: frozenset[str] = frozenset()

    def needs_node(self, words: Sequence[str]) -> bool:
        """Whether these words act as a node: not with a verb for files and a file to go with it."""
        said = set(words)
        is_for_file = self.for_files & said and any(Path(one).is_file() for one in words[1:])
        return self.in_node and not (is_for_file or self.anywhere & said)

    @property
    def module(self) -> str:
        """Its module, read only when the word is used: help must not wait for Django."""
        return f"tongban.console.{self.name}"


NOUNS = {
    noun.name: noun
    for noun in (
        Noun("demo", "启动演示：数据库、消息服务器和各节点", "start the demo: servers and nodes"),
        Noun("status", "查看演示是否在运行、各节点是否就绪", "what of the demo runs and is ready"),
        Noun("stop", "停止演示，不留任何进程", "stop the demo and leave no process"),
        Noun("node", "节点：准备、密钥、节点目录", "a node: preparation, keys, directory"),
        Noun(
            "broker", "消息服务器：信箱、权限、配置", "the broker: mailboxes, rights, configuration"
        ),
        Noun("worker", "后台进程：收发消息、到期事项", "the worker: messages and what is due"),
        Noun("doctor", "体检：找出常见故障的原因和办法", "find the usual causes of trouble", True),
        Noun(
            "directory",
            "节点名录：查看、核对、导出、导入",
            "the directory of nodes: show, verify, export, import",
            in_node=True,
            for_files=frozenset({"verify"}),
        ),
        Noun("key", "密钥：列出、更换、吊销", "keys: list, rotate, revoke", in_node=True),
        Noun(
            "exchange",
            "报文：状态、搁置、重试、核对、穷举模型",
            "messages: status, parked, retry, reconcile, model",
            in_node=True,
            anywhere=frozenset({"model"}),
        ),
        Noun("jurisdictions", "行政区划、区域、部门", "divisions, regions, departments"),
        Noun(
            "sandbox", "演示环境：虚构的人物、机关和账号", "the sandbox: fictional people, offices"
        ),
        Noun(
            "catalogue",
            "事项目录：读取清单、载入、查询能不能办",
            "the catalogue: read, load, look up",
        ),
        Noun(
            "case",
            "一件：看经过、时限、验签、证据文件、按记录重建",
            "a case: show, clock, verify, evidence, rebuild",
            in_node=True,
            for_files=frozenset({"verify"}),
        ),
        Noun(
            "chain",
            "协查、联办环节、寄递：按记录重建",
            "inquiries, joint steps, parcels: rebuild",
            in_node=True,
        ),
        Noun("parcel", "包裹：列出、查看、移动", "parcels: list, show, move", in_node=True),
        Noun("clock", "期限：算到期日、逐行说明、核对算法", "deadlines: compute, explain, check"),
        Noun("calendar", "放假安排：查看、载入", "working days: show, load", in_node=True),
        Noun("client", "接口调用方：登记、停用", "other systems: register, stop", in_node=True),
        Noun(
            "notice", "提醒：发到哪一步、失败的再发", "notices: sent, failed, retry", in_node=True
        ),
        Noun("journey", "走一遍主流程：两地、各角色", "play the main job against the demo"),
        Noun(
            "bench", "测速：提交、跨省、页面、内存", "measure: submission, crossing, pages, memory"
        ),
        Noun(
            "simulate", "推演：全国一天的办件，纸上和实跑", "a national day, on paper and on nodes"
        ),
        Noun(
            "faults",
            "故障测试：边办件边随机出故障，事后核对",
            "random faults under load, then checks",
        ),
        Noun("test", "安装测试所需并运行全部测试", "install what tests need and run every test"),
        Noun(
            "check", "格式、类型、分层、模板、迁移、生成文件", "format, types, layers, templates, …"
        ),
        Noun("docs", "生成文件：状态图、接口文档等", "generated files: diagrams, OpenAPI, …"),
        Noun("requirements", "重新锁定依赖的版本和校验值", "lock the dependencies anew"),
    )
}
