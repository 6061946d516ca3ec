"""Between an item's properties and its row: hot columns, JSON record, content, attachments.

Packing is pure: hashing, compressing and converting happen before the transaction, so that the
writer only writes.
"""

from __future__ import annotations

import secrets
from typing import Any, cast

import msgspec

from schemas.classes import kind_of
from schemas.mapi import NEVER_KEPT
from schemas.properties import column_rows
from store import blobs, conversation_index
from store.calendar import span
from store.errors import Damaged
from store.instant import Instant
from store.model import AttachmentDraft, ItemDraft, Properties
from store.text import html_to_text, preview
from store.until import until_of

# Column of the item table by property, and how enums stand there.
_COLUMNS = {row.name: row.column for row in column_rows()}
_ORDINALS = {row.name: row.ordinals for row in column_rows() if row.ordinals}
_NAMES = {
    name: {ordinal: member for member, ordinal in ordinals.items()}
    for name, ordinals in _ORDINALS.items()
}
# What a column alone tells: of a mailbox it has but the name.
_READ = tuple(
    (row.name, row.column, _NAMES.get(row.name)) for row in column_rows() if row.type != "mailbox"
)
# Columns that the store itself keeps: never taken from the record.
_OWN = frozenset({"item_class", "is_associated", "imap_uid", "size", "has_attachments"})

_encode = msgspec.json.Encoder(order="deterministic").encode
_RECORD = msgspec.json.Decoder(dict[str, dict[str, Any]])

TEXT_BYTES_MAX = 8 * 1024 * 1024


class PackedAttachment(msgspec.Struct, frozen=True):
    """An attachment's row without its keys, and its blob."""

    row: dict[str, Any]
    blob: blobs.PackedBlob


class PackedItem(msgspec.Struct):
    """An item ready to be inserted: rows without the keys that only the writer knows.

    ``draft``: what it was packed from, where something is done with that on arrival.
    """

    row: dict[str, Any]
    content: dict[str, Any]
    blobs: list[blobs.PackedBlob]
    attachments: list[PackedAttachment]
    draft: ItemDraft | None = None

    @property
    def size(self) -> int:
        """Bytes that count towards the quota."""
        return self.row["size"]


def pack(draft: ItemDraft, now: Instant, *, associated: bool = False) -> PackedItem:
    """Turn a draft into rows. ``now`` fills created and modified where the draft has none."""
    properties = dict(draft.properties)
    text = body_text(draft)
    attachments = [pack_attachment(attachment, now) for attachment in draft.attachments]
    _derive(properties, draft, text)
    kept: list[blobs.PackedBlob] = [attachment.blob for attachment in attachments]
    mime = _keep(draft.mime, kept)
    html = _keep(draft.body.html.encode("utf-8", "replace") if draft.body.html else None, kept)
    size = measure(draft, [attachment.row["size"] for attachment in attachments])
    row = columns_of(properties, draft.extended, now)
    row.update(
        item_class=draft.item_class,
        kind=str(kind_of(draft.item_class)),
        is_associated=associated,
        size=size,
        has_attachments=any(not a.row["is_inline"] for a in attachments),
    )
    row["until"] = until_of(row["kind"], row, properties)
    content = {
        "mime": mime,
        "html": html,
        "has_text": draft.body.text is not None,
        "text": text,
        "headers": draft.headers.replace("\x00", "\ufffd"),
        "people": people_words(properties),
        "names": " ".join(attachment.row["name"] for attachment in attachments),
    }
    return PackedItem(row, content, kept, attachments)


def _keep(data: bytes | None, kept: list[blobs.PackedBlob]) -> str:
    if data is None:
        return ""
    blob = blobs.pack_blob(data)
    kept.append(blob)
    return blob.hash


def body_text(draft: ItemDraft) -> str:
    """The body as plain text, bounded: what is searched and previewed."""
    if draft.body.text is not None:
        text = draft.body.text
    elif draft.body.html:
        text = html_to_text(draft.body.html)
    else:
        text = ""
    return text.replace("\x00", "\ufffd")[:TEXT_BYTES_MAX]


def measure(draft: ItemDraft, attachment_sizes: list[int]) -> int:
    """An item's size in bytes: of its MIME, or what its parts come to."""
    if draft.mime is not None:
        return len(draft.mime)
    body = len(draft.body.html or "") + len(draft.body.text or "")
    return 512 + body + len(_encode(draft.properties)) + sum(attachment_sizes)


def content_of(draft: AttachmentDraft) -> bytes:
    """What an attachment's blob holds; of an item attachment its packed draft."""
    if draft.kind == "item":
        return msgspec.msgpack.encode(draft.item or ItemDraft())
    return draft.content or b""


def pack_attachment(draft: AttachmentDraft, now: Instant) -> PackedAttachment:
    """Turn an attachment into its row and blob."""
    data = content_of(draft)
    size = len(draft.item.mime) if draft.item and draft.item.mime else len(data)
    blob = blobs.pack_blob(data)
    row = {
        "kind": draft.kind,
        "name": clean(draft.name),
        "content_type": clean(draft.content_type),
        "content_id": clean(draft.content_id),
        "content_location": clean(draft.content_location),
        "is_inline": draft.is_inline,
        "is_contact_photo": draft.is_contact_photo,
        "size": size,
        "modified": now,
        "blob": blob.hash,
        "record": _encode({"properties": draft.properties}).decode(),
    }
    return PackedAttachment(row, blob)


