"""InboxReminders of calendar items (MS-OXWSMTGS 2.2.4.3, 2.2.4.13): written, read, and mailed over
HTTP when they are due."""

from __future__ import annotations

import base64
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta

import pytest

from entrepot.testing import Exchange, Person
from tests.ews.conftest import _ENVELOPE, NAMES, Desk, Reply, shown_id

pytestmark = pytest.mark.anyio
URI = '<t:FieldURI FieldURI="calendar:InboxReminders"/>'
TIMES = "<t:Start>2030-06-03T10:00:00Z</t:Start><t:End>2030-06-03T11:00:00Z</t:End>"
DAILY = (
    "<t:Recurrence><t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence>"
    "<t:NumberedRecurrence><t:StartDate>2030-06-03</t:StartDate>"
    "<t:NumberOfOccurrences>5</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>"
)


def _reminder(minutes: int | str = 15, message: str = "Bring a pen", more: str = "") -> str:
    return (
        f"<t:InboxReminder><t:ReminderOffset>{minutes}</t:ReminderOffset>"
        f"<t:Message>{message}</t:Message>{more}</t:InboxReminder>"
    )


def _event(reminders: str, more: str = "", times: str = TIMES) -> str:
    return (
        f"<t:CalendarItem><t:Subject>Plan</t:Subject>{times}{more}"
        f"<t:InboxReminders>{reminders}</t:InboxReminders></t:CalendarItem>"
    )


async def _set(desk: Desk, id: str, reminders: str) -> Reply:
    item = f"<t:CalendarItem><t:InboxReminders>{reminders}</t:InboxReminders></t:CalendarItem>"
    return await _update(desk, id, f"<t:SetItemField>{URI}{item}</t:SetItemField>")


async def _update(desk: Desk, id: str, change: str) -> Reply:
    return await desk.ask(
        '<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly"'
        ' SendMeetingInvitationsOrCancellations="SendToNone"><m:ItemChanges><t:ItemChange>'
        f"<t:ItemId {id}/><t:Updates>{change}</t:Updates></t:ItemChange></m:ItemChanges>"
        "</m:UpdateItem>"
    )


def _told(reply: Reply, *elements: str) -> list[tuple[str, ...]]:
    columns = [reply.texts(f"//t:InboxReminder/t:{element}") for element in elements]
    return list(zip(*columns, strict=True))


async def test_they_are_kept_as_they_were_said(desk: Desk) -> None:
    more = (
        "<t:IsOrganizerReminder>true</t:IsOrganizerReminder>"
        "<t:OccurrenceChange>Added</t:OccurrenceChange>"
        "<t:IsImportedFromOLC>true</t:IsImportedFromOLC><t:SendOption>User</t:SendOption>"
    )
    id = await desk.create(_event(_reminder() + _reminder(60, "A &lt; B", more)), "calendar")
    reply = await desk.get(id)
    assert _told(
        reply,
        "ReminderOffset",
        "Message",
        "IsOrganizerReminder",
        "OccurrenceChange",
        "IsImportedFromOLC",
        "SendOption",
    ) == [
        ("15", "Bring a pen", "false", "None", "false", "User"),
        ("60", "A < B", "true", "Added", "true", "User"),
    ]
    assert len(set(reply.texts("//t:InboxReminder/t:Id"))) == 2


async def test_an_update_replaces_and_removes_them(desk: Desk) -> None:
    id = await desk.create(_event(_reminder()), "calendar")
    own = "<t:InboxReminder><t:Id>{0}</t:Id><t:OccurrenceChange>Deleted</t:OccurrenceChange>"
    said = (await desk.get(id)).one("//t:InboxReminder/t:Id")
    (await _set(desk, id, own.format(said) + "</t:InboxReminder>" + _reminder(5))).ok()
    reply = await desk.get(id)
    assert _told(reply, "OccurrenceChange") == [("Deleted",), ("None",)]
    assert reply.texts("//t:InboxReminder/t:Id")[0] == said
    assert reply.texts("//t:InboxReminder/t:ReminderOffset") == ["5"]
    (await _update(desk, id, f"<t:DeleteItemField>{URI}</t:DeleteItemField>")).ok()
    assert (await desk.get(id)).all("//t:InboxReminders") == []


