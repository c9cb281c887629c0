"""How log lines look: a dotted event name and facts, for a person at a terminal or as JSON.

Lines of libraries, Django's among them, take the same form, so that one reader reads all. What is
bound to a request (its id) stands in every line that is written while it is answered.
"""

import sys
from typing import Any

import structlog

_FACTS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure() -> None:
    """Write to the error stream, so that what a command prints stays clean.

    Tracebacks come without the values of variables: those may be somebody's particulars.
    """
    structlog.configure(
        processors=[*_FACTS, *_shown()],
        wrapper_class=structlog.make_filtering_bound_logger("INFO"),
        # Looked up at every line: tests and launchers put another stream in its place.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def of_libraries() -> dict[str, Any]:
    """The same for the standard library's logging: warnings and worse.

    Without this, Django is silent about errors of our own outside DEBUG.
    """
    as_ours = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [*_FACTS, structlog.stdlib.ExtraAdder(), _name_the_logger],
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_shown()],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": as_ours},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "ours"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
    }


def _shown() -> list[Any]:
    if sys.stderr.isatty():
        plain = structlog.dev.plain_traceback
        return [structlog.dev.ConsoleRenderer(exception_formatter=plain)]
    # Django hands objects over beside its lines; their bare name is enough, never their content.
    renderer = structlog.processors.JSONRenderer(ensure_ascii=False, default=_name_of)
    return [structlog.processors.format_exc_info, renderer]


def _name_the_logger(_logger: Any, _method: str, facts: dict[str, Any]) -> dict[str, Any]:
    facts["logger"] = facts["_record"].name
    # Django adds the whole request to its lines about answers; its particulars stay out of logs.
    facts.pop("request", None)
    return facts


def _name_of(thing: Any) -> str:
    return type(thing).__name__
