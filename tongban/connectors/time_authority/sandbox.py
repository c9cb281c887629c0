"""The sandbox's time-stamp authority: openssl with keys made on first use. It proves nothing in law."""

import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tongban.connectors.time_authority.client import checked, request
from tongban.record.stamping import AuthorityAway

_NAME = "/O=Tongban sandbox/CN=Sandbox time-stamps without legal effect"
_CONFIG = """
[tsa]
default_tsa = ours
[ours]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
_EXTENSIONS = """
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


@dataclass(frozen=True)
class SandboxAuthority:
    """Answers like an authority outside; away where openssl is not installed."""

    folder: Path

    @property
    def name(self) -> str:
        return "沙箱时间戳（没有法律效力）"

    @property
    def certificates(self) -> bytes:
        return (self.folder / "ca.pem").read_bytes()

    def stamp(self, data: bytes) -> tuple[bytes, datetime]:
        """One stamp, through a request as another one would get it. Raises AuthorityAway."""
        return checked(data, self.reply(request(data)), self.certificates)

    def reply(self, query: bytes) -> bytes:
        """The response to a request, as an authority behind an address gives it."""
        self._begin()
        with tempfile.TemporaryDirectory() as place:
            asked, answer = Path(place) / "query.tsq", Path(place) / "answer.tsr"
            asked.write_bytes(query)
            config = str(self.folder / "openssl.cnf")
            _openssl("ts", "-reply", "-config", config, "-section", "ours",
                     "-queryfile", str(asked), "-out", str(answer))  # fmt: skip
            return answer.read_bytes()

    def _begin(self) -> None:
        """Keys and certificates, once; two workers at once end with one set, for one is renamed first."""
        if self.folder.exists():
            return
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder.parent) as place:
            fresh = Path(place) / "tsa"
            fresh.mkdir(mode=0o700)
            _make_keys(fresh)
            config = _CONFIG.format(folder=self.folder)
            (fresh / "openssl.cnf").write_text(config, "utf-8")
            (fresh / "serial").write_text("01\n", "ascii")
            with suppress(OSError):
                fresh.rename(self.folder)


def _make_keys(folder: Path) -> None:
    """A small authority for certificates, and one for stamps under it."""
    extensions = folder / "extensions.cnf"
    extensions.write_text(_EXTENSIONS, "utf-8")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    ca, tsa = (str(folder / "ca")), (str(folder / "tsa"))
    _openssl("req", "-x509", *curve, "-days", "3650", "-subj", f"{_NAME} CA",
             "-keyout", f"{ca}.key", "-out", f"{ca}.pem")  # fmt: skip
    _openssl("req", *curve, "-subj", _NAME, "-keyout", f"{tsa}.key", "-out", f"{tsa}.csr")
    _openssl("x509", "-req", "-in", f"{tsa}.csr", "-CA", f"{ca}.pem", "-CAkey", f"{ca}.key",
             "-CAcreateserial", "-days", "3650", "-extfile", str(extensions),
             "-out", f"{tsa}.pem")  # fmt: skip


def _openssl(*words: str) -> None:
    try:
        subprocess.run(["openssl", *words], capture_output=True, check=True, timeout=30)
    except FileNotFoundError as missing:
        raise AuthorityAway("openssl is not installed") from missing
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failed:
        said = (failed.stderr or b"").decode("utf-8", "replace").strip()[-200:]
        raise AuthorityAway(f"openssl {words[0]}: {said}") from failed
