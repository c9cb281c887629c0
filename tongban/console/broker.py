"""`./run broker …`: setting up a message broker of one's own."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from tongban.local import broker as the_broker
from tongban.local import broker_accounts, broker_following, keys
from tongban.local.broker_accounts import Accounts
from tongban.local.cluster import Certificates, Cluster
from tongban.local.cluster import servers as read_servers
from tongban.local.home import home
from tongban.local.ports import broker_port
from tongban.local.provinces import DEFAULT_NODES, chosen_nodes
from tongban.local.trouble import WrongWords

app = typer.Typer(
    add_completion=False, no_args_is_help=True, rich_markup_mode=None,
    help="消息服务器：信箱、权限、账号、配置  The broker: mailboxes, rights, accounts, configuration",
)  # fmt: skip
Nodes = Annotated[
    str, typer.Option(help="省份代码，逗号分隔；演示用。 Codes of provinces, for a demo.")
]
Directory = Annotated[
    Path | None,
    typer.Option("--directory", help="枢纽签名的节点名录文件。 A directory that the hub signed."),
]
HubKey = Annotated[
    str, typer.Option("--hub-key", help="枢纽密钥的指纹。 Fingerprint of the hub's key.")
]


@app.command(help="建立信箱和文件桶；再次执行不改变内容。 Make mailboxes and buckets.")
def setup(
    url: Annotated[str, typer.Option(help="管理员的地址。 The administrator's address.")] = "",
    nodes: Nodes = DEFAULT_NODES,
    replicas: Annotated[
        int, typer.Option(min=1, max=5, help="每个信箱存几份，集群用 3。 Copies; 3 in a cluster.")
    ] = 1,
    authority: Annotated[
        Path | None, typer.Option(help="签发服务器证书的机构，PEM。 Who signed its certificate.")
    ] = None,
    directory: Directory = None,
    hub_key: HubKey = "",
) -> None:
    """Needs the administrator's address: nodes may not create streams."""
    address = url or os.environ.get("NATS_URL", "")
    if not address:
        raise WrongWords(
            "请用 --url 或环境变量 NATS_URL 给出消息服务器的管理员地址。",
            "Give the administrator's address with --url or in NATS_URL.",
        )
    admin = keys.server_secrets(home()).broker_password if "{password}" in address else ""
    the_broker.set_up(
        the_broker.fill_in(address, the_broker.ADMIN, admin),
        _codes(directory, hub_key, nodes),
        replicas=replicas,
        authority=authority,
    )
    print("信箱和文件桶已就绪。 Mailboxes and buckets are ready.")


@app.command(help="按节点名录核对账号、权限和配额。 Accounts, rights and quotas by a directory.")
def accounts(
    directory: Annotated[
        Path,
        typer.Option("--directory", help="枢纽签名的节点名录文件。 What the hub signed."),
    ],
    hub_key: HubKey = "",
    password: Annotated[
        str, typer.Option(help="显示哪个节点的密码，交给它。 Show a node's, to give it there.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出。 As JSON.")] = False,
) -> None:
    """Then print the configuration anew and let the servers read it: nats-server --signal reload."""
    found = _accounts(directory, hub_key)
    if password:
        if password not in found.passwords:
            raise WrongWords(
                f"名录里没有正常接入的节点 {password}，它没有账号。",
                f"The directory lets no node {password} take part: it has no account.",
            )
        print(found.passwords[password])
        return
    codes = list(found.passwords)
    if as_json:
        print(json.dumps(_facts(found), ensure_ascii=False, indent=2))
        return
    for code in codes:
        says = "新增 new" if code in found.added else ""
        print(f"{the_broker.user_name(code):<8} 只以自己的名义发，只读自己的信箱  {says}".rstrip())
    for code in found.removed:
        print(f"{the_broker.user_name(code):<8} 已取消 removed")
    print(
        f"每个信箱 {the_broker.MAIL_BYTES // 1024**2} MB、{the_broker.MAIL_MESSAGES} 份；"
        f"连接共 {the_broker.CONNECTIONS_A_NODE * (len(codes) + 1)}；"
        f"一次最多 {the_broker.MAX_PAYLOAD // 1024**2} MB。 Quotas."
    )
    if found.added or found.removed:
        print("重新输出配置（./run broker config），再 nats-server --signal reload。")
        print("Print the configuration anew, then: nats-server --signal reload")


