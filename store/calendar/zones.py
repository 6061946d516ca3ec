"""Zones of calendar items as tzinfo: by Windows or IANA name, or by rules of their own."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any

import msgspec

from schemas.time_zones import WINDOWS, Rules, display_name, iana, rules, windows, zone
from store.calendar.model import WEEKDAYS, ZoneRecord
from store.errors import InvalidValue

_encode = msgspec.json.Encoder(order="deterministic").encode
_MINUTES_MAX = 24 * 60 - 1
RULES_MAX = 100
_UTC_RULE: dict[str, Any] = {"from": 0, "standard": 0}


def zone_of(record: ZoneRecord | None, default: tzinfo = UTC) -> tzinfo:
    """The zone that a record names or describes; ``default`` for one that says neither."""
    if not record:
        return default
    known = zone(record.get("id", ""))
    if known is not None:
        return known
    if not record.get("rules"):
        return default
    return _by_rules(_encode(record["rules"]))


def zone_label(record: ZoneRecord | None) -> str:
    """The name of a zone as people are shown it: as the record has it, else as Windows does; empty
    where it has none."""
    if not record:
        return ""
    id = record.get("id") or ""
    found = iana(id)
    if found is None or record.get("name"):
        return record.get("name") or id
    standard = _WINTER.astimezone(zone_of(record))
    offset = int((standard.utcoffset() or timedelta()).total_seconds()) // 60
    return display_name(windows(found) or found, offset)


_WINTER = datetime(2026, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=256)
def _by_rules(rules: bytes) -> RuleZone:
    return RuleZone(msgspec.json.decode(rules))


def check_zone(record: ZoneRecord) -> None:
    """Raises InvalidValue for a zone that nobody knows and that has no sound rules."""
    if zone(record.get("id", "")) is not None:
        return
    rules = record.get("rules")
    if not rules:
        raise InvalidValue(
            "a zone that is not known needs rules", where="time_zone", role="time_zone"
        )
    if len(rules) > RULES_MAX:
        raise InvalidValue(
            f"a zone has at most {RULES_MAX} rules", where="time_zone", role="time_zone"
        )
    for rule in rules:
        offsets = [rule["standard"], rule.get("daylight", 0)]
        if any(abs(offset) > _MINUTES_MAX for offset in offsets):
            raise InvalidValue(
                "a zone is less than a day away from UTC", where="time_zone", role="time_zone"
            )


def rule_in(record: ZoneRecord, year: int) -> dict[str, Any]:
    """The rule by which a zone goes in a year, as ``store.calendar.model`` has rules; that of UTC
    where the record neither names a known zone nor has rules."""
    known = rules(record.get("id") or "", year)
    if known is not None:
        return rule_of(known)
    stated = sorted(record.get("rules") or [_UTC_RULE], key=lambda rule: rule["from"])
    return _rule_among(stated, year)


def rule_of(found: Rules) -> dict[str, Any]:
    """What is known of a zone in a year, as a rule."""
    rule: dict[str, Any] = {"from": 0, "standard": -found.standard_bias}
    for change in found.transitions:
        rule["daylight"] = -found.daylight_bias
        rule[f"to_{change.period.lower()}"] = {
            "month": change.month,
            "day": change.day.lower(),
            "occurrence": change.occurrence,
            "minutes": change.minutes,
        }
    return rule


def _rule_among(stated: list[dict[str, Any]], year: int) -> dict[str, Any]:
    """Of rules in their order the last that has begun; the first for the years before it."""
    found = stated[0]
    for rule in stated:
        if rule["from"] <= year:
            found = rule
    return found


def fitting_zone(rule: dict[str, Any], year: int) -> str | None:
    """The Windows name of the first zone that goes by a rule in a year; None where none does."""
    return _fitting(_encode(rule), year)


@lru_cache(maxsize=256)
def _fitting(encoded: bytes, year: int) -> str | None:
    rule = msgspec.json.decode(encoded)
    wanted = _shape(rule)
    for name in WINDOWS:
        found = rules(name, year)
        if found is not None and _shape(rule_of(found)) == wanted:
            return name
    return None


def _shape(rule: dict[str, Any]) -> Any:
    """What two rules that go alike have in common."""
    if "daylight" not in rule:
        return (rule["standard"],)
    changes: list[Any] = []
    for key in ("to_standard", "to_daylight"):
        change = rule[key]
        if "day_of_month" in change:
            return None
        changes.append(
            (change["month"], change["day"].lower(), change["occurrence"], change["minutes"])
        )
    return (rule["standard"], rule["daylight"], *changes)


def local(moment: datetime, zone: tzinfo) -> datetime:
    """The wall clock in a zone (naive, without fold) at an aware moment."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def to_utc(wall: datetime, zone: tzinfo) -> datetime:
    """The moment at which a clock in a zone shows ``wall`` (naive).

    An hour that comes twice is its first; one that is left out counts from the offset before it
    (RFC 5545 3.3.5).
    """
    return wall.replace(tzinfo=zone).astimezone(UTC)


