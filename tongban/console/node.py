"""`./run node …`: bringing a node up to date, its keys, its directory."""

import base64
import json
import os
import secrets
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tongban.console import acting, catalogue, jurisdictions, node_copies, node_join, sandbox
from tongban.local import state
from tongban.local.home import PROJECT, home, saved_settings
from tongban.local.keys import write_private
from tongban.local.nodes import child_environment, counting, web_command
from tongban.local.ports import LOOPBACK, check_free, web_port
from tongban.local.trouble import NothingRuns, WrongWords
from tongban.trust import keeping, store, suites

app = typer.Typer(
    add_completion=False, no_args_is_help=True, rich_markup_mode=None,
    help="节点：准备、密钥、节点目录  A node: preparation, keys, directory",
)  # fmt: skip

node_join.mount(app)
node_copies.add_to(app)

Directory = Annotated[Path, typer.Option(exists=True, help="节点目录文件。 The directory file.")]


@app.command(
    help="迁移数据库，载入参考数据和节点目录。 Migrate, load reference data and directory."
)
def prepare(directory: Directory) -> None:
    """All that a node needs before its first request, in one process."""
    acting.set_up_django()
    from django.conf import settings

    _common()
    _timed("directory", lambda: _take_directory(directory))
    _timed("clocks", _fill_clocks)
    if settings.SANDBOX:
        _timed("sandbox", sandbox.load)
        _timed("accounts", _write_accounts)


@app.command(
    help="建立各节点共有的数据，供复制。 Make what every node's database holds, to be copied."
)
def furnish(
    provinces: Annotated[
        str, typer.Option(help="哪些省份的机关，例如 22,35。 Offices of which provinces.")
    ] = "",
) -> None:
    """Tables, places, catalogue and offices; nothing of any one node. Only for a sandbox."""
    acting.set_up_django()
    from django.utils.timezone import now

    from tongban.jurisdictions import operations as places
    from tongban.sandbox import operations as furnishing

    furnishing.check_is_sandbox()
    codes = [code.strip() for code in provinces.split(",") if code.strip()]
    _common()
    _timed("offices", lambda: places.load_sandbox_offices(provinces=codes, at=now()))


@app.command(
    help="在复制来的数据库里写入本节点自己的内容。 Write what is the node's own into a copy."
)
def settle(directory: Directory) -> None:
    """The directory, the people of the sandbox and their accounts; the rest came with the copy."""
    acting.set_up_django()
    from django.utils.timezone import now

    from tongban.sandbox import operations as furnishing

    furnishing.check_is_sandbox()
    _timed("directory", lambda: _take_directory(directory))
    _timed("people", lambda: furnishing.load_people(at=now()))
    _timed("accounts", _write_accounts)


def _common() -> None:
    """What is the same in the database of every node."""
    _timed("migrate", _migrate)
    _timed("jurisdictions", jurisdictions.load)
    _timed("catalogue", catalogue.load)


def _timed(name: str, work: Callable[[], object]) -> None:
    began = time.monotonic()
    work()
    print(f"{name}: {time.monotonic() - began:.2f} s", flush=True)


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)


def _fill_clocks() -> None:
    """Cases that were folded before there were clocks get theirs, once."""
    from tongban.cases.operations import recounting

    recounting.fill_clocks(tell=lambda done: print(f"clocks: {done}", flush=True) if done else None)


def _write_accounts() -> None:
    """Leave the sandbox accounts beside the node's other files, for whoever starts the demo."""
    from django.conf import settings

    accounts = json.dumps(sandbox.list_accounts(), ensure_ascii=False, indent=2)
    write_private(settings.DATA_DIR / "accounts.json", accounts.encode())


@app.command("collect-static", help="汇集静态文件。 Collect the static files.")
def collect_static() -> None:
    """For the web server; needs no database."""
    acting.set_up_django()
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)


def _take_directory(file: Path) -> None:
    """Adopt the edition in a file; an older one than this node has is left where it is."""
    from django.utils.timezone import now

    from tongban.jurisdictions import adopting
    from tongban.jurisdictions.edition import EditionRefused

    try:
        adopting.adopt_or_note(file.read_bytes(), at=now(), how=adopting.How.FILE)
    except EditionRefused as refusal:
        if refusal.why != "older":
            raise
        print(f"directory: {refusal.message}", flush=True)


@app.command("new-key", help="生成一组新的密钥，以环境变量形式输出。 Make new keys for a node.")
def new_keys(
    key_file: Annotated[
        Path | None, typer.Option(help="密钥库写入的文件。 Where to write the key store.")
    ] = None,
    suite: Annotated[
        str, typer.Option(help="算法套件：intl 国际，gm 国密。 The suite.")
    ] = suites.INTL,
    passphrase: Annotated[
        bool,
        typer.Option(
            "--passphrase",
            help=f"用 {store.PASSPHRASE} 里的口令保护，不写开锁文件。 Protect by a passphrase.",
        ),
    ] = False,
) -> None:
    """Print what a node's environment needs; a key store is written only where told."""
    for name in ("FIELD_KEY", "MATCH_KEY"):
        print(f"{name}={base64.b64encode(secrets.token_bytes(32)).decode()}")
    print(f"SECRET_KEY={secrets.token_urlsafe(48)}")
    if key_file is None:
        return
    if suite not in suites.NAMES:
        raise WrongWords("--suite 只能是 intl 或 gm。", "--suite takes intl or gm.")
    if key_file.exists():
        raise WrongWords(
            f"{key_file} 已存在，不会覆盖：更换密钥用 ./run key new 和 ./run key rotate。",
            f"{key_file} exists and is not overwritten: use ./run key new and ./run key rotate.",
        )
    try:
        made = store.create(key_file, with_passphrase=passphrase)
        keeping.with_first_keys(made, suite, at=datetime.now(UTC)).save(key_file)
    except store.StoreTrouble as trouble:
        raise WrongWords(f"密钥库：{trouble}", f"The key store: {trouble}") from trouble
    print(f"NODE_KEY_FILE={key_file.absolute()}")


@app.command(
    help="为没有网页的演示节点打开网页，到 Ctrl-C 为止。 Open a node's pages, until Ctrl-C."
)
def pages(code: Annotated[str, typer.Argument(help="节点代码 Code of the node")]) -> None:
    """Beside a running demo, at the address that the directory names for the node."""
    place, port = home(), web_port(code)
    settings = saved_settings(place, code)
    if not state.is_running(place):
        raise NothingRuns("演示没有在运行，先用 ./run demo 启动。", "Start it first: ./run demo")
    check_free({port: (f"节点 {code} 的网页", f"pages of node {code}", "TONGBAN_WEB_PORT")})
    words = web_command(port, 1)
    print(f"http://{LOOPBACK}:{port}/sandbox/    Ctrl-C 停止 to stop", flush=True)
    environment = child_environment(place, settings | counting(place.node(code)))
    os.chdir(PROJECT)
    os.execve(words[0], words, environment)  # noqa: S606 - words of ours, and no shell wanted


@app.command("env", help="输出演示节点的环境变量。 Print the environment of a node of the demo.")
def environment(code: Annotated[str, typer.Argument(help="节点代码 Code of the node")]) -> None:
    """For `set -a; eval "$(./run node env 22)"`. It contains the node's secrets."""
    from shlex import quote

    for name, value in saved_settings(home(), code).items():
        sys.stdout.write(f"{name}={quote(value)}\n")
