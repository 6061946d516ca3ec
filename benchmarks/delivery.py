"""Messages per second that SMTP accepts, each in the store and on the disk before its 250.

On one connection every message waits for its own commit; of eight, those that wait together share
one. Beside it stand raw SQLite commits of one row of the same size with ``synchronous=FULL``: what
the disk allows to anybody who answers only after it has the message.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.server import Server, Timer, server
from benchmarks.smtp import Sender, mail


async def _deliver(
    running: Server, connections: int, messages: int, first: int
) -> dict[str, float]:
    address = running.address
    each = messages // connections
    senders = [Sender(running.smtp) for _ in range(connections)]
    await asyncio.gather(*(sender.open() for sender in senders))

    async def work(sender: Sender, begin: int) -> None:
        for number in range(begin, begin + each):
            await sender.send(address, mail(address, number))

    cpu = running.cpu_s()
    with Timer() as timer:
        await asyncio.gather(*(work(sender, first + each * n) for n, sender in enumerate(senders)))
    cpu = running.cpu_s() - cpu
    await asyncio.gather(*(sender.close() for sender in senders))
    done = each * connections
    return {
        "messages_per_s": round(done / timer.s, 1),
        "server_cpu_ms_per_message": round(cpu / done * 1000, 2),
    }


def raw_commits(count: int = 300) -> float:
    """Commits per second of one row of 2 KB in SQLite, write-ahead log, synchronous=FULL."""
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder) / "raw.db", isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, data BLOB)")
        with Timer() as timer:
            for _ in range(count):
                database.execute("BEGIN IMMEDIATE")
                database.execute("INSERT INTO message (data) VALUES (?)", (b"x" * 2048,))
                database.execute("COMMIT")
        database.close()
    return count / timer.s


async def measure(running: Server, messages: int) -> dict[str, Any]:
    """Figures for one connection and for eight."""
    await _deliver(running, 1, 50, 0)
    return {
        "connections_1": await _deliver(running, 1, messages, 1_000_000),
        "connections_8": await _deliver(running, 8, messages, 2_000_000),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1000)
    arguments = parser.parse_args()
    with server() as running:
        figures = asyncio.run(measure(running, arguments.messages))
    bare = raw_commits()
    for part in figures.values():
        part["against_raw_commits"] = round(part["messages_per_s"] / bare, 3)
    print(
        json.dumps({"benchmark": "delivery", "raw_commits_per_s": round(bare), **figures}, indent=2)
    )


if __name__ == "__main__":
    main()
