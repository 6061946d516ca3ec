"""Computed elements of calendar items and meeting messages (MS-OXWSMTGS 2.2.4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ews.ids import change_key
from ews.places import POSTAL
from ews.render.compute import Computed
from ews.render.recurrence import recurrence_element
from ews.render.values import boolean, escape, instant, mailbox
from ews.render.view import View
from schemas.properties import by_name
from schemas.properties.make import members
from schemas.property import Kind, P
from schemas.time_zones import windows
from store.calendar.model import ZoneRecord
from store.calendar.occurrences import Occurrence, Series, is_master
from store.calendar.settle import CANCELLED, MEETING, RECEIVED
from store.calendar.zones import zone_label, zone_of
from store.instant import Instant, from_instant
from store.model import ItemId

_RESPONSES = by_name("my_response_type").members
_ATTENDEE_TIMES = (
    ("LastResponseTime", "time"),
    ("ProposedStart", "proposed_start"),
    ("ProposedEnd", "proposed_end"),
)


def _attendees(view: View, row: P) -> str:
    assert row.ews is not None
    people = view.properties.get(row.name)
    if not people:
        return ""
    parts: list[str] = []
    for person in people:
        response = _RESPONSES.get(person.get("response", "unknown"), "Unknown")
        times = "".join(
            f"<t:{element}>{instant(person[name])}</t:{element}>"
            for element, name in _ATTENDEE_TIMES
            if person.get(name)
        )
        parts.append(
            f"<t:Attendee>{mailbox(person['mailbox'])}<t:ResponseType>{response}</t:ResponseType>"
            f"{times}</t:Attendee>"
        )
    return f"<t:{row.ews.element}>{''.join(parts)}</t:{row.ews.element}>"


_CHANGES = members("None", "Added", "Override", "Deleted")
_SEND_OPTIONS = members("User", "AllAttendees")


def _inbox_reminders(view: View, row: P) -> str:
    """Reminders by mail, each with all elements but those that nobody said."""
    assert row.ews is not None
    reminders: list[dict[str, Any]] = view.properties.get(row.name) or []
    parts = [f"<t:InboxReminder>{_inbox_reminder(each)}</t:InboxReminder>" for each in reminders]
    return f"<t:{row.ews.element}>{''.join(parts)}</t:{row.ews.element}>" if parts else ""


def _inbox_reminder(reminder: dict[str, Any]) -> str:
    told = {
        "Id": reminder["id"],
        "ReminderOffset": reminder.get("minutes"),
        "Message": reminder.get("message"),
        "IsOrganizerReminder": boolean(reminder.get("is_organizer", False)),
        "OccurrenceChange": _CHANGES[reminder.get("change", "none")],
        "IsImportedFromOLC": boolean(reminder.get("is_imported", False)),
        "SendOption": _SEND_OPTIONS[reminder["send_option"]],
    }
    return "".join(
        f"<t:{element}>{escape(str(value))}</t:{element}>"
        for element, value in told.items()
        if value is not None
    )


def _duration(view: View, row: P) -> str:
    start, end = view.properties.get("start"), view.properties.get("end")
    if not start or not end:
        return ""
    length: timedelta = from_instant(end) - from_instant(start)
    minutes = int(length.total_seconds()) // 60
    days, minutes = divmod(minutes, 1440)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}H" * bool(hours) + f"{minutes}M" * bool(minutes)
    text = "P" + f"{days}D" * bool(days) + (f"T{clock}" if clock else "")
    return f"<t:Duration>{text if len(text) > 1 else 'PT0S'}</t:Duration>"


# -- zones -------------------------------------------------------------------------------------


def duration_of(minutes: int) -> str:
    """Minutes as an xs:duration of hours and minutes."""
    sign = "-" if minutes < 0 else ""
    hours, rest = divmod(abs(minutes), 60)
    if not minutes:
        return "PT0M"
    return f"{sign}PT" + f"{hours}H" * bool(hours) + f"{rest}M" * bool(rest)


def _time_zone(view: View, row: P) -> str:
    assert row.ews is not None
    zone = view.properties.get(row.name)
    if not zone or not (zone.get("id") or zone.get("rules")):
        return ""
    element = row.ews.element
    id = zone.get("id") or zone.get("name") or "Custom"
    id = windows(id) or id
    name = f' Name="{escape(zone["name"])}"' if zone.get("name") else ""
    head = f'<t:{element} Id="{escape(id)}"{name}'
    if not zone.get("rules"):
        return f"{head}/>"
    return f"{head}>{_definition(id, zone['rules'])}</t:{element}>"


def _definition(id: str, rules: list[dict[str, Any]]) -> str:
    """Periods, TransitionsGroups and Transitions of a zone by its rules."""
    periods: list[str] = []
    groups: list[str] = []
    transitions: list[str] = []
    for number, rule in enumerate(rules):
        names = {
            "standard": escape(f"{id}/{number}/Standard"),
            "daylight": escape(f"{id}/{number}/Daylight"),
        }
        for period in ("standard", "daylight"):
            if period in rule:
                periods.append(
                    f'<t:Period Bias="{duration_of(-rule[period])}"'
                    f' Name="{period.capitalize()}" Id="{names[period]}"/>'
                )
        inner = _transition("Transition", "Period", names["standard"])
        if "daylight" in rule:
            inner = "".join(
                _recurring(rule[f"to_{period}"], names[period])
                for period in ("daylight", "standard")
            )
        groups.append(f'<t:TransitionsGroup Id="{number}">{inner}</t:TransitionsGroup>')
        if rule["from"]:
            moment = f"<t:DateTime>{rule['from']:04d}-01-01T00:00:00</t:DateTime>"
            transitions.append(_transition("AbsoluteDateTransition", "Group", number, moment))
        else:
            transitions.append(_transition("Transition", "Group", number))
    return (
        f"<t:Periods>{''.join(periods)}</t:Periods>"
        f"<t:TransitionsGroups>{''.join(groups)}</t:TransitionsGroups>"
        f"<t:Transitions>{''.join(transitions)}</t:Transitions>"
    )


def _transition(name: str, kind: str, target: object, more: str = "") -> str:
    return f'<t:{name}><t:To Kind="{kind}">{target}</t:To>{more}</t:{name}>'


def _recurring(change: dict[str, Any], period: str) -> str:
    head = (
        f"<t:TimeOffset>{duration_of(change['minutes'])}</t:TimeOffset>"
        f"<t:Month>{change['month']}</t:Month>"
    )
    if "day_of_month" in change:
        day = f"{head}<t:Day>{change['day_of_month']}</t:Day>"
        return _transition("RecurringDateTransition", "Period", period, day)
    day = (
        f"{head}<t:DayOfWeek>{change['day'].capitalize()}</t:DayOfWeek>"
        f"<t:Occurrence>{change['occurrence']}</t:Occurrence>"
    )
    return _transition("RecurringDayTransition", "Period", period, day)


def _zone_for(view: View, end: str) -> ZoneRecord | None:
    properties = view.properties
    return properties.get(f"{end}_time_zone") or properties.get("start_time_zone")


def _zone_id(view: View, row: P) -> str:
    assert row.ews is not None
    zone = _zone_for(view, row.name.partition("_")[0])
    if not zone or not zone.get("id"):
        return ""
    id = windows(zone["id"]) or zone["id"]
    return f"<t:{row.ews.element}>{escape(id)}</t:{row.ews.element}>"


def _zone_name(view: View, row: P) -> str:
    """The name of the zone as Windows shows it."""
    name = zone_label(_zone_for(view, "start"))
    return f"<t:TimeZone>{escape(name)}</t:TimeZone>" if name else ""


def _wall_clock(view: View, row: P) -> str:
    """The time by the item's own clock, with its offset."""
    assert row.ews is not None
    which = row.name.partition("_")[0]
    moment, zone = view.properties.get(which), _zone_for(view, which)
    if not moment or not zone:
        return ""
    wall: datetime = from_instant(moment).astimezone(zone_of(zone))
    return f"<t:{row.ews.element}>{wall.isoformat(timespec='seconds')}</t:{row.ews.element}>"


