"""People's programs hand in mail: who may, in whose name, to whom."""

from __future__ import annotations

import smtplib
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest

from entrepot.certificate import ensure_certificate
from mailflow.smtp import SmtpDoor
from store.commands import CreateItems, FolderRole, GrantMailbox, ItemChange, SendItems, UpdateItems
from store.errors import InvalidRecipient, NoRecipients, SendAsDenied
from store.model import Body, ItemDraft
from store.rights import ALL
from store.store import Session, Store
from tests.mailflow.conftest import PASSWORD, MailSettings, Opener, Wire, items_in, mime_of, person
from tests.mailflow.test_receiving import queued

pytestmark = pytest.mark.anyio


async def test_after_sign_in_mail_goes_anywhere(
    door: SmtpDoor, store: Store, anna: Session, ben: Session
) -> None:
    wire = await Wire.to(door.submission_addresses[0])
    assert (await wire.say("MAIL FROM:<anna@demo.example>")).startswith("530 5.7.0")
    assert (await wire.sign_in("anna@demo.example")).startswith("235")
    mime = mime_of(sender="anna@demo.example", headers="Message-ID: <1@demo.example>\r\n")
    reply = await wire.mail(
        mime, "ben@demo.example", "far@elsewhere.example", sender="anna@demo.example"
    )
    assert reply.startswith("250")
    assert [item.mime for item in await items_in(ben)] == [mime]
    assert await queued(store) == ["far@elsewhere.example"]
    assert await items_in(anna, "sentitems") == []  # clients keep their own copy


@pytest.mark.parametrize("secret", ["wrong", ""])
async def test_wrong_passwords_are_refused(door: SmtpDoor, secret: str) -> None:
    wire = await Wire.to(door.submission_addresses[0])
    assert (await wire.sign_in("anna@demo.example", secret)).startswith("535")
    assert (await wire.say("MAIL FROM:<anna@demo.example>")).startswith("530")


async def test_guessing_passwords_ends_the_session(door: SmtpDoor) -> None:
    wire = await Wire.to(door.submission_addresses[0])
    replies = [await wire.sign_in("anna@demo.example", f"guess {n}") for n in range(6)]
    assert [reply[:3] for reply in replies] == ["535"] * 5 + ["421"]


async def test_login_in_steps_and_abandoned(door: SmtpDoor) -> None:
    import base64

    wire = await Wire.to(door.submission_addresses[0])
    assert await wire.say("AUTH LOGIN") == "334 " + base64.b64encode(b"Username:").decode()
    assert (await wire.say("*")).startswith("501")
    await wire.say("auth login")
    assert (await wire.say(base64.b64encode(b"anna@demo.example"))).startswith("334")
    assert (await wire.say(base64.b64encode(PASSWORD.encode()))).startswith("235")
    assert (await wire.say("AUTH LOGIN")).startswith("503")


@pytest.mark.parametrize(
    ("sender", "author"),
    [
        ("ben@demo.example", "anna@demo.example"),
        ("anna@demo.example", "ben@demo.example"),
        ("anna@demo.example", "chief@bank.example"),
        ("anna@demo.example", "anna@demo.example, ben@demo.example"),
        ("anna@demo.example", "anna@demo.example\r\nFrom: ben@demo.example"),
        ("anna@demo.example", "anna@demo.example\r\nSender: ben@demo.example"),
    ],
)
async def test_nobody_writes_in_somebody_elses_name_a22(
    door: SmtpDoor, ben: Session, sender: str, author: str
) -> None:
    wire = await Wire.to(door.submission_addresses[0])
    await wire.sign_in("anna@demo.example")
    reply = await wire.mail(mime_of(sender=author), "ben@demo.example", sender=sender)
    assert reply.startswith("550 5.7.1")
    assert await items_in(ben) == []


async def test_own_aliases_and_granted_mailboxes_may_be_named(
    door: SmtpDoor, store: Store, anna: Session, ben: Session
) -> None:
    await person(store, "office@demo.example", "Office", role="shared")
    await store.system().execute(GrantMailbox("office@demo.example", "anna@demo.example", int(ALL)))
    wire = await Wire.to(door.submission_addresses[0])
    await wire.sign_in("anna@demo.example")
    for name in ("ab@demo.example", "anna+club@demo.example", "office@demo.example"):
        reply = await wire.mail(mime_of(sender=name), "ben@demo.example", sender=name)
        assert reply.startswith("250"), name
    assert len(await items_in(ben)) == 3


