"""Time zones by Windows name, and their rules as EWS writes them.

The table of Windows names is CLDR's, as the icalendar library ships it; rules come from the tz
database. Where a zone's rules change, those of the year asked for count.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import msgspec
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

UTC_NAMES = frozenset({"utc", "tzone://microsoft/utc", "etc/utc", "coordinated universal time"})
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

WINDOWS: dict[str, str] = {**dict(sorted(WINDOWS_TO_OLSON.items())), "UTC": "Etc/UTC"}
_BY_IANA: dict[str, str] = {}
for _windows, _iana in WINDOWS.items():
    _BY_IANA.setdefault(_iana, _windows)


class Transition(msgspec.Struct, frozen=True):
    """A yearly change to ``period`` (``Standard`` or ``Daylight``): the ``occurrence``-th ``day``
    (-1: the last) of ``month``, ``minutes`` after midnight of the wall clock before it."""

    period: str
    month: int
    day: str
    occurrence: int
    minutes: int


class Rules(msgspec.Struct, frozen=True):
    """A zone in one year. Biases are minutes to add to local time for UTC (west is positive)."""

    id: str
    name: str
    standard_bias: int
    daylight_bias: int
    transitions: tuple[Transition, ...]


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(available_timezones())


def iana(name: str) -> str | None:
    """The IANA zone of a Windows name, or of an IANA name itself; None for an unknown one."""
    if name.lower() in UTC_NAMES:
        return "Etc/UTC"
    found = WINDOWS.get(name)
    if found is None and name in _known():
        return name
    return found


def windows(name: str) -> str | None:
    """The Windows name of an IANA zone."""
    if name.lower() in UTC_NAMES:
        return "UTC"
    return _BY_IANA.get(name)


def zone(name: str) -> ZoneInfo | None:
    """The zone of a Windows or IANA name."""
    found = iana(name)
    return ZoneInfo(found) if found is not None else None


@lru_cache(maxsize=1024)
def rules(windows_id: str, year: int) -> Rules | None:
    """The rules of a zone in a year; None for an unknown zone."""
    info = zone(windows_id)
    if info is None:
        return None
    changes = _changes(info, year)
    offsets = {_offset(info, datetime(year, 1, 1, tzinfo=UTC)), *(after for _, _, after in changes)}
    standard, daylight = min(offsets), max(offsets)
    if len(changes) != 2 or len(offsets) != 2:
        standard = daylight = _offset(info, datetime(year, 12, 31, tzinfo=UTC))
        changes = []
    return Rules(
        windows_id,
        _display_name(windows_id, standard),
        -standard,
        -daylight,
        tuple(_transition(*change, standard=standard) for change in changes),
    )


def _offset(info: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(info).utcoffset() or timedelta()
    return int(offset.total_seconds()) // 60


def _changes(info: ZoneInfo, year: int) -> list[tuple[datetime, int, int]]:
    """(moment, minutes before, minutes after) of each change of offset in a year."""
    found: list[tuple[datetime, int, int]] = []
    moment = datetime(year, 1, 1, tzinfo=UTC)
    before = _offset(info, moment)
    while moment.year == year:
        later = moment + timedelta(days=1)
        after = _offset(info, later)
        if after != before:
            found.append((_narrow(info, moment, later, before), before, after))
            before = after
        moment = later
    return found


def _narrow(info: ZoneInfo, low: datetime, high: datetime, before: int) -> datetime:
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        middle = middle.replace(second=0, microsecond=0)
        if middle in (low, high):
            break
        if _offset(info, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _transition(moment: datetime, before: int, after: int, *, standard: int) -> Transition:
    local = moment.replace(tzinfo=None) + timedelta(minutes=before)
    is_last = (local + timedelta(days=7)).month != local.month
    return Transition(
        "Standard" if after == standard else "Daylight",
        local.month,
        DAYS[local.weekday()],
        -1 if is_last else (local.day - 1) // 7 + 1,
        local.hour * 60 + local.minute,
    )


def _display_name(windows_id: str, standard: int) -> str:
    sign = "-" if standard < 0 else "+"
    hours, minutes = divmod(abs(standard), 60)
    return f"(UTC{sign}{hours:02d}:{minutes:02d}) {windows_id}"
