"""Calendars on devices: events made, changed and deleted there and on the desktop."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from exchangelib import EWSDateTime, EWSTimeZone
from exchangelib.items import SEND_TO_NONE, CalendarItem
from exchangelib.recurrence import DailyPattern, Recurrence

from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.documents import body_preference, options
from conformance.eas.wbxml import Node, node
from eas.timezone_blob import blob_of
from entrepot.testing import Person
from tests.eas.conftest import VERSIONS, NewDevice

BERLIN = EWSTimeZone("Europe/Berlin")
_BLOB = blob_of({"id": "W. Europe Standard Time"}, 2026)
_C, _A = "Calendar", "AirSync"


def _at(day: int, hour: int) -> EWSDateTime:
    return EWSDateTime(2026, 10, day, hour, tzinfo=BERLIN)


def _calendar(device: Device) -> str:
    return device.folder_of_type(8)


def _held(device: Device) -> dict[str, dict[str, Node]]:
    """What the device has in its calendar, after a Sync."""
    asked: Any = options(body_preference(1))
    return device.sync_all(_calendar(device), options=asked).items


def _event(device: Device, *more: Node, start: str = "20261005T080000Z") -> list[Node]:
    """The elements of a new event as a device of that version sends it."""
    data = [
        node(f"{_C}:Timezone", _BLOB),
        node(f"{_C}:AllDayEvent", 0),
        node(f"{_C}:StartTime", start),
        node(f"{_C}:EndTime", "20261005T090000Z"),
        node(f"{_C}:Subject", "Plan"),
        node(f"{_C}:BusyStatus", 2),
        node(f"{_C}:Reminder", 10),
    ]
    if device.version < "16.0":
        data += [node(f"{_C}:UID", "device-uid"), node(f"{_C}:DtStamp", "20261001T000000Z")]
    return [*data, *more]


def _add(device: Device, *data: Node) -> Node:
    device.begin(_calendar(device))
    answer = device.change(_calendar(device), documents.add("c1", *data))
    assert answer is not None
    responses = answer.find(f"{_A}:Responses")
    assert responses is not None
    (added,) = responses.all(f"{_A}:Add")
    assert added.text(f"{_A}:Status") == "1"
    return added


def _only(person: Person) -> Any:
    (item,) = person.account().calendar.all()
    return item


@pytest.mark.parametrize("filter_type", (4, 5, 6, 7))
def test_filters_that_mail_has_not_are_taken(
    anna: Person, new_device: NewDevice, filter_type: int
) -> None:
    """MS-ASCMD 2.2.3.68.2: three and six months are filters of calendars alone."""
    account = anna.account()
    CalendarItem(
        account=account,
        folder=account.calendar,
        subject="Plan",
        start=EWSDateTime(2036, 10, 5, 10, tzinfo=BERLIN),
        end=EWSDateTime(2036, 10, 5, 11, tzinfo=BERLIN),
    ).save()
    device = new_device(anna)
    device.begin(_calendar(device))
    asked: Any = options(body_preference(1), filter_type=filter_type)
    held = device.sync_all(_calendar(device), options=asked)
    assert [data[f"{_C}:Subject"].value for data in held.items.values()] == ["Plan"]
    assert device.sync(_calendar(device), options=asked) is None, "nothing happened meanwhile"


@pytest.mark.parametrize("version", VERSIONS)
def test_an_event_of_the_desktop_is_on_the_device(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    account = anna.account()
    item = CalendarItem(
        account=account, folder=account.calendar, subject="Plan", start=_at(5, 10), end=_at(5, 11),
        location="Room 1", body="Agenda", reminder_is_set=True, reminder_minutes_before_start=30,
    ).save()  # fmt: skip
    device = new_device(anna, version)
    ((id, data),) = _held(device).items()
    assert data[f"{_C}:Subject"].value == "Plan"
    assert data[f"{_C}:StartTime"].value == "20261005T080000Z"
    assert data[f"{_C}:Reminder"].value == "30"
    assert data["AirSyncBase:Body"].text("AirSyncBase:Data").strip() == "Agenda"
    assert data[f"{_C}:UID"].value == account.calendar.get(id=item.id).uid
    item.subject = "Better plan"
    item.save(update_fields=["subject"], send_meeting_invitations=SEND_TO_NONE)
    assert _held(device)[id][f"{_C}:Subject"].value == "Better plan"
    item.delete(send_meeting_cancellations=SEND_TO_NONE)
    assert _held(device) == {}


@pytest.mark.parametrize("version", VERSIONS)
def test_an_event_of_the_device_is_on_the_desktop(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    device = new_device(anna, version)
    added = _add(device, *_event(device))
    item = _only(anna)
    assert (item.subject, item.start, item.end) == ("Plan", _at(5, 10), _at(5, 11))
    assert item._start_timezone == BERLIN
    assert item.reminder_minutes_before_start == 10
    if version >= "16.0":
        assert added.text(f"{_A}:ApplicationData", f"{_C}:UID") == item.uid
    else:
        assert item.uid == "device-uid"
    id = added.text(f"{_A}:ServerId")
    change = documents.change(id, node(f"{_C}:Subject", "New"), node(f"{_C}:Reminder", 5))
    device.change(_calendar(device), change)
    assert _only(anna).subject == "New"
    assert _only(anna).reminder_minutes_before_start == 5
    device.change(_calendar(device), documents.delete(id))
    assert list(anna.account().calendar.all()) == []


@pytest.mark.parametrize("version", ("16.0", "16.1"))
def test_days_of_a_16_device_are_those_of_its_owners_zone(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    """Such a device names no zone with whole days: they float (MS-ASCAL 2.2.2.1)."""
    device = new_device(anna, version)
    _add(device, *_event(device))  # it tells where its owner lives
    days = [
        node(f"{_C}:AllDayEvent", 1),
        node(f"{_C}:StartTime", "20261012T000000Z"),
        node(f"{_C}:EndTime", "20261013T000000Z"),
        node(f"{_C}:Subject", "Holiday"),
    ]
    _add(device, *days)
    (item,) = anna.account().calendar.filter(subject="Holiday")
    assert (item.start, item.end) == (dt.date(2026, 10, 12), dt.date(2026, 10, 12))
    assert item._start_timezone == BERLIN
    (shown,) = [
        d for d in _held(new_device(anna, "14.1")).values() if d[f"{_C}:Subject"].value == "Holiday"
    ]
    assert shown[f"{_C}:StartTime"].value == "20261011T220000Z"


def test_a_meeting_of_a_16_device_is_sent_by_the_server(
    anna: Person, ben: Person, new_device: NewDevice
) -> None:
    device = new_device(anna)
    person = node(
        f"{_C}:Attendee",
        node(f"{_C}:Email", ben.address),
        node(f"{_C}:Name", "Ben"),
        node(f"{_C}:AttendeeType", 1),
    )
    added = _add(device, *_event(device, node(f"{_C}:Attendees", person)))
    other = ben.account()
    (request,) = other.inbox.all()
    assert request.item_class == "IPM.Schedule.Meeting.Request"
    (mine,) = other.calendar.all()
    assert (mine.subject, mine.start) == ("Plan", _at(5, 10))
    id = added.text(f"{_A}:ServerId")
    # What is the organiser's own, and what was said before, is no news to anybody.
    for same in (node(f"{_C}:Reminder", 5), node(f"{_C}:Subject", "Plan")):
        device.change(_calendar(device), documents.change(id, same))
    assert other.inbox.all().count() == 1
    times = (
        node(f"{_C}:StartTime", "20261006T080000Z"),
        node(f"{_C}:EndTime", "20261006T090000Z"),
    )
    device.change(_calendar(device), documents.change(id, *times))
    (mine,) = other.calendar.all()
    assert mine.start == _at(6, 10)
    device.change(_calendar(device), documents.delete(id))
    (mine,) = other.calendar.all()
    assert mine.is_cancelled


def test_lesson_24_a_meeting_of_an_older_device_is_its_own_to_send(
    anna: Person, ben: Person, new_device: NewDevice
) -> None:
    """One sender for each version, else everybody gets each invitation twice."""
    device = new_device(anna, "14.1")
    person = node(f"{_C}:Attendee", node(f"{_C}:Email", ben.address), node(f"{_C}:Name", "Ben"))
    _add(device, *_event(device, node(f"{_C}:Attendees", person), node(f"{_C}:MeetingStatus", 1)))
    assert list(ben.account().inbox.all()) == []
    assert _only(anna).is_meeting


def _series(anna: Person) -> CalendarItem:
    account = anna.account()
    daily = Recurrence(pattern=DailyPattern(interval=1), start=_at(5, 10).date(), number=5)
    return CalendarItem(
        account=account, folder=account.calendar, subject="Stand-up", start=_at(5, 10),
        end=_at(5, 11), recurrence=daily,
    ).save()  # fmt: skip


def _shown(person: Person) -> list[str]:
    view = person.account().calendar.view(start=_at(1, 0), end=_at(30, 0))
    return [f"{i.start.astimezone(BERLIN):%d %H} {i.subject}" for i in view]


def test_16_changes_and_deletes_one_occurrence_by_its_instance(
    anna: Person, new_device: NewDevice
) -> None:
    _series(anna)
    device = new_device(anna)
    ((id, data),) = _held(device).items()
    assert data[f"{_C}:Recurrence"].text(f"{_C}:Type") == "0"
    instance = node("AirSyncBase:InstanceId", "20261006T080000Z")
    moved = (
        node(f"{_C}:Subject", "Long one"),
        node(f"{_C}:StartTime", "20261006T120000Z"),
        node(f"{_C}:EndTime", "20261006T140000Z"),
    )
    change = documents.change(id, *moved)
    change.children.insert(1, instance)
    device.change(_calendar(device), change)
    gone = documents.delete(id)
    gone.children.append(node("AirSyncBase:InstanceId", "20261007T080000Z"))
    device.change(_calendar(device), gone)
    assert _shown(anna) == [
        "05 10 Stand-up", "06 14 Long one", "08 10 Stand-up", "09 10 Stand-up",
    ]  # fmt: skip
    again = new_device(anna)
    ((_, data),) = _held(again).items()
    deleted, other = data[f"{_C}:Exceptions"].children
    assert deleted.text("AirSyncBase:InstanceId") == "20261007T080000Z"
    assert other.text(f"{_C}:StartTime") == "20261006T120000Z"


def test_a_deleted_occurrence_is_not_changed(anna: Person, new_device: NewDevice) -> None:
    """Nor does the whole series change in its stead."""
    _series(anna)
    device = new_device(anna)
    ((id, _),) = _held(device).items()
    instance = node("AirSyncBase:InstanceId", "20261006T080000Z")
    gone = documents.delete(id)
    gone.children.append(instance)
    device.change(_calendar(device), gone)
    change = documents.change(id, node(f"{_C}:Subject", "Back again"))
    change.children.insert(1, instance)
    answer = device.change(_calendar(device), change)
    assert answer is not None
    assert answer.text(f"{_A}:Responses", f"{_A}:Change", f"{_A}:Status") == "8"
    assert _shown(anna) == ["05 10 Stand-up", *(f"{day:02} 10 Stand-up" for day in (7, 8, 9))]


def test_14_1_sends_all_exceptions_at_once(anna: Person, new_device: NewDevice) -> None:
    _series(anna)
    device = new_device(anna, "14.1")
    ((id, data),) = _held(device).items()
    gone = node(
        f"{_C}:Exception",
        node(f"{_C}:Deleted", 1),
        node(f"{_C}:ExceptionStartTime", "20261006T080000Z"),
    )
    other = node(
        f"{_C}:Exception",
        node(f"{_C}:ExceptionStartTime", "20261007T080000Z"),
        node(f"{_C}:Subject", "Long one"),
    )
    change = documents.change(id, data[f"{_C}:Recurrence"], node(f"{_C}:Exceptions", gone, other))
    device.change(_calendar(device), change)
    assert _shown(anna) == [
        "05 10 Stand-up", "07 10 Long one", "08 10 Stand-up", "09 10 Stand-up",
    ]  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
def test_an_occurrence_has_words_of_its_own(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    """MS-ASCAL 2.2.2.21: an Exception holds an AirSyncBase:Body, in both directions."""
    item = _series(anna)
    tuesday = next(
        i
        for i in item.account.calendar.view(start=_at(6, 0), end=_at(7, 0))
        if i.start == _at(6, 10)
    )
    tuesday.body = "Bring the plans"
    tuesday.save(update_fields=["body"])
    device = new_device(anna, version)
    ((id, data),) = _held(device).items()
    (other,) = data[f"{_C}:Exceptions"].children
    told = other.find("AirSyncBase:Body")
    assert told is not None and told.text("AirSyncBase:Data").strip() == "Bring the plans"
    if version >= "16.0":
        return
    words = node(
        "AirSyncBase:Body", node("AirSyncBase:Type", 1), node("AirSyncBase:Data", "Come early")
    )
    exception = node(f"{_C}:Exception", node(f"{_C}:ExceptionStartTime", "20261007T080000Z"), words)
    change = documents.change(id, data[f"{_C}:Recurrence"], node(f"{_C}:Exceptions", exception))
    device.change(_calendar(device), change)
    (wednesday,) = item.account.calendar.view(start=_at(7, 0), end=_at(8, 0))
    assert item.account.calendar.get(id=wednesday.id).text_body.strip() == "Come early"


def test_what_the_calendar_refuses_has_its_status(anna: Person, new_device: NewDevice) -> None:
    device = new_device(anna)
    device.begin(_calendar(device))
    ends_first = [c for c in _event(device) if c.name != f"{_C}:EndTime"]
    ends_first.append(node(f"{_C}:EndTime", "20261004T090000Z"))
    wrong = [*_event(device), node(f"{_C}:Recurrence", node(f"{_C}:Type", 4))]
    for data in (ends_first, wrong):
        answer = device.change(_calendar(device), documents.add("c1", *data))
        assert answer is not None
        responses = answer.find(f"{_A}:Responses")
        assert responses is not None
        (added,) = responses.all(f"{_A}:Add")
        assert added.text(f"{_A}:Status") == "6"
    assert list(anna.account().calendar.all()) == []
