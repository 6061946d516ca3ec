"""300 varied messages by SMTP: exchangelib reads each one right, and its MIME byte for byte.

The reference collection (broken encodings, raw 8-bit headers, RFC 2231 names, calendar parts,
winmail.dat, messages in messages) and generated ones, three of them with files of 20 MB. Where the
standard library and common sense leave room for two opinions, a sample expects nothing.
"""

from __future__ import annotations

import base64
import hashlib
import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from exchangelib import FileAttachment, ItemAttachment

from entrepot.testing import Exchange
from tests.clients.zeep_client import Soap, items, only
from tests.corpus.messages import COUNT, Sample, varied_messages

pytestmark = pytest.mark.slow
FIELDS_OF_LARGE = ["subject", "author", "text_body", "attachments"]
FIELDS = [*FIELDS_OF_LARGE, "mime_content"]


@dataclass(frozen=True)
class Delivered:
    """A message that was sent, and the item that exchangelib reads."""

    sample: Sample
    item: Any
    mime: bytes


@pytest.fixture(scope="module")
def delivered() -> Iterator[list[Delivered]]:
    """All messages, in the order in which they were accepted, a second apart."""
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
        account = person.account()
        ids = list(account.inbox.all().order_by("datetime_received").values_list("id", "changekey"))
        assert len(ids) == len(samples)
        pairs = list(zip(samples, ids, strict=True))
        small = account.fetch(
            [id for sample, id in pairs if not sample.large], only_fields=FIELDS, chunk_size=50
        )
        large = account.fetch(
            [id for sample, id in pairs if sample.large], only_fields=FIELDS_OF_LARGE
        )
        found = [next(large if sample.large else small) for sample in samples]
        assert [item for item in found if isinstance(item, Exception)] == []
        soap = Soap(person)
        yield [
            Delivered(
                sample, item, _mime_by_zeep(soap, item) if sample.large else item.mime_content
            )
            for sample, item in zip(samples, found, strict=True)
        ]


def _mime_by_zeep(soap: Soap, item: Any) -> bytes:
    """exchangelib walks an answer byte by byte: 20 MB would take it a quarter of a minute."""
    found = soap.one(
        "GetItem",
        ItemShape={"BaseShape": "IdOnly", "IncludeMimeContent": True},
        ItemIds=items({"Id": item.id}),
    )
    return base64.b64decode(only(found.Items).MimeContent._value_1)


def wrong(found: dict[str, tuple[Any, Any]]) -> dict[str, tuple[Any, Any]]:
    """Those whose second value is not the first, by sample."""
    return {name: pair for name, pair in found.items() if pair[0] != pair[1]}


def test_there_are_as_many_as_promised(delivered: list[Delivered]) -> None:
    assert len(delivered) == COUNT == 300
    assert len({d.item.id for d in delivered}) == COUNT


def test_the_mime_is_identical_byte_for_byte(delivered: list[Delivered]) -> None:
    found = {d.sample.name: (_sum(d.sample.mime), _sum(d.mime)) for d in delivered}
    assert wrong(found) == {}


def _sum(data: bytes) -> tuple[int, str]:
    return len(data), hashlib.sha256(data).hexdigest()


def test_each_has_its_subject(delivered: list[Delivered]) -> None:
    found = {
        d.sample.name: (d.sample.subject, d.item.subject or "")
        for d in delivered
        if d.sample.subject is not None
    }
    assert len(found) >= 250 and wrong(found) == {}


def test_each_has_its_sender(delivered: list[Delivered]) -> None:
    found = {
        d.sample.name: (d.sample.sender, d.item.author.email_address if d.item.author else None)
        for d in delivered
        if d.sample.sender is not None
    }
    assert len(found) >= 220 and wrong(found) == {}


def test_each_has_its_text(delivered: list[Delivered]) -> None:
    missing = {
        d.sample.name: (d.sample.text_contains, (d.item.text_body or "")[:200])
        for d in delivered
        if d.sample.text_contains and d.sample.text_contains not in (d.item.text_body or "")
    }
    assert sum(d.sample.text_contains is not None for d in delivered) >= 160 and missing == {}


def test_each_has_its_files(delivered: list[Delivered]) -> None:
    found = {
        d.sample.name: (d.sample.attachments, _files(d.item))
        for d in delivered
        if d.sample.attachments is not None
    }
    assert len(found) >= 160 and wrong(found) == {}


def _files(item: Any) -> list[tuple[str, int, str]]:
    files = [a for a in item.attachments or () if isinstance(a, FileAttachment)]
    return [(file.name, *_streamed(file)) for file in files]


def _streamed(file: FileAttachment) -> tuple[int, str]:
    """Size and SHA-256, without ever holding the file."""
    size, digest = 0, hashlib.sha256()
    with file.fp as stream:
        while chunk := stream.read(1024 * 1024):
            size += len(chunk)
            digest.update(chunk)
    return size, digest.hexdigest()


def test_each_has_its_messages(delivered: list[Delivered]) -> None:
    found = {
        d.sample.name: (
            d.sample.items,
            sum(isinstance(a, ItemAttachment) for a in d.item.attachments or ()),
        )
        for d in delivered
        if d.sample.items is not None
    }
    assert len(found) >= 160 and wrong(found) == {}


def test_every_attachment_can_be_opened(delivered: list[Delivered]) -> None:
    """Those in broken messages, too, and messages in messages."""
    for d in delivered:
        for attachment in d.item.attachments or ():
            if isinstance(attachment, ItemAttachment):
                assert attachment.item is not None, d.sample.name
