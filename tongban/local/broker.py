"""One nats-server: its configuration, who may say what on it, and its streams."""

import asyncio
import json
import shutil
import sysconfig
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path
from urllib.parse import quote

import nats
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DiscardPolicy,
    ObjectStoreConfig,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError

from tongban.exchange import addresses
from tongban.exchange.rights import rights
from tongban.exchange.transport import tls_context
from tongban.local.cluster import Certificates, Cluster, Server
from tongban.local.ports import LOOPBACK
from tongban.local.trouble import Trouble

ADMIN = "admin"
MAX_PAYLOAD = 8 * 1024**2
# A full mailbox refuses new mail and the sender keeps it: late, but never lost.
MAIL_BYTES = 256 * 1024**2
MAIL_MESSAGES = 200_000
FILES_BYTES = 1024**3
# A worker has one, `doctor` and a bench a few more; the account counts them together, since users of
# one account cannot be counted apart (ADR 0008).
CONNECTIONS_A_NODE = 64
# What all streams together may reserve, with room for every province; it is no promise of disk. A
# limit that followed the nodes would shut out the streams of one that is not started today.
MAX_FILE_STORE = 1024**4
DUPLICATE_WINDOW = 2 * 3600.0
# So many buckets are made at a time.
AT_ONCE = 16
# The server answers when what it was told is on disk; one that others fill takes its time.
ANSWER_SECONDS = 60


def user_name(node: str) -> str:
    """The name under which a node signs in at the broker."""
    return f"node{node}"


def permissions(node: str, nodes: Iterable[str]) -> dict[str, dict[str, list[str]]]:
    """What one node may say and hear, in the broker's own words."""
    is_hub = node == addresses.HUB
    partners = [] if is_hub else [other for other in nodes if other not in {node, addresses.HUB}]
    allowed = rights(node, partners=partners, is_hub=is_hub)
    return {
        "publish": {"allow": list(allowed.publish)},
        "subscribe": {"allow": list(allowed.subscribe)},
    }


def access_rules(passwords: Mapping[str, str], admin_password: str) -> dict[str, object]:
    """The accounts section: one account, its administrator, and a user for each node.

    Whoever has no password here has no account: a node that is suspended, or has left.
    """
    users: list[dict[str, object]] = [{"user": ADMIN, "password": admin_password}]
    users += [
        {
            "user": user_name(node),
            "password": password,
            "permissions": permissions(node, passwords),
        }
        for node, password in passwords.items()
    ]
    limits = {"max_connections": CONNECTIONS_A_NODE * len(users), "max_payload": MAX_PAYLOAD}
    return {"TONGBAN": {"jetstream": "enabled", "limits": limits, "users": users}}


def configuration(
    *,
    folder: Path,
    port: int,
    passwords: Mapping[str, str],
    admin_password: str,
    certificates: Certificates | None = None,
) -> str:
    """The configuration file of one nats-server by itself; JSON is valid in its own syntax."""
    alone = Server("tongban", LOOPBACK, port)
    return _written(_settings(alone, folder, passwords, admin_password, certificates))


def configuration_in(
    cluster: Cluster,
    me: Server,
    *,
    folder: Path,
    passwords: Mapping[str, str],
    admin_password: str,
    certificates: Certificates | None,
) -> str:
    """The configuration file of one server of a cluster."""
    settings = _settings(me, folder, passwords, admin_password, certificates)
    return _written({**settings, "cluster": cluster.section(me, certificates)})


def _settings(
    me: Server,
    folder: Path,
    passwords: Mapping[str, str],
    admin_password: str,
    certificates: Certificates | None,
) -> dict[str, object]:
    found: dict[str, object] = {
        "server_name": me.name,
        "listen": f"{me.host}:{me.port}",
        "max_payload": MAX_PAYLOAD,
        "jetstream": {
            "store_dir": str(folder / "streams"),
            "max_file_store": MAX_FILE_STORE,
            "max_memory_store": 64 * 1024**2,
            # A message is acknowledged when it is on the disk, not when it is on its way there.
            "sync_interval": "always",
        },
        "accounts": access_rules(passwords, admin_password),
    }
    if certificates:
        found["tls"] = certificates.section()
    return found


def _written(settings: Mapping[str, object]) -> str:
    return json.dumps(settings, indent=2)


