"""A device's own change of a collection, and what reading one takes in every class."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable

import msgspec

from eas.context import Context
from eas.errors import EasError
from eas.ids import read_file_reference, read_item_id
from eas.sync.request import CollectionRequest
from eas.wbxml import Element, encode
from store.commands import Command, CreateAttachments, DeleteAttachments
from store.devices.commands import DeviceChange
from store.model import AttachmentDraft, FolderId, ItemId

CONVERSION, NOT_FOUND = 6, 8


class OwnChange(msgspec.Struct, frozen=True):
    """A command of the device: its element, what the store is asked, or why it is not.

    ``client_ids``: the device's names of the attachments that it adds, in order.
    """

    kind: str
    name: str
    change: DeviceChange | None = None
    status: int = 0
    client_ids: tuple[str, ...] = ()
    tells_uid: bool = False


# Reads one command of a device: its collection, the folder, the element, and its id in it.
Reader = Callable[
    [Context, CollectionRequest, FolderId, Element, str], OwnChange | Awaitable[OwnChange]
]


def token_of(element: Element) -> str:
    """What tells a repeated command from a new one: the same words again are the same."""
    return hashlib.blake2b(encode(element), digest_size=12).hexdigest()


def words_of(element: Element) -> str:
    """What two Adds of the same words have in common. There are devices that repeat one, when the
    answer was lost, under another ClientId."""
    data = [child for child in element.children if child.name != "AirSync:ClientId"]
    return f"says:{token_of(Element(element.name, children=data))}"


def data_of(element: Element) -> Element:
    """The ApplicationData of a command, an empty one where it has none."""
    return element.find("AirSync:ApplicationData") or Element("AirSync:ApplicationData")


def item_named(ctx: Context, folder: FolderId, name: str) -> ItemId:
    """The item, which its id says to lie in this folder. Raises EasError 8."""
    lies_in, item = read_item_id(name, ctx.mailbox_id, NOT_FOUND)
    if lies_in != folder.id:
        raise EasError(NOT_FOUND, "an item of another folder")
    return item


def files_of(
    ctx: Context, item: ItemId, added: tuple[AttachmentDraft, ...], removed: tuple[str, ...]
) -> tuple[Command, ...]:
    """What becomes of an item's attachments; ``removed``: FileReferences. Raises EasError 8 for
    one of another item."""
    commands: list[Command] = []
    if removed:
        gone = [read_file_reference(each, ctx.mailbox_id, NOT_FOUND) for each in removed]
        if any(each.item != item for each in gone):
            raise EasError(NOT_FOUND, "an attachment of another item")
        commands.append(DeleteAttachments(tuple(gone)))
    if added:
        commands.append(CreateAttachments(item, added))
    return tuple(commands)
