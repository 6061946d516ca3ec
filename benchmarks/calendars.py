"""What a window of time costs in calendars of three sizes, and the free and busy time of many.

Every calendar holds ten events a day around the month that is asked for, and twenty series without
end, so the answer is the same whatever else the calendar holds: a view costs what it shows.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.server import ID, Client, Server, Timer, create, server

MIDDLE = datetime(2026, 3, 16, tzinfo=UTC)
MONTH = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
PER_DAY = 10
SERIES = 20
_FORM = "%Y-%m-%dT%H:%M:%SZ"


def _event(number: int, start: datetime, more: str = "") -> str:
    end = start + timedelta(minutes=30)
    return (
        f"<t:CalendarItem><t:Subject>Berth {number:06d}</t:Subject>"
        f"<t:ReminderIsSet>false</t:ReminderIsSet><t:Start>{start:{_FORM}}</t:Start>"
        f"<t:End>{end:{_FORM}}</t:End><t:Location>Quay {number % 9}</t:Location>{more}"
        "</t:CalendarItem>"
    )


def _single(number: int) -> str:
    """The events nearest to the middle come first, so a bigger calendar reaches further."""
    day, slot = divmod(number, PER_DAY)
    away = (day + 1) // 2 * (1 if day % 2 else -1)
    return _event(number, MIDDLE + timedelta(days=away, hours=7, minutes=45 * slot))


def _series(number: int) -> str:
    rule = (
        "<t:Recurrence><t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Monday"
        "</t:DaysOfWeek></t:WeeklyRecurrence><t:NoEndRecurrence><t:StartDate>2024-01-01"
        "</t:StartDate></t:NoEndRecurrence></t:Recurrence>"
    )
    return _event(number, datetime(2024, 1, 1, 5, number, tzinfo=UTC), rule)


async def _save(client: Client, events: list[str]) -> None:
    for start in range(0, len(events), 500):
        body = create("".join(events[start : start + 500]), "calendar")
        await client.ask(
            body.replace('MessageDisposition="SaveOnly"', 'SendMeetingInvitations="SendToNone"')
        )


def _view(start: datetime, end: datetime) -> str:
    return (
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>'
        '<t:AdditionalProperties><t:FieldURI FieldURI="item:Subject"/>'
        '<t:FieldURI FieldURI="calendar:Start"/><t:FieldURI FieldURI="calendar:End"/>'
        '<t:FieldURI FieldURI="calendar:Location"/></t:AdditionalProperties></m:ItemShape>'
        f'<m:CalendarView StartDate="{start:{_FORM}}" EndDate="{end:{_FORM}}"/>'
        '<m:ParentFolderIds><t:DistinguishedFolderId Id="calendar"/></m:ParentFolderIds>'
        "</m:FindItem>"
    )


async def _measured_view(service: Server, client: Client, rounds: int) -> dict[str, Any]:
    shown = len(ID.findall(await client.ask(_view(*MONTH))))
    cpu = service.cpu_s()
    with Timer() as timer:
        for _ in range(rounds):
            await client.ask(_view(*MONTH))
    return {
        "events_in_the_month": shown,
        "view_ms": round(timer.s / rounds * 1000, 2),
        "server_cpu_ms": round((service.cpu_s() - cpu) / rounds * 1000, 2),
    }


async def views(sizes: list[int], rounds: int) -> list[dict[str, Any]]:
    """The same month in one calendar that grows from size to size."""
    found: list[dict[str, Any]] = []
    with server() as service:
        client = Client(service)
        await _save(client, [_series(number) for number in range(SERIES)])
        held = SERIES
        for size in sizes:
            with Timer() as timer:
                await _save(client, [_single(n) for n in range(held - SERIES, size - SERIES)])
            filled = (size - held) / timer.s
            held = size
            measured = await _measured_view(service, client, rounds)
            found.append({"events": size, "created_per_s": round(filled), **measured})
        client.close()
    return found


def _availability(addresses: list[str], view: str, weeks: int) -> str:
    people = "".join(
        f"<t:MailboxData><t:Email><t:Address>{address}</t:Address></t:Email>"
        "<t:AttendeeType>Required</t:AttendeeType></t:MailboxData>"
        for address in addresses
    )
    start = datetime(2026, 3, 2, tzinfo=UTC)
    standard = (
        "<t:Bias>0</t:Bias><t:Time>00:00:00</t:Time><t:DayOrder>0</t:DayOrder>"
        "<t:Month>0</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek>"
    )
    return (
        "<m:GetUserAvailabilityRequest><t:TimeZone><t:Bias>0</t:Bias>"
        f"<t:StandardTime>{standard}</t:StandardTime><t:DaylightTime>{standard}</t:DaylightTime>"
        f"</t:TimeZone><m:MailboxDataArray>{people}</m:MailboxDataArray>"
        f"<t:FreeBusyViewOptions><t:TimeWindow><t:StartTime>{start:%Y-%m-%dT%H:%M:%S}"
        f"</t:StartTime><t:EndTime>{start + timedelta(weeks=weeks):%Y-%m-%dT%H:%M:%S}</t:EndTime>"
        "</t:TimeWindow><t:MergedFreeBusyIntervalInMinutes>30</t:MergedFreeBusyIntervalInMinutes>"
        f"<t:RequestedView>{view}</t:RequestedView></t:FreeBusyViewOptions>"
        "</m:GetUserAvailabilityRequest>"
    )


async def availability(people: int, events: int, rounds: int) -> dict[str, Any]:
    """Four weeks of ``people`` whose calendars hold ``events`` in all, as each view shows them."""
    each = math.ceil(events / people)
    found: dict[str, Any] = {"people": people, "events_in_all": each * people, "weeks": 4}
    with server(users=people) as service:
        addresses = [user["address"] for user in service.word["users"]]
        for user in range(people):
            client = Client(service, user)
            await _save(client, [_single(number) for number in range(each)])
            client.close()
        client = Client(service)
        for view in ("MergedOnly", "FreeBusyMerged", "DetailedMerged"):
            ask = _availability(addresses, view, 4)
            answer = await client.ask(ask)
            cpu = service.cpu_s()
            with Timer() as timer:
                for _ in range(rounds):
                    await client.ask(ask)
            found[view] = {
                "events_told": answer.count(b"<t:CalendarEvent>")
                + answer.count(b"<CalendarEvent>"),
                "ms": round(timer.s / rounds * 1000, 1),
                "server_cpu_ms": round((service.cpu_s() - cpu) / rounds * 1000, 1),
            }
        client.close()
    return found


async def measure(sizes: list[int], people: int, events: int, rounds: int) -> dict[str, Any]:
    """Both parts, and how much more the biggest calendar costs than the smallest."""
    shown = await views(sizes, rounds)
    return {
        "benchmark": "calendars",
        "views": shown,
        "biggest_to_smallest": round(shown[-1]["server_cpu_ms"] / shown[0]["server_cpu_ms"], 2),
        "availability": await availability(people, events, max(1, rounds // 10)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000", help="events of the calendar")
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--events", type=int, default=100_000, help="of all people together")
    parser.add_argument("--rounds", type=int, default=50)
    given = parser.parse_args()
    sizes = sorted(int(size) for size in given.sizes.split(","))
    print(
        json.dumps(asyncio.run(measure(sizes, given.people, given.events, given.rounds)), indent=2)
    )


if __name__ == "__main__":
    main()