def program() -> Path:
    """The nats-server program that its wheel put beside our Python."""
    beside = Path(sysconfig.get_path("scripts")) / "nats-server"
    if beside.exists():
        return beside
    elsewhere = shutil.which("nats-server")
    if elsewhere:
        return Path(elsewhere)
    raise Trouble(
        "找不到随附的 nats-server 程序。请删除 .venv 后重新运行，"
        "或设置 NATS_URL 使用已有的消息服务器。",
        "nats-server is missing: delete .venv and run again, "
        "or set NATS_URL to a broker of your own.",
    )


def url(port: int, user: str, password: str) -> str:
    """The address at which a user reaches the demo's broker."""
    return f"nats://{user}:{quote(password, safe='')}@{LOOPBACK}:{port}"


def fill_in(template: str, user: str, password: str) -> str:
    """A broker address of one's own, with `{user}` and `{password}` replaced for one node."""
    return template.replace("{user}", user).replace("{password}", quote(password, safe=""))


def set_up(
    address: str, nodes: Sequence[str], *, replicas: int = 1, authority: Path | None = None
) -> None:
    """Make or update mailboxes, their consumers and the buckets; needs the administrator.

    Doing it again changes nothing but the number of replicas; what is in the streams stays.
    """
    plan = _Plan(address, nodes, replicas, authority)
    try:
        # In a thread of its own: whoever starts a demo may have a loop running already.
        with ThreadPoolExecutor(max_workers=1) as thread:
            thread.submit(lambda: asyncio.run(_set_up(plan))).result()
    except (nats.errors.Error, OSError) as error:
        raise Trouble(
            f"无法在消息服务器上建立信箱（{error}）。请检查 NATS_URL，以及服务器是否启用了 JetStream。",
            f"Cannot set up the mailboxes at the broker ({error}): "
            "check NATS_URL and that JetStream is enabled there.",
        ) from error


@dataclass(frozen=True)
class _Plan:
    address: str
    nodes: Sequence[str]
    replicas: int
    authority: Path | None


async def _set_up(plan: _Plan) -> None:
    connection = await nats.connect(
        plan.address.split(","),
        max_reconnect_attempts=2,
        connect_timeout=5,
        error_cb=_say_nothing,
        tls=tls_context(plan.address, plan.authority),
    )
    try:
        jetstream = connection.jetstream(timeout=ANSWER_SECONDS)
        for node in plan.nodes:
            await _mailbox(jetstream, node, plan.replicas)
        provinces = [node for node in plan.nodes if node != addresses.HUB]
        # Of the whole country there are nearly a thousand: several at a time, in the server's pace.
        turn = asyncio.Semaphore(AT_ONCE)

        async def bucket(sender: str, to: str) -> None:
            async with turn:
                await _bucket(jetstream, sender, to, plan.replicas)

        await asyncio.gather(*(bucket(*pair) for pair in permutations(provinces, 2)))
    finally:
        await connection.close()


async def _say_nothing(error: Exception) -> None:
    """The client prints every failed try; the last one reaches the caller anyway."""


async def _mailbox(jetstream: JetStreamContext, node: str, replicas: int) -> None:
    wanted = StreamConfig(
        name=addresses.mail_stream(node),
        subjects=[addresses.mail_subjects(node)],
        storage=StorageType.FILE,
        # What the node has committed is gone from here, so the depth is what still waits.
        retention=RetentionPolicy.WORK_QUEUE,
        discard=DiscardPolicy.NEW,
        duplicate_window=DUPLICATE_WINDOW,
        max_bytes=MAIL_BYTES,
        max_msgs=MAIL_MESSAGES,
        num_replicas=replicas,
    )
    try:
        await jetstream.update_stream(wanted)
    except NotFoundError:
        await jetstream.add_stream(wanted)
    await jetstream.add_consumer(
        addresses.mail_stream(node),
        ConsumerConfig(
            durable_name=addresses.CONSUMER,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=addresses.ACK_WAIT_SECONDS,
            max_deliver=-1,
        ),
    )


async def _bucket(jetstream: JetStreamContext, sender: str, to: str, replicas: int) -> None:
    try:
        there = await jetstream.stream_info(addresses.bucket_stream(sender, to))
    except NotFoundError:
        wanted = ObjectStoreConfig(
            ttl=addresses.FILES_KEPT_SECONDS,
            storage=StorageType.FILE,
            max_bytes=FILES_BYTES,
            replicas=replicas,
        )
        await jetstream.create_object_store(addresses.bucket(sender, to), wanted)
        return
    if there.config.num_replicas != replicas:
        await jetstream.update_stream(replace(there.config, num_replicas=replicas))
