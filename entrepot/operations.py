"""The table of EWS operations in the README, from the registry and the contract."""

from __future__ import annotations

MARKER = "<!-- operations -->"


def operations_markdown() -> str:
    """Every operation of the contract with yes, partly (what is missing) or not yet."""
    return ""
