"""Eight clients that write one item at a time: requests per second, p50 and p99.

Each makes a message, changes its subject, and deletes it, over and over: three requests, each
answered only when its change is on the disk. Requests that wait for the disk together share one
commit. Beside it stand raw SQLite commits, one row each, with ``synchronous=FULL``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from typing import Any

from benchmarks.delivery import raw_commits
from benchmarks.server import ID, Client, Server, create, message, server

# The peer makes 565, changes 405 and deletes 775 items per second: of all three in turn, so many.
PEER_MIX = 3 / (1 / 565 + 1 / 405 + 1 / 775)


def _update(id: str, key: str, number: int) -> str:
    return (
        '<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly">'
        f'<m:ItemChanges><t:ItemChange><t:ItemId Id="{id}" ChangeKey="{key}"/><t:Updates>'
        '<t:SetItemField><t:FieldURI FieldURI="item:Subject"/><t:Message>'
        f"<t:Subject>New {number}</t:Subject></t:Message></t:SetItemField></t:Updates>"
        "</t:ItemChange></m:ItemChanges></m:UpdateItem>"
    )


def _delete(id: str) -> str:
    return (
        '<m:DeleteItem DeleteType="HardDelete"><m:ItemIds>'
        f'<t:ItemId Id="{id}"/></m:ItemIds></m:DeleteItem>'
    )


Times = dict[str, list[float]]


async def _writer(running: Server, user: int, until: float, times: Times) -> None:
    client = Client(running, user)

    async def timed(kind: str, body: str) -> bytes:
        began = time.perf_counter()
        answer = await client.ask(body)
        times[kind].append(time.perf_counter() - began)
        return answer

    number = 0
    while time.perf_counter() < until:
        number += 1
        made = ID.findall(await timed("create", create(message(number))))[0]
        id, key = made[0].decode(), made[1].decode()
        await timed("update", _update(id, key, number))
        await timed("delete", _delete(id))
    client.close()


def _spread(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "p50_ms": round(ordered[len(ordered) // 2] * 1000, 2),
        "p99_ms": round(ordered[int(len(ordered) * 0.99)] * 1000, 2),
    }


async def measure(running: Server, seconds: float, clients: int, users: int) -> dict[str, Any]:
    """Rate and waiting times over ``seconds``; client n works in the mailbox of n modulo users."""
    for user in range(users):
        await _writer(running, user, time.perf_counter() + 0.5, _times())
    times = _times()
    cpu = running.cpu_s()
    until = time.perf_counter() + seconds
    await asyncio.gather(*(_writer(running, n % users, until, times) for n in range(clients)))
    count = sum(map(len, times.values()))
    return {
        "requests_per_s": round(count / seconds, 1),
        "server_cpu_ms_per_request": round((running.cpu_s() - cpu) / count * 1000, 2),
        **{kind: _spread(part) for kind, part in times.items()},
    }


def _times() -> Times:
    return {"create": [], "update": [], "delete": []}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--users", type=int, default=8)
    arguments = parser.parse_args()
    with server(users=arguments.users) as running:
        figures = asyncio.run(
            measure(running, arguments.seconds, arguments.clients, arguments.users)
        )
    bare = raw_commits()
    figures["raw_commits_per_s"] = round(bare)
    figures["against_raw_commits"] = round(figures["requests_per_s"] / bare, 3)
    figures["against_peer"] = round(figures["requests_per_s"] / PEER_MIX, 2)
    print(json.dumps({"benchmark": "concurrent_writes", **figures}, indent=2))


if __name__ == "__main__":
    main()
