"""SendMail: bytes as they were handed in, what is refused, and what counts as the same message."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.documents import body_preference, options
from conformance.eas.wbxml import Node
from entrepot.testing import Exchange, Person
from tests.corpus.messages import MESSAGES
from tests.corpus.reference import reference_messages
from tests.eas.conftest import VERSIONS, NewDevice
from tests.eas.test_mail_out import _mime as mime_of

_C = "ComposeMail"


def _messages(device: Device, type: int) -> list[bytes]:
    """All messages of a default folder as MIME, oldest first."""
    held = device.sync_all(
        device.folder_of_type(type), options=options(body_preference(4), mime=2)
    ).items
    found: list[bytes] = []
    for id in sorted(held, key=lambda id: int(id.split(":")[1])):
        data = held[id]["AirSyncBase:Body"].find("AirSyncBase:Data")
        found.append(data.data() if data is not None else b"")
    return found


_BODY = (
    b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"Preamble  \r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: 8bit\r\n\r\nGr\xc3\xbc\xc3\x9fe  \r\n\r\n"
    b"--b\r\nContent-Type: application/octet-stream; name=f\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nAAEC\r\nAwQ=\r\n--b--\r\nEpilogue\r\n"
)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_message_goes_byte_for_byte(
    anna: Person, ben: Person, new_device: NewDevice, version: str
) -> None:
    device, other = new_device(anna, version), new_device(ben)
    head = (
        f"From: {anna.address}\r\nX-Own:  odd   spaces\r\nTo: {ben.address}\r\n"
        "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <1@device>\r\n"
        "Date: Tue, 24 Nov 2026 10:00:00 +0000\r\n"
    ).encode()
    assert device.send(head + _BODY).body == b""
    assert _messages(other, 2) == _messages(device, 5) == [head + _BODY]


def _person() -> tuple[x509.Certificate, rsa.RSAPrivateKey]:
    """A certificate and its key."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ben")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return made, key


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_encrypted_or_signed_can_be_read_by_whom_it_is_for(
    anna: Person, ben: Person, new_device: NewDevice, version: str
) -> None:
    """S/MIME: the content goes as it is, though a blind copy is taken out of the head."""
    device, other = new_device(anna, version), new_device(ben, version)
    certificate, key = _person()
    words = b"Content-Type: text/plain\r\n\r\nFor  your eyes only \r\n"
    sealed = (
        pkcs7.PKCS7EnvelopeBuilder()
        .set_data(words)
        .add_recipient(certificate)
        .encrypt(Encoding.SMIME, [pkcs7.PKCS7Options.Binary])
    ).replace(b"\n", b"\r\n")
    signed = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(words)
        .add_signer(certificate, key, hashes.SHA256())
        .sign(Encoding.SMIME, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary])
    )
    bcc = f"Bcc: {anna.address}\r\n".encode()
    for number, content in enumerate((sealed, signed)):
        head = (
            f"From: {anna.address}\r\nTo: {ben.address}\r\nSubject: Number {number}\r\n"
            f"Message-ID: <{number}@device>\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n"
        ).encode()
        assert device.send(head + bcc + content).body == b""
        came = _messages(other, 2)[number]
        assert came.startswith(head) and b"Bcc" not in came
        assert came.endswith(content)
    assert pkcs7.pkcs7_decrypt_smime(_messages(other, 2)[0], certificate, key, []) == words
    (first, second) = (data["Email:MessageClass"].value for data in _newest_last(other))
    assert (first, second) == ("IPM.Note.SMIME", "IPM.Note.SMIME.MultipartSigned")


def _newest_last(device: Device) -> list[Mapping[str, Node]]:
    held = device.held[device.folder_of_type(2)].items
    return [held[id] for id in sorted(held, key=lambda id: int(id.split(":")[1]))]


def test_a_message_without_author_is_the_senders(
    anna: Person, ben: Person, new_device: NewDevice
) -> None:
    device, other = new_device(anna), new_device(ben)
    mime = f"To: {ben.address}\r\nSubject: x\r\n\r\ny\r\n".encode()
    assert device.send(mime).body == b""
    assert anna.address.encode() in _messages(other, 2)[0]


@pytest.mark.parametrize(
    ("to", "more", "status", "http"),
    [
        ("", {}, "119", 400),
        ("no address at all", {}, "116", 400),
        ("x@elsewhere.example", {"Sender": "boss@demo.example"}, "120", 400),
    ],
)
def test_refusals(
    anna: Person,
    new_device: NewDevice,
    to: str,
    more: dict[str, str],
    status: str,
    http: int,
) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in more.items())
    mime = f"From: {anna.address}\r\nTo: {to}\r\n{head}Subject: x\r\n\r\ny\r\n".encode()
    device = new_device(anna)
    reply = device.send(mime)
    assert reply.root is not None and reply.root.text(f"{_C}:Status") == status
    assert new_device(anna, "12.1").send(mime).status == http
    assert _messages(device, 5) == []


