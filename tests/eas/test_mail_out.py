"""SendMail, SmartReply, SmartForward: what is sent, kept, marked; and nothing twice."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import pytest

from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.documents import body_preference, options
from conformance.eas.wbxml import Node, node
from entrepot.testing import Person
from tests.corpus.messages import varied_messages
from tests.eas.conftest import VERSIONS, NewDevice


def _mime(
    sender: str, to: str, subject: str = "Hello", text: str = "Words", **headers: str
) -> bytes:
    message = EmailMessage(email.policy.SMTP)
    message["From"], message["To"], message["Subject"] = sender, to, subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def _mail(device: Device, folder: str, body: int = 1) -> list[dict[str, Node]]:
    """What lies in a folder, oldest first."""
    asked = options(body_preference(body), mime=2 if body == 4 else 0)
    held = device.sync_all(folder, options=asked)
    return [held.items[id] for id in sorted(held.items, key=lambda id: int(id.split(":")[1]))]


def _text(data: dict[str, Node]) -> str:
    return data["AirSyncBase:Body"].text("AirSyncBase:Data")


@pytest.mark.parametrize("version", VERSIONS)
def test_mail_reaches_its_recipient_and_the_sent_folder(
    anna: Person, ben: Person, new_device: NewDevice, version: str
) -> None:
    device, other = new_device(anna, version), new_device(ben, version)
    reply = device.send(_mime(anna.address, ben.address, "Hello", "Good morning"))
    assert (reply.status, reply.body) == (200, b"")
    (came,) = _mail(other, other.folder_of_type(2))
    assert came["Email:Subject"].value == "Hello" and _text(came).strip() == "Good morning"
    (kept,) = _mail(device, device.folder_of_type(5))
    assert kept["Email:Read"].value == "1"
    if version >= "16.0":
        assert kept["Email2:IsDraft"].value == "0"


@pytest.mark.parametrize("version", ["12.1", "16.1"])
def test_nothing_is_kept_unless_it_is_asked_for(
    anna: Person, ben: Person, new_device: NewDevice, version: str
) -> None:
    device = new_device(anna, version)
    device.send(_mime(anna.address, ben.address), saves=False)
    assert _mail(device, device.folder_of_type(5)) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_repeat_is_not_sent_twice(
    anna: Person, ben: Person, new_device: NewDevice, version: str
) -> None:
    """The answer was lost. From 14.0 on the device is told; before, it hears success again."""
    device, other = new_device(anna, version), new_device(ben, version)
    mime = _mime(anna.address, ben.address)
    first, again = (device.send(mime, client_id="the-same") for _ in range(2))
    assert first.body == b"" and first.status == again.status == 200
    if version == "12.1":
        assert again.body == b""
    else:
        assert again.root is not None and again.root.text("ComposeMail:Status") == "118"
    assert len(_mail(other, other.folder_of_type(2))) == 1


def test_a_message_that_was_refused_may_be_tried_again(
    anna: Person, ben: Person, new_device: NewDevice
) -> None:
    device, other = new_device(anna), new_device(ben)
    nobody = _mime(anna.address, "")
    refused = device.send(nobody, client_id="again")
    assert refused.root is not None and refused.root.text("ComposeMail:Status") == "119"
    assert device.send(_mime(anna.address, ben.address), client_id="again").body == b""
    assert len(_mail(other, other.folder_of_type(2))) == 1


def test_lesson_29_blind_copies_are_seen_by_the_sender_alone(
    anna: Person, ben: Person, new_device: NewDevice
) -> None:
    device, other = new_device(anna), new_device(ben)
    device.send(_mime(anna.address, ben.address, Bcc="secret@elsewhere.example"))
    (came,) = _mail(other, other.folder_of_type(2), body=4)
    assert "secret" not in _text(came) and "Email2:Bcc" not in came
    (kept,) = _mail(device, device.folder_of_type(5))
    assert "secret@elsewhere.example" in str(kept["Email2:Bcc"].value)


@pytest.mark.parametrize(
    ("mime", "status"),
    [(b"", "107"), (b"no header at all", "107"), (b"\x00\xff", "107")],
)
def test_what_is_no_message_is_refused(
    anna: Person, new_device: NewDevice, mime: bytes, status: str
) -> None:
    device = new_device(anna)
    reply = device.send(mime)
    assert reply.root is not None and reply.root.text("ComposeMail:Status") == status


def test_attack_a22_nobody_writes_in_anothers_name(
    anna: Person, ben: Person, new_device: NewDevice
) -> None:
    device, other = new_device(anna), new_device(ben)
    reply = device.send(_mime(ben.address, ben.address))
    assert reply.root is not None and reply.root.text("ComposeMail:Status") == "120"
    old = new_device(anna, "12.1")
    assert old.send(_mime(ben.address, ben.address)).status in (400, 403)
    assert _mail(other, other.folder_of_type(2)) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_an_answer_carries_the_original_and_marks_it(
    anna: Person, ben: Person, new_device: NewDevice, version: str
) -> None:
    id = anna.receives("Question", "What is it?", sender=ben.address, to=anna.address)
    device, other = new_device(anna, version), new_device(ben, version)
    inbox = device.folder_of_type(2)
    (item,) = device.sync_all(inbox).items
    reply = device.smart(
        "SmartReply", _mime(anna.address, ben.address, "Re: Question", "It is this."), inbox, item
    )
    assert (reply.status, reply.body) == (200, b"")
    (came,) = _mail(other, other.folder_of_type(2), body=4)
    message = email.message_from_string(_text(came), policy=email.policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    words = body.get_content()
    assert words.index("It is this.") < words.index("What is it?")
    assert id in str(message["References"]) and str(message["In-Reply-To"]) == id
    device.sync(inbox)
    if version >= "14.0":
        assert device.held[inbox].items[item]["Email2:LastVerbExecuted"].value == "1"


def test_a_page_stays_a_page_when_it_is_answered_in_plain_text(
    anna: Person, ben: Person, new_device: NewDevice
) -> None:
    anna.receives("Page", html="<html><body><p>A <b>bold</b> page</p></body></html>")
    device, other = new_device(anna), new_device(ben)
    inbox = device.folder_of_type(2)
    (item,) = device.sync_all(inbox).items
    device.smart("SmartReply", _mime(anna.address, ben.address, "Re", "1 < 2"), inbox, item)
    (came,) = _mail(other, other.folder_of_type(2), body=2)
    page = _text(came)
    assert "1 &lt; 2" in page and "<b>bold</b>" in page and page.lower().count("<body") == 1


def test_replace_mime_sends_what_the_device_wrote(
    anna: Person, ben: Person, new_device: NewDevice
) -> None:
    anna.receives("Question", "What is it?")
    device, other = new_device(anna), new_device(ben)
    inbox = device.folder_of_type(2)
    (item,) = device.sync_all(inbox).items
    mime = _mime(anna.address, ben.address, "Re", "All of it")
    device.smart("SmartReply", mime, inbox, item, replaces=True)
    (came,) = _mail(other, other.folder_of_type(2))
    assert _text(came).strip() == "All of it"


@pytest.mark.parametrize("item", ["3:99999", "nonsense", "5:1", ""])
def test_an_answer_to_what_is_not_there(
    anna: Person, ben: Person, new_device: NewDevice, item: str
) -> None:
    device, other = new_device(anna), new_device(ben)
    reply = device.smart("SmartReply", _mime(anna.address, ben.address), "3", item)
    assert reply.root is not None
    assert reply.root.text("ComposeMail:Status") in ("150", "105")
    assert _mail(other, other.folder_of_type(2)) == []


@pytest.mark.slow
def test_forwards_carry_every_file_byte_for_byte(
    anna: Person, ben: Person, new_device: NewDevice
) -> None:
    """Sixty varied messages: what a device reads of the original it reads of the forward."""
    samples = [each for each in varied_messages() if each.attachments and not each.large][:60]
    device, other = new_device(anna), new_device(ben)
    for sample in samples:
        anna.receives(mime=sample.mime)
    inbox = device.folder_of_type(2)
    held = device.sync_all(inbox, options=options(body_preference(1, 0)))
    items = sorted(held.items, key=lambda id: int(id.split(":")[1]))
    for number, item in enumerate(items):
        mime = _mime(anna.address, ben.address, f"Fw {number}", "See below")
        assert device.smart("SmartForward", mime, inbox, item).body == b""
    came = _mail(other, other.folder_of_type(2))
    assert len(came) == len(samples)
    wrong: list[str] = []
    for sample, item, data in zip(samples, items, came, strict=True):
        before = _files(device, held.items[item])
        if _files(other, data) != before or len(before) < len(sample.attachments or ()):
            wrong.append(sample.name)
    assert wrong == []


def _files(device: Device, data: dict[str, Node]) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    listed = data.get("AirSyncBase:Attachments") or Node("")
    for each in listed.children:
        if each.text("AirSyncBase:Method") == "1":
            reply = device.fetch_attachment(each.text("AirSyncBase:FileReference"), multipart=True)
            found.append((each.text("AirSyncBase:DisplayName"), reply.parts[0]))
    return sorted(found)


# -- drafts (16.x) -----------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["16.0", "16.1"])
def test_a_draft_is_made_changed_and_sent(
    anna: Person, ben: Person, new_device: NewDevice, version: str
) -> None:
    device, other = new_device(anna, version), new_device(ben, version)
    drafts = device.folder_of_type(3)
    device.sync_all(drafts)
    answer = device.sync(
        drafts,
        commands=[
            documents.add(
                "draft-1",
                node("Email:To", ben.address),
                node("Email:Subject", "A draft"),
                node(
                    "AirSyncBase:Body",
                    node("AirSyncBase:Type", 1),
                    node("AirSyncBase:Data", "First words"),
                ),
                node(
                    "AirSyncBase:Attachments",
                    node(
                        "AirSyncBase:Add",
                        node("AirSyncBase:ClientId", "file-1"),
                        node("AirSyncBase:Method", 1),
                        node("AirSyncBase:Content", b"content of the file"),
                        node("AirSyncBase:DisplayName", "file.txt"),
                    ),
                    node(
                        "AirSyncBase:Add",
                        node("AirSyncBase:ClientId", "file-2"),
                        node("AirSyncBase:Method", 1),
                        node("AirSyncBase:Content", b"%PDF"),
                        node("AirSyncBase:DisplayName", ""),
                        node("AirSyncBase:ContentType", "application/pdf"),
                    ),
                ),
            )
        ],
    )
    assert answer is not None
    path = ("AirSync:Responses", "AirSync:Add")
    assert answer.text(*path, "AirSync:Status") == "1"
    id = answer.text(*path, "AirSync:ServerId")
    assert id and device.sync(drafts) is None
    changed = device.sync(
        drafts, commands=[documents.change(id, node("Email:Subject", "A better draft"))]
    )
    assert changed is not None and changed.find("AirSync:Responses") is None
    second = new_device(anna, version)
    (held,) = _mail(second, drafts)
    assert held["Email:Subject"].value == "A better draft" and held["Email2:IsDraft"].value == "1"
    assert _text(held) == "First words" and ben.address in str(held["Email:To"].value)
    # What has no name is kept without one, and shown by its type.
    assert [name for name, _ in _files(second, held)] == ["attachment.pdf", "file.txt"]
    (draft,) = anna.account().drafts.all()
    assert sorted(each.name or "" for each in draft.attachments) == ["", "file.txt"]
    sent = device.sync(drafts, commands=[_sending(id)])
    assert sent is not None
    device.sync(drafts)
    second.sync(drafts)
    assert second.held[drafts].items == {}
    (came,) = _mail(other, other.folder_of_type(2))
    assert came["Email:Subject"].value == "A better draft"
    assert _files(other, came) == [
        ("attachment2.pdf", b"%PDF"),  # as it arrives, it is named by its place
        ("file.txt", b"content of the file"),
    ]
    (kept,) = _mail(device, device.folder_of_type(5))
    assert kept["Email2:IsDraft"].value == "0"


def _sending(id: str) -> Node:
    made = documents.change(id, node("Email:Importance", 2))
    made.children.append(node("Email2:Send"))
    return made


@pytest.mark.parametrize("version", ["12.1", "14.0", "14.1"])
def test_an_older_device_cannot_add_mail(anna: Person, new_device: NewDevice, version: str) -> None:
    device = new_device(anna, version)
    drafts = device.folder_of_type(3)
    device.sync_all(drafts)
    answer = device.sync(drafts, commands=[documents.add("1", node("Email:Subject", "x"))])
    assert answer is not None
    assert answer.text("AirSync:Responses", "AirSync:Add", "AirSync:Status") == "6"


def test_lesson_05_a_repeated_addition_gives_the_first_id(
    anna: Person, new_device: NewDevice
) -> None:
    device = new_device(anna)
    drafts = device.folder_of_type(3)
    device.sync_all(drafts)
    request = documents.sync(
        [
            documents.collection(
                device.keys[drafts],
                drafts,
                commands=[documents.add("one", node("Email:Subject", "Once"))],
            )
        ]
    )
    first, again = device.post("Sync", request), device.post("Sync", request)
    assert first.body == again.body
    assert len(_mail(new_device(anna), drafts)) == 1
