"""Places' own rows and versions, as tests write them."""

import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from shutil import copytree, ignore_patterns
from tempfile import TemporaryDirectory

from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tongban.basics import canonical
from tongban.catalogue import snapshot
from tongban.catalogue.models import Implementation, ImplementationVersion, Level
from tongban.catalogue.operations import load_catalogue
from tongban.catalogue.operations.loading import DATA

SINCE = date(2026, 10, 1)


def an_implementation(item, place, changes=None, *, from_day=SINCE, number=1, **row):
    """A row of a place's list; with `changes`, also a published version of it."""
    level = Level.PROVINCE if place.endswith("0000") else Level.CITY
    found, _ = Implementation.objects.get_or_create(
        item_id=item,
        division_code=place,
        part=row.pop("part", ""),
        defaults={"level": level, "authority_name": "虚构机关", "name": ""} | row,
    )
    if changes is not None:
        ImplementationVersion.objects.create(
            implementation=found,
            number=number,
            from_day=from_day,
            content=changes,
            digest=canonical.digest(canonical.dumps(changes)),
            came_from="shipped",
        )
    snapshot.look_again()
    snapshot.current().asked.clear()
    return found


def load_standards():
    """What is shipped without the places' own rules, which tests write themselves."""
    # Tests of other domains load all of it for good; a transaction takes this back.
    tables = [model._meta.db_table for model in apps.get_app_config("catalogue").get_models()]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
    with TemporaryDirectory() as folder:
        copytree(DATA, folder, dirs_exist_ok=True, ignore=ignore_patterns("implementations"))
        load_catalogue(Path(folder))


def settled(within=180.0):
    """Waits until every transaction that is open now has ended, other tests' on the server, too.

    Readers of changes are told only of what is older than all of them.
    """
    last = time.monotonic() + within
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        (ours,) = cursor.fetchone()
        while time.monotonic() < last:
            cursor.execute(
                "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint > %s", [ours]
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.05)
    raise AssertionError(f"other transactions stayed open for {within} seconds")


@contextmanager
def few_reads(most):
    """Refuses more questions than so many; what processes compare now and then does not count."""
    with CaptureQueriesContext(connection) as captured:
        yield
    told = [one["sql"] for one in captured if "catalogue_loaded" not in one["sql"]]
    asked = [sql for sql in told if "jurisdictions_revision" not in sql]
    assert len(asked) <= most, "\n".join(sql[:200] for sql in asked[:20])
