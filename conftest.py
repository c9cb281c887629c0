"""What every test stands on: settings, a database of its own, and a closed network."""

import atexit
import base64
import gc
import ipaddress
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import hypothesis
import pytest

from tongban.basics.tests.examples import examples
from tongban.basics.tests.handing_out import packed
from tongban.local import accounts, postgres
from tongban.trust.signing import new_key

# What pytest makes of a module of tests takes longer than reading it, and so do the programs that
# tests start: both are kept, also where Python is asked to keep nothing.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Until everything is collected nothing is thrown away, so there is nothing to look for either.
gc.disable()

# Set here and not in a fixture: test modules import models, and models need settings.
_FOLDER = Path(tempfile.mkdtemp(prefix="tongban-test-", dir="/tmp"))


def _set_environment() -> None:
    key = _FOLDER / "node.key"
    key.write_bytes(new_key())
    defaults = {
        "DJANGO_SETTINGS_MODULE": "tongban.config.settings",
        "NODE_ID": "22",
        "SANDBOX": "1",
        "SECRET_KEY": "only-for-tests",
        "FIELD_KEY": base64.b64encode(b"f" * 32).decode(),
        "MATCH_KEY": base64.b64encode(b"m" * 32).decode(),
        "NODE_KEY_FILE": str(key),
        "DATA_DIR": str(_FOLDER / "data"),
        "STATIC_ROOT": str(_FOLDER / "static"),
        "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    # WhiteNoise warns of a missing folder, and a warning fails the test.
    Path(os.environ["STATIC_ROOT"]).mkdir(parents=True, exist_ok=True)


def _start_database() -> None:
    """A throw-away server in a socket folder: no port that somebody else could have taken."""
    user = accounts.server_user()
    private = accounts.private_folder(_FOLDER)
    programs = accounts.reachable_programs(postgres.wheel_programs(), user, private)
    place = _FOLDER / "postgres"
    _FOLDER.chmod(0o711)
    server = postgres.Server(programs, place / "data", user, 5432, place, settings=postgres.FAST)
    postgres.make_room(server)
    server.initialise("only-for-tests")
    with (_FOLDER / "postgres.log").open("wb") as log:
        process = subprocess.Popen(
            server.command(), stdout=log, stderr=subprocess.STDOUT, cwd="/",
            env=postgres.environment(), start_new_session=True,
            **postgres.process_user(user),
        )  # fmt: skip

    def stop() -> None:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        if private.exists():
            shutil.rmtree(private)

    atexit.register(stop)
    deadline = time.monotonic() + 20
    while not server.answers():
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.exit((_FOLDER / "postgres.log").read_text()[-2000:], returncode=3)
        time.sleep(0.02)
    os.environ["DATABASE_URL"] = server.url("postgres", "only-for-tests", "postgres")


# Removed after the server in it has stopped: what is registered first is run last.
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)
_set_environment()
if not os.environ.get("DATABASE_URL") or os.environ.get("TONGBAN_TEST_SERVER"):
    # Under xdist every process has its own: a transaction that is open in another process's
    # database holds back what feeds may tell, because that is judged for a whole server.
    _start_database()
    os.environ["TONGBAN_TEST_SERVER"] = "1"

import django  # noqa: E402 - settings must be in place first
from django.conf import settings  # noqa: E402

django.setup()


def pytest_configure(config: pytest.Config) -> None:
    """Let processes that xdist starts read their settings only after this file gave them a server.

    Handed down, the name of the settings would have them read with the server of their parent.
    """
    if getattr(config.option, "numprocesses", None):
        del os.environ["DJANGO_SETTINGS_MODULE"]
        # This process only hands out and hears; it collects nothing itself.
        gc.enable()


