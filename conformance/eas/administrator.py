"""What only an administrator can do: a device erased or forgotten, ActiveSync closed to somebody.
How is the server's own affair: a command that the caller names, or a function."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable

from conformance.checks import Failure

Administrator = Callable[[str, str, str], None]
"""Called with an action, the address of a user, and the id of the device."""
WIPE, WIPE_ACCOUNT, REMOVE = "wipe", "wipe-account", "remove"
CLOSE, OPEN = "close", "open"
_ENDS_S_MAX = 60


def by_command(command: str) -> Administrator:
    """Runs ``command`` with {action}, {user} and {device} filled in; it fails by its exit code.

    Raises Failure.
    """
    words = shlex.split(command)

    def act(action: str, user: str, device: str) -> None:
        filled = [word.format(action=action, user=user, device=device) for word in words]
        try:
            done = subprocess.run(filled, capture_output=True, text=True, timeout=_ENDS_S_MAX)
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise Failure(f"{shlex.join(filled)}: {problem}") from problem
        if done.returncode != 0:
            raise Failure(f"{shlex.join(filled)}: {done.stdout}{done.stderr}")

    return act
