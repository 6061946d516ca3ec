"""Ids as devices see them: short texts that name a thing inside the asker's own mailbox.

A folder is ``17``, an item ``17:2041``, an attachment ``2041:1`` (and ``2041:1:2`` inside an item
attachment). They are nobody's secret: the store decides for every one of them what the asker may
do, so an id that a device makes up opens nothing.
"""

from __future__ import annotations

import re

from eas.errors import EasError
from store.model import AttachmentId, FolderId, ItemId

_NUMBER = r"[1-9][0-9]{0,17}"
_FOLDER = re.compile(_NUMBER)
_ITEM = re.compile(rf"({_NUMBER}):({_NUMBER})")
_ATTACHMENT = re.compile(rf"({_NUMBER})((?::{_NUMBER}){{1,30}})")
# Status of an id that names nothing (MS-ASCMD 2.2.2, 150 ItemNotFound).
_NOT_FOUND = 150


def folder_server_id(folder_id: int) -> str:
    """ServerId or CollectionId of a folder (MS-ASCMD 2.2.3.30)."""
    return str(folder_id)


def item_server_id(folder_id: int, item_id: int) -> str:
    """ServerId of an item in a folder (MS-ASCMD 2.2.3.166); also its LongId in search results."""
    return f"{folder_id}:{item_id}"


def file_reference(attachment: AttachmentId) -> str:
    """FileReference of an attachment (MS-ASAIRS 2.2.2.23)."""
    return ":".join(str(part) for part in (attachment.item.id, *attachment.path))


def read_folder_id(text: str, mailbox_id: int, status: int = _NOT_FOUND) -> FolderId:
    """The folder of a ServerId. Raises EasError ``status`` for a text that is none."""
    if not _FOLDER.fullmatch(text):
        raise EasError(status, "no id of a folder")
    return FolderId(mailbox_id, int(text))


def read_item_id(text: str, mailbox_id: int, status: int = _NOT_FOUND) -> tuple[int, ItemId]:
    """The folder's number and the item of a ServerId. Raises EasError ``status``."""
    found = _ITEM.fullmatch(text)
    if found is None:
        raise EasError(status, "no id of an item")
    return int(found[1]), ItemId(mailbox_id, int(found[2]))


def read_file_reference(text: str, mailbox_id: int, status: int = _NOT_FOUND) -> AttachmentId:
    """The attachment of a FileReference. Raises EasError ``status``."""
    found = _ATTACHMENT.fullmatch(text)
    if found is None:
        raise EasError(status, "no reference of an attachment")
    path = tuple(int(step) for step in found[2][1:].split(":"))
    return AttachmentId(ItemId(mailbox_id, int(found[1])), path)
