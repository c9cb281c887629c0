"""Three PostgreSQL servers kept by Patroni, and the etcd they agree through, as processes."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import psycopg
import yaml

from tongban.local import accounts, ports
from tongban.local.accounts import SystemUser
from tongban.local.postgres import process_user

CONFIG = Path(__file__).resolve().parents[3] / "deploy" / "patroni" / "patroni.yml"
BINARIES = Path("/usr/lib/postgresql/15/bin")
PASSWORD = "only-for-tests"


def missing() -> str:
    """What is not installed here, of what it takes."""
    programs = {name: shutil.which(name) for name in ("patroni", "etcd")}
    programs["postgresql-15"] = str(BINARIES) if (BINARIES / "postgres").exists() else None
    return ", ".join(name for name, place in programs.items() if place is None)


@dataclass
class Server:
    """One Patroni with its PostgreSQL."""

    name: str
    folder: Path
    etcd: int
    port: int = field(default_factory=ports.free_port)
    rest: int = field(default_factory=ports.free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.folder / self.name

    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.defpath,
            "LC_ALL": "C.UTF-8",
            "PATRONI_NAME": self.name,
            "PATRONI_RESTAPI_LISTEN": f"127.0.0.1:{self.rest}",
            "PATRONI_RESTAPI_CONNECT_ADDRESS": f"127.0.0.1:{self.rest}",
            "PATRONI_RESTAPI_USERNAME": "patroni",
            "PATRONI_RESTAPI_PASSWORD": PASSWORD,
            "PATRONI_ETCD3_HOSTS": f"127.0.0.1:{self.etcd}",
            "PATRONI_POSTGRESQL_LISTEN": f"127.0.0.1:{self.port}",
            "PATRONI_POSTGRESQL_CONNECT_ADDRESS": f"127.0.0.1:{self.port}",
            "PATRONI_POSTGRESQL_DATA_DIR": str(self.data),
            "PATRONI_POSTGRESQL_PGPASS": str(self.folder / f"{self.name}.pgpass"),
            "PATRONI_SUPERUSER_USERNAME": "postgres",
            "PATRONI_SUPERUSER_PASSWORD": PASSWORD,
            "PATRONI_REPLICATION_USERNAME": "replicator",
            "PATRONI_REPLICATION_PASSWORD": PASSWORD,
            "PATRONI_REWIND_USERNAME": "rewinder",
            "PATRONI_REWIND_PASSWORD": PASSWORD,
        }

    def start(self, owner: SystemUser | None) -> None:
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                ["patroni", str(self.folder / "patroni.yml")], env=self.environment(),
                stdout=log, stderr=log, cwd="/", start_new_session=True, **process_user(owner),
            )  # fmt: skip

    def kill(self) -> None:
        """As when its machine is gone: Patroni and all of PostgreSQL, at once."""
        assert self.process is not None
        family = [self.process.pid, *self._postmaster()]
        processes = []
        with suppress(psutil.NoSuchProcess):
            for pid in family:
                one = psutil.Process(pid)
                processes += [one, *one.children(recursive=True)]
        for one in processes:
            with suppress(psutil.NoSuchProcess):
                one.send_signal(signal.SIGKILL)
        self.process.wait(60)
        self.process = None
        # Whoever buries PostgreSQL may take its time; dead it is.
        wait(lambda: not ports.answers(self.port), f"the end of {self.name}")

    def _postmaster(self) -> list[int]:
        """Patroni starts PostgreSQL so that it outlives Patroni: it is nobody's child."""
        with suppress(FileNotFoundError):
            return [int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])]
        return []

    def receivers(self) -> list[psutil.Process]:
        """What takes in the log of the leader, here."""
        children = [one for pid in self._postmaster() for one in psutil.Process(pid).children()]
        return [one for one in children if "walreceiver" in " ".join(one.cmdline())]

    def is_(self, role: str) -> bool:
        """Whether Patroni says that this is its role: leader, sync, replica."""
        with suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{self.rest}/{role}", timeout=2).status_code == 200
        return False


