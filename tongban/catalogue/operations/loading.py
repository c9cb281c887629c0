"""Loading the shipped catalogue into the tables."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tongban.basics import canonical
from tongban.basics.refusals import Refused
from tongban.catalogue import archetypes, reading, snapshot
from tongban.catalogue.models import (
    Batch,
    DocumentRelation,
    Item,
    ItemList,
    ItemSource,
    ItemVersion,
    Loaded,
    PolicyDocument,
)
from tongban.catalogue.operations import publishing, renewing, rolling, shipping
from tongban.catalogue.scenarios import describe

DATA = Path(__file__).resolve().parent.parent / "data"


class VersionIsPublished(Refused):
    """A shipped version differs from the one that is already published under its number."""

    code = "version-is-published"

    def __init__(self, item: str, number: int) -> None:
        said = _("事项%(item)s第%(number)s版已经公布，不能再改。请另建一个版本号更大的文件")
        super().__init__(said % {"item": item, "number": number}, item=item, number=number)


@dataclass(frozen=True)
class LoadReport:
    """What a load found: how much there is, and whether anything had to be written."""

    documents: int
    items: int
    versions: int
    is_changed: bool


def load_catalogue(folder: Path = DATA) -> LoadReport:
    """Bring the tables to what the shipped files say; items without a version get a default one.

    The second time it only compares digests. Refused, and nothing written: a version file that
    does not fit (`VersionBroken`), a published version that was changed (`VersionIsPublished`).
    """
    files = _files(folder)
    stamp = {name: canonical.digest(text.encode()) for name, text in files.items()}
    is_changed = stamp != dict(_loaded().values_list("file", "digest"))
    if is_changed:
        _load(files, stamp)
        snapshot.look_again()
    items = {one["code"] for one in json.loads(files["items.json"])["items"]}
    written = [json.loads(text)["item"] for name, text in files.items() if _is_version(name)]
    return LoadReport(
        documents=len(json.loads(files["documents.json"])["documents"]),
        items=len(items),
        versions=len(written) + len(items.difference(written)),
        is_changed=is_changed,
    )


def _is_version(name: str) -> bool:
    return name.startswith("versions/")


def _loaded() -> QuerySet[Loaded]:
    """What the shipped files left; the row that publishing writes is no file."""
    return Loaded.objects.exclude(file=publishing.STAMP)


def _files(folder: Path) -> dict[str, str]:
    paths = [
        folder / "documents.json",
        folder / "items.json",
        folder / "rollouts.json",
        folder / "roles.json",
        *sorted((folder / "versions").glob("*.json")),
        *sorted((folder / "implementations").glob("*/*.json")),
    ]
    read = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    return read | archetypes.texts(folder)


@transaction.atomic
def _load(files: dict[str, str], stamp: dict[str, str]) -> None:
    documents = json.loads(files["documents.json"])
    _put(PolicyDocument, (PolicyDocument(**one) for one in documents["documents"]), key="key")
    DocumentRelation.objects.all().delete()
    DocumentRelation.objects.bulk_create(
        DocumentRelation(
            document_id=one["document"], kind=one["kind"], other_id=one["other"], line=one["line"]
        )
        for one in documents["relations"]
    )
    batches = _load_lists(documents["lists"])
    items = json.loads(files["items.json"])["items"]
    _put(Item, (_item(one, batches) for one in items), key="code")
    # Rows of items that were added here since, by an import or a renewal, stay.
    ItemSource.objects.filter(item_id__in=[one["code"] for one in items]).delete()
    ItemSource.objects.bulk_create(_source(one["code"], one["source"]) for one in items)
    renewing.reapply()
    rolling.load_rollouts(
        json.loads(files["rollouts.json"]), json.loads(files["roles.json"])["roles"]
    )
    _load_versions(files, items)
    shipping.load_implementations(
        {
            name: json.loads(text)
            for name, text in files.items()
            if name.startswith("implementations/")
        }
    )
    _loaded().delete()
    Loaded.objects.bulk_create(Loaded(file=name, digest=digest) for name, digest in stamp.items())


def _put(model: Any, rows: Iterable[Any], *, key: str) -> None:
    """Insert or update by primary key: rows that cases point to keep their identity."""
    columns = [field.name for field in model._meta.concrete_fields if field.name != key]
    model.objects.bulk_create(
        list(rows), update_conflicts=True, unique_fields=[key], update_fields=columns
    )


def _load_lists(lists: list[dict[str, Any]]) -> dict[tuple[str, int], int]:
    """The lists and batches; returns the key of each batch."""
    _put(
        ItemList,
        (
            ItemList(code=one["code"], name=one["name"], document_id=one["document"])
            for one in lists
        ),
        key="code",
    )
    found = {}
    for one in lists:
        for batch in one["batches"]:
            values = {**batch, "document_id": batch["document"]}
            del values["document"], values["number"]
            row, _ = Batch.objects.update_or_create(
                list_id=one["code"], number=batch["number"], defaults=values
            )
            found[one["code"], batch["number"]] = row.pk
    return found


def _item(one: dict[str, Any], batches: dict[tuple[str, int], int]) -> Item:
    return Item(
        code=one["code"],
        batch_id=batches[one["list"], one["batch"]],
        number=one["number"],
        name=one["name"],
        lead=one["lead"],
        cooperating=one["cooperating"],
        theme=one["theme"],
        subjects=one["subjects"],
        facts=one["facts"],
        scenario=describe(one["facts"], lead=one["lead"]),
    )


def _source(code: str, row: dict[str, Any]) -> ItemSource:
    values = {name: value for name, value in row.items() if name not in {"document", "lines"}}
    first, last = row["lines"]
    return ItemSource(
        item_id=code, document_id=row["document"], first_line=first, last_line=last, **values
    )


def _load_versions(files: dict[str, str], items: list[dict[str, Any]]) -> None:
    """The versions written for an item, and for every other item the default of its archetype."""
    names = {one["code"]: one["name"] for one in items}
    written = [json.loads(text) for name, text in files.items() if _is_version(name)]
    own = tuple(one.get("item", "") for one in written)
    made = _made(tuple(sorted(_texts(files, archetypes.FILES).items())), own)
    known = {
        (item, number): digest
        for item, number, digest in ItemVersion.objects.values_list("item", "number", "digest")
    }
    rows = (_new_version(content, names, known) for content in (*written, *made))
    ItemVersion.objects.bulk_create(row for row in rows if row)


def _texts(files: dict[str, str], folders: tuple[str, ...]) -> dict[str, str]:
    return {name: text for name, text in files.items() if name.startswith(folders)}


@lru_cache(maxsize=2)
def _made(texts: tuple[tuple[str, str], ...], own: tuple[str, ...]) -> list[dict[str, Any]]:
    """The default versions of items that have none of their own; read-only, made once a process."""
    files = dict(texts)
    items = json.loads(files["items.json"])["items"]
    documents = json.loads(files["documents.json"])["documents"]
    titles = {one["key"]: one["short_title"] for one in documents}
    return archetypes.build(archetypes.library(files), items, titles, without=own)


def _new_version(
    content: dict[str, Any], names: dict[str, str], known: dict[tuple[str, int], str]
) -> ItemVersion | None:
    """The row of a version that is not published yet; refused when its number is another's."""
    code = content.get("item", "")
    if code not in names:
        raise reading.VersionBroken(str(code), ["/item is no item of the lists"])
    digest = canonical.digest(canonical.dumps(content))
    version = reading.published(digest, name=names[code]) or reading.read_published(
        content, name=names[code]
    )
    published = known.get((code, version.number))
    if published == version.digest:
        return None
    if published:
        raise VersionIsPublished(code, version.number)
    return ItemVersion(
        item_id=code,
        number=version.number,
        from_day=version.from_day,
        modes=list(version.mode_names),
        department=version.department,
        content=content,
        digest=version.digest,
    )
