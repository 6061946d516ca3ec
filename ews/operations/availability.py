"""GetUserAvailability (MS-OXWAVLS 3.1.4.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ews.codec import Choices
from ews.context import Context
from ews.errors import EwsError, ews_error
from ews.messages import Message, failure, success
from ews.reading.availability import Wanted, read_wanted, read_zone_of
from ews.reading.suggestions import SuggestionOptions, read_suggestion_options
from ews.registry import operation
from ews.render.availability import hours_of, wire_busy
from store.calendar.availability.merged import merged
from store.calendar.availability.suggest import Day, suggest
from store.calendar.zones import local
from store.commands import ReadAvailability
from store.errors import NoSuchMailbox, StoreError
from store.instant import Instant, from_instant
from store.results import Availability

_DETAILED = ("Detailed", "DetailedMerged")
_MERGED = ("MergedOnly", "FreeBusyMerged", "DetailedMerged")
# What fewer rights leave of a view.
_WITHOUT_DETAILS = {"Detailed": "FreeBusy", "DetailedMerged": "FreeBusyMerged"}

Found = Availability | EwsError


@operation("GetUserAvailability")
async def get_user_availability(request: Any, ctx: Context) -> Message:
    """Free and busy time of people, and when they might meet; times go by the request's zone."""
    ctx = read_zone_of(ctx, request.TimeZone)
    wanted = read_wanted(ctx, request)
    options = None
    if request.SuggestionsViewOptions is not None:
        options = read_suggestion_options(ctx, request.SuggestionsViewOptions)
    answer: Message = {}
    if request.FreeBusyViewOptions is not None:
        found = await _read(ctx, wanted, wanted.start, wanted.end)
        answer["FreeBusyResponseArray"] = {
            "FreeBusyResponse": [_free_busy(ctx, wanted, each) for each in found]
        }
    if options is not None:
        found = await _read(ctx, wanted, options.start, options.end)
        answer["SuggestionsResponse"] = _suggestions(ctx, wanted, options, found)
    return answer


async def _read(ctx: Context, wanted: Wanted, start: Instant, end: Instant) -> list[Found]:
    addresses = tuple(person.address for person in wanted.people)
    results = await ctx.execute(ReadAvailability(addresses, start, end))
    return [_error(each) if isinstance(each, StoreError) else each for each in results]


def _error(error: StoreError) -> EwsError:
    if isinstance(error, NoSuchMailbox):
        return EwsError("ErrorMailRecipientNotFound", error.message)
    return ews_error(error)


def _wall(ctx: Context, moment: Instant) -> datetime:
    """A moment by the request's clock; answers say no zone."""
    return local(from_instant(moment), ctx.zone)


def _free_busy(ctx: Context, wanted: Wanted, found: Found) -> Message:
    if isinstance(found, EwsError):
        return {"ResponseMessage": failure(found), "FreeBusyView": {"FreeBusyViewType": "None"}}
    view = wanted.view
    if found.level != "details":
        view = _WITHOUT_DETAILS.get(view, view)
    shown: Message = {"FreeBusyViewType": view}
    if view in _MERGED:
        shown["MergedFreeBusy"] = merged(found.events, wanted.start, wanted.end, wanted.interval)
    if view != "MergedOnly" and found.events:
        events = [_event(ctx, each, details=view in _DETAILED) for each in found.events]
        shown["CalendarEventArray"] = {"CalendarEvent": events}
    shown["WorkingHours"] = hours_of(found.hours, int(ctx.now[:4]))
    return {"ResponseMessage": success(), "FreeBusyView": shown}


def _event(ctx: Context, event: Any, *, details: bool) -> Message:
    shown: Message = {
        "StartTime": _wall(ctx, event.start),
        "EndTime": _wall(ctx, event.end),
        "BusyType": wire_busy(event.busy),
    }
    if details:
        said: Message = {}
        if event.item is not None:
            item = event.item
            said["ID"] = ctx.ids.item(item.mailbox_id, item.id, item.original)
            said["Subject"] = event.subject
            said["Location"] = event.location
        said |= {
            "IsMeeting": event.is_meeting,
            "IsRecurring": event.is_recurring,
            "IsException": event.is_exception,
            "IsReminderSet": event.is_reminder_set,
            "IsPrivate": event.is_private,
        }
        shown["CalendarEventDetails"] = said
    return shown


# -- suggestions -------------------------------------------------------------------------------


def _suggestions(
    ctx: Context, wanted: Wanted, options: SuggestionOptions, found: list[Found]
) -> Message:
    people = [
        (person.kind, each if isinstance(each, Availability) else None)
        for person, each in zip(wanted.people, found, strict=True)
    ]
    days = suggest(people, options.start, options.end, ctx.zone, options.rules)
    return {
        "ResponseMessage": success(),
        "SuggestionDayResultArray": {"SuggestionDayResult": [_day(ctx, day) for day in days]},
    }


def _day(ctx: Context, day: Day) -> Message:
    suggestions = [
        {
            "MeetingTime": _wall(ctx, each.start),
            "IsWorkTime": each.is_work_time,
            "SuggestionQuality": each.quality,
            "AttendeeConflictDataArray": Choices([_conflict(busy) for busy in each.conflicts]),
        }
        for each in day.suggestions
    ]
    shown: Message = {"Date": datetime.combine(day.date, datetime.min.time())}
    shown["DayQuality"] = day.quality
    shown["SuggestionArray"] = {"Suggestion": suggestions}
    return shown


def _conflict(busy: Any) -> tuple[str, Message]:
    if busy is None:
        return "UnknownAttendeeConflictData", {}
    if isinstance(busy, tuple):
        members, away = busy
        return "GroupAttendeeConflictData", {
            "NumberOfMembers": members,
            "NumberOfMembersAvailable": members - away,
            "NumberOfMembersWithConflict": away,
            "NumberOfMembersWithNoData": 0,
        }
    return "IndividualAttendeeConflictData", {"BusyType": wire_busy(busy)}
