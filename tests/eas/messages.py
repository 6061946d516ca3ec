"""Items as the store gives them, made from messages or by hand, and answers around them."""

from __future__ import annotations

from typing import Any

import msgspec

from eas.grammar import Violation, check_response
from eas.wbxml import Element, decode, encode
from store.mime import parse
from store.model import Attachment, AttachmentId, Body, FolderId, Item, ItemDraft, ItemId
from store.record import pack

VERSIONS = ("12.1", "14.0", "14.1", "16.0", "16.1")
RECEIVED = "2026-05-01T10:11:12.123456Z"
ANNA = {"name": "Anna Ångström", "address": "anna@example.org"}
BEN = {"name": "Ben", "address": "ben@example.org"}


def item_of(draft: ItemDraft, number: int = 1) -> Item:
    """The item that a draft becomes in the store."""
    properties = dict(draft.properties)
    properties.setdefault("received", RECEIVED)
    packed = pack(msgspec.structs.replace(draft, properties=properties), RECEIVED)
    record = msgspec.json.decode(packed.row["record"])
    stored: dict[str, Any] = {**properties, **record.get("properties", record)}
    for name in ("display_to", "conversation_id", "subject"):
        stored[name] = packed.row[name]
    item = ItemId(1, number)
    attachments = tuple(
        Attachment(
            AttachmentId(item, (place,)),
            one.row["kind"],
            one.row["name"],
            one.row["content_type"],
            one.row["content_id"],
            one.row["content_location"],
            one.row["is_inline"],
            one.row["is_contact_photo"],
            one.row["size"],
            one.row["modified"],
        )
        for place, one in enumerate(packed.attachments, 1)
    )
    return Item(
        item,
        change=7,
        folder=FolderId(1, 2),
        item_class=draft.item_class,
        kind="message",
        is_associated=False,
        properties=stored,
        extended=dict(draft.extended),
        body=draft.body,
        attachments=attachments,
        mime=draft.mime,
    )


def item_of_mime(mime: bytes, number: int = 1) -> Item:
    """The item that a message becomes."""
    return item_of(parse(mime), number)


def item(body: Body | None = None, **properties: Any) -> Item:
    """A message made by hand: from Anna to Ben, without MIME."""
    whole = {"from": ANNA, "to": [BEN], "subject": "Minutes", **properties}
    return item_of(ItemDraft(properties=whole, body=body or Body(text="Hello")))


def named(elements: list[Element]) -> dict[str, Element]:
    """Elements by name; fails where one is there twice."""
    found = {element.name: element for element in elements}
    assert len(found) == len(elements), [element.name for element in elements]
    return found


def in_a_sync(data: list[Element]) -> Element:
    """The data in a Sync answer."""

    def of(name: str, *children: Element, value: str | None = None) -> Element:
        return Element(f"AirSync:{name}", value, children)

    add = of("Add", of("ServerId", value="2:1"), Element("AirSync:ApplicationData", None, data))
    collection = of(
        "Collection",
        of("SyncKey", value="1"),
        of("CollectionId", value="2"),
        of("Status", value="1"),
        of("Commands", add),
    )
    return of("Sync", of("Collections", collection))


def violations(data: list[Element], version: str) -> list[Violation]:
    """What the grammar of the answer says, and whether it comes through WBXML as it is."""
    root = in_a_sync(data)
    assert decode(encode(root)) == root
    return check_response(root, "Sync", version)
