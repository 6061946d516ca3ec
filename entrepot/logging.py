"""Structured logs: one line for each thing that happened, with the request's id.

Never a password, an ``Authorization`` header, a query string or a body: fields with such names are
replaced even when somebody logs them.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any, TextIO

import msgspec
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
        if _is_secret(name):
            fields[name] = _HIDDEN
    return fields


@lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    lowered = name.lower()
    return any(word in lowered for word in _SECRET_WORDS)


class _Lines:
    """Where one part of the server writes its lines: straight to the stream, for every request
    writes one; libraries go by way of the standard library's loggers."""

    def __init__(self, stream: TextIO, name: str = "") -> None:
        self.name = name
        self._stream = stream

    def info(self, line: str) -> None:
        """Write a finished line, whatever its level."""
        self._stream.write(line + "\n")
        self._stream.flush()

    debug = warning = error = critical = exception = info


def _add_name(
    logger: _Lines, _method: str, fields: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    fields["logger"] = logger.name
    return fields


def _json(fields: dict[str, Any], **_: Any) -> str:
    try:
        return msgspec.json.encode(fields, enc_hook=repr).decode()
    except UnicodeEncodeError:  # text that came as bytes of no known encoding
        return json.dumps(fields, default=repr)


def set_up_logs(level: str = "info", form: str = "json", stream: TextIO | None = None) -> None:
    """Send the logs of the process to ``stream`` (standard error)."""
    target: TextIO = sys.stderr if stream is None else stream
    renderer: Any = (
        structlog.processors.JSONRenderer(serializer=_json)
        if form == "json"
        else structlog.dev.ConsoleRenderer(
            colors=target.isatty(),
            # The richer ones show local variables: passwords among them.
            exception_formatter=structlog.dev.plain_traceback,
        )
    )
    finish = [structlog.processors.format_exc_info, renderer] if form == "json" else [renderer]
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, _add_name, *shared, *finish],
        logger_factory=lambda *name: _Lines(target, *name),
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_logger_name,
                *shared,
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *finish],
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
