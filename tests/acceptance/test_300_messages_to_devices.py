"""300 varied messages by SMTP reach a device over every version, in small and in large windows:
each exactly once, with its subject, sender, text, MIME and files.

What a sample expects nothing of has no right value, and must be read without an error.
"""

from __future__ import annotations

import base64
import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

import pytest

from conformance.eas.device import Device
from conformance.eas.documents import body_preference, options
from conformance.eas.http import Identity
from conformance.eas.wbxml import Node
from entrepot.testing import Exchange, Person
from tests.corpus.messages import COUNT, Sample, varied_messages

pytestmark = pytest.mark.slow
VERSIONS = ("12.1", "14.0", "14.1", "16.0", "16.1")
WINDOWS = (25, 512)


@dataclass(frozen=True)
class Delivered:
    """A mailbox with all messages, in the order in which they were accepted."""

    person: Person
    samples: list[Sample]


@pytest.fixture(scope="module")
def delivered() -> Iterator[Delivered]:
    with Exchange() as server:
        person = server.person("reader")
        samples = varied_messages()
        host, port = server.smtp.rsplit(":", 1)
        with smtplib.SMTP(host, int(port), timeout=60) as door:
            door.ehlo("elsewhere.example")
            for sample in samples:
                door.sendmail(
                    "envelope@elsewhere.example", [person.address], sample.mime, ["BODY=8BITMIME"]
                )
                server.clock.advance(seconds=1)
        yield Delivered(person, samples)


def _device(person: Person, version: str, name: str) -> tuple[Device, str]:
    identity = Identity(device_id=name.replace(".", ""), version=version)
    device = Device(person.exchange.eas, person.address, person.password, identity)
    device.provision()
    device.folder_sync()
    return device, device.folder_of_type(2)


def _pairs(
    delivered: Delivered, held: dict[str, dict[str, Node]]
) -> list[tuple[Sample, dict[str, Node]]]:
    """Samples with what a device holds of them: both in the order of arrival."""
    in_order = sorted(held.items(), key=lambda pair: str(pair[1]["Email:DateReceived"].value))
    assert len(in_order) == len(delivered.samples)
    return [(sample, data) for sample, (_, data) in zip(delivered.samples, in_order, strict=True)]


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("version", VERSIONS)
def test_each_message_comes_exactly_once_and_right(
    delivered: Delivered, version: str, window: int
) -> None:
    """Plain text whole, with subject, sender, list of files."""
    device, inbox = _device(delivered.person, version, f"text{version}x{window}")
    held = device.sync_all(inbox, window=window, options=options(body_preference(1)))
    assert held.added == len(held.items) == COUNT == 300 and held.anomalies == []
    wrong: dict[str, object] = {}
    for sample, data in _pairs(delivered, held.items):
        subject = str(data["Email:Subject"].value or "")
        if sample.subject is not None and subject != sample.subject:
            wrong[f"subject of {sample.name}"] = (sample.subject, subject)
        author = data["Email:From"].text() if "Email:From" in data else ""
        if sample.sender is not None and f"<{sample.sender}>" not in author:
            wrong[f"sender of {sample.name}"] = (sample.sender, author)
        text = data["AirSyncBase:Body"].text("AirSyncBase:Data")
        expected = (sample.text_contains or "").replace("\r\n", "\n")
        if expected not in text.replace("\r\n", "\n"):
            wrong[f"text of {sample.name}"] = (sample.text_contains, text[:200])
        if sample.attachments is not None:
            names = [name for name, *_ in sample.attachments]
            shown = [
                each.text("AirSyncBase:DisplayName")
                for each in (data.get("AirSyncBase:Attachments") or Node("")).children
                if each.text("AirSyncBase:Method") == "1"
            ]
            if shown != names:
                wrong[f"files of {sample.name}"] = (names, shown)
    assert wrong == {}


@pytest.mark.parametrize("version", VERSIONS)
def test_html_comes_as_html_and_short_where_asked(delivered: Delivered, version: str) -> None:
    device, inbox = _device(delivered.person, version, f"html{version}")
    asked = options(body_preference(2, 500), body_preference(1, 500))
    held = device.sync_all(inbox, window=512, options=asked)
    assert len(held.items) == COUNT and held.anomalies == []
    types: set[str] = set()
    for data in held.items.values():
        body = data["AirSyncBase:Body"]
        types.add(body.text("AirSyncBase:Type"))
        size = int(body.text("AirSyncBase:EstimatedDataSize"))
        given = len(body.text("AirSyncBase:Data").encode())
        assert given <= 500 and (given == size) == (body.text("AirSyncBase:Truncated") != "1")
    assert types == {"1", "2"}


@pytest.mark.parametrize("version", VERSIONS)
def test_mime_is_identical_byte_for_byte(delivered: Delivered, version: str) -> None:
    device, inbox = _device(delivered.person, version, f"mime{version}")
    asked = options(body_preference(4), mime=2)
    held = device.sync_all(inbox, window=100, options=asked)
    wrong: list[str] = []
    for sample, data in _pairs(delivered, held.items):
        body = data["AirSyncBase:Body"]
        if body.data("AirSyncBase:Data") != sample.mime or body.text("AirSyncBase:Type") != "4":
            wrong.append(sample.name)
    assert wrong == []


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("multipart", [False, True], ids=["inline", "multipart"])
def test_files_are_identical_byte_for_byte(
    delivered: Delivered, version: str, multipart: bool
) -> None:
    device, inbox = _device(delivered.person, version, f"files{version}{multipart}")
    held = device.sync_all(inbox, window=512, options=options(body_preference(1, 0)))
    compared, wrong = 0, []
    for sample, data in _pairs(delivered, held.items):
        if sample.attachments is None or (sample.large and version != "16.1"):
            continue
        shown = [
            each
            for each in (data.get("AirSyncBase:Attachments") or Node("")).children
            if each.text("AirSyncBase:Method") == "1"
        ]
        for (name, size, digest), each in zip(sample.attachments, shown, strict=True):
            content = _content(device, each.text("AirSyncBase:FileReference"), multipart)
            compared += 1
            if (len(content), sha256(content).hexdigest()) != (size, digest):
                wrong.append(f"{sample.name}: {name}")
    assert wrong == [] and compared >= 100


def _content(device: Device, reference: str, multipart: bool) -> bytes:
    """By GetAttachment in the version that has it and is asked for plain bytes."""
    if device.version == "12.1" and not multipart:
        return device.post("GetAttachment", parameters={"AttachmentName": reference}).body
    reply = device.fetch_attachment(reference, multipart=multipart)
    assert reply.root is not None
    path = ("ItemOperations:Response", "ItemOperations:Fetch")
    assert reply.root.text(*path, "ItemOperations:Status") == "1"
    properties = (*path, "ItemOperations:Properties")
    if multipart:
        return reply.parts[int(reply.root.text(*properties, "ItemOperations:Part")) - 1]
    return base64.b64decode(reply.root.text(*properties, "ItemOperations:Data"))
