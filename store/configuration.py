"""Configuration objects of folders: hidden items of class IPM.Configuration.<name>.

Clients keep their settings there (MS-OXWSUSRCFG). The dictionary, XML and binary parts are
properties of the item, each replaced as a whole.
"""

from __future__ import annotations

import base64
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, select

from store import tables
from store.access import FolderRow
from store.commands import (
    DeleteConfiguration,
    FetchConfiguration,
    ItemChange,
    SaveConfiguration,
    UpdateItems,
    Want,
)
from store.errors import AlreadyExists, InvalidValue, NotFound, StoreError, TooLarge
from store.executor import Tx, WriteTx, reads, writes
from store.items.fetch import load_items
from store.items.insert import insert_item
from store.items.relocate import discard
from store.items.update import update_items
from store.model import Item, ItemDraft, ItemId, Properties
from store.results import SavedItem
from store.rights import Right

_item = tables.item
CLASS_PREFIX = "IPM.Configuration."
NAME_CHARS_MAX = 237
PART_BYTES_MAX = 1024 * 1024

_BY_CLASS = select(_item).where(
    _item.c.mailbox_id == bindparam("mailbox_id"),
    _item.c.folder_id == bindparam("folder_id"),
    _item.c.is_associated.is_(True),
    _item.c.item_class == bindparam("item_class"),
)


def _find(tx: Tx, folder: FolderRow, name: str) -> Row[Any] | None:
    return tx.conn.execute(
        _BY_CLASS,
        {
            "mailbox_id": folder.mailbox_id,
            "folder_id": folder.id,
            "item_class": CLASS_PREFIX + name,
        },
    ).first()


def _named(tx: Tx, folder: FolderRow, name: str) -> Row[Any]:
    row = _find(tx, folder, name)
    if row is None:
        raise NotFound(f"the folder has no configuration object {name!r}", role="item")
    return row


@reads(FetchConfiguration)
def fetch_configuration(tx: Tx, command: FetchConfiguration) -> Item:
    """A configuration object. Raises NotFound, AccessDenied."""
    folder = tx.access.folder(command.folder, Right.READ_ALL)
    item = load_items(tx, [_named(tx, folder, command.name)], Want())[0]
    if isinstance(item, StoreError):
        raise item
    return item


@writes(SaveConfiguration)
def save_configuration(tx: WriteTx, command: SaveConfiguration) -> SavedItem:
    """Make or change a configuration object. Raises AlreadyExists, NotFound, TooLarge."""
    _check(command)
    folder = tx.held_folder(command.folder, Right.CREATE_ITEMS | Right.EDIT_ALL)
    properties = _properties(command)
    if command.create:
        if _find(tx, folder, command.name) is not None:
            raise AlreadyExists(
                f"the folder has a configuration object {command.name!r}",
                role="configuration",
            )
        draft = ItemDraft(
            item_class=CLASS_PREFIX + command.name,
            properties={
                "subject": CLASS_PREFIX + command.name,
                "is_read": True,
                **properties,
            },
        )
        return insert_item(tx, folder.mailbox_id, folder.id, draft, associated=True)
    row = _named(tx, folder, command.name)
    change = ItemChange(ItemId(row.mailbox_id, row.id), set=properties)
    result = update_items(tx, UpdateItems((change,), resolution="always_overwrite"))[0]
    if isinstance(result, StoreError):
        raise result
    return result


def _check(command: SaveConfiguration) -> None:
    name = command.name
    if not name or len(name) > NAME_CHARS_MAX or not name.isprintable():
        raise InvalidValue(
            f"a configuration name has 1 to {NAME_CHARS_MAX} printable characters",
            where="name",
        )
    for part in (command.xml, command.binary, msgspec.json.encode(command.dictionary)):
        if part is not None and len(part) > PART_BYTES_MAX:
            raise TooLarge(f"a part of a configuration has at most {PART_BYTES_MAX:,} bytes")


def _properties(command: SaveConfiguration) -> Properties:
    properties: Properties = {}
    if command.dictionary is not None:
        properties["configuration_dictionary"] = command.dictionary
    if command.xml is not None:
        properties["configuration_xml"] = base64.b64encode(command.xml).decode()
    if command.binary is not None:
        properties["configuration_binary"] = base64.b64encode(command.binary).decode()
    return properties


@writes(DeleteConfiguration)
def delete_configuration(tx: WriteTx, command: DeleteConfiguration) -> None:
    """Remove a configuration object. Raises NotFound, AccessDenied."""
    folder = tx.held_folder(command.folder, Right.DELETE_ALL)
    discard(tx, [_named(tx, folder, command.name)])
