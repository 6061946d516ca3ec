"""GetUserAvailability: suggestions, zones of the request, what is refused as a whole."""

from __future__ import annotations

import pytest

from tests.ews.conftest import Desk, Reply

pytestmark = pytest.mark.anyio

_ZONE = (
    "<t:TimeZone><t:Bias>-60</t:Bias>"
    "<t:StandardTime><t:Bias>0</t:Bias><t:Time>03:00:00</t:Time><t:DayOrder>5</t:DayOrder>"
    "<t:Month>10</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek></t:StandardTime>"
    "<t:DaylightTime><t:Bias>-60</t:Bias><t:Time>02:00:00</t:Time><t:DayOrder>5</t:DayOrder>"
    "<t:Month>3</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek></t:DaylightTime></t:TimeZone>"
)


def _people(*addresses: str) -> str:
    inner = "".join(
        f"<t:MailboxData><t:Email><t:Address>{address}</t:Address></t:Email>"
        "<t:AttendeeType>Required</t:AttendeeType></t:MailboxData>"
        for address in addresses
    )
    return f"<m:MailboxDataArray>{inner}</m:MailboxDataArray>"


def _window(name: str, start: str, end: str) -> str:
    return f"<t:{name}><t:StartTime>{start}</t:StartTime><t:EndTime>{end}</t:EndTime></t:{name}>"


def _view(start: str, end: str, view: str = "MergedOnly", interval: int = 60) -> str:
    return (
        f"<t:FreeBusyViewOptions>{_window('TimeWindow', start, end)}"
        f"<t:MergedFreeBusyIntervalInMinutes>{interval}</t:MergedFreeBusyIntervalInMinutes>"
        f"<t:RequestedView>{view}</t:RequestedView></t:FreeBusyViewOptions>"
    )


async def _ask(desk: Desk, *parts: str, zone: str = _ZONE) -> Reply:
    inner = "".join(parts)
    return await desk.ask(
        f"<m:GetUserAvailabilityRequest>{zone}{inner}</m:GetUserAvailabilityRequest>"
    )


async def _busy(desk: Desk, start: str, end: str, more: str = "") -> None:
    await desk.create(
        f"<t:CalendarItem><t:Subject>Busy</t:Subject><t:Start>{start}</t:Start><t:End>{end}</t:End>"
        f"{more}</t:CalendarItem>",
        "calendar",
    )


async def test_times_go_by_the_zone_of_the_request(desk: Desk) -> None:
    await _busy(desk, "2026-10-23T07:00:00Z", "2026-10-23T08:00:00Z")  # nine in summer
    await _busy(desk, "2026-10-26T08:00:00Z", "2026-10-26T09:00:00Z")  # nine in winter
    for day in (23, 26):
        window = (f"2026-10-{day}T08:00:00", f"2026-10-{day}T12:00:00")
        reply = await _ask(desk, _people("anna@demo.example"), _view(*window, "FreeBusyMerged"))
        assert reply.one("//t:MergedFreeBusy") == "0200"
        assert reply.one("//t:CalendarEvent/t:StartTime") == f"2026-10-{day}T09:00:00"


async def test_the_last_interval_counts_though_it_is_short(desk: Desk) -> None:
    """Of four hours one is spent outside, one and a half more are taken."""
    oof = "<t:LegacyFreeBusyStatus>OOF</t:LegacyFreeBusyStatus>"
    await _busy(desk, "2026-07-01T06:00:00Z", "2026-07-01T07:00:00Z", oof)
    await _busy(desk, "2026-07-01T07:00:00Z", "2026-07-01T08:30:00Z")
    window = ("2026-07-01T08:00:00", "2026-07-01T12:00:00")
    reply = await _ask(desk, _people("anna@demo.example"), _view(*window))
    assert reply.one("//t:MergedFreeBusy") == "3220"
    assert reply.all("//t:CalendarEventArray") == []


