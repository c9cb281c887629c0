"""What a node does with messages that are wrong, late, repeated or not meant for it.

They are published straight into the mailbox of 吉林 by the broker's user of 福建, which is all that
a partner node that is broken, old or in the wrong hands can do. That no node can publish as another
or read another's mailbox is proved in tongban/worker/tests, every single flipped bit in
tongban/exchange/tests/test_envelope.py.
"""

import asyncio
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nats
import pytest

from journeys.agreement import check_agreement, wait_until_settled
from journeys.desks import Desk
from journeys.installation import Installation, Node, until
from journeys.systems import System
from tongban.basics import canonical, sealing
from tongban.exchange import addresses, letters
from tongban.exchange.tests.alone import seal_envelope
from tongban.jurisdictions import edition
from tongban.trust import suites
from tongban.trust.signing import Signer, load_signer, new_key, signer_from_pem
from tongban.trust.suites import Purpose

EVENTS = "case.events.v1"
_INTL = suites.suite("intl")
SOMEBODY_ELSE = _INTL.opener(_INTL.new_key(Purpose.SEAL)).public_key


def publish(sender: Node, to: str, raw: bytes, *, times: int = 1) -> None:
    """Put bytes into a mailbox, as the sender's own account may; each time as a new delivery."""

    async def put() -> None:
        link = await nats.connect(
            sender.settings["NATS_URL"], inbox_prefix=addresses.inbox_prefix(sender.code)
        )
        try:
            for _ in range(times):
                stored = await link.jetstream().publish(
                    addresses.mail_subject(to, sender.code),
                    raw,
                    headers={"Nats-Msg-Id": str(uuid.uuid4())},
                )
                assert not stored.duplicate
        finally:
            await link.close()

    # In a thread of its own: the browser's loop lives in this one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, put()).result()


def key_of(node: Node) -> Signer:
    return load_signer(Path(node.settings["NODE_KEY_FILE"]))


def sealing_key(node: Node, code: str) -> str:
    """What messages to a node are encrypted to, as the directory has it."""
    path = Path(node.settings["DATA_DIR"]).parents[1] / "directory.json"
    [listed] = [one for one in edition.read(path.read_bytes()).nodes if one.code == code]
    return next(k.public.text for k in listed.keys if k.public.purpose is Purpose.SEAL)


def message(node: Node, data: Any, **otherwise: Any) -> bytes:
    """A message from a node to 吉林, right in everything that is not said otherwise."""
    facts: dict[str, Any] = {
        "message_id": uuid.uuid4(),
        "type": EVENTS,
        "sender": node.code,
        "recipient": "22",
        "subject": "22010420261122000001X",
        "at": datetime.now(UTC),
        "data": data,
        "signer": key_of(node),
        "to": sealing_key(node, "22"),
    }
    return seal_envelope(**(facts | otherwise))


def changed(raw: bytes, **attributes: Any) -> bytes:
    """The same message with something else in it than was signed."""
    return canonical.dumps(json.loads(raw) | attributes)


def wrong_messages(there: Installation) -> dict[str, bytes]:
    """One message for each thing that can be wrong with one, by the code it is parked under."""
    good = message(there.fujian, {"events": [], "parts": {}})
    stranger = signer_from_pem(new_key())
    return {
        "unreadable": b"{not a message",
        "unknown-version": changed(good, specversion="9.9"),
        "unknown-type": message(there.fujian, {}, type="case.events.v9"),
        "wrong-recipient": message(there.fujian, {}, recipient="44"),
        "wrong-sender": message(there.fujian, {}, sender="44"),
        "unknown-key": message(there.fujian, {}, signer=stranger),
        "bad-signature": changed(good, id=str(uuid.uuid4())),
        "truncated": good[:-20],
        "redirected": message(there.fujian, {}, sender="44", recipient="45"),
        "reflected": message(there.fujian, {}, sender="22"),
        "downgraded": message(there.fujian, {}, to=""),
        "unknown-seal-key": message(there.fujian, {}, to=SOMEBODY_ELSE),
        "event-refused": good,
    }


CODES = (
    "unreadable",
    "unknown-version",
    "unknown-type",
    "wrong-recipient",
    "wrong-sender",
    "unknown-key",
    "bad-signature",
    "truncated",
    "redirected",
    "reflected",
    "downgraded",
    "unknown-seal-key",
    "event-refused",
)