# A busy machine is not a slow strategy, and there is no clock in what a test of inputs says.
hypothesis.settings.register_profile(
    "busy",
    max_examples=examples(100),
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("busy")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What starts whole nodes comes first, and rules, which are quick, are handed out to the end.

    To start nodes is mostly to wait, and so are the journeys that begin at the same time; later all
    cores have tests that do not wait. Modules of such tests stay in one hand: another process would
    make their nodes once more.
    """
    whole: dict[Path, list[pytest.Item]] = {}
    others: list[pytest.Item] = []
    for item in items:
        is_with_nodes = item.get_closest_marker("nodes")
        (whole.setdefault(item.path, []) if is_with_nodes else others).append(item)
    others.sort(key=lambda item: not _uses_database(item))
    room = config.getoption("maxschedchunk", None) or len(items)
    items[:] = packed(whole.values(), others, room=room)


def pytest_collection_finish() -> None:
    """Modules and tests stay to the end: whoever looks for garbage need not look among them."""
    gc.collect()
    gc.freeze()
    gc.enable()
    # What tests remember of places and items is large and stays, too; a page leaves little garbage.
    gc.set_threshold(5_000, 20, 50)


def _uses_database(item: pytest.Item) -> bool:
    fixtures = {"db", "transactional_db", "live_server"}
    return bool(
        item.get_closest_marker("django_db") or fixtures & set(getattr(item, "fixturenames", ()))
    )


# Rules are tried without a database, so they count by the shipped calendar; a test of documents that
# an operator loaded follows the tables itself.
from tongban.basics import calendar  # noqa: E402

calendar.follow(None)


@pytest.fixture(scope="session", autouse=True)
def _plain_settings() -> Iterator[None]:
    """Static files without a manifest, and cheap passwords."""
    from django.test import override_settings

    storages = dict(settings.STORAGES)
    storages["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STORAGES=storages, PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]
    ):
        yield


@pytest.fixture(scope="session", autouse=True)
def _pages_are_drawn_as_in_service(request: pytest.FixtureRequest) -> Iterator[None]:
    """Django's test environment copies the whole context of every template and every part of it."""
    if not request.config.pluginmanager.has_plugin("django"):
        yield
        return
    request.getfixturevalue("django_test_environment")
    from django.template.base import Template
    from django.test import utils

    drawn_as_in_tests = Template._render
    Template._render = utils._TestState.saved_data.template_render  # type: ignore[attr-defined]
    yield
    Template._render = drawn_as_in_tests


@pytest.fixture
def contexts(monkeypatch: pytest.MonkeyPatch) -> None:
    """For the few tests that look at what a page was drawn with: answers have `context` again."""
    from django.template.base import Template
    from django.test.utils import instrumented_test_render

    monkeypatch.setattr(Template, "_render", instrumented_test_render)


_numbers = itertools.count()


@pytest.fixture(autouse=True)
def _own_papers(_plain_settings: None) -> Iterator[None]:
    """Papers in the test's own folder, which is there as soon as one is kept.

    `tmp_path` would make one for each of thousands of tests that keep none, and look at the names
    of all others each time.
    """
    from django.test import override_settings

    folder = _FOLDER / "papers" / str(next(_numbers))
    with override_settings(DATA_DIR=folder):
        yield
    if folder.exists():
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def _nobody_pulls_the_plug() -> Iterator[None]:
    """What a test writes need not reach the disk; its database does without that, too."""
    with mock.patch.object(os, "fsync"):
        yield


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """What a test wrote and rolled back is forgotten: every snapshot looks at the tables again.

    Before a test and after it, because a class is set up before the fixtures of its first test.
    """
    _look_again()
    yield
    _look_again()


def _look_again() -> None:
    from tongban.catalogue import snapshot as catalogue
    from tongban.jurisdictions import snapshot as places

    catalogue.look_again()
    places.look_again()


# A test that may be skipped, by the beginning of its id, and why. Every other skip fails the run.
MAY_BE_SKIPPED: dict[str, str] = {
    "tongban/trust/tests/test_device.py": "SoftHSM2 comes from the system (Debian: softhsm2)",
    "tongban/console/tests/test_failover.py": "Patroni, etcd and PostgreSQL 15 come from the system"
    " (Debian: patroni etcd-server postgresql-15)",
    "tongban/local/tests/test_deployed_broker.py::test_systemd_reads": "systemd-analyze comes from the"
    " system, where there is systemd",
}
_skipped: list[str] = []


def _note_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        if not report.nodeid.startswith(tuple(MAY_BE_SKIPPED) or ("\0",)):
            _skipped.append(f"{report.nodeid}: {reason}")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _note_skip(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    _note_skip(report)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A skipped test proves nothing, so a run with one has not passed."""
    if _skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for skipped in _skipped:
        terminalreporter.write_line(f"skipped without leave: {skipped}", red=True)


class NetworkClosed(Exception):
    """A test reached for a machine other than this one."""


def _is_here(address: object) -> bool:
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    if host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def _closed_network() -> Iterator[None]:
    """Refuse every connection that leaves this machine, before a name is even looked up."""
    connect, connect_ex, look_up = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.getaddrinfo,
    )

    def checked_connect(self: socket.socket, address: object) -> None:
        if not _is_here(address):
            raise NetworkClosed(str(address))
        connect(self, address)  # type: ignore[arg-type]

    def checked_connect_ex(self: socket.socket, address: object) -> int:
        if not _is_here(address):
            raise NetworkClosed(str(address))
        return connect_ex(self, address)  # type: ignore[arg-type]

    def checked_look_up(host: object, *rest: object, **more: object) -> object:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and not _is_here((name,)):
            raise NetworkClosed(str(name))
        return look_up(name, *rest, **more)  # type: ignore[arg-type]

    with (
        mock.patch.object(socket.socket, "connect", checked_connect),
        mock.patch.object(socket.socket, "connect_ex", checked_connect_ex),
        mock.patch.object(socket, "getaddrinfo", checked_look_up),
    ):
        yield


@pytest.fixture(scope="session")
def nats_server_program() -> Path:
    """The nats-server binary, for tests that start a broker of their own."""
    from tongban.local import broker

    return broker.program()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:  # noqa: ARG001 - comes first
    """Places, nodes and departments, and the offices of two provinces, once for all tests."""
    from django.test import TransactionTestCase

    from tongban.basics.tests import kept_rows
    from tongban.jurisdictions.tests import remembering

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        _let_tests_empty_tables()
        _load_places()
        # The catalogue and its index belong to it because they are empty then.
        kept_rows.keep("places", labels=["jurisdictions", "catalogue", "guidance"])
        remembering.remember()
        TransactionTestCase._fixture_teardown = _take_out_what_was_committed
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        _end_other_sessions()


def _end_other_sessions() -> None:
    """A thread that a test left behind may hold a connection, and nobody could drop the database."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


_committed: list[bool] = []


def _take_out_what_was_committed(_case: object) -> None:
    """Instead of Django's flush, which empties what takes seconds to load and makes its own anew."""
    from tongban.basics.tests import kept_rows

    kept_rows.clear_the_rest()
    _committed.append(True)


def _let_tests_empty_tables() -> None:
    """Tests that begin with nothing loaded TRUNCATE, which what is published refuses elsewhere."""
    from django.db import connection

    with connection.cursor() as cursor:
        for table in ("itemversion", "implementationversion", "publication"):
            name = f"catalogue_{table}"
            cursor.execute(f"ALTER TABLE {name} DISABLE TRIGGER {name}_is_not_emptied")


def _load_places() -> None:
    from django.utils.timezone import now

    from tongban.jurisdictions import operations

    operations.load_reference(at=now())
    operations.load_sandbox_offices(provinces=["22", "35"], at=now())


@pytest.fixture(autouse=True)
def _places_are_there(request: pytest.FixtureRequest) -> None:
    """Bring places back after a test with real commits, which may have left anything there."""
    if not _uses_database(request.node):
        return
    request.getfixturevalue("_django_db_helper")
    if not _committed:
        return

    from django.db import connection

    from tongban.basics.tests import kept_rows
    from tongban.jurisdictions.tests import remembering

    # Whoever wants a country brings back the places with it.
    if "country" not in request.fixturenames and kept_rows.bring_back("places"):
        # A test may have read its own nodes under the stamp that is back now.
        remembering.forget()
    # What is brought back in a transaction is gone again at its end.
    if not connection.in_atomic_block:
        _committed.clear()


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Chromium, once for all tests of pages."""
    from playwright.sync_api import sync_playwright

    from tongban.ui.tests.page_checks import start_chromium

    # Playwright's loop lives in this thread, where Django would refuse to clear tables after a test.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = start_chromium(playwright)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
