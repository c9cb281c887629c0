"""`./run worker run`: the process behind a node's pages."""

import typer

from tongban.console import acting

app = typer.Typer(
    add_completion=False, no_args_is_help=True, rich_markup_mode=None,
    help="后台进程：收发消息、到期事项  The worker: messages and what is due",
)  # fmt: skip


@app.callback()
def _worker() -> None:
    """The worker of one node."""


@app.command(help="运行，直到被要求停止。 Run until asked to stop.")
def run() -> None:
    """Relay what is owed, take in what came, do what is due."""
    acting.set_up_django()
    from tongban.worker.main import run as run_worker

    run_worker()
