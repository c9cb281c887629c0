"""`./run exchange` as somebody types it."""

import json

import pytest
from django.utils.timezone import now
from typer.testing import CliRunner

from tongban.console import exchange as command
from tongban.exchange import inbox, outbox
from tongban.exchange.envelope import BadSignature
from tongban.exchange.models import Outgoing, Received
from tongban.exchange.tests.conftest import _own_handlers, fujian

__all__ = ["_own_handlers", "fujian"]
pytestmark = pytest.mark.django_db


def say(*words):
    return CliRunner().invoke(command.app, list(words))


@pytest.fixture
def parked(fujian):
    inbox.receive(fujian.sends("test.new.v1", subject="2200-0017", data={"name": "李四"}), at=now())
    inbox.park(b"junk", BadSignature("35"), published_by="35", at=now())
    return list(Received.objects.order_by("id"))


def test_status_counts_what_waits_and_for_whom(parked):
    outbox.tell(["52"], "test.note.v1", "case-1", {}, at=now())
    Outgoing.objects.update(last_error="the broker is away")

    report = json.loads(say("status", "--json").stdout)

    assert (report["unsent"], report["parked"], report["waiting"]) == (2, 2, 0)
    [node] = report["nodes"]
    assert (node["node"], node["unsent"], node["last_error"]) == ("52", 1, "the broker is away")
    plain = say("status")
    assert plain.exit_code == 0
    assert "→ 52" in plain.stdout


def test_parked_messages_are_listed_with_their_reasons_and_nothing_personal(parked):
    listed = json.loads(say("parked", "--json").stdout)

    assert [one["code"] for one in listed] == ["unknown-type", "bad-signature"]
    plain = say("parked").stdout
    assert "test.new.v1 2200-0017" in plain
    assert "没能打开" in plain
    assert "李四" not in plain + json.dumps(listed, ensure_ascii=False)


def test_retry_ends_with_code_one_while_a_message_is_still_parked(parked):
    assert say("retry", str(parked[0].pk)).exit_code == 1
    inbox.handles("test.new.v1")(lambda envelope: None)

    done = say("retry", str(parked[0].pk), "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"handled": 1})
    assert say("retry", "--all").exit_code == 1
    assert say("retry").exit_code == 2
    assert say("retry", "1", "--all").exit_code == 2


def test_drop_takes_a_reason(parked):
    assert say("drop", str(parked[0].pk)).exit_code == 2
    assert say("drop", str(parked[0].pk), "--reason", "内容有误").exit_code == 0

    row = Received.objects.get(pk=parked[0].pk)
    assert (row.state, row.reason) == ("dropped", "内容有误")
    assert row.settled_by.startswith("console:")


def test_what_is_not_confirmed_can_be_sent_again(parked):
    outbox.tell(["35"], "test.note.v1", "case-1", {}, at=now())
    Outgoing.objects.filter(type="test.note.v1").update(sent_at=now())

    assert json.loads(say("send-again", "35", "--json").stdout) == {"node": "35", "count": 1}
    assert Outgoing.objects.get(type="test.note.v1").sent_at is None
