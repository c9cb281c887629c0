"""Opens a file by what it is, not by what it is called."""

from pathlib import Path

from django.utils.translation import gettext as _

from tongban.catalogue.interchange.csv_files import open_csv
from tongban.catalogue.interchange.json_files import open_json
from tongban.catalogue.interchange.records import FileRefused, Source
from tongban.catalogue.interchange.xlsx_reading import open_xlsx

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"%PDF", b"GIF8")


def open_file(path: Path) -> Source:
    """The rows of a file. Refused (FileRefused): empty, or nothing that we read."""
    with path.open("rb") as file:
        head = file.read(512)
    if not head.strip():
        raise FileRefused("empty", _("文件是空的"))
    if head.startswith((_ZIP, _OLE)):
        return open_xlsx(path)
    if head.startswith(_PICTURES):
        raise FileRefused(
            "not-a-spreadsheet", _("这不是表格。能导入的是模板的xlsx、CSV，或者交换库的JSON")
        )
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"[")):
        return open_json(path)
    return open_csv(path)
