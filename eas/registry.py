"""Commands by name: each registers itself, with the first version that has it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import msgspec

from eas.answers import Answer

if TYPE_CHECKING:
    from eas.context import Context

Handler = Callable[["Context"], Awaitable[Answer]]


class Registered(msgspec.Struct, frozen=True):
    """A command. ``last``: the newest version that still has it. ``needs_policy``: it is refused
    until the device took the policies. ``takes_mime``: its body may be a message instead."""

    name: str
    handler: Handler
    since: str
    last: str
    needs_policy: bool
    takes_mime: bool


_COMMANDS: dict[str, Registered] = {}


def command(
    name: str,
    *,
    since: str = "12.1",
    last: str = "16.1",
    needs_policy: bool = True,
    takes_mime: bool = False,
) -> Callable[[Handler], Handler]:
    """Register the function that answers a command."""

    def register(handler: Handler) -> Handler:
        if name in _COMMANDS:
            raise RuntimeError(f"two functions answer {name}")
        _COMMANDS[name] = Registered(name, handler, since, last, needs_policy, takes_mime)
        return handler

    return register


def find_command(name: str) -> Registered | None:
    """The registered command, None for one that is not built."""
    return _COMMANDS.get(name)


def commands() -> tuple[str, ...]:
    """Names of all commands that are built, in the order of the specification."""
    from eas.request import COMMANDS

    return tuple(name for name in COMMANDS if name in _COMMANDS)
