"""Published answers: GM/T 0002, 0003.5 and 0004, RFC 8998, RFC 8032, RFC 7748, RFC 5869."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from tongban.trust import sm2, sm2_forms, suites
from tongban.trust.suites import CannotOpen

INTL, GM = suites.suite("intl"), suites.suite("gm")
DER = (Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

# GM/T 0003.5 annex A, the signature.
D = bytes.fromhex("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8")
POINT = bytes.fromhex(
    "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
R = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
S = 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_gives_the_digests_of_gmt_0004(message, digest):
    assert GM.digest(message).hex() == digest


def test_sm4_gives_the_block_of_gmt_0002():
    block = bytes.fromhex("0123456789abcdeffedcba9876543210")
    cipher = Cipher(SM4(block), ECB()).encryptor()  # noqa: S305 - one block is what the standard gives

    assert cipher.update(block).hex() == "681edf34d206965e86b3e94f536e4246"


KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
NONCE = bytes.fromhex("00001234567800000000ABCD")
BOUND = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
PLAIN = b"".join(bytes([byte]) * 8 for byte in bytes.fromhex("AABBCCDDEEFFEEAA"))
SEALED = bytes.fromhex(
    "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
    "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
    "83DE3541E4C2B58177E065A9BF7B62EC"
)


def test_sm4_gcm_gives_the_answer_of_rfc_8998():
    assert GM.encrypt(KEY, NONCE, PLAIN, BOUND) == SEALED
    assert GM.decrypt(KEY, NONCE, SEALED, BOUND) == PLAIN


@pytest.mark.parametrize("cut", [0, 15, 16, 79])
def test_sm4_gcm_gives_nothing_out_before_the_tag_is_right(cut):
    with pytest.raises(CannotOpen):
        GM.decrypt(KEY, NONCE, SEALED[:cut], BOUND)


def test_the_signature_of_gmt_0003_is_verified_and_no_other_message_is():
    signature = sm2_forms.signature(R, S)

    assert GM.verify(POINT, b"message digest", signature)
    assert not GM.verify(POINT, b"message digesT", signature)


def test_the_point_of_the_key_of_gmt_0003_is_the_published_one():
    assert sm2.private_key(D, POINT).public == POINT


def test_ed25519_signs_as_rfc_8032_says():
    secret = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    key = Ed25519PrivateKey.from_private_bytes(secret).private_bytes(*DER)
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    signer = INTL.signer(key)

    assert suites.public_key(signer.public_key).raw == public
    assert INTL.verify(public, b"r", signature)
    import base64

    assert base64.b64decode(signer.sign(b"r")) == signature


def test_x25519_agrees_as_rfc_7748_says():
    bob = bytes.fromhex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")
    alice = bytes.fromhex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")
    opener = INTL.opener(X25519PrivateKey.from_private_bytes(bob).private_bytes(*DER))

    assert opener.agree(alice).hex() == (
        "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"
    )


def test_hkdf_draws_as_rfc_5869_says():
    drawn = INTL.expand(
        b"\x0b" * 22,
        salt=bytes(range(13)),
        info=bytes(range(0xF0, 0xFA)),
        size=42,
    )

    assert drawn.hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )
