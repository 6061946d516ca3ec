"""GetReminders, PerformReminderAction: what is due, put off and dismissed.

The reminder of one occurrence is dismissed or put off in its series, so that the occurrence stays
what it is: ``reminders`` of a master holds ``dismissed`` (all that begin until then are done with)
and ``snoozed`` (when to remind again, by original start).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from ews.codec import listed
from ews.codec.simple import reader
from ews.context import Context
from ews.errors import EwsError, ews_error
from ews.ids import change_key, read_change_key
from ews.messages import Message, failure, success
from ews.registry import operation
from schemas.property import Kind
from store.calendar.reminders import next_reminder
from store.commands import (
    FetchItems,
    FindItems,
    FolderRole,
    ItemChange,
    UpdateItems,
    ViewCalendar,
)
from store.errors import StoreError
from store.instant import Instant, from_instant, to_instant
from store.model import Item, ItemId
from store.restriction import Compare, Page
from store.results import ItemPage, SavedItem

# How long before its start something may remind, and how far back and ahead is looked.
_AHEAD, _BACK = timedelta(days=28), timedelta(days=14)
_WINDOW_MAX = timedelta(days=2 * 366)
_SHOWN_MAX = 200
_CALENDAR = (
    "subject", "location", "start", "end", "uid", "reminder_is_set", "reminder_minutes",
    "reminder_next", "reminders", "occurrence",
)  # fmt: skip
_TASK = (
    "subject", "start_date", "due_date", "reminder_is_set", "reminder_due", "reminder_next",
    "status",
)  # fmt: skip


class Due(msgspec.Struct, frozen=True):
    """One reminder. ``at``: when it reminds."""

    at: Instant
    item: ItemId
    change: int
    group: str
    subject: str
    start: Instant
    end: Instant
    location: str = ""
    uid: str = ""


@operation("GetReminders")
async def get_reminders(request: Any, ctx: Context) -> Message:
    """Reminders of appointments and tasks, by time."""
    try:
        begin, end = _window(ctx, request)
        found = [*await _appointments(ctx, begin, end), *await _tasks(ctx, begin, end)]
    except (EwsError, StoreError) as error:
        return failure(ews_error(error), Reminders={"Reminder": []})
    kind = request.ReminderType or "All"
    ongoing = await _appointments(ctx, _before(begin), begin) if kind == "Current" else []
    if kind == "Current":
        found += [due for due in ongoing if due.end > ctx.now and due not in found]
    elif kind == "Old":
        found = [due for due in found if due.end <= ctx.now and due.group != "Calendar"]
    most = min(request.MaxItems or _SHOWN_MAX, _SHOWN_MAX)
    shown = sorted(found, key=lambda due: due.at)[:most]
    return success(Reminders={"Reminder": [_shown(ctx, due) for due in shown]})


def _window(ctx: Context, request: Any) -> tuple[Instant, Instant]:
    """Raises EwsError for one that is none, or too wide."""
    end = ctx.to_instant(request.EndTime) if request.EndTime is not None else ctx.now
    begin = ctx.to_instant(request.BeginTime) if request.BeginTime is not None else _before(end)
    if request.ReminderType == "Old" and (request.BeginTime is None or request.EndTime is None):
        raise EwsError("ErrorInvalidArgument", "Old reminders are those of a window.")
    if end < begin:
        raise EwsError("ErrorInvalidTimeInterval")
    if from_instant(end) - from_instant(begin) > _WINDOW_MAX:
        raise EwsError("ErrorTimeIntervalTooBig")
    return begin, end


def _before(moment: Instant) -> Instant:
    return to_instant(from_instant(moment) - _BACK)


async def _appointments(ctx: Context, begin: Instant, end: Instant) -> list[Due]:
    farthest = to_instant(from_instant(end) + _AHEAD)
    view = ViewCalendar((FolderRole("calendar"),), _before(begin), farthest, _CALENDAR)
    (page,) = await ctx.execute(view)
    if isinstance(page, StoreError):
        raise page
    due = [_appointment(page.mailbox_id, row) for row in page.rows]
    return [each for each in due if each is not None and begin <= each.at <= end]


def _appointment(mailbox_id: int, row: Any) -> Due | None:
    said: dict[str, Any] = dict(zip(_CALENDAR, row[-len(_CALENDAR) :], strict=True))
    original = said["occurrence"] or ""
    at = next_reminder(Kind.CALENDAR, said, original)
    if not at:
        return None
    return Due(
        at,
        ItemId(mailbox_id, row[0], original),
        row[1],
        "Calendar",
        str(said["subject"] or ""),
        said["start"],
        said["end"],
        str(said["location"] or ""),
        str(said["uid"] or ""),
    )


async def _tasks(ctx: Context, begin: Instant, end: Instant) -> list[Due]:
    find = FindItems(
        (FolderRole("tasks"),),
        _TASK,
        restriction=Compare("reminder_is_set", "eq", True),
        page=Page(limit=_SHOWN_MAX * 5),
    )
    (page,) = await ctx.execute(find)
    found: list[Due] = []
    for row in page.rows if isinstance(page, ItemPage) else ():
        said: dict[str, Any] = dict(zip(_TASK, row[-len(_TASK) :], strict=True))
        at = next_reminder(Kind.TASK, said)
        if not at or said["status"] == "completed" or not begin <= at <= end:
            continue
        start, due = (_moment(said[name], at) for name in ("start_date", "due_date"))
        item = ItemId(page.mailbox_id, row[0])
        subject = str(said["subject"] or "")
        found.append(Due(at, item, row[1], "Task", subject, start, due))
    return found


def _moment(day: str | None, default: Instant) -> Instant:
    """A task's dates may be days alone."""
    if not day:
        return default
    return day if len(day) > 10 else f"{day}T00:00:00.000000Z"


