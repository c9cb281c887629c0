"""Private keys as text: PKCS#8 PEM (RFC 7468), and of which suite one is."""

import base64
import binascii

from tongban.trust import suites
from tongban.trust.suites import KeyRefused, Signer

_BEGIN, _END = b"-----BEGIN PRIVATE KEY-----", b"-----END PRIVATE KEY-----"


def pem(der: bytes) -> bytes:
    """PKCS#8 DER as PEM."""
    body = base64.b64encode(der)
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    return b"\n".join([_BEGIN, *lines, _END, b""])


def is_pem(data: bytes) -> bool:
    """Whether a file holds a bare private key."""
    return data.lstrip().startswith(_BEGIN)


def pem_body(data: bytes) -> bytes:
    """The DER in a PEM file; refused: KeyRefused."""
    text = data.strip()
    if not text.startswith(_BEGIN) or not text.endswith(_END):
        raise KeyRefused("not a private key in PKCS#8 PEM")
    try:
        body = b"".join(text[len(_BEGIN) : -len(_END)].split())
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise KeyRefused("not a private key in PKCS#8 PEM") from wrong


def any_signer(der: bytes) -> Signer:
    """The signer of a PKCS#8 DER key of whichever suite; raises KeyRefused."""
    for name in suites.NAMES:
        try:
            return suites.suite(name).signer(der)
        except KeyRefused:
            continue
    raise KeyRefused("the node key must be an Ed25519 or an SM2 key in PKCS#8")