async def test_an_occurrence_has_its_own(desk: Desk) -> None:
    master = await desk.create(_event(_reminder(), DAILY), "calendar")
    one = await desk.ask(
        "<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:ItemIds>"
        f'<t:OccurrenceItemId RecurringMasterId={master.split()[0][3:]} InstanceIndex="2"/>'
        "</m:ItemIds></m:GetItem>"
    )
    assert _told(one, "ReminderOffset") == [("15",)]
    change = "<t:OccurrenceChange>Override</t:OccurrenceChange>"
    (await _set(desk, shown_id(one), _reminder(60, "Today", change))).ok()
    changed = await desk.get(shown_id(one))
    assert _told(changed, "ReminderOffset", "Message", "OccurrenceChange") == [
        ("60", "Today", "Override")
    ]
    assert _told(await desk.get(master), "ReminderOffset") == [("15",)]


async def test_lists_do_not_show_them_and_old_clients_never_do(desk: Desk) -> None:
    id = await desk.create(_event(_reminder()), "calendar")
    asked = f"<t:AdditionalProperties>{URI}</t:AdditionalProperties>"
    assert _told(await desk.get(id, "IdOnly", asked), "ReminderOffset") == [("15",)]
    assert (await desk.get(id, version="Exchange2013")).all("//t:InboxReminders") == []
    found = await desk.find(shape="AllProperties", folder="calendar")
    assert found.all("//t:CalendarItem") and not found.all("//t:InboxReminders")


@pytest.mark.parametrize(
    "wrong",
    [
        _reminder(-1),
        _reminder(525_601),
        _reminder(15, "x" * 8_193),
        _reminder(15, more="<t:SendOption>Staff</t:SendOption>"),
        "<t:InboxReminder><t:Message>When?</t:Message></t:InboxReminder>",
        _reminder() * 1_000,
    ],
    ids=["negative", "huge", "long", "staff", "no offset", "a thousand"],
)
async def test_what_no_reminder_says_is_refused(desk: Desk, wrong: str) -> None:
    id = await desk.create(_event(_reminder()), "calendar")
    assert (await _set(desk, id, wrong)).code == "ErrorInvalidValueForProperty"
    assert _told(await desk.get(id), "ReminderOffset") == [("15",)]
    created = await desk.ask(
        '<m:CreateItem MessageDisposition="SaveOnly" SendMeetingInvitations="SendToNone">'
        f"<m:Items>{_event(wrong)}</m:Items></m:CreateItem>"
    )
    assert created.code == "ErrorInvalidValueForProperty"


@pytest.mark.parametrize(
    "wrong",
    [_reminder("soon"), _reminder(2**31), _reminder(more="<t:SendOption>Dog</t:SendOption>")],
)
async def test_what_the_contract_does_not_know_is_refused(desk: Desk, wrong: str) -> None:
    refused = await desk.ask(f"<m:CreateItem><m:Items>{_event(wrong)}</m:Items></m:CreateItem>")
    assert refused.code == "ErrorSchemaValidation"


# -- over HTTP ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[Exchange]:
    """A whole server, whose clock moves."""
    with Exchange() as opened:
        yield opened


def _ask(person: Person, body: str) -> Reply:
    """The answer to one request over HTTP."""
    names = " ".join(f'xmlns:{p}="{uri}"' for p, uri in NAMES.items())
    header = '<t:RequestServerVersion Version="Exchange2016"/>'
    envelope = _ENVELOPE.format(names=names, header=header, body=body).encode()
    login = base64.b64encode(f"{person.address}:{person.password}".encode()).decode()
    headers = {"Authorization": f"Basic {login}", "Content-Type": "text/xml"}
    url = f"{person.exchange.url}/EWS/Exchange.asmx"
    with urllib.request.urlopen(urllib.request.Request(url, envelope, headers)) as answer:
        return Reply(answer.status, answer.read())