def _shown(ctx: Context, due: Due) -> Message:
    item = due.item
    shown: Message = {"Subject": due.subject}
    if due.location:
        shown["Location"] = due.location
    shown |= {
        "ReminderTime": from_instant(due.at),
        "StartDate": from_instant(due.start),
        "EndDate": from_instant(due.end),
        "ItemId": _id(ctx, item, due.change),
    }
    if item.original:
        shown["RecurringMasterItemId"] = _id(ctx, ItemId(item.mailbox_id, item.id), due.change)
    return {**shown, "ReminderGroup": due.group, "UID": due.uid}


def _id(ctx: Context, item: ItemId, change: int) -> Message:
    id = ctx.ids.item(item.mailbox_id, item.id, item.original)
    return {"Id": id, "ChangeKey": change_key(change)}


@operation("PerformReminderAction")
async def perform_reminder_action(request: Any, ctx: Context) -> Message:
    """Dismiss reminders, or put them off; what cannot be found stops all of it."""
    updated: list[Message] = []
    try:
        actions = [
            (ctx.ids.read_item(node.ItemId.Id), node)
            for node in listed(request.ReminderItemActions)
        ]
        for _, node in actions:
            read_change_key(node.ItemId.ChangeKey)
        items = await ctx.execute(FetchItems(tuple(item for item, _ in actions)))
        changes: list[ItemChange] = []
        for (item, node), found in zip(actions, items, strict=True):
            if isinstance(found, StoreError):
                raise found
            changes.append(_change(ctx, item, node, found))
        for result in await _update(ctx, changes):
            assert result.id is not None
            updated.append(_id(ctx, result.id, result.change))
    except StoreError as error:
        raise ews_error(error) from error
    return success(UpdatedItemIds={"ItemId": updated})


async def _update(ctx: Context, changes: list[ItemChange]) -> list[SavedItem]:
    results = await ctx.execute(UpdateItems(tuple(changes), resolution="always_overwrite"))
    for result in results:
        if isinstance(result, StoreError):
            raise result
    return list(results)


def _change(ctx: Context, item: ItemId, node: Any, found: Item) -> ItemChange:
    """Raises EwsError for a time that is none."""
    again = _again(ctx, node) if node.ActionType == "Snooze" else ""
    if not item.original:
        if again:
            return ItemChange(item, set={"reminder_next": again})
        return ItemChange(item, set={"reminder_is_set": False}, unset=("reminder_next",))
    kept: dict[str, Any] = found.properties.get("reminders") or {}
    snoozed = {k: v for k, v in kept.get("snoozed", {}).items() if k != item.original}
    dismissed = kept.get("dismissed", "")
    if again:
        snoozed[item.original] = again
    else:
        dismissed = max(dismissed, item.original)
        snoozed = {k: v for k, v in snoozed.items() if k > dismissed}
    settled: dict[str, Any] = {"dismissed": dismissed, "snoozed": snoozed}
    whole = ItemId(item.mailbox_id, item.id)
    return ItemChange(whole, set={"reminders": {k: v for k, v in settled.items() if v}})


def _again(ctx: Context, node: Any) -> Instant:
    try:
        moment = reader("xs:dateTime", False)(node.NewReminderTime or "")
    except ValueError:
        raise EwsError("ErrorInvalidArgument", "NewReminderTime is no time.") from None
    return ctx.to_instant(moment)
