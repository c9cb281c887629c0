"""`./run NOUN VERB …`: finds the noun, reads its module, and gives every failure one sentence."""

import importlib
import os
import sys
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from tongban.console import acting
from tongban.console.exits import MEANINGS, Exit
from tongban.console.nouns import NOUNS
from tongban.local.trouble import Interrupted, Trouble

HELP_WORDS = {"--help", "-h"}


def epilog() -> str:
    """The end of the first help page: acting as a node, and what exit codes mean."""
    codes = "\n\n".join(f"{code:>4}  {zh}  {en}" for code, (zh, en) in MEANINGS.items())
    return (
        "以某个节点的身份执行：加 --node 22（来自 ./run demo 建立的节点），或设置该节点的环境变量。 "
        "To act as a node of the demo, add --node 22.\n\n"
        f"退出码 Exit codes:\n\n{codes}"
    )


class Words(TyperGroup):
    """The nouns, each read from its module when it is used."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the library's signature
        """All nouns in the order of the table."""
        return list(NOUNS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """The command of a noun; on the first help page only its one line."""
        noun = NOUNS.get(cmd_name)
        if noun is None:
            return None
        if cmd_name not in sys.argv:
            return _one_line(cmd_name)
        if noun.in_node:
            is_at_node = noun.needs_node(sys.argv) and not HELP_WORDS & set(sys.argv)
            acting.set_up_django(only_help=not is_at_node)
        module = importlib.import_module(noun.module)
        command = typer.main.get_command(module.app)
        command.name, command.help = cmd_name, f"{noun.chinese}\n\n{noun.english}"
        return command


def _one_line(name: str) -> Any:
    noun = NOUNS[name]
    line = typer.Typer(add_completion=False)
    line.command(name, help=f"{noun.chinese}  {noun.english}")(lambda: None)
    return typer.main.get_command(line)


app = typer.Typer(
    cls=Words,
    name="./run",
    help="通办：政务服务跨省通办开放平台。\n\nTongban: cross-jurisdiction government services.",
    epilog=epilog(),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


@app.callback()
def _words() -> None:
    """The group itself does nothing."""


def run() -> NoReturn:
    """Carry out the words given, and leave with a code that means something."""
    try:
        sys.argv = acting.take_node(sys.argv)
        app(prog_name="./run")
    except Trouble as trouble:
        fail(trouble.chinese, trouble.english, Exit(trouble.exit_code))
    except (Interrupted, KeyboardInterrupt):
        fail("已中断。", "Interrupted.", Exit.INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has had enough; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.DONE)
    except Exception as error:
        refusal = _refusal(error)
        if refusal is None:
            raise
        fail(refusal, "", Exit.REFUSED)
    sys.exit(Exit.DONE)


def _refusal(error: Exception) -> str | None:
    """The sentence of a refusal by the domain; anything else is a bug and flies."""
    if "tongban.basics.refusals" not in sys.modules:
        return None
    from tongban.basics.refusals import Refused

    return error.message if isinstance(error, Refused) else None


def fail(chinese: str, english: str, code: Exit) -> NoReturn:
    """Say what is wrong on the error stream, and leave."""
    for line in (chinese, english):
        if line:
            print(line, file=sys.stderr)
    sys.exit(code)
