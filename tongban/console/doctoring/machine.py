"""The machine: room on the disk, folders one can write to, static files, the zone of time."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings

from tongban.basics import space
from tongban.console.doctoring.diagnosis import Diagnosis, doubtful, ill, well

# Defaults of this platform: below the first nothing works for long, below the second somebody
# should make room in time.
LEAST_BYTES = 500 * 1024**2
SCARCE_BYTES = 5 * 1024**3


def check() -> Iterator[Diagnosis]:
    """Everything about this machine that needs no other one."""
    yield _room(settings.DATA_DIR)
    yield _writable(settings.DATA_DIR)
    yield _static_files()
    yield _zone()


def _room(folder: Path) -> Diagnosis:
    free, _total = space.usage(folder)
    says = f"{folder} 所在磁盘还有 {free / 1024**3:.1f} GB"
    if free < LEAST_BYTES:
        return ill("disk", says, "马上腾出空间或扩容：写不下材料时，收件会被拒绝")
    if free < SCARCE_BYTES:
        return doubtful("disk", says, "尽快腾出空间或扩容")
    return well("disk", says)


def _writable(folder: Path) -> Diagnosis:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"doctor")
    except OSError as error:
        remedy = f"让运行本程序的用户可以写 {folder}（DATA_DIR）"
        return ill("data-folder", f"写不进 {folder}：{error.strerror}", remedy)
    return well("data-folder", f"{folder} 可以写")


def _static_files() -> Diagnosis:
    if (settings.STATIC_ROOT / "staticfiles.json").exists():
        return well("static-files", "静态文件已汇集")
    remedy = "运行 ./run node collect-static"
    return ill("static-files", f"{settings.STATIC_ROOT} 里没有静态文件，页面打不开", remedy)


def _zone() -> Diagnosis:
    try:
        ZoneInfo(settings.TIME_ZONE)
    except ZoneInfoNotFoundError:
        remedy = "安装系统的 tzdata"
        return ill("time-zone", f"系统不认识时区 {settings.TIME_ZONE}，期限会算错", remedy)
    return well("time-zone", f"时区 {settings.TIME_ZONE}")
