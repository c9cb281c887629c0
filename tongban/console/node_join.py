"""`./run node join` and `./run node introduce`: how a node gets into the directory, step by step."""

import base64
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tongban.jurisdictions import directory, edition, introduction
from tongban.jurisdictions.directory import Contact, DirectoryMalformed, Entry
from tongban.jurisdictions.edition import FILE, HUB, Edition, EditionRefused
from tongban.local.keys import write_private
from tongban.local.provinces import PROVINCES
from tongban.local.trouble import Trouble, WrongWords
from tongban.trust import keeping, published, store, suites
from tongban.trust.store import StoreTrouble

KEYS, ENVIRONMENT = "node.keys", "node.env"
_PRINT_LENGTH = 64
Office = Annotated[str, typer.Option(help="工作联络：处室。 Office to ask.")]
Person = Annotated[str, typer.Option(help="联系人。 Person.")]
Phone = Annotated[str, typer.Option(help="电话。 Phone.")]
Mail = Annotated[str, typer.Option(help="电子邮件。 Mail.")]


def mount(app: typer.Typer) -> None:
    """Hang the commands beside those of a node."""
    app.command(help="新节点接入：生成密钥和登记文件，再采用名录。 A new node joins.")(join)
    app.command(help="为更换密钥或登记内容写一份登记文件。 Introduce this node anew.")(introduce)


def join(
    code: Annotated[str, typer.Argument(help="节点代码：省份代码的前两位。 Code of the node.")],
    folder: Annotated[Path, typer.Option(help="放密钥和设置的文件夹。 For keys and settings.")],
    base_url: Annotated[str, typer.Option(help="这个节点的网址。 Address of its pages.")] = "",
    hub_key: Annotated[
        str, typer.Option("--hub-key", help="枢纽密钥的指纹，打电话核对。 The hub's fingerprint.")
    ] = "",
    suite: Annotated[
        str, typer.Option(help="算法套件：intl 国际，gm 国密。 The suite.")
    ] = suites.INTL,
    office: Office = "",
    person: Person = "",
    phone: Phone = "",
    mail: Mail = "",
    took: Annotated[
        Path | None, typer.Option("--edition", help="枢纽批准后给的名录文件。 What the hub gave.")
    ] = None,
) -> None:
    """Run it again at any time: it says where the node stands, and overwrites nothing."""
    if code not in PROVINCES:
        raise WrongWords(
            f"没有代码为“{code}”的省份。请用行政区划代码的前两位，例如 44（广东）。",
            f"There is no province {code!r}: give the first two digits, such as 44.",
        )
    place = folder.absolute()
    if took is not None:
        _take(place, code, took)
        return
    if (place / KEYS).exists():
        _say_where_it_stands(place, code)
        return
    contact = Contact(office, person, phone, mail)
    _begin(place, code, base_url=base_url, hub_key=hub_key, suite=suite, contact=contact)


def introduce(
    out: Annotated[Path, typer.Argument(help="写到哪个文件 Where to")],
    base_url: Annotated[str, typer.Option(help="网址，不写则不变。 Address, if it changed.")] = "",
    office: Office = "",
    person: Person = "",
    phone: Phone = "",
    mail: Mail = "",
) -> None:
    """With the keys that the store has now; acts as the node whose environment is set."""
    key_file, data = os.environ.get("NODE_KEY_FILE", ""), os.environ.get("DATA_DIR", "")
    if not key_file or not data:
        raise WrongWords(
            "请加 --node 代码，或设置该节点的环境变量（NODE_KEY_FILE、DATA_DIR）。",
            "Add --node CODE, or set the environment of the node (NODE_KEY_FILE, DATA_DIR).",
        )
    listed = _listed(Path(data) / FILE, os.environ.get("NODE_ID", ""))
    said = [office, person, phone, mail]
    before = listed.contact
    contact = Contact(*said) if any(said) else before
    raw = _introduction(
        store.load(Path(key_file)), listed, base_url=base_url or listed.base_url, contact=contact
    )
    out.write_bytes(raw)
    print(f"{out}  指纹 fingerprint {introduction.read(raw).fingerprint}")
    print("把这个文件交给枢纽的运维人员，在“节点名录”页导入。 Give it to the operators of the hub.")


def _begin(
    place: Path, code: str, *, base_url: str, hub_key: str, suite: str, contact: Contact
) -> None:
    fingerprint = published.written(hub_key)
    if not base_url or len(fingerprint) != _PRINT_LENGTH:
        raise WrongWords(
            "第一次运行要写 --base-url 和 --hub-key。枢纽密钥的指纹是 64 位十六进制数字，"
            "向枢纽的运维人员打电话要，不从邮件里抄。",
            "The first time give --base-url and --hub-key: 64 hexadecimal digits, which the "
            "operators of the hub tell by telephone.",
        )
    if suite not in suites.NAMES:
        raise WrongWords("--suite 只能是 intl 或 gm。", "--suite takes intl or gm.")
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        made = keeping.with_first_keys(store.create(place / KEYS), suite, at=datetime.now(UTC))
        entry = Entry(code, base_url, name=PROVINCES[code], serves=(code,))
        raw = _introduction(made, entry, base_url=base_url, contact=contact)
        made.save(place / KEYS)
    except StoreTrouble as trouble:
        raise Trouble(f"密钥库：{trouble}", f"The key store: {trouble}") from trouble
    _file_of(place, code).write_bytes(raw)
    write_private(place / ENVIRONMENT, _environment(place, code, fingerprint).encode())
    print(f"1. 密钥已生成：{place / KEYS}（私钥不离开本机，请备份）。 Keys are made.")
    print(f"2. 设置已写好：{place / ENVIRONMENT}，其中 DATABASE_URL 和 NATS_URL 还要填。 Settings.")
    print(f"3. 登记文件：{_file_of(place, code)}，里面没有秘密。 The file to hand in.")
    _say_next(place, code)


