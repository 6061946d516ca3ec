"""SmartReply and SmartForward: what is refused and why; nothing of the original is lost."""

from __future__ import annotations

import base64
import email
import email.policy
import hashlib
from collections.abc import Iterator
from email.message import EmailMessage, MIMEPart
from typing import Any, cast

import pytest
from exchangelib import ExtendedProperty, Message

from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.documents import body_preference, options
from conformance.eas.http import Reply
from conformance.eas.wbxml import Node, node
from entrepot.testing import Person
from tests.corpus.messages import MESSAGES
from tests.corpus.reference import reference_messages
from tests.corpus.sample import Sample
from tests.eas.conftest import VERSIONS, NewDevice
from tests.eas.test_mail_out import _mime as mime_of

_C = "ComposeMail"
_PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk")


class Pair:
    """Somebody with one message in the Inbox, and whoever gets what is made of it."""

    def __init__(self, device: Device, sender: Person, other: Device, to: Person) -> None:
        self.device, self.sender, self.other, self.to = device, sender, other, to
        self.inbox = device.folder_of_type(2)
        (self.item,) = device.sync_all(self.inbox).items

    def mime(self, text: str = "See below", **headers: str) -> bytes:
        """What the device writes itself."""
        return mime_of(self.sender.address, self.to.address, "Re", text, **headers)

    def smart(self, command: str, **more: Any) -> EmailMessage:
        """Make something of the message; what came of it, as the standard library reads it."""
        mime = more.pop("mime", None) or self.mime()
        reply = self.device.smart(command, mime, self.inbox, self.item, **more)
        assert (reply.status, reply.body) == (200, b"")
        return as_message(self.raw())

    def raw(self) -> bytes:
        """The one message that the other one got, as MIME."""
        asked = options(body_preference(4), mime=2)
        (data,) = self.other.sync_all(self.other.folder_of_type(2), options=asked).items.values()
        return data["AirSyncBase:Body"].find("AirSyncBase:Data").data()  # type: ignore[union-attr]


def as_message(mime: bytes) -> EmailMessage:
    """A message; fails where the standard library finds any part of it defective."""
    message = cast("EmailMessage", email.message_from_bytes(mime, policy=email.policy.default))
    assert not [part.defects for part in _own_parts(message) if part.defects]
    return message


def _own_parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """The parts without those of messages that are attached: these keep their own faults."""
    yield message
    if message.get_content_maintype() == "multipart":
        for part in message.iter_parts():
            yield from _own_parts(cast("EmailMessage", part))


def text_of(message: EmailMessage, kind: str) -> str:
    """The body of that kind."""
    body = message.get_body((kind,))
    assert body is not None
    return cast("MIMEPart", body).get_content()


@pytest.fixture
def pair(anna: Person, ben: Person, new_device: NewDevice) -> Any:
    """Makes a Pair of a message that Anna receives."""

    def make(version: str = "16.1", **received: Any) -> Pair:
        anna.receives(**received)
        return Pair(new_device(anna, version), anna, new_device(ben), ben)

    return make


def _status(reply: Reply) -> str:
    return reply.root.text(f"{_C}:Status") if reply.root is not None else ""


def _asked(pair: Pair, command: str, *source: Node, more: tuple[Node, ...] = ()) -> str:
    """The status of a request with that source; nothing may have been sent."""
    document = documents.send_mail(pair.mime(), "one", command=command)
    document.children[1:1] = [node(f"{_C}:Source", *source)]
    document.children[1:1] = more
    status = _status(pair.device.post(command, document))
    asked = options(body_preference(1))
    assert pair.other.sync_all(pair.other.folder_of_type(2), options=asked).items == {}
    return status


_INSTANT = "2026-03-20T22:40:00.000Z"


