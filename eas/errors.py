"""Errors of ActiveSync: a status of the command's answer, or an HTTP status of the request."""

from __future__ import annotations

from schemas import errors as table
from store.errors import StoreError


class EasError(Exception):
    """A refusal with a status: a common one (101 and above), or one of the command's own.

    ``text`` is for the log; devices get the number alone.
    """

    def __init__(self, status: int, text: str = "") -> None:
        super().__init__(text or f"status {status}")
        self.status = status
        self.text = text


class HttpError(Exception):
    """A request that is answered by HTTP alone (MS-ASHTTP 2.2.2.1.1)."""

    def __init__(self, status: int, text: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(text or f"HTTP {status}")
        self.status = status
        self.text = text
        self.headers = headers or {}


def eas_status(error: StoreError | EasError) -> int:
    """The status for a refusal of the store: common, or that of one item of a Sync."""
    if isinstance(error, EasError):
        return error.status
    return table.eas_status(type(error).__name__, error.role)


def in_words_of(error: StoreError | EasError, words: dict[str, int]) -> EasError:
    """The error with the status that a command has for it: ``words`` maps classes of StoreError
    (``NotFound``, or ``NotFound parent`` with its role) to status codes."""
    if isinstance(error, EasError):
        return error
    name = type(error).__name__
    status = words.get(f"{name} {error.role}", words.get(name, eas_status(error)))
    return EasError(status, error.message)
