"""What is published cannot be changed by any door: not by the ORM, not by SQL, not by a load."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from tongban.catalogue.models import (
    Implementation,
    ImplementationVersion,
    ItemVersion,
    Publication,
)
from tongban.catalogue.tests import managers

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.fixture
def published():
    """One row of each kind that is frozen, by the name of its table."""
    with managers.few_standards():
        pass
    implementation = Implementation.objects.create(
        item_id="2020-2-06", division_code="350000", authority_name="甲", level="2", name="乙"
    )
    local = ImplementationVersion.objects.create(
        implementation=implementation,
        number=1,
        from_day=date(2026, 12, 1),
        content={"consultation": "户政大厅"},
        digest="0" * 64,
        came_from="draft",
    )
    step = Publication.objects.create(
        publisher="00", number=1, published_at=AT, taken_at=AT, body={}, digest="1" * 64
    )
    standard = ItemVersion.objects.get(item="2020-2-06", number=1)
    return {type(row)._meta.db_table: row for row in (standard, local, step)}


TABLES = ("catalogue_itemversion", "catalogue_implementationversion", "catalogue_publication")


def _save(row):
    row.digest = "f" * 64
    row.save()


def _bulk_update(row):
    row.digest = "f" * 64
    type(row).objects.bulk_update([row], ["digest"])


def _upsert(row):
    row.digest = "f" * 64
    type(row).objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["id"], update_fields=["digest"]
    )


def _sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _by_sql(statement):
    return lambda row: _sql(statement.format(row._meta.db_table))


WAYS = {
    "save": _save,
    "delete": lambda row: row.delete(),
    "update of many": lambda row: type(row).objects.update(digest="f" * 64),
    "delete of many": lambda row: type(row).objects.all().delete(),
    "delete without looking": lambda row: type(row).objects.all()._raw_delete("default"),
    "bulk_update": _bulk_update,
    "upsert": _upsert,
    "SQL update": _by_sql("UPDATE {} SET digest = 'f'"),
    "SQL delete": _by_sql("DELETE FROM {}"),
    "SQL in a block": _by_sql("DO $$ BEGIN UPDATE {} SET number = number + 1; END $$"),
    "SQL merge": _by_sql(
        "MERGE INTO {} t USING (SELECT 1) s ON true WHEN MATCHED THEN UPDATE SET digest = 'f'"
    ),
}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("way", WAYS)
def test_no_way_changes_what_is_published(published, table, way):
    row = published[table]
    before = type(row).objects.filter(pk=row.pk).values().get()

    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        WAYS[way](row)

    assert type(row).objects.filter(pk=row.pk).values().get() == before


@pytest.mark.parametrize("table", TABLES)
def test_no_table_of_what_is_published_is_emptied(published, table):
    # Tests may empty it, so here the trigger is put back first, as it stands everywhere else.
    _sql("SET CONSTRAINTS ALL IMMEDIATE")
    _sql(f"ALTER TABLE {table} ENABLE TRIGGER {table}_is_not_emptied")
    with pytest.raises(IntegrityError, match="TRUNCATE of"), transaction.atomic():
        _sql(f"TRUNCATE {table} CASCADE")
    assert type(published[table]).objects.exists()


@pytest.mark.parametrize("table", TABLES[:2])
def test_what_carries_a_published_version_cannot_go_either(published, table):
    row = published[table]
    above = row.item if table == TABLES[0] else row.implementation
    with (
        pytest.raises((IntegrityError, Exception), match=r"frozen|protected"),
        transaction.atomic(),
    ):
        above.delete()


@pytest.mark.parametrize("table", TABLES[:2])
def test_nobody_publishes_what_he_drafted(published, table):
    row = published[table]
    row.pk, row.number, row.from_day = None, 2, date(2027, 1, 1)
    row.drafted_by = row.published_by = "the same"
    with pytest.raises(IntegrityError, match="published_by_another"), transaction.atomic():
        row.save(force_insert=True)
