"""Ranges of results: ``0-99`` (MS-ASCMD 2.2.3.143)."""

from __future__ import annotations


def read_range(asked: str, default_last: int) -> tuple[int, int] | None:
    """First and last; the default for an empty text, None for one that is no range."""
    if not asked:
        return 0, default_last
    first, dash, last = asked.partition("-")
    if not dash or not all(p.isascii() and p.isdigit() and len(p) <= 6 for p in (first, last)):
        return None
    return (int(first), int(last)) if int(first) <= int(last) else None
