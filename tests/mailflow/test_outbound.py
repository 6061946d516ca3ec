"""Mail for other servers: queue, smart host, retries, bounces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope

from mailflow.outbound import DELAYS_S, Outbound
from store.clock import MovableClock
from store.commands import AddAccount, CreateItems, SettleOutbound, SubmitMail, TakeOutbound
from store.model import Body, Item, ItemDraft
from store.store import Session, Store
from tests.mailflow.conftest import MailSettings, items_in, mime_of
from tests.mailflow.test_receiving import queued

pytestmark = pytest.mark.anyio


class SmartHost:
    """The relay of a provider: takes mail, or answers what a test tells it to."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, list[str], bytes]] = []
        self.tries = 0
        self.to_rcpt: dict[str, str] = {}
        self.to_mail = ""
        self.to_data = ""
        self.hangs = False

    async def handle_MAIL(self, *args: Any) -> str:
        _, _, envelope, address, options = args
        self.tries += 1
        if self.to_mail:
            return self.to_mail
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 ok"

    async def handle_RCPT(self, *args: Any) -> str:
        _, _, envelope, address, _ = args
        reply = self.to_rcpt.get(address, "250 ok")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        if self.hangs:
            await asyncio.sleep(60)
        if self.to_data:
            return self.to_data
        content = envelope.content
        assert isinstance(content, bytes)
        self.taken.append((str(envelope.mail_from), envelope.rcpt_tos, content))
        return "250 taken"


@pytest.fixture
async def smart_host(settings: MailSettings) -> AsyncIterator[SmartHost]:
    handler = SmartHost()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, hostname="relay.example", enable_SMTPUTF8=True), "127.0.0.1", 0
    )
    settings.smart_host = "127.0.0.1"
    settings.smart_host_port = server.sockets[0].getsockname()[1]
    yield handler
    server.close()


@pytest.fixture
async def outbound(
    store: Store, settings: MailSettings, smart_host: SmartHost
) -> AsyncIterator[Outbound]:
    worker = Outbound(store, settings, store.clock)
    await worker.start()
    yield worker
    await worker.stop()


async def until(holds: Callable[[], Any], seconds: float = 10) -> None:
    """Wait for something that the worker does."""
    async with asyncio.timeout(seconds):
        while True:
            result = holds()
            if asyncio.iscoroutine(result):
                result = await result
            if result:
                return
            await asyncio.sleep(0.01)


def advance(store: Store, seconds: float) -> None:
    assert isinstance(store.clock, MovableClock)
    store.clock.advance(seconds)


async def submit(session: Session, *recipients: str, mime: bytes | None = None) -> None:
    address = session.principal.address
    mime = mime or mime_of(sender=address, to=recipients[0])
    await session.execute(SubmitMail(mime, recipients, address))


async def bounces(session: Session) -> list[Item]:
    return [i for i in await items_in(session) if i.item_class.startswith("REPORT")]


async def test_mail_for_elsewhere_goes_to_the_smart_host_at_once(
    outbound: Outbound, smart_host: SmartHost, store: Store, anna: Session
) -> None:
    await submit(anna, "far@elsewhere.example", "other@elsewhere.example")
    await until(lambda: smart_host.taken)
    ((sender, recipients, mime),) = smart_host.taken
    assert sender == "anna@demo.example"
    assert recipients == ["far@elsewhere.example", "other@elsewhere.example"]
    assert mime.startswith(b"Received: by mail.demo.example id ")
    assert mime.split(b"\r\n", 1)[1].endswith(b"\r\n\r\nAll present.\r\n")
    await until(lambda: _is_empty(store))
    assert await bounces(anna) == []


async def test_temporary_trouble_is_tried_again_with_growing_delays(
    outbound: Outbound, smart_host: SmartHost, store: Store, anna: Session
) -> None:
    smart_host.to_mail = "451 4.3.0 not now"
    await submit(anna, "far@elsewhere.example")
    for tries, delay_s in enumerate(DELAYS_S[:3], 1):
        await until(lambda: smart_host.tries == tries)  # noqa: B023
        await until(lambda: _attempts(store, tries))  # noqa: B023
        advance(store, delay_s - 20)
        await asyncio.sleep(0.05)
        assert smart_host.tries == tries
        advance(store, 40)
    smart_host.to_mail = ""
    advance(store, DELAYS_S[3] + 40)
    await until(lambda: smart_host.taken)
    await until(lambda: _is_empty(store))
    assert await bounces(anna) == []


