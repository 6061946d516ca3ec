"""Events of the change log as EWS writes them (MS-OXWNTIF 2.2.4)."""

from __future__ import annotations

from collections.abc import Sequence

from ews.codec import Raw, listed
from ews.ids import Ids, change_key
from ews.render.values import instant
from store.model import Event
from store.results import EventPage

ELEMENTS = {
    "created": "CreatedEvent",
    "new_mail": "NewMailEvent",
    "modified": "ModifiedEvent",
    "deleted": "DeletedEvent",
    "moved": "MovedEvent",
    "copied": "CopiedEvent",
}
KINDS = {element: kind for kind, element in ELEMENTS.items()}


def read_kinds(node: object) -> frozenset[str]:
    """The kinds of events in an EventTypes node; kinds that never happen here are passed over."""
    return frozenset(KINDS[name] for name in listed(node) if name in KINDS)


def coalesced(events: Sequence[Event]) -> list[Event]:
    """The same without changes of an object that are followed by another change of it.

    Who is told that a folder changed a hundred times asks for it a hundred times (lesson 35).
    """
    kept: list[Event] = []
    known: set[tuple[int, int, bool]] = set()
    for event in reversed(events):
        key = (event.folder_id, event.item_id, event.unread_count >= 0)
        if event.kind == "modified":
            if key in known:
                continue
            known.add(key)
        kept.append(event)
    kept.reverse()
    return kept


def write_event(ids: Ids, event: Event, *, watermark: bool) -> bytes:
    """One event element; with its Watermark for pull and push, without it in streams."""
    element = ELEMENTS[event.kind]
    parts = [f"<t:{element}>"]
    if watermark:
        mark = ids.watermark(event.mailbox_id, event.seq, event.n)
        parts.append(f"<t:Watermark>{mark}</t:Watermark>")
    parts.append(f"<t:TimeStamp>{instant(event.at)}</t:TimeStamp>")
    parts.append(_object(ids, event))
    if event.kind == "modified" and not event.item_id and event.unread_count >= 0:
        parts.append(f"<t:UnreadCount>{event.unread_count}</t:UnreadCount>")
    if event.kind in ("moved", "copied"):
        parts.append(_old_object(ids, event))
    parts.append(f"</t:{element}>")
    return "".join(parts).encode("ascii")


def _item(ids: Ids, event: Event, id: int) -> str:
    return f'Id="{ids.item(event.mailbox_id, id)}" ChangeKey="{change_key(event.seq)}"'


def _folder(ids: Ids, event: Event, id: int) -> str:
    return f'Id="{ids.folder(event.mailbox_id, id)}" ChangeKey="{change_key(event.seq)}"'


def _object(ids: Ids, event: Event) -> str:
    if event.item_id:
        return (
            f"<t:ItemId {_item(ids, event, event.item_id)}/>"
            f"<t:ParentFolderId {_folder(ids, event, event.folder_id)}/>"
        )
    return (
        f"<t:FolderId {_folder(ids, event, event.folder_id)}/>"
        f"<t:ParentFolderId {_folder(ids, event, event.parent_id)}/>"
    )


def _old_object(ids: Ids, event: Event) -> str:
    if event.item_id:
        return (
            f"<t:OldItemId {_item(ids, event, event.old_item_id)}/>"
            f"<t:OldParentFolderId {_folder(ids, event, event.old_folder_id)}/>"
        )
    return (
        f"<t:OldFolderId {_folder(ids, event, event.old_folder_id)}/>"
        f"<t:OldParentFolderId {_folder(ids, event, event.old_parent_id)}/>"
    )


def notification_of(
    ids: Ids, mailbox_id: int, subscription_id: str, page: EventPage, previous: str
) -> Raw:
    """A Notification with watermarks: the events of a page, or a StatusEvent."""
    if page.events:
        events = b"".join(write_event(ids, event, watermark=True) for event in page.events)
    else:
        mark = ids.watermark(mailbox_id, page.seq, page.n)
        events = f"<t:StatusEvent><t:Watermark>{mark}</t:Watermark></t:StatusEvent>".encode()
    more = "true" if page.more else "false"
    head = (
        f"<t:SubscriptionId>{subscription_id}</t:SubscriptionId>"
        f"<t:PreviousWatermark>{previous}</t:PreviousWatermark>"
        f"<t:MoreEvents>{more}</t:MoreEvents>"
    )
    return Raw(head.encode("ascii") + events)
