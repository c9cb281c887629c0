"""From nothing to running nodes, and back to nothing."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from secrets import token_urlsafe

from tongban.local import (
    accounts,
    broker,
    broker_following,
    databases,
    keys,
    ports,
    postgres,
    state,
)
from tongban.local.children import MARK, Child, Family
from tongban.local.databases import Databases
from tongban.local.home import Home, check_space
from tongban.local.keys import Secrets, ServerSecrets
from tongban.local.nodes import LocalNode, child_environment
from tongban.local.nursery import Nursery
from tongban.local.postgres import Server
from tongban.local.preparing import Preparing
from tongban.local.state import Lock, State
from tongban.local.trouble import Interrupted, Trouble

# Until something that has not died is given up: a slow machine that starts several nodes at once, too.
START = 180.0
# So many seconds a node that was suspended has to hear of it by mail before it is cut off at the
# broker; its messages are refused by everybody from the first moment.
HEARS_OF_IT = 5.0
OWN = (
    "postgres",
    "broker",
    "nodes",
    "static",
    "template",
    "demo.json",
    "template.json",
    "directory.json",
    "secrets.json",
)


@dataclass
class Demo:
    """Servers and nodes of one home, started together and stopped together."""

    home: Home
    codes: Sequence[str]
    web_processes: int = 1
    # The nodes that have pages; None for all.
    webs: Sequence[str] | None = None
    say: Callable[[str], None] = lambda _: None
    # How much of the present step is done, and how much it is in all.
    advance: Callable[[int, int], None] = lambda _done, _all: None
    nodes: list[LocalNode] = field(default_factory=list)
    state: State = field(default_factory=State)
    own_database: str | None = field(default_factory=lambda: os.environ.get("DATABASE_URL"))
    own_broker: str | None = field(default_factory=lambda: os.environ.get("NATS_URL"))
    # What is put between a node and its servers: tests of faults give it other ways to reach them.
    between: Callable[[LocalNode], LocalNode] = lambda node: node
    _server: Server | None = None
    _broker: Child | None = None
    _admitted: list[str] = field(default_factory=list)
    _directory_seen: int = 0

    def __post_init__(self) -> None:
        self.lock = Lock(self.home)
        self._writing = threading.Lock()
        self.family = Family(self._write_state)
        self.nursery = Nursery(self.home.log / "nursery.log", child_environment(self.home, {}))

    # --- start ---

    def start(self, *, fresh: bool) -> None:
        """Start everything; when anything is in the way, nothing of it is left running."""
        self.home.make()
        self.lock.take()
        try:
            if state.end_leftovers(self.home):
                self.say("已结束上次意外中断留下的进程")
            if fresh:
                self._remove_everything()
            self._check()
            self._write_state()
            self._start_servers()
            self._prepare()
            self._start_nodes()
            self.state.phase = "running"
            self._write_state()
        except BaseException as error:
            if isinstance(error, Trouble):
                self.state.trouble = [error.chinese, error.english, error.exit_code]
            self.stop()
            raise

    def _check(self) -> None:
        """Look for what would stop the start half-way, before anything is started."""
        self.say("检查环境")
        check_space(self.home.root)
        if not self.own_database:
            self._place_database()
        wanted = {
            ports.web_port(code): (
                f"节点 {code} 的网页",
                f"pages of node {code}",
                "TONGBAN_WEB_PORT",
            )
            for code in self.codes
            if self.webs is None or code in self.webs
        }
        if not self.own_database:
            wanted[ports.database_port()] = ("数据库", "database", "TONGBAN_DATABASE_PORT")
        if not self.own_broker:
            wanted[ports.broker_port()] = ("消息服务器", "broker", "TONGBAN_BROKER_PORT")
        ports.check_free(wanted)
        if not self.own_broker:
            broker.program()

    def _place_database(self) -> None:
        server, elsewhere = postgres.place(
            self.home.root, self.home.postgres, port=ports.database_port()
        )
        server = replace(server, settings=postgres.durable(len(self.codes)))
        if elsewhere:
            self.state.notes.append(
                f"数据库用户 {server.user.name if server.user else ''} 无法进入 {self.home.root}，"
                f"数据库文件放在 {elsewhere}"
            )
        if server.data.exists():
            server.check()
        self._server = server
        self.state.database_folder = str(server.data)

    def _start_servers(self) -> None:
        self.say("启动数据库和消息服务器")
        admin = keys.server_secrets(self.home)
        secrets = {code: keys.node_secrets(self.home, code) for code in self.codes}
        keys.write_directory(self.home, self.codes)
        if not self.own_broker:
            self._start_broker()
        if self._server:
            self._start_database(self._server, admin)
        self._databases = self._find_databases(secrets, admin)
        self._databases.make_roles()
        self.nodes = [self._node(code, secrets[code]) for code in self.codes]
        broker.set_up(self._broker_url(broker.ADMIN, admin.broker_password), self.codes)

    def _start_broker(self) -> None:
        child = Child(
            "nats-server", [str(broker.program()), "-c", str(self._admit())],
            self.home.log / "nats-server.log", child_environment(self.home, {}),
        )  # fmt: skip
        self.family.start(child)
        self.family.wait_for(child, lambda: ports.answers(ports.broker_port()), patience=START)
        self._broker = child

    def _admit(self) -> Path:
        """Write the broker's configuration, with an account for each node that takes part."""
        self._directory_seen = _written_at(keys.hub_directory(self.home))
        self._admitted = keys.taking_part(self.home, self.codes)
        secrets = {code: keys.node_secrets(self.home, code) for code in self._admitted}
        file = self.home.broker / "nats.conf"
        text = broker.configuration(
            folder=self.home.broker, port=ports.broker_port(),
            passwords={code: one.broker_password for code, one in secrets.items()},
            admin_password=keys.server_secrets(self.home).broker_password,
        )  # fmt: skip
        keys.write_private(file, text.encode())
        return file

    def _follow_directory(self) -> None:
        """Let the running broker know whom the hub has suspended or let back since."""
        if self._broker is None or self._broker.pid is None:
            return
        written = _written_at(keys.hub_directory(self.home))
        if written == self._directory_seen or time.time() - written / 1e9 < HEARS_OF_IT:
            return
        before = self._admitted
        self._admit()
        if self._admitted != before:
            # One that has died just now reads the new one when it is started again.
            with suppress(Trouble):
                broker_following.reload(self._broker.pid)
            self.say("节点名录有变动，消息服务器的账号已更新")

    def _start_database(self, server: Server, admin: ServerSecrets) -> None:
        postgres.make_room(server)
        server.initialise(admin.database_password)
        child = Child(
            "postgresql", server.command(), self.home.log / "postgresql.log",
            postgres.environment() | {MARK: str(self.home.root)},
            user=server.user, stop_signal=signal.SIGINT,
        )  # fmt: skip
        self.family.start(child)
        try:
            self.family.wait_for(child, server.answers, patience=START)
        except Trouble as trouble:
            raise postgres.broken_data(server.data, child.last_words(1)) from trouble

    def _node(self, code: str, secrets: keys.Secrets) -> LocalNode:
        address = self._broker_url(broker.user_name(code), secrets.broker_password)
        node = LocalNode(
            self.home, code, secrets, self._databases.url(code), address, self.web_processes,
            has_pages=self.webs is None or code in self.webs, nursery=self.nursery,
        )  # fmt: skip
        node = self.between(node)
        node.save_settings()
        return node

    def _find_databases(self, secrets: Mapping[str, Secrets], admin: ServerSecrets) -> Databases:
        if not self._server:
            return databases.at(self.own_database or "")
        passwords = {code: one.database_password for code, one in secrets.items()}
        # Good for one start: nobody needs it afterwards.
        passwords[databases.TEMPLATE] = token_urlsafe(24)
        address = self._server.url("postgres", admin.database_password, "postgres")
        return Databases(address, databases.OURS, passwords)

    def _broker_url(self, user: str, password: str) -> str:
        if self.own_broker:
            return broker.fill_in(self.own_broker, user, password)
        return broker.url(ports.broker_port(), user, password)

    def _prepare(self) -> None:
        """Bring databases and static files up to date, as many at a time as there are cores."""
        Preparing(
            self.home, self.family, self.nursery, self._databases, self.nodes,
            self.say, self.advance,
        ).run()  # fmt: skip

    def _start_nodes(self) -> None:
        self.say(f"启动节点：{len(self.nodes)}个")
        began = datetime.now(UTC)
        waits: list[tuple[Child, Callable[[], bool]]] = []
        for node in self.nodes:
            node.count_anew()
            if node.has_pages:
                web = node.web()
                self.family.start(web)
                waits.append((web, node.is_ready))
        for node in self.nodes:
            worker = node.worker()
            self.family.start(worker)
            # Of a node with pages its worker starts faster than they: it lives or has died by now.
            is_at_work = partial(node.is_at_work, since=began)
            waits.append((worker, (lambda: True) if node.has_pages else is_at_work))
        for done, (child, is_ready) in enumerate(waits, 1):
            self.family.wait_for(child, is_ready, patience=START)
            self.advance(done, len(waits))

    # --- watch and stop ---

    def watch(self) -> None:
        """Stay until somebody asks to stop; start again what dies meanwhile."""
        while not self.family.stopping.wait(0.3):
            try:
                for name in self.family.revive():
                    self.say(f"{name} 意外停止，已重新启动")
                self._follow_directory()
            except Interrupted:
                return

    def ask_to_stop(self) -> None:
        """Make whatever waits in here end soon; safe to call from a signal handler."""
        self.family.stopping.set()

    def stop(self) -> None:
        """Stop everything and let go; doing it twice does no harm."""
        if self.state.phase != "stopped":
            self.state.phase = "stopping"
            self.family.stop()
            self.nursery.stop()
            self.state.phase = "stopped"
            self.state.processes = []
            state.write(self.home, self.state)
        self.lock.release()

    def _remove_everything(self) -> None:
        """Forget the demo's data; only what is known to be ours goes."""
        for log in self.home.log.iterdir():
            # A start in the background is writing into this one.
            if log.name != "demo.log":
                log.unlink()
        for name in OWN:
            path = self.home.root / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        private = accounts.private_folder(self.home.root)
        if private.exists():
            shutil.rmtree(private)
        self.home.make()

    def _write_state(self) -> None:
        """Write down what runs now; preparations start and end in several threads at once."""
        with self._writing:
            self._write_state_alone()

    def _write_state_alone(self) -> None:
        self.state.nodes = [
            {"code": n.code, "name": n.name, "url": n.url, "has_pages": n.has_pages}
            for n in self.nodes
        ]
        self.state.processes = [
            {"name": child.name, "pid": child.pid, "log": str(child.log)}
            for child in self.family.children
        ]
        state.write(self.home, self.state)


def _written_at(file: Path) -> int:
    """When a file was written last, as the file system counts; 0 when there is none."""
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