@pytest.mark.parametrize("command", ["SmartReply", "SmartForward"])
@pytest.mark.parametrize(
    ("instance", "status"),
    [(_INSTANT, "146"), ("tomorrow", "104"), ("20260320T224000Z", "104"), ("", "104"),
     ("2026-13-20T22:40:00.000Z", "104")],
)  # fmt: skip
def test_instances_are_those_of_series(pair: Any, command: str, instance: str, status: str) -> None:
    two = pair(subject="x", text="y")
    folder, item = node(f"{_C}:FolderId", two.inbox), node(f"{_C}:ItemId", two.item)
    assert _asked(two, command, folder, item, node(f"{_C}:InstanceId", instance)) == status


def test_a_source_is_said_in_one_way(pair: Any) -> None:
    two = pair(subject="x", text="y")
    folder, item = node(f"{_C}:FolderId", two.inbox), node(f"{_C}:ItemId", two.item)
    long_id = node(f"{_C}:LongId", two.item)
    for source in ((long_id, folder, item), (item,), (folder,), (),
                   (long_id, node(f"{_C}:InstanceId", _INSTANT))):  # fmt: skip
        assert _asked(two, "SmartForward", *source) == "105"
    elsewhere = node(f"{_C}:FolderId", two.device.folder_of_type(5))
    assert _asked(two, "SmartForward", elsewhere, item) == "150"


def test_a_long_id_of_a_search_is_a_source(pair: Any) -> None:
    two = pair(subject="Question", text="What is it?")
    document = documents.send_mail(two.mime(), "one", command="SmartReply")
    document.children[1:1] = [node(f"{_C}:Source", node(f"{_C}:LongId", two.item))]
    assert two.device.post("SmartReply", document).body == b""
    assert "What is it?" in text_of(as_message(two.raw()), "plain")


@pytest.mark.parametrize(
    ("more", "status"),
    [
        (node(f"{_C}:Forwardees"), "179"),
        (
            node(f"{_C}:Forwardees", node(f"{_C}:Forwardee", node(f"{_C}:ForwardeeName", "x"))),
            "179",
        ),
        (
            node(
                f"{_C}:Forwardees",
                node(f"{_C}:Forwardee", node(f"{_C}:ForwardeeEmail", "x@elsewhere.example")),
            ),
            "178",
        ),
        (node("AirSyncBase:Body", node("AirSyncBase:Type", 1)), "178"),
    ],
)
def test_forwardees_are_those_of_appointments(pair: Any, more: Node, status: str) -> None:
    two = pair(subject="x", text="y")
    folder, item = node(f"{_C}:FolderId", two.inbox), node(f"{_C}:ItemId", two.item)
    assert _asked(two, "SmartForward", folder, item, more=(more,)) == status


@pytest.mark.parametrize(
    ("more", "status"),
    [
        (node(f"{_C}:AccountId", "account-2"), "166"),
        (node("RightsManagement:TemplateID", "00000000-0000-0000-0000-000000000000"), "168"),
    ],
)
@pytest.mark.parametrize("command", ["SmartReply", "SmartForward"])
def test_no_other_account_and_no_templates(
    pair: Any, command: str, more: Node, status: str
) -> None:
    two = pair(subject="x", text="y")
    folder, item = node(f"{_C}:FolderId", two.inbox), node(f"{_C}:ItemId", two.item)
    assert _asked(two, command, folder, item, more=(more,)) == status


@pytest.mark.parametrize(("length", "status"), [(40, ""), (43, ""), (65, "103"), (0, "103")])
def test_a_client_id_is_bounded(pair: Any, length: int, status: str) -> None:
    """A client may send 40 characters; one that is used sends 43, and is not turned away."""
    two = pair(subject="x", text="y")
    document = documents.send_mail(two.mime(), "i" * length)
    assert _status(two.device.post("SendMail", document)) == status


def test_one_client_id_is_one_message_whatever_the_command(pair: Any) -> None:
    """A device whose answer was lost may try again in full."""
    two = pair(subject="x", text="y")
    two.smart("SmartForward", client_id="seven")
    assert _status(two.device.send(two.mime(), client_id="seven")) == "118"
    two.raw()  # there is one


