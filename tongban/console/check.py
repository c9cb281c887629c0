"""`./run check`: everything that can be said about the code without running it."""

import time
from typing import Annotated

import typer

from tongban.console.commands import program, run, to_describe
from tongban.console.exits import Exit
from tongban.console.terminal import console

app = typer.Typer(add_completion=False, rich_markup_mode=None)

CHECKS = {
    "format": ("格式", [program("ruff"), "format", "--check", "."]),
    "lint": ("代码检查", [program("ruff"), "check", "."]),
    "types": ("类型", [program("mypy")]),
    "layers": ("分层", [program("lint-imports"), "--no-logo"]),
    "templates": ("模板", [program("djlint"), "tongban", "--lint", "--quiet"]),
    "shell": ("脚本", [program("shellcheck"), "run", ".ci/run"]),
    "django": ("框架自检", [program("python"), "-m", "django", "check", "--fail-level", "WARNING"]),
    "migrations": (
        "迁移",
        # Without a database it cannot compare what was applied, which is not the question here.
        [program("python"), "-W", "ignore::RuntimeWarning", "-m", "django", "makemigrations",
         "--check", "--dry-run"],
    ),
    "generated": ("生成文件", [program("python"), "-m", "tongban.console", "docs", "generate", "--check"]),
    "requirements": ("依赖", [program("python"), "-m", "tongban.console", "requirements", "--check"]),
}  # fmt: skip


@app.command()
def check(
    only: Annotated[
        list[str] | None,
        typer.Argument(help=f"只做其中几项 Only some of: {' '.join(CHECKS)}"),
    ] = None,
) -> None:
    """Every check is made even when one before it fails; code 1 when any did."""
    unknown = set(only or ()) - set(CHECKS)
    if unknown:
        raise typer.BadParameter(f"{'、'.join(sorted(unknown))}; {' '.join(CHECKS)}")
    failed = []
    for name, (chinese, words) in CHECKS.items():
        if only and name not in only:
            continue
        began = time.monotonic()
        console.print(f"[bold]{chinese}[/] {name}")
        code = run(words, to_describe())
        mark = "[green]通过 passed[/]" if code == 0 else f"[red]未通过 failed ({code})[/]"
        console.print(f"  {mark}  {time.monotonic() - began:.1f} s\n")
        if code:
            failed.append(name)
    if failed:
        console.print(f"[red]未通过 Failed:[/] {' '.join(failed)}")
        raise typer.Exit(Exit.REFUSED)
    console.print("[green]全部通过 All passed[/]")
