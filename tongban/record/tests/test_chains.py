"""Chains of signed events."""

import subprocess
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.record import chains
from tongban.record.chains import Author, ChainBroken, FileRef
from tongban.trust import signing

SIGNER = signing.signer_from_pem(signing.new_key())
AT = datetime(2026, 11, 16, 1, 12, 7, 42, tzinfo=UTC)


def key_of(node: str, key_id: str) -> str | None:
    return SIGNER.public_key if (node, key_id) == ("22", SIGNER.key_id) else None


def a_chain(length: int = 3) -> list[chains.Event]:
    events: list[chains.Event] = []
    for number in range(length):
        events.append(
            chains.make(
                events[-1].head if events else None,
                chain="22010420261116000427L",
                kind="receive",
                author=Author("22", "receiver", "220104", "A" * 18, "pseudonym"),
                at=AT,
                content={"number": number, "text": "收件"},
                files=[FileRef("0" * 64, 12, "application/pdf")],
                signer=SIGNER,
            )
        )
    return events


def test_a_chain_as_it_was_made_is_whole():
    chains.verify([chains.unpack(event.packed()) for event in a_chain()], key_of)


@given(place=st.integers(0, 10_000), new=st.characters(max_codepoint=126, min_codepoint=32))
def test_any_changed_character_of_an_event_is_found(place, new):
    events = a_chain(2)
    packed = events[0].packed()
    place %= len(packed["body"])
    if packed["body"][place] == new:
        return
    packed["body"] = packed["body"][:place] + new + packed["body"][place + 1 :]

    with pytest.raises(ChainBroken):
        chains.verify([chains.unpack(packed), events[1]], key_of)


def test_an_event_left_out_or_moved_is_found():
    first, second, third = a_chain()

    for wrong in ([first, third], [second, third], [first, third, second]):
        with pytest.raises(ChainBroken):
            chains.verify(wrong, key_of)


def test_an_event_signed_by_a_key_the_directory_does_not_know_is_refused():
    stranger = signing.signer_from_pem(signing.new_key())
    event = chains.make(
        None, chain="X", kind="receive", author=Author("22", "system"), at=AT, content={},
        signer=stranger,
    )  # fmt: skip

    with pytest.raises(ChainBroken, match="unknown key"):
        chains.check_signed(event, key_of)


def test_an_amount_with_a_decimal_point_cannot_enter_the_record():
    event = a_chain(1)[0]
    packed = event.packed()
    packed["body"] = packed["body"].replace('"number":0', '"number":0.5')

    with pytest.raises(ChainBroken, match="unreadable"):
        chains.unpack(packed)


def test_the_personal_part_cannot_be_guessed_from_its_digest_and_not_exchanged():
    one, data = chains.sealed_part({"name": "李四"})
    other, _ = chains.sealed_part({"name": "李四"})

    assert one != other
    assert chains.open_part(one, data) == {"name": "李四"}
    with pytest.raises(ChainBroken):
        chains.open_part(other, data)


def test_openssl_alone_verifies_an_event(tmp_path):
    import base64

    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    event = a_chain(1)[0]
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(SIGNER.public_key))
    pem = key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    (tmp_path / "key.pem").write_bytes(pem)
    (tmp_path / "body").write_bytes(event.body)
    (tmp_path / "signature").write_bytes(base64.b64decode(event.signature))

    command = "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in body -sigfile signature"
    done = subprocess.run(
        command.split(), cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert "Verified Successfully" in done.stdout + done.stderr
