"""Items of CreateItem, and of attachments, in the store's words (MS-OXWSCORE 3.1.4.2)."""

from __future__ import annotations

import mimetypes
from typing import Any

from ews.codec import BadBase64, listed
from ews.context import Context
from ews.errors import EwsError
from ews.paths import read_path
from ews.reading.mime import with_mime
from ews.reading.time_zones import read_meeting_zone, read_zone
from ews.reading.values import read_value
from schemas import mapi
from schemas.classes import default_class, kind_of, may_carry
from schemas.properties import by_element
from schemas.property import Kind, P
from store.model import AttachmentDraft, Body, ItemDraft, Properties

# Elements that no registry row reads.
_PARTS = frozenset({"ItemClass", "ExtendedProperty", "MimeContent", "Body", "Attachments"})
# Create takes it and lets it be (survey, 5.1).
_IGNORED = frozenset({"StoreEntryId", "ItemId", "ParentFolderId"})


def read_item(ctx: Context, element: str, node: Any) -> ItemDraft:
    """The item that an element describes. Raises EwsError.

    Properties that the element says itself win over those in its MimeContent.
    """
    item_class = _class(element, node)
    kind = kind_of(item_class)
    properties, extended = _properties(ctx, kind, node)
    body = read_body(node.Body) if node.Body is not None else Body()
    attachments = tuple(
        read_attachment(ctx, name, value) for name, value in (node.Attachments or ())
    )
    draft = ItemDraft(item_class, properties, extended, body, attachments)
    if node.MimeContent is not None:
        draft = with_mime(ctx, draft, node)
    if kind is Kind.CALENDAR:
        _complete_calendar(ctx, draft.properties)
    return draft


def _class(element: str, node: Any) -> str:
    fallback = default_class(element)
    if fallback is None:
        raise EwsError("ErrorInvalidItemForOperationCreateItem")
    item_class = node.ItemClass
    if item_class is None:
        return fallback
    if not may_carry(element, item_class):
        raise EwsError("ErrorObjectTypeChanged")
    return item_class


def _properties(ctx: Context, kind: Kind, node: Any) -> tuple[Properties, dict[str, Any]]:
    properties: Properties = {}
    extended: dict[str, Any] = {}
    clocks = clocks_of(ctx, kind, node)
    for element, value in node.items():
        if element in _PARTS:
            continue
        row = by_element(kind, element)
        if row is None or "c" not in row.writable:
            if element in _IGNORED and element == "StoreEntryId":
                continue
            raise refusal(row, kind, element)
        read = read_value(clocks.get(row.name, ctx), row, value)
        properties.update({name: v for name, v in read.items() if v is not None})
    for entry in node.ExtendedProperty or ():
        _add_extended(properties, extended, entry)
    return properties, extended


def clocks_of(ctx: Context, kind: Kind, node: Any) -> dict[str, Context]:
    """By property: whose clock its times without zone go by (MS-OXWSMTGS; survey, 6.6)."""
    if kind not in (Kind.CALENDAR, Kind.MEETING_REQUEST):
        return {}
    old = read_meeting_zone(node.MeetingTimeZone) if node.MeetingTimeZone is not None else None
    start = read_zone(node.StartTimeZone) if node.StartTimeZone is not None else old
    end = read_zone(node.EndTimeZone) if node.EndTimeZone is not None else old
    by_start = ctx.in_zone(start)
    return {"start": by_start, "reminder_due": by_start, "end": ctx.in_zone(end)}


def _complete_calendar(ctx: Context, properties: Properties) -> None:
    """What a new appointment has although its maker did not say it (survey, 5.1, 6.6)."""
    zone = properties.setdefault("start_time_zone", ctx.zone_record or {"id": "UTC"})
    properties.setdefault("end_time_zone", zone)
    properties.setdefault("reminder_is_set", True)
    if properties["reminder_is_set"]:
        properties.setdefault("reminder_minutes", 15)


