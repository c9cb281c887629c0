"""`./run requirements`: the exact packages, with hashes and without any registry's address."""

import re
import tomllib
from typing import Annotated

import typer

from tongban.console.commands import program, run
from tongban.console.exits import Exit
from tongban.local.home import PROJECT

app = typer.Typer(add_completion=False, rich_markup_mode=None)

COMPILE = [
    program("uv"), "pip", "compile", "-q", "--universal", "--python-version", "3.11",
    "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-header",
    "--no-annotate", "pyproject.toml",
]  # fmt: skip
RUNTIME, DEVELOPMENT = "requirements.txt", "requirements-dev.txt"
# An address or a path would tie everybody to one machine or one registry.
FOREIGN = re.compile(r"https?:|file:|git\+|^-(?!-hash=sha256:)|\s@\s|(^|\s)\.{0,2}/")


@app.command()
def requirements(
    check: Annotated[
        bool, typer.Option("--check", help="只检查，不更新。 Only check what is committed.")
    ] = False,
    upgrade: Annotated[
        bool, typer.Option("--upgrade", help="升级到最新版本。 Take the newest versions.")
    ] = False,
) -> None:
    """Run it after changing a dependency in pyproject.toml."""
    if not check:
        more = ["--upgrade"] if upgrade else []
        _compile([*more, "-o", RUNTIME])
        _compile([*more, "--group", "dev", "-c", RUNTIME, "-o", DEVELOPMENT])
    problems = look(
        (PROJECT / "pyproject.toml").read_text("utf-8"),
        (PROJECT / RUNTIME).read_text("utf-8"),
        (PROJECT / DEVELOPMENT).read_text("utf-8"),
    )
    for problem in problems:
        print(problem)
    raise typer.Exit(Exit.REFUSED if problems else Exit.DONE)


def _compile(words: list[str]) -> None:
    code = run([*COMPILE, *words])
    if code:
        raise typer.Exit(Exit.ENVIRONMENT)


def look(project: str, runtime: str, development: str) -> list[str]:
    """What is wrong with the locked files: foreign addresses, missing packages, two versions."""
    declared = tomllib.loads(project)
    named = {_name(line) for line in declared["project"]["dependencies"]}
    for_development = {_name(line) for line in declared["dependency-groups"]["dev"]}
    locked, locked_too = _pins(runtime), _pins(development)
    return [
        *(f"{file}: 含有地址或路径 an address or path: {line}"
          for file, text in ((RUNTIME, runtime), (DEVELOPMENT, development))
          for line in text.splitlines() if FOREIGN.search(line.strip())),
        *(f"{RUNTIME}: 缺少 misses {name}; ./run requirements" for name in named - set(locked)),
        *(f"{DEVELOPMENT}: 缺少 misses {name}; ./run requirements"
          for name in (named | for_development) - set(locked_too)),
        *(f"{name}: {locked[name]} ≠ {locked_too[name]}; ./run requirements"
          for name in locked if locked_too.get(name, locked[name]) != locked[name]),
    ]  # fmt: skip


def _pins(text: str) -> dict[str, set[str]]:
    """Each locked package with its versions; there may be one a Python version."""
    pins: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", text, re.MULTILINE
    ):
        pins.setdefault(_name(name), set()).add(version)
    return pins


def _name(requirement: str) -> str:
    """The normal form of the package's name that a requirement begins with."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else requirement
