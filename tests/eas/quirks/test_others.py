"""Habits 40 to 47: Windows Phone, BlackBerry, Nokia, Nine, and what any device does."""

from __future__ import annotations

import re

import pytest
from exchangelib import EWSDate

from conformance.eas import documents
from conformance.eas.documents import body_preference, options
from conformance.eas.http import Post, post
from conformance.eas.wbxml import Node, node
from eas.wbxml import Element, decode, encode
from entrepot.testing import Person
from tests.eas.conftest import VERSIONS, NewDevice
from tests.eas.quirks.asking import CALENDAR, CONTACTS, INBOX, SENT, added, event, only

_A, _C, _F = "AirSync", "Calendar", "FolderHierarchy"


def _all(element: Node) -> list[str]:
    return [element.name, *(name for child in element.children for name in _all(child))]


@pytest.mark.parametrize("version", ["12.1", "14.0", "14.1"])
def test_quirk_40_what_stops_a_windows_phone_is_never_said(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    """Truncated 0, an empty Responses, the deletion of a folder twice; and it sends Attendees with
    nobody in it."""
    anna.receives("Mail", "A short one")
    anna.folder("Inbox/Projects")
    device = new_device(anna, version, device_type="WP8")
    inbox = device.folder_of_type(INBOX)
    id, data = only(device, INBOX, options=options(body_preference(1, 5_000)))
    assert data["AirSyncBase:Body"].find("AirSyncBase:Truncated") is None
    answer = device.change(inbox, documents.change(id, node("Email:Read", 1)))
    assert answer is not None and f"{_A}:Responses" not in _all(answer)
    projects = device.folder("Projects")
    (anna.account().inbox / "Projects").delete()
    told = [_all(device.folder_sync()).count(f"{_F}:Delete") for _ in range(3)]
    assert told == [1, 0, 0] and projects not in device.folders
    added(device, CALENDAR, *event(node(f"{_C}:Attendees")))
    (item,) = anna.account().calendar.all()
    assert not item.is_meeting and not item.required_attendees


@pytest.mark.parametrize("version", VERSIONS)
def test_quirk_41_more_available_stands_between_status_and_commands(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    for number in range(3):
        anna.receives(f"Mail {number}", "x")
    device = new_device(anna, version)
    inbox = device.folder_of_type(INBOX)
    device.begin(inbox)
    step = device.sync(inbox, window=1)
    assert step is not None
    names = [each.name.removeprefix(f"{_A}:") for each in step.children]
    at = names.index("MoreAvailable")
    assert names[at - 1 : at + 2] == ["Status", "MoreAvailable", "Commands"]


def test_quirk_42_a_blackberry_says_empty_ids(anna: Person, new_device: NewDevice) -> None:
    """An empty ServerId is that of nothing, and what stands beside it is done; an empty ParentId
    is the top of the mailbox."""
    anna.receives("Mail", "x")
    device = new_device(anna, "12.1", device_type="BlackBerry")
    inbox = device.folder_of_type(INBOX)
    id, _ = only(device, INBOX)
    answer = device.sync(
        inbox,
        commands=[
            documents.change("", node("Email:Read", 1)),
            documents.delete(""),
            documents.fetch(""),
            documents.change(id, node("Email:Read", 1)),
        ],
    )
    assert answer is not None and answer.text(f"{_A}:Status") == "1"
    responses = answer.find(f"{_A}:Responses")
    assert responses is not None
    assert [each.text(f"{_A}:Status") for each in responses.children] == ["8", "8", "8"]
    assert anna.account().inbox.all().get().is_read
    made = device.ask(
        "FolderCreate",
        node(
            f"{_F}:FolderCreate",
            node(f"{_F}:SyncKey", device.tree_key),
            node(f"{_F}:ServerId"),
            node(f"{_F}:ParentId"),
            node(f"{_F}:DisplayName", "Trips"),
            node(f"{_F}:Type", 12),
        ),
    )
    assert made.text(f"{_F}:Status") == "1"
    assert (anna.account().root / "Top of Information Store" / "Trips").name == "Trips"


@pytest.mark.parametrize("version", VERSIONS)
def test_quirk_42_a_birthday_of_eleven_o_clock_and_signed_mail_whole(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    device = new_device(anna, version, device_type="BlackBerry")
    said = node("Contacts:Birthday", "1990-03-01T11:00:00.000Z")
    added(device, CONTACTS, node("Contacts:FirstName", "Ada"), said)
    (contact,) = anna.account().contacts.all()
    assert contact.birthday == EWSDate(1990, 3, 1)
    signed = (
        b"From: Anna <a@b.example>\r\nTo: c@d.example\r\nSubject: Signed\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256;'
        b' boundary="s"\r\n\r\n--s\r\nContent-Type: text/plain\r\n\r\nWords\r\n--s\r\n'
        b'Content-Type: application/pkcs7-signature; name="smime.p7s"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--s--\r\n"
    )
    anna.receives(mime=signed)
    asked = options(body_preference(1, 500), body_preference(4), mime=1)
    _, data = only(device, INBOX, options=asked)
    body = data["AirSyncBase:Body"]
    assert body.text("AirSyncBase:Type") == "4"
    mime = body.find("AirSyncBase:Data")
    assert mime is not None and mime.data().endswith(signed[signed.index(b"MIME-Version") :])


@pytest.mark.parametrize("version", VERSIONS)
def test_quirk_43_both_forms_of_a_date_and_a_sender_with_a_name(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    """Nokia's and HTC's read events and mail by the form that each has, and nobody without a
    name."""
    for sender in (b"nobody@elsewhere.example", b'"" <nobody@elsewhere.example>'):
        anna.receives(mime=b"From: " + sender + b"\r\nTo: c@d.example\r\nSubject: x\r\n\r\ny\r\n")
    device = new_device(anna, version)
    for data in device.sync_all(device.folder_of_type(INBOX)).items.values():
        received = str(data["Email:DateReceived"].value)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", received)
        name = re.match(r'"([^"]+)"|([^<\s]+)', str(data["Email:From"].value))
        assert name is not None
    said = event()
    if version >= "16.0":
        said = [each for each in said if each.name not in (f"{_C}:UID", f"{_C}:DtStamp")]
    added(device, CALENDAR, *said)
    _, data = only(new_device(anna, version), CALENDAR)
    for name in ("StartTime", "EndTime", "DtStamp"):
        assert re.fullmatch(r"\d{8}T\d{6}Z", str(data[f"{_C}:{name}"].value))


@pytest.mark.parametrize("newline", ["\n", "\r\n", "mixed"])
def test_quirk_44_nine_mixes_the_ends_of_lines(
    anna: Person, ben: Person, new_device: NewDevice, newline: str
) -> None:
    device, other = new_device(anna), new_device(ben)
    ends = ["\n", "\r\n"] if newline == "mixed" else [newline, newline]
    lines = [f"From: {anna.address}", f"To: {ben.address}", "Subject: Nine", "", "Words", ""]
    mime = "".join(line + ends[number % 2] for number, line in enumerate(lines))
    assert device.send(mime.encode()).body == b""
    _, data = only(other, INBOX, options=options(body_preference(1)))
    assert data["Email:Subject"].value == "Nine"
    assert data["AirSyncBase:Body"].text("AirSyncBase:Data").strip() == "Words"


def test_quirk_45_tokens_of_windows_live_are_passed_over(
    anna: Person, new_device: NewDevice
) -> None:
    """Page 0xFE is of outlook.com alone: what stands there means nothing, the rest does."""
    device = new_device(anna)
    contacts = device.folder_of_type(CONTACTS)
    device.begin(contacts)
    note = Element("WindowsLive:0x05", None, [Element("WindowsLive:0x06", "1")])
    data = Element(f"{_A}:ApplicationData", None, [Element("Contacts:FirstName", "Ada"), note])
    add = Element(f"{_A}:Add", None, [Element(f"{_A}:ClientId", "c1"), data])
    collection = Element(
        f"{_A}:Collection",
        None,
        [
            Element(f"{_A}:SyncKey", device.keys[contacts]),
            Element(f"{_A}:CollectionId", contacts),
            note,
            Element(f"{_A}:Commands", None, [add]),
        ],
    )
    root = Element(f"{_A}:Sync", None, [Element(f"{_A}:Collections", None, [collection])])
    assert decode(encode(root)) == root
    request = post(device.identity, "Sync", node(f"{_A}:Sync"))
    answer = device.carry(Post(request.query, request.headers, encode(root)))
    assert answer.status_code == 200
    (contact,) = anna.account().contacts.all()
    assert contact.given_name == "Ada"


@pytest.mark.parametrize("version", VERSIONS)
def test_quirk_46_changes_that_come_with_the_key_0_are_never_carried_out(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    anna.receives("Mail", "x")
    device = new_device(anna, version)
    inbox, contacts = device.folder_of_type(INBOX), device.folder_of_type(CONTACTS)
    (item,) = device.sync_all(inbox).items
    commands = {
        inbox: documents.delete(item),
        contacts: documents.add("c1", node("Contacts:FirstName", "Ada")),
    }
    for folder, command in commands.items():
        request = documents.sync([documents.collection("0", folder, commands=[command])])
        assert device.ask("Sync", request).text(f"{_A}:Status") == "4"
    account = anna.account()
    assert account.inbox.all().count() == 1 and account.contacts.all().count() == 0
    assert device.sync(inbox) is None  # what it held it holds


@pytest.mark.parametrize("version", VERSIONS)
def test_quirk_47_changes_in_a_partial_request_are_carried_out_once_beside_the_rest(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    anna.receives("Old", "x")
    device = new_device(anna, version)
    inbox, sent = device.folder_of_type(INBOX), device.folder_of_type(SENT)
    contacts = device.folder_of_type(CONTACTS)
    for folder in (inbox, sent, contacts):
        device.sync_all(folder)
    named = [documents.collection(device.keys[each], each) for each in (inbox, sent, contacts)]
    device.post("Sync", documents.sync(named))
    anna.receives("New", "x")
    add = documents.add("c1", node("Contacts:FirstName", "Ada"))
    partial = documents.sync(
        [documents.collection(device.keys[contacts], contacts, commands=[add])], partial=True
    )
    answers = [device.post("Sync", partial) for _ in range(2)]  # the first answer was lost
    step = device.take(answers[1], contacts)
    assert step is not None and step.text(f"{_A}:Responses", f"{_A}:Add", f"{_A}:Status") == "1"
    assert len(device.held[inbox].items) == 2 and device.held[inbox].anomalies == []
    assert anna.account().contacts.all().count() == 1
    # Nor does an empty request, which repeats the last one, bring the change again.
    device.post("Sync")
    assert anna.account().contacts.all().count() == 1
