"""ActiveSync: the first synchronisation of a mailbox, empty Syncs, and many Pings that wait.

*First synchronisation*: one device takes 2,000 messages of 1.3 KB of text in windows of 25, 100
and 512; items for each second of the clock, and for each second of the server's processor.
*Empty Syncs*: eight devices of one account ask again and again where nothing is new.
*Pings*: each of some accounts has an equal share of the devices, all wait; a message is delivered
to one account after the other. The delay runs from the message's last byte to the answer at each of
that account's devices. Memory is that of the server's process before the first and after the last
Ping. The client shares the machine with the server.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import re
import resource
import time
from typing import Any

from benchmarks.server import Client, Server, Timer, fill, server
from benchmarks.smtp import Sender, mail
from benchmarks.streaming import spread
from conformance.eas import documents
from conformance.eas.documents import body_preference, options
from conformance.eas.http import WBXML
from conformance.eas.wbxml import Node, decode, encode

PEER = {"items_per_s": 680, "items_per_cpu_s": 740, "kib_per_ping": 10 * 1024, "delay_s": 9}
TO_REACH = {
    "items_per_s": 2000,
    "items_per_cpu_s": 3000,
    "empty_per_s": 1500,
    "kib_per_ping": 30,
    "p99_ms": 500,
}
_KEY = re.compile(rb"\x4b\x03([0-9a-f]{8}-[0-9]+)\x00")
INBOX = "3"


class Device:
    """One kept-alive connection of one device that posts WBXML."""

    def __init__(self, running: Server, user: int, name: str) -> None:
        self._running = running
        who = running.word["users"][user]
        token = base64.b64encode(f"{who['address']}:{who['password']}".encode()).decode()
        self._query = f"User=x&DeviceId={name}&DeviceType=Bench"
        self._head = (
            f" HTTP/1.1\r\nHost: {running.host}\r\nAuthorization: Basic {token}\r\n"
            f"MS-ASProtocolVersion: 14.1\r\nUser-Agent: Bench/1\r\nContent-Type: {WBXML}\r\n"
        )
        self.user = user
        self.key = "0"
        self.at = 0.0
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, command: str, document: Node | None) -> bytes:
        """The answer's body. Raises RuntimeError for anything but 200."""
        await self.send(command, encode(document) if document is not None else b"")
        return await self.receive()

    async def send(self, command: str, body: bytes) -> None:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(
                self._running.host, self._running.port, limit=1 << 24
            )
        line = f"POST /Microsoft-Server-ActiveSync?Cmd={command}&{self._query}{self._head}"
        self._writer.write(f"{line}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        await self._writer.drain()

    async def receive(self) -> bytes:
        assert self._reader is not None
        head = await self._reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise RuntimeError(head.decode("latin-1"))
        length = re.search(rb"(?i)content-length: (\d+)", head)
        return await self._reader.readexactly(int(length[1]) if length else 0)

    async def sync(self, **asked: Any) -> bytes:
        """One step of the inbox; its key is kept."""
        collection = documents.collection(self.key, INBOX, **asked)
        answer = await self.ask("Sync", documents.sync([collection]))
        if found := _KEY.search(answer):
            self.key = found[1].decode()
        return answer

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


async def first_sync(running: Server, window: int, count: int) -> dict[str, float]:
    """How fast a device takes a mailbox in windows of one size."""
    device = Device(running, 0, f"first{window}")
    await device.sync()
    asked = options(body_preference(1, 2000))
    answers: list[bytes] = []
    cpu = running.cpu_s()
    with Timer() as timer:
        while answer := await device.sync(window=window, options=asked):
            answers.append(answer)
            if b"\x14" not in answer[:64]:  # MoreAvailable
                break
    cpu = running.cpu_s() - cpu
    device.close()
    items = sum(
        len(commands.children)
        for answer in answers
        if (
            commands := decode(answer).find(
                "AirSync:Collections", "AirSync:Collection", "AirSync:Commands"
            )
        )
        is not None
    )
    if items != count:
        raise RuntimeError(f"{items} items came, {count} are there")
    return {
        "items_per_s": round(count / timer.s),
        "items_per_cpu_s": round(count / max(cpu, 0.01)),
        "against_peer": round(count / timer.s / PEER["items_per_s"], 1),
    }


async def empty_syncs(running: Server, seconds: float, devices: int = 8) -> dict[str, float]:
    """How many Syncs that have nothing to tell are answered."""
    made = [Device(running, 1, f"empty{number}") for number in range(devices)]
    for device in made:
        while await device.sync():
            pass
    end = time.perf_counter() + seconds

    async def work(device: Device) -> int:
        count = 0
        body = encode(documents.sync([documents.collection(device.key, INBOX)]))
        while time.perf_counter() < end:
            await device.send("Sync", body)
            if await device.receive():
                raise RuntimeError("an answer that is not empty")
            count += 1
        return count

    cpu = running.cpu_s()
    with Timer() as timer:
        counts = await asyncio.gather(*(work(device) for device in made))
    cpu = running.cpu_s() - cpu
    for device in made:
        device.close()
    return {
        "empty_per_s": round(sum(counts) / timer.s),
        "empty_per_cpu_s": round(sum(counts) / cpu),
    }


async def _wait(device: Device) -> None:
    """Hold the inbox, and wait in a Ping."""
    while await device.sync():
        pass
    await device.send("Ping", encode(documents.ping(3540, [INBOX])))


async def _answered(device: Device) -> None:
    answer = await device.receive()
    device.at = time.perf_counter()
    if decode(answer).text("Ping:Status") != "2":
        raise RuntimeError(f"a Ping ended: {answer!r}")


async def pings(running: Server, count: int, accounts: int, messages: int) -> dict[str, Any]:
    """Memory, idle processor, and delay of waiting Pings."""
    sender = Sender(running.smtp)
    await sender.open()
    waiting = [Device(running, number % accounts, f"ping{number}") for number in range(count)]
    for device in waiting[:accounts]:  # one by one: many new people at once look like an attack
        await device.sync()
    # What a device costs to set up is not what a Ping costs: they begin before memory is read.
    for start in range(0, count, 200):
        await asyncio.gather(*(_hold(device) for device in waiting[start : start + 200]))
    before = running.resident_bytes()
    for start in range(0, count, 200):
        await asyncio.gather(*(_wait(device) for device in waiting[start : start + 200]))
    await asyncio.sleep(3)
    after = running.resident_bytes()
    cpu, idle_s = running.cpu_s(), 10.0
    await asyncio.sleep(idle_s)
    cpu = running.cpu_s() - cpu
    delays: list[float] = []
    for number in range(messages):
        user = number % accounts
        told = [device for device in waiting if device.user == user]
        address = running.word["users"][user]["address"]
        tasks = [asyncio.create_task(_answered(device)) for device in told]
        handed_over = await sender.send(address, mail(address, number))
        async with asyncio.timeout(60):
            await asyncio.gather(*tasks)
        delays += [device.at - handed_over for device in told]
        await asyncio.gather(*(_wait(device) for device in told))
    for device in waiting:
        device.close()
    await sender.close()
    return {
        "pings": count,
        "accounts": accounts,
        "messages": messages,
        "kib_per_ping": round((after - before) / 1024 / count, 1),
        "idle_cpu_percent": round(cpu / idle_s * 100, 2),
        "after_data": spread(delays),
    }


async def _hold(device: Device) -> None:
    """Hold the tree, without which a Ping ends at once, and the inbox."""
    await device.ask("FolderSync", documents.folder_sync("0"))
    while await device.sync():
        pass
    device.close()
    device._writer = device._reader = None


async def measure(running: Server, arguments: argparse.Namespace) -> dict[str, Any]:
    """All figures."""
    client = Client(running)
    await fill(client, arguments.items)
    client.close()
    found: dict[str, Any] = {"items": arguments.items}
    for window in (25, 100, 512):
        found[f"window_{window}"] = await first_sync(running, window, arguments.items)
    found |= await empty_syncs(running, arguments.seconds)
    if arguments.pings:
        found["ping"] = await pings(
            running, arguments.pings, arguments.accounts, arguments.messages
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--pings", type=int, default=10_000)
    parser.add_argument("--accounts", type=int, default=200)
    parser.add_argument("--messages", type=int, default=50)
    arguments = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    environment = {
        "ENTREPOT_DEVICE_PROVISIONING": "false",
        "ENTREPOT_DEVICES_MAX": "10000",
        "ENTREPOT_CONNECTIONS_MAX": str(max(2000, 2 * arguments.pings)),
    }
    with server(users=max(2, arguments.accounts), environment=environment) as running:
        figures = asyncio.run(measure(running, arguments))
    print(json.dumps({"benchmark": "devices", "to_reach": TO_REACH, **figures}, indent=2))


if __name__ == "__main__":
    main()
