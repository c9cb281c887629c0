"""Databases brought up to date before nodes start: one from the beginning, the others as its copies.

What is the same in every database (tables, places, catalogue, offices) takes a quarter of a minute to
make, and is made once, in the template. A node without a database gets a copy, and then only what is
its own is written into it. A database that is there already is never replaced.
"""

import base64
import json
import os
import secrets
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tongban.local.children import Child, Family
from tongban.local.databases import TEMPLATE, Databases
from tongban.local.home import PROJECT, Home
from tongban.local.nodes import LocalNode, Owed, child_environment, code_digest
from tongban.local.nursery import Nursery
from tongban.local.provinces import HUB

PATIENCE = 600.0


@dataclass
class Preparing:
    """The preparation of one start."""

    home: Home
    family: Family
    nursery: Nursery
    databases: Databases
    nodes: Sequence[LocalNode]
    say: Callable[[str], None]
    advance: Callable[[int, int], None]

    @property
    def provinces(self) -> list[str]:
        """Those whose offices every node has to know."""
        return [node.code for node in self.nodes if node.code != HUB]

    def run(self) -> None:
        """Do what is owed, as much at a time as there are cores; nothing when nothing changed."""
        # Taken before the work: what changes meanwhile is prepared the next time.
        code_digest()
        missing = set(self.databases.missing(node.code for node in self.nodes))
        owing = [
            node
            for node in self.nodes
            if node.code in missing or node.owed(self.provinces) is not Owed.NOTHING
        ]
        first: list[Callable[[], None]] = []
        if owing or not any(self.home.static.iterdir()):
            first.append(self._collect_static)
        if missing and not self._template_is_fresh():
            first.append(self._make_template)
        if first:
            self.say("准备数据：各节点共有的部分")
            self._all(first)
        if owing:
            self.say(f"准备数据：{_names(owing)}")
            self._all([partial(self._bring, node, node.code in missing) for node in owing])

    def _all(self, works: Sequence[Callable[[], None]]) -> None:
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
            runs = [pool.submit(work) for work in works]
            try:
                for done, run in enumerate(as_completed(runs), 1):
                    run.result()
                    self.advance(done, len(runs))
            except BaseException:
                # The others must not go on to the end: nobody waits for them any more.
                self.family.stopping.set()
                raise

    def _bring(self, node: LocalNode, is_missing: bool) -> None:
        if is_missing:
            self.databases.copy_template(node.code)
            node.note_copied(_read(self._stamp).get("offices", []))
        owed = node.owed(self.provinces)
        self.family.run(node.preparation(owed), patience=PATIENCE)
        node.note_prepared(owed, self.provinces)

    def _collect_static(self) -> None:
        self.family.run(self.nodes[0].static_files(), patience=PATIENCE)

    # --- the template ---

    @property
    def _stamp(self) -> Path:
        return self.home.root / "template.json"

    def _template_is_fresh(self) -> bool:
        kept = _read(self._stamp)
        if kept.get("code") != code_digest() or not set(self.provinces) <= set(
            kept.get("offices", [])
        ):
            return False
        if self.databases.missing([TEMPLATE]):
            return False
        return kept.get("database") == self.databases.template_identity()

    def _make_template(self) -> None:
        self._stamp.unlink(missing_ok=True)
        self.databases.make_empty(TEMPLATE)
        self.family.run(self._furnishing(), patience=PATIENCE)
        self.databases.close_template()
        identity = self.databases.template_identity()
        facts = {"code": code_digest(), "offices": self.provinces, "database": identity}
        self._stamp.write_text(json.dumps(facts))

    def _furnishing(self) -> Child:
        words = ["node", "furnish", "--provinces", ",".join(self.provinces)]
        settings = {
            # Whose settings they are does not show in what is made: it is the same for all.
            "NODE_ID": HUB,
            "SANDBOX": "1",
            "DATABASE_URL": self.databases.url(TEMPLATE),
            "DATA_DIR": str(self.home.root / "template"),
            # Nothing is sealed with these: the template holds nothing about anybody.
            "FIELD_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "MATCH_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "SECRET_KEY": secrets.token_urlsafe(24),
            "STATIC_ROOT": str(self.home.static),
            "DJANGO_SETTINGS_MODULE": "tongban.config.settings",
        }
        return Child(
            name="prepare-template",
            command=[sys.executable, "-m", "tongban.console", *words],
            log=self.home.log / "prepare-template.log",
            environment=child_environment(self.home, settings),
            folder=PROJECT,
            words=words,
            nursery=self.nursery,
        )


def _read(path: Path) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return kept


def _names(nodes: Sequence[LocalNode], most: int = 6) -> str:
    names = "、".join(node.name for node in nodes[:most])
    return names if len(nodes) <= most else f"{names}等{len(nodes)}个节点"
