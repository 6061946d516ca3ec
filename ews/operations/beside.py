"""Meetings that collide with an item, or touch it (MS-OXWSMTGS ConflictingMeetings)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from ews.context import Context
from ews.ids import change_key
from ews.render.availability import wire_busy
from ews.render.values import escape, instant
from schemas.properties.make import MEETINGS
from schemas.property import Kind
from store.commands import FindMeeting, FolderRole, ViewCalendar
from store.instant import from_instant, to_instant
from store.model import Item, ItemId
from store.results import ItemPage, Row

_NAMES = ("subject", "start", "end", "location", "is_all_day", "busy_status", "uid", "occurrence")
_KINDS = frozenset({Kind.CALENDAR, Kind.MEETING_REQUEST})
_MESSAGES = frozenset(MEETINGS)
_SHOWN_MAX = 100


async def with_beside(ctx: Context, item: Item) -> Item:
    """The item with what else the calendar has to do with it, as far as its kind has that."""
    if item.kind in _MESSAGES:
        item = await _with_associated(ctx, item)
    return await _with_meetings(ctx, item)


async def _with_associated(ctx: Context, item: Item) -> Item:
    """The meeting message with ``associated_calendar_item_id``, an ItemId."""
    uid, original = item.properties.get("uid"), item.properties.get("recurrence_id")
    if not uid:
        return item
    found: ItemId | None = await ctx.execute(
        FindMeeting(item.id.mailbox_id, uid, original or "", owner_of(item))
    )
    if found is None:
        return item
    properties = {**item.properties, "associated_calendar_item_id": found}
    return msgspec.structs.replace(item, properties=properties)


def owner_of(item: Item) -> str:
    """The address in whose calendar a delegate's copy of a meeting message counts, else empty."""
    owner = item.properties.get("received_representing") or {}
    return str(owner.get("address") or "") if item.properties.get("is_delegated") else ""


async def _with_meetings(ctx: Context, item: Item) -> Item:
    """The item with ``conflicting_meetings`` and ``adjacent_meetings``: elements, ready made.

    Free time collides with nothing, and nothing with itself; series are not looked at as a whole.
    """
    start, end = item.properties.get("start"), item.properties.get("end")
    if item.kind not in _KINDS or not start or not end or item.properties.get("recurrence"):
        return item
    owner = owner_of(item)
    calendar = FolderRole("calendar", owner)
    view = ViewCalendar((calendar,), _second(start, -1), _second(end, 1), _NAMES, _SHOWN_MAX)
    (page,) = await ctx.execute(view)
    if not isinstance(page, ItemPage) or (page.mailbox_id != item.id.mailbox_id and not owner):
        return item  # another's mailbox: what lies beside it there is not the asker's to see
    colliding: list[str] = []
    touching: list[str] = []
    for row in page.rows:
        shown: dict[str, Any] = dict(zip(_NAMES, row[-len(_NAMES) :], strict=True))
        if _is_same(item, page.mailbox_id, row, shown) or shown["busy_status"] == "free":
            continue
        if shown["start"] < end and shown["end"] > start:
            colliding.append(_element(ctx, page.mailbox_id, row, shown))
        elif start in (shown["start"], shown["end"]) or end in (shown["start"], shown["end"]):
            touching.append(_element(ctx, page.mailbox_id, row, shown))
    beside = {"conflicting_meetings": colliding, "adjacent_meetings": touching}
    return msgspec.structs.replace(item, properties={**item.properties, **beside})


def _second(moment: str, step: int) -> str:
    return to_instant(from_instant(moment) + timedelta(seconds=step))


def _is_same(item: Item, mailbox_id: int, row: Row, shown: dict[str, Any]) -> bool:
    if (mailbox_id, row[0]) == (item.id.mailbox_id, item.id.id):
        return (shown["occurrence"] or "") == item.id.original
    return bool(shown["uid"]) and shown["uid"] == item.properties.get("uid")


def _element(ctx: Context, mailbox_id: int, row: Row, shown: dict[str, Any]) -> str:
    id = ctx.ids.item(mailbox_id, row[0], shown["occurrence"] or "")
    place = shown["location"]
    return (
        f'<t:CalendarItem><t:ItemId Id="{id}" ChangeKey="{change_key(row[1])}"/>'
        f"<t:Subject>{escape(shown['subject'] or '')}</t:Subject>"
        f"<t:Start>{instant(shown['start'])}</t:Start><t:End>{instant(shown['end'])}</t:End>"
        f"<t:LegacyFreeBusyStatus>{wire_busy(shown['busy_status'])}</t:LegacyFreeBusyStatus>"
        + (f"<t:Location>{escape(place)}</t:Location>" if place else "")
        + "</t:CalendarItem>"
    )
