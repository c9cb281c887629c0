"""A new node from nothing to its first message, as its operator and the hub's two people do it."""

import re
import stat

import pytest
from django.test import override_settings
from typer.testing import CliRunner

from tongban.console import node
from tongban.exchange import editions, inbox, membership, outbox, posting
from tongban.exchange.inbox import Outcome
from tongban.exchange.models import Outgoing
from tongban.exchange.tests import alone
from tongban.jurisdictions import adopting, introduction, operations, queries
from tongban.jurisdictions.models import DirectoryEdition, DirectoryProposal, Node, NodeKey
from tongban.jurisdictions.tests import signed
from tongban.jurisdictions.tests.signed import AT
from tongban.local.trouble import Trouble, WrongWords
from tongban.trust import signing

pytestmark = pytest.mark.django_db


def say(*words):
    done = CliRunner().invoke(node.app, [str(word) for word in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture
def hub(settings, tmp_path):
    """A hub that has begun its directory, alone."""
    NodeKey.objects.all().delete()
    DirectoryEdition.objects.all().delete()
    for code in ("00", "44"):
        facts = {"name": code, "is_hub": code == "00", "public_key": "", "key_id": ""}
        Node.objects.update_or_create(code=code, defaults=facts)
    operations.stamp(at=AT)
    key = tmp_path / "hub.key"
    key.write_bytes(signing.new_key())
    settings.NODE_ID, settings.IS_HUB, settings.NODE_KEY_FILE = "00", True, key
    signer = signing.load_signer(key)
    settings.HUB_KEY_FINGERPRINT = signed.fingerprint(signer)
    editions.issue([signed.entry("00", signer)], at=AT)
    return signer


@pytest.fixture
def begun(hub, tmp_path):
    folder = tmp_path / "gd"
    said = say(
        "join", "44", "--folder", folder, "--base-url", "https://gd.example.cn", "--hub-key",
        ":".join(re.findall("..", signed.fingerprint(hub).upper())), "--suite", "gm",
        "--office", "政务服务局运维处", "--phone", "020-00000000",
    )  # fmt: skip
    return folder, said


def approved(folder):
    """What two people at the hub make of the file; the edition as a file."""
    raw = (folder / "introduction-44.json").read_bytes()
    wanted = membership.of_introduction(raw)
    found = membership.propose(wanted, why="来函，电话核对过指纹", by="运维甲", at=AT)
    done = membership.approve(proposal_id=found.pk, by="运维乙", at=AT)
    file = folder.parent / "edition.json"
    file.write_bytes(bytes(done.edition.signed))
    return file


def as_node(folder):
    said = (folder / "node.env").read_text().splitlines()
    facts = dict(line.split("=", 1) for line in said if "=" in line and line[0] != "#")
    return override_settings(
        NODE_ID="44",
        IS_HUB=False,
        NODE_KEY_FILE=folder / "node.keys",
        HUB_KEY_FINGERPRINT=facts["HUB_KEY_FINGERPRINT"],
        DATA_DIR=folder,
    )


def test_the_first_step_makes_keys_settings_and_a_file_without_secrets(begun):
    folder, said = begun

    one = introduction.read((folder / "introduction-44.json").read_bytes())
    assert (one.entry.name, one.entry.serves, one.entry.suite) == ("广东", ("44",), "gm")
    assert one.fingerprint in said
    assert len(one.entry.keys) == 2
    for name in ("node.keys", "node.keys.unlock", "node.env"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert "FIELD_KEY=" in (folder / "node.env").read_text()


def test_again_it_overwrites_nothing_and_says_where_the_node_stands(begun):
    folder, _ = begun
    before = {file.name: file.read_bytes() for file in folder.iterdir()}

    assert "没有改动" in say("join", "44", "--folder", folder)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_from_the_introduction_to_the_first_message(begun, hub, settings):
    folder, _ = begun
    file = approved(folder)
    assert "密钥相符" in say("join", "44", "--folder", folder, "--edition", file)
    assert "./run node prepare" in say("join", "44", "--folder", folder)

    # The hub's word to the new node, sealed to the key that it made itself.
    owed = Outgoing.objects.get(recipient="44", type=editions.TYPE)
    raw = alone.sealed(owed.message_id, bytes(owed.envelope), at=AT)
    held = adopting.held()
    with as_node(folder):
        DirectoryProposal.objects.all().delete()
        DirectoryEdition.objects.all().delete()
        operations.introduce([], at=AT)
        NodeKey.objects.all().delete()
        adopted = adopting.adopt((folder / "directory.json").read_bytes(), at=AT, how="file")
        assert adopted.row.digest == held.digest
        assert queries.this_node().is_connected
        message = posting.opened(raw, published_by="00", at=AT)
        assert inbox.receive(message, at=AT) is Outcome.HANDLED
        # And its own first word back, which the hub opens.
        outbox.tell(["00"], "test.note.v1", "first", {"word": "到了"}, at=AT)
        back = Outgoing.objects.get(recipient="00", type="test.note.v1")
        answer = alone.sealed(back.message_id, bytes(back.envelope), at=AT)
    assert posting.opened(answer, published_by="44", at=AT).data == {"word": "到了"}


def test_a_directory_that_the_hub_did_not_sign_is_not_taken(begun, hub):
    folder, _ = begun
    other = signed.a_key()
    ours = introduction.read((folder / "introduction-44.json").read_bytes()).entry
    forged = folder.parent / "forged.json"
    forged.write_bytes(signed.raw(other, [signed.entry("00", other), ours]))

    with pytest.raises(Trouble, match="不是枢纽签的"):
        say("join", "44", "--folder", folder, "--edition", forged)
    assert not (folder / "directory.json").exists()


def test_before_the_approval_and_with_the_key_of_another_it_says_so(begun, hub):
    folder, _ = begun
    early, wrong = folder.parent / "early.json", folder.parent / "wrong.json"
    early.write_bytes(bytes(adopting.held().signed))
    wrong.write_bytes(
        signed.raw(hub, [signed.entry("00", hub), signed.entry("44", signed.a_key())])
    )

    with pytest.raises(Trouble, match="还没有批准"):
        say("join", "44", "--folder", folder, "--edition", early)
    with pytest.raises(Trouble, match="立即打电话"):
        say("join", "44", "--folder", folder, "--edition", wrong)


@pytest.mark.parametrize(
    "words",
    [
        ["44"],
        ["44", "--base-url", "https://gd.example.cn"],
        ["44", "--base-url", "https://gd.example.cn", "--hub-key", "abc"],
        ["99", "--base-url", "https://gd.example.cn", "--hub-key", "f" * 64],
        ["44", "--base-url", "gd.example.cn", "--hub-key", "f" * 64],
        ["44", "--base-url", "https://gd.example.cn", "--hub-key", "f" * 64, "--suite", "x"],
    ],
)
def test_what_is_missing_or_wrong_is_said_and_nothing_is_left_behind(tmp_path, words):
    with pytest.raises(WrongWords):
        say("join", *words, "--folder", tmp_path / "new")
    assert not (tmp_path / "new" / "node.keys").exists()
    assert not (tmp_path / "new" / "node.env").exists()


def test_a_node_introduces_itself_anew_with_what_the_directory_says(begun, monkeypatch):
    folder, _ = begun
    file = approved(folder)
    say("join", "44", "--folder", folder, "--edition", file)
    monkeypatch.setenv("NODE_ID", "44")
    monkeypatch.setenv("DATA_DIR", str(folder))
    monkeypatch.setenv("NODE_KEY_FILE", str(folder / "node.keys"))

    say("introduce", folder / "again.json", "--phone", "020-11111111", "--office", "运维处")

    one = introduction.read((folder / "again.json").read_bytes())
    assert (one.entry.base_url, one.entry.contact.phone) == (
        "https://gd.example.cn",
        "020-11111111",
    )
    assert membership.of_introduction((folder / "again.json").read_bytes()).kind == "renew"
