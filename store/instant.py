"""Instants: moments as text of one fixed form, the same in columns, records and Python.

An instant is ``YYYY-MM-DDTHH:MM:SS.ffffffZ`` (27 characters, UTC). It sorts as text, a person
reads it with ``sqlite3`` or ``psql``, and a front-end writes it by cutting it.
"""

from datetime import UTC, datetime

Instant = str

INSTANT_LENGTH = 27
_SECONDS_LENGTH = INSTANT_LENGTH - 1


def to_instant(moment: datetime) -> Instant:
    """The instant of an aware datetime. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a naive datetime is no instant: give it a zone first")
    return f"{moment.astimezone(UTC).isoformat(timespec='microseconds')[:_SECONDS_LENGTH]}Z"


def from_instant(instant: Instant) -> datetime:
    """The aware UTC datetime of an instant. Raises ValueError for any other text."""
    if len(instant) != INSTANT_LENGTH or instant[-1] != "Z":
        raise ValueError(f"not an instant: {instant!r}")
    return datetime.fromisoformat(instant)
