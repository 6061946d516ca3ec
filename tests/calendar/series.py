"""Random series with exceptions, for tests: every kind of pattern, zone and end."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from store.calendar.model import INDEXES, WEEKDAYS
from store.calendar.occurrences import Series
from store.calendar.settle import settled
from store.errors import InvalidValue
from store.instant import to_instant
from store.model import Properties

ZONES = (
    "Europe/Berlin", "Europe/London", "Europe/Dublin", "Europe/Lisbon", "Europe/Moscow",
    "Europe/Istanbul", "Europe/Helsinki", "Europe/Athens", "America/New_York",
    "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Phoenix",
    "America/Sao_Paulo", "America/Santiago", "America/Asuncion", "America/Havana",
    "America/St_Johns", "America/Caracas", "America/Halifax", "America/Mexico_City",
    "Asia/Tehran", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tokyo", "Asia/Shanghai",
    "Asia/Jerusalem", "Asia/Amman", "Asia/Gaza", "Asia/Dhaka", "Australia/Sydney",
    "Australia/Adelaide", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham",
    "Pacific/Apia", "Pacific/Honolulu", "Africa/Cairo", "Africa/Johannesburg", "UTC",
)  # fmt: skip


def random_series(chance: random.Random) -> Properties:
    """A settled series that begins between 1970 and 2030."""
    while True:
        try:
            return _with_exceptions(settled(_raw(chance), "2026-01-01T00:00:00.000000Z"), chance)
        except InvalidValue:
            continue  # an occurrence that reaches into the next, a pattern without a day


def _raw(chance: random.Random) -> Properties:
    zone = chance.choice(ZONES)
    day = datetime(1970, 1, 2) + timedelta(days=chance.randrange(60 * 365))
    is_all_day = chance.random() < 0.15
    # Hours that no summer time skips or repeats: the two libraries read those differently.
    hour = 0 if is_all_day else chance.choice((7, 9, 12, 16, 21))
    start = day.replace(hour=hour, minute=0 if is_all_day else chance.choice((0, 30)))
    length = timedelta(days=1) if is_all_day else timedelta(minutes=chance.choice((15, 60, 180)))
    info = ZoneInfo(zone)
    return {
        "subject": "Series",
        "uid": f"{chance.getrandbits(64):x}",
        "start": to_instant(start.replace(tzinfo=info).astimezone(UTC)),
        "end": to_instant((start + length).replace(tzinfo=info).astimezone(UTC)),
        "start_time_zone": {"id": zone},
        "end_time_zone": {"id": zone},
        "is_all_day": is_all_day,
        "recurrence": _recurrence(chance, day),
    }


def _recurrence(chance: random.Random, day: datetime) -> dict[str, Any]:
    kind = chance.choice(
        ("daily", "weekly", "absolute_monthly", "relative_monthly", "absolute_yearly",
         "relative_yearly")
    )  # fmt: skip
    found: dict[str, Any] = {
        "type": kind,
        "interval": 1 if kind.endswith("yearly") else chance.choice((1, 1, 2, 3, 5)),
        "start": day.date().isoformat(),
    }
    if kind == "weekly":
        found["days"] = sorted(chance.sample(WEEKDAYS, chance.randint(1, 4)), key=WEEKDAYS.index)
        found["first_day"] = chance.choice(WEEKDAYS)
    if kind.startswith("absolute"):
        found["day_of_month"] = chance.choice((1, 15, 28, 29, 30, 31))
    if kind.startswith("relative"):
        group = chance.choice(
            (list(WEEKDAYS), list(WEEKDAYS[:5]), list(WEEKDAYS[5:]), [chance.choice(WEEKDAYS)])
        )
        found |= {"days": group, "index": chance.choice(INDEXES)}
    if kind.endswith("yearly"):
        found["month"] = chance.randint(1, 12)
    ending = chance.random()
    if ending < 0.4:
        found["count"] = chance.randint(1, 40)
    elif ending < 0.8:
        found["until"] = (day + timedelta(days=chance.randrange(1, 4000))).date().isoformat()
    return found


def _with_exceptions(properties: Properties, chance: random.Random) -> Properties:
    series = Series(properties)
    exceptions: list[dict[str, Any]] = []
    for number in sorted(chance.sample(range(1, 12), chance.randint(0, 4))):
        found = series.nth(number)
        if found is None:
            continue
        if chance.random() < 0.5:
            exceptions.append({"original": found.original, "is_deleted": True})
            continue
        shift = timedelta(minutes=0 if properties["is_all_day"] else 90)
        exceptions.append(
            {
                "original": found.original,
                "properties": {
                    "subject": "Other",
                    "start": _shifted(found.start, shift),
                    "end": _shifted(found.end, shift),
                },
            }
        )
    return {**properties, "exceptions": exceptions} if exceptions else properties


def _shifted(moment: str, shift: timedelta) -> str:
    return to_instant(datetime.fromisoformat(moment.replace("Z", "+00:00")) + shift)