@pytest.mark.parametrize("code", CODES)
def test_a_message_that_is_wrong_is_parked_with_a_reason_and_changes_nothing(nodes, code):
    jilin = nodes.jilin
    before = _written(jilin)
    last = jilin.count("SELECT coalesce(max(id), 0) FROM exchange_received")

    publish(nodes.fujian, "22", wrong_messages(nodes)[code])

    parked = "SELECT code, reason, state FROM exchange_received WHERE id > %s AND code = %s"
    until(lambda: jilin.ask(parked, last, code), what=f"{code} is parked")
    row = jilin.ask(parked, last, code)[0]
    assert row["state"] == "parked"
    assert any("\u4e00" <= sign <= "\u9fff" for sign in row["reason"]), row["reason"]
    assert _written(jilin) == before


def test_a_mailbox_goes_on_behind_messages_that_are_wrong(nodes):
    with System(nodes.fujian) as system:
        for raw in wrong_messages(nodes).values():
            publish(nodes.fujian, "22", raw)
        number = system.submit(system.medical(serial=501)).json()["number"]

    until(lambda: _head(nodes.jilin, number) == 2, what="the case arrived")
    wait_until_settled(nodes)
    check_agreement(nodes, {number})


def test_a_message_that_comes_twice_has_its_effect_once(nodes):
    number, event = _accepted_unseen(nodes)

    publish(nodes.fujian, "22", event, times=3)

    until(lambda: _head(nodes.jilin, number) == 3, what="the event arrived")
    wait_until_settled(nodes)
    assert _head(nodes.jilin, number) == 3
    twice = "SELECT count(*) FROM exchange_received WHERE message_id = %s"
    assert nodes.jilin.count(twice, json.loads(event)["id"]) == 1
    check_agreement(nodes, {number})


def test_an_event_that_overtakes_another_waits_for_it(nodes):
    number = _online_case(nodes)
    with nodes.without("worker-35"):
        with Desk(nodes.fujian, "sunqi") as sunqi:
            for act in ("claim", "acts/accept/", "acts/approve/"):
                sunqi.act(number, act, note="")
        second = _copy(nodes.fujian, number, 4)
        publish(nodes.fujian, "22", second)
        waiting = "SELECT state, reason FROM exchange_received WHERE subject = %s AND sequence = 4"
        until(lambda: nodes.jilin.ask(waiting, number), what="the event is taken in")
        assert nodes.jilin.ask(waiting, number)[0]["state"] == "waiting"
        assert _head(nodes.jilin, number) == 2

    until(lambda: _head(nodes.jilin, number) == 4, what="both events arrived")
    wait_until_settled(nodes)
    check_agreement(nodes, {number})


def _online_case(there: Installation) -> str:
    """A case of 吉林 that waits for acceptance in 福建, known to both."""
    with System(there.jilin) as system:
        number = str(system.submit(system.medical(serial=502)).json()["number"])
    until(lambda: _head(there.jilin, number) == 2, what="the arrival is known at both")
    return number


def _accepted_unseen(there: Installation) -> tuple[str, bytes]:
    """A case that 福建 has accepted while its worker is away, and a copy of the message it owes."""
    number = _online_case(there)
    with there.without("worker-35"):
        with Desk(there.fujian, "sunqi") as sunqi:
            sunqi.act(number, "claim")
            sunqi.act(number, "acts/accept/")
        return number, _copy(there.fujian, number, 3)


def _copy(sender: Node, number: str, seq: int) -> bytes:
    """The message that a node owes about one event, sealed and signed as its relay will do it."""
    query = (
        "SELECT message_id, envelope FROM exchange_outgoing WHERE subject = %s AND sequence = %s"
    )
    row = sender.ask(query, number, seq)[0]
    letter = letters.unpack(_unsealed(sender, row["envelope"], row["message_id"].bytes))
    return message(
        sender, letter.data, message_id=letter.id, type=letter.type, at=letter.at,
        subject=letter.subject, recipient=letter.recipient, sequence=letter.sequence,
        files=letter.files, to=sealing_key(sender, letter.recipient),
    )  # fmt: skip


def _unsealed(node: Node, envelope: bytes, context: bytes) -> bytes:
    from django.test import override_settings

    with override_settings(FIELD_KEY=node.field_key):
        return sealing.unseal(envelope, context=context)


def _head(node: Node, number: str) -> int:
    return node.count("SELECT coalesce(max(seq), 0) FROM record_entry WHERE chain = %s", number)


def _written(node: Node) -> dict[str, int]:
    tables = ("record_entry", "cases_case", "cases_material", "record_sealed")
    return {table: node.count(f"SELECT count(*) FROM {table}") for table in tables}  # noqa: S608
