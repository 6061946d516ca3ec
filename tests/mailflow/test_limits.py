"""Bounds of the mail doors: sizes, numbers, rates, waiting."""

from __future__ import annotations

import asyncio
import time

import pytest

from mailflow.message import RECEIVED_MAX
from mailflow.peers import network_of
from mailflow.rates import Rates
from mailflow.smtp import SmtpDoor
from store.clock import MovableClock
from store.store import Session, Store
from tests.mailflow.conftest import MailSettings, Opener, Wire, items_in, mime_of

pytestmark = pytest.mark.anyio


async def test_a_message_of_the_largest_size_passes_and_a_larger_one_does_not(
    open_door: Opener, settings: MailSettings, anna: Session
) -> None:
    settings.message_bytes_max = 100_000
    door = await open_door()
    wire = await Wire.to(door.addresses[0])
    assert (await wire.say("MAIL FROM:<a@b.example> SIZE=100001")).startswith("552")
    assert (await wire.say("MAIL FROM:<a@b.example> SIZE=100000")).startswith("250")
    await wire.say("RSET")
    fits = b"Subject: x\r\n\r\n" + b"y" * 99_984 + b"\r\n"
    assert len(fits) == 100_000
    assert (await wire.mail(fits, "anna@demo.example")).startswith("250")
    assert (await wire.mail(b"z" + fits, "anna@demo.example")).startswith("552 5.3.4")
    assert (await wire.mail(fits * 2, "anna@demo.example")).startswith("552 5.3.4")
    assert len(await items_in(anna)) == 1


async def test_transparency_dots_do_not_count(
    open_door: Opener, settings: MailSettings, anna: Session
) -> None:
    settings.message_bytes_max = 90_000
    door = await open_door()
    wire = await Wire.to(door.addresses[0])
    assert (await wire.mail(b"..\r\n" * 30_000, "anna@demo.example")).startswith("250")
    assert [item.mime for item in await items_in(anna)] == [b".\r\n" * 30_000]


async def test_a_message_without_end_is_cut_off(
    open_door: Opener, settings: MailSettings, anna: Session
) -> None:
    settings.message_bytes_max = 100_000
    door = await open_door()
    wire = await Wire.to(door.addresses[0])
    await wire.say("MAIL FROM:<a@b.example>")
    await wire.say("RCPT TO:<anna@demo.example>")
    await wire.say("DATA")
    wire.send(b"x" * 1_000_000)
    assert (await wire.reply()).startswith("421")
    assert await items_in(anna) == []


async def test_a_million_recipients_are_stopped_at_a_hundred_a23(
    door: SmtpDoor, anna: Session
) -> None:
    wire = await Wire.to(door.addresses[0])
    await wire.say("MAIL FROM:<a@b.example>")
    started = time.perf_counter()
    replies = [await wire.say(f"RCPT TO:<anna+{n}@demo.example>") for n in range(100)]
    assert {reply[:3] for reply in replies} == {"250"}
    said = ""
    for n in range(1000):
        said = await wire.say(f"RCPT TO:<anna+x{n}@demo.example>")
        if not said.startswith("452 4.5.3"):
            break
    assert said.startswith("421")  # who does not hear is let go
    assert time.perf_counter() - started < 10


async def test_a_session_of_refusals_ends(door: SmtpDoor) -> None:
    wire = await Wire.to(door.addresses[0])
    await wire.say("MAIL FROM:<a@b.example>")
    replies = [await wire.say(f"RCPT TO:<guess{n}@demo.example>") for n in range(30)]
    assert {reply[:9] for reply in replies} == {"550 5.1.1"}
    assert (await wire.reply()).startswith("421 4.7.0")
    assert await wire.reply() == ""


async def test_too_many_hops_are_a_loop(door: SmtpDoor, anna: Session) -> None:
    wire = await Wire.to(door.addresses[0])
    hops = "Received: from a by b; Wed, 25 Nov 2026 10:00:00 +0000\r\n"
    reply = await wire.mail(mime_of(headers=hops * (RECEIVED_MAX + 1)), "anna@demo.example")
    assert reply.startswith("554 5.4.6")
    own = mime_of(headers="X-Loop: <mail.demo.example>\r\n")
    assert (await wire.mail(own, "anna@demo.example")).startswith("554 5.4.6")
    other = mime_of(headers="X-Loop: list@elsewhere.example\r\n" + hops * RECEIVED_MAX)
    assert (await wire.mail(other, "anna@demo.example")).startswith("250")


