"""The SQL functions that SQLite lacks: text folding and matching, ordering of binary values."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from store.search.text import contains, fold, header_value, holds_in_order


def install_functions(connection: Any) -> None:
    """Give a DBAPI connection of SQLite the functions that searches use."""
    for name, arguments, function in (
        ("entrepot_fold", 2, _fold),
        ("entrepot_contains", 4, _contains),
        ("entrepot_header", 2, _header),
        ("entrepot_ordered", 2, _ordered),
        ("entrepot_bytes", 1, _bytes),
    ):
        connection.create_function(name, arguments, function, deterministic=True)


def _fold(value: Any, flags: int) -> str | None:
    return fold(value, flags) if isinstance(value, str) else None


def _contains(value: Any, text: str, mode: int, flags: int) -> bool | None:
    return contains(value, text, mode, flags) if isinstance(value, str) else None


def _header(headers: Any, name: str) -> str | None:
    return header_value(headers, name) if isinstance(headers, str) else None


def _ordered(text: Any, prefixes: str) -> bool | None:
    return holds_in_order(text, prefixes.split()) if isinstance(text, str) else None


def _bytes(value: Any) -> bytes | None:
    return decode_bytes(value) if isinstance(value, str) else None


def decode_bytes(value: str) -> bytes | None:
    """The bytes of base64 text, None where it is none."""
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
