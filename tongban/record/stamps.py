"""One time-stamp (RFC 3161): whether it is what the authority says over these bytes, and when."""

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response


class NotAStamp(Exception):
    """Not a stamp, not over these bytes, or not by that authority."""


def check(data: bytes, response: bytes, certificates: bytes) -> datetime:
    """The moment of a stamp over data by an authority, given in PEM. Raises NotAStamp."""
    try:
        roots = x509.load_pem_x509_certificates(certificates)
        found = decode_timestamp_response(response)
        if found.as_bytes() != response:
            raise NotAStamp("not written in its one form")
        builder = VerifierBuilder()
        for root in roots:
            builder = builder.add_root_certificate(root)
        builder.build().verify_message(found, data)
        return found.tst_info.gen_time
    except (VerificationError, ValueError, TypeError) as wrong:
        raise NotAStamp(str(wrong)[:200]) from wrong


def names(certificates: bytes) -> list[tuple[str, str]]:
    """The names in an authority's certificates with their SHA-256 fingerprints; raises NotAStamp."""
    try:
        found = x509.load_pem_x509_certificates(certificates)
    except ValueError as wrong:
        raise NotAStamp("not a certificate") from wrong
    return [(one.subject.rfc4514_string(), one.fingerprint(hashes.SHA256()).hex()) for one in found]
