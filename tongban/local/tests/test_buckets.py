"""The same drill with an S3-compatible store: copied while it works, lost, brought back from there."""

import hashlib
import importlib.util
import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import obstore
import pytest

from tongban.local import backups, buckets, ports, postgres
from tongban.local.buckets import Bucket, open_bucket
from tongban.local.tests.servers import connect, hand_over, one, running, said_by, until, wait_for
from tongban.local.trouble import Trouble, WrongWords

needs_a_store = pytest.mark.skipif(
    importlib.util.find_spec("moto") is None,
    reason="moto, the S3 server of these tests, is missing",
)


@pytest.fixture(scope="module")
def store_url():
    """A store for these tests, as a process of its own."""
    port = ports.free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip
    try:
        until(lambda: ports.answers(port), "the store")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture
def bucket(store_url, monkeypatch, request):
    monkeypatch.setenv("AWS_ENDPOINT_URL", store_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    name = "copies-" + hashlib.sha256(request.node.name.encode()).hexdigest()[:12]
    httpx.put(f"{store_url}/{name}").raise_for_status()
    return open_bucket(f"s3://{name}/22")


def names(bucket: Bucket, prefix: str) -> list[str]:
    return sorted(one["path"] for some in obstore.list(bucket.store, prefix) for one in some)


def a_server(root, spool):
    server, _ = postgres.place(root, root / "postgres", port=ports.free_port())
    server = replace(server, settings=(*postgres.FAST, *backups.archive_settings(spool)))
    postgres.make_room(server)
    server.initialise("admin")
    spool.mkdir(parents=True)
    hand_over(spool, server.user)
    root.chmod(0o755)
    return server


@needs_a_store
def test_a_server_comes_back_from_the_store_as_it_was_at_a_moment_or_last(enterable_folder, bucket):
    root = enterable_folder("buckets")
    spool = root / "spool"
    server = a_server(root, spool)
    with running(server), connect(server) as connection:
        connection.execute("create table said (word text)")
        connection.execute("insert into said values ('before the copy')")
        url = server.url("postgres", "admin", "postgres")
        stamp = buckets.base_backup(bucket, programs=server.programs, url=url, spool=spool)
        connection.execute("insert into said values ('after the copy')")
        time.sleep(0.05)
        moment = one(connection, "select clock_timestamp()")
        time.sleep(0.05)
        connection.execute("insert into said values ('a mistake')")
        last = one(connection, "select pg_walfile_name(pg_current_wal_lsn())")
        connection.execute("select pg_switch_wal()")
        wait_for(spool / last)
        assert buckets.ship_log(bucket, spool) >= 1
    assert not (spool / last).exists(), "what the store has, leaves the spool"
    assert f"base/{stamp}.json" in names(bucket, "base/")

    words = ["before the copy", "after the copy"]
    assert played(server, bucket, root / "then", until=moment) == words
    assert played(server, bucket, root / "now", until=None) == [*words, "a mistake"]


def played(server, bucket, data, *, until):
    """What a server says that was started from the store alone."""
    log = data.with_name(data.name + "-log")
    buckets.restore(bucket, data, spool=log, until=until)
    hand_over(data, server.user)
    hand_over(log, server.user)
    return said_by(server, data)


@needs_a_store
def test_a_backup_that_fails_leaves_nothing_that_counts(bucket, tmp_path):
    with pytest.raises(Trouble, match="failed"):
        buckets.base_backup(
            bucket, programs=postgres.wheel_programs(), spool=tmp_path,
            url="postgresql://nobody@127.0.0.1:1/none",
        )  # fmt: skip
    assert names(bucket, "base/") == []
    with pytest.raises(Trouble, match="no base backup"):
        buckets.restore(bucket, tmp_path / "data", spool=tmp_path / "log")


@needs_a_store
def test_a_base_that_was_changed_in_the_store_is_refused(bucket, tmp_path):
    said = b'{"archive": "base/one.tar.gz", "sha256": "00", "size": 3}'
    obstore.put(bucket.store, "base/20261122T010000000000Z.json", said)
    obstore.put(bucket.store, "base/one.tar.gz", b"not what was backed up")

    with pytest.raises(Trouble, match="earlier base"):
        buckets.restore(bucket, tmp_path / "data", spool=tmp_path / "log")


@needs_a_store
def test_the_last_base_before_the_moment_is_taken(bucket):
    for name in ("20261120T010000000000Z", "20261121T010000000000Z"):
        obstore.put(bucket.store, f"base/{name}.json", b"{}")

    assert buckets._newest(bucket, None) == "20261121T010000000000Z"
    between = datetime(2026, 11, 21, 0, 59, tzinfo=UTC)
    assert buckets._newest(bucket, between) == "20261120T010000000000Z"


@needs_a_store
def test_two_servers_that_write_to_one_place_are_found_out(bucket, tmp_path):
    piece = tmp_path / ("0" * 24)
    growing = tmp_path / f"{piece.name}.part"
    growing.write_bytes(b"still growing")
    piece.write_bytes(b"one server")
    assert buckets.ship_log(bucket, tmp_path) == 1
    piece.write_bytes(b"one server")
    assert buckets.ship_log(bucket, tmp_path) == 1, "the same piece again is the same"
    piece.write_bytes(b"another server")

    with pytest.raises(Trouble, match="two servers"):
        buckets.ship_log(bucket, tmp_path)

    assert piece.exists()
    assert growing.exists()


@needs_a_store
def test_papers_go_once_and_come_back_only_as_they_were(bucket, tmp_path):
    source = tmp_path / "papers"
    contents = [b"paper", os.urandom(6 << 20)]
    for content in contents:
        digest = hashlib.sha256(content).hexdigest()
        (source / digest[:2]).mkdir(parents=True, exist_ok=True)
        (source / digest[:2] / digest).write_bytes(content)
    assert (buckets.copy_papers(bucket, source), buckets.copy_papers(bucket, source)) == (2, 0)

    assert buckets.restore_papers(bucket, tmp_path / "back") == 2
    back = {one.read_bytes() for one in (tmp_path / "back").glob("??/*")}
    assert back == set(contents)

    digest = hashlib.sha256(b"paper").hexdigest()
    obstore.put(bucket.store, f"papers/{digest[:2]}/{digest}", b"forged")
    with pytest.raises(Trouble, match="was changed"):
        buckets.restore_papers(bucket, tmp_path / "again")
    assert not (tmp_path / "again" / digest[:2] / digest).exists()


@pytest.mark.parametrize("address", ["s3://", "s3://UPPER/x", "https://here/x", "s3://b/a b"])
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(WrongWords):
        open_bucket(address)


def test_a_store_that_is_not_there_is_said_in_words(monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    (tmp_path / ("0" * 24)).write_bytes(b"a piece")

    with pytest.raises(Trouble, match="did not answer"):
        buckets.ship_log(open_bucket("s3://nowhere/22"), tmp_path)

    assert (tmp_path / ("0" * 24)).exists()
