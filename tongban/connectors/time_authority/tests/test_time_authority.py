"""The sandbox's authority and one over HTTP: stamps that openssl verifies, and every way to be away."""

import shutil
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tongban.connectors.time_authority.client import HttpAuthority
from tongban.connectors.time_authority.sandbox import SandboxAuthority
from tongban.record import stamps
from tongban.record.stamping import AuthorityAway

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")

ROOT = b"a" * 64


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory):
    return SandboxAuthority(tmp_path_factory.mktemp("tsa") / "sandbox-tsa")


@pytest.fixture
def served(sandbox):
    """The sandbox's authority behind an address, and what it answers with."""
    answers: list[tuple[int, bytes] | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            query = self.rfile.read(int(self.headers["Content-Length"]))
            status, body = (answers and answers[0]) or (200, sandbox.reply(query))
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/"
    yield HttpAuthority(url, sandbox.folder / "ca.pem"), answers
    server.shutdown()
    server.server_close()


def test_a_stamp_over_http_is_one_that_openssl_verifies(served, tmp_path):
    authority, _ = served
    response, at = authority.stamp(ROOT)
    assert abs(at - datetime.now(UTC)) < timedelta(minutes=1)
    (tmp_path / "data").write_bytes(ROOT)
    (tmp_path / "response").write_bytes(response)
    command = ["openssl", "ts", "-verify", "-data", "data", "-in", "response", "-CAfile"]
    verified = subprocess.run(
        [*command, str(authority.ca_file)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert verified.returncode == 0, verified.stderr


@pytest.mark.parametrize(
    "answer", [(500, b""), (200, b""), (200, b"<html>"), (404, b"x"), (200, b"0\x03\x02\x01\x02")]
)
def test_whatever_is_no_stamp_is_an_authority_that_is_away(served, answer):
    authority, answers = served
    answers.append(answer)
    with pytest.raises(AuthorityAway):
        authority.stamp(ROOT)


def test_a_stamp_over_other_bytes_is_not_taken(served, sandbox):
    authority, answers = served
    other, _ = sandbox.stamp(b"b" * 64)
    answers.append((200, other))
    with pytest.raises(AuthorityAway):
        authority.stamp(ROOT)


def test_nobody_listening_and_no_such_host_are_away(sandbox):
    for url in ("http://127.0.0.1:1/", "not an address"):
        with pytest.raises(AuthorityAway):
            HttpAuthority(url, sandbox.folder / "ca.pem").stamp(ROOT)


def test_a_stamp_of_another_authority_and_a_changed_one_do_not_hold(sandbox, tmp_path):
    response, at = sandbox.stamp(ROOT)
    other = SandboxAuthority(tmp_path / "other")
    other.stamp(ROOT)
    assert stamps.check(ROOT, response, sandbox.certificates) == at
    with pytest.raises(stamps.NotAStamp):
        stamps.check(ROOT, response, other.certificates)
    for place in range(0, len(response), 41):
        changed = bytearray(response)
        changed[place] ^= 1
        with pytest.raises(stamps.NotAStamp):
            assert stamps.check(ROOT, bytes(changed), sandbox.certificates) is None, place


def test_the_sandbox_says_that_it_proves_nothing(sandbox):
    sandbox.stamp(ROOT)
    ((name, _fingerprint),) = stamps.names(sandbox.certificates)
    assert "without legal effect" in name
    assert "没有法律效力" in sandbox.name


def test_two_workers_that_begin_at_once_have_one_set_of_keys(tmp_path):
    authority = SandboxAuthority(tmp_path / "tsa")
    threads = [threading.Thread(target=authority._begin) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    response, at = authority.stamp(ROOT)
    assert stamps.check(ROOT, response, authority.certificates) == at
    assert [one.name for one in tmp_path.iterdir()] == ["tsa"]