async def test_each_recipient_has_its_own_outcome(
    outbound: Outbound, smart_host: SmartHost, store: Store, anna: Session
) -> None:
    smart_host.to_rcpt = {
        "gone@elsewhere.example": "550 5.1.1 no such user",
        "busy@elsewhere.example": "450 4.2.1 try later",
    }
    people = ["well@elsewhere.example", "gone@elsewhere.example", "busy@elsewhere.example"]
    await submit(anna, *people)
    await until(lambda: smart_host.taken)
    await until(lambda: _queue_is(store, ["busy@elsewhere.example"]))
    (bounce,) = await bounces(anna)
    assert bounce.item_class == "REPORT.IPM.Note.NDR"
    assert b"Diagnostic-Code: smtp;550 5.1.1 no such user" in (bounce.mime or b"")
    assert b"gone@elsewhere.example" in (bounce.mime or b"")
    assert b"busy@elsewhere.example" not in (bounce.mime or b"")
    smart_host.to_rcpt = {}
    advance(store, 100)
    await until(lambda: len(smart_host.taken) == 2)
    assert smart_host.taken[1][1] == ["busy@elsewhere.example"]


async def test_what_the_smart_host_refuses_for_good_comes_back(
    outbound: Outbound, smart_host: SmartHost, store: Store, anna: Session
) -> None:
    smart_host.to_data = "554 5.7.1 this looks like spam"
    await submit(anna, "far@elsewhere.example")
    await until(lambda: bounces(anna))
    (bounce,) = await bounces(anna)
    assert b"this looks like spam" in (bounce.mime or b"")
    assert bounce.properties["subject"] == "Undeliverable: Minutes"
    assert await queued(store) == []


async def test_after_days_of_trying_the_sender_is_warned_and_then_told(
    outbound: Outbound, smart_host: SmartHost, store: Store, anna: Session
) -> None:
    smart_host.to_mail = "451 4.3.0 not now"
    await submit(anna, "far@elsewhere.example")
    for tries in range(1, 40):
        await until(lambda: _attempts_or_gone(store, tries))  # noqa: B023
        if await _is_empty(store):
            break
        advance(store, 14_500)
    classes = [item.item_class for item in await bounces(anna)]
    assert classes == ["REPORT.IPM.Note.Delayed", "REPORT.IPM.Note.NDR"]
    last = (await bounces(anna))[-1]
    assert b"Status: 4.4.7" in (last.mime or b"")
    assert b"451 4.3.0 not now" in (last.mime or b"")


async def test_without_a_smart_host_the_sender_hears_it_at_once(
    outbound: Outbound, settings: MailSettings, store: Store, anna: Session
) -> None:
    settings.smart_host = ""
    await submit(anna, "far@elsewhere.example")
    await until(lambda: bounces(anna))
    assert b"sends no mail outside" in ((await bounces(anna))[0].mime or b"")
    assert await queued(store) == []


async def test_nobody_answers_a_bounce(
    outbound: Outbound, smart_host: SmartHost, store: Store, anna: Session
) -> None:
    smart_host.to_data = "554 5.7.1 no"
    await anna.execute(SubmitMail(mime_of(sender="anna@demo.example"), ("a@b.example",), ""))
    await until(lambda: _is_empty(store))
    assert await items_in(anna) == []


async def test_a_dead_smart_host_costs_nobody_the_mail(
    store: Store, settings: MailSettings, smart_host: SmartHost, anna: Session
) -> None:
    port = settings.smart_host_port
    settings.smart_host_port = 1
    worker = Outbound(store, settings, store.clock)
    await worker.start()
    await submit(anna, "far@elsewhere.example")
    await until(lambda: _attempts(store, 1))
    await worker.stop()
    settings.smart_host_port = port
    worker = Outbound(store, settings, store.clock)
    await worker.start()
    advance(store, 100)
    await until(lambda: smart_host.taken)
    await worker.stop()