async def test_a_message_of_nothing_but_headers_is_refused(door: SmtpDoor) -> None:
    wire = await Wire.to(door.addresses[0])
    many = "".join(f"X-{n}: y\r\n" for n in range(2100))
    assert (await wire.mail(mime_of(headers=many), "anna@demo.example")).startswith("554 5.6.0")


async def test_a_network_has_its_rate(
    open_door: Opener, settings: MailSettings, store: Store, anna: Session
) -> None:
    settings.smtp_messages_per_minute = 3
    door = await open_door(spares_loopback=False)
    wire = await Wire.to(door.addresses[0])
    for _ in range(3):
        assert (await wire.mail(mime_of(), "anna@demo.example")).startswith("250")
    assert (await wire.say("MAIL FROM:<a@b.example>")).startswith("450 4.7.1")
    assert isinstance(store.clock, MovableClock)
    store.clock.advance(20)
    assert (await wire.mail(mime_of(), "anna@demo.example")).startswith("250")


async def test_sessions_have_a_number(
    open_door: Opener, settings: MailSettings, anna: Session
) -> None:
    settings.smtp_connections_max = 2
    door = await open_door()
    first, _second = await Wire.to(door.addresses[0]), await Wire.to(door.addresses[0])
    third = await Wire.to(door.addresses[0], "")
    assert await third.reply() == ""
    first.close()
    for _ in range(100):
        await asyncio.sleep(0.02)
        again = await Wire.to(door.addresses[0], "")
        again.send(b"NOOP\r\n")
        if (await again.reply()).startswith("250"):
            return
    raise AssertionError("the place of who has gone is not given again")


async def test_who_says_nothing_is_let_go(
    open_door: Opener, settings: MailSettings, anna: Session
) -> None:
    settings.smtp_idle_s = 1
    door = await open_door()
    silent = await Wire.to(door.addresses[0])
    slow = await Wire.to(door.addresses[0])
    started = time.monotonic()
    gone = asyncio.create_task(silent.reply())
    for letter in b"MAIL FROM:<a@b.exam":
        slow.send(bytes([letter]))
        await asyncio.sleep(0.1)
        if gone.done():
            break
    assert await gone == ""
    assert await slow.reply() == ""
    assert time.monotonic() - started < 8


async def test_stopping_lets_a_message_be_finished(
    open_door: Opener, anna: Session, store: Store
) -> None:
    door = await open_door()
    wire, idle = await Wire.to(door.addresses[0]), await Wire.to(door.addresses[0])
    await wire.say("MAIL FROM:<a@b.example>")
    await wire.say("RCPT TO:<anna@demo.example>")
    await wire.say("DATA")
    wire.send(b"Subject: late\r\n\r\n")
    stopping = asyncio.create_task(door.stop())
    assert (await idle.reply()).startswith("421 4.3.2")
    wire.send(b"but here\r\n.\r\n")
    assert (await wire.reply()).startswith("250")
    assert (await wire.reply()).startswith("421")
    await stopping
    assert len(await items_in(anna)) == 1
    with pytest.raises(OSError):
        await Wire.to(door.addresses[0])


def test_rates_refill_with_time() -> None:
    clock = MovableClock()
    rates = Rates(clock, 60)
    assert all(rates.allow("a") for _ in range(60))
    assert not rates.allow("a")
    assert rates.allow("b")
    clock.advance(2)
    assert [rates.allow("a") for _ in range(3)] == [True, True, False]


def test_networks() -> None:
    assert network_of("192.0.2.77") == "192.0.2.0/24"
    assert network_of("::ffff:192.0.2.77") == "192.0.2.0/24"
    assert network_of("2001:db8::1:2") == "2001:db8::/64"
    assert network_of("") == ""