def refusal(row: P | None, kind: Kind, element: str) -> EwsError:
    """The error for an element that a client may not set on items of a kind."""
    if row is None or row.ews is None:
        return EwsError("ErrorInvalidPropertyRequest", f"{kind} items have no {element}.")
    return EwsError("ErrorInvalidPropertySet", xml=[("FieldURI", {"FieldURI": row.ews.uri})])


def _add_extended(properties: Properties, extended: dict[str, Any], entry: Any) -> None:
    name, value = read_extended(entry)
    alias = mapi.alias_of(name)
    if alias is None:
        extended[name.key] = value
    elif alias.write is not None:
        try:
            mapi.merge(properties, alias.write(value))
        except mapi.MapiError as error:
            raise EwsError(error.code) from error


def read_extended(entry: Any) -> tuple[mapi.ExtendedName, Any]:
    """Name and plain value of an ExtendedProperty. Raises EwsError."""
    pair = ("ExtendedFieldURI", entry.ExtendedFieldURI)
    path = read_path(pair)
    name = path.extended
    assert name is not None
    try:
        if name.is_array:
            texts = listed(entry.Values)
            return name, [mapi.read_value(name.type, text or "") for text in texts]
        return name, mapi.read_value(name.type, entry.Value or "")
    except mapi.MapiError as error:
        raise EwsError(error.code, xml=[pair]) from error


def read_body(node: Any) -> Body:
    """A BodyType element."""
    text = node.value or ""
    return Body(html=text) if node.BodyType == "HTML" else Body(text=text)


_ATTACHABLE = frozenset({"Item", "Message", "CalendarItem", "Contact", "Task", "PostItem"})


def read_attachment(ctx: Context, element: str, node: Any) -> AttachmentDraft:
    """A FileAttachment, ItemAttachment or ReferenceAttachment. Raises EwsError."""
    if not node.Name:
        raise EwsError(
            "ErrorRequiredPropertyMissing",
            xml=[("ExceptionFieldURI", {"FieldURI": "attachment:Name"})],
        )
    common: dict[str, Any] = {
        "name": node.Name,
        "content_type": node.ContentType or "",
        "content_id": node.ContentId or "",
        "content_location": node.ContentLocation or "",
        "is_inline": bool(node.IsInline),
    }
    if element == "ReferenceAttachment":
        return AttachmentDraft(kind="reference", properties=_reference(node), **common)
    if element == "FileAttachment":
        content = node.Content
        if isinstance(content, BadBase64):
            raise EwsError("ErrorMimeContentInvalidBase64String")
        common["content_type"] = common["content_type"] or _type_of(node.Name)
        return AttachmentDraft(
            kind="file",
            content=content or b"",
            is_contact_photo=bool(node.IsContactPhoto),
            **common,
        )
    inner = node.first(*_INNER)
    if inner is None:
        raise EwsError("ErrorMissingItemForCreateItemAttachment")
    if inner[0] not in _ATTACHABLE:
        raise EwsError("ErrorInvalidItemForOperationCreateItemAttachment")
    return AttachmentDraft(kind="item", item=read_item(ctx, *inner), **common)


_TYPES = mimetypes.MimeTypes(filenames=())


def _type_of(name: str) -> str:
    """The media type that a file's name speaks of, where a client gave none."""
    return _TYPES.guess_type(name)[0] or "application/octet-stream"


_INNER = (
    "Item",
    "Message",
    "SharingMessage",
    "CalendarItem",
    "Contact",
    "Task",
    "PostItem",
    "MeetingMessage",
    "MeetingRequest",
    "MeetingResponse",
    "MeetingCancellation",
    "RoleMember",
    "Network",
    "Person",
    "Booking",
)


# In the contract's order (t:ReferenceAttachmentType).
REFERENCE_PARTS = (
    "AttachLongPathName",
    "ProviderType",
    "ProviderEndpointUrl",
    "AttachmentThumbnailUrl",
    "AttachmentPreviewUrl",
    "PermissionType",
    "OriginalPermissionType",
    "AttachmentIsFolder",
)


def _reference(node: Any) -> Properties:
    return {name: node[name] for name in REFERENCE_PARTS if node.get(name) is not None}
