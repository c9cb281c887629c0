"""`./run node backup` and its like: copies of a node in a folder or an S3-compatible store."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from tongban.local import backups, buckets
from tongban.local.backups import Copies
from tongban.local.buckets import is_bucket, open_bucket
from tongban.local.postgres import wheel_programs
from tongban.local.trouble import WrongWords

Copied = Annotated[
    str, typer.Argument(help="备份文件夹，或 s3://桶/前缀 The folder of the copies, or s3://…")
]
Papers = Annotated[Path | None, typer.Option("--papers", help="节点的材料文件夹 The node's papers")]
Spool = Annotated[
    Path | None,
    typer.Option("--spool", help="用对象存储时，本机上放日志的文件夹 With s3://…: logs, here"),
]


def add_to(app: typer.Typer) -> None:
    """Put these commands among those of a node."""
    app.command(
        "archive-settings", help="数据库服务器连续归档的设置。 Settings to archive changes."
    )(archive_settings)
    app.command(help="备份：整个数据库和材料。 Copy the database, while it works, and the papers.")(
        backup
    )
    app.command(
        "ship-logs", help="把归档的日志送到对象存储。 Bring the archived log into the store."
    )(ship_logs)
    app.command(
        help="恢复到某一刻，放进空的数据文件夹。 Restore to a moment, into an empty folder."
    )(restore)


def archive_settings(folder: Copied, spool: Spool = None) -> None:
    """For postgresql.conf; the server has to be started again after they were put in."""
    settings = (
        backups.archive_settings(_spool(spool))
        if is_bucket(folder)
        else Copies(Path(folder)).archive_settings()
    )
    for setting in settings:
        name, _, value = setting.partition("=")
        print(f"{name} = '{value}'")


def backup(
    folder: Copied,
    url: Annotated[
        str, typer.Option("--url", help="有复制权限的数据库地址 Address of a role for replication")
    ],
    papers: Papers = None,
    spool: Spool = None,
) -> None:
    """What came since goes to the archive by itself (archive-settings). Keys are not copied."""
    copied = 0
    if is_bucket(folder):
        bucket = open_bucket(folder)
        print(buckets.base_backup(bucket, programs=wheel_programs(), url=url, spool=_spool(spool)))
        copied = buckets.copy_papers(bucket, papers) if papers else 0
    else:
        copies = Copies(Path(folder))
        print(backups.base_backup(copies, programs=wheel_programs(), url=url))
        copied = backups.copy_papers(copies, papers) if papers else 0
    if papers:
        print(f"{copied} 份新材料 new papers")


def ship_logs(folder: Copied, spool: Spool = None) -> None:
    """Once a minute, by a timer: what is not shipped yet is lost with this machine."""
    print(f"{buckets.ship_log(open_bucket(folder), _spool(spool))} 段日志 pieces of the log")


def restore(
    folder: Copied,
    data: Annotated[Path, typer.Option("--data", help="空的数据文件夹 An empty data folder")],
    until: Annotated[
        datetime | None,
        typer.Option("--until", formats=["%Y-%m-%dT%H:%M:%S%z"], help="2026-11-22T09:00:00+0800"),
    ] = None,
    papers: Papers = None,
    spool: Spool = None,
) -> None:
    """Then start the server, and reconcile before people work: docs/how-to/back-up-a-node.md."""
    restored = 0
    if is_bucket(folder):
        bucket = open_bucket(folder)
        print(buckets.restore(bucket, data, spool=_spool(spool), until=until))
        restored = buckets.restore_papers(bucket, papers) if papers else 0
    else:
        copies = Copies(Path(folder))
        print(backups.restore(copies, data, until=until))
        restored = backups.restore_papers(copies, papers) if papers else 0
    if papers:
        print(f"{restored} 份材料 papers")


def _spool(given: Path | None) -> Path:
    if given is None:
        raise WrongWords(
            "用对象存储时要用 --spool 给出本机上放日志的文件夹。",
            "With an object store, name a folder of this machine for the log with --spool.",
        )
    backups.check_folder(given)
    return given
