"""Catalogues that tests begin with, loaded once a process and copied inside the database afterwards.

To load one anew for each test takes a second of work, and is not what these tests are about.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from unittest.mock import patch

from django.db import connection, transaction

from tongban.basics.tests import kept_rows
from tongban.catalogue import snapshot
from tongban.catalogue.operations import load_catalogue, loading, shipping
from tongban.catalogue.operations.loading import LoadReport

LABEL = "catalogue"
_reports: dict[str, LoadReport] = {}


@contextmanager
def written_alone() -> Iterator[None]:
    """While this lasts, only the written standards are loaded, and nothing of any place."""
    with (
        patch.object(loading, "_made", lambda _texts, _own: []),
        patch.object(shipping, "load_implementations", lambda _files: 0),
    ):
        yield


def few() -> LoadReport:
    """The written standards alone; only while `written_alone` lasts."""
    return _copied("few")


def whole() -> LoadReport:
    """Everything that is shipped."""
    return _copied("shipped")


def nothing() -> None:
    """No catalogue at all, nor what is found by it."""
    kept_rows.empty(LABEL, "guidance")
    snapshot.look_again()


def prepare() -> None:
    """Keep both catalogues, by a connection of its own: what a test does is taken back.

    To be called before the test writes anything, or the two wait for each other.
    """
    if not _reports:
        with ThreadPoolExecutor(1) as beside:
            beside.submit(_keep_all).result()
        snapshot.look_again()


def _keep_all() -> None:
    try:
        with transaction.atomic():
            kept_rows.keep("before", labels=[LABEL])
            _keep("shipped", load_catalogue)
            with written_alone():
                _keep("few", load_catalogue)
            kept_rows.bring_back("before")
            # Whoever is told of a load has nothing to hear: all is as it was before.
            connection.run_on_commit.clear()
    finally:
        connection.close()


def _keep(name: str, load: Callable[[], LoadReport]) -> None:
    kept_rows.empty(LABEL)
    snapshot.look_again()
    _reports[name] = load()
    kept_rows.keep(name, labels=[LABEL])


def _copied(name: str) -> LoadReport:
    if name not in _reports:
        return load_catalogue()
    kept_rows.bring_back(name)
    snapshot.look_again()
    return _reports[name]
