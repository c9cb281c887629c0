"""The key store: protected at rest, read again when it changed, keys rotated with overlap, revoked at once."""

import json
import logging
import stat
import threading
from datetime import UTC, datetime, timedelta

import pytest

from tongban.trust import boxes, forms, keeping, signing, store, suites
from tongban.trust.store import State, StoreTrouble
from tongban.trust.suites import Purpose

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
SUITES = ["intl", "gm"]


def a_store(path, suite="intl"):
    keeping.with_first_keys(store.create(path), suite, at=AT).save(path)
    return store.load(path)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "node.keys"


@pytest.mark.parametrize("suite", SUITES)
def test_what_was_made_signs_and_opens_after_it_was_read_again(path, suite):
    made = a_store(path, suite)
    signer, sealing = made.signer(), made.active(Purpose.SEAL)

    assert signer.suite == suite
    assert signing.verify(signer.public_key, b"m", signing.load_signer(path).sign(b"m"))
    box = boxes.seal(sealing.public, b"plain", bound=b"")
    assert boxes.unseal(store.load(path).opener(sealing.id), box, bound=b"") == b"plain"


def test_only_its_user_can_read_it_and_the_file_that_opens_it(path):
    a_store(path)

    for file in (path, store.unlock_file(path)):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    store.unlock_file(path).chmod(0o644)
    path.touch()
    with pytest.raises(StoreTrouble, match="others can read"):
        store.load(path)


def test_no_private_key_stands_in_it_in_the_open(path, monkeypatch):
    private = []
    monkeypatch.setattr(store.Lock, "lock", _remembering(store.Lock.lock, private))
    a_store(path, "gm")

    text = path.read_bytes()
    assert len(private) == 2
    for key in private:
        assert key not in text
        assert forms.pem(key).splitlines()[1] not in text
        assert key.hex().encode() not in text


def _remembering(lock, seen):
    def remember(self, private, bound):
        seen.append(private)
        return lock(self, private, bound)

    return remember


def test_a_passphrase_opens_it_and_no_other(path, monkeypatch, tmp_path):
    monkeypatch.setenv(store.PASSPHRASE, "一句不短的口令")
    monkeypatch.setattr(store, "_SLOW", 2**4)
    made = keeping.with_first_keys(store.create(path, with_passphrase=True), "intl", at=AT)
    made.save(path)
    assert not store.unlock_file(path).exists()
    assert store.load(path).signer().key_id == made.signer().key_id

    monkeypatch.setenv(store.PASSPHRASE, "另一句口令")
    path.touch()
    with pytest.raises(StoreTrouble, match="does not open"):
        store.load(path).signer()
    monkeypatch.delenv(store.PASSPHRASE)
    path.touch()
    with pytest.raises(StoreTrouble, match=store.PASSPHRASE_FILE):
        store.load(path)


def test_keys_cannot_be_exchanged_for_each_other_in_the_file(path):
    a_store(path)
    document = json.loads(path.read_text())
    one, other = document["keys"]
    one["private"], other["private"] = other["private"], one["private"]
    path.write_text(json.dumps(document))

    with pytest.raises(StoreTrouble):
        store.load(path).signer()


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "nonsense", '{"version": 2}', '{"version": 1, "keys": [{}]}']
)
def test_a_broken_store_is_refused_with_a_sentence(path, text):
    path.write_text(text)
    with pytest.raises(StoreTrouble):
        store.load(path)


def test_a_store_that_is_not_there_says_how_to_make_one(path):
    with pytest.raises(StoreTrouble, match="key new"):
        store.load(path)
    a_store(path)
    with pytest.raises(StoreTrouble, match="there already"):
        store.create(path)


def test_a_bare_pem_file_signs_and_opens_nothing(path):
    path.write_bytes(signing.new_key("gm"))

    assert store.load(path).signer().suite == "gm"
    assert store.load(path).active(Purpose.SEAL) is None
    with pytest.raises(StoreTrouble):
        store.change(path, lambda one: one.with_new("gm", Purpose.SEAL, State.NEXT, at=AT))


