"""Copies of a node in an S3-compatible store: the same three parts as in a folder (`backups`).

A base backup goes there as it is made, compressed, without room for it here; it counts from the moment
when a small file beside it names it complete, with its digest. The server's log is put into a folder of
this machine by PostgreSQL itself (a spool) and shipped from there; a piece leaves the spool when the
store has it. Papers are named by their digest, and so checked when they come back.

Who may write and where the store is, stands in the environment, under the names that all programs for
S3 know: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL.
"""

import gzip
import hashlib
import io
import json
import os
import re
import secrets
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, cast

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from tongban.local.backups import STAMP, play_from
from tongban.local.postgres import environment
from tongban.local.trouble import Trouble, WrongWords

_ADDRESS = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9/._-]*)?")
# A segment of the log, a note about a backup, or the history of a timeline; never one that still grows.
_OF_THE_LOG = re.compile(r"[0-9A-F]{24}(\.[0-9A-F]{8}\.backup)?|[0-9A-F]{8}\.history")
_PIECE = 1 << 20


def is_bucket(place: str) -> bool:
    """Whether copies are to go to a store and not to a folder."""
    return place.startswith("s3://")


@dataclass(frozen=True)
class Bucket:
    """Where the copies of one node lie: a bucket, and a prefix in it."""

    store: S3Store
    address: str


def open_bucket(address: str) -> Bucket:
    """The place that an address `s3://bucket/prefix` names. Refused: WrongWords, Trouble."""
    if not _ADDRESS.fullmatch(address):
        raise WrongWords(
            f"地址要写成 s3://桶/前缀：{address}",
            f"Write the address as s3://bucket/prefix: {address}",
        )
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    is_plain = endpoint.startswith("http://")
    try:
        store = S3Store.from_url(
            address,
            client_options={"allow_http": is_plain},
            # An operator waits, or a timer comes again: the client's own three minutes are too long.
            retry_config={"max_retries": 4, "retry_timeout": timedelta(seconds=20)},
        )
    except BaseError as wrong:
        raise _trouble(wrong) from wrong
    return Bucket(store, address.rstrip("/"))


def _trouble(wrong: BaseError) -> Trouble:
    cause = str(wrong).splitlines()[0][:200]
    return Trouble(
        f"对象存储没有应答或拒绝了：{cause}。请检查 AWS_ENDPOINT_URL、密钥和桶。",
        f"The object store did not answer, or refused: {cause}. "
        "Check AWS_ENDPOINT_URL, the keys and the bucket.",
    )


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except BaseError as wrong:
        raise _trouble(wrong) from wrong


# --- there ---


def base_backup(bucket: Bucket, *, programs: Path, url: str, spool: Path) -> str:
    """Copy the whole server behind an address into the bucket while it works.

    It is complete when the log up to its end is there, too: what lies in the spool is shipped first.
    Gives its name. Refused: Trouble with what pg_basebackup or the store says; then nothing counts.
    """
    name = f"base/{secrets.token_hex(8)}.tar.gz"
    with _in_words():
        digest, size = _stream(bucket, name, programs, url)
        ship_log(bucket, spool)
        stamp = datetime.now(UTC).strftime(STAMP)
        said = {"archive": name, "sha256": digest, "size": size}
        obstore.put(bucket.store, f"base/{stamp}.json", json.dumps(said).encode())
    return stamp


