"""`./run jurisdictions …`: divisions, regions, departments, authorities, nodes."""

import typer
from django.utils.timezone import now

from tongban.jurisdictions import operations

app = typer.Typer(
    add_completion=False, no_args_is_help=True, rich_markup_mode=None,
    help="行政区划、区域、部门、机关和专窗  Divisions, regions, departments, authorities",
)  # fmt: skip


@app.callback()
def _jurisdictions() -> None:
    """Places and who is competent there."""


@app.command(help="载入随附的区划等参考数据；再次执行只更新有变化的。 Load the reference data.")
def load() -> None:
    """Bring divisions, regions and departments up to date."""
    loaded = operations.load_reference(at=now())
    print(loaded)
