"""exchangelib: names, mail tips, ids, time zones, configuration objects, shared mailboxes."""

from __future__ import annotations

from typing import Any

import pytest
from exchangelib import (
    Account,
    Configuration,
    Credentials,
    EWSDateTime,
    EWSTimeZone,
    FailFast,
)
from exchangelib.errors import (
    ErrorFolderNotFound,
    ErrorInvalidItemForOperationExpandDL,
    ErrorItemNotFound,
    ErrorNameResolutionNoResults,
    UnauthorizedError,
)
from exchangelib.indexed_properties import EmailAddress
from exchangelib.items import CalendarItem, Contact, DistributionList, Message
from exchangelib.properties import (
    ENTRY_ID,
    EWS_ID,
    HEX_ENTRY_ID,
    OWA_ID,
    AlternateId,
    DLMailbox,
    ItemId,
    Mailbox,
    Member,
)


def test_names_are_resolved(account: Any, ben: Any) -> None:
    local = ben.address.partition("@")[0]
    (found,) = account.protocol.resolve_names([local])
    assert (found.email_address, found.routing_type) == (ben.address, "SMTP")
    ((mailbox, contact),) = account.protocol.resolve_names(
        [ben.address], return_full_contact_data=True
    )
    assert mailbox.email_address == ben.address
    assert any(ben.address in entry.email for entry in contact.email_addresses)
    (nobody,) = account.protocol.resolve_names(["nobody-of-that-name"])
    assert isinstance(nobody, ErrorNameResolutionNoResults)


def test_names_of_ones_own_contacts_are_resolved(account: Any) -> None:
    Contact(
        account=account,
        folder=account.contacts,
        display_name="Quentin Quill",
        given_name="Quentin",
        surname="Quill",
        email_addresses=[EmailAddress(email="qq@elsewhere.example", label="EmailAddress1")],
    ).save()
    found = account.protocol.resolve_names(
        ["Quentin"], parent_folders=[account.contacts], search_scope="Contacts"
    )
    assert [m.email_address for m in found] == ["qq@elsewhere.example"]


def test_a_list_of_ones_own_is_expanded(account: Any, ben: Any) -> None:
    people = [
        Mailbox(name="Ben", email_address=ben.address),
        Mailbox(name="Carla", email_address="carla@elsewhere.example"),
    ]
    members = [Member(mailbox=person) for person in people]
    made = DistributionList(
        account=account, folder=account.contacts, display_name="Crew", members=members
    ).save()
    kept = account.contacts.get(id=made.id)
    assert b"Carla <carla@elsewhere.example>" in kept.mime_content
    expanded = account.protocol.expand_dl(
        DLMailbox(mailbox_type="PrivateDL", item_id=ItemId(id=made.id))
    )
    assert [(m.name, m.email_address, m.mailbox_type) for m in expanded] == [
        ("Ben", ben.address, "Mailbox"),
        ("Carla", "carla@elsewhere.example", "OneOff"),
    ]


def test_what_is_no_list_is_not_expanded(account: Any, ben: Any) -> None:
    for address in (ben.address, "nobody@demo.example"):
        with pytest.raises(ErrorNameResolutionNoResults):
            account.protocol.expand_dl(address)
    item = Message(account=account, folder=account.inbox, subject="A").save()
    with pytest.raises(ErrorInvalidItemForOperationExpandDL):
        account.protocol.expand_dl(DLMailbox(mailbox_type="PrivateDL", item_id=ItemId(id=item.id)))


def test_a_list_of_the_directory_is_expanded(account: Any, ben: Any, server: Any) -> None:
    """One level of it: a list in a list stays one."""
    inner = server.distribution_list(f"inner of {ben.address.partition('@')[0]}", [ben.address])
    members = [ben.address, inner, "carla@elsewhere.example"]
    outer = server.distribution_list(f"outer of {ben.address.partition('@')[0]}", members)
    assert [(m.email_address, m.mailbox_type) for m in account.protocol.expand_dl(outer)] == [
        (ben.address, "Mailbox"),
        (inner, "PublicDL"),
        ("carla@elsewhere.example", "OneOff"),
    ]


def test_rooms_are_found_by_their_lists(account: Any, new_person: Any, server: Any) -> None:
    rooms = sorted(server.person(f"{name} of lists", role="room").address for name in "ab")
    address = server.distribution_list("all rooms of lists", rooms, of_rooms=True)
    found = {each.email_address: each for each in account.protocol.get_roomlists()}
    assert found[address].name == "All Rooms Of Lists"
    assert [each.email_address for each in account.protocol.get_rooms(address)] == rooms
    with pytest.raises(ErrorNameResolutionNoResults):
        list(account.protocol.get_rooms(account.primary_smtp_address))