def test_attack_a22_two_authors_are_none(anna: Person, ben: Person, new_device: NewDevice) -> None:
    device, other = new_device(anna), new_device(ben)
    for head in (
        f"From: {anna.address}, {ben.address}\r\n",
        f"From: {anna.address}\r\nFrom: {ben.address}\r\n",
    ):
        reply = device.send(f"{head}To: {ben.address}\r\nSubject: x\r\n\r\ny\r\n".encode())
        assert reply.root is not None and reply.root.text(f"{_C}:Status") == "120"
    assert _messages(other, 2) == []


def test_too_many_recipients_exceed_what_one_may_send(anna: Person, new_device: NewDevice) -> None:
    device = new_device(anna)
    to = ",\r\n ".join(f"p{number}@elsewhere.example" for number in range(5_001))
    reply = device.send(f"From: {anna.address}\r\nTo: {to}\r\nSubject: x\r\n\r\ny\r\n".encode())
    assert reply.root is not None and reply.root.text(f"{_C}:Status") == "115"


# -- the same message again --------------------------------------------------------------------


def test_the_same_words_again_are_another_message(
    anna: Person, ben: Person, new_device: NewDevice
) -> None:
    """12.1, from a device that writes neither Date nor Message-ID: a repeat comes soon, a person
    may say the same next day."""
    device, other = new_device(anna, "12.1"), new_device(ben)
    mime = mime_of(anna.address, ben.address, "Yes", "Yes")
    for _ in range(2):
        assert device.send(mime).status == 200
    assert len(_messages(other, 2)) == 1
    anna.exchange.clock.advance(hours=1)
    assert device.send(mime).status == 200
    other.sync(other.folder_of_type(2))
    assert len(other.held[other.folder_of_type(2)].items) == 2


def test_a_dated_message_is_itself_for_long(
    anna: Person, ben: Person, new_device: NewDevice
) -> None:
    device, other = new_device(anna, "12.1"), new_device(ben)
    mime = mime_of(anna.address, ben.address, Date="Tue, 24 Nov 2026 10:00:00 +0000")
    assert device.send(mime).status == 200
    anna.exchange.clock.advance(hours=20)
    assert device.send(mime).status == 200
    assert len(_messages(other, 2)) == 1


def test_devices_count_for_themselves(anna: Person, ben: Person, new_device: NewDevice) -> None:
    """A counter for a ClientId, as the specification has it: each device begins with 1."""
    other = new_device(ben)
    for number in range(2):
        mime = mime_of(anna.address, ben.address, f"From device {number}")
        assert new_device(anna).send(mime, client_id="1").body == b""
    assert len(_messages(other, 2)) == 2


def test_saving_is_asked_for_by_the_query_in_both_forms(
    anna: Person, ben: Person, new_device: NewDevice
) -> None:
    for number, packed in enumerate((False, True), 1):
        device = new_device(anna, "12.1", packed=packed)
        mime = mime_of(anna.address, ben.address, f"Packed {packed}")
        assert device.send(mime, saves=True).status == 200
        assert device.send(mime + b"more\r\n", saves=False).status == 200
        assert len(_messages(new_device(anna), 5)) == number


@pytest.fixture
def poor(server: Exchange) -> Person:
    """Somebody whose mailbox holds a megabyte."""
    address, password = "poor@demo.example", "a long enough password"
    done = subprocess.run(
        [sys.executable, "-m", "entrepot", "user", "add", address, "--quota", "1000000",
         "--stdin", "--folder", str(server.folder)],
        input=f"{password}\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return Person(server, address, password)


def test_a_full_mailbox_cannot_keep_what_it_sends(
    poor: Person, ben: Person, new_device: NewDevice
) -> None:
    """113, before 14.0 HTTP 507: nothing is sent without the copy that was asked for."""
    device, old, other = new_device(poor), new_device(poor, "12.1"), new_device(ben)
    mime = mime_of(poor.address, ben.address, text="words " * 200_000)
    reply = device.send(mime, client_id="large")
    assert reply.root is not None and reply.root.text(f"{_C}:Status") == "113"
    assert old.send(mime).status == 507
    assert _messages(other, 2) == []
    assert device.send(mime, client_id="large", saves=False).body == b""
    assert len(_messages(other, 2)) == 1


@pytest.mark.slow
@pytest.mark.skipif(not MESSAGES.is_dir(), reason="the reference collection is not here")
def test_real_messages_are_sent_or_refused_and_never_break(
    anna: Person, ben: Person, new_device: NewDevice
) -> None:
    """Whatever the rest of a message is: what arrives is what was handed in."""
    device, other = new_device(anna), new_device(ben)
    sent: list[bytes] = []
    for number, sample in enumerate(reference_messages()):
        head = f"From: {anna.address}\r\nTo: {ben.address}\r\nMessage-ID: <{number}@device>\r\n"
        _, _, body = sample.mime.partition(b"\r\n\r\n")
        document = documents.send_mail(head.encode() + b"\r\n" + body, str(number))
        reply = device.post("SendMail", document)
        assert (reply.status, reply.body) == (200, b""), sample.name
        sent.append(body)
    came = _messages(other, 2)
    assert [mime.partition(b"\r\n\r\n")[2] for mime in came] == sent
