"""When something never arrives: everything that helps to see why, for a failed test to print."""

import asyncio
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import nats
import psycopg

from tongban.exchange import addresses

LOOKS = {
    "outbox": (
        "SELECT id, message_id::text, recipient, type, subject, sequence, attempts, last_error,"
        " created_at::text, sent_at::text, retry_at::text FROM exchange_outgoing"
        " WHERE delivered_at IS NULL ORDER BY id LIMIT 8"
    ),
    "inbox": (
        "SELECT id, message_id::text, sender, type, subject, sequence, state, code, reason,"
        " attempts, received_at::text, retry_at::text FROM exchange_received"
        " WHERE state IN ('waiting', 'parked') ORDER BY id LIMIT 8"
    ),
    "transactions": (
        "SELECT application_name, state, wait_event, xact_start::text, left(query, 100)"
        " FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL"
        " AND pid <> pg_backend_pid()"
    ),
}
_OF_INTEREST = (
    "created", "state", "error", "delivered", "ack_floor", "num_ack_pending", "num_redelivered",
    "num_waiting", "num_pending",
)  # fmt: skip
_LINES = 25


def findings(
    nodes: Mapping[str, Callable[[str], Any]], *, admin_url: str, logs: Mapping[str, str]
) -> str:
    """Outboxes, inboxes, open transactions, mailboxes with their consumers, the ends of logs.

    `nodes` gives for each node what asks its database.
    """
    lines = []
    for code, ask in nodes.items():
        for name, query in LOOKS.items():
            try:
                lines += [f"{code} {name}: {row}" for row in ask(query)]
            except psycopg.Error as error:
                lines.append(f"{code} {name}: {error}")
    with ThreadPoolExecutor(1) as pool:
        lines += pool.submit(asyncio.run, _mailboxes(list(nodes), admin_url)).result()
    for name, said in logs.items():
        lines += [f"{name}: {line[:400]}" for line in said.splitlines()[-_LINES:]]
    return "\n".join(lines)


async def _mailboxes(codes: list[str], admin_url: str) -> list[str]:
    lines: list[str] = []
    try:
        client = await nats.connect(admin_url, allow_reconnect=False, connect_timeout=5)
        async with client:
            for code in codes:
                stream = addresses.mail_stream(code)
                for subject in (
                    f"$JS.API.STREAM.INFO.{stream}",
                    f"$JS.API.CONSUMER.INFO.{stream}.{addresses.CONSUMER}",
                ):
                    said = json.loads((await client.request(subject, timeout=5)).data)
                    facts = {name: said[name] for name in _OF_INTEREST if name in said}
                    lines.append(f"{stream}: {facts}")
    except Exception as error:  # noqa: BLE001 - told with the rest, whatever it is
        lines.append(f"broker: {type(error).__name__}: {error}")
    return lines