# -- places ------------------------------------------------------------------------------------


def _enhanced_location(view: View, row: P) -> str:
    location, places = view.properties.get("location"), view.properties.get("places")
    if not location and not places:
        return ""
    place: dict[str, Any] = places[0] if places else {}
    name = escape(str(place.get("name") or location or ""))
    annotation = place.get("annotation")
    noted = f"<t:Annotation>{escape(annotation)}</t:Annotation>" if annotation else ""
    parts = {**place, "type": place.get("type", "Business"), "source": place.get("source", "None")}
    postal = "".join(
        f"<t:{element}>{escape(str(parts[key]))}</t:{element}>"
        for element, key in POSTAL
        if parts.get(key) not in (None, "")
    )
    return (
        f"<t:EnhancedLocation><t:DisplayName>{name}</t:DisplayName>{noted}"
        f"<t:PostalAddress>{postal}</t:PostalAddress></t:EnhancedLocation>"
    )


# -- series ------------------------------------------------------------------------------------


def _recurrence(view: View, row: P) -> str:
    recurrence = view.properties.get("recurrence")
    return recurrence_element(recurrence) if recurrence else ""


_WITH_SERIES = frozenset({Kind.CALENDAR, Kind.MEETING_REQUEST})


def _series(view: View) -> Series | None:
    is_series = view.id and view.kind in _WITH_SERIES and is_master(view.properties)
    return Series(view.properties) if is_series else None


