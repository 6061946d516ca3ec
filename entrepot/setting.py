"""A setting is a default with bounds, a unit in its name and a reason."""

from __future__ import annotations

from typing import Any

from pydantic import Field


def setting(
    default: Any,
    *,
    reason: str,
    at_least: float | None = None,
    at_most: float | None = None,
    group: str = "",
) -> Any:
    """A field of ``Settings``: its default, its bounds, and why one would change it."""
    return Field(
        default=default,
        ge=at_least,
        le=at_most,
        description=reason,
        json_schema_extra={"group": group},
    )
