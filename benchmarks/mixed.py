"""Eight clients that read at once: requests per second, p50 and p99.

Each asks, in a mix that mail programs make: a page of 50 with 8 properties, one item with its body,
folders, a synchronisation with nothing new. Beside it stands the same number of bytes through a
bare loopback echo, which is the most that any server could do here.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time

from benchmarks.items import EIGHT, SORT
from benchmarks.server import Client, Server, fill, server

PEER = {"requests_per_s": 560, "p99_ms": 60}


def _page(offset: int) -> str:
    paths = "".join(f'<t:FieldURI FieldURI="{path}"/>' for path in EIGHT)
    return (
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>'
        f"<t:AdditionalProperties>{paths}</t:AdditionalProperties></m:ItemShape>"
        f'<m:IndexedPageItemView MaxEntriesReturned="50" Offset="{offset}"'
        f' BasePoint="Beginning"/>{SORT}<m:ParentFolderIds>'
        '<t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds></m:FindItem>'
    )


def _item(id: str) -> str:
    return (
        "<m:GetItem><m:ItemShape><t:BaseShape>Default</t:BaseShape><t:BodyType>Text</t:BodyType>"
        f'</m:ItemShape><m:ItemIds><t:ItemId Id="{id}"/></m:ItemIds></m:GetItem>'
    )


_FOLDERS = (
    "<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds>"
    '<t:DistinguishedFolderId Id="inbox"/><t:DistinguishedFolderId Id="drafts"/>'
    "</m:FolderIds></m:GetFolder>"
)


def _sync(state: str) -> str:
    return (
        "<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>"
        '<m:SyncFolderId><t:DistinguishedFolderId Id="drafts"/></m:SyncFolderId>'
        f"<m:SyncState>{state}</m:SyncState><m:MaxChangesReturned>512</m:MaxChangesReturned>"
        "</m:SyncFolderItems>"
    )


async def _reader(
    running: Server, ids: list[str], state: str, until: float, seed: int
) -> list[float]:
    client = Client(running)
    choose = random.Random(seed)
    times: list[float] = []
    while time.perf_counter() < until:
        kind = choose.random()
        if kind < 0.35:
            body = _page(choose.randrange(0, 1500))
        elif kind < 0.7:
            body = _item(choose.choice(ids))
        elif kind < 0.85:
            body = _FOLDERS
        else:
            body = _sync(state)
        began = time.perf_counter()
        await client.ask(body)
        times.append(time.perf_counter() - began)
    client.close()
    return times


async def measure(running: Server, seconds: float, clients: int) -> dict[str, float]:
    """Rate and waiting times over ``seconds``."""
    first = Client(running)
    ids = [id for id, _ in await fill(first, 2000)]
    answer = await first.ask(
        "<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>"
        '<m:SyncFolderId><t:DistinguishedFolderId Id="drafts"/></m:SyncFolderId>'
        "<m:MaxChangesReturned>512</m:MaxChangesReturned></m:SyncFolderItems>"
    )
    state = answer.split(b"<m:SyncState>")[1].split(b"<")[0].decode()
    cpu = running.cpu_s()
    until = time.perf_counter() + seconds
    lists = await asyncio.gather(
        *(_reader(running, ids, state, until, seed) for seed in range(clients))
    )
    times = sorted(t for part in lists for t in part)
    return {
        "requests_per_s": round(len(times) / seconds, 1),
        "p50_ms": round(times[len(times) // 2] * 1000, 2),
        "p99_ms": round(times[int(len(times) * 0.99)] * 1000, 2),
        "server_cpu_ms_per_request": round((running.cpu_s() - cpu) / len(times) * 1000, 3),
    }


async def loopback(seconds: float, clients: int) -> float:
    """Requests per second that a bare echo of 1 KB in, 20 KB out answers."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answer = b"x" * 20_000
        while await reader.read(1024):
            writer.write(answer)
        writer.close()

    listening = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    until = time.perf_counter() + seconds

    async def ask() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        done = 0
        while time.perf_counter() < until:
            writer.write(b"y" * 1024)
            await reader.readexactly(20_000)
            done += 1
        writer.close()
        return done

    counts = await asyncio.gather(*(ask() for _ in range(clients)))
    listening.close()
    return sum(counts) / seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--clients", type=int, default=8)
    arguments = parser.parse_args()
    with server() as running:
        figures = asyncio.run(measure(running, arguments.seconds, arguments.clients))
    bare = asyncio.run(loopback(2, arguments.clients))
    figures["against_peer"] = round(figures["requests_per_s"] / PEER["requests_per_s"], 2)
    figures["p99_against_peer"] = round(figures["p99_ms"] / PEER["p99_ms"], 2)
    figures["against_loopback"] = round(figures["requests_per_s"] / bare, 4)
    print(json.dumps({"benchmark": "mixed", **figures}, indent=2))


if __name__ == "__main__":
    main()
