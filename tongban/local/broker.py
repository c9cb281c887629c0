"""One nats-server: its configuration, who may say what on it, and its streams."""

import asyncio
import json
import shutil
import sysconfig
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
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
from tongban.local.ports import LOOPBACK
from tongban.local.trouble import Trouble

ADMIN = "admin"
MAX_PAYLOAD = 8 * 1024**2
# A full mailbox refuses new mail and the sender keeps it: late, but never lost.
MAIL_BYTES = 256 * 1024**2
FILES_BYTES = 1024**3
# What all streams together may reserve, with room for every province; it is no promise of disk. A
# limit that followed the nodes would shut out the streams of one that is not started today.
MAX_FILE_STORE = 1024**4
DUPLICATE_WINDOW = 2 * 3600.0


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
    """The accounts section: one account, its administrator, and a user for each node."""
    users: list[dict[str, object]] = [{"user": ADMIN, "password": admin_password}]
    users += [
        {
            "user": user_name(node),
            "password": password,
            "permissions": permissions(node, passwords),
        }
        for node, password in passwords.items()
    ]
    return {"TONGBAN": {"jetstream": "enabled", "users": users}}


def configuration(
    *, folder: Path, port: int, passwords: Mapping[str, str], admin_password: str
) -> str:
    """The configuration file of nats-server; JSON is valid in its own syntax."""
    return json.dumps(
        {
            "server_name": "tongban",
            "listen": f"{LOOPBACK}:{port}",
            "max_payload": MAX_PAYLOAD,
            "jetstream": {
                "store_dir": str(folder / "streams"),
                "max_file_store": MAX_FILE_STORE,
                "max_memory_store": 64 * 1024**2,
                # A message is acknowledged when it is on the disk, not when it is on its way there.
                "sync_interval": "always",
            },
            "accounts": access_rules(passwords, admin_password),
        },
        indent=2,
    )


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


def set_up(address: str, nodes: Sequence[str]) -> None:
    """Make or update mailboxes, their consumers and the buckets; needs the administrator.

    Doing it again changes nothing; what is in the streams stays.
    """
    try:
        # In a thread of its own: whoever starts a demo may have a loop running already.
        with ThreadPoolExecutor(max_workers=1) as thread:
            thread.submit(lambda: asyncio.run(_set_up(address, nodes))).result()
    except (nats.errors.Error, OSError) as error:
        raise Trouble(
            f"无法在消息服务器上建立信箱（{error}）。请检查 NATS_URL，以及服务器是否启用了 JetStream。",
            f"Cannot set up the mailboxes at the broker ({error}): "
            "check NATS_URL and that JetStream is enabled there.",
        ) from error


async def _set_up(address: str, nodes: Sequence[str]) -> None:
    connection = await nats.connect(
        address, max_reconnect_attempts=2, connect_timeout=5, error_cb=_say_nothing
    )
    try:
        jetstream = connection.jetstream(timeout=15)
        for node in nodes:
            await _mailbox(jetstream, node)
        provinces = [node for node in nodes if node != addresses.HUB]
        for sender in provinces:
            for to in provinces:
                if sender != to:
                    await _bucket(jetstream, sender, to)
    finally:
        await connection.close()


async def _say_nothing(error: Exception) -> None:
    """The client prints every failed try; the last one reaches the caller anyway."""


async def _mailbox(jetstream: JetStreamContext, node: str) -> None:
    wanted = StreamConfig(
        name=addresses.mail_stream(node),
        subjects=[addresses.mail_subjects(node)],
        storage=StorageType.FILE,
        # What the node has committed is gone from here, so the depth is what still waits.
        retention=RetentionPolicy.WORK_QUEUE,
        discard=DiscardPolicy.NEW,
        duplicate_window=DUPLICATE_WINDOW,
        max_bytes=MAIL_BYTES,
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


async def _bucket(jetstream: JetStreamContext, sender: str, to: str) -> None:
    try:
        await jetstream.stream_info(addresses.bucket_stream(sender, to))
    except NotFoundError:
        wanted = ObjectStoreConfig(
            ttl=addresses.FILES_KEPT_SECONDS, storage=StorageType.FILE, max_bytes=FILES_BYTES
        )
        await jetstream.create_object_store(addresses.bucket(sender, to), wanted)