def _reminders(person: Person, count: int) -> list[str]:
    """The ids of so many reminders in somebody's Inbox; they come within the time that the server
    takes to look."""
    equal = (
        '<m:Restriction><t:Contains ContainmentMode="Prefixed" ContainmentComparison="Exact">'
        '<t:FieldURI FieldURI="item:Subject"/><t:Constant Value="Reminder: "/></t:Contains>'
        "</m:Restriction>"
    )
    find = (
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>'
        f"</m:ItemShape>{equal}<m:ParentFolderIds>"
        '<t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds></m:FindItem>'
    )
    deadline = time.monotonic() + 20
    while True:
        ids = _ask(person, find).ok().all("//t:Message/t:ItemId/@Id")
        if len(ids) >= count or time.monotonic() > deadline:
            assert len(ids) == count
            return list(ids)
        time.sleep(0.05)


def _meeting(person: Person, *attendees: Person) -> str:
    start = person.exchange.clock.now() + timedelta(hours=2)
    times = f"<t:Start>{start:%Y-%m-%dT%H:%M:%SZ}</t:Start>" + (
        f"<t:End>{start + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}</t:End>"
    )
    people = "".join(
        f"<t:Attendee><t:Mailbox><t:EmailAddress>{each.address}</t:EmailAddress></t:Mailbox>"
        "</t:Attendee>"
        for each in attendees
    )
    more = f"<t:RequiredAttendees>{people}</t:RequiredAttendees>" if people else ""
    whose = "<t:IsOrganizerReminder>true</t:IsOrganizerReminder>"
    reply = _ask(
        person,
        '<m:CreateItem MessageDisposition="SaveOnly" SendMeetingInvitations="SendToAllAndSaveCopy">'
        f"<m:Items>{_event(_reminder(15, '&lt;b&gt;Now&lt;/b&gt;', whose), more, times)}</m:Items>"
        "</m:CreateItem>",
    ).ok()
    return shown_id(reply)


def test_a_meeting_reminds_everybody_when_it_is_time(server: Exchange) -> None:
    """Also after a restart; who reads it as HTML reads the message as it was written."""
    anna, ben = server.person("anna"), server.person("ben")
    _meeting(anna, ben)
    _reminders(anna, 0)
    server.restart()  # and its clock goes right again
    server.clock.advance(hours=1, minutes=46)
    (id,) = _reminders(ben, 1)
    body = _ask(
        ben,
        "<m:GetItem><m:ItemShape><t:BaseShape>Default</t:BaseShape><t:BodyType>HTML</t:BodyType>"
        f'</m:ItemShape><m:ItemIds><t:ItemId Id="{id}"/></m:ItemIds></m:GetItem>',
    )
    assert "&lt;b&gt;Now&lt;/b&gt;" in body.one("//t:Body")
    assert body.one("//t:From/t:Mailbox/t:EmailAddress") == anna.address
    server.clock.advance(hours=4)
    _reminders(anna, 1)


def test_a_meeting_that_was_called_off_reminds_nobody(server: Exchange) -> None:
    carla, dora = server.person("carla"), server.person("dora")
    id = _meeting(carla, dora)
    _ask(
        carla,
        '<m:DeleteItem DeleteType="MoveToDeletedItems"'
        ' SendMeetingCancellations="SendToAllAndSaveCopy"><m:ItemIds>'
        f"<t:ItemId {id}/></m:ItemIds></m:DeleteItem>",
    ).ok()
    eva = server.person("eva")
    _meeting(eva)
    server.clock.advance(hours=1, minutes=50)
    _reminders(eva, 1)
    assert _reminders(carla, 0) == _reminders(dora, 0) == []
