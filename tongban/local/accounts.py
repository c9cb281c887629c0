"""The system user that PostgreSQL runs as. It refuses to run as root, and rightly so."""

import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tongban.local.trouble import Trouble

# Debian's and macOS's own users for PostgreSQL first, then those that own nothing.
CANDIDATES = ("postgres", "_postgres", "nobody", "daemon")


@dataclass(frozen=True)
class SystemUser:
    """Another user that a process can be started as, without a login or sudo."""

    name: str
    uid: int
    gid: int

    def can_enter(self, folder: Path) -> bool:
        """Whether this user can reach a folder through all of its parents."""
        return self._succeeds(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)])

    def can_run(self, program: Path) -> bool:
        """Whether this user can reach and start a program."""
        return self._succeeds([str(program), "--version"])

    def _succeeds(self, command: list[str]) -> bool:
        try:
            done = subprocess.run(
                command, user=self.uid, group=self.gid, extra_groups=[], cwd="/",
                env={"PATH": os.defpath}, check=False, capture_output=True,
            )  # fmt: skip
        except OSError:
            return False
        return done.returncode == 0

    def own(self, folder: Path) -> None:
        """Make a folder that only this user can read. Existing content is left as it is."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)


def server_user() -> SystemUser | None:
    """Whom PostgreSQL runs as when we are root; None when we are somebody ourselves."""
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return SystemUser(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise Trouble(
        "PostgreSQL 不能以 root 身份运行，而本机没有 postgres、nobody 等系统用户。"
        "请用普通用户运行，或设置 DATABASE_URL 使用已有的数据库。",
        "PostgreSQL does not run as root, and this machine has no system user such as postgres "
        "or nobody: run this as a normal user, or set DATABASE_URL to a server of your own.",
    )


def private_folder(root: Path) -> Path:
    """Where the server's user keeps what it cannot reach under `root`; the same for the same root."""
    base = Path("/var/lib") if Path("/var/lib").is_dir() else Path("/var/tmp")  # noqa: S108
    return base / f"tongban-{hashlib.sha256(str(root).encode()).hexdigest()[:12]}"


def reachable_programs(folder: Path, user: SystemUser | None, private: Path) -> Path:
    """A folder with the server's programs that the user can run: the given one, else a copy of it.

    Opening the parents of the virtual environment to everyone would be the easy way, and a hole.
    """
    if user is None or user.can_run(folder / "bin" / "postgres"):
        return folder
    user.own(private)
    copy = private / "programs"
    stamp = copy / "copied-from"
    source = f"{folder} {(folder / 'bin' / 'postgres').stat().st_mtime_ns}"
    if not stamp.exists() or stamp.read_text() != source:
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(folder, copy, symlinks=True)
        stamp.write_text(source)
    if not user.can_run(copy / "bin" / "postgres"):
        raise Trouble(
            f"系统用户 {user.name} 无法运行 PostgreSQL 程序（{copy}）。"
            "请用普通用户运行，或设置 DATABASE_URL 使用已有的数据库。",
            f"The system user {user.name} cannot run PostgreSQL's programs ({copy}): "
            "run this as a normal user, or set DATABASE_URL to a server of your own.",
        )
    return copy
