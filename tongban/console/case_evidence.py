"""`./run case evidence` and `./run case verify FILE`: the evidence file of a case."""

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from tongban.basics import identifiers
from tongban.basics.refusals import NotFound
from tongban.cases import queries
from tongban.cases.evidence import explaining, making, reach, verifying
from tongban.cases.evidence.findings import Report
from tongban.cases.models import Case
from tongban.cases.standing import BEIJING
from tongban.console.exits import Exit
from tongban.jurisdictions import edition
from tongban.jurisdictions.edition import EditionRefused

AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")]


def mount(app: typer.Typer) -> None:
    """Hang the command beside those of the case."""
    app.command(
        help="写出证据文件，不含个人内容。 Write the evidence file, without personal parts."
    )(evidence)


def evidence(
    number: Annotated[str, typer.Argument(help="办件编号 Number of the case")],
    out: Annotated[
        Path | None, typer.Option("--out", help="写到哪个文件 Where to write it")
    ] = None,
) -> None:
    """An operator may show that everything was signed, and not what is in it."""
    number = identifiers.check_case_number(number)
    case = Case.objects.filter(pk=number).first()
    if case is None:
        raise NotFound(queries.NO_SUCH_CASE)
    target = out or Path(f"{number}.evidence.zip")
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as writing:
        making.write(writing, case, reach.closed(number))
    Path(writing.name).replace(target)
    print(target)


def verify_file(path: Path, directory: Path | None, *, as_json: bool) -> None:
    """Check a file against itself and, where one is given, against a directory of nodes and keys."""
    with path.open("rb") as source:
        report = verifying.verify(source, known=_known(directory) if directory else None)
    if as_json:
        print(json.dumps(explaining.as_dict(report), ensure_ascii=False, indent=2))
    else:
        _print(report)
    raise typer.Exit(Exit.DONE if report.is_good else Exit.REFUSED)


def _known(directory: Path) -> verifying.Known:
    try:
        nodes = edition.read(directory.read_bytes()).nodes
    except (OSError, EditionRefused) as wrong:
        raise typer.BadParameter(
            f"读不懂节点名录 {directory}。 Not a directory of nodes."
        ) from wrong
    listed = {(one.code, key.public.text) for one in nodes for key in one.signing_keys()}
    return lambda node, public_key: (node, public_key) in listed


def _print(report: Report) -> None:
    print(explaining.verdict(report))
    for fault in report.faults:
        print(f"  × {fault.sentence}")
    for term, answer in explaining.facts(report):
        print(f"{term}：{answer}")
    for chain in explaining.chains(report):
        print(f"\n{chain.title} {chain.name}")
        for step in chain.steps:
            at = step.at.astimezone(BEIJING)
            print(f"{step.seq:>4}  {at:%Y-%m-%d %H:%M:%S}  {step.words}（{step.node}签名）")
    for sentence in (*explaining.receipts(report), *explaining.stamps(report)):
        print(sentence)
    if report.keys:
        print("\n密钥的指纹（请和公布的对照）")
    for key in report.keys:
        mark = {True: "已公布", False: "没有公布过", None: "未对照"}[key.is_known]
        print(f"  {key.fingerprint}  节点{key.node} {key.name}（{key.suite}，{mark}）")
