"""Keys in a device, tried with SoftHSM2 (Debian: softhsm2)."""

import os
import subprocess
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

from tongban.trust import boxes, device, keeping, signing, store
from tongban.trust.device import DeviceTrouble
from tongban.trust.store import State, StoreTrouble
from tongban.trust.suites import KeyRefused, Purpose

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
LIBRARY = Path("/usr/lib/softhsm/libsofthsm2.so")
needs_package = pytest.mark.skipif(
    find_spec("pkcs11") is None, reason="python-pkcs11 is not installed"
)
needs_device = pytest.mark.skipif(
    not LIBRARY.exists() or find_spec("pkcs11") is None,
    reason="SoftHSM2 or python-pkcs11 is not installed",
)
SIGN, SEAL = "pkcs11:token=tongban;object=sign", "pkcs11:token=tongban;object=seal"

# In a process of its own: a library of PKCS#11 reads its configuration once a process.
MAKE = """
import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, MechanismFlag
session = pkcs11.lib({library!r}).get_token(token_label="tongban").open(user_pin="1234", rw=True)
for label, curve, may in (
    ("sign", "130c656477617264733235353139", MechanismFlag.SIGN | MechanismFlag.VERIFY),
    ("seal", "130a63757276653235353139", MechanismFlag.DERIVE),
):
    curve = {{Attribute.EC_PARAMS: bytes.fromhex(curve)}}
    parameters = session.create_domain_parameters(KeyType.EC_EDWARDS, curve, local=True)
    parameters.generate_keypair(
        mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, label=label, capabilities=may
    )
"""


@pytest.fixture(scope="module")
def token(tmp_path_factory):
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    conf = folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n")
    os.environ["SOFTHSM2_CONF"] = str(conf)
    words = ["--init-token", "--free", "--label", "tongban", "--pin", "1234", "--so-pin", "5678"]
    subprocess.run(["softhsm2-util", *words], check=True, capture_output=True)
    made = MAKE.format(library=str(LIBRARY))
    subprocess.run([os.sys.executable, "-c", made], check=True)
    yield
    del os.environ["SOFTHSM2_CONF"]


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setenv(device.MODULE, str(LIBRARY))
    monkeypatch.setenv(device.PIN, "1234")
    return tmp_path / "node.keys"


@needs_device
@pytest.mark.usefixtures("token")
def test_a_node_signs_and_opens_with_keys_that_never_leave_the_device(path):
    made = store.create(path)
    for uri, purpose in ((SIGN, Purpose.SIGN), (SEAL, Purpose.SEAL)):
        made = made.with_device(uri, purpose, State.ACTIVE, at=AT)
    made.save(path)

    kept = store.load(path)
    signer, sealing = kept.signer(), kept.active(Purpose.SEAL)
    assert signing.verify(signer.public_key, b"m", signer.sign(b"m"))
    box = boxes.seal(sealing.public, b"plain", bound=b"here")
    assert boxes.unseal(kept.opener(sealing.id), box, bound=b"here") == b"plain"
    assert all(entry.private == b"" for entry in kept.entries)


@needs_device
@pytest.mark.usefixtures("token")
def test_a_device_refuses_what_the_software_refuses(path):
    key = device.DeviceKey(SEAL, Purpose.SEAL)

    for public in (b"", b"\0" * 31, b"\0" * 32):
        with pytest.raises((KeyRefused, DeviceTrouble)):
            key.agree(public)
    with pytest.raises(DeviceTrouble, match="another curve"):
        device.DeviceKey(SEAL, Purpose.SIGN)
    with pytest.raises(DeviceTrouble, match="NoSuchKey"):
        device.DeviceKey("pkcs11:token=tongban;object=none", Purpose.SIGN)
    with pytest.raises(DeviceTrouble, match="NoSuchToken"):
        device.DeviceKey("pkcs11:token=none;object=sign", Purpose.SIGN)


@needs_device
@pytest.mark.usefixtures("token")
def test_a_software_key_is_followed_by_one_in_the_device(path):
    keeping.with_first_keys(store.create(path), "intl", at=AT).save(path)
    old = store.load(path).signer()
    store.change(path, lambda s: keeping.with_next_key(s, "intl", Purpose.SIGN, at=AT, device=SIGN))
    store.change(path, lambda s: keeping.rotated(s, Purpose.SIGN, at=AT))

    assert store.load(path).signer().key_id != old.key_id
    assert "device" in repr(store.load(path).signer())


@pytest.mark.parametrize(
    "uri", ["", "pkcs11:", "pkcs11:token=x", "pkcs11:object=x", "http://token=x;object=y"]
)
def test_a_name_that_is_none_is_refused(path, uri):
    with pytest.raises(DeviceTrouble, match="is named"):
        device.place(uri)


@needs_package
def test_without_a_library_or_a_pin_it_says_what_is_missing(path, monkeypatch):
    with pytest.raises(StoreTrouble, match="does not load"):
        store.create(path).with_device(
            f"{SIGN}?module-path=/nowhere.so", Purpose.SIGN, State.ACTIVE, at=AT
        )
    monkeypatch.delenv(device.MODULE)
    with pytest.raises(DeviceTrouble, match=device.MODULE):
        device.place(SIGN)