# -- 12.1: by query string ---------------------------------------------------------------------


def test_the_query_string_of_12_1_names_the_source(pair: Any) -> None:
    two = pair("12.1", subject="Question", text="What is it?")
    for parameters, status in (
        ({"LongId": two.item, "Occurrence": "tomorrow"}, 400),
        ({"CollectionId": two.inbox, "ItemId": two.item, "Occurrence": _INSTANT}, 400),
        ({"ItemId": f"{two.inbox}:99999"}, 400),
        ({}, 400),
    ):
        reply = two.device.post("SmartReply", mime=two.mime(), parameters=parameters)
        assert reply.status == status, parameters
    reply = two.device.post("SmartReply", mime=two.mime(), parameters={"LongId": two.item})
    assert (reply.status, reply.body) == (200, b"")
    assert "What is it?" in text_of(as_message(two.raw()), "plain")


# -- what is made of both ----------------------------------------------------------------------


def _page(charset: str, words: str) -> bytes:
    head = (
        f"From: x@elsewhere.example\r\nSubject: Page\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/html; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    page = f'<html><head><meta charset="{charset}"></head><body><p>{words}</p></body></html>\r\n'
    return head.encode() + page.encode(charset)


@pytest.mark.parametrize("command", ["SmartReply", "SmartForward"])
@pytest.mark.parametrize(
    ("charset", "words"),
    [("iso-8859-1", "Grüße"), ("koi8-r", "Привет"), ("shift_jis", "こんにちは"), ("utf-8", "😀")],
)
def test_every_charset_becomes_one(pair: Any, command: str, charset: str, words: str) -> None:
    two = pair(mime=_page(charset, words))
    page = text_of(two.smart(command, mime=two.mime("Žluťoučký <kůň>")), "html")
    assert words in page and "Žluťoučký &lt;kůň&gt;" in page
    assert page.index("kůň") < page.index(words)


@pytest.mark.parametrize("command", ["SmartReply", "SmartForward"])
def test_a_page_is_written_before_plain_words(pair: Any, command: str) -> None:
    two = pair(subject="x", text="if a < b:\r\n  c & d")
    message = EmailMessage(email.policy.SMTP)
    message["From"], message["To"] = two.sender.address, two.to.address
    message.set_content("Plain answer")
    message.add_alternative("<html><body><b>Bold</b> answer</body></html>", subtype="html")
    came = two.smart(command, mime=message.as_bytes())
    page, plain = text_of(came, "html"), text_of(came, "plain")
    assert page.index("<b>Bold</b>") < page.index("if a &lt; b:") and "c &amp; d" in page
    assert page.lower().count("<body") <= 1
    assert plain.index("Plain answer") < plain.index("if a < b:")


@pytest.mark.parametrize("command", ["SmartReply", "SmartForward"])
def test_pictures_in_the_page_keep_their_names(pair: Any, command: str) -> None:
    message = EmailMessage(email.policy.SMTP)
    message["From"], message["Subject"] = "x@elsewhere.example", "Picture"
    message.set_content("See the picture")
    message.add_alternative('<html><body><img src="cid:pic.1@here"></body></html>', subtype="html")
    part = cast("EmailMessage", message.get_payload(1))
    part.add_related(_PIXEL, "image", "png", cid="<pic.1@here>", filename="pixel.png")
    message.add_attachment(b"a file", "application", "pdf", filename="file.pdf")
    two = pair(mime=message.as_bytes())
    came = two.smart(command)
    assert 'src="cid:pic.1@here"' in text_of(came, "html")
    files = {p.get_filename(): p for p in came.walk() if p.get_filename()}
    assert set(files) == ({"pixel.png", "file.pdf"} if command == "SmartForward" else {"pixel.png"})
    assert files["pixel.png"]["Content-ID"] == "<pic.1@here>"
    assert files["pixel.png"].get_payload(decode=True) == _PIXEL


def test_threading_of_the_device_is_kept(pair: Any) -> None:
    two = pair(subject="x", text="y")
    own = {"In_Reply_To": "<own@device>", "References": "<first@x> <own@device>"}
    came = two.smart("SmartReply", mime=two.mime(**own))
    assert came["In-Reply-To"] == "<own@device>"
    assert str(came["References"]).split() == ["<first@x>", "<own@device>"]


def test_a_thread_grows_by_the_original(pair: Any) -> None:
    two = pair(
        mime=b"From: x@elsewhere.example\r\nSubject: x\r\nMessage-ID: <third@x>\r\n"
        b"References: <first@x> <second@x>\r\n\r\ny\r\n"
    )
    came = two.smart("SmartReply")
    assert str(came["References"]).split() == ["<first@x>", "<second@x>", "<third@x>"]


def test_an_invitation_is_forwarded_as_a_file(pair: Any) -> None:
    """Nothing of the original is lost, and who gets it is not asked to answer."""
    calendar = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\nMETHOD:REQUEST\r\n"
        "BEGIN:VEVENT\r\nUID:1@x\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260601T080000Z\r\n"
        "DTEND:20260601T090000Z\r\nSUMMARY:Überblick\r\nORGANIZER:mailto:x@elsewhere.example\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    message = EmailMessage(email.policy.SMTP)
    message["From"], message["Subject"] = "x@elsewhere.example", "Meeting"
    message.set_content("Please come")
    message.add_alternative(calendar, subtype="calendar", params={"method": "REQUEST"})
    two = pair(mime=message.as_bytes())
    came = two.smart("SmartForward")
    (file,) = [part for part in came.walk() if part.get_content_type() == "text/calendar"]
    assert file.get_param("method") is None and file.get_filename() == "invitation.ics"
    content = cast("bytes", file.get_payload(decode=True)).decode()
    assert content.replace("\r\n", "\n").strip() == calendar.replace("\r\n", "\n").strip()


_SIGNED = (
    "From: {sender}\r\nTo: {to}\r\nSubject: Signed\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/signed; protocol="application/pkcs7-signature";\r\n'
    ' micalg=sha-256; boundary="b1"\r\n\r\n'
    "--b1\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nSigned  words \r\n"
    "--b1\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\nMIIB\r\n--b1--\r\n"
)


@pytest.mark.parametrize("replaces", [True, False])
def test_what_is_signed_stays_as_it_was_signed(pair: Any, replaces: bool) -> None:
    two = pair(subject="x", text="y")
    mime = _SIGNED.format(sender=two.sender.address, to=two.to.address).encode()
    two.smart("SmartReply", mime=mime, replaces=replaces)
    assert two.raw().partition(b"\r\n\r\n")[2] == mime.partition(b"\r\n\r\n")[2]


def test_attack_a22_words_in_a_field_begin_no_field(pair: Any) -> None:
    """An encoded word may hold any character: none of them ends a line of the header."""
    two = pair(
        mime=b"From: x@elsewhere.example\r\nMessage-ID: <a@b>\r\n\tSubject: q\r\n"
        b"Subject: =?utf-8?Q?x=0D=0ABcc:_a@elsewhere.example?=\r\n\r\ny\r\n"
    )
    evil = "=?utf-8?Q?Re=0D=0AX-Evil:_1=0D=0A=0D=0Abody?="
    mime = (
        f"From: {two.sender.address}\r\nTo: {two.to.address}\r\nSubject: {evil}\r\n\r\nWords\r\n"
    ).encode()
    came = two.smart("SmartForward", mime=mime)
    assert came["X-Evil"] is None and came["Bcc"] is None
    assert "X-Evil: 1" in str(came["Subject"])


# -- what a desktop sees -----------------------------------------------------------------------


class LastVerb(ExtendedProperty):
    """PidTagLastVerbExecuted."""

    property_tag = 0x1081
    property_type = "Integer"


class LastVerbTime(ExtendedProperty):
    """PidTagLastVerbExecutionTime."""

    property_tag = 0x1082
    property_type = "SystemTime"


class Icon(ExtendedProperty):
    """PidTagIconIndex."""

    property_tag = 0x1080
    property_type = "Integer"


@pytest.fixture(scope="module", autouse=True)
def verbs_of_desktops() -> Iterator[None]:
    """exchangelib has no fields for them."""
    names = {"last_verb": LastVerb, "last_verb_time": LastVerbTime, "icon": Icon}
    for name, kind in names.items():
        Message.register(name, kind)
    yield
    for name in names:
        Message.deregister(name)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("command", "cc", "verb", "icon"),
    [("SmartReply", "", 102, 261), ("SmartReply", "c@elsewhere.example", 103, 261),
     ("SmartForward", "", 104, 262)],
)  # fmt: skip
def test_a_desktop_sees_what_was_done(
    pair: Any, version: str, command: str, cc: str, verb: int, icon: int
) -> None:
    two = pair(version, subject="Question", text="y")
    two.smart(command, mime=two.mime(**({"Cc": cc} if cc else {})))
    item: Any = two.sender.account().inbox.get(subject="Question")
    assert (item.last_verb, item.icon) == (verb, icon)
    assert item.last_verb_time is not None and not item.is_read


