"""A private server to measure, its mailbox filled, and a client that costs as little as it can."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?><s:Envelope'
    ' xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"'
    ' xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><s:Header>'
    '<t:RequestServerVersion Version="Exchange2013_SP1"/></s:Header><s:Body>%s</s:Body>'
    "</s:Envelope>"
)
_PROGRAM = os.environ.get("ENTREPOT_PROGRAM", "-m entrepot").split()
ID = re.compile(rb'<t:ItemId Id="([^"]+)" ChangeKey="([^"]+)"/>')


class Server:
    """A running server: its first line of JSON, and its process."""

    def __init__(self, word: dict[str, Any], process: subprocess.Popen[str]) -> None:
        self.word = word
        self.process = process
        user = word["users"][0]
        self.address: str = user["address"]
        self.password: str = user["password"]
        host, _, port = word["http"].removeprefix("http://").partition(":")
        self.host, self.port = host, int(port)
        smtp_host, _, smtp_port = word["smtp"].partition(":")
        self.smtp = (smtp_host, int(smtp_port))

    @property
    def pid(self) -> int:
        return int(self.word["pid"])

    def resident_bytes(self) -> int:
        """Memory of the server's process."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) * 1024 if found else 0

    def cpu_s(self) -> float:
        """Seconds of processor that the server has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def server(*, users: int = 1, environment: dict[str, str] | None = None) -> Iterator[Server]:
    """A server with empty mailboxes in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, *_PROGRAM, "demo", "--folder", folder, "--http-port", "0",
             "--smtp-port", "0", "--json", "--empty", "--users", str(users)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
        )  # fmt: skip
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            yield Server(json.loads(line), process)
        finally:
            process.terminate()
            process.wait(20)


class Client:
    """One kept-alive HTTP connection that posts SOAP bodies."""

    def __init__(self, server: Server, user: int = 0) -> None:
        self._server = server
        who = server.word["users"][user]
        token = base64.b64encode(f"{who['address']}:{who['password']}".encode()).decode()
        self._head = (
            f"POST /EWS/Exchange.asmx HTTP/1.1\r\nHost: {server.host}\r\n"
            f"Authorization: Basic {token}\r\nContent-Type: text/xml; charset=utf-8\r\n"
        )
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, body: str) -> bytes:
        """The answer's body. Raises RuntimeError for anything but success."""
        data = (ENVELOPE % body).encode()
        await self.send(data)
        return await self.receive()

    async def send(self, data: bytes) -> None:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(
                self._server.host, self._server.port, limit=1 << 26
            )
        head = f"{self._head}Content-Length: {len(data)}\r\n\r\n"
        self._writer.write(head.encode() + data)
        await self._writer.drain()

    async def receive(self) -> bytes:
        assert self._reader is not None
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        answer = await self._reader.readexactly(int(length[1]) if length else 0)
        if b" 200 " not in head.split(b"\r\n", 1)[0] or b'ResponseClass="Error"' in answer:
            raise RuntimeError(answer[:2000].decode("utf-8", "replace"))
        return answer

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


BODY = "The quay wall was looked at today, and the bollards hold. " * 20


def message(number: int) -> str:
    """A Message element of some 1.3 KB of text."""
    return (
        f"<t:Message><t:Subject>Report {number:06d} of the harbour</t:Subject>"
        f'<t:Body BodyType="Text">{number} {BODY}</t:Body>'
        "<t:ToRecipients><t:Mailbox><t:Name>Ben Karst</t:Name>"
        "<t:EmailAddress>ben@demo.example</t:EmailAddress></t:Mailbox></t:ToRecipients>"
        f"<t:From><t:Mailbox><t:Name>User One</t:Name><t:EmailAddress>user1@demo.example"
        "</t:EmailAddress></t:Mailbox></t:From>"
        f"<t:IsRead>{'true' if number % 3 else 'false'}</t:IsRead></t:Message>"
    )


def create(messages: str, folder: str = "inbox") -> str:
    """A CreateItem request."""
    return (
        '<m:CreateItem MessageDisposition="SaveOnly"><m:SavedItemFolderId>'
        f'<t:DistinguishedFolderId Id="{folder}"/></m:SavedItemFolderId>'
        f"<m:Items>{messages}</m:Items></m:CreateItem>"
    )


async def fill(client: Client, count: int, folder: str = "inbox") -> list[tuple[str, str]]:
    """Save ``count`` messages; their ids and change keys."""
    ids: list[tuple[str, str]] = []
    for start in range(0, count, 500):
        batch = "".join(message(n) for n in range(start, min(count, start + 500)))
        answer = await client.ask(create(batch, folder))
        ids += [(a.decode(), b.decode()) for a, b in ID.findall(answer)]
    return ids


class Timer:
    """Seconds of a block."""

    def __enter__(self) -> Timer:
        self._begin = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.s = time.perf_counter() - self._begin
