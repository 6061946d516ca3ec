"""A thousand GetStreamingEvents connections: delay to the event, memory of a stream, idle CPU.

Each of some accounts has an equal share of the streams, each stream a subscription of its own to
the account's inbox, and all streams stay open. A message is delivered by SMTP to one account after
the other; the delay runs from two moments to the arrival of the event's chunk on each stream of
that account: ``after_data`` from the message's last byte, so parsing and the commit are in it;
``after_250`` from the server's word that it has the message (0 where the event was there before).
Most of it is the work of writing to so many connections, and of this very program reading them: it
shares the machine with the server.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import time
from typing import Any

from benchmarks.server import ENVELOPE, Client, Server, server
from benchmarks.smtp import Sender, mail

PEER = {"delay_ms": (300, 5000), "kib_per_stream": 60}
SUBSCRIBE = (
    "<m:Subscribe><m:StreamingSubscriptionRequest><t:FolderIds>"
    '<t:DistinguishedFolderId Id="inbox"/></t:FolderIds><t:EventTypes>'
    "<t:EventType>NewMailEvent</t:EventType></t:EventTypes>"
    "</m:StreamingSubscriptionRequest></m:Subscribe>"
)
_ID = re.compile(rb"<m:SubscriptionId>([^<]+)<")


def stream_request(subscription: str) -> str:
    """A GetStreamingEvents request for half an hour."""
    return (
        "<m:GetStreamingEvents><m:SubscriptionIds>"
        f"<t:SubscriptionId>{subscription}</t:SubscriptionId></m:SubscriptionIds>"
        "<m:ConnectionTimeout>30</m:ConnectionTimeout></m:GetStreamingEvents>"
    )


class Listener(Client):
    """One open stream: notes when the chunk of a NewMailEvent came."""

    def __init__(self, running: Server, user: int) -> None:
        super().__init__(running, user)
        self.user = user
        self.came = asyncio.Event()
        self.at = 0.0
        self._task: asyncio.Task[None] | None = None

    async def open(self, subscription: str) -> None:
        """Ask for events; returns once the server said that the stream is open."""
        await self.send((ENVELOPE % stream_request(subscription)).encode())
        assert self._reader is not None
        head = await self._reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise RuntimeError(head.decode("latin-1"))
        first = await self._chunk()
        if b"<m:ConnectionStatus>OK<" not in first:
            raise RuntimeError(first.decode())
        self._task = asyncio.create_task(self._follow())

    async def _chunk(self) -> bytes:
        assert self._reader is not None
        size = int(await self._reader.readline(), 16)
        data = await self._reader.readexactly(size + 2)
        return data[:-2]

    async def _follow(self) -> None:
        while True:
            if b"<t:NewMailEvent>" in await self._chunk():
                self.at = time.perf_counter()
                self.came.set()

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
        super().close()


async def _subscriptions(running: Server, user: int, count: int) -> list[str]:
    client = Client(running, user)
    found = [_ID.findall(await client.ask(SUBSCRIBE))[0].decode() for _ in range(count)]
    client.close()
    return found


async def _open(running: Server, streams: int, users: int) -> list[Listener]:
    listeners: list[Listener] = []
    for user in range(users):
        for subscription in await _subscriptions(running, user, streams // users):
            listener = Listener(running, user)
            await listener.open(subscription)
            listeners.append(listener)
    return listeners


async def _round(
    sender: Sender, running: Server, listeners: list[Listener], user: int, number: int
) -> list[tuple[float, float]]:
    """Seconds from data and from acceptance to the event on each stream of one account."""
    waiting = [listener for listener in listeners if listener.user == user]
    for listener in waiting:
        listener.came.clear()
    address = running.word["users"][user]["address"]
    handed_over = await sender.send(address, mail(address, number))
    accepted = time.perf_counter()
    async with asyncio.timeout(60):
        await asyncio.gather(*(listener.came.wait() for listener in waiting))
    return [(listener.at - handed_over, max(0.0, listener.at - accepted)) for listener in waiting]


def spread(seconds: list[float]) -> dict[str, float]:
    """Milliseconds: half, 99 of 100, all are no later."""
    ordered = sorted(seconds)
    return {
        "p50_ms": round(ordered[len(ordered) // 2] * 1000, 1),
        "p99_ms": round(ordered[int(len(ordered) * 0.99)] * 1000, 1),
        "max_ms": round(ordered[-1] * 1000, 1),
    }


async def measure(running: Server, streams: int, users: int, messages: int) -> dict[str, Any]:
    """All figures. Memory is that of the server before the first and after the last stream."""
    warm = Client(running)
    await warm.ask(SUBSCRIBE)
    sender = Sender(running.smtp)
    await sender.open()
    address = running.word["users"][0]["address"]
    for number in range(20):
        await sender.send(address, mail(address, number))
    before = running.resident_bytes()
    listeners = await _open(running, streams, users)
    after = running.resident_bytes()
    cpu, idle_s = running.cpu_s(), 10.0
    await asyncio.sleep(idle_s)
    cpu = running.cpu_s() - cpu
    delays = [
        delay
        for number in range(messages)
        for delay in await _round(sender, running, listeners, number % users, 1000 + number)
    ]
    await sender.close()
    for listener in listeners:
        listener.close()
    kib = (after - before) / 1024 / len(listeners)
    return {
        "streams": len(listeners),
        "accounts": users,
        "messages": messages,
        "after_data": spread([delay for delay, _ in delays]),
        "after_250": spread([delay for _, delay in delays]),
        "kib_per_stream": round(kib, 1),
        "idle_cpu_percent": round(cpu / idle_s * 100, 2),
        "memory_against_peer": round(kib / PEER["kib_per_stream"], 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--accounts", type=int, default=10)
    parser.add_argument("--messages", type=int, default=50)
    arguments = parser.parse_args()
    share = arguments.streams // arguments.accounts + 8
    environment = {
        "ENTREPOT_STREAMS_MAX": str(share),
        "ENTREPOT_SUBSCRIPTIONS_MAX": str(share),
        "ENTREPOT_CONNECTIONS_MAX": str(max(2000, 2 * arguments.streams)),
    }
    with server(users=arguments.accounts, environment=environment) as running:
        figures = asyncio.run(
            measure(running, arguments.streams, arguments.accounts, arguments.messages)
        )
    worst = figures["after_data"]["p99_ms"]
    figures["p99_against_peer"] = round(worst / PEER["delay_ms"][0], 2)
    print(json.dumps({"benchmark": "streaming", **figures}, indent=2))


if __name__ == "__main__":
    main()
