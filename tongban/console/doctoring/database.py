"""The database: whether it answers, is new enough, complete, safe, and at the same time of day."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import DatabaseError, connection

from tongban.config.health import missing_migrations
from tongban.console.doctoring.diagnosis import Diagnosis, ill, skipped, well

OLDEST_VERSION = 15
# Seconds; the clocks of one installation should not differ by more.
CLOCK_OFF_BY = 2.0


def check() -> Iterator[Diagnosis]:
    """Everything that can be asked of the database; the rest is skipped while it is away."""
    try:
        began = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            (theirs,) = cursor.fetchone()
        took = (time.perf_counter() - began) * 1000
    except DatabaseError as error:
        said = str(error).strip().splitlines()[-1]
        remedy = "检查 DATABASE_URL 的地址、用户和密码，以及数据库是否在运行"
        yield ill("database", f"数据库没有响应：{said}", remedy)
        yield skipped("migrations", "数据库没有响应，没有检查")
        return
    yield _version(took)
    yield _clock(theirs)
    yield _migrations()
    yield _durable()


def _version(took: float) -> Diagnosis:
    number = connection.cursor().connection.info.server_version // 10000
    says = f"PostgreSQL {number}，应答 {took:.0f} 毫秒"
    if number < OLDEST_VERSION:
        return ill("database", says, f"升级到 PostgreSQL {OLDEST_VERSION} 或更新版本")
    return well("database", says)


def _clock(theirs: datetime) -> Diagnosis:
    off = (datetime.now(UTC) - theirs).total_seconds()
    says = f"本机与数据库的时钟相差 {off:+.1f} 秒"
    if abs(off) > CLOCK_OFF_BY:
        return ill("clock", says, "在两台机器上启用时间同步（NTP）")
    return well("clock", says)


def _migrations() -> Diagnosis:
    missing = missing_migrations()
    if missing:
        says = f"数据库缺少 {len(missing)} 个迁移：{'、'.join(missing[:5])}"
        return ill("migrations", says, "运行 ./run node prepare")
    return well("migrations", "数据库结构是最新的")


def _durable() -> Diagnosis:
    """A commit that is not on the disk is lost with the power, and the applicant's receipt lies."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes',"
            " 'synchronous_commit') AND setting = 'off' ORDER BY name"
        )
        off = [name for (name,) in cursor.fetchall()]
    if off:
        says = f"数据库关掉了 {'、'.join(off)}：断电会丢失已经确认的提交"
        return ill("durability", says, "在 postgresql.conf 中打开，并重新加载配置")
    return well("durability", "提交落盘后才确认")
