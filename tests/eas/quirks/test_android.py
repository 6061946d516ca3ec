"""Habits 17 to 27: Android, Gmail, Samsung."""

from __future__ import annotations

import datetime as dt
import time

import httpx
import pytest
from exchangelib import EWSDate, EWSDateTime, EWSTimeZone
from exchangelib.items import CalendarItem, Contact
from exchangelib.recurrence import DailyPattern, Recurrence

from conformance.eas import documents
from conformance.eas.documents import body_preference, options
from conformance.eas.http import post
from conformance.eas.wbxml import node
from entrepot.testing import Person
from tests.eas.conftest import VERSIONS, NewDevice
from tests.eas.quirks.asking import (
    CALENDAR,
    CONTACTS,
    INBOX,
    NOTES,
    OUTBOX,
    TASKS,
    added,
    only,
    search,
    subjects,
    waiting,
)
from tests.entrepot.test_cli_devices import entrepot

BERLIN = EWSTimeZone("Europe/Berlin")
_F = "FolderHierarchy"


def _calendars(device_folders: dict[str, dict[str, str]], kind: int) -> list[str]:
    return [each["DisplayName"] for each in device_folders.values() if each["Type"] == str(kind)]


@pytest.mark.parametrize("version", VERSIONS)
def test_quirk_17_one_folder_of_each_class_is_the_one_to_show(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    """Samsung and HTC show one folder of a class: of several each class has one that is marked as
    the default, and what lies in the others is not mixed into it."""
    kinds = {CALENDAR: "IPF.Appointment", CONTACTS: "IPF.Contact", TASKS: "IPF.Task"}
    if version >= "14.0":
        kinds[NOTES] = "IPF.StickyNote"
    for name in kinds.values():
        anna.folder(f"More {name}", name)
    device = new_device(anna, version)
    for kind, name in kinds.items():
        assert len(_calendars(device.folders, kind)) == 1
        assert f"More {name}" not in _calendars(device.folders, kind)
    account = anna.account()
    Contact(account=account, folder=account.root / "Top of Information Store" / "More IPF.Contact",
            display_name="Other", given_name="Other").save()  # fmt: skip
    Contact(account=account, folder=account.contacts, display_name="Ada", given_name="Ada").save()
    _, data = only(device, CONTACTS)
    assert data["Contacts:FirstName"].value == "Ada"


def test_quirk_18_a_second_calendar_follows_by_itself(anna: Person, new_device: NewDevice) -> None:
    """Android before 4.4 shows one calendar: what it asks for is that one, and a newer device on
    the same mailbox has both."""
    anna.folder("Club", "IPF.Appointment")
    account = anna.account()
    start, end = (EWSDateTime(2026, 10, 5, hour, tzinfo=BERLIN) for hour in (10, 11))
    for folder, subject in (
        (account.calendar, "Mine"),
        (account.root / "Top of Information Store" / "Club", "Ours"),
    ):
        CalendarItem(account=account, folder=folder, subject=subject, start=start, end=end).save()
    old, new = new_device(anna, "12.1"), new_device(anna)
    assert only(old, CALENDAR)[1]["Calendar:Subject"].value == "Mine"
    assert only(new, CALENDAR)[1]["Calendar:Subject"].value == "Mine"
    ((_, data),) = new.sync_all(new.folder("Club")).items.items()
    assert data["Calendar:Subject"].value == "Ours"
    assert new.folders[new.folder("Club")]["Type"] == "13"


def test_quirk_19_a_connection_that_is_dropped_while_it_waits_loses_nothing(
    anna: Person, new_device: NewDevice
) -> None:
    """Samsung hangs up after 90 s, others after 30: what happened meanwhile comes at once with the
    next Ping, and by then the server has let go of the first."""
    device = new_device(anna)
    inbox = device.folder_of_type(INBOX)
    device.sync_all(inbox)
    request = post(device.identity, "Ping", documents.ping(600, [inbox]))
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(
            f"{device.url}?{request.query}",
            content=request.body,
            headers=request.headers,
            auth=(anna.address, anna.password),
            timeout=0.4,
        )
    anna.receives("Hello", "x")
    answer = device.ping(600, [inbox])
    assert answer.text("Ping:Status") == "2"
    device.sync(inbox)
    late = waiting(lambda: device.ping(600, [inbox]))
    anna.receives("Again", "x")
    assert late.result(5).text("Ping:Status") == "2"


def test_quirk_20_the_device_called_validate_is_none(anna: Person, new_device: NewDevice) -> None:
    """Android tries a password under that name: it gets the tree without policies, and nothing is
    kept of it that an administrator would take for a device."""
    for _ in range(2):
        trial = new_device(anna, "14.1", ready=False, device_id="validate")
        assert trial.folder_sync("0").text(f"{_F}:Status") in ("1", "142")
    assert "No device has called yet" in entrepot(anna.exchange, "list", anna.address)


@pytest.mark.parametrize("version", ["14.1", "16.1"])
def test_quirk_21_a_sync_of_no_folder_and_one_of_the_outbox_do_no_harm(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    """Whose folders are all switched off sends an empty Collections with its heartbeat; some wait
    for the Outbox, in which nothing ever happens that they did not do."""
    device = new_device(anna, version)
    inbox, outbox = device.folder_of_type(INBOX), device.folder_of_type(OUTBOX)
    device.sync_all(inbox)
    empty = node("AirSync:Sync", node("AirSync:Collections"), node("AirSync:HeartbeatInterval", 60))
    assert device.ask("Sync", empty).text("AirSync:Status") == "4"
    device.sync_all(outbox)
    waits = waiting(lambda: device.sync(outbox, heartbeat=600))
    anna.receives("Hello", "x")
    time.sleep(0.3)
    assert not waits.done()
    device.sync(inbox)
    assert len(device.held[inbox].items) == 1
    assert waits.result(5) is None


@pytest.mark.parametrize("version", VERSIONS)
def test_quirk_22_every_attachment_has_its_size_and_a_name_to_open_it_by(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    inner = b"From: a@b.example\r\nSubject: Inner\r\n\r\nWords\r\n"
    mime = (
        b"From: a@b.example\r\nTo: c@d.example\r\nSubject: Two\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n'
        b"--x\r\nContent-Type: text/plain\r\n\r\nWords\r\n"
        b"--x\r\nContent-Type: message/rfc822\r\n\r\n" + inner +
        b"--x\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment\r\n\r\nPDF\r\n"
        b"--x--\r\n"
    )  # fmt: skip
    anna.receives(mime=mime)
    _, data = only(new_device(anna, version), INBOX)
    told = data["AirSyncBase:Attachments"].children
    names = [each.text("AirSyncBase:DisplayName") for each in told]
    assert len(names) == 2 and names[0].endswith(".eml") and names[1]
    assert all(int(each.text("AirSyncBase:EstimatedDataSize")) > 0 for each in told)


@pytest.mark.parametrize("version", ["14.0", "14.1"])
def test_quirk_23_a_search_says_range_and_total_and_mail_its_importance(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    for number in range(3):
        anna.receives(f"Harbour {number}", "x")
    device = new_device(anna, version)
    store = search(device, node("Search:FreeText", "Harbour"), span="0-1")
    assert (store.text("Search:Range"), store.text("Search:Total")) == ("0-1", "3")
    for result in store.all("Search:Result"):
        assert result.text("Search:Properties", "Email:Importance") == "1"
    for data in device.sync_all(device.folder_of_type(INBOX)).items.values():
        assert data["Email:Importance"].value == "1"


def test_quirk_24_a_search_without_a_folder_is_of_all(anna: Person, new_device: NewDevice) -> None:
    anna.folder("Inbox/Projects")
    anna.receives("Harbour", "x")
    account = anna.account()
    account.inbox.all().get().move(account.inbox / "Projects")
    found = search(
        new_device(anna), node("AirSync:Class", "Email"), node("Search:FreeText", "Harbour")
    )
    assert subjects(found) == ["Harbour"]


@pytest.mark.parametrize("version", ["14.1", "16.1"])
def test_quirk_25_the_whole_tree_at_each_pull_resets_nothing(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    anna.receives("One", "x")
    device = new_device(anna, version)
    inbox = device.folder_of_type(INBOX)
    device.sync_all(inbox)
    before = dict(device.folders)
    for number in range(4):
        anna.receives(f"More {number}", "x")
        answer = device.post("FolderSync", documents.folder_sync("0"))
        # This header would bid it discard what it holds (MS-ASHTTP 2.2.2.1.2.9).
        assert "x-ms-rp" not in answer.headers
        device.folder_sync("0")
        assert device.folders == before
        device.sync(inbox)
    held = device.held[inbox]
    assert (len(held.items), held.added, held.anomalies) == (5, 5, [])


@pytest.mark.parametrize("version", ["14.1", "16.1"])
@pytest.mark.parametrize("filter_type", [0, 4])
def test_quirk_26_events_stay_after_the_first_sync(
    anna: Person, new_device: NewDevice, version: str, filter_type: int
) -> None:
    """The calendar of Android asks again and again, in parts: what it was given it keeps."""
    account = anna.account()
    now = anna.exchange.clock.now().replace(microsecond=0)
    for day in range(-3, 4):
        start = EWSDateTime.from_datetime(now + dt.timedelta(days=day)).astimezone(BERLIN)
        CalendarItem(
            account=account, folder=account.calendar, subject=f"Day {day}",
            start=start, end=start + dt.timedelta(hours=1),
        ).save()  # fmt: skip
    old = EWSDateTime(2020, 1, 6, 9, tzinfo=BERLIN)
    CalendarItem(
        account=account, folder=account.calendar, subject="Every day", start=old,
        end=old.replace(hour=10),
        recurrence=Recurrence(pattern=DailyPattern(interval=1), start=old.date()),
    ).save()  # fmt: skip
    device = new_device(anna, version)
    calendar = device.folder_of_type(CALENDAR)
    asked = options(body_preference(1, 5_000), filter_type=filter_type)
    device.begin(calendar, options=asked)
    for _ in range(12):
        device.sync(calendar, window=3, options=asked)
    held = device.held[calendar]
    assert len(held.items) == held.added == 8 and held.anomalies == []
    for _ in range(3):
        device.folder_sync("0")
        assert device.sync(calendar, window=3, options=asked) is None
    assert len(held.items) == 8


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("hour", ["00:00", "08:00", "11:00", "11:59", "12:00", "22:00"])
def test_quirk_27_a_birthday_is_its_day_whatever_hour_it_is_said_at(
    anna: Person, new_device: NewDevice, version: str, hour: str
) -> None:
    """22:00 of the day before is how a device east of Greenwich says a midnight of its own."""
    day = "1990-02-28" if hour == "22:00" else "1990-03-01"
    device = new_device(anna, version)
    said = node("Contacts:Birthday", f"{day}T{hour}:00.000Z")
    added(device, CONTACTS, node("Contacts:FirstName", "Ada"), said)
    (contact,) = anna.account().contacts.all()
    assert contact.birthday == EWSDate(1990, 3, 1)
    _, data = only(new_device(anna, version), CONTACTS)
    assert str(data["Contacts:Birthday"].value)[:10] == "1990-03-01"