async def test_times_are_suggested_when_everybody_can(desk: Desk) -> None:
    """Ten to noon is taken: the best hours of a working day lie around it."""
    await _busy(desk, "2026-07-01T08:00:00Z", "2026-07-01T10:00:00Z")
    options = (
        "<t:SuggestionsViewOptions><t:MaximumResultsByDay>4</t:MaximumResultsByDay>"
        "<t:MeetingDurationInMinutes>60</t:MeetingDurationInMinutes>"
        "<t:MinimumSuggestionQuality>Poor</t:MinimumSuggestionQuality>"
        f"{_window('DetailedSuggestionsWindow', '2026-07-01T00:00:00', '2026-07-03T00:00:00')}"
        "</t:SuggestionsViewOptions>"
    )
    people = _people("anna@demo.example", "ben@demo.example", "nobody@demo.example")
    reply = await _ask(desk, people, options)
    days = reply.texts("//t:SuggestionDayResult/t:Date")
    assert days == ["2026-07-01T00:00:00", "2026-07-02T00:00:00"]
    assert set(reply.texts("//t:IsWorkTime")) == {"true"}
    first = reply.texts("(//t:SuggestionDayResult)[1]//t:MeetingTime")
    assert len(first) == 4
    busy = {f"2026-07-01T{hour}:00" for hour in ("09:30", "10:00", "10:30", "11:00", "11:30")}
    assert not busy & set(first)
    one = "(//t:Suggestion)[1]/t:AttendeeConflictDataArray/*"
    names = [node.tag.rpartition("}")[2] for node in reply.all(one)]
    assert names == [
        "IndividualAttendeeConflictData",
        "IndividualAttendeeConflictData",
        "UnknownAttendeeConflictData",
    ]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ((_people(), _view("2026-07-01T00:00:00", "2026-07-02T00:00:00")),
         "ErrorMailboxDataArrayEmpty"),
        ((_people("a@demo.example"), _view("2026-07-02T00:00:00", "2026-07-01T00:00:00")),
         "ErrorInvalidTimeInterval"),
        ((_people("a@demo.example"), _view("2026-07-01T00:00:00", "2026-09-02T00:00:00")),
         "ErrorTimeIntervalTooBig"),
        ((_people("a@demo.example"), _view("2026-07-01T00:00:00", "2026-07-02T00:00:00",
                                           interval=4)), "ErrorInvalidMergedFreeBusyInterval"),
        ((_people("a@demo.example"), _view("2026-07-01T00:00:00", "2026-07-02T00:00:00", "None")),
         "ErrorInvalidFreeBusyViewType"),
        ((_people("a@demo.example"),), "ErrorInvalidArgument"),
        ((_people(*["a@demo.example"] * 101),
          _view("2026-07-01T00:00:00", "2026-07-02T00:00:00")), "ErrorMailboxDataArrayTooBig"),
    ],
)  # fmt: skip
async def test_what_is_wrong_as_a_whole(desk: Desk, parts: tuple[str, ...], code: str) -> None:
    assert (await _ask(desk, *parts)).code == code


async def test_a_request_without_zone_is_refused(desk: Desk) -> None:
    window = _view("2026-07-01T00:00:00", "2026-07-02T00:00:00")
    assert (await _ask(desk, _people("a@demo.example"), window, zone="")).code == "ErrorTimeZone"


@pytest.mark.parametrize("who", ["anna", "ben"])
@pytest.mark.parametrize(
    ("view", "is_merged", "has_events", "has_details"),
    [
        ("MergedOnly", True, False, False),
        ("FreeBusy", False, True, False),
        ("FreeBusyMerged", True, True, False),
        ("Detailed", False, True, True),
        ("DetailedMerged", True, True, True),
    ],
)
async def test_each_view_has_what_it_is_named_for(
    desk: Desk, view: str, is_merged: bool, has_events: bool, has_details: bool, who: str
) -> None:
    """Details are for whom the owner lets see them; others get the view without (MS-OXWAVLS
    2.2.4.9, 2.2.5.1)."""
    await _busy(desk, "2026-07-01T07:00:00Z", "2026-07-01T08:00:00Z")
    window = _view("2026-07-01T08:00:00", "2026-07-01T12:00:00", view)
    inner = f"{_ZONE}{_people('anna@demo.example')}{window}"
    asked = f"<m:GetUserAvailabilityRequest>{inner}</m:GetUserAvailabilityRequest>"
    reply = await desk.ask(asked, who=who)
    sees = who == "anna"
    told = view if sees else view.replace("Detailed", "FreeBusy")
    assert reply.one("//t:FreeBusyViewType") == told
    assert reply.texts("//t:MergedFreeBusy") == (["0200"] if is_merged else [])
    assert reply.texts("//t:CalendarEvent/t:BusyType") == (["Busy"] if has_events else [])
    subjects = reply.texts("//t:CalendarEventDetails/t:Subject")
    assert subjects == (["Busy"] if has_details and sees else [])
    assert reply.texts("//t:WorkingHours//t:StartTimeInMinutes") == ["480"]
