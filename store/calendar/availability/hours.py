"""When somebody works: the configuration object ``WorkHours`` of a calendar (MS-OXOCFG 2.2.5.2)."""

from __future__ import annotations

from datetime import time
from typing import Any

from lxml import etree

from store.calendar.model import WEEKDAYS, ZoneRecord
from store.configured import configured_xml
from store.executor import Tx
from store.results import WorkingHours

DEFAULT = WorkingHours()
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
_BYTES_MAX = 64 * 1024


def working_hours(tx: Tx, mailbox_id: int) -> WorkingHours:
    """What the mailbox's owner set, or Monday to Friday from eight to five."""
    kept = configured_xml(tx, mailbox_id, "calendar", "WorkHours")
    try:
        return read_hours(kept) if kept is not None else DEFAULT
    except ValueError:
        return DEFAULT


def read_hours(xml: bytes) -> WorkingHours:
    """The hours in the object's XML. Raises ValueError for what says none."""
    if len(xml) > _BYTES_MAX:
        raise ValueError("the working hours are too long")
    try:
        root = etree.fromstring(xml, _PARSER)
    except etree.XMLSyntaxError as error:
        raise ValueError("the working hours are no XML") from error
    days = tuple(day for day in _text(root, "WorkDays").lower().split() if day in WEEKDAYS)
    start = _minutes(_text(root, "Start"))
    end = _minutes(_text(root, "End"))
    if not days or end <= start:
        raise ValueError("nobody works then")
    return WorkingHours(days, start, end, _zone(root))


def _find(root: Any, name: str) -> Any:
    return next(iter(root.xpath(f"//*[local-name()='{name}']")), None)


def _text(root: Any, name: str) -> str:
    found = _find(root, name)
    return (found.text or "").strip() if found is not None else ""


def _minutes(text: str) -> int:
    moment = time.fromisoformat(text)
    return moment.hour * 60 + moment.minute


def _zone(root: Any) -> ZoneRecord:
    """The zone by its name, or by its bias and rules (as Outlook writes both)."""
    zone = _find(root, "TimeZone")
    if zone is None:
        return {"id": "UTC"}
    name = _text(zone, "Name") if zone.tag else ""
    bias = int(_text(zone, "Bias") or 0)
    rule: dict[str, Any] = {"from": 0, "standard": -bias}
    standard, daylight = _find(zone, "Standard"), _find(zone, "DaylightSavings")
    if standard is not None and daylight is not None:
        to_standard, to_daylight = _change(standard), _change(daylight)
        if to_standard is not None and to_daylight is not None:
            rule |= {
                "standard": -(bias + int(_text(standard, "Bias") or 0)),
                "daylight": -(bias + int(_text(daylight, "Bias") or 0)),
                "to_standard": to_standard,
                "to_daylight": to_daylight,
            }
    return {"id": name, "rules": [rule]}


def _change(node: Any) -> dict[str, Any] | None:
    words = {name: _text_in(node, name) for name in ("Time", "Month", "DayOrder", "DayOfWeek")}
    order = _text_in(node, "ChangeDate")
    if order:  # YYYY/MM/DD: month, and which of its weekdays
        _, month, occurrence = (int(part) for part in order.split("/"))
        weekday = int(_text_in(node, "DayOfWeek") or 0)
    elif words["Month"]:
        month, occurrence = int(words["Month"]), int(words["DayOrder"] or 1)
        weekday = int(words["DayOfWeek"] or 0)
    else:
        return None
    if not 1 <= month <= 12:
        return None
    return {
        "month": month,
        "day": WEEKDAYS[(weekday - 1) % 7],
        "occurrence": -1 if occurrence == 5 else occurrence,
        "minutes": _minutes(words["Time"] or _text_in(node, "ChangeTime") or "00:00"),
    }


def _text_in(node: Any, name: str) -> str:
    found = next(iter(node.xpath(f"./*[local-name()='{name}']")), None)
    return (found.text or "").strip() if found is not None else ""