async def test_bcc_in_a_header_is_taken_out_29(door: SmtpDoor, anna: Session, ben: Session) -> None:
    wire = await Wire.to(door.submission_addresses[0])
    await wire.sign_in("anna@demo.example")
    mime = mime_of(
        sender="anna@demo.example",
        headers="Bcc: Hidden\r\n <hidden@elsewhere.example>\r\nX-Kept: yes\r\n",
    )
    await wire.mail(mime, "ben@demo.example", sender="anna@demo.example")
    (item,) = await items_in(ben)
    assert b"hidden" not in (item.mime or b"").lower() and b"bcc" not in (item.mime or b"").lower()
    assert b"X-Kept: yes\r\n" in (item.mime or b"")
    assert b"Message-ID: <" in (item.mime or b"")  # RFC 6409 8.3: added where it was missing


async def test_passwords_travel_by_tls_with_smtplib(
    open_door: Opener, tmp_path: Path, anna: Session, ben: Session
) -> None:
    ensure_certificate(
        tmp_path / "certificate.pem", tmp_path / "key.pem", ["localhost"], datetime.now(UTC)
    )
    door = await open_door()
    port = int(door.submission_addresses[0].rpartition(":")[2])
    context = ssl.create_default_context(cafile=str(tmp_path / "certificate.pem"))

    def client() -> dict[str, Any]:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as server:
            server._host = "localhost"  # type: ignore[attr-defined]
            server.starttls(context=context)
            server.login("anna@demo.example", PASSWORD)
            mime = mime_of(sender="anna@demo.example")
            return server.sendmail("anna@demo.example", ["ben@demo.example"], mime)

    assert await anyio.to_thread.run_sync(client) == {}
    (item,) = await items_in(ben)
    assert "with ESMTPSA" not in item.properties  # who sent from where stays here


async def test_the_smtp_door_signs_in_only_where_there_is_no_submission_door(
    open_door: Opener, settings: MailSettings, anna: Session
) -> None:
    both = await open_door()
    wire = await Wire.to(both.addresses[0])
    assert (await wire.sign_in("anna@demo.example")).startswith("502")
    settings.submission_listen = ()
    alone = await open_door()
    wire = await Wire.to(alone.addresses[0])
    assert (await wire.sign_in("anna@demo.example")).startswith("235")
    mime = mime_of(sender="anna@demo.example")
    sent = await wire.mail(mime, "far@elsewhere.example", sender="anna@demo.example")
    assert sent.startswith("250")


# -- sending through the store, as EWS and ActiveSync do


def draft(**properties: Any) -> ItemDraft:
    to = [{"name": "Ben", "address": "ben@demo.example"}]
    return ItemDraft(
        properties={"subject": "Offer", "to": to, **properties}, body=Body(text="Ours.")
    )


async def send(session: Session, item: ItemDraft, disposition: Any = "send_and_save") -> Any:
    return (await session.execute(CreateItems((item,), disposition=disposition)))[0]


async def test_a_sent_item_reaches_the_other_mailbox_and_sent_items(
    anna: Session, ben: Session
) -> None:
    await send(anna, draft(importance="high"))
    (there,), (kept,) = await items_in(ben), await items_in(anna, "sentitems")
    assert there.properties["from"] == {"name": "Anna Berg", "address": "anna@demo.example"}
    assert there.properties["importance"] == "high"
    assert there.properties["received_by"]["name"] == "Ben Karst"
    assert there.properties["is_read"] is False
    assert kept.properties["is_read"] is True and kept.properties["is_draft"] is False
    assert kept.properties["message_id"] == there.properties["message_id"]
    assert there.mime == kept.mime
    assert there.body == kept.body or (there.body and "Ours." in (there.body.text or ""))


async def test_sending_without_a_copy_keeps_none(anna: Session, ben: Session) -> None:
    await send(anna, draft(), "send")
    assert await items_in(anna, "sentitems") == []
    assert len(await items_in(ben)) == 1


async def test_a_saved_draft_is_sent(anna: Session, ben: Session) -> None:
    saved = await send(anna, draft(), "save")
    await anna.execute(SendItems(((saved.id, saved.change),)))
    assert await items_in(anna, "drafts") == []
    assert len(await items_in(anna, "sentitems")) == 1
    assert len(await items_in(ben)) == 1


async def test_refusals_by_name(anna: Session, ben: Session) -> None:
    assert isinstance(await send(anna, draft(to=[])), NoRecipients)
    assert isinstance(await send(anna, draft(to=[{"name": "?", "address": "x"}])), InvalidRecipient)
    assert isinstance(await send(anna, draft(to=[{"name": "Nobody at all"}])), InvalidRecipient)
    other = {"name": "Anna Berg", "address": "ben@demo.example"}
    assert isinstance(await send(anna, draft(**{"from": other})), SendAsDenied)
    assert isinstance(await send(anna, draft(sender=other)), SendAsDenied)
    assert await items_in(ben) == []
    assert await items_in(anna, "sentitems") == []


