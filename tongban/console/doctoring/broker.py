"""The broker: signing in, one's own mailbox, and that one can speak as nobody else.

Nothing is taken out of the mailbox: a message may have one byte here, so none fits.
"""

import asyncio
import json
from collections.abc import Iterator

import nats.errors
from django.conf import settings
from nats.aio.client import Client

from tongban.console.doctoring.diagnosis import Diagnosis, ill, skipped, well
from tongban.exchange import addresses
from tongban.exchange.transport import tls_context
from tongban.worker.heartbeat import own_state

PATIENCE = 5
# A node that no directory can have: its code is no number.
NOBODY = "zz"
NO_ANSWER, NOTHING_THERE, DOES_NOT_FIT = "503", "404", "409"


def check() -> Iterator[Diagnosis]:
    """As this node; needs the broker's port to answer."""
    if not settings.NATS_URL:
        yield skipped("broker", "没有消息服务器的地址，没有检查")
        return
    # Read here: the database is not asked from inside the loop.
    yield from asyncio.run(look(json.dumps(own_state()).encode()))


async def look(beat: bytes) -> list[Diagnosis]:
    """Sign in as this node and try its rights; `beat` is what it would say of itself."""
    wrongs: list[str] = []

    async def note(error: Exception) -> None:
        wrongs.append(str(error))

    client = Client()
    try:
        await client.connect(
            settings.NATS_URL.split(","),
            tls=tls_context(settings.NATS_URL, settings.NATS_CA_FILE),
            name=f"tongban doctor {settings.NODE_ID}",
            inbox_prefix=addresses.inbox_prefix(settings.NODE_ID),
            allow_reconnect=False,
            connect_timeout=PATIENCE,
            error_cb=note,
        )
    except (nats.errors.Error, OSError, TimeoutError) as error:
        await client.close()
        remedy = "检查 NATS_URL 中的用户和密码；用户由枢纽节点按目录建立"
        return [ill("broker-login", f"登录不了消息服务器：{error}", remedy)]
    try:
        return [
            well("broker-login", f"已登录消息服务器 {client.connected_server_version}"),
            await _mailbox(client),
            await _own_voice(client, wrongs, beat),
            await _others_voice(client, wrongs),
        ]
    finally:
        await client.close()


async def _mailbox(client: Client) -> Diagnosis:
    place = f"{addresses.mail_stream(settings.NODE_ID)}.{addresses.CONSUMER}"
    ask = json.dumps({"batch": 1, "no_wait": True, "max_bytes": 1}).encode()
    try:
        answer = await client.request(
            f"$JS.API.CONSUMER.MSG.NEXT.{place}", ask, timeout=PATIENCE, old_style=True
        )
        status = (answer.headers or {}).get("Status", "")
    except (nats.errors.NoRespondersError, TimeoutError):
        status = NO_ANSWER
    if status == NOTHING_THERE:
        return well("mailbox", "信箱可以收取，里面没有等待的报文")
    if status == DOES_NOT_FIT:
        return well("mailbox", "信箱可以收取，里面有等待的报文")
    remedy = "请枢纽节点的运维建立信箱并核对权限（./run broker setup）"
    return ill("mailbox", f"收取不了本节点的信箱（{status or '没有应答'}）", remedy)


async def _own_voice(client: Client, wrongs: list[str], beat: bytes) -> Diagnosis:
    refused = await _is_refused(client, wrongs, addresses.beat_subject(settings.NODE_ID), beat)
    if refused:
        remedy = "请枢纽节点的运维按目录重新生成消息服务器的权限（./run broker config）"
        return ill("broker-rights", "消息服务器不让本节点说话", remedy)
    return well("broker-rights", "可以以本节点的名义发送")


async def _others_voice(client: Client, wrongs: list[str]) -> Diagnosis:
    """A broker that lets us speak as another node lets another node speak as us."""
    subject = addresses.mail_subject(NOBODY, "99" if settings.NODE_ID != "99" else "98")
    if await _is_refused(client, wrongs, subject, b""):
        return well("broker-walls", "不能冒用别的节点发送")
    remedy = "消息服务器没有限制用户权限：用 ./run broker config 生成的配置重新启动它"
    return ill("broker-walls", "可以冒用别的节点的名义发送", remedy)


async def _is_refused(client: Client, wrongs: list[str], subject: str, content: bytes) -> bool:
    del wrongs[:]
    await client.publish(subject, content)
    # The broker says nothing to what it lets through; the flush comes back after its objection.
    await client.flush(timeout=PATIENCE)
    await asyncio.sleep(0.1)
    return any("permissions violation" in wrong.lower() for wrong in wrongs)
