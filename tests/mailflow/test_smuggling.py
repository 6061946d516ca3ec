"""Attack A22: no byte sequence but CR LF . CR LF ends a message, and no session is led astray."""

from __future__ import annotations

import asyncio
import random

import pytest

from mailflow.smtp import SmtpDoor
from store.store import Session
from tests.mailflow.conftest import Opener, Wire, items_in, mime_of

pytestmark = pytest.mark.anyio

# The nine ends of data that some server takes for one.
ENDS = {
    "LF.LF": b"\n.\n",
    "LF.CRLF": b"\n.\r\n",
    "CR.CRLF": b"\r.\r\n",
    "CRLF.LF": b"\r\n.\n",
    "CRLF.CR": b"\r\n.\r",
    "LF.CR": b"\n.\r",
    "CR.LF": b"\r.\n",
    "CR.CR": b"\r.\r",
    "CRLF NUL.CRLF": b"\r\n\x00.\r\n",
}
_SECOND = (
    b"MAIL FROM:<chief@demo.example>\r\nRCPT TO:<anna@demo.example>\r\nDATA\r\n"
    b"Subject: smuggled\r\n\r\nPay at once.\r\n"
)


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
async def test_no_second_message_is_smuggled_in(door: SmtpDoor, anna: Session, end: bytes) -> None:
    wire = await Wire.to(door.addresses[0])
    reply = await wire.mail(b"Subject: one\r\n\r\ntext" + end + _SECOND, "anna@demo.example")
    assert reply.startswith("550 5.6.11")
    assert await items_in(anna) == []
    assert (await wire.say("NOOP")).startswith("250")  # and no reply waits unasked
    assert (await wire.mail(mime_of(), "anna@demo.example")).startswith("250")
    assert len(await items_in(anna)) == 1


@pytest.mark.parametrize("bare", [b"\r", b"\n", b"\n\r"], ids=["CR", "LF", "LF CR"])
async def test_a_bare_line_end_anywhere_is_refused(
    door: SmtpDoor, anna: Session, bare: bytes
) -> None:
    wire = await Wire.to(door.addresses[0])
    for data in (bare + b"x\r\n", b"Subject: x" + bare + b"Bcc: y\r\n\r\n", b"x" + bare + b"\r\n"):
        assert (await wire.mail(data, "anna@demo.example")).startswith("550 5.6.11")
    assert await items_in(anna) == []


async def test_the_end_may_come_in_pieces(door: SmtpDoor, anna: Session) -> None:
    wire = await Wire.to(door.addresses[0])
    await wire.say("MAIL FROM:<a@b.example>")
    await wire.say("RCPT TO:<anna@demo.example>")
    await wire.say("DATA")
    for piece in (b"Subject: x\r\n\r\nab\r", b"\n", b".", b"\r", b"\n"):
        wire.send(piece)
        await asyncio.sleep(0.01)
    assert (await wire.reply()).startswith("250")
    assert [item.mime for item in await items_in(anna)] == [b"Subject: x\r\n\r\nab\r\n"]


async def test_commands_may_be_pipelined_behind_a_message(door: SmtpDoor, anna: Session) -> None:
    """RFC 2920: what comes in one packet is answered in order, and nothing of it is lost."""
    wire = await Wire.to(door.addresses[0])
    one = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<anna@demo.example>\r\nDATA\r\n"
    wire.send(one + mime_of("one") + b".\r\n" + one + mime_of("two") + b".\r\nQUIT\r\n")
    replies = [await wire.reply() for _ in range(9)]
    assert [reply[:3] for reply in replies] == ["250", "250", "354", "250"] * 2 + ["221"]
    assert [i.properties["subject"] for i in await items_in(anna)] == ["one", "two"]


async def test_commands_before_starttls_are_dropped(open_door: Opener, tmp_path, anna) -> None:  # type: ignore[no-untyped-def]
    """What an attacker put in front of the handshake is not taken for the client's (RFC 3207)."""
    from entrepot.certificate import ensure_certificate

    ensure_certificate(tmp_path / "certificate.pem", tmp_path / "key.pem", ["localhost"], _now())
    door = await open_door()
    wire = await Wire.to(door.addresses[0])
    wire.send(b"STARTTLS\r\nRSET\r\nNOOP\r\n")
    assert (await wire.reply()).startswith("220")
    import ssl

    context = ssl.create_default_context(cafile=str(tmp_path / "certificate.pem"))
    context.check_hostname = False
    loop = asyncio.get_running_loop()
    transport = await loop.start_tls(
        wire.writer.transport, wire.writer.transport.get_protocol(), context
    )
    assert transport is not None
    wire.writer._transport = transport  # type: ignore[attr-defined]
    wire.reader._transport = transport  # type: ignore[attr-defined]
    reply = await wire.say("EHLO elsewhere.example")
    assert "SIZE" in reply and "STARTTLS" not in reply
    assert (await wire.say("NOOP")).startswith("250")


async def test_lines_of_noise_never_break_a_session(door: SmtpDoor, anna: Session) -> None:
    """Fuzz: whatever a peer says, it gets a reply or the session ends; the next one works."""
    chance = random.Random(22)
    words = [
        b"MAIL FROM:", b"RCPT TO:", b"<", b">", b"@", b"DATA", b"AUTH PLAIN", b"=", b"EHLO",
        b"\x00", b"anna@demo.example", b" ", b"\xff\xfe", b"SIZE=", b"9" * 30, b"RSET", b"HELO",
        b"\t", b":", b"VRFY", b"STARTTLS", b"BODY=8BITMIME", b"<>", b"x" * 3000, b"LHLO",
        b"BDAT 5", b"*",
    ]  # fmt: skip
    for _ in range(60):
        wire = await Wire.to(door.addresses[0], "EHLO x")
        for _ in range(12):
            line = b"".join(chance.choice(words) for _ in range(chance.randrange(1, 6)))
            reply = await wire.say(line)
            if not reply:
                break
            assert reply[:3].isdigit() and not reply.startswith("451"), (line, reply)
            if reply.startswith("354"):
                assert (await wire.say(b"x\r\n.")).startswith("250")
            if reply.startswith("334"):
                await wire.say(b"*")
        wire.close()
    wire = await Wire.to(door.addresses[0])
    before = len(await items_in(anna))
    assert (await wire.mail(mime_of(), "anna@demo.example")).startswith("250")
    assert len(await items_in(anna)) == before + 1


def _now():  # type: ignore[no-untyped-def]
    from datetime import UTC, datetime

    return datetime.now(UTC)
