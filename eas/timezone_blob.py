"""The TimeZone structure of devices: 172 bytes in base64 (MS-ASDTYPE 2.7.6).

Biases are minutes to be added to local time for UTC. Names may be empty or in any language, so a
zone is found by its rules; by its name only where that is a known one.
"""

from __future__ import annotations

import base64
import binascii
import struct
from functools import lru_cache
from typing import Any

import msgspec

from schemas.time_zones import iana, rules
from store.calendar.model import WEEKDAYS, ZoneRecord
from store.calendar.zones import fitting_zone, rule_in, rule_of

_BLOB = struct.Struct("<i64s8hi64s8hi")
_NAME_CHARS = 32
_BIAS_MAX = 24 * 60
_LAST = 5
_encode = msgspec.json.Encoder(order="deterministic").encode


# -- writing -----------------------------------------------------------------------------------


def blob_of(zone: ZoneRecord | None, year: int) -> str:
    """The structure of a zone as it goes in a year; of none, UTC. Never an empty one: devices would
    take it for UTC and write it back (lesson 19)."""
    return _blob_of(_encode(zone or {"id": "UTC"}), year)


@lru_cache(maxsize=1024)
def _blob_of(encoded: bytes, year: int) -> str:
    zone: ZoneRecord = msgspec.json.decode(encoded)
    rule = rule_in(zone, year)
    standard, daylight = rule["standard"], rule.get("daylight", rule["standard"])
    packed = _BLOB.pack(
        -standard,
        _name(zone),
        *_date(rule.get("to_standard"), year),
        0,
        _name(zone),
        *_date(rule.get("to_daylight"), year),
        standard - daylight,
    )
    return base64.b64encode(packed).decode()


def _name(zone: ZoneRecord) -> bytes:
    text = str(zone.get("id") or zone.get("name") or "")[: _NAME_CHARS - 1]
    return text.encode("utf-16-le")[:62]


def _date(change: dict[str, Any] | None, year: int) -> tuple[int, ...]:
    """A SYSTEMTIME: year 0 for a rule of every year, all 0 for no change."""
    if change is None:
        return (0,) * 8
    hour, minute = divmod(change["minutes"], 60)
    if "day_of_month" in change:
        return (year, change["month"], 0, change["day_of_month"], hour, minute, 0, 0)
    weekday = (WEEKDAYS.index(change["day"]) + 1) % 7
    occurrence = _LAST if change["occurrence"] < 0 else change["occurrence"]
    return (0, change["month"], weekday, occurrence, hour, minute, 0, 0)


# -- reading -----------------------------------------------------------------------------------


def zone_of_blob(text: str, year: int) -> ZoneRecord | None:
    """The zone that a structure says; None for one of zeroes, which says nothing (lesson 19).

    Raises ValueError for what is no such structure.
    """
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("a time zone is base64") from error
    if len(data) != _BLOB.size:
        raise ValueError(f"a time zone is {_BLOB.size} bytes")
    if not any(data):
        return None
    return _zone_of(data, year)


@lru_cache(maxsize=1024)
def _zone_of(data: bytes, year: int) -> ZoneRecord:
    fields = _BLOB.unpack(data)
    bias, names = fields[0], (_text(fields[1]), _text(fields[11]))
    standard_date, standard_bias = fields[2:10], fields[10]
    daylight_date, daylight_bias = fields[12:20], fields[20]
    rule: dict[str, Any] = {"from": 0, "standard": -(bias + standard_bias)}
    to_standard, to_daylight = _change(standard_date), _change(daylight_date)
    if to_standard and to_daylight and standard_bias != daylight_bias:
        rule |= {
            "daylight": -(bias + daylight_bias),
            "to_standard": to_standard,
            "to_daylight": to_daylight,
        }
    if any(abs(rule.get(name, 0)) >= _BIAS_MAX for name in ("standard", "daylight")):
        raise ValueError("a time zone is less than a day away from UTC")
    for name in names:
        if _goes_by(name, rule, year):
            return {"id": name}
    fitting = fitting_zone(rule, year)
    if fitting is not None:
        return {"id": fitting}
    return {"id": names[0] or "Device", "rules": [rule]}


def _text(raw: bytes) -> str:
    return raw.decode("utf-16-le", "replace").partition("\0")[0].strip()


def _goes_by(name: str, rule: dict[str, Any], year: int) -> bool:
    """Whether a zone of that name is known, and goes by these very rules."""
    if not name or iana(name) is None:
        return False
    known = rules(name, year)
    return known is not None and rule_of(known) == rule


def _change(date: tuple[int, ...]) -> dict[str, Any] | None:
    year, month, weekday, day, hour, minute, second, millisecond = date
    if not 1 <= month <= 12:
        return None
    # 23:59:59.999 stands for the midnight after it.
    minutes = hour * 60 + minute + (1 if second == 59 and millisecond == 999 else 0)
    if not 0 <= minutes <= 24 * 60:
        return None
    change: dict[str, Any] = {"month": month, "minutes": min(minutes, 24 * 60 - 1)}
    if year:
        return {**change, "day_of_month": day} if 1 <= day <= 31 else None
    if not 1 <= day <= _LAST or not 0 <= weekday <= 6:
        return None
    occurrence = -1 if day == _LAST else day
    return {**change, "day": WEEKDAYS[(weekday - 1) % 7], "occurrence": occurrence}