@app.command(help="输出 nats-server 的配置，含每个节点的权限和密码。 Print a configuration.")
def config(
    nodes: Nodes = DEFAULT_NODES,
    servers: Annotated[
        str, typer.Option(help="集群各台，如 a=10.0.0.1,b=10.0.0.2,c=10.0.0.3。 A cluster.")
    ] = "",
    server: Annotated[str, typer.Option(help="输出集群中哪一台的。 Which of them.")] = "",
    folder: Annotated[Path | None, typer.Option(help="数据文件夹。 Where it keeps data.")] = None,
    certificates: Annotated[
        Path | None,
        typer.Option(
            help="放 ca.pem、server.pem、server.key 的文件夹。 A folder with these files."
        ),
    ] = None,
    directory: Directory = None,
    hub_key: HubKey = "",
    into: Annotated[
        Path | None, typer.Option(help="写进这个文件，不显示。 Write it to this file.")
    ] = None,
    pid_file: Annotated[
        Path | None,
        typer.Option(
            help="写好后让服务器重读；nats-server -P 写的文件。 Then reload the server of this pid."
        ),
    ] = None,
) -> None:
    """One account, its administrator, and a user for each node; it contains passwords.

    With `--into` and `--pid-file` a running server follows: who is out is cut off, and others stay. When
    nothing has changed, nothing is written and nobody told, so a timer may run it (deploy/broker).
    """
    if pid_file and not into:
        raise WrongWords(
            "--pid-file 要和 --into 一起用：先写好配置文件，服务器才有新的可读。",
            "--pid-file goes with --into: the server reads the file that is written there.",
        )
    place = home()
    place.make()
    passwords = (
        _accounts(directory, hub_key).passwords
        if directory
        else {code: keys.node_secrets(place, code).broker_password for code in chosen_nodes(nodes)}
    )
    admin = keys.server_secrets(place)
    shown = _certificates(certificates)
    if not servers:
        text = the_broker.configuration(
            folder=folder or place.broker, port=broker_port(), passwords=passwords,
            admin_password=admin.broker_password, certificates=shown,
        )  # fmt: skip
    else:
        together = Cluster(read_servers(servers), keys.cluster_password(place))
        text = the_broker.configuration_in(
            together, together.server(server), folder=folder or Path("/var/lib/nats"),
            passwords=passwords, admin_password=admin.broker_password, certificates=shown,
        )  # fmt: skip
    if into is None:
        print(text)
        return
    is_written = broker_following.write(into, text)
    print(f"{into}  账号 accounts {len(passwords)}{'' if is_written else '  没有变动 unchanged'}")
    if pid_file and broker_following.tell(into, _pid(pid_file)):
        print("消息服务器已重新读取配置。 The server has been told to read it.")


def _pid(file: Path) -> int:
    try:
        return int(file.read_text())
    except (OSError, ValueError) as wrong:
        raise WrongWords(
            f"{file} 里没有进程号。启动时加 -P {file}，nats-server 就会写上。",
            f"There is no process id in {file}: nats-server writes it with -P {file}.",
        ) from wrong


def _codes(directory: Path | None, hub_key: str, nodes: str) -> list[str]:
    """Whose mailboxes to make: also those of nodes that are suspended, which will want their mail."""
    if directory is None:
        return chosen_nodes(nodes)
    one = broker_accounts.read_directory(directory, fingerprint=_fingerprint(hub_key))
    return [node.code for node in one.nodes if node.state != "left"]


def _accounts(directory: Path, hub_key: str) -> Accounts:
    place = home()
    place.make()
    one = broker_accounts.read_directory(directory, fingerprint=_fingerprint(hub_key))
    return broker_accounts.accounts(place, broker_accounts.taking_part(one))


def _fingerprint(hub_key: str) -> str:
    said = hub_key or os.environ.get("HUB_KEY_FINGERPRINT", "")
    if not said:
        raise WrongWords(
            "请用 --hub-key 或环境变量 HUB_KEY_FINGERPRINT 给出枢纽密钥的指纹。",
            "Give the fingerprint of the hub's key with --hub-key or in HUB_KEY_FINGERPRINT.",
        )
    return said


def _facts(found: Accounts) -> dict[str, object]:
    """For a machine that asked; no password is in it."""
    return {
        "nodes": {
            code: {
                "user": the_broker.user_name(code),
                "permissions": the_broker.permissions(code, found.passwords),
                "mailbox_bytes": the_broker.MAIL_BYTES,
                "mailbox_messages": the_broker.MAIL_MESSAGES,
            }
            for code in found.passwords
        },
        "added": list(found.added),
        "removed": list(found.removed),
        "connections": the_broker.CONNECTIONS_A_NODE * (len(found.passwords) + 1),
        "payload_bytes": the_broker.MAX_PAYLOAD,
    }


def _certificates(folder: Path | None) -> Certificates | None:
    if folder is None:
        return None
    place = folder.absolute()
    return Certificates(place / "ca.pem", place / "server.pem", place / "server.key")
