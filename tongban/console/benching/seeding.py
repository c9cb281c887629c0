"""Cases for the pages to be slow with: real ones, made by the operation itself."""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from django.db import connection

from tongban.cases.operations import submission
from tongban.console.benching import applications
from tongban.jurisdictions import queries as jurisdictions
from tongban.record.chains import FileRef

# Every so many cases lies at the one window whose queue is measured.
MEASURED_EVERY = 4


def seed(count: int, file: FileRef, *, step: Callable[[], None]) -> None:
    """Submit so many cases at windows of this node, over the last 60 days."""
    now, places = datetime.now(UTC), _places()
    with connection.cursor() as cursor:
        # What is lost in a crash of this machine would only have to be seeded again.
        cursor.execute("SET synchronous_commit = off")
    for serial in range(count):
        place = applications.HOME if serial % MEASURED_EVERY == 0 else next(places)
        submission.submit(
            intake=applications.intake(applications.AT_WINDOW, serial, file, place=place),
            owner="bench:seed",
            key=str(serial),
            at=now - timedelta(minutes=(count - serial) * 60 * 24 * 60 // max(count, 1)),
        )
        step()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
        cursor.execute("ANALYZE")


def _places() -> Iterator[str]:
    """The counties of this province, round and round; not the measured one."""
    today = datetime.now(UTC).date()
    cities = jurisdictions.cities("220000", today)
    counties = [place.code for city in cities for place in jurisdictions.counties(city.code, today)]
    return itertools.cycle(code for code in counties if code != applications.HOME)
