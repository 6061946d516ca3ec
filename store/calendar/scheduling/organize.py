"""What an organiser's doings tell the attendees (MS-OXWSMTGS 3.1.4; MS-OXOCAL 3.1.4.7)."""

from __future__ import annotations

from typing import Any

import msgspec

from store.calendar.scheduling.messages import (
    ATTENDEES,
    Meeting,
    address_of,
    cancellation,
    people_of,
    request,
)
from store.calendar.settle import RECEIVED
from store.commands import Disposition, FolderRef, FolderRole, Invitations, ItemChange
from store.executor import Tx, WriteTx
from store.items.insert import insert_items
from store.model import Body, ItemDraft, Properties
from store.record import pack
from store.results import SavedItem
from store.rights import Right
from store.submission import sending
from store.submission.sending import Outgoing

# Changes of these are news that ask everybody anew.
_OF_TIME = ("start", "end", "recurrence", "is_all_day")


def is_organizers(properties: Properties) -> bool:
    """Whether somebody must be told when this calendar item changes: it is its organiser's, and
    others take part."""
    is_received = int(properties.get("appointment_state") or 0) & RECEIVED
    return not is_received and bool(people_of(properties))


def invited(draft: ItemDraft, how: Invitations) -> ItemDraft:
    """A new meeting as it is kept once its invitations are sent."""
    if how == "none" or not is_organizers(draft.properties):
        return draft
    properties = {**draft.properties, "meeting_request_was_sent": True}
    return msgspec.structs.replace(draft, properties=properties)


def invitation(tx: Tx, draft: ItemDraft, how: Invitations) -> Outgoing | None:
    """The invitation to a new meeting, ready to be sent. Raises as ``sending.prepare``."""
    if how == "none" or not is_organizers(draft.properties):
        return None
    meeting = Meeting(draft.properties, draft.body, draft.attachments)
    return sending.prepare(tx, request(meeting))


def send(tx: WriteTx, draft: ItemDraft, *, keeps: bool) -> None:
    """Send a meeting message; ``keeps``: a copy goes to Sent Items."""
    hand_out(tx, sending.prepare(tx, draft), keeps=keeps)


def hand_out(tx: WriteTx, mail: Outgoing, *, keeps: bool) -> None:
    """Send what is prepared; ``keeps``: a copy goes to Sent Items."""
    copy = sending.submit(tx, mail)
    if keeps:
        target = tx.access.folder(FolderRole("sentitems"), Right.CREATE_ITEMS, role="saved")
        insert_items(tx, target.mailbox_id, target.id, [copy])


def dispose(
    tx: WriteTx, message: ItemDraft, disposition: Disposition, save_to: FolderRef | None
) -> SavedItem | None:
    """Send a meeting message, or keep it as a draft, which then comes back."""
    if disposition != "save":
        send(tx, message, keeps=disposition == "send_and_save")
        return None
    properties = {**message.properties, "is_draft": True, "is_read": True}
    draft = msgspec.structs.replace(message, properties=properties)
    ref = save_to or FolderRole("drafts")
    target = tx.access.folder(ref, Right.CREATE_ITEMS, role="saved")
    return insert_items(tx, target.mailbox_id, target.id, [pack(draft, tx.now)])[0]


def keeps_copy(how: Invitations) -> bool:
    """Whether the sender keeps a copy."""
    return how.endswith("_copy")


def announced(before: Properties, change: ItemChange, how: Invitations) -> ItemChange:
    """A change of a meeting with what sending it to everybody adds: the next sequence number, and
    where times change, answers that are asked for anew."""
    if how == "none" or change.draft is not None:
        return change
    after = {**before, **change.set}
    for name, people in change.append.items():
        if name in ATTENDEES:
            after[name] = [*(before.get(name) or ()), *people]
    if not is_organizers(after):
        return change
    added: Properties = {"meeting_request_was_sent": True}
    was_sent = bool(before.get("meeting_request_was_sent"))
    is_told = not how.startswith("changed")
    if was_sent and is_told:
        added["appointment_sequence_number"] = (
            int(before.get("appointment_sequence_number") or 0) + 1
        )
    if is_told and any(
        name in change.set and change.set[name] != before.get(name) for name in _OF_TIME
    ):
        added |= {
            name: [_unanswered(person) for person in after[name]]
            for name in ATTENDEES
            if after.get(name) and name not in change.append
        }
    return msgspec.structs.replace(change, set={**change.set, **added})


def _unanswered(person: dict[str, Any]) -> dict[str, Any]:
    return {"mailbox": person["mailbox"]}


def tell_of_change(tx: WriteTx, before: Properties, after: Meeting, how: Invitations) -> None:
    """Send a change of a meeting to whom it concerns: those who take part now, and to those who no
    longer do that they need not come. Raises as ``sending.prepare``."""
    if how == "none" or not is_organizers({**before, **_people(before, after)}):
        return
    keeps = keeps_copy(how)
    had = {address_of(person) for person in people_of(before)}
    has = {address_of(person) for person in people_of(after.properties)}
    was_sent = bool(before.get("meeting_request_was_sent"))
    concerned = has - had if how.startswith("changed") and was_sent else has
    if concerned:
        send(tx, request(after, concerned), keeps=keeps)
    if had - has and was_sent:
        gone = Meeting(before)
        send(tx, cancellation(gone, had - has, Body()), keeps=keeps)


def _people(before: Properties, after: Meeting) -> Properties:
    """All who took part before or do now, in one list."""
    everybody = [*people_of(before), *people_of(after.properties)]
    return {"required_attendees": [{"mailbox": person} for person in everybody]}


def tell_of_end(tx: WriteTx, meeting: Meeting, how: Invitations, body: Body | None = None) -> None:
    """Send everybody that a meeting, or an occurrence, does not take place."""
    if how == "none" or not is_organizers(meeting.properties):
        return
    properties = dict(meeting.properties)
    properties["appointment_sequence_number"] = (
        int(properties.get("appointment_sequence_number") or 0) + 1
    )
    ended = msgspec.structs.replace(meeting, properties=properties)
    send(tx, cancellation(ended, None, body), keeps=keeps_copy(how))
