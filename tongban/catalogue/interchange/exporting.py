"""The catalogue as files: implementations in the template's columns, the national lists as a table."""

from collections.abc import Iterator
from pathlib import Path

from tongban.catalogue.interchange import stored
from tongban.catalogue.interchange.columns import COLUMNS
from tongban.catalogue.interchange.csv_files import write_csv
from tongban.catalogue.interchange.ground import Ground
from tongban.catalogue.interchange.json_files import write_json
from tongban.catalogue.interchange.national import write_task
from tongban.catalogue.interchange.plans import cells_of, newest
from tongban.catalogue.interchange.world import standards
from tongban.catalogue.interchange.xlsx_writing import write_xlsx
from tongban.catalogue.models import Item

FORMATS = ("csv", "xlsx", "json")
LIST_HEADINGS = (
    "编码", "清单", "批次", "序号", "事项名称", "牵头单位", "配合单位", "省级单位", "实现形式（原文）",
    "完成时限（原文）", "国家完成时限（原文）", "文件", "位置",
)  # fmt: skip


def rows(prefix: str = "") -> Iterator[dict[str, str]]:
    """Every implementation of the places that begin so, as cells of the template."""
    names = dict(Item.objects.values_list("code", "name"))
    known = standards()
    for one in stored.latest(prefix):
        ground = Ground(names[one.item], known.get(one.item, {}))
        cells = {"item": one.item, "place": one.place, "part": one.part}
        cells |= cells_of(one.identity, newest(one), ground)
        yield cells


def write(path: Path, format_: str, prefix: str = "") -> int:
    """Write the implementations of the places that begin so; returns how many.

    Refused: CellTooLong (xlsx only).
    """
    if format_ == "xlsx":
        return write_xlsx(path, rows(prefix))
    if format_ == "json":
        names = dict(Item.objects.values_list("code", "name"))
        return write_json(
            path, (write_task(cells, item_name=names[cells["item"]]) for cells in rows(prefix))
        )
    lines = ([cells.get(column.key, "") for column in COLUMNS] for cells in rows(prefix))
    return write_csv(path, [column.heading for column in COLUMNS], lines)


def list_lines() -> Iterator[list[str]]:
    """The national lists, one line for each row of a document that an item comes from."""
    items = Item.objects.select_related("batch__list").prefetch_related("sources__document")
    for item in items:
        for source in item.sources.all():
            yield [
                item.code, item.batch.list.name, item.batch.name, str(item.number), item.name,
                item.lead, "、".join(item.cooperating), source.province_unit,
                source.form, source.deadline, source.national_deadline, source.document.short_title,
                source.place,
            ]  # fmt: skip


def write_lists(path: Path) -> int:
    """Write the national lists as CSV, one row an item; returns how many."""
    return write_csv(path, LIST_HEADINGS, list_lines())
