from datetime import UTC, datetime, timedelta

import pytest

from tongban.exchange.models import NodeContact
from tongban.jurisdictions.models import Node
from tongban.oversight.lights import light_of, rows

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


def contact(**facts):
    return NodeContact(**({"node": "35", "last_contact_at": AT} | facts))


@pytest.mark.parametrize(
    ("facts", "kind", "words"),
    [
        ({}, "ok", "正常"),
        ({"last_contact_at": AT - timedelta(seconds=19)}, "ok", "正常"),
        ({"last_contact_at": AT - timedelta(seconds=75)}, "bad", "失联1分"),
        ({"last_contact_at": AT - timedelta(seconds=75), "parked": 3}, "bad", "失联1分"),
        ({"last_contact_at": None}, "bad", "还没有联系过"),
        ({"parked": 3}, "warn", "搁置3份"),
        ({"outbox_waiting": 9, "oldest_waiting_at": AT - timedelta(seconds=59)}, "ok", "正常"),
        (
            {"outbox_waiting": 9, "oldest_waiting_at": AT - timedelta(minutes=5)},
            "warn",
            "发件已等5分",
        ),
        ({"mailbox_messages": 99}, "ok", "正常"),
        ({"mailbox_messages": 100}, "warn", "信箱积压至少100份"),
        (
            {"mailbox_messages": 3, "mailbox_oldest_at": AT - timedelta(minutes=4)},
            "warn",
            "信箱里最早的已等4分",
        ),
        ({"mailbox_bytes": 70, "mailbox_limit": 100}, "ok", "正常"),
        ({"mailbox_bytes": 82, "mailbox_limit": 100}, "bad", "信箱已用82%"),
        ({"mailbox_messages": 9, "mailbox_message_limit": 10}, "bad", "信箱已用90%"),
        (
            {
                "last_contact_at": AT - timedelta(days=3),
                "mailbox_bytes": 99,
                "mailbox_limit": 100,
            },
            "bad",
            "失联3天，信箱已用99%",
        ),
        ({"clock_skew_ms": 4000}, "ok", "正常"),
        ({"clock_skew_ms": -61_000}, "warn", "时钟差-61秒"),
    ],
)
def test_a_light_says_why(facts, kind, words):
    light = light_of(contact(**facts), at=AT)

    assert light.kind == kind
    assert light.words.startswith(words)
    # What stands on a tile has room for three characters.
    assert 0 < len(light.short) <= 3


def test_a_node_nobody_heard_of_is_not_fine():
    assert light_of(None, at=AT).kind == "bad"


def test_only_connected_nodes_have_a_line():
    connected = Node(code="35", name="福建省", public_key="k" * 43 + "=", key_id="0" * 16)
    other = Node(code="36", name="江西省")

    [row] = rows([connected, other], [contact(), contact(node="36")], at=AT)
    assert (row.node.code, row.light.kind) == ("35", "ok")