def _occurrence(view: View, element: str, found: Occurrence | None) -> str:
    """One of a series. Of an invitation its ids are those of the meeting in the calendar."""
    if found is None:
        return ""
    meeting: ItemId | None = view.properties.get("associated_calendar_item_id")
    if meeting is None:
        id = view.ctx.ids.item(view.mailbox_id, view.id, found.original)
        named = f'<t:ItemId Id="{id}" ChangeKey="{change_key(view.change)}"/>'
    else:
        id = view.ctx.ids.item(meeting.mailbox_id, meeting.id, found.original)
        named = f'<t:ItemId Id="{id}"/>'
    return (
        f"<t:{element}>{named}"
        f"<t:Start>{instant(found.start)}</t:Start><t:End>{instant(found.end)}</t:End>"
        f"<t:OriginalStart>{instant(found.original)}</t:OriginalStart></t:{element}>"
    )


def _first_occurrence(view: View, row: P) -> str:
    series = _series(view)
    return _occurrence(view, "FirstOccurrence", series.first()) if series else ""


def _last_occurrence(view: View, row: P) -> str:
    series = _series(view)
    return _occurrence(view, "LastOccurrence", series.last()) if series else ""


def _modified_occurrences(view: View, row: P) -> str:
    series = _series(view)
    found = [
        _occurrence(view, "Occurrence", each) for each in (series.modified() if series else ())
    ]
    return f"<t:ModifiedOccurrences>{''.join(found)}</t:ModifiedOccurrences>" if found else ""


def _deleted_occurrences(view: View, row: P) -> str:
    series = _series(view)
    found = [_deleted(original) for original in (series.deleted() if series else ())]
    return f"<t:DeletedOccurrences>{''.join(found)}</t:DeletedOccurrences>" if found else ""


def _deleted(original: Instant) -> str:
    return f"<t:DeletedOccurrence><t:Start>{instant(original)}</t:Start></t:DeletedOccurrence>"


# -- meetings ----------------------------------------------------------------------------------


def meeting_responses(kind: str, properties: dict[str, Any]) -> list[str]:
    """The response objects that a meeting or a meeting message offers (MS-OXWSMTGS 2.2.4)."""
    answers = ["AcceptItem", "TentativelyAcceptItem", "DeclineItem"]
    if properties.get("allow_new_time_proposal") is not False:
        answers.append("ProposeNewTime")
    if kind == Kind.MEETING_REQUEST:
        return [] if properties.get("is_out_of_date") else answers
    if kind == Kind.MEETING_CANCELLATION:
        return ["RemoveItem"]
    if kind != Kind.CALENDAR:
        return []
    state = int(properties.get("appointment_state") or 0)
    if not state & MEETING:
        return []
    if not state & RECEIVED:
        return [] if state & CANCELLED else ["CancelCalendarItem"]
    return ["RemoveItem"] if state & CANCELLED else answers


def _associated_item(view: View, row: P) -> str:
    """The calendar item that a meeting message is about, looked up before
    (``ews.operations.beside``)."""
    id: ItemId | None = view.properties.get("associated_calendar_item_id")
    if id is None:
        return ""
    wire = view.ctx.ids.item(id.mailbox_id, id.id, id.original)
    return f'<t:AssociatedCalendarItemId Id="{wire}"/>'


# -- meetings beside it ------------------------------------------------------------------------


def _meetings_beside(view: View, row: P) -> str:
    """Meetings that were looked up before the item was written (``ews.operations.beside``)."""
    assert row.ews is not None
    found: list[str] = view.properties.get(row.name) or []
    return f"<t:{row.ews.element}>{''.join(found)}</t:{row.ews.element}>" if found else ""


def _count_beside(view: View, row: P) -> str:
    assert row.ews is not None
    name = row.name.replace("_meeting_count", "_meetings")
    if name not in view.properties:
        return ""
    return f"<t:{row.ews.element}>{len(view.properties[name])}</t:{row.ews.element}>"


_ZONED = ("start", "end", "start_time_zone", "end_time_zone")

CALENDAR_COMPUTED: dict[str, Computed] = {
    "attendees": Computed(_attendees),
    "inbox_reminders": Computed(_inbox_reminders),
    "duration": Computed(_duration, ("start", "end")),
    "time_zone": Computed(_time_zone),
    "time_zone_id": Computed(_zone_id, _ZONED),
    "time_zone_name": Computed(_zone_name, _ZONED),
    "wall_clock": Computed(_wall_clock, _ZONED),
    "enhanced_location": Computed(_enhanced_location, ("location", "places")),
    "recurrence": Computed(_recurrence, ("recurrence",)),
    "first_occurrence": Computed(_first_occurrence),
    "last_occurrence": Computed(_last_occurrence),
    "modified_occurrences": Computed(_modified_occurrences),
    "deleted_occurrences": Computed(_deleted_occurrences),
    "associated_item": Computed(_associated_item),
    "meetings_beside": Computed(_meetings_beside),
    "count_beside": Computed(_count_beside),
}
