"""`./run key`: what an operator does with the keys of a node."""

import json
from pathlib import Path

import pytest
from django.utils.timezone import now
from typer.testing import CliRunner

from tongban.console import key
from tongban.jurisdictions.models import NodeKey
from tongban.jurisdictions.tests import introducing
from tongban.local.trouble import Trouble, WrongWords
from tongban.trust import keeping, store
from tongban.trust.suites import Purpose

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(tmp_path, settings) -> Path:
    file: Path = tmp_path / "node.keys"
    keeping.with_first_keys(store.create(file), "intl", at=now()).save(file)
    settings.NODE_KEY_FILE = file
    return file


def say(*words):
    done = CliRunner().invoke(key.app, list(words))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.stdout


def listed():
    return {one["id"]: one for one in json.loads(say("list", "--json"))}


def introduce(path):
    """Take the node's keys into its own directory, as loading a newer one does."""
    entry = {"code": "22", "base_url": "http://127.0.0.1", **json.loads(say("entry"))}
    file = path.with_name("directory.json")
    file.write_text(json.dumps({"nodes": [entry]}))
    introducing.load_directory(file, at=now())


def test_a_key_is_exchanged_once_the_directory_knows_the_next_one(path):
    old = store.load(path).active(Purpose.SEAL).id
    say("new", "--for", "seal", "--suite", "gm")
    [coming] = [one["id"] for one in listed().values() if one["state"] == "next"]

    with pytest.raises(Trouble, match="还没有密钥"):
        say("rotate", "--for", "seal")
    introduce(path)
    say("rotate", "--for", "seal", "--overlap", "7")

    assert listed()[coming]["state"] == "active"
    assert listed()[coming]["suite"] == "gm"
    assert (listed()[old]["state"], listed()[old]["until"] is None) == ("retiring", False)


def test_what_is_revoked_is_refused_everywhere_after_the_next_directory(path):
    signing = store.load(path).active(Purpose.SIGN).id
    introduce(path)
    say("new", "--for", "sign")
    said = say("revoke", signing)
    introduce(path)

    assert "已吊销" in said
    assert listed()[signing]["state"] == "revoked"
    assert NodeKey.objects.get(node="22", key_id=signing).revoked_at is not None
    assert "已吊销" in say("list")


def test_the_entry_for_the_directory_and_the_list_hold_nothing_secret(path):
    said = say("entry") + say("list") + say("list", "--json")

    kept = json.loads(path.read_text())
    for entry in kept["keys"]:
        assert entry["private"] not in said
    assert kept["lock"]["salt"] not in said


def test_words_that_mean_nothing_are_refused(path):
    with pytest.raises(WrongWords):
        say("new", "--for", "sign", "--suite", "rsa")
    with pytest.raises(Trouble, match="no next key"):
        say("rotate", "--for", "sign", "--at-once")
    with pytest.raises(Trouble, match="there is no key"):
        say("revoke", "0" * 16)
