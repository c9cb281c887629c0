"""Copies of a node by PostgreSQL's own means: base backups, every change since, and papers.

A folder holds `base/MOMENT` (pg_basebackup), `wal/` (what the server archives by the settings that
`archive_settings` gives) and `papers/`. Restoring takes the last base before a moment and lets the
server play the archive up to that moment. Keys are not in it: keep them apart from the data.
"""

import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tongban.local.postgres import environment
from tongban.local.trouble import Trouble, WrongWords

# Of base backups: when they were complete.
STAMP = "%Y%m%dT%H%M%S%fZ"
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-")


def check_folder(folder: Path) -> None:
    """Refuse (WrongWords) a path that stands in a command of the server and that a shell would misread."""
    if not set(str(folder)) <= _PLAIN or not folder.is_absolute():
        raise WrongWords(
            f"备份文件夹要写绝对路径，只用字母、数字和 . _ -：{folder}",
            f"The folder needs an absolute path of plain letters: {folder}",
        )


def archive_settings(wal: Path) -> tuple[str, ...]:
    """Settings of a server: each piece of its log is copied whole into a folder, within a minute."""
    kept = f"{wal}/%f"
    copy = f"test ! -f {kept} && cp %p {kept}.part && sync {kept}.part && mv {kept}.part {kept}"
    return (
        "wal_level=replica",
        "archive_mode=on",
        f"archive_command={copy}",
        "archive_timeout=60",
    )


@dataclass(frozen=True)
class Copies:
    """The folder that the copies of one node go to."""

    folder: Path

    def __post_init__(self) -> None:
        check_folder(self.folder)

    @property
    def bases(self) -> Path:
        return self.folder / "base"

    @property
    def wal(self) -> Path:
        return self.folder / "wal"

    @property
    def papers(self) -> Path:
        return self.folder / "papers"

    def archive_settings(self) -> tuple[str, ...]:
        """Settings of the server: each piece of its log is copied here whole, at least once a minute."""
        return archive_settings(self.wal)

    def newest_base(self, until: datetime | None) -> Path:
        """The last base backup that was complete before a moment. Refused: Trouble for none."""
        stamp = until.astimezone(UTC).strftime(STAMP) if until else "~"
        found = sorted(one for one in self.bases.glob("*Z") if one.name < stamp)
        if not found:
            raise Trouble(
                f"{self.bases} 里没有这个时间以前的基础备份。",
                f"There is no base backup before that moment in {self.bases}.",
            )
        return found[-1]


def base_backup(copies: Copies, *, programs: Path, url: str) -> Path:
    """Copy the whole server behind an address while it works; `url` names a role for replication.

    The copy is named after the moment at which it was complete: before that nothing can be restored
    from it. Refused: Trouble with what pg_basebackup says.
    """
    growing = copies.bases / "growing.part"
    shutil.rmtree(growing, ignore_errors=True)
    copies.bases.mkdir(parents=True, exist_ok=True)
    copies.wal.mkdir(parents=True, exist_ok=True)
    command = [
        str(programs / "bin" / "pg_basebackup"), "--dbname", url, "--pgdata", str(growing),
        "--wal-method=stream", "--checkpoint=fast", "--no-password",
    ]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd="/", env=environment()
    )
    if done.returncode:
        shutil.rmtree(growing, ignore_errors=True)
        cause = (done.stderr.strip().splitlines() or [""])[-1]
        raise Trouble(f"基础备份没有成功：{cause}", f"The base backup failed: {cause}")
    target = copies.bases / datetime.now(UTC).strftime(STAMP)
    growing.rename(target)
    return target


def copy_papers(copies: Copies, source: Path) -> int:
    """Copy papers that are not there yet; gives how many. They never change, so each goes once."""
    return _copied(source, copies.papers)


def restore_papers(copies: Copies, target: Path) -> int:
    """Bring back papers that are missing; gives how many."""
    return _copied(copies.papers, target)


def _copied(source: Path, target: Path) -> int:
    copied = 0
    for paper in source.glob("[0-9a-f][0-9a-f]/*"):
        place = target / paper.parent.name / paper.name
        if not place.exists() and "." not in paper.name:
            place.parent.mkdir(parents=True, exist_ok=True)
            growing = place.with_name(f"{place.name}.part")
            shutil.copyfile(paper, growing)
            growing.rename(place)
            copied += 1
    return copied


def restore(copies: Copies, data: Path, *, until: datetime | None = None) -> Path:
    """Put the last base before a moment into an empty data folder, to be played up to that moment.

    Without a moment everything that was archived is played. Gives the base that was taken. The
    server does the rest when it is started. Refused: Trouble for a folder with something in it.
    """
    if data.exists() and any(data.iterdir()):
        raise Trouble(
            f"{data} 不是空的，不会覆盖。请先把它移到别处。",
            f"{data} is not empty and is not overwritten: move it away first.",
        )
    base = copies.newest_base(until)
    shutil.copytree(base, data, dirs_exist_ok=True)
    data.chmod(0o700)
    play_from(copies.wal, data, until=until)
    return base


def play_from(wal: Path, data: Path, *, until: datetime | None) -> None:
    """Have the server of a data folder play the log in another one, up to a moment, when it starts."""
    told = [f"restore_command = 'cp {wal}/%f \"%p\"'", "recovery_target_timeline = 'latest'"]
    if until is not None:
        moment = until.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00")
        told += [f"recovery_target_time = '{moment}'", "recovery_target_action = 'promote'"]
    with (data / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
        settings.write("\n".join(["", *told, ""]))
    (data / "recovery.signal").touch()
