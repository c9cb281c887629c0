"""SM2 by the OpenSSL 3 that this very Python is linked to, through ctypes.

Nothing to install, and security updates come with the system. The functions are found through
Python's own `_ssl` module, so it is certainly that library. ctypes lets other threads run during a
call. Points and numbers are the bytes of `sm2_forms`; whoever calls has checked them.
"""

import _ssl
import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_size_t, c_void_p

from tongban.trust import sm2_forms
from tongban.trust.suites import KeyRefused

_NEEDED = {
    "OBJ_sn2nid": ([c_char_p], c_int),
    "ERR_clear_error": ([], None),
    "EC_GROUP_new_by_curve_name": ([c_int], c_void_p),
    "EC_POINT_new": ([c_void_p], c_void_p),
    "EC_POINT_clear_free": ([c_void_p], None),
    "EC_POINT_oct2point": ([c_void_p, c_void_p, c_char_p, c_size_t, c_void_p], c_int),
    "EC_POINT_point2oct": ([c_void_p, c_void_p, c_int, c_char_p, c_size_t, c_void_p], c_size_t),
    "EC_POINT_is_at_infinity": ([c_void_p, c_void_p], c_int),
    "EC_POINT_mul": ([c_void_p, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p], c_int),
    "BN_bin2bn": ([c_char_p, c_int, c_void_p], c_void_p),
    "BN_set_flags": ([c_void_p, c_int], None),
    "BN_clear_free": ([c_void_p], None),
    "EVP_sm3": ([], c_void_p),
    "EVP_PKEY_free": ([c_void_p], None),
    "EVP_PKEY_CTX_new": ([c_void_p, c_void_p], c_void_p),
    "EVP_PKEY_CTX_free": ([c_void_p], None),
    "EVP_PKEY_CTX_set1_id": ([c_void_p, c_char_p, c_int], c_int),
    "EVP_MD_CTX_new": ([], c_void_p),
    "EVP_MD_CTX_free": ([c_void_p], None),
    "EVP_MD_CTX_set_pkey_ctx": ([c_void_p, c_void_p], None),
    "EVP_DigestSignInit": ([c_void_p, c_void_p, c_void_p, c_void_p, c_void_p], c_int),
    "EVP_DigestSign": ([c_void_p, c_char_p, POINTER(c_size_t), c_char_p, c_size_t], c_int),
    "EVP_DigestVerifyInit": ([c_void_p, c_void_p, c_void_p, c_void_p, c_void_p], c_int),
    "EVP_DigestVerify": ([c_void_p, c_char_p, c_size_t, c_char_p, c_size_t], c_int),
    "d2i_AutoPrivateKey": ([c_void_p, POINTER(c_char_p), c_long], c_void_p),
    "d2i_PUBKEY": ([c_void_p, POINTER(c_char_p), c_long], c_void_p),
}
_UNCOMPRESSED, _CONSTANT_TIME = 4, 4


class NotThere(Exception):
    """This Python has no OpenSSL 3 with SM2 in it, or hides it."""


class Key:
    """An EVP_PKEY, freed with us; several threads may use it at once."""

    def __init__(self, library: "Library", pointer: int) -> None:
        self.pointer = pointer
        self._free = library.call.EVP_PKEY_free

    def __del__(self) -> None:
        self._free(self.pointer)


class Library:
    """The functions of libcrypto that we need, checked with one multiplication."""

    def __init__(self) -> None:
        try:
            self.call = ctypes.CDLL(_ssl.__file__)
            for name, (takes, gives) in _NEEDED.items():
                function = getattr(self.call, name)
                function.argtypes, function.restype = takes, gives
        except (OSError, AttributeError) as missing:
            raise NotThere(str(missing)) from missing
        self._group = self.call.EC_GROUP_new_by_curve_name(self.call.OBJ_sn2nid(b"SM2"))
        self._sm3 = self.call.EVP_sm3()
        if not self._group or not self._sm3:
            raise NotThere("a libcrypto without SM2 or SM3")

    def multiply(self, number: bytes, point: bytes | None) -> bytes:
        """A multiple of a point, or of the base point; refused (KeyRefused) when there is none."""
        call, group = self.call, self._group
        factor = call.BN_bin2bn(number, len(number), None)
        made, given = call.EC_POINT_new(group), call.EC_POINT_new(group)
        try:
            call.BN_set_flags(factor, _CONSTANT_TIME)
            if point is None:
                good = call.EC_POINT_mul(group, made, factor, None, None, None)
            else:
                good = call.EC_POINT_oct2point(group, given, point, len(point), None) == 1
                good = good and call.EC_POINT_mul(group, made, None, given, factor, None)
            if good != 1 or call.EC_POINT_is_at_infinity(group, made):
                call.ERR_clear_error()
                raise KeyRefused("no such multiple of this point")
            out = ctypes.create_string_buffer(sm2_forms.POINT)
            call.EC_POINT_point2oct(group, made, _UNCOMPRESSED, out, len(out), None)
            return out.raw
        finally:
            call.BN_clear_free(factor)
            call.EC_POINT_clear_free(made)
            call.EC_POINT_clear_free(given)

    def private(self, number: bytes, point: bytes) -> Key:
        """A private key, ready for many signatures."""
        return self._key(self.call.d2i_AutoPrivateKey, sm2_forms.pkcs8(number, point))

    def public(self, point: bytes) -> Key:
        """A public key, ready to check many signatures."""
        return self._key(self.call.d2i_PUBKEY, sm2_forms.spki(point))

    def sign(self, key: Key, message: bytes) -> bytes:
        """A signature in DER."""
        with self._digesting(key, self.call.EVP_DigestSignInit) as context:
            out, size = ctypes.create_string_buffer(80), c_size_t(80)
            done = self.call.EVP_DigestSign(context, out, byref(size), message, len(message))
        if done != 1:
            self.call.ERR_clear_error()
            raise OSError("libcrypto could not sign")
        return out.raw[: size.value]

    def verify(self, key: Key, message: bytes, signature: bytes) -> bool:
        """Whether the signature is right."""
        with self._digesting(key, self.call.EVP_DigestVerifyInit) as context:
            good = self.call.EVP_DigestVerify(
                context, signature, len(signature), message, len(message)
            )
        if good != 1:
            # What we leave in this thread's queue, Python's own TLS would take for its failure.
            self.call.ERR_clear_error()
        return bool(good == 1)

    def _key(self, read: "ctypes._FuncPointer", data: bytes) -> Key:
        pointer = read(None, byref(c_char_p(data)), len(data))
        if not pointer:
            self.call.ERR_clear_error()
            raise KeyRefused("libcrypto does not take this key")
        return Key(self, pointer)

    @contextmanager
    def _digesting(self, key: Key, begin: "ctypes._FuncPointer") -> Iterator[int]:
        call = self.call
        digest, how = call.EVP_MD_CTX_new(), call.EVP_PKEY_CTX_new(key.pointer, None)
        try:
            call.EVP_PKEY_CTX_set1_id(how, sm2_forms.ID, len(sm2_forms.ID))
            call.EVP_MD_CTX_set_pkey_ctx(digest, how)
            if begin(digest, None, self._sm3, None, key.pointer) != 1:
                call.ERR_clear_error()
                raise OSError("libcrypto has no SM2 with SM3")
            yield digest
        finally:
            call.EVP_MD_CTX_free(digest)
            call.EVP_PKEY_CTX_free(how)


_lock = threading.Lock()
_library: Library | None = None


def library() -> Library:
    """The one library of this process; raises NotThere."""
    global _library
    with _lock:
        if _library is None:
            _library = Library()
        return _library
