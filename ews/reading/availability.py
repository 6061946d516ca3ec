"""Requests for availability in the store's words (MS-OXWAVLS 2.2.4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from ews.codec import listed
from ews.context import Context
from ews.errors import EwsError
from schemas.time_zones import DAYS
from store.calendar.model import ZoneRecord
from store.calendar.zones import check_zone
from store.errors import InvalidValue
from store.instant import Instant, from_instant

_DAYS_MAX = 62
_MAILBOXES_MAX = 100
_INTERVAL = (5, 1440)
_LAST = 5


class Wanted(msgspec.Struct, frozen=True):
    """What a request asks for: attendees, the window, the view."""

    people: tuple[Attendee, ...]
    start: Instant
    end: Instant
    interval: int
    view: str


class Attendee(msgspec.Struct, frozen=True):
    """Whose time it is. ``kind``: Organizer, Required, Optional, Room, Resource."""

    address: str
    kind: str


def read_zone_of(ctx: Context, node: Any) -> Context:
    """The request as it goes by its own TimeZone, or by its TimeZoneContext. Raises EwsError."""
    if node is None:
        if ctx.zone_record is None:
            raise EwsError("ErrorTimeZone", "The request names no time zone.")
        return ctx
    try:
        record = serializable_zone(node)
        check_zone(record)
    except (EwsError, InvalidValue) as error:
        raise EwsError("ErrorTimeZone", str(error)) from error
    return ctx.in_zone(record)


def serializable_zone(node: Any) -> ZoneRecord:
    """The zone of a SerializableTimeZone: biases in minutes, west positive."""
    standard, daylight = node.StandardTime, node.DaylightTime
    rule: dict[str, Any] = {"from": 0, "standard": -(node.Bias + standard.Bias)}
    if standard.Month and daylight.Month and standard.Bias != daylight.Bias:
        rule |= {
            "daylight": -(node.Bias + daylight.Bias),
            "to_standard": _change(standard),
            "to_daylight": _change(daylight),
        }
    return {"id": "", "rules": [rule]}


def _change(node: Any) -> dict[str, Any]:
    try:
        hours, minutes, *_ = (int(part) for part in str(node.Time).split(":"))
    except ValueError:
        raise EwsError("ErrorTimeZone", f"{node.Time!r} is no time of day.") from None
    change: dict[str, Any] = {"month": node.Month, "minutes": hours * 60 + minutes}
    if not (1 <= node.Month <= 12 and 0 <= change["minutes"] < 24 * 60):
        raise EwsError("ErrorTimeZone", "A change of the time zone falls on no day.")
    if node.Year and str(node.Year) != "0":
        if not 1 <= node.DayOrder <= 31:
            raise EwsError("ErrorTimeZone", "A change of the time zone falls on no day.")
        return {**change, "day_of_month": node.DayOrder}
    if not 1 <= node.DayOrder <= _LAST or node.DayOfWeek not in DAYS:
        raise EwsError("ErrorTimeZone", "A change of the time zone falls on no day.")
    occurrence = -1 if node.DayOrder == _LAST else node.DayOrder
    return {**change, "day": node.DayOfWeek.lower(), "occurrence": occurrence}


def read_wanted(ctx: Context, request: Any) -> Wanted:
    """Attendees and window. Raises EwsError, as all that is wrong with the request as a whole."""
    people = tuple(
        Attendee((node.Email.Address or "").strip(), node.AttendeeType)
        for node in listed(request.MailboxDataArray)
        if node is not None
    )
    if not people:
        raise EwsError("ErrorMailboxDataArrayEmpty")
    if len(people) > _MAILBOXES_MAX:
        raise EwsError("ErrorMailboxDataArrayTooBig")
    options, suggestions = request.FreeBusyViewOptions, request.SuggestionsViewOptions
    if options is None and suggestions is None:
        raise EwsError(
            "ErrorInvalidArgument", "Neither free and busy time nor suggestions are asked."
        )
    if options is None:
        start, end = read_window(ctx, suggestions.DetailedSuggestionsWindow)
        return Wanted(people, start, end, 30, "")
    start, end = read_window(ctx, options.TimeWindow)
    interval = options.MergedFreeBusyIntervalInMinutes
    interval = 30 if interval is None else interval
    if not _INTERVAL[0] <= interval <= _INTERVAL[1]:
        raise EwsError("ErrorInvalidMergedFreeBusyInterval")
    return Wanted(people, start, end, interval, _view(options.RequestedView))


def _view(value: Any) -> str:
    """The widest of the views asked for (the schema has it as a list)."""
    views = set(value if isinstance(value, list) else str(value or "FreeBusy").split())
    if not views or views == {"None"}:
        raise EwsError("ErrorInvalidFreeBusyViewType")
    wide = ("DetailedMerged", "Detailed", "FreeBusyMerged", "FreeBusy", "MergedOnly")
    return next((name for name in wide if name in views), "FreeBusy")


def read_window(ctx: Context, node: Any) -> tuple[Instant, Instant]:
    """Start and end of a window of at most 62 days. Raises EwsError."""
    start, end = ctx.to_instant(node.StartTime), ctx.to_instant(node.EndTime)
    if end <= start:
        raise EwsError("ErrorInvalidTimeInterval")
    if from_instant(end) - from_instant(start) > timedelta(days=_DAYS_MAX):
        raise EwsError("ErrorTimeIntervalTooBig")
    return start, end
