"""`./run clock …`: deadlines worked out line by line, thresholds of lights, clocks tried at random."""

import json
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tongban.basics.hours import BEIJING
from tongban.cases.clocks import checking, reading, writing
from tongban.cases.clocks.checking import Report
from tongban.cases.clocks.reading import QuestionMalformed
from tongban.cases.clocks.values import Reckoning
from tongban.console import acting
from tongban.console.exits import Exit

app = typer.Typer(
    add_completion=False, no_args_is_help=True, rich_markup_mode=None,
    help="期限：计算到期日、黄灯标准、核对算法  Deadlines: compute, thresholds, check",
)  # fmt: skip
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")]
BATCH = 500


@app.callback()
def _clock() -> None:
    """Acting as a node, its loaded documents count; without one, the shipped calendar."""
    if "NODE_ID" in os.environ:
        acting.set_up_django()


@app.command(help="按一个JSON问题算到期日，逐行说明；- 从标准输入读。 Work a deadline out.")
def compute(
    source: Annotated[str, typer.Argument(metavar="FILE|-", help="问题文件 The question")],
    as_json: AsJson = False,
) -> None:
    """Code 1 with every fault when the question makes no sense. The form: clocks/reading.py."""
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        print(f"读不了 Cannot read {source}: {unreadable}", file=sys.stderr)
        raise typer.Exit(Exit.WRONG_WORDS) from unreadable
    try:
        answer = reading.read(text, now=datetime.now(UTC)).answer()
    except QuestionMalformed as refused:
        _refuse(refused, as_json=as_json)
        raise typer.Exit(Exit.REFUSED) from refused
    if as_json:
        print(json.dumps(writing.reckoning(answer), ensure_ascii=False, indent=2))
    else:
        for words in lines(answer):
            print(words)


def _refuse(refused: QuestionMalformed, *, as_json: bool) -> None:
    if as_json:
        faults = [{"where": one.where, "words": one.words} for one in refused.faults]
        print(json.dumps({"faults": faults}, ensure_ascii=False, indent=2))
    for one in refused.faults:
        print(one, file=sys.stderr)


def lines(one: Reckoning) -> list[str]:
    """A reckoning in words: the last day, each line of the ledger, the rules, the documents."""
    unit = one.counted_in
    due = f"{one.due_on}" if one.due_on else "没有（停止计时）"
    said = [
        f"到期日 Due: {due}{'（暂定 provisional）' if one.is_provisional else ''}"
        f"  {writing.light_words(one)}"
    ]
    if one.rolled_from:
        said.append(f"  原为 {one.rolled_from}，是休息日，顺延")
    for line in one.lines:
        why = "、".join(rule.words for rule in line.rules)
        what = (
            f"加 {writing.amount(line.adds, unit)}"
            if line.adds
            else "算"
            if line.counts
            else "不算"
        )
        said.append(
            f"{_minute(line.since)} – {_minute(line.until)}  {line.holder or '—'}  {what}  "
            f"用 {line.used}  剩 {line.left}  {why}"
        )
    said.append("规则 Rules:")
    said += [f"  {rule.words}（{rule.source}）" for rule in one.rules]
    said.append("放假安排 Calendar:")
    said += [f"  {doc.year} {doc.name}  {doc.digest[:16]}" for doc in one.documents] or ["  —"]
    said += [f"注意 Note: {remark}" for remark in one.remarks]
    return said


def _minute(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}"


