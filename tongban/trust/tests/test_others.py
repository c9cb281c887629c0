"""All against all: what we sign, others verify, and the other way round; the same for ciphertext."""

import hashlib
import shutil
import subprocess

import gmalg
import gmssl_pyx
import pytest

from tongban.trust import forms, sm2, sm2_forms, suites
from tongban.trust.suites import Purpose

GM, INTL = suites.suite("gm"), suites.suite("intl")
MESSAGE = "跨省通办 message".encode()
PRIVATE, PUBLIC = sm2.new_pair()
PKCS8 = sm2_forms.pkcs8(PRIVATE, PUBLIC)


def raw(der):
    return tuple(number.to_bytes(32, "big") for number in sm2_forms.check_signature(der))


def der(r, s):
    return sm2_forms.signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))


class Ours:
    def sign(self, message, folder):
        return sm2.private_key(PRIVATE, PUBLIC).sign(message)

    def verify(self, message, signature, folder):
        return GM.verify(PUBLIC, message, signature)


class OurFallback:
    def sign(self, message, folder):
        return sm2.GmalgKey(PRIVATE, PUBLIC).sign(message)

    def verify(self, message, signature, folder):
        return sm2.Gmalg().verify(PUBLIC, message, signature)


class Gmalg:
    def sign(self, message, folder):
        return der(*gmalg.SM2(PRIVATE, sm2_forms.ID, PUBLIC).sign(message))

    def verify(self, message, signature, folder):
        return gmalg.SM2(uid=sm2_forms.ID, pk=PUBLIC).verify(message, *raw(signature))


class GmSSL:
    def sign(self, message, folder):
        return gmssl_pyx.sm2_sign(PRIVATE, PUBLIC[1:], message, sm2_forms.ID)

    def verify(self, message, signature, folder):
        return gmssl_pyx.sm2_verify(PUBLIC[1:], message, signature, sm2_forms.ID)


class OpenSSL:
    """The command line; its key files are the very forms that we write."""

    words = ("-rawin", "-digest", "sm3", "-pkeyopt", "distid:" + sm2_forms.ID.decode())

    def sign(self, message, folder):
        (folder / "key.pem").write_bytes(forms.pem(PKCS8))
        (folder / "message").write_bytes(message)
        return self._run("-sign", "-inkey", "key.pem", *self.words, "-in", "message", at=folder)[0]

    def verify(self, message, signature, folder):
        (folder / "public.der").write_bytes(sm2_forms.spki(PUBLIC))
        (folder / "message").write_bytes(message)
        (folder / "signature").write_bytes(signature)
        key = ("-pubin", "-keyform", "DER", "-inkey", "public.der")
        files = ("-in", "message", "-sigfile", "signature")
        return self._run("-verify", *key, *self.words, *files, at=folder)[1] == 0

    def _run(self, *words, at):
        done = subprocess.run(
            ["openssl", "pkeyutl", *words], cwd=at, capture_output=True, check=False
        )
        return done.stdout, done.returncode


ALL = [Ours(), OurFallback(), Gmalg(), GmSSL(), OpenSSL()]


def names(one):
    return type(one).__name__


@pytest.mark.parametrize("signer", ALL, ids=names)
@pytest.mark.parametrize("verifier", ALL, ids=names)
def test_what_one_signs_the_other_verifies(signer, verifier, tmp_path):
    signature = signer.sign(MESSAGE, tmp_path)

    assert verifier.verify(MESSAGE, signature, tmp_path)
    assert not verifier.verify(MESSAGE + b"!", signature, tmp_path)


def test_openssl_reads_and_writes_the_very_key_files_that_we_do(tmp_path):
    assert shutil.which("openssl")
    made = subprocess.run(
        ["openssl", "genpkey", "-algorithm", "SM2"], capture_output=True, check=True
    ).stdout
    der_form = forms.pem_body(made)
    number, point = sm2_forms.from_pkcs8(der_form)

    assert sm2_forms.pkcs8(number, point) == der_form
    assert GM.signer(der_form).suite == "gm"


def test_both_engines_agree_on_the_same_secret():
    other, theirs = sm2.new_pair()

    assert sm2.Gmalg().multiply(PRIVATE, theirs) == sm2.Libcrypto().multiply(PRIVATE, theirs)
    assert sm2.agree(PRIVATE, theirs) == sm2.agree(other, PUBLIC)
    assert sm2.Gmalg().multiply(PRIVATE, None) == PUBLIC


def test_sm4_gcm_and_sm3_are_the_same_with_gmssl():
    key, nonce = b"k" * 16, b"n" * 12
    sealed = GM.encrypt(key, nonce, MESSAGE, b"bound")
    parts = gmssl_pyx.sm4_gcm_encrypt(key, nonce, b"bound", MESSAGE)

    assert (b"".join(parts) if isinstance(parts, tuple) else parts) == sealed
    assert GM.digest(MESSAGE) == gmssl_pyx.sm3_hash(MESSAGE)


def test_the_key_derivation_is_that_of_gmt_0003_4_as_gmssl_has_it():
    secret = hashlib.sha512(b"both coordinates").digest()

    assert GM.expand(secret, salt=b"", info=b"", size=77) == gmssl_pyx.sm3_kdf(secret, 77)


def test_openssl_verifies_what_the_international_suite_signs(tmp_path):
    private = INTL.new_key(Purpose.SIGN)
    signer = INTL.signer(private)
    import base64

    (tmp_path / "key.pem").write_bytes(forms.pem(private))
    (tmp_path / "message").write_bytes(MESSAGE)
    (tmp_path / "signature").write_bytes(base64.b64decode(signer.sign(MESSAGE)))
    words = ["-verify", "-inkey", "key.pem", "-rawin", "-in", "message", "-sigfile", "signature"]
    done = subprocess.run(
        ["openssl", "pkeyutl", *words], cwd=tmp_path, capture_output=True, check=False
    )

    assert done.returncode == 0, done.stderr
