"""Habits 1 to 16: iPhones and iPads."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from exchangelib import EWSDateTime, EWSTimeZone
from exchangelib.items import SEND_ONLY_TO_ALL, CalendarItem
from exchangelib.properties import Attendee, Mailbox
from exchangelib.recurrence import DailyPattern, Recurrence

from conformance.eas import documents
from conformance.eas.documents import body_preference, options
from conformance.eas.held import Held
from conformance.eas.wbxml import Node, node
from entrepot.testing import Exchange, Person
from tests.eas.conftest import VERSIONS, NewDevice
from tests.eas.quirks.asking import (
    CALENDAR,
    CONTACTS,
    INBOX,
    TASKS,
    added,
    attendee,
    event,
    only,
    respond,
    waiting,
)

BERLIN = EWSTimeZone("Europe/Berlin")
_C, _P, _T = "Calendar", "Provision", "Tasks"


def _invite(organizer: Any, *people: Person) -> Any:
    item = CalendarItem(
        account=organizer,
        folder=organizer.calendar,
        subject="Plan",
        start=EWSDateTime(2026, 10, 5, 10, tzinfo=BERLIN),
        end=EWSDateTime(2026, 10, 5, 11, tzinfo=BERLIN),
        required_attendees=[
            Attendee(mailbox=Mailbox(email_address=each.address), response_type="Unknown")
            for each in people
        ],
    )
    return item.save(send_meeting_invitations=SEND_ONLY_TO_ALL)


@pytest.mark.parametrize("version", VERSIONS)
def test_quirk_01_nothing_new_is_an_answer_without_a_body(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    """A Collections without a collection makes it crash: at once, and after a wait that another
    request ended."""
    device = new_device(anna, version)
    inbox = device.folder_of_type(INBOX)
    device.sync_all(inbox)
    request = documents.sync([documents.collection(device.keys[inbox], inbox)])
    assert device.post("Sync", request).body == b""
    again = documents.sync([documents.collection(device.keys[inbox], inbox)], wait=5)
    older = waiting(lambda: device.post("Sync", again))
    assert device.post("Sync", request).body == b""
    assert older.result(5).body == b""


def test_quirk_02_a_ping_of_folders_never_synchronised_waits(
    anna: Person, new_device: NewDevice
) -> None:
    device = new_device(anna)
    inbox = device.folder_of_type(INBOX)
    others = [id for id in device.folders if id != inbox]
    early = waiting(lambda: device.ping(600, others))
    anna.receives("Hello", "x")
    device.sync_all(inbox)
    late = waiting(lambda: device.ping(600, [*others, inbox]))
    assert early.result(5).text("Ping:Status") in ("1", "2")
    anna.receives("Again", "x")
    answer = late.result(5)
    assert answer.text("Ping:Status") == "2"
    assert answer.text("Ping:Folders", "Ping:Folder") == inbox


@pytest.mark.parametrize("version", VERSIONS)
def test_quirk_03_a_folder_that_is_gone_is_12(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    """By 3 it would begin with the folder again, for ever."""
    anna.folder("Inbox/Projects")
    device = new_device(anna, version)
    projects = device.folder("Projects")
    device.sync_all(projects)
    (anna.account().inbox / "Projects").delete()
    answer = device.sync(projects)
    assert answer is not None and answer.text("AirSync:Status") == "12"
    device.folder_sync()
    assert projects not in device.folders


@pytest.mark.parametrize("version", ["14.1", "16.1"])
def test_quirk_04_it_answers_the_calendar_item_and_not_the_mail(
    anna: Person, ben: Person, new_device: NewDevice, version: str
) -> None:
    item = _invite(anna.account(), ben)
    device = new_device(ben, version)
    calendar = device.folder_of_type(CALENDAR)
    id, _ = only(device, CALENDAR)
    sends = node("MeetingResponse:SendResponse") if version == "16.1" else None
    assert respond(device, calendar, id, *([sends] if sends else [])) == "1"
    (mine,) = ben.account().calendar.all()
    assert mine.my_response_type == "Accept"
    replies = list(item.account.inbox.all())
    assert len(replies) == (1 if version == "16.1" else 0)


def test_quirk_05_who_writes_no_reply_himself_is_offered_a_version_where_the_server_does(
    anna: Person, ben: Person, new_device: NewDevice
) -> None:
    """iOS 12.4 to 13 leaves its reply to the server though it speaks 14.1 elsewhere; here it is
    told of 16.1, which it knows, and by that the server is who writes, once."""
    item = _invite(anna.account(), ben)
    device = new_device(ben, ready=False, device_type="iPhone")
    device.identity.agent = "Apple-iPhone12C1/1707.63"
    offered = device.options().headers["MS-ASProtocolVersions"].split(",")
    device.identity.version = offered[-1]
    assert device.version == "16.1"
    device.provision()
    device.folder_sync()
    id, _ = only(device, INBOX)
    folder = device.folder_of_type(INBOX)
    assert respond(device, folder, id, node("MeetingResponse:SendResponse")) == "1"
    (reply,) = item.account.inbox.all()
    assert reply.item_class == "IPM.Schedule.Meeting.Resp.Pos"
    (attendee_,) = item.account.calendar.get(id=item.id).required_attendees
    assert attendee_.response_type == "Accept"


@pytest.mark.parametrize("version", VERSIONS)
def test_quirk_06_an_edit_with_an_empty_picture_and_no_supported_loses_nothing(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    device = new_device(anna, version)
    id = added(
        device,
        CONTACTS,
        node("Contacts:FirstName", "Ada"),
        node("Contacts:MobilePhoneNumber", "+44 20 7946 0000"),
        node("Contacts:Picture", base64.b64encode(b"jpeg").decode()),
    )
    edit = documents.change(id, node("Contacts:FirstName", "Augusta"), node("Contacts:Picture"))
    device.change(device.folder_of_type(CONTACTS), edit)
    (contact,) = anna.account().contacts.all()
    assert (contact.given_name, contact.has_picture) == ("Augusta", True)
    assert [each.phone_number for each in contact.phone_numbers if each.phone_number] == [
        "+44 20 7946 0000"
    ]


def test_quirk_07_no_range_is_told_that_was_not_asked_for(
    anna: Person, new_device: NewDevice
) -> None:
    anna.receives("Subject", "x", attachments={"file.bin": bytes(range(256))})
    device = new_device(anna)
    _, data = only(device, INBOX)
    reference = data["AirSyncBase:Attachments"].children[0].text("AirSyncBase:FileReference")
    answer = device.fetch_attachment(reference).root
    assert answer is not None
    names = [each.name for each in answer.children[-1].children[0].children[-1].children]
    assert "ItemOperations:Data" in names
    assert not {"ItemOperations:Range", "ItemOperations:Total"} & set(names)


def test_quirk_08_a_meeting_without_organizer_is_ones_own(
    anna: Person, ben: Person, new_device: NewDevice
) -> None:
    device = new_device(anna, "14.1")
    added(device, CALENDAR, *event(attendee(ben.address), node(f"{_C}:MeetingStatus", 1)))
    (item,) = anna.account().calendar.all()
    assert item.organizer.email_address == anna.address
    assert (item.is_meeting, item.my_response_type) == (True, "Organizer")
    _, data = only(new_device(anna, "14.1"), CALENDAR)
    assert data[f"{_C}:OrganizerEmail"].value == anna.address
    assert data[f"{_C}:MeetingStatus"].value == "1"


@pytest.mark.parametrize("version", ["12.1", "14.1", "16.1"])
@pytest.mark.parametrize("holds", [False, True], ids=["before", "after"])
def test_quirk_09_an_invitation_added_before_the_calendar_came_is_the_event_there_is(
    anna: Person, ben: Person, new_device: NewDevice, version: str, holds: bool
) -> None:
    item = _invite(anna.account(), ben)
    uid = item.account.calendar.get(id=item.id).uid
    device = new_device(ben, version)
    calendar = device.folder_of_type(CALENDAR)
    device.begin(calendar)
    if holds:
        device.sync_all(calendar)
    data = event(node(f"{_C}:Reminder", 5), uid=uid)
    if version >= "16.0":
        own = {f"{_C}:UID": node(f"{_C}:ClientUid", uid), f"{_C}:DtStamp": None}
        data = [made for each in data if (made := own.get(each.name, each)) is not None]
    id = added(device, CALENDAR, *data)
    (mine,) = ben.account().calendar.all()
    assert (mine.uid, mine.reminder_minutes_before_start) == (uid, 5)
    assert mine.organizer.email_address == anna.address
    # The device has it under one id, hears how it is there, and of no second one.
    held = device.held.setdefault(calendar, Held())
    held.items.setdefault(id, {})
    device.sync_all(calendar)
    assert list(held.items) == [id] and held.anomalies == []
    assert held.items[id][f"{_C}:OrganizerEmail"].value == anna.address
    assert list(new_device(ben, version).sync_all(calendar).items) == [id]
    # What happens to it later is told of the one that it knows, which it may take away.
    mine.reminder_minutes_before_start = 30
    mine.save(update_fields=["reminder_minutes_before_start"])
    device.sync(calendar)
    assert held.items[id][f"{_C}:Reminder"].value == "30" and held.anomalies == []
    device.change(calendar, documents.delete(id))
    assert ben.account().calendar.all().count() == 0


def test_quirk_10_an_exception_whose_start_is_a_little_wrong_is_found(
    anna: Person, new_device: NewDevice
) -> None:
    """It names midnight, or the time to which it moved the occurrence."""
    account = anna.account()
    daily = Recurrence(pattern=DailyPattern(interval=1), number=4,
                       start=EWSDateTime(2026, 10, 5, 10, tzinfo=BERLIN).date())  # fmt: skip
    CalendarItem(
        account=account, folder=account.calendar, subject="Stand-up", recurrence=daily,
        start=EWSDateTime(2026, 10, 5, 10, tzinfo=BERLIN),
        end=EWSDateTime(2026, 10, 5, 11, tzinfo=BERLIN),
    ).save()  # fmt: skip
    device = new_device(anna, "14.1")
    id, data = only(device, CALENDAR)

    def exception(start: str, *more: Node) -> Node:
        return node(f"{_C}:Exception", node(f"{_C}:ExceptionStartTime", start), *more)

    device.change(
        device.folder_of_type(CALENDAR),
        documents.change(
            id,
            data[f"{_C}:Recurrence"],
            node(
                f"{_C}:Exceptions",
                exception("20261006T000000Z", node(f"{_C}:Deleted", 1)),
                exception(
                    "20261007T120000Z",
                    node(f"{_C}:StartTime", "20261007T120000Z"),
                    node(f"{_C}:EndTime", "20261007T130000Z"),
                ),
            ),
        ),
    )
    view = account.calendar.view(
        start=EWSDateTime(2026, 10, 1, tzinfo=BERLIN), end=EWSDateTime(2026, 10, 30, tzinfo=BERLIN)
    )
    assert [f"{each.start.astimezone(BERLIN):%d %H}" for each in view] == [
        "05 10",
        "07 14",
        "08 10",
    ]


@pytest.mark.parametrize("html", ["<p>Words</p>", None], ids=["page", "plain"])
def test_quirk_11_a_page_is_given_where_a_page_is_asked_for(
    anna: Person, new_device: NewDevice, html: str | None
) -> None:
    """Some servers send it the MIME in its place. What is no page becomes one."""
    anna.receives("Subject", None if html else "Words", html=html)
    device = new_device(anna)
    _, data = only(device, INBOX, options=options(body_preference(2, 10_000)))
    body = data["AirSyncBase:Body"]
    assert body.text("AirSyncBase:Type") == "2"
    assert "Words" in body.text("AirSyncBase:Data") and "<" in body.text("AirSyncBase:Data")


def test_quirk_12_cut_text_is_what_the_list_shows_without_links_and_pictures(
    anna: Person, new_device: NewDevice
) -> None:
    page = (
        '<html><head><style>p { color: red }</style></head><body><p>Dear <a href="https://t.example'
        '/track?id=1">reader</a>,</p><img src="https://t.example/pixel.gif" alt="">'
        f"<p>{'news ' * 300}</p></body></html>"
    )
    anna.receives("Newsletter", None, html=page)
    device = new_device(anna)
    _, data = only(device, INBOX, options=options(body_preference(1, 500)))
    body = data["AirSyncBase:Body"]
    assert body.text("AirSyncBase:Truncated") == "1"
    shown = body.text("AirSyncBase:Data")
    assert shown.startswith("Dear reader,") and "http" not in shown and "color" not in shown


@pytest.mark.parametrize("version", VERSIONS)
def test_quirk_13_a_policy_key_is_never_0(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    """Nor does a Status before the answer to a wipe spoil it: tests/entrepot/test_cli_devices.py
    wipes a device that answers so."""
    device = new_device(anna, version, ready=False)
    said = documents.information(Model="One") if float(version) >= 14.1 else None
    offer = device.ask("Provision", documents.provision(information=said))
    path = (f"{_P}:Policies", f"{_P}:Policy", f"{_P}:PolicyKey")
    assert 0 < int(offer.text(*path)) < 2**32
    taken = device.ask("Provision", documents.provision(int(offer.text(*path)), 1))
    assert 0 < int(taken.text(*path)) < 2**32


def test_quirk_14_a_task_may_say_in_its_recurrence_that_it_is_the_last(
    anna: Person, new_device: NewDevice
) -> None:
    device = new_device(anna, "14.1")
    recurrence = node(
        f"{_T}:Recurrence",
        node(f"{_T}:Type", 0),
        node(f"{_T}:Start", "2026-10-05T00:00:00.000Z"),
        node(f"{_T}:DeadOccur", 1),
        node(f"{_T}:Interval", 1),
    )
    start = "2026-10-05T00:00:00.000Z"
    times = [node(f"{_T}:{name}", start)
             for name in ("UtcStartDate", "StartDate", "UtcDueDate", "DueDate")]  # fmt: skip
    added(device, TASKS, node(f"{_T}:Subject", "Water the plants"), *times, recurrence)
    (task,) = anna.account().tasks.all()
    assert task.subject == "Water the plants"


@pytest.mark.parametrize("version", ["14.1", "16.1"])
def test_quirk_15_a_wrong_key_is_mended_by_one_provision(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    """It asks again and again otherwise. What it held is still right."""
    anna.receives("Mail", "x")
    device = new_device(anna, version)
    inbox = device.folder_of_type(INBOX)
    device.sync_all(inbox)
    for wrong in (0, 1, device.identity.policy_key ^ 1):
        device.identity.policy_key = wrong
        status = "144" if wrong else "142"
        assert device.folder_sync().text("FolderHierarchy:Status") == status
        device.provision()
        assert device.folder_sync().text("FolderHierarchy:Status") == "1"
        assert device.sync(inbox) is None


@pytest.mark.parametrize("version", VERSIONS)
def test_quirk_16_a_large_policy_value_is_sent_and_taken(
    exchange_factory: Callable[..., Exchange], new_device: NewDevice, version: str
) -> None:
    policy = '{"MaxAttachmentSize": 2147483647}'
    server = exchange_factory(environment={"ENTREPOT_DEVICE_POLICY": policy})
    device = new_device(server.person("anna"), version, ready=False)
    said = documents.information(Model="One") if float(version) >= 14.1 else None
    offer = device.ask("Provision", documents.provision(information=said))
    document = (f"{_P}:Policies", f"{_P}:Policy", f"{_P}:Data", f"{_P}:EASProvisionDoc")
    assert offer.text(*document, f"{_P}:MaxAttachmentSize") == "2147483647"
    device.provision()
    assert device.folder_sync().text("FolderHierarchy:Status") == "1"
