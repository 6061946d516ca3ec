"""What a device's log says, in words: folders by name, and items that somebody names by subject."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from entrepot.administration import Administration
from entrepot.console import out
from store.commands import FetchFolders, FindFolders, FindItems, FolderRole
from store.devices.model import Entry, Round
from store.errors import StoreError
from store.model import Folder
from store.restriction import Contains, Order, Page

# Where the items of a person lie, with those that were deleted and can be recovered.
_ROOTS = ("msgfolderroot", "recoverableitemsdeletions")
_NAMED_MAX = 20
_FOLDER = re.compile(r"\bfolder ([0-9]{1,18})\b")
Named = tuple[int, int, str, str]


async def folder_names(admin: Administration, owner: str) -> dict[int, str]:
    """The names of a person's folders by number."""
    roots = tuple(FolderRole(role, owner) for role in _ROOTS)
    below = await admin.execute(FindFolders(roots[:1], deep=True))
    found: list[Folder | StoreError] = await admin.execute(FetchFolders(roots))
    for page in below:
        if not isinstance(page, StoreError):
            found += page.folders
    return {each.id.id: each.name for each in found if not isinstance(each, StoreError)}


async def items_named(admin: Administration, owner: str, words: str) -> list[Named]:
    """Items of a person whose subject has these words: folder, number, when, subject; newest
    first, at most 20."""
    pages = await admin.execute(
        FindItems(
            tuple(FolderRole(role, owner) for role in _ROOTS),
            properties=("received", "start", "subject"),
            restriction=Contains("subject", words, "substring", ignore_case=True),
            order=(Order("received", descending=True),),
            page=Page(limit=_NAMED_MAX),
            deep=True,
        )
    )
    rows = [row for page in pages if not isinstance(page, StoreError) for row in page.rows]
    named = [(row[2], row[0], row[6] or row[5] or "", row[7] or "") for row in rows]
    return sorted(named, key=lambda each: each[2], reverse=True)[:_NAMED_MAX]


def print_round(
    each: Round, entries: Sequence[Entry], names: Mapping[int, str], *, most: int = 0
) -> None:
    """A line for the round, and one for each entry; with ``most`` no more of them than that."""
    name = names.get(each.folder_id, "")
    where = f" folder {each.folder_id}" if each.folder_id else ""
    where += f" ({name})" if name else ""
    number = f" step {each.number}" if each.number else ""
    note = f": {each.note}" if each.note else ""
    out.print(f"{each.at[:19].replace('T', ' ')}  {each.what}{where}{number}{note}", markup=False)
    shown = entries[:most] if most else entries
    for entry in shown:
        kind = entry.kind.replace("_", " ")
        cause = _FOLDER.sub(lambda found: _with_name(found, names), entry.cause)
        out.print(f"    {kind:<12} {entry.item_id:<8} {cause}", markup=False)
    if len(shown) < len(entries):
        out.print(f"    and {len(entries) - len(shown)} more", markup=False)


def _with_name(found: re.Match[str], names: Mapping[int, str]) -> str:
    name = names.get(int(found[1]), "")
    return f"{found[0]} ({name})" if name else found[0]
