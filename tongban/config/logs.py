"""How log lines look: a dotted event name and facts, for a person at a terminal or as JSON."""

import sys
from typing import Any

import structlog


def configure() -> None:
    """Write to the error stream, so that what a command prints stays clean.

    Tracebacks come without the values of variables: those may be somebody's particulars.
    """
    renderer: Any
    if sys.stderr.isatty():
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        shown: list[Any] = [renderer]
    else:
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
        shown = [structlog.processors.format_exc_info, renderer]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *shown,
        ],
        wrapper_class=structlog.make_filtering_bound_logger("INFO"),
        # Looked up at every line: tests and launchers put another stream in its place.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
