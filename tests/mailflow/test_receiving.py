"""Mail from other servers: who gets it, what is refused, that every byte stays."""

from __future__ import annotations

import pytest

from mailflow.smtp import SmtpDoor
from store.commands import AddAccount, UpdateAccount
from store.store import Session, Store
from tests.mailflow.conftest import Opener, Wire, items_in, mime_of, person

pytestmark = pytest.mark.anyio


async def test_a_message_lies_in_the_inbox_once_it_is_answered(
    door: SmtpDoor, anna: Session
) -> None:
    mime = mime_of("Harbour dues")
    wire = await Wire.to(door.addresses[0])
    assert (await wire.mail(mime, "anna@demo.example")).startswith("250 2.0.0")
    (item,) = await items_in(anna)
    assert item.mime == mime
    assert item.properties["subject"] == "Harbour dues"
    assert item.properties["is_read"] is False and item.properties["is_draft"] is False
    assert item.properties["received_by"] == {"name": "Anna Berg", "address": "anna@demo.example"}
    assert item.properties["received_representing"]["name"] == "Anna Berg"
    assert item.properties["envelope_from"] == "somebody@elsewhere.example"
    assert "from elsewhere.example ([127.0.0.1])" in item.properties["received_trace"]


BYTES = {
    "a dot at the beginning of lines": b".one\r\n..two\r\n.\r\n...\r\n",
    "eight-bit text in no charset": bytes(range(128, 256)) + b"\r\n",
    "a line of 100,000 characters": b"x" * 100_000 + b"\r\n",
    "empty lines before and behind": b"\r\n\r\n\r\n",
    "a NUL": b"a\x00b\r\n",
    "no body at all": b"",
    "200 KiB": b"".join(b"line %d of many\r\n" % n for n in range(12_000)),
}


@pytest.mark.parametrize("body", BYTES.values(), ids=BYTES.keys())
async def test_every_byte_is_kept(door: SmtpDoor, anna: Session, body: bytes) -> None:
    mime = b"From: a@b.example\r\nSubject: x\r\n\r\n" + body
    wire = await Wire.to(door.addresses[0])
    stuffed = (b"\r\n" + mime).replace(b"\r\n.", b"\r\n..")[2:]
    assert (await wire.mail(stuffed, "anna@demo.example")).startswith("250")
    assert [item.mime for item in await items_in(anna)] == [mime]


async def test_an_empty_message_and_one_that_is_only_a_line_end(
    door: SmtpDoor, anna: Session
) -> None:
    wire = await Wire.to(door.addresses[0])
    assert (await wire.mail(b"", "anna@demo.example")).startswith("250")
    assert (await wire.mail(b"\r\n", "anna@demo.example")).startswith("250")
    assert [item.mime for item in await items_in(anna)] == [b"", b"\r\n"]


@pytest.mark.parametrize(
    "address",
    ["ANNA@Demo.Example", "anna+lists@demo.example", "ab@demo.example", "AB+x@demo.example"],
)
async def test_all_ways_to_write_an_address_reach_its_owner(
    door: SmtpDoor, anna: Session, address: str
) -> None:
    wire = await Wire.to(door.addresses[0])
    assert (await wire.mail(mime_of(), address)).startswith("250")
    assert len(await items_in(anna)) == 1


async def test_two_addresses_of_one_person_bring_one_message(
    door: SmtpDoor, anna: Session, ben: Session
) -> None:
    wire = await Wire.to(door.addresses[0])
    await wire.mail(mime_of(), "anna@demo.example", "ab@demo.example", "ben@demo.example")
    assert len(await items_in(anna)) == 1
    assert len(await items_in(ben)) == 1


async def test_unknown_people_and_other_servers_are_refused(
    door: SmtpDoor, store: Store, anna: Session
) -> None:
    await store.system().execute(UpdateAccount("ben@demo.example", is_disabled=True))
    wire = await Wire.to(door.addresses[0])
    await wire.say("MAIL FROM:<a@b.example>")
    assert (await wire.say("RCPT TO:<nobody@demo.example>")).startswith("550 5.1.1")
    assert (await wire.say("RCPT TO:<ben@demo.example>")).startswith("550")
    assert (await wire.say("RCPT TO:<a@elsewhere.example>")).startswith("550 5.7.1")
    assert (await wire.say("RCPT TO:<anna>")).startswith("553")
    assert (await wire.say("DATA")).startswith("503")


