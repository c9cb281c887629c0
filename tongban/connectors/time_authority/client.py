"""Asking a time-stamp authority over HTTP (RFC 3161 §3.4)."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

import httpx
from rfc3161_client import TimestampRequestBuilder
from rfc3161_client.base import HashAlgorithm

from tongban.record import stamps
from tongban.record.stamping import AuthorityAway

SECONDS = 20.0
_MOST_BYTES = 64 * 1024


def request(data: bytes) -> bytes:
    """A request for a stamp over data, with a nonce and for the certificate."""
    asked = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256)
    return asked.nonce(nonce=True).cert_request(cert_request=True).build().as_bytes()


def checked(data: bytes, response: bytes, certificates: bytes) -> tuple[bytes, datetime]:
    """A response that is a stamp over the data. Raises AuthorityAway."""
    try:
        return response, stamps.check(data, response, certificates)
    except stamps.NotAStamp as wrong:
        raise AuthorityAway(f"answers with no stamp that holds: {wrong}") from wrong


@dataclass(frozen=True)
class HttpAuthority:
    """An authority at an address, with the file of the certificates that its stamps go back to."""

    url: str
    ca_file: Path

    @property
    def name(self) -> str:
        return self.url

    @cached_property
    def certificates(self) -> bytes:
        return self.ca_file.read_bytes()

    def stamp(self, data: bytes) -> tuple[bytes, datetime]:
        """Ask for one stamp. Raises AuthorityAway for whatever comes but a stamp that holds."""
        headers = {"Content-Type": "application/timestamp-query"}
        try:
            answer = httpx.post(self.url, content=request(data), headers=headers, timeout=SECONDS)
            answer.raise_for_status()
            certificates = self.certificates
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as away:
            raise AuthorityAway(f"{type(away).__name__}: {away}") from away
        return checked(data, answer.content[:_MOST_BYTES], certificates)
