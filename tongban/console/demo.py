"""`./run demo`: installations on one machine, three or the whole country, until Ctrl-C."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer
from rich.markup import escape

from tongban.console.terminal import Steps, console
from tongban.local import state
from tongban.local.children import failed, last_lines
from tongban.local.demo import Demo
from tongban.local.home import PROJECT, Home, home
from tongban.local.provinces import DEFAULT_NODES, chosen_nodes, chosen_webs
from tongban.local.trouble import Interrupted, Trouble

app = typer.Typer(add_completion=False, rich_markup_mode=None)

# Of each node: somebody who applies, a firm, who receives and who decides; what to try stays in view.
FIRST = 4

Nodes = Annotated[
    str,
    typer.Option(
        help="省份代码，逗号分隔，all 为全国；枢纽总在其中。 Provinces, or all; the hub is always there."
    ),
]
Web = Annotated[
    str,
    typer.Option(
        help="哪些节点有网页；节点多时默认枢纽、吉林、福建。 Nodes with pages; of many the usual three."
    ),
]
Fresh = Annotated[
    bool, typer.Option("--fresh", help="清空后重新开始。 Empty everything and start anew.")
]
Detach = Annotated[
    bool, typer.Option("--detach", help="就绪后转入后台。 Go to the background when ready.")
]
Processes = Annotated[
    int, typer.Option(min=1, max=16, help="每个节点的网页进程数。 Web processes of each node.")
]


@app.command()
def demo(
    nodes: Nodes = DEFAULT_NODES,
    web: Web = "",
    fresh: Fresh = False,
    detach: Detach = False,
    web_processes: Processes = 1,
) -> None:
    """Start servers and nodes, show where they are, and stay until asked to stop."""
    codes = chosen_nodes(nodes)
    webs = chosen_webs(web, codes)
    if detach:
        words = ["--nodes", nodes, "--web", web, "--web-processes", str(web_processes)]
        _start_in_background(home(), [*words, *(["--fresh"] if fresh else [])])
        return
    started = time.monotonic()
    the_demo = Demo(home(), codes, web_processes=web_processes, webs=webs)
    _stop_when_told(the_demo)
    with Steps() as steps:
        the_demo.say, the_demo.advance = steps.say, steps.advance
        the_demo.start(fresh=fresh)
    the_demo.say = lambda what: console.print(f"[yellow]·[/] {escape(what)}")
    try:
        _say_ready(the_demo.home, seconds=time.monotonic() - started, detached=False)
        the_demo.watch()
    finally:
        console.print("正在停止 Stopping …")
        the_demo.stop()
    console.print("已停止，没有留下进程。 Stopped; no process is left.")


def _stop_when_told(the_demo: Demo) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        the_demo.ask_to_stop()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def _start_in_background(place: Home, options: list[str]) -> None:
    """Start the demo in a session of its own, and wait until it is ready or has failed."""
    if state.is_running(place):
        raise Trouble(
            "演示已在运行。用 ./run status 查看，用 ./run stop 停止。",
            "The demo is already running: see it with ./run status, stop it with ./run stop.",
        )
    place.make()
    log = place.log / "demo.log"
    words = [sys.executable, "-m", "tongban.console", "demo", *options]
    started = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            cwd=PROJECT, start_new_session=True,
        )  # fmt: skip
    try:
        with Steps() as steps:
            while not _has_started(place, process.pid):
                if process.poll() is not None:
                    raise _background_failed(place, process.pid, log)
                steps.show(last_lines(log, 1) or "启动 Starting")
                time.sleep(0.1)
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise Interrupted from None
    _say_ready(place, seconds=time.monotonic() - started, detached=True)


def _has_started(place: Home, pid: int) -> bool:
    found = state.read(place)
    return found is not None and found.pid == pid and found.phase == "running"


def _background_failed(place: Home, pid: int, log: Path) -> Exception:
    """What the demo itself said, so that the reason is the same in both ways to start."""
    found = state.read(place)
    if found and found.pid == pid and found.trouble:
        chinese, english, code = found.trouble
        trouble = Trouble(chinese, english)
        trouble.exit_code = code
        return trouble
    return failed("demo", log)


def _say_ready(place: Home, *, seconds: float, detached: bool) -> None:
    found = state.read(place)
    if found is None:
        return
    console.print(f"\n[bold green]已就绪[/] Ready，用时 {seconds:.1f} s\n")
    shown = [node for node in found.nodes if node["has_pages"]]
    for node in shown:
        console.print(f"  [bold]{node['name']}[/] {node['code']}  {node['url']}/")
        for kind, path in (("窗口与审批 desk", "/desk/"), ("沙盒登录 sign-in", "/sandbox/")):
            if node["code"] != "00":
                console.print(f"      {kind:<18} {node['url']}{path}")
    _say_without_pages([node for node in found.nodes if not node["has_pages"]])
    for note in found.notes:
        console.print(f"\n  [yellow]说明[/] {escape(note)}")
    _say_accounts(place, shown)
    _say_first_steps(shown)
    end = "./run stop" if detached else "Ctrl-C"
    console.print(f"\n停止 To stop: {end}    日志 Logs: {place.log}\n")


def _say_without_pages(nodes: list[dict[str, Any]]) -> None:
    if not nodes:
        return
    names = "、".join(f"{node['name']} {node['code']}" for node in nodes)
    console.print(
        f"\n  另有{len(nodes)}个节点在收发、办理，没有开网页 Without pages: {names}\n"
        f"  打开其中一个的网页 To open one: ./run node pages {nodes[0]['code']}"
    )


def _say_accounts(place: Home, nodes: list[dict[str, Any]]) -> None:
    shown, rest = [], 0
    for node in nodes:
        try:
            accounts = json.loads((place.node(node["code"]) / "accounts.json").read_bytes())
        except (OSError, ValueError):
            continue
        shown += [(node, account) for account in accounts[:FIRST]]
        rest += len(accounts[FIRST:])
    if not shown:
        return
    console.print("\n[bold]沙盒账号[/] Sandbox accounts（人物均为虚构，点一下即可登录）")
    for node, account in shown:
        words = (account.get("name", ""), account.get("role", ""), account.get("place", ""))
        told = "  ".join(str(word) for word in words if word)
        console.print(f"  {node['name']}  {account.get('username', ''):<12} {escape(told)}")
    if rest:
        console.print(f"  另有{rest}人，在各自的沙盒登录页 More on the sign-in pages")


def _say_first_steps(nodes: list[dict[str, Any]]) -> None:
    provinces = [node for node in nodes if node["code"] != "00"]
    if len(provinces) < 2:
        return
    here, there = provinces[0], provinces[1]
    console.print("\n[bold]先试试[/] What to try first")
    console.print(
        f"  1. 在{here['name']} {here['url']}/sandbox/ 以申请人登录，选一个由{there['name']}办理的事项申请；\n"
        f"  2. 在{here['name']} {here['url']}/desk/ 以窗口人员收件、转交；\n"
        f"  3. 在{there['name']} {there['url']}/desk/ 以审批人员受理、决定；\n"
        f"  4. 回到申请人的“我的办件”，看每一步由谁、在哪里、何时办理。\n"
        "  或者一条命令走完全程 Or all of it at once: ./run journey"
    )