class RuleZone(tzinfo):
    """A zone by yearly rules (``store.calendar.model``)."""

    def __init__(self, rules: list[dict[str, Any]]) -> None:
        self._rules = sorted(rules, key=lambda rule: rule["from"])

    def __reduce__(self) -> tuple[Any, ...]:
        return RuleZone, (self._rules,)

    def _rule(self, year: int) -> dict[str, Any]:
        return _rule_among(self._rules, year)

    def utcoffset(self, dt: datetime | None) -> timedelta:
        """By the wall clock; ``fold`` 1 is the second of an hour that comes twice."""
        if dt is None:
            return timedelta(minutes=self._rules[0]["standard"])
        rule = self._rule(dt.year)
        return timedelta(minutes=rule["standard"]) + _saving(rule, dt.replace(tzinfo=None))

    def dst(self, dt: datetime | None) -> timedelta:
        if dt is None:
            return timedelta()
        return _saving(self._rule(dt.year), dt.replace(tzinfo=None))

    def tzname(self, dt: datetime | None) -> str:
        return "Daylight" if self.dst(dt) else "Standard"

    def fromutc(self, dt: datetime) -> datetime:
        """Both offsets are tried: the one that the wall clock then has is right."""
        naive = dt.replace(tzinfo=None)
        rule = self._rule((naive + timedelta(minutes=self._rule(naive.year)["standard"])).year)
        standard = timedelta(minutes=rule["standard"])
        if "daylight" not in rule:
            return (naive + standard).replace(tzinfo=self)
        daylight = timedelta(minutes=rule["daylight"])
        summer = naive + daylight
        if _is_summer(rule, summer.replace(fold=0)):
            return summer.replace(tzinfo=self)
        winter = naive + standard
        fold = 1 if _is_summer(rule, winter.replace(fold=0)) else 0
        return winter.replace(tzinfo=self, fold=fold)


def _saving(rule: dict[str, Any], wall: datetime) -> timedelta:
    if "daylight" not in rule or not _is_summer(rule, wall):
        return timedelta()
    return timedelta(minutes=rule["daylight"] - rule["standard"])


def _is_summer(rule: dict[str, Any], wall: datetime) -> bool:
    """Whether the clock is put forward. In a gap the offset before it counts."""
    gain = timedelta(minutes=rule["daylight"] - rule["standard"])
    begins = change_of(rule["to_daylight"], wall.year)
    ends = change_of(rule["to_standard"], wall.year)
    # The hours that the clock skips still go by the winter's offset, those that come twice are
    # the summer's first.
    begins += max(gain, timedelta()) if not wall.fold else timedelta()
    ends -= max(gain, timedelta()) if wall.fold else timedelta()
    plain = wall.replace(fold=0)
    if begins < ends:
        return begins <= plain < ends
    return not ends <= plain < begins


def change_of(change: dict[str, Any], year: int) -> datetime:
    """When the clock changes in a year, by the clock before the change."""
    month, minutes = change["month"], change["minutes"]
    last = monthrange(year, month)[1]
    if "day_of_month" in change:
        day = min(change["day_of_month"], last)
    else:
        day = _nth(year, month, WEEKDAYS.index(change["day"].lower()), change["occurrence"], last)
    return datetime(year, month, day) + timedelta(minutes=minutes)


def _nth(year: int, month: int, weekday: int, occurrence: int, last: int) -> int:
    first = 1 + (weekday - datetime(year, month, 1).weekday()) % 7
    if occurrence < 0:
        return first + (last - first) // 7 * 7
    return min(first + (occurrence - 1) * 7, first + (last - first) // 7 * 7)
