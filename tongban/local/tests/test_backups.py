"""The drill: a server is copied while it works, lost, and brought back as it was at a moment."""

import shutil
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tongban.local import backups, ports, postgres
from tongban.local.backups import Copies
from tongban.local.tests.servers import connect, hand_over, one, running, said_by, wait_for
from tongban.local.trouble import Trouble, WrongWords

AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


def test_a_server_comes_back_as_it_was_at_a_moment_or_as_it_last_was(enterable_folder):
    root = enterable_folder("backups")
    copies = Copies(root / "copies")
    server, _ = postgres.place(root, root / "postgres", port=ports.free_port())
    server = replace(server, settings=(*postgres.FAST, *copies.archive_settings()))
    postgres.make_room(server)
    server.initialise("admin")
    copies.wal.mkdir(parents=True)
    hand_over(copies.folder, server.user)
    root.chmod(0o755)
    with running(server), connect(server) as connection:
        connection.execute("create table said (word text)")
        connection.execute("insert into said values ('before the copy')")
        url = server.url("postgres", "admin", "postgres")
        backups.base_backup(copies, programs=server.programs, url=url)
        connection.execute("insert into said values ('after the copy')")
        time.sleep(0.05)
        moment = one(connection, "select clock_timestamp()")
        time.sleep(0.05)
        connection.execute("insert into said values ('a mistake')")
        last = one(connection, "select pg_walfile_name(pg_current_wal_lsn())")
        connection.execute("select pg_switch_wal()")
        wait_for(copies.wal / last)

    words = ["before the copy", "after the copy"]
    assert played(server, copies, root / "then", until=moment) == words
    assert played(server, copies, root / "now", until=None) == [*words, "a mistake"]


def played(server, copies: Copies, data: Path, *, until) -> list[str]:
    """What a server says that was started from the copies."""
    backups.restore(copies, data, until=until)
    hand_over(data, server.user)
    return said_by(server, data)


def test_the_last_copy_before_the_moment_is_taken_and_none_after_it(tmp_path):
    copies = Copies(tmp_path)
    for name in ("20261120T010000000000Z", "20261121T010000000000Z", "20261122T010000000000Z.part"):
        (copies.bases / name).mkdir(parents=True)
    assert copies.newest_base(AT).name == "20261121T010000000000Z"
    assert copies.newest_base(AT - timedelta(days=1, seconds=1)).name == "20261120T010000000000Z"
    assert copies.newest_base(None).name == "20261121T010000000000Z"
    with pytest.raises(Trouble):
        copies.newest_base(AT - timedelta(days=9))


def test_a_data_folder_with_something_in_it_is_never_overwritten(tmp_path):
    copies = Copies(tmp_path / "copies")
    (copies.bases / "20261120T010000000000Z").mkdir(parents=True)
    data = tmp_path / "data"
    data.mkdir()
    (data / "precious").touch()
    with pytest.raises(Trouble):
        backups.restore(copies, data)
    assert [one.name for one in data.iterdir()] == ["precious"]


def test_papers_are_copied_once_and_come_back(tmp_path):
    copies = Copies(tmp_path / "copies")
    source = tmp_path / "node" / "papers"
    (source / "ab").mkdir(parents=True)
    (source / "ab" / ("ab" * 32)).write_bytes(b"paper")
    assert backups.copy_papers(copies, source) == 1
    assert backups.copy_papers(copies, source) == 0
    shutil.rmtree(source)
    assert backups.restore_papers(copies, source) == 1
    assert (source / "ab" / ("ab" * 32)).read_bytes() == b"paper"


@pytest.mark.parametrize("folder", ["copies", "/tmp/it's", "/tmp/a b", "/tmp/$HOME"])
def test_a_folder_that_a_shell_could_misread_is_refused(folder):
    with pytest.raises(WrongWords):
        Copies(Path(folder))


def test_a_server_that_is_not_there_is_said_in_words(tmp_path):
    with pytest.raises(Trouble, match="failed"):
        backups.base_backup(
            Copies(tmp_path), programs=postgres.wheel_programs(),
            url="postgresql://nobody@127.0.0.1:1/none",
        )  # fmt: skip
    assert list(Copies(tmp_path).bases.iterdir()) == []
