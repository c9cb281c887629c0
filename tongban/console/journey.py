"""`./run journey`: plays the main job against the running demo, as people do it, over HTTP."""

import json
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.markup import escape

from tongban.console.exits import Exit
from tongban.console.journeying import plots
from tongban.console.journeying.browser import Stuck
from tongban.console.journeying.nodes import Node
from tongban.console.journeying.plots import Scene
from tongban.console.journeying.story import Crossing, Story, Told
from tongban.console.status import look
from tongban.local.home import home
from tongban.local.trouble import Trouble, WrongWords

app = typer.Typer(add_completion=False, rich_markup_mode=None)
console = Console(highlight=False)
PLOTS = (
    ("异地代收代办：夫妻投靠户口迁移", plots.through_a_window),
    ("全程网办：异地就医结算备案", plots.online_all_the_way),
)


class NotRunning(Trouble):
    """The demo is not there to be played against."""

    exit_code = Exit.NOT_RUNNING


@app.command()
def journey(
    as_json: Annotated[
        bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")
    ] = False,
    nodes: Annotated[
        str, typer.Option(help="从哪个节点到哪个节点，如 22,35。 From which node to which.")
    ] = "",
) -> None:
    """Code 0 when every step came out as it must, 1 with the step that did not."""
    here, there = _two_nodes(nodes)
    tell = _keep_silent if as_json else _tell
    stories = []
    try:
        here.open_api()
        there.open_api()
        for name, plot in PLOTS:
            story = Story(name, tell)
            stories.append(story)
            if not as_json:
                console.print(f"\n[bold]{name}[/]  {here.name} → {there.name}")
            _play(story, plot, here, there)
    finally:
        here.close_api()
        there.close_api()
    failed = [story for story in stories if story.has_failed]
    if as_json:
        report = {"failed": bool(failed), "journeys": [story.as_dict() for story in stories]}
        print(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        _sum_up(stories)
    raise typer.Exit(Exit.REFUSED if failed else Exit.DONE)


def _play(story: Story, plot: "plots.Plot", here: Node, there: Node) -> None:
    try:
        plot(Scene(here, there, story))
    except (Stuck, httpx.HTTPError) as stuck:
        # Told already where it happened within a step; before the first one it is told here.
        if not story.has_failed:
            told = Told("登录", "", here.name, failed=str(stuck) or type(stuck).__name__)
            story.steps.append(told)
            story.tell(told)


def _two_nodes(wanted: str) -> tuple[Node, Node]:
    """The nodes that are named, or the first two that are no hub. Refused when the demo is down."""
    place = home()
    report = look(place)
    if not report["ready"]:
        raise NotRunning(
            "演示没有在运行，或者还没有就绪。请先运行 ./run demo，再看 ./run status。",
            "The demo is not running or not ready: run ./run demo first, see ./run status.",
        )
    found = {
        node["code"]: Node(place, node["code"], node["name"], node["url"])
        for node in report["nodes"]
        if node["code"] != "00" and node["has_pages"]
    }
    codes = [code.strip() for code in wanted.split(",") if code.strip()] or list(found)[:2]
    if len(codes) != 2 or codes[0] == codes[1] or not set(codes) <= set(found):
        raise WrongWords(
            f"要两个在运行的节点，例如 --nodes 22,35；现在有：{'、'.join(found)}。",
            f"Two running nodes are needed, as --nodes 22,35; there are: {', '.join(found)}.",
        )
    return found[codes[0]], found[codes[1]]


def _keep_silent(told: Told) -> None:
    """For a machine, which reads all of it at the end."""


def _tell(told: Told) -> None:
    mark = "[red]✗[/]" if told.failed else "[green]✓[/]"
    console.print(
        f"{mark} {told.seconds:6.2f} s  {escape(told.node)} {escape(told.who)}：{told.what}"
    )
    if told.failed:
        _print(f"             [red]{escape(told.failed)}[/]")
        return
    place = f"（{told.place}）" if told.place else ""
    where = f"在{told.holder}{place}" if told.party != "nobody" else "已经结束"
    way = f"；{_way(told.crossing)}" if told.crossing else ""
    _print(f"             [dim]现在“{told.state}”，{where}{way}[/]")


def _way(one: Crossing) -> str:
    """How far it came, in seconds since the act."""
    known = (("已发出", one.sent), ("已送达", one.delivered), ("已答复", one.answered))
    return " · ".join(
        f"{word} {seconds:.2f} s" if seconds is not None else f"未{word[1:]}"
        for word, seconds in known
    )


def _print(line: str) -> None:
    # Not wrapped: whoever reads a log wants a step on a line.
    console.print(line, soft_wrap=True)


def _sum_up(stories: list[Story]) -> None:
    for story in stories:
        _print(f"\n{story.name}  {story.number}")
        for one in story.crossings:
            _print(f"  [dim]节点 {one.by} {one.what:<18}{_way(one)}[/]")
        seconds = sum(told.seconds for told in story.steps)
        end = "[red]没有走完[/]" if story.has_failed else "[green]走完，两地记录一致[/]"
        _print(f"  {len(story.steps)} 步，{seconds:.1f} s，{end}")