def test_rotation_keeps_the_old_key_until_the_end_of_the_overlap(path):
    old = a_store(path).active(Purpose.SEAL)
    store.change(path, lambda s: keeping.with_next_key(s, "gm", Purpose.SEAL, at=AT))
    store.change(path, lambda s: keeping.rotated(s, Purpose.SEAL, at=AT, overlap=timedelta(days=3)))

    kept = store.load(path)
    new = kept.active(Purpose.SEAL)
    assert (new.suite, new.id != old.id) == ("gm", True)
    retiring = kept.find(old.id)
    assert (retiring.state, retiring.valid_until) == (State.RETIRING, AT + timedelta(days=3))
    assert retiring.is_valid(AT + timedelta(days=2))
    assert not retiring.is_valid(AT + timedelta(days=3))
    box = boxes.seal(old.public, b"under way", bound=b"")
    assert boxes.unseal(kept.opener(old.id), box, bound=b"") == b"under way"
    assert {key["public_key"] for key in keeping.as_introduced(kept)["keys"]} >= {
        old.public,
        new.public,
    }


def test_rotating_without_a_next_key_or_preparing_two_is_refused(path):
    a_store(path)
    with pytest.raises(StoreTrouble, match="no next key"):
        store.change(path, lambda s: keeping.rotated(s, Purpose.SIGN, at=AT))
    store.change(path, lambda s: keeping.with_next_key(s, "intl", Purpose.SIGN, at=AT))
    with pytest.raises(StoreTrouble, match="waits already"):
        store.change(path, lambda s: keeping.with_next_key(s, "intl", Purpose.SIGN, at=AT))


def test_revocation_is_at_once_and_for_good_and_a_waiting_key_steps_in(path):
    old = a_store(path).active(Purpose.SIGN)
    store.change(path, lambda s: keeping.with_next_key(s, "intl", Purpose.SIGN, at=AT))
    store.change(path, lambda s: keeping.revoked(s, old.id, at=AT))

    kept = store.load(path)
    assert kept.find(old.id).revoked_at == AT
    assert not kept.find(old.id).is_valid(AT - timedelta(days=1))
    assert kept.signer().key_id != old.id
    with pytest.raises(StoreTrouble, match="revoked already"):
        store.change(path, lambda s: keeping.revoked(s, old.id, at=AT))
    with pytest.raises(StoreTrouble, match="there is no key"):
        store.change(path, lambda s: keeping.revoked(s, "0" * 16, at=AT))


def test_without_a_key_left_there_is_nothing_to_sign_with(path):
    signing_key = a_store(path).active(Purpose.SIGN)
    store.change(path, lambda s: keeping.revoked(s, signing_key.id, at=AT))

    with pytest.raises(StoreTrouble, match="no signing key"):
        store.load(path).signer()


def test_two_who_change_it_at_once_take_turns(path):
    a_store(path)
    inside, both = [], []

    def slowly(one):
        inside.append(threading.get_ident())
        both.append(len(inside))
        threading.Event().wait(0.05)
        inside.pop()
        return one

    threads = [threading.Thread(target=store.change, args=(path, slowly)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert both == [1, 1, 1, 1]


def test_nothing_secret_is_logged_or_shown(path, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    made = a_store(path, "gm")
    unlock = store.unlock_file(path).read_bytes()
    store.change(path, lambda s: keeping.with_next_key(s, "gm", Purpose.SIGN, at=AT))
    store.change(path, lambda s: keeping.rotated(s, Purpose.SIGN, at=AT))
    said = caplog.text + "".join(capsys.readouterr())
    said += repr(made) + repr(made.entries) + repr(made.signer())

    privates = [made._private(entry) for entry in made.entries]
    for secret in (unlock, *privates, *(suites.suite("gm").digest(p) for p in privates)):
        for shown in (secret.hex(), str(secret)[2:-1], store._text(secret)):
            assert shown not in said
