"""Contacts, tasks and notes: what one door puts in, the other takes out."""

from __future__ import annotations

import base64
from decimal import Decimal
from typing import Any

import pytest
from exchangelib import EWSDate
from exchangelib.attachments import FileAttachment
from exchangelib.indexed_properties import EmailAddress, PhoneNumber, PhysicalAddress
from exchangelib.items import Contact, Task
from exchangelib.recurrence import WeeklyPattern
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.documents import body_preference, options
from conformance.eas.wbxml import Node, node
from eas.contacts import DATES, EMAILS, LISTS, TEXTS
from eas.reading.contacts import read_contact_change
from eas.reading.options import BodyPreference, Options
from eas.reading.tasks import read_task_change
from eas.render.contacts import at, contact_data
from eas.render.tasks import task_data
from eas.wbxml import Element, decode, encode
from entrepot.testing import Person
from schemas.mapi import merge
from store.model import Body, FolderId, Item, ItemId, Properties
from store.tasks.settle import settled_task
from tests.eas.conftest import VERSIONS, NewDevice

_A, _C, _C2, _T, _N = "AirSync", "Contacts", "Contacts2", "Tasks", "Notes"
_CONTACTS, _TASKS, _NOTES = 9, 7, 10
_TEXT_BODY: Any = options(body_preference(1))


def _held(device: Device, type: int) -> dict[str, dict[str, Node]]:
    return device.sync_all(device.folder_of_type(type), options=_TEXT_BODY).items


def _add(device: Device, type: int, *data: Node) -> str:
    """A new item; its ServerId."""
    folder = device.folder_of_type(type)
    if folder not in device.keys:
        device.begin(folder)
    answer = device.change(folder, documents.add("c1", *data))
    assert answer is not None
    (added,) = answer.find(f"{_A}:Responses").all(f"{_A}:Add")  # type: ignore[union-attr]
    assert added.text(f"{_A}:Status") == "1"
    return added.text(f"{_A}:ServerId")


def _body(words: str) -> Node:
    return node("AirSyncBase:Body", node("AirSyncBase:Type", 1), node("AirSyncBase:Data", words))


def test_a_new_item_whose_answer_was_lost_is_made_once_under_whichever_client_id(
    anna: Person, new_device: NewDevice
) -> None:
    """What is the same again is the same item; twice the same in one request are two."""
    device = new_device(anna)
    folder = device.folder_of_type(_CONTACTS)
    device.begin(folder)
    lost = device.keys[folder]
    ada = node(f"{_C}:FileAs", "Ada")
    first = _add(device, _CONTACTS, ada)
    device.keys[folder] = lost
    answer = device.change(folder, documents.add("c2", ada), documents.add("c3", ada))
    assert answer is not None
    added = answer.find(f"{_A}:Responses").all(f"{_A}:Add")  # type: ignore[union-attr]
    ids = {each.text(f"{_A}:ClientId"): each.text(f"{_A}:ServerId") for each in added}
    assert ids["c2"] == first != ids["c3"] != ""
    assert anna.account().contacts.all().count() == 2


# -- contacts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_a_contact_of_the_device_is_on_the_desktop_and_back(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    device = new_device(anna, version)
    picture = base64.b64encode(b"\xff\xd8 picture").decode()
    id = _add(
        device,
        _CONTACTS,
        node(f"{_C}:FileAs", "Lovelace, Ada"),
        node(f"{_C}:FirstName", "Ada"),
        node(f"{_C}:LastName", "Lovelace"),
        node(f"{_C}:Email1Address", '"Ada" <ada@elsewhere.example>'),
        node(f"{_C}:MobilePhoneNumber", "+44 1"),
        node(f"{_C}:HomeAddressCity", "London"),
        node(f"{_C}:Birthday", "1815-12-10T00:00:00.000Z"),
        node(f"{_C}:Categories", node(f"{_C}:Category", "Red")),
        node(f"{_C}:Picture", picture),
        node(f"{_C2}:NickName", "Countess"),
        _body("Engine"),
    )
    account = anna.account()
    (contact,) = account.contacts.all()
    assert (contact.given_name, contact.surname, contact.nickname) == (
        "Ada",
        "Lovelace",
        "Countess",
    )
    assert contact.email_addresses[0].email == "ada@elsewhere.example"
    assert contact.phone_numbers[0].phone_number == "+44 1"
    assert contact.physical_addresses[0].city == "London"
    assert contact.birthday == EWSDate(1815, 12, 10)
    assert contact.has_picture
    assert contact.categories == ["Red"]

    contact.job_title = "Mathematician"
    contact.save(update_fields=["job_title"])
    data = _held(device, _CONTACTS)[id]
    assert data[f"{_C}:JobTitle"].value == "Mathematician"

    other = new_device(anna, version)
    ((_, data),) = _held(other, _CONTACTS).items()
    assert data[f"{_C}:Picture"].value == picture
    assert data[f"{_C}:Email1Address"].value == '"Ada" <ada@elsewhere.example>'
    assert str(data[f"{_C}:Birthday"].value).startswith("1815-12-10T")
    assert data["AirSyncBase:Body"].text("AirSyncBase:Data").strip() == "Engine"


