"""`./run broker …`: setting up a message broker of one's own."""

import os
from typing import Annotated

import typer

from tongban.local import broker as the_broker
from tongban.local import keys
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
) -> None:
    """Needs the administrator's address: nodes may not create streams."""
    address = url or os.environ.get("NATS_URL", "")
    if not address:
        raise WrongWords(
            "请用 --url 或环境变量 NATS_URL 给出消息服务器的管理员地址。",
            "Give the administrator's address with --url or in NATS_URL.",
        )
    admin = keys.server_secrets(home()).broker_password if "{password}" in address else ""
    the_broker.set_up(the_broker.fill_in(address, the_broker.ADMIN, admin), chosen_nodes(nodes))
    print("信箱和文件桶已就绪。 Mailboxes and buckets are ready.")


@app.command(help="输出 nats-server 的配置，含每个节点的权限和密码。 Print a configuration.")
def config(nodes: Nodes = DEFAULT_NODES) -> None:
    """One account, its administrator, and a user for each node; it contains passwords."""
    place = home()
    place.make()
    passwords = {
        code: keys.node_secrets(place, code).broker_password for code in chosen_nodes(nodes)
    }
    print(
        the_broker.configuration(
            folder=place.broker,
            port=broker_port(),
            passwords=passwords,
            admin_password=keys.server_secrets(place).broker_password,
        )
    )