async def test_a_name_alone_is_looked_up(anna: Session, ben: Session) -> None:
    await send(anna, draft(to=[{"name": "Ben Karst"}]))
    assert len(await items_in(ben)) == 1
    (kept,) = await items_in(anna, "sentitems")
    assert kept.properties["to"] == [{"name": "Ben Karst", "address": "ben@demo.example"}]


async def test_line_breaks_in_properties_bring_no_headers_a22(anna: Session, ben: Session) -> None:
    evil = "Offer\r\nBcc: hidden@elsewhere.example\r\nReceived: from x"
    to = [{"name": "Ben\r\nBcc: other@elsewhere.example", "address": "ben@demo.example"}]
    await send(anna, draft(subject=evil, to=to))
    (item,) = await items_in(ben)
    names = [line.split(b":")[0].lower() for line in (item.mime or b"").split(b"\r\n")]
    assert b"bcc" not in names and b"received" not in names


async def test_an_unknown_colleague_comes_back_as_a_bounce(anna: Session, ben: Session) -> None:
    to = [
        {"name": "", "address": "gone@demo.example"},
        {"name": "", "address": "ben@demo.example"},
    ]
    await send(anna, draft(to=to))
    assert len(await items_in(ben)) == 1
    (bounce,) = await items_in(anna)
    assert bounce.item_class == "REPORT.IPM.Note.NDR"
    assert b"gone@demo.example" in (bounce.mime or b"")


async def test_mime_given_with_properties_keeps_its_body_and_takes_their_headers(
    anna: Session, ben: Session
) -> None:
    mime = mime_of("Old", sender="anna@demo.example", to="ben@demo.example")
    from store.mime.parse import parse

    item = parse(mime)
    hidden = [{"name": "", "address": "hidden@elsewhere.example"}]
    import msgspec

    item = msgspec.structs.replace(
        item, properties={**item.properties, "subject": "New", "bcc": hidden}
    )
    await send(anna, item)
    (there,) = await items_in(ben)
    assert there.properties["subject"] == "New"
    assert (there.mime or b"").endswith(b"\r\n\r\nAll present.\r\n")
    assert b"hidden" not in (there.mime or b"")


# -- receipts


async def test_a_read_receipt_is_sent_once(anna: Session, ben: Session) -> None:
    await send(anna, draft(is_read_receipt_requested=True))
    (item,) = await items_in(ben)
    for is_read in (True, False, True):
        change = ItemChange(item.id, set={"is_read": is_read})
        await ben.execute(UpdateItems((change,), resolution="always_overwrite"))
    (receipt,) = await items_in(anna)
    assert receipt.item_class == "REPORT.IPM.Note.IPNRN"
    assert receipt.properties["subject"] == "Read: Offer"
    assert b"displayed" in (receipt.mime or b"")


async def test_a_suppressed_receipt_is_not_sent(anna: Session, ben: Session) -> None:
    await send(anna, draft(is_read_receipt_requested=True))
    (item,) = await items_in(ben)
    change = ItemChange(item.id, set={"is_read": True})
    await ben.execute(UpdateItems((change,), resolution="always_overwrite", suppress_receipts=True))
    assert await items_in(anna) == []


async def test_marking_a_folder_read_sends_the_receipts_asked_for(
    anna: Session, ben: Session
) -> None:
    from store.commands import MarkAllRead

    await send(anna, draft(is_read_receipt_requested=True))
    await send(anna, draft())
    await ben.execute(MarkAllRead((FolderRole("inbox"),), suppress_receipts=False))
    assert [i.item_class for i in await items_in(anna)] == ["REPORT.IPM.Note.IPNRN"]


async def test_deleting_unread_says_so(anna: Session, ben: Session) -> None:
    from store.commands import DeleteItems

    await send(anna, draft(is_read_receipt_requested=True))
    (item,) = await items_in(ben)
    await ben.execute(DeleteItems((item.id,), "to_deleted_items"))
    (receipt,) = await items_in(anna)
    assert receipt.item_class == "REPORT.IPM.Note.IPNNRN"


async def test_a_receipt_never_goes_to_a_third_person(
    door: SmtpDoor, store: Store, anna: Session, ben: Session
) -> None:
    """RFC 8098 2.1: the address that asks must be the one that the message came from."""
    wire = await Wire.to(door.addresses[0])
    asks = mime_of(headers="Disposition-Notification-To: victim@elsewhere.example\r\n")
    await wire.mail(asks, "anna@demo.example")
    (item,) = await items_in(anna)
    change = ItemChange(item.id, set={"is_read": True})
    await anna.execute(UpdateItems((change,), resolution="always_overwrite"))
    assert await queued(store) == []
