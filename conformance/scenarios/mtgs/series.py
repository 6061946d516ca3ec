"""Series of meetings: patterns and ranges, and occurrences that are changed and deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from conformance import requests
from conformance.checks import equal, holds, present, refused
from conformance.mailbox import Mailbox
from conformance.meetings import accept, answer, attendees, invite, received
from conformance.node import Node
from conformance.scenario import each, scenario
from conformance.scenarios.mtgs.parts import (
    MEETINGS,
    OCCURRENCES,
    RECURRENCE,
    SPEC,
    every_day,
    occurrence,
    read,
    rows,
    start,
)
from conformance.things import thing
from conformance.xml import Element, t

NEEDS = (*MEETINGS, *RECURRENCE)
EARLIER = timedelta(hours=26)


@dataclass(frozen=True)
class Pattern:
    """A pattern with its range: the elements' names, and what is in them besides StartDate."""

    pattern: str
    parts: tuple[tuple[str, object], ...]
    range: str
    years: int = 0

    def __str__(self) -> str:
        return f"{self.pattern} with {self.range}"

    def element(self) -> Element:
        """The recurrence, from the day of `start` on."""
        first: date = start().date()
        ends = {
            "NumberedRecurrence": t.NumberOfOccurrences(OCCURRENCES),
            "EndDateRecurrence": t.EndDate(first + timedelta(days=366 * self.years)),
            "NoEndRecurrence": None,
        }
        pattern = t(self.pattern, [t(name, value) for name, value in self.parts])
        return t.Recurrence(pattern, t(self.range, t.StartDate(first), ends[self.range]))


DAILY = Pattern("DailyRecurrence", (("Interval", 1),), "NumberedRecurrence")
WEEKLY = Pattern(
    "WeeklyRecurrence", (("Interval", 1), ("DaysOfWeek", "Tuesday")), "EndDateRecurrence", 1
)
ON_A_DAY = Pattern(
    "AbsoluteMonthlyRecurrence", (("Interval", 1), ("DayOfMonth", 5)), "NoEndRecurrence"
)
ON_A_WEEKDAY = Pattern(
    "RelativeMonthlyRecurrence",
    (("Interval", 1), ("DaysOfWeek", "Thursday"), ("DayOfWeekIndex", "First")),
    "NumberedRecurrence",
)
ON_A_DATE = Pattern(
    "AbsoluteYearlyRecurrence", (("DayOfMonth", 5), ("Month", "February")), "EndDateRecurrence", 8
)
ON_A_WEEKDAY_OF_A_MONTH = Pattern(
    "RelativeYearlyRecurrence",
    (("DaysOfWeek", "Wednesday"), ("DayOfWeekIndex", "First"), ("Month", "January")),
    "NoEndRecurrence",
)


def _moment(item: Node, path: str) -> datetime:
    present(item, path)
    return datetime.fromisoformat(item.text(path) or "")


def _first(user: Mailbox, subject: str) -> Node:
    """The first occurrence of the series in somebody's calendar."""
    return read(user, occurrence(user.arrived("calendar", subject)[0].id))


def _changed_first(user: Mailbox, subject: str, place: str) -> Node:
    """The first occurrence as soon as it is at that place."""

    def look() -> Node | None:
        found = _first(user, subject)
        return found if found.text("Location") == place else None

    return user.eventually(look, f"a first occurrence in {place}")


def _check_pattern(item: Node, case: Pattern) -> None:
    pattern = f"Recurrence/{case.pattern}"
    holds(item, {f"{pattern}/{name}": value for name, value in case.parts})
    present(item, f"Recurrence/{case.range}/StartDate")


_OF_ALL = rows(
    *(54, 55, 56, 161, 217, 339, 377, 381, 383, 385, 387, 390, 391, 494, 651, 701, 702, 703),
    *(732, 737, 739, 742, 744, 760, 807, 18407, 28503, 80048),
)


