"""exchangelib: attachments of every kind, in both directions, and one of 20 MB as a stream."""

from __future__ import annotations

import random
from typing import Any

import pytest
from exchangelib import FileAttachment, HTMLBody, ItemAttachment
from exchangelib.errors import ErrorInvalidAttachmentId
from exchangelib.items import Contact, Message


def test_a_file_is_attached_read_and_detached(account: Any) -> None:
    item = Message(account=account, folder=account.inbox, subject="With a file").save()
    item.attach(FileAttachment(name="Größe.txt", content=b"Hello", content_type="text/plain"))
    item.refresh()
    assert item.has_attachments
    (file,) = item.attachments
    assert (file.name, file.content, file.content_type, file.is_inline) == (
        "Größe.txt",
        b"Hello",
        "text/plain",
        False,
    )
    assert file.size >= 5 and file.last_modified_time is not None
    with file.fp as stream:
        assert stream.read() == b"Hello"
    item.detach(file)
    item.refresh()
    assert not item.attachments and not item.has_attachments


def test_attachments_are_saved_with_their_message(account: Any) -> None:
    content = bytes(range(256)) * 100
    item = Message(account=account, folder=account.drafts, subject="Three", body="Look")
    item.attach(FileAttachment(name="empty", content=b""))
    item.attach(FileAttachment(name="all bytes", content=content))
    item.attach(
        ItemAttachment(name="Inner", item=Message(subject="Inside", body="Deep", account=account))
    )
    item.save()
    item.refresh()
    found = {a.name: a for a in item.attachments}
    assert set(found) == {"empty", "all bytes", "Inner"}
    assert found["empty"].content == b""
    assert found["all bytes"].content == content
    inner = found["Inner"].item
    assert (inner.subject, inner.body) == ("Inside", "Deep")


def test_items_in_items(account: Any) -> None:
    contact = Contact(account=account, display_name="Ada", given_name="Ada", surname="L")
    middle = Message(account=account, subject="Middle", body="With a contact in it")
    middle.attach(ItemAttachment(name="Ada", item=contact))
    outer = Message(account=account, folder=account.inbox, subject="Outer")
    outer.attach(ItemAttachment(name="Middle", item=middle))
    outer.save()
    outer.refresh()
    found = outer.attachments[0].item
    assert found.subject == "Middle" and found.body == "With a contact in it"
    (inner,) = found.attachments
    assert inner.name == "Ada"
    assert isinstance(inner.item, Contact) and inner.item.surname == "L"


def test_an_inline_picture(account: Any) -> None:
    item = Message(
        account=account,
        folder=account.inbox,
        subject="Picture",
        body=HTMLBody('<html><body><img src="cid:logo@demo"></body></html>'),
    )
    picture = FileAttachment(
        name="logo.png",
        content=b"\x89PNG not really",
        content_id="logo@demo",
        is_inline=True,
        content_type="image/png",
    )
    item.attach(picture)
    item.save()
    item.refresh()
    (found,) = item.attachments
    assert (found.is_inline, found.content_id) == (True, "logo@demo")
    assert "cid:logo@demo" in item.body
    assert not item.has_attachments  # inline pictures alone are none that a list shows


def test_twenty_megabytes_as_a_stream(account: Any) -> None:
    content = random.Random(20).randbytes(20 * 1024 * 1024)
    item = Message(account=account, folder=account.inbox, subject="Big").save()
    item.attach(FileAttachment(name="big.bin", content=content))
    (file,) = account.inbox.filter(subject="Big").only("attachments")[0].attachments
    assert file.size >= len(content)
    place = 0
    with file.fp as stream:
        while chunk := stream.read(1024 * 1024):
            assert chunk == content[place : place + len(chunk)]
            place += len(chunk)
    assert place == len(content)


def test_what_arrives_by_smtp_has_its_attachments(account: Any, anna: Any) -> None:
    anna.receives(
        subject="Report",
        text="See the attachments",
        attachments={"a.pdf": (b"%PDF-1", "application/pdf"), "b.csv": (b"1;2\n", "text/csv")},
    )
    item = account.inbox.get(subject="Report")
    assert item.has_attachments
    found = {a.name: (a.content, a.content_type) for a in item.attachments}
    assert found["a.pdf"] == (b"%PDF-1", "application/pdf")
    assert found["b.csv"][0].strip() == b"1;2"


def test_an_attachment_that_is_gone_is_told(account: Any) -> None:
    item = Message(account=account, folder=account.inbox, subject="One").save()
    file = FileAttachment(name="x", content=b"x")
    item.attach(file)
    id = file.attachment_id
    item.detach(file)
    lost = FileAttachment(name="x", attachment_id=id, parent_item=item)
    with pytest.raises(ErrorInvalidAttachmentId):
        _ = lost.content