async def test_the_postmaster_is_always_there(door: SmtpDoor, store: Store) -> None:
    admin = await person(store, "chief@demo.example", "Chief", role="admin")
    wire = await Wire.to(door.addresses[0])
    assert (await wire.mail(mime_of(), "Postmaster")).startswith("250")
    assert (await wire.mail(mime_of(), "postmaster@demo.example")).startswith("250")
    assert len(await items_in(admin)) == 2


async def test_a_list_reaches_its_members_once_however_lists_nest(
    door: SmtpDoor, store: Store, anna: Session, ben: Session
) -> None:
    """Attack A23: lists that hold each other end."""
    for name, members in {
        "crew": ["anna@demo.example", "all@demo.example", "far@elsewhere.example"],
        "all": ["crew@demo.example", "ben@demo.example", "anna+x@demo.example", "all@demo.example"],
    }.items():
        await store.system().execute(
            AddAccount(f"{name}@demo.example", name, role="list", properties={"members": members})
        )
    wire = await Wire.to(door.addresses[0])
    assert (await wire.mail(mime_of(), "all@demo.example", "crew@demo.example")).startswith("250")
    assert len(await items_in(anna)) == 1
    assert len(await items_in(ben)) == 1
    assert await queued(store) == ["far@elsewhere.example"]


async def test_a_full_mailbox_stops_nobody_else_and_the_sender_is_told(
    door: SmtpDoor, store: Store, anna: Session, ben: Session
) -> None:
    await store.system().execute(UpdateAccount("ben@demo.example", quota=2000))
    wire = await Wire.to(door.addresses[0])
    mime = mime_of(text="x" * 3000)
    reply = await wire.mail(
        mime, "anna@demo.example", "ben@demo.example", sender="anna@demo.example"
    )
    assert reply.startswith("250")
    assert await items_in(ben) == []
    mail, bounce = await items_in(anna)
    assert mail.mime == mime
    assert bounce.item_class == "REPORT.IPM.Note.NDR"
    assert bounce.properties["subject"] == "Undeliverable: Minutes"
    assert b"Final-Recipient: rfc822;ben@demo.example" in (bounce.mime or b"")
    assert b"Status: 5.2.2" in (bounce.mime or b"")


async def test_where_nobody_can_take_it_the_sending_server_keeps_it(
    door: SmtpDoor, store: Store, anna: Session
) -> None:
    await store.system().execute(UpdateAccount("anna@demo.example", quota=2000))
    wire = await Wire.to(door.addresses[0])
    reply = await wire.mail(mime_of(text="x" * 3000), "anna@demo.example")
    assert reply.startswith("552 5.2.2")
    assert await items_in(anna) == []
    assert await queued(store) == []
    assert (await wire.mail(mime_of(text="x" * 500), "anna@demo.example")).startswith("250")


async def test_two_authors_are_flagged_a22(door: SmtpDoor, anna: Session) -> None:
    wire = await Wire.to(door.addresses[0])
    await wire.mail(mime_of(sender="a@b.example, c@d.example"), "anna@demo.example")
    await wire.mail(mime_of(sender="a@b.example"), "anna@demo.example")
    two, one = await items_in(anna)
    assert two.properties["from_is_doubtful"] is True
    assert "from_is_doubtful" not in one.properties


async def test_lmtp_answers_for_each_recipient(
    open_door: Opener, store: Store, anna: Session, ben: Session
) -> None:
    await store.system().execute(UpdateAccount("ben@demo.example", quota=2000))
    door = await open_door(lmtp_listen=("127.0.0.1:0",))
    wire = await Wire.to(door.lmtp_addresses[0], "LHLO elsewhere.example")
    mime = mime_of(text="x" * 3000)
    first = await wire.mail(mime, "anna@demo.example", "ben@demo.example")
    assert first.startswith("250")
    assert (await wire.reply()).startswith("552 5.2.2")
    assert [item.mime for item in await items_in(anna)] == [mime]
    assert (await wire.say("HELO x")).startswith("500")


async def queued(store: Store) -> list[str]:
    """Addresses in the queue to other servers."""
    from sqlalchemy import select

    from store import tables

    def read(conn):  # type: ignore[no-untyped-def]
        return conn.execute(select(tables.outbound_recipient.c.address)).scalars().all()

    return sorted(await store.database.read(read))
