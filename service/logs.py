"""Logs: lines for people on a terminal, else JSON. An exception is named by kind and place, never by its text."""

import logging
import sys
import traceback
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

_MOST_FRAMES = 5


def configure_logs(level: int = logging.INFO) -> None:
    """Send the lines of this process from a level on to standard error, with the id of the request or job."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _name_exception,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(level)  # Scrapy gives its own loggers a lower one
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("procrastinate", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)  # each attempt to connect, with the exception's text


def frames(trace: TracebackType | None) -> list[str]:
    """Return where an exception was raised, the innermost place last, without the values that a text may quote."""
    return [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(trace)[-_MOST_FRAMES:]]


def _name_exception(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    problem = line.pop("exc_info", None)
    if problem is True:
        problem = sys.exc_info()
    if isinstance(problem, BaseException):
        problem = type(problem), problem, problem.__traceback__
    if isinstance(problem, tuple) and problem[0] is not None:
        line["error"], line["at"] = problem[0].__name__, frames(problem[2])
    return line
