"""`./run exchange ping`: one node says what became of its empty messages, or several begin together."""

import json
import threading
import time
from itertools import pairwise

import pytest
from django.utils.timezone import now
from typer.testing import CliRunner

from tongban.console import exchange as command
from tongban.console import exchange_ping, together
from tongban.exchange import pings
from tongban.exchange.models import Outgoing
from tongban.exchange.tests.conftest import _own_handlers, fujian
from tongban.local.trouble import Trouble

__all__ = ["_own_handlers", "fujian"]
pytestmark = pytest.mark.django_db


def ping(*words):
    return CliRunner().invoke(command.app, ["ping", "35", *map(str, words)])


@pytest.fixture
def looks(monkeypatch):
    """Each look at what is confirmed; after so many there is a receipt for everything."""
    seen = []

    def confirmed(messages):
        seen.append(time.monotonic())
        if len(seen) == 12:
            Outgoing.objects.filter(message_id__in=messages).update(
                sent_at=now(), delivered_at=now()
            )
        return are_confirmed(messages)

    are_confirmed = pings.are_confirmed
    monkeypatch.setattr(exchange_ping.pings, "are_confirmed", confirmed)
    return seen


def test_what_did_not_arrive_in_time_is_told_with_the_rest(fujian):
    done = ping("--count", 2, "--patience", 0.1, "--json")

    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert [(one["node"], one["delivered_at"], one["milliseconds"]) for one in told] == [
        ("35", None, None),
        ("35", None, None),
    ]


def test_one_by_one_nothing_more_is_sent_when_the_time_is_over(fujian):
    done = ping("--count", 5, "--one-by-one", "--patience", 0.1, "--json")

    assert (done.exit_code, len(json.loads(done.stdout))) == (1, 1)
    assert Outgoing.objects.count() == 1


def test_whoever_waits_longer_looks_less_often(fujian, looks):
    done = ping("--json")

    assert done.exit_code == 0
    pauses = [after - before for before, after in pairwise(looks)]
    assert len(looks) == 12
    assert pauses[0] < 0.1
    assert pauses[-1] > 4 * exchange_ping.FIRST_LOOK


def test_several_begin_when_the_sign_is_there_and_say_that_they_wait(fujian, tmp_path, monkeypatch):
    sign, said = tmp_path / "begin", []

    def send(_codes, *, at):
        said.append((sign.exists(), at <= now()))
        return []

    monkeypatch.setattr(pings, "send", send)
    threading.Timer(0.3, sign.touch).start()

    done = ping("--begin-with", sign, "--json")

    assert done.stdout.splitlines()[0] == together.READY
    assert said == [(True, True)], "nothing was sent before"


def test_a_sign_that_nobody_gives_sends_nothing(tmp_path, capsys):
    with pytest.raises(Trouble, match="没有等到"):
        together.wait_for(tmp_path / "begin", patience=0.1)

    log = tmp_path / "log"
    assert not together.is_ready(log)
    log.write_text(f"something of a library\n{capsys.readouterr().out}")
    assert together.is_ready(log)
