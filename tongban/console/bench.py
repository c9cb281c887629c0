"""`./run bench`: what this machine does with the demo, beside what its database could do alone."""

import json
import os
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from tongban.console import acting
from tongban.console.benching import country, ground
from tongban.console.benching.calm import calm
from tongban.console.benching.ground import HERE
from tongban.console.benching.results import Results, machine
from tongban.console.exits import Exit
from tongban.local.provinces import PROVINCES
from tongban.local.trouble import WrongWords

if TYPE_CHECKING:
    from tongban.console.benching.measuring import Measuring

app = typer.Typer(add_completion=False, rich_markup_mode=None)
console = Console(stderr=True, highlight=False)


@app.command()
def bench(
    as_json: Annotated[
        bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")
    ] = False,
    seconds: Annotated[
        int, typer.Option(min=1, max=120, help="每轮秒数。 Seconds of each round.")
    ] = 8,
    cases: Annotated[
        int,
        typer.Option(
            min=1000,
            max=3_000_000,
            help="先装入多少件；五万以上还量增长。 Cases loaded; from 50,000 on growth is measured, too.",
        ),
    ] = 20_000,
    crossings: Annotated[
        int, typer.Option(min=10, help="量多少次跨省传送。 Crossings measured.")
    ] = 200,
    only_cases: Annotated[
        bool,
        typer.Option(
            "--only-cases", help="只量办件和重建。 Only cases and the rebuild, nothing else."
        ),
    ] = False,
    sizes: Annotated[
        str,
        typer.Option(
            "--nodes", help="只量节点多了怎样，例如 2,8,32。 Only the growth with so many nodes."
        ),
    ] = "",
    web_processes: Annotated[
        int, typer.Option(min=0, max=64, help="每节点网页进程数；0 为核数。 0: cores.")
    ] = 0,
) -> None:
    """Starts nodes of its own on free ports, so nobody's record is written into; code 1 below a mark."""
    if sizes:
        _growth_of_nodes(sizes, as_json=as_json)
        return
    processes = web_processes or os.cpu_count() or 2
    results = Results(machine() | {"web_processes": processes})
    try:
        with ground.own_nodes(web_processes=processes, say=_say) as nodes:
            os.environ.update(nodes.node(HERE).settings())
            acting.set_up_django()
            from tongban.console.benching import rebuilding
            from tongban.console.benching.measuring import Measuring

            measuring = Measuring(nodes, results, seconds=seconds, say=_say)
            measuring.prepare()
            measuring.cases(cases)
            if not only_cases:
                _everything_else(measuring, results, crossings)
            _say("重建 Rebuilding …")
            rebuilding.measure(results, nodes.node(HERE))
    finally:
        # Also what was measured before something went wrong or was broken off.
        _tell(results, as_json=as_json)
    raise typer.Exit(Exit.REFUSED if results.missed else Exit.DONE)


def _growth_of_nodes(words: str, *, as_json: bool) -> None:
    sizes = [int(word) for word in words.split(",") if word.strip().isdecimal()]
    if not sizes or not all(2 <= size <= len(PROVINCES) for size in sizes):
        raise WrongWords(
            f"--nodes 要写 2 到 {len(PROVINCES)} 之间的节点数，例如 2,8,32。",
            f"--nodes takes numbers of nodes from 2 to {len(PROVINCES)}, such as 2,8,32.",
        )
    results = Results(machine())
    try:
        country.measure(results, sizes, say=_say)
    finally:
        # Also of the smaller sizes when a larger one does not come to its end.
        _tell(results, as_json=as_json)
    raise typer.Exit(Exit.REFUSED if results.missed else Exit.DONE)


def _everything_else(measuring: "Measuring", results: Results, crossings: int) -> None:
    from tongban.console.benching import (
        exchanging,
        exporting,
        finding,
        importing,
        large_case,
        protecting,
    )

    calm(_say)
    measuring.pages()
    measuring.answers()
    measuring.crossings(crossings)
    measuring.submissions()
    measuring.online_submissions()
    calm(_say)
    measuring.memory()
    # Last: it leaves dead rows behind, which the pages would have to step over.
    _say("导入实施清单 Taking implementations in …")
    importing.measure(results)
    calm(_say)
    finding.measure(results, say=_say)
    calm(_say)
    _say("导出列表 Exporting lists …")
    exporting.measure(results)
    measuring.long_page()
    calm(_say)
    _say("签名和加密的报文 Signed and encrypted messages …")
    nodes = measuring.nodes
    protecting.measure(results, broker=nodes.broker_as_administrator())
    _say("500 MB 的办件 A case of 500 MB …")
    large_case.measure(results, nodes, token=measuring.token)
    calm(_say)
    _say("两个节点之间 Between two nodes …")
    exchanging.measure(
        results,
        server_url=nodes.database_as_administrator(),
        broker_url=nodes.broker_as_administrator(),
    )


def _say(what: str) -> None:
    console.print(f"[dim]·[/] {what}")


def _tell(results: Results, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(results.as_dict(), ensure_ascii=False, indent=2))
        return
    told = "，".join(f"{name} {value}" for name, value in results.machine.items())
    print(f"\n{told}\n\n{results.as_markdown()}")