def test_a_contact_of_the_desktop_is_on_the_device(anna: Person, new_device: NewDevice) -> None:
    account = anna.account()
    contact = Contact(
        account=account, folder=account.contacts, given_name="Ada", file_as="Ada",
        display_name="Ada",
        email_addresses=[EmailAddress(email="ada@b.example", label="EmailAddress2")],
        phone_numbers=[PhoneNumber(phone_number="1", label="BusinessFax")],
        physical_addresses=[PhysicalAddress(city="Kiel", street="Hafen 1", label="Business")],
        children=["Byron"], body="Notes",
    ).save()  # fmt: skip
    contact.attach(FileAttachment(name="p.jpg", content=b"jpeg", is_contact_photo=True))
    ((_, data),) = _held(new_device(anna), _CONTACTS).items()
    assert data[f"{_C}:Email2Address"].value == "ada@b.example"
    assert data[f"{_C}:BusinessFaxNumber"].value == "1"
    assert data[f"{_C}:BusinessAddressCity"].value == "Kiel"
    assert data[f"{_C}:Children"].text(f"{_C}:Child") == "Byron"
    assert data[f"{_C}:Picture"].value == base64.b64encode(b"jpeg").decode()


_WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=30).map(
    lambda text: " ".join(text.split())
)


_TEXTS = st.dictionaries(st.sampled_from(sorted(TEXTS.values())), _WORDS.filter(bool), max_size=20)
_ADDRESSES = st.dictionaries(
    st.sampled_from(sorted(EMAILS.values())),
    st.fixed_dictionaries({"address": st.sampled_from(["a@b.example", "c.d@e.example"])}),
)
_DAYS = st.dictionaries(
    st.sampled_from(sorted(DATES.values())),
    st.dates().map(lambda day: f"{day.isoformat()}T11:59:00.000000Z"),
)
_LISTS = st.dictionaries(
    st.sampled_from([key for key, _ in LISTS.values()]),
    st.lists(_WORDS.filter(bool), min_size=1, max_size=3, unique=True),
)


@settings(max_examples=200, deadline=None)
@given(_TEXTS, _ADDRESSES, _DAYS, _LISTS)
def test_what_a_contact_says_comes_back(
    texts: Properties, addresses: Properties, days: Properties, lists: Properties
) -> None:
    stated = {**texts, **addresses, **days, **lists}
    said: Properties = {}
    merge(said, stated)
    back: Properties = {}
    merge(back, read_contact_change(_sent(contact_data, said, "IPM.Contact"), "16.1").set)
    for path in stated:
        assert at(back, path) == at(said, path), path


def _sent(render: Any, properties: Properties, item_class: str) -> Element:
    """What a device sends that says again what it was told."""
    item = Item(
        id=ItemId(1, 2), change=1, folder=FolderId(1, 1), item_class=item_class, kind="x",
        is_associated=False, properties=properties, extended={}, body=Body(text="Words"),
        attachments=(),
    )  # fmt: skip
    wanted = Options(bodies=(BodyPreference(type=1),))
    data = render(item, wanted, "16.1")
    return decode(encode(Element("AirSync:ApplicationData", None, data)))


def test_what_a_device_supports_and_leaves_out_is_gone() -> None:
    data = Element("AirSync:ApplicationData", None, [Element("Contacts:FirstName", "Ada")])
    change = read_contact_change(data, "14.1", frozenset({"FirstName", "JobTitle"}))
    assert (change.set, change.unset) == ({"given_name": "Ada"}, ("job_title",))
    assert read_contact_change(data, "14.1").unset == ()


# -- tasks -------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_a_task_goes_both_ways(anna: Person, new_device: NewDevice, version: str) -> None:
    device = new_device(anna, version)
    id = _add(
        device,
        _TASKS,
        node(f"{_T}:Subject", "Taxes"),
        node(f"{_T}:Importance", 2),
        node(f"{_T}:UtcDueDate", "2026-10-05T22:00:00.000Z"),
        node(f"{_T}:DueDate", "2026-10-06T00:00:00.000Z"),
        node(f"{_T}:Complete", 0),
        node(f"{_T}:ReminderSet", 1),
        node(f"{_T}:ReminderTime", "2026-10-05T08:00:00.000Z"),
        _body("All of them"),
    )
    account = anna.account()
    (task,) = account.tasks.all()
    assert (task.subject, task.importance, task.due_date) == ("Taxes", "High", EWSDate(2026, 10, 6))
    assert task.reminder_is_set
    task.subject = "All taxes"
    task.save(update_fields=["subject"])
    assert _held(device, _TASKS)[id][f"{_T}:Subject"].value == "All taxes"
    done = documents.change(
        id, node(f"{_T}:Complete", 1), node(f"{_T}:DateCompleted", "2026-10-04T10:00:00.000Z")
    )
    device.change(device.folder_of_type(_TASKS), done)
    (task,) = account.tasks.all()
    assert (task.status, task.percent_complete) == (Task.COMPLETED, 100)