class ThreeDatabases:
    """The cluster of a test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.etcd_port, self._peer = ports.free_port(), ports.free_port()
        self.servers = [Server(name, folder, self.etcd_port) for name in "abc"]
        self._etcd: subprocess.Popen[bytes] | None = None
        self._owner = accounts.server_user()
        if self._owner:
            os.chown(folder, self._owner.uid, self._owner.gid)

    def start(self) -> None:
        """Until one leads. The others copy it meanwhile; until one has, no commit comes to its end."""
        config = yaml.safe_load(CONFIG.read_text())
        # What is killed leaves to the system what it wrote: the disk itself is not on trial.
        config["postgresql"]["parameters"] = {"fsync": "off"}
        # They look after each other more often, which shortens their first meeting; how long a leader is
        # waited for (ttl), and so the standstill after its loss, stays that of the shipped file.
        config["bootstrap"]["dcs"] |= {"loop_wait": 2}
        (self.folder / "patroni.yml").write_text(yaml.safe_dump(config))
        clients = f"http://127.0.0.1:{self.etcd_port}"
        peers = f"http://127.0.0.1:{self._peer}"
        with (self.folder / "etcd.log").open("wb") as log:
            self._etcd = subprocess.Popen(
                [
                    "etcd", "--data-dir", str(self.folder / "etcd"), "--name", "a",
                    "--listen-client-urls", clients, "--advertise-client-urls", clients,
                    "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers,
                    "--initial-cluster", f"a={peers}",
                ],
                stdout=log, stderr=log, cwd="/", env={"PATH": os.defpath},
                **process_user(self._owner),
            )  # fmt: skip
        wait(lambda: ports.answers(self.etcd_port), "etcd")
        for server in self.servers:
            server.start(self._owner)
        wait(lambda: self.leader() is not None, "a leader")

    def wait_until_in_step(self) -> None:
        """Until the leader is followed by both others, by one of them in step."""
        wait(lambda: any(one.is_("sync") for one in self.servers), "a second server in step")
        wait(lambda: sum(one.is_("replica") for one in self.servers) == 2, "both replicas")

    @contextmanager
    def copies_held(self) -> Iterator[None]:
        """Meanwhile nobody gets what the leader writes; nor afterwards, if it is gone by then."""
        held = [receiver for server in self.servers for receiver in server.receivers()]
        for receiver in held:
            receiver.suspend()
        yield
        for receiver in held:
            # Told to end before it goes on, it reads nothing more of what is under way to it.
            receiver.terminate()
            receiver.resume()

    def restart(self, server: Server) -> None:
        server.start(self._owner)

    def leader(self) -> Server | None:
        return next((one for one in self.servers if one.process and one.is_("leader")), None)

    def url(self, user: str = "postgres", database: str = "postgres") -> str:
        """The address under which the cluster is found, as an operator writes it."""
        places = ",".join(f"127.0.0.1:{one.port}" for one in self.servers)
        return f"postgresql://{user}:{PASSWORD}@{places}/{database}"

    def make_role(self, name: str) -> str:
        """A role that may make databases; gives the address of the first of them."""
        url = self.url()
        with psycopg.connect(url, autocommit=True, target_session_attrs="read-write") as link:
            link.execute(f"CREATE ROLE {name} LOGIN CREATEDB PASSWORD '{PASSWORD}'")
            link.execute(f"CREATE DATABASE {name} OWNER {name}")
        return self.url(name, name)

    def stop(self) -> None:
        for server in self.servers:
            if server.process:
                server.kill()
        if self._etcd:
            self._etcd.kill()
            self._etcd.wait(10)

    def logs(self) -> str:
        return "\n".join(
            f"--- {one.name}\n{one.read_text(errors='replace')[-3000:]}"
            for one in sorted(self.folder.glob("*.log"))
        )


def wait(is_so: Callable[[], object], what: str, *, seconds: float = 90.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_so():
            return
        time.sleep(0.2)
    raise AssertionError(f"waited {seconds} s in vain for {what}")
