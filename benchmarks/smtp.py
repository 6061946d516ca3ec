"""An SMTP client of as few instructions as will do: it connects once and sends many messages."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from email.utils import format_datetime

from benchmarks.server import BODY


class Sender:
    """One SMTP connection to a server; ``send`` returns when the message is accepted (250)."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        """Connect and greet. Raises RuntimeError where the server refuses."""
        self._reader, self._writer = await asyncio.open_connection(*self._address)
        await self._reply(b"220")
        await self._say(b"EHLO bench.example", b"250")

    async def send(self, recipient: str, message: bytes) -> float:
        """Deliver one message; the moment (perf_counter) at which its bytes were handed over.

        Raises RuntimeError where it is refused.
        """
        await self._say(b"MAIL FROM:<sender@bench.example>", b"250")
        await self._say(b"RCPT TO:<%b>" % recipient.encode(), b"250")
        await self._say(b"DATA", b"354")
        handed_over = time.perf_counter()
        await self._say(message + b"\r\n.", b"250")
        return handed_over

    async def close(self) -> None:
        """Say goodbye."""
        await self._say(b"QUIT", b"221")
        if self._writer is not None:
            self._writer.close()

    async def _say(self, line: bytes, due: bytes) -> None:
        assert self._writer is not None
        self._writer.write(line + b"\r\n")
        await self._reply(due)

    async def _reply(self, due: bytes) -> None:
        assert self._reader is not None
        while True:
            line = await self._reader.readline()
            if not line.startswith(due):
                raise RuntimeError(f"the server said {line!r}, not {due.decode()}")
            if line[3:4] != b"-":
                return


def mail(recipient: str, number: int) -> bytes:
    """A plain message of some 1.5 KB with an id of its own."""
    return (
        f"From: Sender <sender@bench.example>\r\nTo: <{recipient}>\r\n"
        f"Subject: Report {number:06d} of the harbour\r\n"
        f"Date: {format_datetime(datetime.now(UTC))}\r\nMessage-ID: <{number}@bench.example>\r\n"
        f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        + "\r\n".join(BODY[at : at + 72] for at in range(0, len(BODY), 72))
    ).encode()
