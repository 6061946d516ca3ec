"""Zones as VTIMEZONE and back (RFC 5545 3.6.5; MS-OXCICAL 2.1.3.1.1.19)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from schemas.time_zones import Rules, iana, rules, windows
from store.calendar.ical.rrule import CODES
from store.calendar.model import WEEKDAYS, ZoneRecord
from store.calendar.zones import change_of, fitting_zone, rule_of

_YEARS_MAX = 40


def tzid_of(zone: ZoneRecord) -> str:
    """The TZID that names a zone: the IANA name where there is one."""
    found = iana(zone.get("id") or "")
    return found or _plain(zone.get("id") or zone.get("name") or "Custom")


def _plain(name: str) -> str:
    return re.sub(r'[\x00-\x1f";:,]', " ", name).strip() or "Custom"


# -- writing -----------------------------------------------------------------------------------


def vtimezone(zone: ZoneRecord, first_year: int, last_year: int) -> list[str]:
    """The lines of a zone's VTIMEZONE that is right for the years from first to last."""
    lines = ["BEGIN:VTIMEZONE", f"TZID:{tzid_of(zone)}"]
    known = windows(zone.get("id") or "")
    if iana(zone.get("id") or "") is not None:
        lines += _known(known or zone["id"], first_year, last_year)
    else:
        lines += _by_rules(zone)
    return [*lines, "END:VTIMEZONE"]


def _known(id: str, first_year: int, last_year: int) -> Iterator[str]:
    """Yearly rules for as long as they stayed the same; the last ones go on for ever."""
    last_year = max(first_year, min(last_year, first_year + _YEARS_MAX))
    stretches: list[tuple[int, int, Rules]] = []
    for year in range(first_year - 1, last_year + 1):
        found = rules(id, year)
        if found is None:
            continue
        if stretches and _same(stretches[-1][2], found):
            stretches[-1] = (stretches[-1][0], year, found)
        else:
            stretches.append((year, year, found))
    for place, (begin, end, found) in enumerate(stretches):
        is_last = place == len(stretches) - 1
        yield from _stretch(begin, None if is_last else end, found)


def _same(one: Rules, other: Rules) -> bool:
    parts = ("standard_bias", "daylight_bias", "transitions")
    return all(getattr(one, part) == getattr(other, part) for part in parts)


def _stretch(begin: int, end: int | None, found: Rules) -> Iterator[str]:
    turns = tuple(change.period.lower() for change in found.transitions)
    yield from _observances(rule_of(found), begin, end, turns)


def _by_rules(zone: ZoneRecord) -> Iterator[str]:
    for rule in zone.get("rules") or [{"from": 0, "standard": 0}]:
        begin = max(rule["from"], 1601)
        yield from _observances(rule, begin, None, ("standard", "daylight"))


def _observances(
    rule: dict[str, Any], begin: int, end: int | None, turns: tuple[str, ...]
) -> Iterator[str]:
    """A rule's observances in the order of ``turns``, from a year to the end of another."""
    if "daylight" not in rule:
        start = datetime(begin, 1, 1)
        yield from _observance("STANDARD", start, rule["standard"], rule["standard"])
        return
    for kind in turns:
        before = rule["daylight" if kind == "standard" else "standard"]
        change = rule[f"to_{kind}"]
        by = f"FREQ=YEARLY;BYMONTH={change['month']}"
        if "day_of_month" in change:
            by += f";BYMONTHDAY={change['day_of_month']}"
        else:
            by += f";BYDAY={change['occurrence']}{CODES[WEEKDAYS.index(change['day'])]}"
        if end is not None:
            last = change_of(change, end) - timedelta(minutes=before)
            by += f";UNTIL={last:%Y%m%dT%H%M%SZ}"
        yield from _observance(kind.upper(), change_of(change, begin), before, rule[kind], by)


def _observance(
    kind: str, start: datetime, before: int, after: int, rule: str = ""
) -> Iterator[str]:
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{start:%Y%m%dT%H%M%S}"
    yield f"TZOFFSETFROM:{_offset(before)}"
    yield f"TZOFFSETTO:{_offset(after)}"
    if rule:
        yield f"RRULE:{rule}"
    yield f"END:{kind}"