def clean(text: str) -> str:
    """Text that both databases take: no NUL, no lone surrogate."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _derive(properties: Properties, draft: ItemDraft, text: str) -> None:
    """Fill what follows from the rest and is read more often than it changes."""
    for name, people in (
        ("display_to", "to"),
        ("display_cc", "cc"),
        ("display_bcc", "bcc"),
    ):
        properties[name] = display_names(properties.get(people) or [])
    if text:
        properties["preview"] = preview(text)
    else:
        properties.pop("preview", None)
    if draft.item_class.upper().startswith(("IPM.NOTE", "IPM.POST", "IPM.SCHEDULE", "REPORT")):
        properties.setdefault("conversation_topic", properties.get("subject", ""))
        properties.setdefault("conversation_id", conversation_of(properties))


def display_names(mailboxes: list[dict[str, Any]]) -> str:
    """Names (addresses where nameless) joined as Exchange shows them (MS-OXWSCORE DisplayTo)."""
    return clean("; ".join(_text(m, "name") or _text(m, "address") for m in mailboxes))


def conversation_of(properties: Properties) -> str:
    """The conversation a message belongs to: by its Thread-Index, else by the thread's root.

    Without either it begins one of its own.
    """
    named = conversation_index.conversation(properties.get("conversation_index"))
    if named is not None:
        return named
    references = str(properties.get("references", "")).split()
    root = (references[0] if references else "") or properties.get("in_reply_to", "")
    root = root or properties.get("message_id", "")
    return conversation_index.conversation_from(root) if root else secrets.token_hex(16)


def people_words(properties: Properties) -> str:
    """Names and addresses of all who take part, for the word index."""
    words: list[str] = []
    for name in (
        "from",
        "sender",
        "to",
        "cc",
        "bcc",
        "organizer",
        "required_attendees",
    ):
        value: Any = properties.get(name)
        people: list[Any] = cast("list[Any]", value) if isinstance(value, list) else [value]
        for person in people:
            if isinstance(person, dict):
                words += [_text(person, "name"), _text(person, "address")]
    emails: Any = properties.get("email_addresses") or {}
    words += [_text(entry, "address") for entry in emails.values()]
    for name in ("display_name", "given_name", "surname", "company_name", "file_as"):
        words.append(_text(properties, name))
    return clean(" ".join(word for word in words if word))


def _text(mapping: Any, key: str) -> str:
    value = mapping.get(key)
    return value if isinstance(value, str) else ""


def columns_of(properties: Properties, extended: dict[str, Any], now: Instant) -> dict[str, Any]:
    """The item table's hot columns and the record, from properties by neutral name."""
    row: dict[str, Any] = dict.fromkeys(set(_COLUMNS.values()) - _OWN)
    rest: Properties = {}
    for name, value in properties.items():
        column = _COLUMNS.get(name)
        if column is None or name in _OWN:
            if name not in _OWN:
                rest[name] = value
            continue
        ordinals = _ORDINALS.get(name)
        if ordinals is not None:
            value = ordinals[value]
        elif isinstance(value, str):
            value = clean(value)
        elif isinstance(value, dict):  # a mailbox: the name sorts, the record keeps the whole
            rest[name] = value
            value = clean(_text(value, "name") or _text(value, "address"))
        row[column] = value
    row["created"] = row.get("created") or now
    row["modified"] = row.get("modified") or now
    row["is_read"] = bool(row.get("is_read"))
    row["is_draft"] = bool(row.get("is_draft"))
    row["record"] = encode_record(rest, extended)
    row.update(span.columns(properties))
    return row


def mapping_of(row: Any) -> dict[str, Any]:
    """A row of the database as a mapping by column; a mapping is given back as it is."""
    return cast("dict[str, Any]", row) if isinstance(row, dict) else dict(row._mapping)


def encode_record(properties: Properties, extended: dict[str, Any]) -> str:
    """The JSON text of an item's or folder's record."""
    record: dict[str, Any] = {"properties": properties}
    kept = {key: value for key, value in extended.items() if key not in NEVER_KEPT}
    if kept:
        record["extended"] = kept
    return _encode(record).decode("utf-8").replace("\\u0000", "\ufffd")


def decode_record(record: str) -> tuple[Properties, dict[str, Any]]:
    """Properties and extended properties of a record. Raises Damaged."""
    try:
        decoded = _RECORD.decode(record)
    except msgspec.MsgspecError as error:
        raise Damaged("the record cannot be read") from error
    return decoded.get("properties", {}), decoded.get("extended", {})


def properties_of(row: Any) -> tuple[Properties, dict[str, Any]]:
    """All properties of an item's row (attributes by column), by neutral name."""
    properties, extended = decode_record(row.record)
    mapping = mapping_of(row)
    for name, column, names in _READ:
        value = mapping[column]
        if value is not None:
            properties[name] = names[value] if names is not None else value
    return properties, extended
