"""`./run exchange model`: every state of the model of the baton and the mailboxes, without a node."""

import json
import time
from dataclasses import asdict, replace
from typing import Annotated

import typer

from tongban.cases.exhaustive.exploring import Found, TooMany, explore
from tongban.cases.exhaustive.parts import Guard, Scene
from tongban.cases.exhaustive.scenes import LONG, SHORT, SHOWS
from tongban.console.exits import Exit


def mount(app: typer.Typer) -> None:
    """Hang the command beside those of the exchange."""
    app.command(
        help="穷举交接协议的每个状态（不用节点）。 Look at every state of the protocol's model."
    )(model)


def model(
    long: Annotated[
        bool, typer.Option("--long", help="大的场景也看。 The large ones, too.")
    ] = False,
    guards: Annotated[
        bool, typer.Option("--guards", help="逐一去掉保证，看会出什么错。 Take each guard out.")
    ] = False,
    most: Annotated[int, typer.Option(help="最多多少个状态。 At most so many states.")] = 500_000,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出。 As JSON.")] = False,
) -> None:
    """Code 1 when a scene has a fault or is too large, or when a missing guard does not show."""
    scenes = _without_each() if guards else [(scene, "") for scene in (LONG if long else SHORT)]
    is_right = True
    for scene, guard in scenes:
        began = time.monotonic()
        try:
            found = explore(scene, most=most)
        except TooMany as too_many:
            print(too_many)
            is_right = False
            continue
        is_right = is_right and bool(found.fault) is bool(guard)
        _say(found, guard, time.monotonic() - began, as_json=as_json)
    raise typer.Exit(Exit.DONE if is_right else Exit.REFUSED)


def _without_each() -> list[tuple[Scene, str]]:
    named = {scene.name: scene for scene in SHORT}
    return [
        (replace(named[SHOWS[guard]], without=named[SHOWS[guard]].without | {guard}), guard.value)
        for guard in Guard
    ]


def _say(found: Found, guard: str, seconds: float, *, as_json: bool) -> None:
    if as_json:
        facts = asdict(found) | {"without": guard, "seconds": round(seconds, 2)}
        print(json.dumps(facts, ensure_ascii=False))
        return
    if guard:
        print(f"without: {guard}")
    print(
        f"{found.scene}: {found.states} 状态 states, {found.steps} 步 steps, "
        f"depth {found.depth}, {seconds:.1f} s, {found.fault or '没有错 no fault'}"
    )
    for line in found.way:
        print(f"    {line}")
