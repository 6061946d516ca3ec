"""Structured logs: one line for each thing that happened, with the request's id.

Never a password, an ``Authorization`` header, a query string or a body: fields with such names are
replaced even when somebody logs them.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

_SECRET_WORDS = ("password", "authorization", "secret", "token", "cookie", "credential")
# Libraries whose talk is of no use below a warning.
_NOISY = ("uvicorn", "uvicorn.error", "mail.log", "asyncio", "alembic", "httpx", "httpcore")
_HIDDEN = "***"
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def hide_secrets(
    _logger: Any, _method: str, fields: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace the values of fields whose names speak of secrets."""
    for name in fields:
        lowered = name.lower()
        if any(word in lowered for word in _SECRET_WORDS):
            fields[name] = _HIDDEN
    return fields


def set_up_logs(level: str = "info", form: str = "json", stream: TextIO | None = None) -> None:
    """Send the logs of the process to ``stream`` (standard error)."""
    target: TextIO = sys.stderr if stream is None else stream
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=target.isatty())
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    finish: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if form == "json":
        finish.append(structlog.processors.format_exc_info)
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[*finish, renderer]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(_LEVELS[level])
    for noisy in (
        "uvicorn",
        "uvicorn.error",
        "mail.log",
        "asyncio",
        "alembic",
        "httpx",
        "httpcore",
    ):
        logging.getLogger(noisy).setLevel(max(_LEVELS[level], logging.WARNING))
