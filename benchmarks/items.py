"""Items per second of each item operation, on mailboxes of three sizes.

Beside each figure stands its limit, measured in the same run: rows per second of raw SQLite with
the columns that a client sees, elements per second of raw lxml, bytes per second of raw loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import tempfile
from typing import Any

from lxml import etree

from benchmarks.server import ID, Client, Server, Timer, create, fill, message, server

PEER = {
    "find_id_only": 19_300,
    "find_8_sorted": 15_200,
    "get_text": 670,
    "get_mime": 680,
    "sync_from_empty": 2_800,
    "create": 565,
    "update": 405,
    "delete": 775,
}
PEER_NOTHING_NEW_MS = 2.7
PAGE = 1000
EIGHT = [
    "item:Subject",
    "item:DateTimeReceived",
    "message:From",
    "message:IsRead",
    "item:Size",
    "item:HasAttachments",
    "item:Importance",
    "item:DisplayTo",
]


def _find(offset: int, paths: list[str], sort: str = "") -> str:
    more = "".join(f'<t:FieldURI FieldURI="{path}"/>' for path in paths)
    extra = f"<t:AdditionalProperties>{more}</t:AdditionalProperties>" if more else ""
    return (
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>'
        f'{extra}</m:ItemShape><m:IndexedPageItemView MaxEntriesReturned="{PAGE}"'
        f' Offset="{offset}" BasePoint="Beginning"/>{sort}<m:ParentFolderIds>'
        '<t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds></m:FindItem>'
    )


SORT = (
    '<m:SortOrder><t:FieldOrder Order="Descending"><t:FieldURI'
    ' FieldURI="item:DateTimeReceived"/></t:FieldOrder></m:SortOrder>'
)


async def _find_all(client: Client, count: int, paths: list[str], sort: str) -> int:
    found = 0
    for offset in range(0, min(count, 10 * PAGE), PAGE):
        found += len(ID.findall(await client.ask(_find(offset, paths, sort))))
    return found


def _ids(ids: list[tuple[str, str]]) -> str:
    return "".join(f'<t:ItemId Id="{id}"/>' for id, _ in ids)


async def _get(client: Client, ids: list[tuple[str, str]], mime: bool) -> int:
    option = "<t:IncludeMimeContent>true</t:IncludeMimeContent>" if mime else ""
    count = 0
    for start in range(0, len(ids), 100):
        part = ids[start : start + 100]
        answer = await client.ask(
            "<m:GetItem><m:ItemShape><t:BaseShape>Default</t:BaseShape>"
            f"{option}<t:BodyType>Text</t:BodyType></m:ItemShape>"
            f"<m:ItemIds>{_ids(part)}</m:ItemIds></m:GetItem>"
        )
        count += len(ID.findall(answer))
    return count


async def _sync(client: Client, state: str = "") -> tuple[int, str, int]:
    """(items, state, calls) of a synchronisation to the end."""
    count = calls = 0
    while True:
        shown = f"<m:SyncState>{state}</m:SyncState>" if state else ""
        answer = await client.ask(
            "<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>"
            '<m:SyncFolderId><t:DistinguishedFolderId Id="inbox"/></m:SyncFolderId>'
            f"{shown}<m:MaxChangesReturned>512</m:MaxChangesReturned></m:SyncFolderItems>"
        )
        calls += 1
        count += len(ID.findall(answer))
        state = answer.split(b"<m:SyncState>")[1].split(b"<")[0].decode()
        if b"<m:IncludesLastItemInRange>true" in answer:
            return count, state, calls


async def _sync_one_change(client: Client, state: str, ids: list[tuple[str, str]]) -> float:
    """Seconds of a synchronisation that brings one changed item, whatever the folder holds."""
    taken = 0.0
    for id, key in ids[:20]:
        await _update(client, [(id, key)])
        with Timer() as timer:
            count, state, _ = await _sync(client, state)
        taken += timer.s
        if count != 1:
            raise RuntimeError(f"{count} changes came where one item changed")
    return taken / 20


async def _update(client: Client, ids: list[tuple[str, str]]) -> int:
    count = 0
    for start in range(0, len(ids), 100):
        changes = "".join(
            f'<t:ItemChange><t:ItemId Id="{id}" ChangeKey="{key}"/><t:Updates><t:SetItemField>'
            '<t:FieldURI FieldURI="item:Subject"/><t:Message><t:Subject>New</t:Subject></t:Message>'
            "</t:SetItemField></t:Updates></t:ItemChange>"
            for id, key in ids[start : start + 100]
        )
        answer = await client.ask(
            '<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly">'
            f"<m:ItemChanges>{changes}</m:ItemChanges></m:UpdateItem>"
        )
        count += answer.count(b'ResponseClass="Success"')
    return count


async def _delete(client: Client, ids: list[tuple[str, str]]) -> int:
    count = 0
    for start in range(0, len(ids), 100):
        answer = await client.ask(
            '<m:DeleteItem DeleteType="HardDelete"><m:ItemIds>'
            f"{_ids(ids[start : start + 100])}</m:ItemIds></m:DeleteItem>"
        )
        count += answer.count(b'ResponseClass="Success"')
    return count


async def _create(client: Client, count: int) -> int:
    done = 0
    for start in range(0, count, 100):
        batch = "".join(message(n) for n in range(start, start + 100))
        done += len(ID.findall(await client.ask(create(batch))))
    return done


async def measure(running: Server, size: int) -> dict[str, Any]:
    """All figures on one mailbox of ``size`` messages."""
    client = Client(running)
    ids = await fill(client, size)
    rates: dict[str, float] = {}

    async def rate(name: str, work: Any) -> None:
        with Timer() as timer:
            count = await work
        rates[name] = round(count / timer.s, 1)

    # The first request of a kind makes what all later ones use.
    await _find_all(client, 1, [], "")
    await _find_all(client, 1, EIGHT, SORT)
    await rate("find_id_only", _find_all(client, size, [], ""))
    await rate("find_8_sorted", _find_all(client, size, EIGHT, SORT))
    sample = ids[:: max(1, len(ids) // 1000)][:1000]
    await rate("get_text", _get(client, sample, mime=False))
    await rate("get_mime", _get(client, sample, mime=True))
    with Timer() as timer:
        count, state, _ = await _sync(client)
    rates["sync_from_empty"] = round(count / timer.s, 1)
    with Timer() as timer:
        for _ in range(50):
            await _sync(client, state)
    rates["sync_nothing_new_ms"] = round(timer.s / 50 * 1000, 2)
    rates["sync_one_change_ms"] = round(await _sync_one_change(client, state, ids) * 1000, 2)
    await rate("create", _create(client, 500))
    await rate("update", _update(client, sample[:500]))
    await rate("delete", _delete(client, sample[:500]))
    client.close()
    return {"messages": size, "items_per_s": rates, "resident_mb": running.resident_bytes() >> 20}


def limits() -> dict[str, float]:
    """What the parts below reach by themselves on this machine now."""
    with tempfile.NamedTemporaryFile() as file:
        database = sqlite3.connect(file.name)
        database.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, a, b, c, d, e, f, g, h)")
        rows = [(n, *(f"value {n}" for _ in range(8))) for n in range(20_000)]
        database.executemany("INSERT INTO item VALUES (?,?,?,?,?,?,?,?,?)", rows)
        database.commit()
        with Timer() as reading:
            count = len(database.execute("SELECT * FROM item ORDER BY id DESC").fetchall())
        with Timer() as writing:
            for n in range(20_000, 21_000):
                database.execute("INSERT INTO item VALUES (?,1,2,3,4,5,6,7,8)", (n,))
            database.commit()
    document = "<a>" + '<b c="1"><d>text</d><e>text</e></b>' * 10_000 + "</a>"
    with Timer() as parsing:
        etree.fromstring(document)
    return {
        "sqlite_rows_per_s": round(count / reading.s),
        "sqlite_inserts_per_s": round(1000 / writing.s),
        "lxml_elements_per_s": round(30_000 / parsing.s),
    }


def report(results: list[dict[str, Any]], bounds: dict[str, float]) -> dict[str, Any]:
    """Figures with ratios to the limits and to the best open peer."""
    for result in results:
        rates = result["items_per_s"]
        result["against_peer"] = {
            **{name: round(rates[name] / peer, 2) for name, peer in PEER.items()},
            "sync_nothing_new": round(PEER_NOTHING_NEW_MS / rates["sync_nothing_new_ms"], 2),
        }
        result["against_sqlite"] = {
            "find_id_only": round(rates["find_id_only"] / bounds["sqlite_rows_per_s"], 3),
            "find_8_sorted": round(rates["find_8_sorted"] / bounds["sqlite_rows_per_s"], 3),
            "create": round(rates["create"] / bounds["sqlite_inserts_per_s"], 4),
        }
    return {"benchmark": "items", "limits": bounds, "results": results}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000")
    arguments = parser.parse_args()
    results = []
    for size in map(int, arguments.sizes.split(",")):
        with server() as running:
            results.append(asyncio.run(measure(running, size)))
    print(json.dumps(report(results, limits()), indent=2))


if __name__ == "__main__":
    main()