@each(
    SPEC,
    {
        "S01_TC10": DAILY,
        "S01_TC11": WEEKLY,
        "S01_TC12": ON_A_DAY,
        "S01_TC13": ON_A_WEEKDAY,
        "S01_TC14": ON_A_DATE,
        "S01_TC15": ON_A_WEEKDAY_OF_A_MONTH,
    },
    parameter="case",
    requirements=_OF_ALL,
    needs={f"S01_TC{number}": NEEDS for number in range(10, 16)},
)
def one_of_a_series_is_changed(ews: Mailbox, other: Mailbox, case: Pattern) -> None:
    """The attendee has the same series; the occurrence that is moved is an exception for both."""
    subject = ews.unique("Series")
    zone = t.StartTimeZone(Id="Greenwich Standard Time")
    meeting = invite(
        ews,
        other,
        subject,
        (case.element(), zone),
        how="SendOnlyToAll",
        IsResponseRequested=False,
        AllowNewTimeProposal=True,
        ConferenceType=1,
        LegacyFreeBusyStatus="OOF",
    )
    equal(ews.get_item(meeting).text("ConferenceType"), "1", "ConferenceType")
    request = received(other, subject, "MeetingRequest")
    holds(request, {"IsOrganizer": False, "IntendedFreeBusyStatus": "OOF", "IsRecurring": True})
    _check_pattern(request, case)
    mine = other.get_item(other.arrived("calendar", subject)[0].id)
    _check_pattern(mine, case)
    expected = {
        "CalendarItemType": "RecurringMaster",
        "IsRecurring": True,
        "IsResponseRequested": False,
        "AllowNewTimeProposal": True,
        "AppointmentState": 3,
        "StartTimeZoneId": "Greenwich Standard Time",
        "EndTimeZoneId": "Greenwich Standard Time",
        "IntendedFreeBusyStatus": "OOF",
        "Organizer/Mailbox/EmailAddress": ews.address,
    }
    holds(mine, expected)
    listed = other.get_item(mine.ref("FirstOccurrence/ItemId").keyless)
    equal(listed.text("CalendarItemType"), "Occurrence", "CalendarItemType of the first")

    before = _first(ews, subject)
    begin, end = [_moment(before, which) - EARLIER for which in ("Start", "End")]
    changes = {"Location": "Room 7", "Start": begin, "End": end}
    updates = [
        requests.set_field(f"calendar:{name}", thing("CalendarItem", **{name: value}))
        for name, value in changes.items()
    ]
    ews.update(before.id, *updates, meetings="SendOnlyToAll")
    master = ews.get_item(meeting.keyless)
    equal(master.text("CalendarItemType"), "RecurringMaster", "CalendarItemType of the whole")
    modified = "ModifiedOccurrences/Occurrence"
    equal(
        [_moment(master, f"{modified}/{which}") for which in ("Start", "End", "OriginalStart")],
        [begin, end, _moment(before, "Start")],
        "times of the modified occurrence",
    )
    names = {master.text(f"{path}/ItemId@Id") for path in (modified, "FirstOccurrence")}
    equal(len(names), 1, "ids of the modified and of the first occurrence")
    equal(
        _moment(master, "FirstOccurrence/OriginalStart"),
        _moment(before, "Start"),
        "OriginalStart of the first",
    )
    after = _changed_first(other, subject, "Room 7")
    holds(after, {"CalendarItemType": "Exception"})
    equal(_moment(after, "Start"), begin, "attendee's Start")


def _deleted(item: Node) -> list[datetime]:
    return [_moment(each, "Start") for each in item.nodes("DeletedOccurrences/DeletedOccurrence")]


