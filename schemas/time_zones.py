"""Time zones by Windows name, and their rules as EWS writes them (MS-OXWSGTZ 2.2.4).

``windows_zones.txt`` holds the Windows names with the IANA zones that CLDR gives them; rules come
from the tz database, so they are as young as it is. Where a zone's rules change, those of the year
asked for count.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import msgspec

# Names that clients have for UTC beside its own (Evolution; survey of clients, trap 53).
UTC_NAMES = frozenset({"utc", "tzone://microsoft/utc", "etc/utc", "coordinated universal time"})
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# Windows names that CLDR no longer lists; old calendars still say them.
_RETIRED = {
    "Kamchatka Standard Time": "Asia/Kamchatka",
    "Mid-Atlantic Standard Time": "Etc/GMT+2",
}


def _read() -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Name in English and IANA zones by Windows name."""
    names: dict[str, str] = {}
    zones: dict[str, list[str]] = {}
    current = ""
    for line in (Path(__file__).parent / "windows_zones.txt").read_text("utf-8").splitlines():
        if line.startswith(" "):
            zones[current] += line.split()
        elif not line.startswith("#"):
            current, _, name = line.partition(" | ")
            names[current], zones[current] = name, []
    return names, {id: tuple(found) for id, found in zones.items()}


_NAMES, _ZONES = _read()

# Windows name -> IANA zone, and back for every zone that CLDR lists.
WINDOWS: dict[str, str] = {id: zones[0] for id, zones in _ZONES.items()}
_BY_IANA: dict[str, str] = {zone: id for id, zones in _ZONES.items() for zone in zones}
_BY_FOLDED: dict[str, str] = {id.casefold(): id for id in WINDOWS}


class Transition(msgspec.Struct, frozen=True):
    """A yearly change to ``period`` (``Standard`` or ``Daylight``): the ``occurrence``-th ``day``
    (-1: the last) of ``month``, ``minutes`` after midnight of the wall clock before it."""

    period: str
    month: int
    day: str
    occurrence: int
    minutes: int


class Rules(msgspec.Struct, frozen=True):
    """A zone in one year. Biases are minutes to add to local time for UTC (west is positive).

    ``name``: as Windows shows it, ``(UTC-05:00) Eastern Time (US & Canada)``. ``transitions``:
    none, or the two of the year.
    """

    id: str
    name: str
    standard_bias: int
    daylight_bias: int
    transitions: tuple[Transition, ...]


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())


def iana(name: str) -> str | None:
    """The IANA zone of a Windows name (in any case), or of an IANA name itself; else None."""
    if name.lower() in UTC_NAMES:
        return "Etc/UTC"
    found = WINDOWS.get(name) or WINDOWS.get(_BY_FOLDED.get(name.casefold(), ""))
    if found is None:
        found = _RETIRED.get(name)
    if found is None and name in _known():
        return name
    return found


def windows(name: str) -> str | None:
    """The Windows name of an IANA zone; a Windows name is its own."""
    if name.lower() in UTC_NAMES:
        return "UTC"
    return _BY_IANA.get(name) or _BY_FOLDED.get(name.casefold())


def zone(name: str) -> ZoneInfo | None:
    """The zone of a Windows or IANA name."""
    found = iana(name)
    return ZoneInfo(found) if found is not None else None


@lru_cache(maxsize=1024)
def rules(windows_id: str, year: int) -> Rules | None:
    """The rules of a zone in a year; None for an unknown zone.

    A year with another number of changes than two (a country that gives summer time up, or Ramadan
    twice) has no yearly rule: it counts as standard time all year, by the offset of its end.
    """
    info = zone(windows_id)
    if info is None:
        return None
    changes = _changes(info, year)
    offsets = {after for _, _, after in changes}
    if len(changes) != 2 or len(offsets) != 2:
        offset = _offset(info, datetime(year, 12, 31, tzinfo=UTC))
        return Rules(windows_id, display_name(windows_id, offset), -offset, -offset, ())
    standard, daylight = min(offsets), max(offsets)
    return Rules(
        windows_id,
        display_name(windows_id, standard),
        -standard,
        -daylight,
        tuple(_transition(info, change, standard) for change in changes),
    )


def display_name(windows_id: str, offset: int) -> str:
    """A zone's name as Windows shows it; ``offset`` in minutes east of UTC."""
    name = _NAMES.get(windows(windows_id) or "", windows_id)
    if windows(windows_id) == "UTC":
        return f"(UTC) {name}"
    hours, minutes = divmod(abs(offset), 60)
    return f"(UTC{'-' if offset < 0 else '+'}{hours:02d}:{minutes:02d}) {name}"


# (moment, minutes before, minutes after) of a change of offset
_Change = tuple[datetime, int, int]
# Shorter than any summer time has been: no two changes fall into one step.
_STEP = timedelta(days=7)


def _offset(info: ZoneInfo, moment: datetime) -> int:
    """Minutes east of UTC."""
    offset = moment.astimezone(info).utcoffset() or timedelta()
    return int(offset.total_seconds()) // 60


@lru_cache(maxsize=4096)
def _changes(info: ZoneInfo, year: int) -> tuple[_Change, ...]:
    """The changes of offset in a year, in order."""
    found: list[_Change] = []
    moment, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    before = _offset(info, moment)
    while moment < end:
        later = min(moment + _STEP, end)
        after = _offset(info, later)
        if after != before:
            found.append((_narrow(info, moment, later, before), before, after))
            before = after
        moment = later
    return tuple(found)


def _narrow(info: ZoneInfo, low: datetime, high: datetime, before: int) -> datetime:
    """The first minute after ``low`` with another offset than ``before``; ``high`` has one."""
    minutes = int((high - low).total_seconds()) // 60
    first, last = 0, minutes
    while last - first > 1:
        middle = (first + last) // 2
        if _offset(info, low + timedelta(minutes=middle)) == before:
            first = middle
        else:
            last = middle
    return low + timedelta(minutes=last)


def _transition(info: ZoneInfo, change: _Change, standard: int) -> Transition:
    local = _local(change)
    return Transition(
        "Standard" if change[2] == standard else "Daylight",
        local.month,
        DAYS[local.weekday()],
        _occurrence(info, change),
        local.hour * 60 + local.minute,
    )


def _local(change: _Change) -> datetime:
    """A change by the wall clock before it."""
    moment, before, _ = change
    return moment.replace(tzinfo=None) + timedelta(minutes=before)


def _occurrence(info: ZoneInfo, change: _Change) -> int:
    """Which of its weekdays in the month a change is on.

    The fourth may be the last too: then the next years tell which of the two the rule says.
    """
    local = _local(change)
    number = (local.day - 1) // 7 + 1
    if not _is_last(local) or number > 4:
        return -1 if _is_last(local) else number
    for year in range(local.year + 1, local.year + 6):
        for other in _changes(info, year):
            later = _local(other)
            if other[1:] == change[1:] and later.month == local.month and not _is_last(later):
                return number
    return -1


def _is_last(local: datetime) -> bool:
    return (local + timedelta(days=7)).month != local.month
