"""Whether this node lives, whether it can work, and what it says while its database is away."""

import logging
from collections.abc import Callable
from threading import Event
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tongban.api import problems
from tongban.basics.away import DATABASE_AWAY
from tongban.basics.refusals import Refused
from tongban.ui.views import server_error

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 5
_complete = Event()


@require_safe
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """The process answers; says nothing of what it needs, so that nobody restarts it in vain."""
    return JsonResponse({"live": True, "node": settings.NODE_ID})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """The database answers and has all migrations; else 503 with the cause."""
    try:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute("SELECT 1")
        missing = missing_migrations()
    except DatabaseError as error:
        log.warning("health.database_away", extra={"cause": str(error)})
        return _not_ready("database-unavailable", _("数据库没有响应"))
    if missing:
        return _not_ready("migrations-missing", _("数据库结构不是最新"), missing=missing)
    return JsonResponse({"ready": True, "node": settings.NODE_ID})


def _not_ready(code: str, cause: str, **facts: Any) -> JsonResponse:
    body = {"ready": False, "node": settings.NODE_ID, "code": code, "cause": cause, **facts}
    return JsonResponse(
        body, status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
        json_dumps_params={"ensure_ascii": False},
    )  # fmt: skip


def missing_migrations() -> list[str]:
    """Migrations that the code has and the database has not.

    Nothing un-applies a migration under a running process, so once complete is not asked again.
    """
    if _complete.is_set():
        return []
    loader = MigrationLoader(connections[DEFAULT_DB_ALIAS])
    missing = set(loader.disk_migrations) - set(loader.applied_migrations)
    if not missing:
        _complete.set()
    return sorted(f"{app}.{name}" for app, name in missing)


class DatabaseAwayMiddleware:
    """Turns a lost database into one sentence, 503 and Retry-After, in the door's own form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answers for a view that could not reach the database; leaves every other error alone."""
        return unavailable(request, error) if isinstance(error, DATABASE_AWAY) else None


def unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    """503 as a page, or as a problem (RFC 9457) under /api/. Touches no database itself."""
    log.error("request.database_away", extra={"path": request.path, "cause": str(error)})
    if not request.path.startswith("/api/"):
        return server_error(request)
    problem = problems.answer(request, DatabaseAway())
    problem["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return problem


class DatabaseAway(Refused):
    """Nothing can be read or written now; whether the last commit came through is not known."""

    code = "database-unavailable"
    status = 503

    def __init__(self) -> None:
        super().__init__(
            _("系统暂时连不上数据库，请稍后用同一个请求重试；提交申请用同一个幂等键，不会重复")
        )
