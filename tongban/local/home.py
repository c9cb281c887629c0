"""Where the demo keeps everything: one folder, so that removing it removes all of it."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from tongban.local.trouble import Trouble

PROJECT = Path(__file__).resolve().parents[2]
LEAST_FREE = 2 * 1024**3


@dataclass(frozen=True)
class Home:
    """The folder of one demo and the places inside it."""

    root: Path

    @property
    def postgres(self) -> Path:
        """The data of PostgreSQL, unless its user cannot reach it here; see `postgres.place`."""
        return self.root / "postgres"

    @property
    def broker(self) -> Path:
        """Configuration and streams of nats-server."""
        return self.root / "broker"

    @property
    def nodes(self) -> Path:
        """One folder a node: keys, papers, stamp."""
        return self.root / "nodes"

    @property
    def log(self) -> Path:
        """What each process said."""
        return self.root / "log"

    @property
    def static(self) -> Path:
        """Collected static files, the same for every node."""
        return self.root / "static"

    @property
    def state(self) -> Path:
        """What runs, for `status` and `stop`."""
        return self.root / "demo.json"

    @property
    def lock(self) -> Path:
        """Held by the demo as long as it lives."""
        return self.root / "demo.lock"

    @property
    def directory(self) -> Path:
        """Public keys and addresses of all nodes."""
        return self.root / "directory.json"

    def node(self, code: str) -> Path:
        """The folder of one node."""
        return self.nodes / code

    def make(self) -> None:
        """Make the folders. Others may pass through the first one (PostgreSQL's user must), no more."""
        try:
            self.root.mkdir(mode=0o711, parents=True, exist_ok=True)
            self.root.chmod(0o711)
            for folder in (self.broker, self.nodes, self.log, self.static):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise Trouble(
                f"无法在 {self.root} 建立文件夹（{error.strerror}），请检查权限，"
                "或用环境变量 TONGBAN_HOME 指定另一个位置。",
                f"Cannot make folders under {self.root} ({error.strerror}): "
                "check its permissions, or name another place in TONGBAN_HOME.",
            ) from error


def home() -> Home:
    """The home that the environment names, else `.tongban` beside the code."""
    named = os.environ.get("TONGBAN_HOME")
    return Home(Path(named).expanduser().absolute() if named else PROJECT / ".tongban")


def check_space(folder: Path, least: int = LEAST_FREE) -> None:
    """Refuse a disk that would fill up in the middle of the work; `least` is in bytes."""
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < least:
        raise Trouble(
            f"磁盘空间不足：{folder} 只剩 {free // 1024**2} MB，至少需要 {least // 1024**2} MB。"
            "请清理磁盘，或用环境变量 TONGBAN_HOME 指定另一个位置。",
            f"Too little disk: {free // 1024**2} MB are free at {folder}, "
            f"{least // 1024**2} MB are needed. Free some, or name another place in TONGBAN_HOME.",
        )


def saved_settings(home: Home, code: str) -> dict[str, str]:
    """The settings of a node of the demo that was started here, for the command line."""
    try:
        saved: dict[str, str] = json.loads((home.node(code) / "settings.json").read_bytes())
    except (OSError, ValueError) as error:
        raise Trouble(
            f"这里还没有节点 {code}。请先运行 ./run demo（可用 --nodes 指定省份）。",
            f"There is no node {code} here yet: run ./run demo first (--nodes names provinces).",
        ) from error
    return saved