def _offset(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02d}{rest:02d}"


_ALSO_NAMED = ("X-LIC-LOCATION", "X-WR-TIMEZONE")

# -- reading -----------------------------------------------------------------------------------


def zone_named(tzid: str) -> ZoneRecord | None:
    """The zone that a TZID names, also inside longer names as Mozilla, Evolution and others make
    them (``/mozilla.org/20050126_1/Europe/Berlin``)."""
    name = tzid.strip().strip('"')
    if iana(name) is not None:
        return {"id": name}
    parts = [part for part in name.split("/") if part]
    for length in (3, 2, 1):
        tail = "/".join(parts[-length:])
        if len(parts) >= length and iana(tail) is not None:
            return {"id": tail}
    return None


def read_vtimezone(component: Any) -> ZoneRecord | None:
    """The zone of a VTIMEZONE component: the one that its TZID or its rules fit, else its rules.

    None for one without a usable observance.
    """
    tzid = str(component.get("TZID", ""))
    for name in (tzid, *(str(component.get(name, "")) for name in _ALSO_NAMED)):
        known = zone_named(name) if name else None
        if known is not None:
            return known
    rule = _rule(component)
    if rule is None:
        return None
    fitting = fitting_zone(rule, date.today().year)
    if fitting is not None:
        return {"id": fitting, "name": tzid}
    return {"id": tzid, "rules": [rule]}


def _rule(component: Any) -> dict[str, Any] | None:
    """The rule of the newest observances."""
    newest: dict[str, Any] = {}
    for part in component.subcomponents[:200]:
        start = getattr(part.get("DTSTART"), "dt", None)
        if part.name not in ("STANDARD", "DAYLIGHT") or not isinstance(start, datetime):
            continue
        held = newest.get(part.name)
        if held is None or _begin(held) <= _begin(part):
            newest[part.name] = part
    standard, daylight = newest.get("STANDARD"), newest.get("DAYLIGHT")
    if standard is None:
        standard, daylight = daylight, None
    if standard is None:
        return None
    rule: dict[str, Any] = {"from": 0, "standard": _minutes(standard)}
    if daylight is None or _minutes(daylight) == rule["standard"]:
        return rule
    changes = [_change(each) for each in (standard, daylight)]
    if changes[0] is None or changes[1] is None:
        return rule
    return {
        **rule,
        "daylight": _minutes(daylight),
        "to_standard": changes[0],
        "to_daylight": changes[1],
    }


def _begin(part: Any) -> datetime:
    return part.get("DTSTART").dt.replace(tzinfo=None)


def _minutes(part: Any) -> int:
    offset = part.get("TZOFFSETTO")
    return int(offset.td.total_seconds()) // 60 if offset is not None else 0


def _change(part: Any) -> dict[str, Any] | None:
    """When an observance begins each year; None where it does so once only."""
    rule = part.get("RRULE")
    start: datetime = part.get("DTSTART").dt
    if rule is None or str((rule.get("FREQ") or [""])[0]).upper() != "YEARLY":
        return None
    months = rule.get("BYMONTH") or [start.month]
    change: dict[str, Any] = {
        "month": int(str(months[0])),
        "minutes": start.hour * 60 + start.minute,
    }
    day = str((rule.get("BYDAY") or [""])[0])
    code, number = day[-2:], day[:-2]
    days = [int(value) for value in rule.get("BYMONTHDAY") or ()]
    if code in CODES:
        # BYMONTHDAY=8,9,…,14;BYDAY=SU: the second one.
        by_days = (min(days) - 1) // 7 + 1 if days else 1
        occurrence = int(number) if number else by_days
        if occurrence < -1 or occurrence > 5 or not occurrence:
            return None
        return {
            **change,
            "day": WEEKDAYS[CODES.index(code)],
            "occurrence": -1 if occurrence == 5 else occurrence,
        }
    return {**change, "day_of_month": days[0] if days and days[0] > 0 else start.day}
