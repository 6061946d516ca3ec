"""Content-addressed blobs: MIME, bodies and attachments, compressed, shared between copies."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import zstandard
from sqlalchemy import Connection, select, text

from store import tables

_local = threading.local()

# Level 3 is zstd's default: a third of the size of HTML mail at some 300 MB/s.
_LEVEL = 3


class PackedBlob(msgspec.Struct, frozen=True):
    """A blob ready to be stored. ``size`` is that of the content."""

    hash: str
    size: int
    data: bytes


def hash_of(content: bytes) -> str:
    """By what a content is known."""
    return hashlib.blake2b(content, digest_size=20).hexdigest()


def pack_blob(content: bytes) -> PackedBlob:
    """Hash and compress ``content`` (work for a thread that is not the writer's)."""
    compressor = getattr(_local, "compressor", None)
    if compressor is None:
        compressor = _local.compressor = zstandard.ZstdCompressor(level=_LEVEL)
    return PackedBlob(hash_of(content), len(content), compressor.compress(content))


def unpack(data: bytes, size: int) -> bytes:
    """The content of a stored blob. Raises zstandard.ZstdError for damaged data."""
    decompressor = getattr(_local, "decompressor", None)
    if decompressor is None:
        decompressor = _local.decompressor = zstandard.ZstdDecompressor()
    return decompressor.decompress(data, max_output_size=size)


_SAVE = text(
    "INSERT INTO blob (mailbox_id, hash, size, refs, data)"
    " VALUES (:mailbox_id, :hash, :size, :refs, :data)"
    " ON CONFLICT (mailbox_id, hash) DO UPDATE SET refs = blob.refs + excluded.refs"
)
_RETAIN = text(
    "UPDATE blob SET refs = refs + :refs WHERE mailbox_id = :mailbox_id AND hash = :hash"
)
_DROP = text("DELETE FROM blob WHERE mailbox_id = :mailbox_id AND hash = :hash AND refs <= 0")


def save(conn: Connection, mailbox_id: int, blobs: Iterable[PackedBlob]) -> None:
    """Store blobs, one reference more for each time that one is given."""
    counts: Counter[str] = Counter()
    by_hash: dict[str, PackedBlob] = {}
    for blob in blobs:
        counts[blob.hash] += 1
        by_hash[blob.hash] = blob
    if not by_hash:
        return
    conn.execute(
        _SAVE,
        [
            {
                "mailbox_id": mailbox_id,
                "hash": blob.hash,
                "size": blob.size,
                "refs": counts[blob.hash],
                "data": blob.data,
            }
            for blob in by_hash.values()
        ],
    )


def change_references(conn: Connection, mailbox_id: int, counts: Mapping[str, int]) -> None:
    """Add to the reference counts (negative: let go); blobs that nobody refers to are dropped."""
    rows: list[dict[str, Any]] = [
        {"mailbox_id": mailbox_id, "hash": key, "refs": count}
        for key, count in counts.items()
        if key and count
    ]
    if not rows:
        return
    conn.execute(_RETAIN, rows)
    fallen = [
        {"mailbox_id": row["mailbox_id"], "hash": row["hash"]} for row in rows if row["refs"] < 0
    ]
    if fallen:
        conn.execute(_DROP, fallen)


def load(conn: Connection, mailbox_id: int, hashes: Iterable[str]) -> dict[str, bytes]:
    """The content of blobs by hash; a hash that is not stored is missing from the result."""
    wanted = {key for key in hashes if key}
    if not wanted:
        return {}
    rows = conn.execute(
        select(tables.blob.c.hash, tables.blob.c.size, tables.blob.c.data).where(
            tables.blob.c.mailbox_id == mailbox_id, tables.blob.c.hash.in_(wanted)
        )
    )
    return {row.hash: unpack(row.data, row.size) for row in rows}
