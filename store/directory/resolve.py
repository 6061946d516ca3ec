"""ResolveNames: from a typed name to people of the directory and of a contacts folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, func, or_, select

from store import tables
from store.access import FolderRow
from store.commands import FolderRole, ResolveNames
from store.directory.accounts import accounts_of
from store.directory.names import search_words, words_of
from store.errors import InvalidValue
from store.executor import Tx, reads
from store.model import Account, ItemId
from store.record import properties_of
from store.results import ResolvedName, ResolvedNames
from store.rights import Right
from store.search.dialect import DIALECTS
from store.search.text import ACCENTS, CASE, fold

_account = tables.account
_address = tables.address
_word = tables.directory_word
_item = tables.item
_content = tables.content

_LIMIT_MAX = 1000
_FOLDED = CASE | ACCENTS
# Words of the names of a contact, and of its mail addresses.
_CONTACT_WORDS = (
    "display_name",
    "file_as",
    "given_name",
    "middle_name",
    "surname",
    "nickname",
    "company_name",
    "subject",
)


@reads(ResolveNames)
def resolve_names(tx: Tx, command: ResolveNames) -> ResolvedNames:
    """Candidates in the order of the scope, each part by name; ``is_complete`` False where the
    limit cut them. A whole address of the directory finds that account alone.

    Raises InvalidValue for an empty text, NotFound and AccessDenied for the contacts folder.
    """
    words = search_words(command.text)
    if not words:
        raise InvalidValue("there is no name to resolve", where="text")
    limit = max(1, min(command.limit, _LIMIT_MAX))
    found: list[ResolvedName] = []
    for source in _SOURCES[command.scope]:
        found += source(tx, command, words, limit + 1 - len(found))
        if len(found) > limit:
            break
    return ResolvedNames(tuple(found[:limit]), is_complete=len(found) <= limit)


def _from_directory(
    tx: Tx, command: ResolveNames, words: list[str], limit: int
) -> list[ResolvedName]:
    exact = _account_at(tx, words[0]) if len(words) == 1 else None
    accounts = [exact] if exact is not None else _accounts_by_words(tx, words, limit)
    return [ResolvedName(account.name, account.address, account) for account in accounts]


def _account_at(tx: Tx, address: str) -> Account | None:
    row = tx.conn.execute(
        select(_account)
        .join(_address, _address.c.account_id == _account.c.id)
        .where(_address.c.address == address)
    ).first()
    return accounts_of(tx, [row])[0] if row is not None else None


def _accounts_by_words(tx: Tx, words: list[str], limit: int) -> list[Account]:
    matches = [
        _account.c.id.in_(select(_word.c.account_id).where(_begins(tx, word))) for word in words
    ]
    rows = tx.conn.execute(
        select(_account)
        .where(and_(*matches))
        .order_by(func.lower(_account.c.name), _account.c.address)
        .limit(limit)
    ).all()
    return accounts_of(tx, rows)


def _begins(tx: Tx, word: str) -> ColumnElement[bool]:
    """``word`` begins a directory word. SQLite compares by code point, so a range of the index
    does it; PostgreSQL's collation need not."""
    if tx.dialect == "sqlite":
        return and_(_word.c.word >= word, _word.c.word < word + "\U0010ffff")
    return func.starts_with(_word.c.word, word)


def _from_contacts(
    tx: Tx, command: ResolveNames, words: list[str], limit: int
) -> list[ResolvedName]:
    folder = tx.access.folder(command.folder or FolderRole("contacts"), Right.READ_ALL)
    found: list[ResolvedName] = []
    for row in tx.conn.execute(_contacts(tx, folder, words)):
        properties, _ = properties_of(row)
        if not _fits(_contact_words(properties), words):
            continue
        found.append(_contact(row, properties))
        if len(found) >= limit:
            break
    return sorted(found, key=lambda name: (name.name.casefold(), name.address))


def _contacts(tx: Tx, folder: FolderRow, words: list[str]) -> Any:
    """Contacts and lists of a folder in whose names or addresses each word begins some word.

    The database's folding leaves a sharp s as it is, so it looks for what comes before one.
    """
    dialect = DIALECTS[tx.dialect]
    beginnings = [fold(word, _FOLDED).partition("ss")[0] for word in words]
    begins = [
        or_(
            *(
                dialect.contains(column, beginning, "prefix_on_words", _FOLDED)
                for column in (_content.c.people, _item.c.subject)
            )
        )
        for beginning in beginnings
        if beginning
    ]
    return (
        select(_item)
        .join(
            _content,
            and_(_content.c.mailbox_id == _item.c.mailbox_id, _content.c.item_id == _item.c.id),
        )
        .where(
            _item.c.mailbox_id == folder.mailbox_id,
            _item.c.folder_id == folder.id,
            _item.c.is_associated.is_(False),
            _item.c.kind.in_(("contact", "dist_list")),
            *begins,
        )
        .order_by(_item.c.id)
    )


def _contact_words(properties: dict[str, Any]) -> set[str]:
    texts = [value for key in _CONTACT_WORDS if isinstance(value := properties.get(key), str)]
    return words_of([*texts, *_contact_addresses(properties)])


def _contact_addresses(properties: dict[str, Any]) -> list[str]:
    entries: dict[str, Any] = properties.get("email_addresses") or {}
    found: list[str] = []
    for key in sorted(entries):
        entry = entries[key]
        address = cast("dict[str, Any]", entry).get("address") if isinstance(entry, dict) else entry
        if isinstance(address, str) and address:
            found.append(address)
    return found


def _fits(have: set[str], words: list[str]) -> bool:
    return all(any(known.startswith(word) for known in have) for word in words)


def _contact(row: Any, properties: dict[str, Any]) -> ResolvedName:
    addresses = _contact_addresses(properties)
    name = properties.get("display_name") or properties.get("file_as") or row.subject or ""
    return ResolvedName(
        name=str(name),
        address=addresses[0] if addresses else "",
        item=ItemId(row.mailbox_id, row.id),
        kind=row.kind,
        change=row.seq,
        properties=properties,
    )


Source = Callable[[Tx, ResolveNames, list[str], int], list[ResolvedName]]
_SOURCES: dict[str, tuple[Source, ...]] = {
    "directory": (_from_directory,),
    "contacts": (_from_contacts,),
    "directory_contacts": (_from_directory, _from_contacts),
    "contacts_directory": (_from_contacts, _from_directory),
}