# -- real messages -----------------------------------------------------------------------------


def _files(message: EmailMessage) -> list[str]:
    """Digests of all that is in a message but its text."""
    return [
        hashlib.sha256(cast("bytes", part.get_payload(decode=True))).hexdigest()
        for part in message.walk()
        if not part.is_multipart() and part.get_payload(decode=True) is not None
    ]


@pytest.mark.slow
@pytest.mark.skipif(not MESSAGES.is_dir(), reason="the reference collection is not here")
def test_real_messages_are_forwarded_with_every_file_byte_for_byte(
    anna: Person, ben: Person, new_device: NewDevice
) -> None:
    """All messages of the collection. What must be there says the standard library."""
    samples = reference_messages()
    device, other = new_device(anna), new_device(ben)
    for sample in samples:
        anna.receives(mime=sample.mime)
    inbox = device.folder_of_type(2)
    held = device.sync_all(inbox, options=options(body_preference(1, 0)))
    items = sorted(held.items, key=lambda id: int(id.split(":")[1]))
    assert len(items) == len(samples) >= 200
    for number, item in enumerate(items):
        mime = mime_of(anna.address, ben.address, f"Forward {number}", "See below")
        reply = device.smart("SmartForward", mime, inbox, item)
        assert (reply.status, reply.body) == (200, b""), samples[number].name
    asked = options(body_preference(4), mime=2)
    came = other.sync_all(other.folder_of_type(2), options=asked)
    wrong: list[str] = []
    for data in came.items.values():
        number = int(str(data["Email:Subject"].value).removeprefix("Forward "))
        part = data["AirSyncBase:Body"].find("AirSyncBase:Data")
        wrong += _lost(samples[number], part.data() if part is not None else b"")
    assert len(came.items) == len(samples) and wrong == []


def _lost(sample: Sample, mime: bytes) -> list[str]:
    """What is missing in the forward of a message, or makes it an invalid one."""
    try:
        message = as_message(mime)
    except AssertionError as error:
        return [f"{sample.name}: {error}"]
    wrong = [f"{sample.name}: a line that does not end with CRLF"] * (
        mime.count(b"\n") != mime.count(b"\r\n")
    )
    there = _files(message)
    for name, size, digest in sample.attachments or ():
        if digest not in there:
            wrong.append(f"{sample.name}: {name} of {size} bytes")
    texts = "".join(
        text_of(message, kind) for kind in ("plain", "html") if message.get_body((kind,))
    )
    if "See below" not in texts:
        wrong.append(f"{sample.name}: the words of the device")
    if sample.text_contains and sample.text_contains not in texts:
        wrong.append(f"{sample.name}: {sample.text_contains}")
    return wrong