async def test_what_a_crash_left_taken_is_sent_by_the_next_run(
    store: Store, settings: MailSettings, smart_host: SmartHost, anna: Session
) -> None:
    await submit(anna, "far@elsewhere.example")
    (taken,) = await store.system().execute(TakeOutbound(5))  # and then the process dies
    assert taken.recipients[0][0] == "far@elsewhere.example"
    assert await store.system().execute(TakeOutbound(5)) == []
    worker = Outbound(store, settings, store.clock)
    await worker.start()
    advance(store, 16 * 60)
    await until(lambda: smart_host.taken)
    await until(lambda: _is_empty(store))
    await worker.stop()


async def test_a_settled_recipient_is_never_sent_again(store: Store, anna: Session) -> None:
    await submit(anna, "a@elsewhere.example", "b@elsewhere.example")
    (mail,) = await store.system().execute(TakeOutbound(5))
    await store.system().execute(SettleOutbound(mail.id, "a@elsewhere.example", "sent", "250"))
    await store.system().execute(SettleOutbound(mail.id, "a@elsewhere.example", "sent", "250"))
    advance(store, 16 * 60)
    (mail,) = await store.system().execute(TakeOutbound(5))
    assert [r[0] for r in mail.recipients] == ["b@elsewhere.example"]


async def test_stopping_gives_back_what_was_under_way(
    store: Store, settings: MailSettings, smart_host: SmartHost, anna: Session
) -> None:
    settings.stop_s = 0
    smart_host.hangs = True
    worker = Outbound(store, settings, store.clock)
    await worker.start()
    await submit(anna, "far@elsewhere.example")
    await until(lambda: smart_host.tries)
    await worker.stop()
    (mail,) = await store.system().execute(TakeOutbound(5))
    assert mail.recipients[0][:2] == ("far@elsewhere.example", 0)


async def test_a_letter_to_everybody_here_goes_through_the_queue_a23(
    outbound: Outbound, store: Store, anna: Session
) -> None:
    """The transaction of the sender fills 100 mailboxes; the worker fills the others."""
    for number in range(130):
        await store.system().execute(AddAccount(f"p{number}@demo.example", f"P {number}"))
    people = [f"p{number}@demo.example" for number in range(130)]
    await submit(anna, *people)
    await until(lambda: _is_empty(store), 30)
    from store.commands import FindItems, FolderRole

    system = store.system()
    counts = [
        (await system.execute(FindItems((FolderRole("inbox", address),))))[0].total
        for address in people
    ]
    assert counts == [1] * 130


async def test_bcc_never_leaves_29(
    outbound: Outbound, smart_host: SmartHost, store: Store, anna: Session, ben: Session
) -> None:
    """Field lesson 29: through the real relay, through local delivery; kept in Sent only."""
    draft = ItemDraft(
        properties={
            "subject": "Offer",
            "to": [{"name": "Far", "address": "far@elsewhere.example"}],
            "cc": [{"name": "Ben", "address": "ben@demo.example"}],
            "bcc": [{"name": "Hidden", "address": "hidden@elsewhere.example"}],
        },
        body=Body(text="Ours."),
    )
    results = await anna.execute(CreateItems((draft,), disposition="send_and_save"))
    assert results[0].id is None
    await until(lambda: smart_host.taken)
    ((_, recipients, mime),) = smart_host.taken
    assert recipients == ["far@elsewhere.example", "hidden@elsewhere.example"]
    assert b"hidden" not in mime.lower() and b"bcc:" not in mime.lower()
    (at_ben,) = await items_in(ben)
    assert b"hidden" not in (at_ben.mime or b"").lower()
    assert "bcc" not in at_ben.properties
    (sent,) = await items_in(anna, "sentitems")
    assert [m["address"] for m in sent.properties["bcc"]] == ["hidden@elsewhere.example"]
    assert b"bcc: hidden <hidden@elsewhere.example>" in (sent.mime or b"").lower()
    assert sent.properties["message_id"] == at_ben.properties["message_id"]


async def _is_empty(store: Store) -> bool:
    return not await queued(store)


async def _queue_is(store: Store, addresses: list[str]) -> bool:
    return await queued(store) == addresses


async def _attempts_or_gone(store: Store, count: int) -> bool:
    return await _is_empty(store) or await _attempts(store, count)


async def _attempts(store: Store, count: int) -> bool:
    from sqlalchemy import select

    from store import tables

    def read(conn: Any) -> list[int]:
        return list(conn.execute(select(tables.outbound_recipient.c.attempts)).scalars())

    return await store.database.read(read) == [count]