def test_a_recurring_task_of_the_device_goes_on(anna: Person, new_device: NewDevice) -> None:
    device = new_device(anna)
    recurrence = node(
        f"{_T}:Recurrence",
        node(f"{_T}:Type", 1),
        node(f"{_T}:Start", "2026-10-05T00:00:00.000Z"),
        node(f"{_T}:Interval", 1),
        node(f"{_T}:DayOfWeek", 2),
    )
    id = _add(
        device, _TASKS, node(f"{_T}:Subject", "Bins"), node(f"{_T}:Complete", 0),
        node(f"{_T}:DueDate", "2026-10-05T00:00:00.000Z"), recurrence,
    )  # fmt: skip
    account = anna.account()
    (task,) = account.tasks.all()
    assert isinstance(task.recurrence.pattern, WeeklyPattern)
    assert (task.recurrence.pattern.interval, task.recurrence.pattern.weekdays) == (1, [1])
    # One time of it is done (MS-ASTASK 2.2.2.11): the task that goes on is not.
    dead = node(recurrence.name, *recurrence.children, node(f"{_T}:DeadOccur", 1))
    done = documents.change(id, node(f"{_T}:Complete", 1), dead)
    device.change(device.folder_of_type(_TASKS), done)
    found = {(t.is_complete, t.due_date) for t in account.tasks.all()}
    assert found == {(True, EWSDate(2026, 10, 5)), (False, EWSDate(2026, 10, 12))}
    shown = _held(device, _TASKS)
    assert len(shown) == 2
    assert shown[id][f"{_T}:Recurrence"].text(f"{_T}:DeadOccur") == "0"


def test_a_contact_without_a_file_as_is_filed_by_its_name(
    anna: Person, new_device: NewDevice
) -> None:
    device = new_device(anna)
    _add(device, _CONTACTS, node(f"{_C}:FirstName", "Ada"), node(f"{_C}:LastName", "Lovelace"))
    (contact,) = anna.account().contacts.all()
    assert (contact.file_as, contact.display_name) == ("Lovelace, Ada", "Ada Lovelace")


def test_half_done_stays_half_done(anna: Person, new_device: NewDevice) -> None:
    account = anna.account()
    half = {"status": "InProgress", "percent_complete": Decimal(50)}
    Task(folder=account.tasks, subject="Taxes", **half).save()
    device = new_device(anna)
    ((id, _),) = _held(device, _TASKS).items()
    edit = documents.change(id, node(f"{_T}:Subject", "All taxes"), node(f"{_T}:Complete", 0))
    device.change(device.folder_of_type(_TASKS), edit)
    (task,) = account.tasks.all()
    assert (task.subject, task.status, task.percent_complete) == ("All taxes", "InProgress", 50)


@settings(max_examples=100, deadline=None)
@given(
    st.fixed_dictionaries(
        {"subject": _WORDS, "status": st.sampled_from(["not_started", "completed"])},
        optional={
            "importance": st.sampled_from(["low", "normal", "high"]),
            "sensitivity": st.sampled_from(["normal", "personal", "private", "confidential"]),
            "categories": st.lists(_WORDS.filter(bool), min_size=1, max_size=3, unique=True),
            "start_date": st.just("2026-10-01T00:00:00.000000Z"),
            "due_date": st.just("2026-10-05T00:00:00.000000Z"),
        },
    )
)
def test_what_a_task_says_comes_back(said: Properties) -> None:
    kept = settled_task(said, "2026-09-01T00:00:00.000000Z")
    change = read_task_change(_sent(task_data, kept, "IPM.Task"), "16.1")
    for name, value in said.items():
        assert change.set.get(name) == value, name
    assert change.body == Body(text="Words")


# -- notes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["14.0", "14.1", "16.0", "16.1"])
def test_a_note_goes_there_and_back(anna: Person, new_device: NewDevice, version: str) -> None:
    device = new_device(anna, version)
    id = _add(
        device,
        _NOTES,
        node(f"{_N}:Subject", "Shopping"),
        node(f"{_N}:Categories", node(f"{_N}:Category", "Home")),
        _body("Milk"),
    )
    other = new_device(anna, version)
    ((_, data),) = _held(other, _NOTES).items()
    assert data[f"{_N}:Subject"].value == "Shopping"
    assert data[f"{_N}:MessageClass"].value == "IPM.StickyNote"
    assert data[f"{_N}:Categories"].text(f"{_N}:Category") == "Home"
    assert data["AirSyncBase:Body"].text("AirSyncBase:Data").strip() == "Milk"
    device.change(
        device.folder_of_type(_NOTES), documents.change(id, node(f"{_N}:Subject", "Bread"))
    )
    ((_, data),) = _held(other, _NOTES).items()
    assert data[f"{_N}:Subject"].value == "Bread"


def test_12_1_has_no_notes(anna: Person, new_device: NewDevice) -> None:
    types = {folder["Type"] for folder in new_device(anna, "12.1").folders.values()}
    assert "10" not in types and {"7", "8", "9"} <= types
