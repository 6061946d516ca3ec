"""A device's own changes of a collection, as the store carries them out (MS-ASCMD 2.2.3.32)."""

from __future__ import annotations

import msgspec

from eas.classes import Class
from eas.context import Context
from eas.errors import EasError
from eas.sync import calendar_changes, mail_changes, other_changes
from eas.sync.own import OwnChange, Reader
from eas.sync.request import CollectionRequest
from store.model import FolderId

_P = "AirSync"
_PROTOCOL = 4
_CLIENT_ID_MAX = 64
# Add, Change and Delete of each class.
_READERS: dict[str, dict[str, Reader]] = {
    "Email": mail_changes.READERS,
    "Calendar": calendar_changes.READERS,
    "Contacts": other_changes.CONTACTS,
    "Tasks": other_changes.TASKS,
    "Notes": other_changes.NOTES,
}


async def own_changes(
    ctx: Context, asked: CollectionRequest, folder: FolderId, kind: Class
) -> list[OwnChange]:
    """All commands of a collection but its fetches, in order. Raises EasError 4."""
    readers = _READERS[kind.name]
    changes: list[OwnChange] = []
    alike: dict[str, list[str]] = {}
    for element in asked.commands:
        verb = element.name.removeprefix(f"{_P}:")
        if verb == "Fetch":
            continue
        read = readers.get(verb)
        if read is None:
            raise EasError(_PROTOCOL, "a command that Sync does not have")
        id = element.find(f"{_P}:ClientId" if verb == "Add" else f"{_P}:ServerId")
        name = "" if id is None else id.as_text()
        if id is None or len(name) > _CLIENT_ID_MAX or (verb == "Add" and not name):
            raise EasError(_PROTOCOL, f"{verb} without its id")
        try:
            made = read(ctx, asked, folder, element, name)
            change = made if isinstance(made, OwnChange) else await made
            changes.append(_told_apart(change, alike))
        except EasError as error:
            changes.append(OwnChange(verb, name, status=error.status))
    return changes


def _told_apart(own: OwnChange, alike: dict[str, list[str]]) -> OwnChange:
    """Of new items that say the same in one request each is one of its own."""
    if own.change is None or not own.change.says:
        return own
    names = alike.setdefault(own.change.says, [])
    if own.name not in names:
        names.append(own.name)
    says = f"{own.change.says}-{names.index(own.name)}"
    return msgspec.structs.replace(own, change=msgspec.structs.replace(own.change, says=says))
