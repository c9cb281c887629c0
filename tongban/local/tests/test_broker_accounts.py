"""Accounts at the broker follow the directory: who is out of it is out of the broker."""

import json
import stat
import subprocess
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from tongban.console import broker as command
from tongban.jurisdictions.directory import State
from tongban.jurisdictions.tests import signed
from tongban.local import broker, broker_accounts
from tongban.local.home import Home
from tongban.local.trouble import Trouble, WrongWords

HUB = signed.a_key()
NODES = [signed.entry("00", HUB), *(signed.entry(c, signed.a_key()) for c in ("22", "35", "44"))]


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("TONGBAN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HUB_KEY_FINGERPRINT", signed.fingerprint(HUB))
    made = Home(tmp_path / "home")
    made.make()
    return made


@pytest.fixture
def edition(tmp_path):
    def made(**states):
        nodes = [replace(n, state=State(states.get(f"n{n.code}", "active"))) for n in NODES]
        path = tmp_path / "directory.json"
        path.write_bytes(signed.raw(HUB, nodes))
        return path

    return made


def say(*words):
    done = CliRunner().invoke(command.app, [str(word) for word in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.stdout


def users(text):
    return {u["user"]: u for u in json.loads(text)["accounts"]["TONGBAN"]["users"]}


def test_every_node_that_takes_part_has_an_account_with_its_own_rights(place, edition):
    text = say("config", "--directory", edition())

    found = users(text)
    assert set(found) == {"admin", "node00", "node22", "node35", "node44"}
    allowed = found["node22"]["permissions"]["publish"]["allow"]
    assert "mail.*.22" in allowed
    assert not any(".35" in one and one.startswith("mail") for one in allowed)
    limits = json.loads(text)["accounts"]["TONGBAN"]["limits"]
    assert limits == {
        "max_connections": broker.CONNECTIONS_A_NODE * 5,
        "max_payload": broker.MAX_PAYLOAD,
    }


def test_the_server_takes_the_configuration(place, edition, tmp_path):
    file = tmp_path / "nats.conf"
    file.write_text(say("config", "--directory", edition()))
    done = subprocess.run(
        [str(broker.program()), "-t", "-c", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_who_is_suspended_or_left_has_none_and_gets_another_password_on_coming_back(place, edition):
    before = users(say("config", "--directory", edition()))
    said = json.loads(
        say("accounts", "--directory", edition(n35="suspended", n44="left"), "--json")
    )

    assert said["removed"] == ["35", "44"]
    assert set(said["nodes"]) == {"00", "22"}
    assert not any(
        "FILES_22_35" in one for one in said["nodes"]["22"]["permissions"]["publish"]["allow"]
    )
    with pytest.raises(WrongWords):
        say("accounts", "--directory", edition(n35="suspended", n44="left"), "--password", "35")

    again = users(say("config", "--directory", edition(n44="left")))
    assert "node44" not in again
    assert again["node22"]["password"] == before["node22"]["password"]
    assert again["node35"]["password"] != before["node35"]["password"]
    assert (
        say("accounts", "--directory", edition(n44="left"), "--password", "35").strip()
        == (again["node35"]["password"])
    )


def test_passwords_are_for_the_owner_of_the_file_alone_and_not_in_what_is_listed(place, edition):
    shown = say("accounts", "--directory", edition())
    kept = json.loads((place.broker / "accounts.json").read_bytes())

    assert stat.S_IMODE((place.broker / "accounts.json").stat().st_mode) == 0o600
    assert not any(word in shown for word in kept.values())
    listed = say("accounts", "--directory", edition(), "--json")
    assert not any(word in listed for word in kept.values())


def test_a_directory_that_the_hub_did_not_sign_makes_no_accounts(place, tmp_path, monkeypatch):
    forged = tmp_path / "forged.json"
    other = signed.a_key()
    forged.write_bytes(signed.raw(other, [signed.entry("00", other), *NODES[1:]]))
    with pytest.raises(Trouble, match="不是枢纽签的"):
        say("config", "--directory", forged)
    with pytest.raises(Trouble):
        say("accounts", "--directory", tmp_path / "none.json")
    monkeypatch.delenv("HUB_KEY_FINGERPRINT")
    with pytest.raises(WrongWords, match="指纹"):
        say("accounts", "--directory", forged)
    assert not (place.broker / "accounts.json").exists()


def test_the_mailbox_of_a_suspended_node_stays(place, edition):
    path = edition(n35="suspended", n44="left")
    assert command._codes(path, "", "") == ["00", "22", "35"]
    one = broker_accounts.read_directory(path, fingerprint=signed.fingerprint(HUB))
    assert broker_accounts.taking_part(one) == ["00", "22"]