@app.command(help="用随机的经过核对算法：两个节点、逐日数、顺序打乱。 Try clocks on histories.")
def check(
    histories: Annotated[int, typer.Option(min=1, help="多少个经过。 How many.")] = 10_000,
    seed: Annotated[int, typer.Option(help="从哪个种子开始。 The first seed.")] = 0,
    jobs: Annotated[int, typer.Option(min=1, help="几个进程。 Processes.")] = os.cpu_count() or 1,
    as_json: AsJson = False,
) -> None:
    """Code 1 at any difference; each names its seed, which makes the history again."""
    from rich.progress import track

    began, total = time.monotonic(), Report()
    starts = list(range(seed, seed + histories, BATCH))
    sizes = [min(BATCH, seed + histories - start) for start in starts]
    reports = _all(sizes, starts, jobs)
    words = "核对 Checking"
    for report in track(reports, words, total=len(starts), disable=as_json, transient=True):
        total.histories += report.histories
        total.events += report.events
        total.clocks += report.clocks
        total.differences += report.differences
    seconds = time.monotonic() - began
    facts = {
        "histories": total.histories, "events": total.events, "clocks": total.clocks,
        "seconds": round(seconds, 1), "jobs": jobs,
        "differences": [{"seed": one.seed, "what": one.what} for one in total.differences],
    }  # fmt: skip
    if as_json:
        print(json.dumps(facts, ensure_ascii=False, indent=2))
    else:
        for one in total.differences[:20]:
            print(f"种子 seed {one.seed}: {one.what}: {one.ours!r} ≠ {one.theirs!r}"[:2000])
        print(
            f"{total.histories} 个经过，{total.events} 条记录，{total.clocks} 个时限，"
            f"{len(total.differences)} 处不同，{seconds:.1f} 秒。 "
            f"{len(total.differences)} differences in {total.histories} histories."
        )
    raise typer.Exit(Exit.REFUSED if total.differences else Exit.DONE)


def _all(sizes: list[int], starts: list[int], jobs: int) -> Iterator[Report]:
    if jobs == 1:
        yield from map(_some, sizes, starts)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(_some, sizes, starts)


def _some(histories: int, first_seed: int) -> Report:
    return checking.check(histories, first_seed=first_seed)


@app.command(help="一个地方什么时候亮黄灯；给出 --amber 和 --basis 就设定。 Thresholds of lights.")
def lights(
    place: Annotated[str, typer.Argument(help="六位行政区划代码。 A division of six digits.")],
    amber: Annotated[int, typer.Option(help="剩几个（含）以下。 Units left.")] = -1,
    share: Annotated[int, typer.Option(help="或者剩百分之几（含）以下。 Percent left.")] = 0,
    basis: Annotated[str, typer.Option(help="哪份文件定的。 The document.")] = "",
    as_json: AsJson = False,
) -> None:
    """Code 1 when refused: no basis, no such place."""
    acting.set_up_django()
    from dataclasses import asdict

    from tongban.jurisdictions import calendars

    if amber >= 0:
        calendars.set_lights(
            place=place, amber_left=amber, amber_share=share, basis=basis, at=datetime.now(UTC)
        )
    found = calendars.lights(place)
    if as_json:
        print(json.dumps({"place": place} | asdict(found), ensure_ascii=False))
        return
    source = "平台默认值，待牵头单位确认" if found.is_default else found.basis
    more = f"，或者剩{found.amber_share}%以下" if found.amber_share else ""
    print(f"{place}：剩{found.amber_left}个以下{more}亮黄灯，过期亮红灯（{source}）")


@app.command(
    help="一个地方补正给多久、逾期能不能终止；给出 --days 和 --basis 就设定。 Rule of corrections."
)
def corrections(
    place: Annotated[str, typer.Argument(help="六位行政区划代码。 A division of six digits.")],
    days: Annotated[int, typer.Option(help="给几个工作日。 Working days given.")] = 0,
    may_terminate: Annotated[
        bool, typer.Option("--terminate/--no-terminate", help="逾期能不能终止。 May it end.")
    ] = True,
    basis: Annotated[str, typer.Option(help="哪份文件定的。 The document.")] = "",
    as_json: AsJson = False,
) -> None:
    """Code 1 when refused: no basis, no such place, beyond a year."""
    acting.set_up_django()
    from dataclasses import asdict

    from tongban.jurisdictions import corrections as rules

    if days:
        rules.set_rule(
            place=place, days=days, may_terminate=may_terminate, basis=basis, at=datetime.now(UTC)
        )
    found = rules.of(place)
    if as_json:
        print(json.dumps({"place": place} | asdict(found), ensure_ascii=False))
        return
    source = "平台默认值，待牵头单位确认" if found.is_default else found.basis
    ends = "逾期可以终止" if found.may_terminate else "逾期不终止"
    print(f"{place}：补正给{found.days}个工作日，{ends}（{source}）")
