"""Places and days that a request names, read or refused at the name they came under."""

from datetime import date

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from tongban.api.shapes import Ground, Place
from tongban.basics.refusals import FieldsRefused, NotFound
from tongban.catalogue import queries as catalogue
from tongban.jurisdictions import queries as jurisdictions


def day(on: date | None) -> date:
    """The day that is asked about: today in Beijing when none is named."""
    return on or localdate()


def check(on: date, /, **named: str) -> None:
    """Refuse at each name whose place is missing or not there on the day (`from_` stands for from)."""
    errors = {
        name.rstrip("_"): [
            _("这一天没有区划代码是这个的地方") if code else _("要写六位行政区划代码")
        ]
        for name, code in named.items()
        if not code or not jurisdictions.exists(code, on)
    }
    if errors:
        raise FieldsRefused(errors)


def place(code: str) -> Place:
    """A place with its full name."""
    return Place(code=code, name=jurisdictions.full_name(code))


def ground(document: str, where: str, says: str) -> Ground:
    """A ground with the title of its document."""
    try:
        title = catalogue.document(document).title
    except NotFound:
        # A ground of ours that names something else than a document of the catalogue.
        title = document
    return Ground(document=document, title=title, place=where, says=says)
