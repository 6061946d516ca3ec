"""Status codes of ActiveSync by command (MS-ASCMD 2.2.2, 2.2.4), from ``status.txt``.

Common codes (101 and above) go with any command from 14.0 on; before, most are HTTP statuses.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

COMMON = "common"
COMMON_FIRST = 101
"""Common codes begin here; versions before 14.0 have none of them."""
_VERSIONS = ("2.5", "12.0", "12.1", "14.0", "14.1", "16.0", "16.1")


class Status(msgspec.Struct, frozen=True):
    """A code, with the first version that has it; ``name`` is there for common codes, ``http`` is
    its HTTP status before 14.0."""

    code: int
    requirement: str
    since: str = _VERSIONS[0]
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
        if not rest:
            rows[int(code)] = Status(int(code), requirement)
            continue
        since, name, *http = rest
        rows[int(code)] = Status(
            int(code), requirement, since, name, int(http[0]) if http else None
        )
    return tables


def status(command: str, code: int, version: str = _VERSIONS[-1]) -> Status | None:
    """What a code means in the answer to a command; None where the specification has none, or not
    in that version."""
    common = statuses().get(code)
    if common is not None and _VERSIONS.index(version) < _VERSIONS.index(common.since):
        return None
    return statuses(command).get(code) or common


def http_before_14(code: int) -> int | None:
    """The HTTP status that says a common code to 12.1 and older; None where there is none."""
    known = statuses().get(code)
    return known.http if known else None