class _Counted:
    """What goes to the store, with its digest."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self.digest, self.size = hashlib.sha256(), 0

    def write(self, some: bytes) -> int:
        self.digest.update(some)
        self.size += len(some)
        return self._target.write(some)

    def flush(self) -> None:
        """The store takes whole parts only."""


def _stream(bucket: Bucket, name: str, programs: Path, url: str) -> tuple[str, int]:
    command = [
        str(programs / "bin" / "pg_basebackup"), "--dbname", url, "--pgdata=-", "--format=tar",
        # The log is archived anyway; pg_basebackup waits until the archive has what it needs.
        "--wal-method=none", "--checkpoint=fast", "--no-password",
    ]  # fmt: skip
    target = obstore.open_writer(bucket.store, name)
    counted = _Counted(cast(IO[bytes], target))
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/", env=environment()
    ) as process:
        source = cast(IO[bytes], process.stdout)
        with gzip.GzipFile(fileobj=counted, mode="wb", compresslevel=1, mtime=0) as packed:
            while some := source.read(_PIECE):
                packed.write(some)
        said = cast(IO[bytes], process.stderr).read().decode(errors="replace")
    if process.returncode:
        cause = (said.strip().splitlines() or [""])[-1]
        raise Trouble(f"基础备份没有成功：{cause}", f"The base backup failed: {cause}")
    target.close()
    return counted.digest.hexdigest(), counted.size


def ship_log(bucket: Bucket, spool: Path) -> int:
    """Bring the pieces of the log from the spool into the bucket; gives how many.

    A piece leaves the spool when the store has it. Refused: Trouble when the store has another one
    under its name, which means that two servers write to one place.
    """
    shipped = 0
    with _in_words():
        for piece in sorted(spool.glob("*")):
            if not _OF_THE_LOG.fullmatch(piece.name):
                continue
            content = piece.read_bytes()
            try:
                packed = gzip.compress(content, compresslevel=1, mtime=0)
                obstore.put(bucket.store, f"wal/{piece.name}.gz", packed, mode="create")
            except AlreadyExistsError as there:
                if _unpacked(bucket, f"wal/{piece.name}.gz") != content:
                    raise Trouble(
                        f"{bucket.address} 里已有内容不同的 {piece.name}：两台数据库写到了一处。",
                        f"{bucket.address} has another {piece.name}: two servers write to it.",
                    ) from there
            piece.unlink()
            shipped += 1
    return shipped


def copy_papers(bucket: Bucket, source: Path) -> int:
    """Bring papers that are not there yet; gives how many. They never change, so each goes once."""
    copied = 0
    with _in_words():
        for folder in sorted(source.glob("[0-9a-f][0-9a-f]")):
            there = set(_names(bucket, f"papers/{folder.name}/"))
            for paper in folder.iterdir():
                if "." not in paper.name and paper.name not in there:
                    obstore.put(bucket.store, f"papers/{folder.name}/{paper.name}", paper)
                    copied += 1
    return copied


def _names(bucket: Bucket, prefix: str) -> Iterator[str]:
    for some in obstore.list(bucket.store, prefix, chunk_size=1000):
        for one in some:
            yield one["path"].rpartition("/")[2]


# --- and back ---


def restore(bucket: Bucket, data: Path, *, spool: Path, until: datetime | None = None) -> str:
    """Put the last base before a moment into an empty data folder, and its log beside it.

    The server does the rest when it is started, and needs `spool` until then. Gives the name of the
    base. Refused: Trouble for a folder with something in it, and for a base that was changed.
    """
    if data.exists() and any(data.iterdir()):
        raise Trouble(
            f"{data} 不是空的，不会覆盖。请先把它移到别处。",
            f"{data} is not empty and is not overwritten: move it away first.",
        )
    with _in_words():
        stamp = _newest(bucket, until)
        said = json.loads(bytes(obstore.get(bucket.store, f"base/{stamp}.json").bytes()))
        data.mkdir(parents=True, exist_ok=True)
        data.chmod(0o700)
        _unpack(bucket, said, data)
        _fetch_log(bucket, spool)
    play_from(spool, data, until=until)
    return stamp


def _newest(bucket: Bucket, until: datetime | None) -> str:
    before = until.astimezone(UTC).strftime(STAMP) if until else "~"
    names = [name.removesuffix(".json") for name in _names(bucket, "base/") if ".json" in name]
    found = sorted(name for name in names if name < before)
    if not found:
        raise Trouble(
            f"{bucket.address} 里没有这个时间以前的基础备份。",
            f"There is no base backup before that moment in {bucket.address}.",
        )
    return found[-1]


class _Stream(io.RawIOBase):
    """An object of the store as a file that is read once, with its digest."""

    def __init__(self, bucket: Bucket, name: str) -> None:
        self._pieces = iter(obstore.get(bucket.store, name).stream(min_chunk_size=_PIECE))
        self._held = memoryview(b"")
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: "memoryview | bytearray", /) -> int:  # type: ignore[override]
        """As much as one piece has."""
        if not self._held:
            some = bytes(next(self._pieces, b""))
            self.digest.update(some)
            self._held = memoryview(some)
        size = min(len(buffer), len(self._held))
        buffer[:size], self._held = self._held[:size], self._held[size:]
        return size


def _unpack(bucket: Bucket, said: dict[str, str], data: Path) -> None:
    stream = _Stream(bucket, said["archive"])
    source = io.BufferedReader(stream, _PIECE)
    broken: Exception | None = None
    try:
        with gzip.GzipFile(fileobj=source) as plain, tarfile.open(fileobj=plain, mode="r|") as tar:
            tar.extractall(data, filter="tar")
        while source.read(_PIECE):
            pass
    except (tarfile.TarError, EOFError, OSError) as wrong:
        broken = wrong
    if broken or stream.digest.hexdigest() != said["sha256"]:
        raise Trouble(
            f"{bucket.address} 里的 {said['archive']} 和备份时不一样，不能用。请用更早的基础备份。",
            f"{said['archive']} is not what was backed up: take an earlier base.",
        ) from broken


def _fetch_log(bucket: Bucket, spool: Path) -> None:
    spool.mkdir(parents=True, exist_ok=True)
    for name in _names(bucket, "wal/"):
        piece = spool / name.removesuffix(".gz")
        if _OF_THE_LOG.fullmatch(piece.name) and not piece.exists():
            growing = piece.with_name(f"{piece.name}.part")
            growing.write_bytes(_unpacked(bucket, f"wal/{name}"))
            growing.rename(piece)


def _unpacked(bucket: Bucket, name: str) -> bytes:
    return gzip.decompress(bytes(obstore.get(bucket.store, name).bytes()))


def restore_papers(bucket: Bucket, target: Path) -> int:
    """Bring back papers that are missing; gives how many. Refused: Trouble for one that was changed."""
    restored = 0
    with _in_words():
        for number in range(256):
            folder = f"{number:02x}"
            for name in _names(bucket, f"papers/{folder}/"):
                place = target / folder / name
                if not place.exists():
                    _fetch_paper(bucket, f"papers/{folder}/{name}", place)
                    restored += 1
    return restored


def _fetch_paper(bucket: Bucket, name: str, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    growing = place.with_name(f"{place.name}.part")
    digest = hashlib.sha256()
    with growing.open("wb") as file:
        for some in obstore.get(bucket.store, name).stream(min_chunk_size=_PIECE):
            digest.update(bytes(some))
            file.write(bytes(some))
    if digest.hexdigest() != place.name:
        growing.unlink()
        raise Trouble(
            f"{bucket.address} 里的材料 {place.name[:12]} 被改动过。",
            f"The paper {place.name[:12]} in {bucket.address} was changed.",
        )
    growing.rename(place)
