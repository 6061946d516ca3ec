"""TbSync (EAS-4-TbSync, the Thunderbird add-on), its sources unchanged: a session as a person has
it, judged by what the add-on and the desktop hold in the end."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from exchangelib import EWSDate, EWSDateTime, EWSTimeZone
from exchangelib.indexed_properties import EmailAddress, PhoneNumber
from exchangelib.items import CalendarItem, Contact, Task

from entrepot.testing import Exchange, Person
from tests.clients.tbsync_client import TbSync, ical, parts

BERLIN = EWSTimeZone("Europe/Berlin")
NewThunderbird = Callable[..., TbSync]


def _card(text: str) -> dict[str, list[str]]:
    """The values of a vCard by the names of their properties."""
    values: dict[str, list[str]] = {}
    for line in re.sub(r"\r?\n[ \t]", "", text).splitlines():
        name, _, value = line.partition(":")
        values.setdefault(name.split(";")[0].upper(), []).append(value)
    return values


def _only_card(thunderbird: TbSync) -> dict[str, list[str]]:
    (text,) = thunderbird.items("contacts").values()
    return _card(text)


def _at(day: int, hour: int) -> EWSDateTime:
    return EWSDateTime(2026, 10, day, hour, tzinfo=BERLIN)


# -- the account -------------------------------------------------------------------------------


def test_an_address_and_a_password_are_enough(
    new_thunderbird: NewThunderbird, server: Exchange, anna: Person
) -> None:
    """Autodiscover, OPTIONS, Provision, FolderSync and Settings, as when an account is new."""
    thunderbird = new_thunderbird()
    assert thunderbird.set_up(anna) == server.eas
    thunderbird.connect()
    account = thunderbird.account
    assert account["asversion"] == "16.1"
    assert {"Sync", "FolderSync", "Search", "ItemOperations"} <= set(account["allowedEasCommands"])
    assert account["userSmtpAddress"] == anna.address
    assert account["provision"] is True and int(account["policykey"]) > 0
    found = {f["displayName"]: f["targetType"] for f in thunderbird.folders() if not f["hidden"]}
    assert found == {"Contacts": "contacts", "Calendar": "calendars", "Tasks": "tasks"}
    thunderbird.synchronise()
    sent = [request["command"] for request in thunderbird.requests()]
    assert {"OPTIONS", "Provision", "FolderSync", "Settings", "Sync"} <= set(sent)


# -- contacts ----------------------------------------------------------------------------------


def test_contacts_of_the_desktop(thunderbird: TbSync, anna: Person) -> None:
    account = anna.account()
    item: Any = Contact(
        folder=account.contacts,
        given_name="Grace",
        surname="Hopper",
        display_name="Grace Hopper",
        file_as="Grace Hopper",
        company_name="Navy",
        email_addresses=[EmailAddress(label="EmailAddress1", email="grace@navy.example")],
        phone_numbers=[PhoneNumber(label="MobilePhone", phone_number="+1 555 0100")],
        birthday=EWSDate(1906, 12, 9),
        body="Käfer",
        categories=["Ships", "Code"],
    )
    item.save()
    thunderbird.synchronise()
    card = _only_card(thunderbird)
    assert card["FN"] == ["Grace Hopper"] and card["N"][0].startswith("Hopper;Grace")
    assert card["EMAIL"] == ["grace@navy.example"] and card["TEL"] == ["+1 555 0100"]
    assert card["NOTE"] == ["Käfer"] and card["ORG"] == ["Navy"]
    assert card["BDAY"][0].replace("-", "") == "19061209"
    assert set(card["CATEGORIES"][0].split(",")) == {"Ships", "Code"}
    item.company_name = "Eckert-Mauchly"
    item.save(update_fields=["company_name"])
    thunderbird.synchronise()
    assert _only_card(thunderbird)["ORG"] == ["Eckert-Mauchly"]
    item.delete()
    thunderbird.synchronise()
    assert thunderbird.items("contacts") == {}


VCARD = """BEGIN:VCARD
VERSION:4.0
FN:Ada Lovelace
N:Lovelace;Ada;;;
EMAIL;PREF=1:ada@engine.example
TEL;TYPE=work:+44 20 0100
ADR;TYPE=home:;;1 Hill Road;London;;W1;England
NOTE:Ideen für Ada
END:VCARD
""".replace("\n", "\r\n")


def test_contacts_of_the_client(thunderbird: TbSync, anna: Person) -> None:
    id = thunderbird.save("contacts", VCARD)
    thunderbird.synchronise()
    account = anna.account()
    (item,) = account.contacts.all()
    assert (item.given_name, item.surname, item.file_as) == ("Ada", "Lovelace", "Ada Lovelace")
    assert [address.email for address in item.email_addresses] == ["ada@engine.example"]
    assert item.phone_numbers[0].phone_number == "+44 20 0100"
    assert item.physical_addresses[0].city == "London"
    assert item.text_body.strip() == "Ideen für Ada"
    held = thunderbird.items("contacts")[id]
    thunderbird.save("contacts", held.replace("ada@engine.example", "ada@byron.example"), id)
    thunderbird.synchronise()
    (item,) = account.contacts.all()
    assert [address.email for address in item.email_addresses] == ["ada@byron.example"]
    assert item.file_as == "Ada Lovelace"
    thunderbird.erase("contacts", id)
    thunderbird.synchronise()
    assert account.contacts.all().count() == 0
    assert thunderbird.items("contacts") == {}


def test_more_than_one_window(new_thunderbird: NewThunderbird, anna: Person) -> None:
    account = anna.account()
    names = {f"Person {number:03}" for number in range(60)}
    made = [
        Contact(account=account, folder=account.contacts, display_name=name, file_as=name)
        for name in names
    ]
    account.bulk_create(account.contacts, made)
    thunderbird = new_thunderbird()
    thunderbird.set_up(anna)
    thunderbird.connect(("contacts",))
    thunderbird.synchronise()
    assert {_card(text)["FN"][0] for text in thunderbird.items("contacts").values()} == names
    sent = [request["command"] for request in thunderbird.requests()]
    assert sent.count("Sync") > 3


# -- calendar ----------------------------------------------------------------------------------


def test_events_of_the_desktop(thunderbird: TbSync, anna: Person) -> None:
    account = anna.account()
    item: Any = CalendarItem(
        folder=account.calendar, subject="Plan", start=_at(5, 10), end=_at(5, 11),
        location="Room 1", body="Agenda", reminder_is_set=True, reminder_minutes_before_start=30,
        categories=["Work"],
    ).save()  # fmt: skip
    thunderbird.synchronise()
    (event,) = thunderbird.only("calendars")
    assert event["SUMMARY"] == "Plan" and event["LOCATION"] == "Room 1"
    assert event["DTSTART"].dt == _at(5, 10) and event["DTEND"].dt == _at(5, 11)
    assert event["DESCRIPTION"].strip() == "Agenda"
    (alarm,) = event.walk("VALARM")
    assert alarm["TRIGGER"].dt.total_seconds() == -30 * 60
    item.start, item.end = _at(6, 10), _at(6, 11)
    item.save(update_fields=["start", "end"])
    thunderbird.synchronise()
    (event,) = thunderbird.only("calendars")
    assert event["DTSTART"].dt == _at(6, 10)
    item.delete()
    thunderbird.synchronise()
    assert thunderbird.items("calendars") == {}


def test_events_of_the_client(thunderbird: TbSync, anna: Person) -> None:
    id = thunderbird.save(
        "calendars",
        ical(
            "VEVENT",
            "DTSTART;TZID=Europe/Berlin:20261005T100000",
            "DTEND;TZID=Europe/Berlin:20261005T110000",
            "SUMMARY:Grüße planen",
            "LOCATION:Room 2",
            "DESCRIPTION:Agenda",
        ),
    )
    thunderbird.synchronise()
    account = anna.account()
    (item,) = account.calendar.all()
    assert (item.subject, item.location) == ("Grüße planen", "Room 2")
    assert (item.start, item.end) == (_at(5, 10), _at(5, 11))
    assert item.text_body.strip() == "Agenda"
    held = thunderbird.items("calendars")[id]
    thunderbird.save("calendars", held.replace("Room 2", "Room 3"))
    thunderbird.synchronise()
    (item,) = account.calendar.all()
    assert (item.location, item.start) == ("Room 3", _at(5, 10))
    thunderbird.erase("calendars", id)
    thunderbird.synchronise()
    assert account.calendar.all().count() == 0


def test_a_whole_day_of_each_side(thunderbird: TbSync, anna: Person) -> None:
    account = anna.account()
    CalendarItem(
        folder=account.calendar,
        subject="Fair",
        is_all_day=True,
        start=EWSDate(2026, 10, 8),
        end=EWSDate(2026, 10, 9),
    ).save()
    thunderbird.save(
        "calendars",
        ical(
            "VEVENT",
            "DTSTART;VALUE=DATE:20261012",
            "DTEND;VALUE=DATE:20261013",
            "SUMMARY:Holiday",
        ),
    )
    thunderbird.synchronise()
    days = {
        str(event["SUMMARY"]): (event["DTSTART"].dt, event["DTEND"].dt)
        for text in thunderbird.items("calendars").values()
        for event in parts(text)
    }
    assert days["Fair"] == (date(2026, 10, 8), date(2026, 10, 10))
    holiday = account.calendar.get(subject="Holiday")
    assert holiday.is_all_day is True
    assert (holiday.start, holiday.end) == (EWSDate(2026, 10, 12), EWSDate(2026, 10, 12))


# -- tasks -------------------------------------------------------------------------------------


def test_tasks_of_the_desktop(thunderbird: TbSync, anna: Person) -> None:
    account = anna.account()
    item: Any = Task(
        folder=account.tasks,
        subject="Report",
        start_date=EWSDate(2026, 10, 5),
        due_date=EWSDate(2026, 10, 9),
        importance="High",
        body="By Friday",
    ).save()
    thunderbird.synchronise()
    (task,) = thunderbird.only("tasks")
    assert task["SUMMARY"] == "Report" and task["DESCRIPTION"].strip() == "By Friday"
    due = task["DUE"].dt
    assert (due.date() if isinstance(due, datetime) else due) == date(2026, 10, 9)
    item.percent_complete = Decimal(100)
    item.status = "Completed"
    item.save(update_fields=["percent_complete", "status"])
    thunderbird.synchronise()
    (task,) = thunderbird.only("tasks")
    assert task["STATUS"] == "COMPLETED"
    item.delete()
    thunderbird.synchronise()
    assert thunderbird.items("tasks") == {}


def test_tasks_of_the_client(thunderbird: TbSync, anna: Person) -> None:
    id = thunderbird.save(
        "tasks",
        ical("VTODO", "SUMMARY:Call", "DUE;VALUE=DATE:20261009", "DESCRIPTION:Soon", "PRIORITY:1"),
    )
    thunderbird.synchronise()
    account = anna.account()
    (item,) = account.tasks.all()
    assert (item.subject, item.due_date) == ("Call", EWSDate(2026, 10, 9))
    assert (item.importance, item.status) == ("High", "NotStarted")
    held = thunderbird.items("tasks")[id]
    done = "STATUS:COMPLETED\r\nCOMPLETED:20261007T080000Z\r\nPERCENT-COMPLETE:100\r\nEND:VTODO"
    thunderbird.save("tasks", re.sub(r"STATUS:.*\r\n", "", held).replace("END:VTODO", done))
    thunderbird.synchronise()
    (item,) = account.tasks.all()
    assert item.status == "Completed" and item.percent_complete == 100
    thunderbird.erase("tasks", id)
    thunderbird.synchronise()
    assert account.tasks.all().count() == 0


# -- people ------------------------------------------------------------------------------------


def test_the_directory(thunderbird: TbSync, ben: Person) -> None:
    name = ben.address.partition("@")[0]
    (found,) = thunderbird.ask("find", text=name)
    assert found["PrimaryEmail"] == ben.address and found["DisplayName"]
    assert thunderbird.ask("find", text="nobody of that name") == []


def test_absence(thunderbird: TbSync, anna: Person) -> None:
    """The window "Services": what the mailbox answers while its owner is away."""
    assert thunderbird.ask("readOof")["state"] == "0"
    said = {"enabled": True, "reply": "Bin im Süden"}
    messages = {"internal": said, "externalKnown": said}
    thunderbird.ask("writeOof", settings={"state": "1", "messages": messages})
    settings = anna.account().oof_settings
    assert (settings.state, settings.external_audience) == ("Enabled", "Known")
    assert "Bin im Süden" in settings.internal_reply
    told = thunderbird.ask("readOof")
    assert told["state"] == "1" and told["messages"]["internal"]["enabled"] is True
    assert told["messages"]["internal"]["reply"].strip() == "Bin im Süden"


def test_free_and_busy_time(thunderbird: TbSync, ben: Person) -> None:
    account = ben.account()
    CalendarItem(
        folder=account.calendar, subject="Plan", start=_at(5, 10), end=_at(5, 11)
    ).save()  # fmt: skip
    day = {"start": "2026-10-04T22:00:00Z", "end": "2026-10-05T22:00:00Z"}
    told = thunderbird.ask("freeBusy", address=ben.address, **day)
    busy = [each for each in told if each["type"] == "busy"]
    assert [(each["start"], each["end"]) for each in busy] == [
        ("2026-10-05T08:00:00.000Z", "2026-10-05T09:00:00.000Z")
    ]
