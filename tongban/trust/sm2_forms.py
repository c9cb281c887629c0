"""SM2 keys and signatures as bytes (GM/T 0009, RFC 5915): written in one form, read strictly.

The SM2 curve of GM/T 0003.5 is y² = x³ + ax + b over the prime P; N is the order of its base point.
"""

from functools import lru_cache

from tongban.trust.suites import KeyRefused

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
GX = 0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7
GY = 0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0
ID = b"1234567812345678"
POINT = 65

# SEQUENCE { ecPublicKey, the SM2 curve 1.2.156.10197.1.301 }
_ALGORITHM = bytes.fromhex("301306072a8648ce3d020106082a811ccf5501822d")
# PrivateKeyInfo up to the private number, then up to the public point.
_PKCS8 = bytes.fromhex("308187020100") + _ALGORITHM + bytes.fromhex("046d306b0201010420")
_POINT = bytes.fromhex("a144034200")
_SPKI = bytes.fromhex("3059") + _ALGORITHM + bytes.fromhex("034200")


def pkcs8(private: bytes, public: bytes) -> bytes:
    """A private key of 32 bytes with its point, as openssl writes it too."""
    return _PKCS8 + private + _POINT + public


def from_pkcs8(data: bytes) -> tuple[bytes, bytes]:
    """The number and the point of a private key; refused: KeyRefused."""
    private, rest = data[len(_PKCS8) : len(_PKCS8) + 32], data[len(_PKCS8) + 32 :]
    is_ours = data.startswith(_PKCS8) and rest.startswith(_POINT)
    if not is_ours or len(rest) != len(_POINT) + POINT:
        raise KeyRefused("not an SM2 key in PKCS#8")
    # GM/T 0003.1: up to N - 2, for a signature divides by one more than it.
    if not 1 <= int.from_bytes(private, "big") <= N - 2:
        raise KeyRefused("no private key of SM2")
    public = rest[len(_POINT) :]
    check_point(public)
    return private, public


def spki(public: bytes) -> bytes:
    """A public key as SubjectPublicKeyInfo."""
    return _SPKI + public


@lru_cache(maxsize=1024)
def check_point(point: bytes) -> None:
    """Refuse what is no uncompressed point of the curve: KeyRefused."""
    if len(point) != POINT or point[0] != 4:
        raise KeyRefused("not an uncompressed point")
    x, y = int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big")
    if x >= P or y >= P or (y * y - (x * x * x + A * x + B)) % P:
        raise KeyRefused("not a point of the SM2 curve")


def check_signature(der: bytes) -> tuple[int, int]:
    """The two numbers of a signature; refused (KeyRefused) out of range or not in strict DER."""
    if len(der) < 8 or der[0] != 0x30 or der[1] != len(der) - 2:
        raise KeyRefused("not a signature")
    size = der[3]
    r = int.from_bytes(der[4 : 4 + size], "big")
    s = int.from_bytes(der[6 + size :], "big")
    if not (1 <= r < N and 1 <= s < N) or signature(r, s) != der:
        raise KeyRefused("not a signature")
    return r, s


def signature(r: int, s: int) -> bytes:
    """Two numbers as the DER form of a signature."""
    body = _integer(r) + _integer(s)
    return bytes([0x30, len(body)]) + body


def _integer(number: int) -> bytes:
    raw = number.to_bytes(number.bit_length() // 8 + 1, "big")
    return bytes([2, len(raw)]) + raw