@scenario(SPEC, "S01_TC16", requirements=rows(219, 373, 620), needs=NEEDS)
def one_of_a_series_is_deleted(ews: Mailbox, other: Mailbox) -> None:
    """The series tells when it would have been; by its number it is found no more."""
    subject = ews.unique("Series")
    meeting = invite(ews, other, subject, every_day())
    other.arrived("calendar", subject)
    first = _first(ews, subject)
    ews.delete_items(first.id, meetings="SendToAllAndSaveCopy")
    equal(_deleted(ews.get_item(meeting.keyless)), [_moment(first, "Start")], "DeletedOccurrences")
    gone = ews.call(requests.get_item([occurrence(meeting)]))
    refused(gone, "ErrorCalendarOccurrenceIsDeletedFromRecurrence")
    ews.delete_items(meeting.keyless, meetings="SendToAllAndSaveCopy")
    equal(ews.find("calendar", subject), [], "what is left in the calendar")


@scenario(SPEC, "S01_TC17", requirements=rows(345, 347, 750, 751, 1214), needs=NEEDS)
def news_of_a_changed_series(ews: Mailbox, other: Mailbox) -> None:
    """They tell what was changed and deleted; the request that was accepted is out of date."""
    subject = ews.unique("Series")
    meeting = invite(ews, other, subject, every_day(), how="SendOnlyToAll")
    accept(other, subject)
    old = received(other, subject, "MeetingRequest", "deleteditems")
    equal(old.text("IsOutOfDate"), "false", "IsOutOfDate after the answer")
    ews.delete_items(occurrence(meeting, 1), meetings="SendOnlyToAll")
    for item, place in ((occurrence(meeting, 2), "Room 7"), (meeting.keyless.element, "Room 8")):
        where = requests.set_field("calendar:Location", t.CalendarItem(t.Location(place)))
        change = t.ItemChange(item, t.Updates(where))
        answered = ews.call(requests.update_item(change, meetings="SendToAllAndSaveCopy"))
        equal(answered.codes, ["NoError"], f"moving to {place}")

    def look() -> Node | None:
        found = [other.get_item(item.id) for item in other.find("inbox", subject)]
        of_all = [item for item in found if item.text("Location") == "Room 8"]
        return of_all[0] if of_all else None

    news = other.eventually(look, "a request that tells of Room 8")
    equal(len(news.nodes("ModifiedOccurrences/Occurrence")), 1, "ModifiedOccurrences")
    equal(len(news.nodes("DeletedOccurrences/DeletedOccurrence")), 1, "DeletedOccurrences")
    equal(other.get_item(old.id.keyless).text("IsOutOfDate"), "true", "IsOutOfDate after the news")


@scenario(SPEC, "S02_TC03", requirements=rows(277, 494, 909, 80049), needs=NEEDS)
def news_of_one_of_a_series(ews: Mailbox, other: Mailbox) -> None:
    """The request for it names the occurrence; the attendee declines that one alone."""
    subject = ews.unique("Series")
    optional = attendees(ews, kind="OptionalAttendees")
    meeting = invite(ews, other, subject, every_day(), optional, how="SendOnlyToAll")
    other.arrived("inbox", subject)
    first = _first(ews, subject)
    where = requests.set_field("calendar:Location", t.CalendarItem(t.Location("Room 7")))
    ews.update(first.id, where, meetings="SendOnlyToAll")
    mine = _changed_first(other, subject, "Room 7")
    told = [other.get_item(item.id) for item in other.arrived("inbox", subject, 2)]
    named = [_moment(item, "RecurrenceId") for item in told if item.has("RecurrenceId")]
    equal(named, [_moment(first, "Start")], "RecurrenceId of the requests")

    answer(other, mine.id, "DeclineItem")
    response = received(ews, subject, "MeetingResponse")
    holds(response, {"IsOrganizer": True, "ResponseType": "Decline"})
    said = "RequiredAttendees/Attendee/ResponseType"

    def look() -> Node | None:
        found = _first(ews, subject)
        return found if found.text(said) == "Decline" else None

    ews.eventually(look, "a first occurrence that is declined")
    equal(read(ews, occurrence(meeting, 2)).text(said), "Unknown", "the answer to the second")
