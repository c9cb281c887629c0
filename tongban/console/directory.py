"""`./run directory …`: the directory of nodes, by hand where the broker is not reached."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from django.conf import settings
from django.utils.timezone import localtime, now

from tongban.console.exits import Exit
from tongban.exchange import editions
from tongban.jurisdictions import adopting, edition
from tongban.jurisdictions.directory import Contact, Entry, State
from tongban.jurisdictions.edition import Edition, EditionRefused
from tongban.local.trouble import Trouble, WrongWords
from tongban.trust import published
from tongban.trust.store import StoreTrouble

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")]
File = Annotated[Path, typer.Argument(help="节点名录文件。 A file with an edition.")]
STATES = {
    State.ACTIVE: "正常 active",
    State.SUSPENDED: "暂停接入 suspended",
    State.LEFT: "已退出 left",
}


@app.callback()
def _directory() -> None:
    """The hub signs editions; a node adopts only what follows the one it has."""


@app.command(help="查看本节点已采用的名录，或一个文件。 Show the edition in force, or a file.")
def show(
    file: Annotated[Path | None, typer.Argument(help="名录文件 A file")] = None,
    as_json: AsJson = False,
) -> None:
    """A file is shown whoever signed it: `verify` judges it."""
    one = _read(file) if file else adopting.held_edition()
    if one is None:
        raise Trouble(
            "本节点还没有采用过名录。用 ./run directory import 文件 导入。",
            "This node has no directory yet: ./run directory import FILE",
        )
    if as_json:
        print(json.dumps(_facts(one), ensure_ascii=False, indent=2))
        return
    print(f"第 {one.number} 版 edition  签发 issued {localtime(one.issued_at):%Y-%m-%d %H:%M}")
    print(f"摘要 digest {one.digest}  密钥 key {one.key_id}")
    for node in one.nodes:
        _print(node)


@app.command(help="核对一个名录文件是不是枢纽签的。 Check that the hub signed a file.")
def verify(
    file: File,
    hub_key: Annotated[
        str, typer.Option("--hub-key", help="枢纽密钥的指纹 Fingerprint of the hub's key")
    ] = "",
) -> None:
    """By the fingerprint given here or set for the node. Code 1 when it is not."""
    said = hub_key or settings.HUB_KEY_FINGERPRINT
    try:
        one = edition.read(_bytes(file))
        edition.check_by_fingerprint(one, said)
    except EditionRefused as refusal:
        print(refusal.message)
        raise typer.Exit(Exit.REFUSED) from refusal
    print(
        f"第 {one.number} 版，由指纹 {published.written(said)[:16]}… 的枢纽密钥签名，完整。 Good."
    )


@app.command(help="写出已采用的名录。 Write the edition in force to a file.")
def export(file: Annotated[Path, typer.Argument(help="写到哪个文件 Where to")]) -> None:
    """Signed as it came; nothing in it is secret."""
    row = adopting.held()
    if row is None:
        raise Trouble("本节点还没有采用过名录。", "This node has no directory yet.")
    file.write_bytes(bytes(row.signed))
    print(f"{file}  第 {row.number} 版 edition")


@app.command("import", help="采用一个名录文件。 Adopt the edition in a file.")
def import_(file: File) -> None:
    """The same again changes nothing; what is refused is written down."""
    adopted = adopting.adopt_or_note(_bytes(file), at=now(), how=adopting.How.FILE)
    number = adopted.row.number
    if adopted.is_new:
        print(f"已采用第 {number} 版名录。 Adopted.")
    else:
        print(f"第 {number} 版名录此前已采用，没有变化。 Nothing changed.")


@app.command(help="枢纽：签发第一版名录，只有枢纽自己。 At a new hub: the first edition.")
def begin(
    base_url: Annotated[str, typer.Option(help="枢纽的网址 Address of its pages")],
    office: Annotated[str, typer.Option(help="工作联络：处室 Office to ask")] = "",
    person: Annotated[str, typer.Option(help="联系人 Person")] = "",
    phone: Annotated[str, typer.Option(help="电话 Phone")] = "",
    mail: Annotated[str, typer.Option(help="电子邮件 Mail")] = "",
) -> None:
    """Every later edition takes two people (the page 节点名录). Refused when there is one."""
    editions.check_is_hub()
    if adopting.held() is not None:
        raise WrongWords(
            "已经有名录了，后面的变更在“节点名录”页上提出和批准。",
            "There is a directory already: propose changes on the page of the directory.",
        )
    try:
        contact = Contact(office, person, phone, mail)
        entry = editions.own_entry(name="国家枢纽", base_url=base_url, contact=contact, at=now())
        row = editions.issue([entry], at=now())
    except StoreTrouble as trouble:
        raise Trouble(f"密钥库：{trouble}", f"The key store: {trouble}") from trouble
    print(f"已签发第 {row.number} 版名录。各节点要设置的枢纽密钥指纹：")
    print(f"HUB_KEY_FINGERPRINT={published.fingerprint(entry.public_key)}")


@app.command(help="输出枢纽密钥的指纹。 Print the fingerprint of the hub's key.")
def fingerprint(as_json: AsJson = False) -> None:
    """Of the key that the hub signs with, as this node's directory has it."""
    one = adopting.held_edition()
    if one is None:
        raise Trouble("本节点还没有采用过名录。", "This node has no directory yet.")
    said = published.fingerprint(one.hub.public_key)
    print(json.dumps({"fingerprint": said}) if as_json else said)


def _read(file: Path) -> Edition:
    return edition.read(_bytes(file))


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as missing:
        raise EditionRefused("no-file", key=str(file)) from missing


def _print(node: Entry) -> None:
    print(f"\n{node.code} {node.name}  {STATES[node.state]}  {node.suite}  {node.base_url}")
    for key in node.keys:
        ends = f"  至 until {_day(key.valid_until)}" if key.valid_until else ""
        gone = f"  吊销 revoked {_day(key.revoked_at)}" if key.revoked_at else ""
        print(f"   {key.public.purpose:<4} {key.public.key_id}{ends}{gone}")


def _day(at: datetime | None) -> str:
    return f"{localtime(at):%Y-%m-%d}" if at else ""


def _facts(one: Edition) -> dict[str, Any]:
    return {
        "number": one.number,
        "issued_at": one.issued_at.isoformat(),
        "previous": one.previous,
        "digest": one.digest,
        "key_id": one.key_id,
        "nodes": [node.said() for node in one.nodes],
    }