def test_ids_are_converted_there_and_back(account: Any, anna: Any) -> None:
    item = Message(account=account, folder=account.inbox, subject="A").save()
    for form in (ENTRY_ID, HEX_ENTRY_ID, OWA_ID):
        source = AlternateId(id=item.id, format=EWS_ID, mailbox=anna.address)
        (other,) = account.protocol.convert_ids([source], destination_format=form)
        assert other.format == form
        (back,) = account.protocol.convert_ids([other], destination_format=EWS_ID)
        assert back.id == item.id
    foreign = AlternateId(id=item.id, format=EWS_ID, mailbox="blah@blah.example")
    (answer,) = account.protocol.convert_ids([foreign], destination_format=EWS_ID)
    assert answer.mailbox == anna.address  # DavMail asks who it is that way


def test_time_zones(account: Any) -> None:
    zones = {z.id: z for z in account.protocol.get_timezones(return_full_timezone_data=True)}
    assert len(zones) > 100
    assert "W. Europe Standard Time" in zones and "UTC" in zones
    berlin = zones["W. Europe Standard Time"]
    standard, daylight, period = berlin.get_std_and_dst(for_year=2026)
    assert (standard.bias, daylight.bias) == (0, -60)
    assert period.bias_in_minutes == -60
    (one,) = account.protocol.get_timezones(
        timezones=[EWSTimeZone("Europe/Copenhagen")], return_full_timezone_data=True
    )
    assert one.id == "Romance Standard Time"


def test_an_appointment_keeps_its_time_zone(account: Any) -> None:
    zone = EWSTimeZone("America/New_York")
    start = EWSDateTime(2030, 7, 1, 9, 0, tzinfo=zone)
    event = CalendarItem(
        account=account,
        folder=account.calendar,
        subject="Call",
        start=start,
        end=EWSDateTime(2030, 7, 1, 10, 0, tzinfo=zone),
    ).save()
    event.refresh()
    assert event.start == start
    assert event._start_timezone.ms_id == "Eastern Standard Time"


def test_a_configuration_object_lives_in_a_folder(account: Any) -> None:
    inbox, name = account.inbox, "Prefs"
    entries = {"colour": "red", "count": 7, "on": True, "text": b"bytes", 5: "five"}
    inbox.create_user_configuration(name, dictionary=entries, xml_data=b"<a/>", binary_data=b"\0x")
    found = inbox.get_user_configuration(name)
    assert found.dictionary == entries
    assert (found.xml_data, found.binary_data) == (b"<a/>", b"\0x")
    inbox.update_user_configuration(name, dictionary={"colour": "blue"})
    found = inbox.get_user_configuration(name, properties="Dictionary")
    assert found.dictionary == {"colour": "blue"}
    inbox.delete_user_configuration(name)
    with pytest.raises(ErrorItemNotFound):
        inbox.get_user_configuration(name)
    assert inbox.all().count() == 0  # it never was a mail


def test_the_mailbox_of_somebody_else_is_closed(account: Any, anna: Any, ben: Any) -> None:
    ben.receives(subject="For Ben alone")
    other = Account(
        ben.address, config=account.protocol.config, autodiscover=False, access_type="delegate"
    )
    with pytest.raises(ErrorFolderNotFound):  # as if it did not exist
        list(other.inbox.all())


def test_a_wrong_password_is_refused(anna: Any) -> None:
    config = Configuration(
        service_endpoint=anna.exchange.ews,
        credentials=Credentials(anna.address, "wrong"),
        auth_type="basic",
        retry_policy=FailFast(),
    )
    with pytest.raises(UnauthorizedError):
        Account(anna.address, config=config, autodiscover=False).root.refresh()


def test_the_way_to_sign_in_and_the_version_are_found(anna: Any) -> None:
    """As with a bare endpoint: exchangelib asks without a password, then guesses the version."""
    config = Configuration(
        service_endpoint=anna.exchange.ews, credentials=Credentials(anna.address, anna.password)
    )
    account = Account(anna.address, config=config, autodiscover=False)
    Message(account=account, folder=account.inbox, subject="Hello").save()
    assert account.protocol.auth_type == "basic"
    assert (account.version.build.major_version, account.version.build.minor_version) == (15, 2)
    (item,) = account.inbox.all()
    assert item.datetime_created <= anna.exchange.clock.now() and item.subject == "Hello"
