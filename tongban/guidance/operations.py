"""Making the entries that search looks into."""

import json

from django.db import connection, transaction

from tongban.basics import canonical
from tongban.catalogue import queries as catalogue
from tongban.catalogue.models import Item
from tongban.guidance import wording
from tongban.guidance.models import Indexed, SearchEntry

_MAKING = 1  # raise it when entries are made in another way


def index_items() -> int:
    """Make the entries anew from the catalogue; returns how many there are.

    The second time with the same catalogue and wording nothing is written.
    """
    rows = [_row(item) for item in catalogue.items()]
    digest = canonical.digest(json.dumps([_MAKING, rows], ensure_ascii=False).encode())
    if not Indexed.objects.filter(digest=digest).exists():
        _write(rows, digest)
    return len(rows)


@transaction.atomic
def _write(rows: list[dict[str, str | list[str]]], digest: str) -> None:
    SearchEntry.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO guidance_searchentry"
            " (item_id, name, text, words, initials, pinyin) VALUES"
            " (%(item)s, %(name)s, %(text)s, array_to_tsvector(%(words)s), %(initials)s,"
            " %(pinyin)s)",
            rows,
        )
    Indexed.objects.all().delete()
    Indexed.objects.create(digest=digest)


def _row(item: Item) -> dict[str, str | list[str]]:
    said = [item.name, *wording.wording().said_for(item.name)]
    return {
        "item": item.code,
        "name": wording.squeeze(item.name),
        "text": " ".join(wording.squeeze(part) for part in said),
        "words": wording.words(" ".join([*said, item.lead])),
        "initials": wording.initials(item.name),
        "pinyin": wording.pinyin(item.name),
        "theme": item.theme,
    }
