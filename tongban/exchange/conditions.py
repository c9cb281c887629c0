"""What is wrong with a node that works, in words: late, parked, silent, nearly full.

A finding is no error: the node goes on, and somebody should look. Domains and doors above add
checks of their own with `checks`; each is asked in turn, and one that fails is a finding itself.
The thresholds are defaults of this platform, no rule of any document.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Window
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongban.exchange import beats, queries
from tongban.exchange.queries import Held
from tongban.record import stamping

log = structlog.get_logger(__name__)

WORKER_SILENT_AFTER = timedelta(seconds=30)
BROKER_AWAY_AFTER = timedelta(seconds=30)
UNSENT_LATE_AFTER = timedelta(minutes=5)
UNCONFIRMED_LATE_AFTER = timedelta(minutes=15)
HELD_AFTER = timedelta(minutes=1)
CLOCK_OFF_BY = timedelta(seconds=2)
MAILBOX_NEARLY_FULL = 0.7


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at: `code` for machines, words and a remedy for people, since when."""

    code: str
    cause: str
    remedy: str
    since: datetime | None = None
    # The node it is about, where it is about another one.
    node: str = ""


Check = Callable[[datetime], Iterable[Finding]]
_checks: list[Check] = []


def checks(check: Check) -> Check:
    """Register a check; it is given the moment and says what it finds. Twice counts once."""
    if check not in _checks:
        _checks.append(check)
    return check


def findings(*, at: datetime) -> list[Finding]:
    """All that is not as it should be, in the order of the checks; empty when all is well.

    Raises OperationalError while the database is away: then nothing else can be said.
    """
    found: list[Finding] = []
    for check in _checks:
        try:
            found += check(at)
        except DatabaseError:
            raise
        except Exception:
            log.exception("conditions.check_failed", check=check.__name__)
            found.append(
                Finding(
                    "check-failed",
                    _("检查“%(name)s”自己出错了") % {"name": check.__name__},
                    _("请查看日志中的 conditions.check_failed"),
                )
            )
    return found


@checks
def worker(at: datetime) -> Iterable[Finding]:
    """Whether anybody sends and receives, and whether they reach the broker."""
    alive = beats.latest()
    if alive is None or at - alive.at > WORKER_SILENT_AFTER:
        yield Finding(
            "worker-silent",
            _("后台进程没有动静，报文既不发出也不收进"),
            _("启动或重启后台进程（./run worker run），并查看它的日志"),
            alive.at if alive else None,
        )
    elif not alive.is_connected and at - alive.since > BROKER_AWAY_AFTER:
        yield Finding(
            "broker-away",
            _("连不上消息服务器，报文留在本节点等待"),
            _("检查网络、消息服务器地址和密码（./run doctor），恢复后会自动发出"),
            alive.since,
        )


@checks
def clock(_at: datetime) -> Iterable[Finding]:
    """Whether this machine and its database agree on what time it is."""
    with connection.cursor() as cursor:
        # Not now(), which is when the transaction began.
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
    off = abs(theirs - datetime.now(theirs.tzinfo))
    if off > CLOCK_OFF_BY:
        yield Finding(
            "clock-skew",
            _("本机与数据库的时钟相差%(seconds)d秒") % {"seconds": off.total_seconds()},
            _("在两台机器上启用时间同步（NTP）"),
        )


@checks
def owed(at: datetime) -> Iterable[Finding]:
    """Messages that are not sent or not confirmed for too long, by recipient, and why where it is known."""
    held = [one for one in queries.held() if at - one.since >= HELD_AFTER]
    yield from _late(at, besides={one.recipient for one in held})
    yield from _held(held)


def _late(at: datetime, *, besides: set[str]) -> Iterable[Finding]:
    for late in queries.undelivered_by_recipient():
        waited = at - late.oldest_at
        if late.recipient in besides:
            continue
        if late.unsent and waited > UNSENT_LATE_AFTER:
            yield Finding(
                "unsent-late",
                _("发给节点%(node)s的%(count)d份报文还没发出")
                % {"node": late.recipient, "count": late.unsent},
                _("看报文收发页上最近的错误：%(error)s") % {"error": late.last_error or "—"},
                late.oldest_at,
                late.recipient,
            )
        elif late.unconfirmed and waited > UNCONFIRMED_LATE_AFTER:
            yield Finding(
                "unconfirmed-late",
                _("节点%(node)s还没确认%(count)d份报文")
                % {"node": late.recipient, "count": late.unconfirmed},
                _("请联系对方节点的运维，问他们的后台进程是否在运行"),
                late.oldest_at,
                late.recipient,
            )


def _held(nodes: Iterable[Held]) -> Iterable[Finding]:
    """Nodes to which nothing can be sent: what is for them stays here, and all others go on."""
    for one in nodes:
        yield Finding(
            f"paused-{one.code}",
            _("发给节点%(node)s的报文暂时发不出：%(reason)s")
            % {"node": one.recipient, "reason": one.reason},
            _("报文都留在本节点，不会丢，恢复后按原来的顺序发出；请联系对方节点和枢纽的运维"),
            one.since,
            one.recipient,
        )


@checks
def parked(_at: datetime) -> Iterable[Finding]:
    """Messages that wait for a person."""
    oldest = queries.parked().annotate(count=Window(Count("pk"))).first()
    if oldest is not None:
        words = ngettext("有%(count)d份报文搁置", "有%(count)d份报文搁置", oldest.count)
        yield Finding(
            "parked",
            words % {"count": oldest.count},
            _("在报文收发页上逐份查看原因，重试或作废"),
            oldest.received_at,
        )


@checks
def mailboxes(_at: datetime) -> Iterable[Finding]:
    """At the hub: mailboxes near their limit. A full one refuses mail, and senders keep it."""
    if not settings.IS_HUB:
        return
    for contact in queries.contacts():
        if contact.mailbox_used > MAILBOX_NEARLY_FULL:
            share = round(100 * contact.mailbox_used)
            yield Finding(
                "mailbox-nearly-full",
                _("节点%(node)s的信箱已用%(share)d%%") % {"node": contact.node, "share": share},
                _("请联系该节点恢复收取；必要时为信箱扩容。信箱满了也不丢报文，只是留在发件节点"),
                contact.last_contact_at,
                contact.node,
            )


@checks
def stamps(_at: datetime) -> Iterable[Finding]:
    """Time-stamps that the authority does not give: late, and nothing else waits for them."""
    if stamping.is_late():
        found = stamping.health()
        yield Finding(
            "stamps-late",
            _("时间戳没有盖上，有%(count)d批在等，办件照常办理") % {"count": found.waiting},
            _("检查时间戳服务：%(error)s。恢复后会自动补盖") % {"error": found.last_error},
            found.late_since,
        )
