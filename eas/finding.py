"""Items that fit a query: what Search and Find share."""

from __future__ import annotations

import msgspec

from eas.classes import kinds_of
from eas.context import Context
from store.commands import FindItems, FolderRef, FolderRole
from store.errors import StoreError
from store.model import ItemId
from store.restriction import And, Order, Page, Restriction

ROWS_MAX = 1_000


class Query(msgspec.Struct):
    """What is searched for; no folder means all, no class means all that the version has."""

    words: list[str] = []
    folders: list[FolderRef] = []
    bounds: list[Restriction] = []
    classes: set[str] = set()


async def find_items(
    ctx: Context, query: Query, *, deep: bool, first: int, count: int
) -> tuple[list[tuple[int, ItemId]], int]:
    """Folder and id of the items that fit, newest first, and how many there are in all."""
    kinds = kinds_of(query.classes, ctx.version)
    restriction = And(tuple(query.bounds)) if query.bounds else None
    pages = await ctx.execute(
        FindItems(
            tuple(query.folders) or (FolderRole("msgfolderroot"),),
            properties=("received",),
            restriction=restriction,
            query=" ".join(query.words),
            order=(Order("received", descending=True),),
            page=Page(limit=ROWS_MAX),
            deep=deep,
        )
    )
    found: set[tuple[str, int, int]] = set()  # a folder may be said twice, or lie below another
    mailbox_id = ctx.mailbox_id
    for page in pages:
        if isinstance(page, StoreError):
            raise page
        found |= {(row[5] or "", row[2], row[0]) for row in page.rows if row[4] in kinds}
    rows = sorted(found, reverse=True)
    chosen = rows[first : first + min(count, ROWS_MAX)]
    return [(folder, ItemId(mailbox_id, id)) for _, folder, id in chosen], len(rows)


def phrase(words: str) -> str:
    """What somebody typed, as words: nothing in it is an operator, and the last may go on."""
    quoted = [f'"{word}"' for word in words[:1_000].replace('"', " ").split()]
    if not quoted:
        return "()" if words.strip() else ""  # marks alone are in no message
    return f"{' '.join(quoted)}*"