def _say_where_it_stands(place: Path, code: str) -> None:
    if not _file_of(place, code).exists():
        raise Trouble(
            f"{place} 里有密钥，没有节点 {code} 的登记文件：请核对代码，或换一个文件夹。",
            f"{place} has keys and no introduction of node {code}: check the code or the folder.",
        )
    if (place / FILE).exists():
        print(f"名录已采用：{place / FILE}。 The directory is here.")
        _say_last(place)
        return
    print("密钥和登记文件已经有了，没有改动。 Keys and introduction are here; nothing was changed.")
    _say_next(place, code)


def _say_next(place: Path, code: str) -> None:
    one = introduction.read(_file_of(place, code).read_bytes())
    print(f"\n密钥指纹 fingerprint：{one.fingerprint}")
    print("接下来 Next:")
    print(
        "  · 把登记文件交给枢纽的运维人员。一位在“节点名录”页导入，另一位打电话与您核对指纹后批准。"
    )
    print("    Give the file to the hub; a second person compares the fingerprint by telephone.")
    print("  · 批准后枢纽给您一份名录文件和消息服务器的密码，再运行：")
    print(f"    ./run node join {code} --folder {place} --edition 名录文件")


def _take(place: Path, code: str, file: Path) -> None:
    fingerprint = _setting(place, "HUB_KEY_FINGERPRINT")
    try:
        one = edition.read(file.read_bytes())
        edition.check_by_fingerprint(one, fingerprint)
    except (OSError, EditionRefused) as wrong:
        why = wrong.message if isinstance(wrong, EditionRefused) else f"读不出 {file}"
        raise Trouble(
            f"没有采用这份名录：{why}。", f"The directory in {file} was not taken."
        ) from wrong
    _check_listed(one, place, code)
    (place / FILE).write_bytes(one.raw)
    print(f"第 {one.number} 版名录由枢纽签名，列有本节点，密钥相符。 The hub lists this node.")
    _say_last(place)


def _check_listed(one: Edition, place: Path, code: str) -> None:
    listed = one.node(code)
    ours = store.load(place / KEYS).signer().public_key
    if listed is None or listed.state is not directory.State.ACTIVE:
        raise Trouble(
            f"第 {one.number} 版名录里没有正常接入的节点 {code}，枢纽可能还没有批准。",
            f"Edition {one.number} does not list node {code} as taking part: not approved yet?",
        )
    if ours != listed.public_key:
        raise Trouble(
            f"名录里节点 {code} 的密钥不是这里的这把，立即打电话给枢纽核实。",
            f"The directory has another key for node {code}: call the hub at once.",
        )


def _say_last(place: Path) -> None:
    print("接下来 Next:")
    print(f"  1. 在 {place / ENVIRONMENT} 里填 DATABASE_URL 和 NATS_URL。 Fill in both.")
    print(f"  2. set -a; . {place / ENVIRONMENT}; set +a")
    print(f"  3. ./run node prepare --directory {place / FILE}")
    print("  4. ./run doctor   逐项检查，按它说的改。 Do what it says.")
    print("  5. 启动网页和后台进程，见 docs/how-to/run-a-node.md。 Start pages and worker.")


def _introduction(keys: store.Store, entry: Entry, *, base_url: str, contact: Contact) -> bytes:
    try:
        return introduction.make(
            keys, code=entry.code, name=entry.name, serves=entry.serves, base_url=base_url,
            contact=contact, at=datetime.now(UTC),
        )  # fmt: skip
    except DirectoryMalformed as wrong:
        raise WrongWords(
            f"登记内容不对：{wrong.message}。", "The introduction is malformed."
        ) from wrong


def _listed(file: Path, code: str) -> Entry:
    try:
        listed = edition.read(file.read_bytes()).node(code)
    except (OSError, EditionRefused):
        listed = None
    if listed is not None:
        return listed
    if code == HUB:
        return Entry(HUB, name="国家枢纽")
    raise Trouble(
        f"{file} 里没有节点 {code}：新节点用 ./run node join。",
        f"{file} does not list node {code}: a new node uses ./run node join.",
    )


def _file_of(place: Path, code: str) -> Path:
    return place / f"introduction-{code}.json"


def _environment(place: Path, code: str, fingerprint: str) -> str:
    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    lines = [
        f"NODE_ID={code}",
        f"DATA_DIR={place}",
        f"NODE_KEY_FILE={place / KEYS}",
        f"HUB_KEY_FINGERPRINT={fingerprint}",
        f"FIELD_KEY={key()}",
        f"MATCH_KEY={key()}",
        f"SECRET_KEY={secrets.token_urlsafe(48)}",
        "# 本节点的数据库；枢纽给的消息服务器地址和密码。 Your database; the broker as the hub told.",
        "# DATABASE_URL=postgresql://tongban:…@127.0.0.1:5432/tongban",
        f"# NATS_URL=tls://node{code}:…@broker.example.cn:4222",
        "",
    ]
    return "\n".join(lines)


def _setting(place: Path, name: str) -> str:
    try:
        lines = (place / ENVIRONMENT).read_text("utf-8").splitlines()
    except OSError as missing:
        raise Trouble(
            f"{place} 里没有 {ENVIRONMENT}：先不带 --edition 运行一次。",
            f"There is no {ENVIRONMENT} in {place}: run it without --edition first.",
        ) from missing
    found = dict(line.split("=", 1) for line in lines if "=" in line and line[0] != "#")
    return found.get(name, "")
