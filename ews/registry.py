"""The registry of operations: which are built, since which version, and what is still missing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from ews.context import Context

Handler = Callable[[Any, "Context"], Awaitable[Any]]


class Operation(msgspec.Struct, frozen=True):
    """A built operation. ``missing``: what of it is not there yet, in words for the README."""

    name: str
    handler: Handler
    missing: str = ""


_OPERATIONS: dict[str, Operation] = {}


def operation(name: str, *, missing: str = "") -> Callable[[Handler], Handler]:
    """Register the function that answers the operation of that name in the contract."""

    def register(handler: Handler) -> Handler:
        if name in _OPERATIONS:
            raise RuntimeError(f"{name} is registered already")
        _OPERATIONS[name] = Operation(name, handler, missing)
        return handler

    return register


def find_operation(name: str) -> Operation | None:
    """The built operation of that name."""
    return _OPERATIONS.get(name)


def built_operations() -> dict[str, Operation]:
    """All built operations by name."""
    return dict(sorted(_OPERATIONS.items()))
