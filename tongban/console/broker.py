"""`./run broker …`: setting up a message broker of one's own."""

import os
from pathlib import Path
from typing import Annotated

import typer

from tongban.local import broker as the_broker
from tongban.local import keys
from tongban.local.cluster import Certificates, Cluster
from tongban.local.cluster import servers as read_servers
from tongban.local.home import home
from tongban.local.ports import broker_port
from tongban.local.provinces import DEFAULT_NODES, chosen_nodes
from tongban.local.trouble import WrongWords

app = typer.Typer(
    add_completion=False, no_args_is_help=True, rich_markup_mode=None,
    help="消息服务器：信箱、权限、配置  The broker: mailboxes, rights, configuration",
)  # fmt: skip
Nodes = Annotated[str, typer.Option(help="省份代码，逗号分隔。 Codes of provinces.")]


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
        chosen_nodes(nodes),
        replicas=replicas,
        authority=authority,
    )
    print("信箱和文件桶已就绪。 Mailboxes and buckets are ready.")


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
) -> None:
    """One account, its administrator, and a user for each node; it contains passwords."""
    place = home()
    place.make()
    passwords = {
        code: keys.node_secrets(place, code).broker_password for code in chosen_nodes(nodes)
    }
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
    print(text)


def _certificates(folder: Path | None) -> Certificates | None:
    if folder is None:
        return None
    place = folder.absolute()
    return Certificates(place / "ca.pem", place / "server.pem", place / "server.key")
