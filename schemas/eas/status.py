"""Status codes of ActiveSync by command (MS-ASCMD 2.2.2, 2.2.4), from ``status.txt``.

Common codes (101 and above) go with any command from 14.0 on; before, most are HTTP statuses.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

COMMON = "common"


class Status(msgspec.Struct, frozen=True):
    """A code; ``name`` is there for common codes, ``http`` is its HTTP status before 14.0."""

    code: int
    requirement: str
    name: str | None = None
    http: int | None = None


@cache
def statuses(command: str = COMMON) -> dict[int, Status]:
    """The codes that a command has of its own, or the common ones; empty for none."""
    return _tables().get(command, {})


@cache
def _tables() -> dict[str, dict[int, Status]]:
    tables: dict[str, dict[int, Status]] = {}
    rows: dict[int, Status] = {}
    for line in (Path(__file__).parent / "status.txt").read_text("utf-8").splitlines():
        if not line.startswith(" "):
            rows = tables[line] = {}
            continue
        code, requirement, *rest = line.split()
        name = rest[0] if rest else None
        http = int(rest[1]) if len(rest) > 1 else None
        rows[int(code)] = Status(int(code), requirement, name, http)
    return tables


def status(command: str, code: int) -> Status | None:
    """What a code means in the answer to a command; None where the specification has none."""
    return statuses(command).get(code) or statuses().get(code)


def http_before_14(code: int) -> int | None:
    """The HTTP status that says a common code to 12.1 and older; None where there is none."""
    known = statuses().get(code)
    return known.http if known else None
