"""A node is lost and brought back from its last copy, as docs/how-to/back-up-a-node.md says it.

The copy is PostgreSQL's own base backup. The node comes back on a server of its own, with the papers
that were copied and no others; its worker starts alone, asks the other nodes, and then people come.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import mkdtemp

import psycopg

from journeys.faulting.ground import Ground
from journeys.faulting.settling import NotSettled, findings, settle
from journeys.installation import Node, until
from tongban.local import backups, keys, ports, postgres
from tongban.local.backups import Copies
from tongban.local.children import MARK, Child
from tongban.local.home import PROJECT
from tongban.local.postgres import Server

PATIENCE = 90.0


@dataclass
class Yesterday:
    """What was copied of a node, and how the node is brought back from it."""

    ground: Ground
    code: str
    copies: Copies = field(init=False)

    def __post_init__(self) -> None:
        # Beside the data of the server, for that is where the server's own user can go.
        folder = mkdtemp(prefix=f"copies-{self.code}-", dir=self._server.data.parent)
        self.copies = Copies(Path(folder))
        backups.base_backup(
            self.copies, programs=self._server.programs, url=self._admin_url(self._server)
        )
        backups.copy_papers(self.copies, self.node.papers)

    @property
    def node(self) -> Node:
        return self.ground.there.nodes[self.code]

    @property
    def _server(self) -> Server:
        server = self.ground.there.demo._server
        assert server is not None, "the installation has a server of its own"
        return server

    def _admin_url(self, server: Server) -> str:
        secrets = keys.server_secrets(self.ground.there.demo.home)
        return server.url("postgres", secrets.database_password, "postgres")

    def bring_back(self) -> None:
        """Lose the node's database and papers, restore both, reconcile, open. Raises NotSettled."""
        there = self.ground.there
        web, worker = there.child(f"web-{self.code}"), there.child(f"worker-{self.code}")
        there.keeper.kill(web, hold=True)
        there.keeper.kill(worker, hold=True)
        try:
            self._restore()
            there.keeper.let_go(worker.name)
            self._reconcile(worker.environment)
        finally:
            there.keeper.let_go(worker.name)
            there.keeper.let_go(web.name)
        settle(self.ground)

    def _restore(self) -> None:
        shutil.rmtree(self.node.papers)
        backups.restore_papers(self.copies, self.node.papers)
        data = self.copies.folder / "data"
        backups.restore(self.copies, data)
        server = replace(self._server, data=data, port=ports.free_port())
        self._hand_over(server)
        demo = self.ground.there.demo
        child = Child(
            f"postgresql-{self.code}-{server.port}", server.command(),
            demo.home.log / f"postgresql-{self.code}.log",
            postgres.environment() | {MARK: str(demo.home.root)}, user=server.user,
        )  # fmt: skip
        demo.family.start(child)
        until(lambda: self._is_open(server), what="the restored database", patience=PATIENCE)
        self.ground.to_database[self.code].lead_to(server.port)

    def _hand_over(self, server: Server) -> None:
        """What root copied belongs to the server's user, as if that user had copied it."""
        self.copies.folder.chmod(0o711)
        if server.user:
            for place in (self.copies.folder, *self.copies.folder.rglob("*")):
                os.chown(place, server.user.uid, server.user.gid)

    def _is_open(self, server: Server) -> bool:
        try:
            with psycopg.connect(self._admin_url(server), connect_timeout=3) as link:
                row = link.execute("SELECT pg_is_in_recovery()").fetchone()
        except psycopg.OperationalError:
            return False
        return row is not None and not row[0]

    def _reconcile(self, environment: Mapping[str, str]) -> None:
        """As the operator does it; the answers come by message."""
        before = self._answered()
        done = subprocess.run(
            [sys.executable, "-m", "tongban.console", "exchange", "reconcile"],
            env=dict(environment), cwd=PROJECT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        peers = len(self.ground.there.provinces) - 1
        try:
            until(
                lambda: self._answered() >= before + peers,
                what="answers from all nodes",
                patience=PATIENCE,
            )
        except AssertionError as late:
            raise NotSettled(f"{late}\n{findings(self.ground)}") from None

    def _answered(self) -> int:
        return self.node.count(
            "SELECT count(*) FROM exchange_reconciliation WHERE answered_at IS NOT NULL"
        )
