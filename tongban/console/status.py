"""`./run status`: what runs, what is ready, and why not."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any

import psutil
import typer
from rich.markup import escape

from tongban.console.exits import Exit
from tongban.console.terminal import console
from tongban.local import state
from tongban.local.children import is_alive
from tongban.local.health import readiness, worker_readiness
from tongban.local.home import Home, home, saved_settings
from tongban.local.trouble import Trouble

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def status(
    as_json: Annotated[
        bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")
    ] = False,
) -> None:
    """Code 0 when everything is ready, 4 when not."""
    report = look(home())
    if as_json:
        print(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        _say(report)
    raise typer.Exit(Exit.DONE if report["ready"] else Exit.NOT_RUNNING)


def look(place: Home) -> dict[str, Any]:
    """What the demo wrote down, and what its nodes answer now."""
    found = state.read(place)
    running = state.is_running(place)
    if not running or found is None:
        leftover = found is not None and found.phase != "stopped"
        phase = "killed" if leftover else "stopped"
        return {"running": False, "ready": False, "phase": phase, "nodes": [], "processes": []}
    with ThreadPoolExecutor(max_workers=8) as pool:
        answers = list(pool.map(lambda node: _readiness(place, node), found.nodes))
    nodes = [node | answer for node, answer in zip(found.nodes, answers, strict=True)]
    processes = [process | _process(process["pid"]) for process in found.processes]
    ready = (
        found.phase == "running"
        and all(node["ready"] for node in nodes)
        and all(process["alive"] for process in processes)
    )
    return {
        "running": True, "ready": ready, "phase": found.phase, "pid": found.pid,
        "nodes": nodes, "processes": processes, "notes": found.notes,
    }  # fmt: skip


def _readiness(place: Home, node: dict[str, Any]) -> dict[str, Any]:
    """By its pages; a node without pages by the signs of its worker."""
    if node.get("has_pages", True):
        return readiness(node["url"])
    try:
        return worker_readiness(saved_settings(place, node["code"])["DATABASE_URL"])
    except Trouble as trouble:
        return {"ready": False, "cause": trouble.chinese}


def _process(pid: int | None) -> dict[str, Any]:
    """Whether it lives, and the memory of it and its children in bytes."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
    except (psutil.Error, ValueError):
        return {"alive": False, "memory": 0}
    return {"alive": is_alive(process.pid), "memory": sum(map(_memory, family))}


def _memory(process: psutil.Process) -> int:
    """What it has for itself and its part of what it shares, where the system tells it apart."""
    try:
        full = process.memory_full_info()
    except psutil.Error:
        # Gone meanwhile, or macOS does not tell.
        return 0
    return int(getattr(full, "pss", full.rss))


def _say(report: dict[str, Any]) -> None:
    if not report["running"]:
        console.print("演示没有在运行。用 ./run demo 启动。 The demo is not running: ./run demo")
        if report["phase"] == "killed":
            console.print(
                "上次是意外中断的，下次启动会先清理。 It was killed; the next start cleans up."
            )
        return
    words = {"starting": "正在启动 starting", "stopping": "正在停止 stopping"}
    console.print(f"演示 Demo: {words.get(report['phase'], '运行中 running')}")
    for node in report["nodes"]:
        mark = "[green]就绪 ready[/]" if node["ready"] else "[red]未就绪 not ready[/]"
        cause = "" if node["ready"] else escape(f"  {node.get('cause', '')}")
        where = node["url"] if node.get("has_pages", True) else "（没有开网页 no pages）"
        console.print(f"  {node['name']} {node['code']}  {where}  {mark}{cause}")
    for process in report["processes"]:
        mark = f"{process['memory'] // 1024**2} MB" if process["alive"] else "[red]已停 dead[/]"
        console.print(f"    {process['name']:<14} pid {process['pid']}  {mark}")
