"""FindMeeting: the calendar item that a meeting message is about."""

from __future__ import annotations

from store.calendar.scheduling.found import find_meeting
from store.commands import FindMeeting
from store.errors import NoSuchMailbox, StoreError
from store.executor import Tx, reads
from store.items.rows import permitted
from store.model import ItemId
from store.rights import READ_OWNED, Right


@reads(FindMeeting, small=lambda command: True)
def find_meeting_item(tx: Tx, command: FindMeeting) -> ItemId | None:
    """The calendar item of a UID, where the asker may read it."""
    mailbox_id = command.mailbox_id
    if command.owner:
        try:
            mailbox_id = tx.access.mailbox_id(command.owner)
        except NoSuchMailbox:
            return None
    found = find_meeting(tx, mailbox_id, command.uid, command.original)
    if found is None:
        return None
    row = permitted(tx, [found.id], Right.READ_ALL, owned=READ_OWNED, occurrences=True)[0]
    return None if isinstance(row, StoreError) else found.id
