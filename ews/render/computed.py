"""Elements that are more than one stored value: a function for each name in the registry.

Each names the properties that it needs, so that FindItem loads them. A function gives the element's
XML, empty where the item has no such thing (absence is not emptiness).
"""

from __future__ import annotations

import base64
import binascii
import struct
from typing import Any

from ews.ids import change_key
from ews.places import ADDRESS
from ews.render.bodies import body_element, render_body, unique_element
from ews.render.calendar import CALENDAR_COMPUTED, meeting_responses
from ews.render.compute import Computed
from ews.render.values import boolean, escape, instant, mailbox
from ews.render.view import View, entry_id
from schemas.classes import is_sendable
from schemas.property import Kind, P
from store.calendar.reminders import NEEDS, next_reminder
from store.calendar.scheduling.messages import people_of
from store.mime import header_list
from store.model import Attachment, Body
from store.rights import Right


def _flag_of(name: str) -> Computed:
    def compute(view: View, row: P) -> str:
        assert row.ews is not None
        value = boolean(view.properties.get(name, False))
        return f"<t:{row.ews.element}>{value}</t:{row.ews.element}>"

    return Computed(compute, (name,))


def _item_id(view: View, row: P) -> str:
    if not view.id:
        return ""
    id = view.ctx.ids.item(view.mailbox_id, view.id, view.original)
    return f'<t:ItemId Id="{id}" ChangeKey="{change_key(view.change)}"/>'


def _parent_folder_id(view: View, row: P) -> str:
    if not view.folder_id:
        return ""
    id = view.ctx.ids.folder(view.mailbox_id, view.folder_id)
    return f'<t:ParentFolderId Id="{id}" ChangeKey="{change_key(0)}"/>'


def _mime_content(view: View, row: P) -> str:
    if view.mime is None:
        return ""
    text = binascii.b2a_base64(view.mime, newline=False).decode("ascii")
    return f'<t:MimeContent CharacterSet="UTF-8">{text}</t:MimeContent>'


def _body(view: View, row: P) -> str:
    body = view.body or Body()
    if not (body.html or body.text) and view.kind in _BODILESS:
        return ""
    return body_element("Body", render_body(body, view.options.type, view.options))


# Kinds that have no Body element where nothing was written.
_BODILESS = frozenset({"contact", "dist_list"})


def _unique_body(view: View, row: P) -> str:
    return unique_element(view.body or Body(), view.options)


def _normalized_body(view: View, row: P) -> str:
    type = view.options.normalized_type or view.options.type
    return body_element("NormalizedBody", render_body(view.body or Body(), type, view.options))


def _text_body(view: View, row: P) -> str:
    return body_element("TextBody", render_body(view.body or Body(), "Text", view.options))


def attachment_id_element(view_ids: Any, attachment: Attachment) -> str:
    """An AttachmentId as item shapes show it: the id alone."""
    return f'<t:AttachmentId Id="{view_ids.attachment(attachment.id)}"/>'


def attachment_head(ids: Any, attachment: Attachment) -> str:
    """The elements that every attachment begins with (MS-OXWSATT 2.2.4.3)."""
    parts = [attachment_id_element(ids, attachment), f"<t:Name>{escape(attachment.name)}</t:Name>"]
    if attachment.content_type:
        parts.append(f"<t:ContentType>{escape(attachment.content_type)}</t:ContentType>")
    if attachment.content_id:
        parts.append(f"<t:ContentId>{escape(attachment.content_id)}</t:ContentId>")
    if attachment.content_location:
        parts.append(
            f"<t:ContentLocation>{escape(attachment.content_location)}</t:ContentLocation>"
        )
    parts.append(f"<t:Size>{attachment.size}</t:Size>")
    parts.append(f"<t:LastModifiedTime>{instant(attachment.modified)}</t:LastModifiedTime>")
    parts.append(f"<t:IsInline>{boolean(attachment.is_inline)}</t:IsInline>")
    return "".join(parts)


ATTACHMENT_ELEMENTS = {
    "file": "FileAttachment",
    "item": "ItemAttachment",
    "reference": "ReferenceAttachment",
}


def _attachments(view: View, row: P) -> str:
    if not view.attachments:
        return ""
    parts: list[str] = []
    for attachment in view.attachments:
        element = ATTACHMENT_ELEMENTS[attachment.kind]
        photo = ""
        if attachment.kind == "file":
            photo = f"<t:IsContactPhoto>{boolean(attachment.is_contact_photo)}</t:IsContactPhoto>"
        head = attachment_head(view.ctx.ids, attachment)
        parts.append(f"<t:{element}>{head}{photo}</t:{element}>")
    return f"<t:Attachments>{''.join(parts)}</t:Attachments>"


def _is_from_me(view: View, row: P) -> str:
    sender = view.properties.get("from") or {}
    own = view.ctx.session.principal.address.lower()
    if view.properties.get("is_draft"):
        return "<t:IsFromMe>false</t:IsFromMe>"
    return f"<t:IsFromMe>{boolean(str(sender.get('address', '')).lower() == own)}</t:IsFromMe>"


def _internet_message_headers(view: View, row: P) -> str:
    only = view.entries.get(row.name)
    entries = [
        f'<t:InternetMessageHeader HeaderName="{escape(name)}">{escape(value)}'
        "</t:InternetMessageHeader>"
        for name, value in header_list(view.headers or "")
        if name and (only is None or name.lower() in only)
    ]
    if not entries:
        return ""
    return f"<t:InternetMessageHeaders>{''.join(entries)}</t:InternetMessageHeaders>"


_ANSWERS = ("ReplyToItem", "ReplyAllToItem", "ForwardItem")


def _response_objects(view: View, row: P) -> str:
    properties = view.properties
    if not view.id or properties.get("is_draft"):
        return ""
    names = meeting_responses(view.kind, properties)
    if is_sendable(view.item_class):
        names += _ANSWERS
    elif view.kind == Kind.POST:
        names += [*_ANSWERS, "PostReplyItem"]
    elif view.kind == Kind.CALENDAR:
        names += _of_calendar(properties)
    if not names:
        return ""
    if properties.get("is_read_receipt_requested") and not properties.get("is_read"):
        names.append("SuppressReadReceipt")
    return f"<t:ResponseObjects>{''.join(f'<t:{n}/>' for n in names)}</t:ResponseObjects>"


def _of_calendar(properties: dict[str, Any]) -> list[str]:
    """An appointment is passed on; mail is written about a meeting with others."""
    mail = ["ReplyToItem", "ReplyAllToItem"] if people_of(properties) else []
    return [*mail, "ForwardItem"]


def effective_rights(rights: int, *, views_private: bool) -> str:
    """An item's EffectiveRights (MS-OXWSCDATA EffectiveRightsType): nothing is made inside it."""
    have = Right(rights)
    flags = {
        "CreateAssociated": Right.NONE,
        "CreateContents": Right.NONE,
        "CreateHierarchy": Right.NONE,
        "Delete": Right.DELETE_ALL,
        "Modify": Right.EDIT_ALL,
        "Read": Right.READ_ALL,
    }
    told = {name: bool(have & right) for name, right in flags.items()}
    told["ViewPrivateItems"] = views_private
    inner = "".join(f"<t:{name}>{boolean(value)}</t:{name}>" for name, value in told.items())
    return f"<t:EffectiveRights>{inner}</t:EffectiveRights>"


def _effective_rights(view: View, row: P) -> str:
    if not view.id:
        return ""
    return effective_rights(view.rights, views_private=view.views_private)


def _conversation_id(view: View, row: P) -> str:
    conversation = view.properties.get("conversation_id")
    if not conversation or not view.mailbox_id:
        return ""
    return f'<t:ConversationId Id="{view.ctx.ids.conversation(view.mailbox_id, conversation)}"/>'


_FLAG_STATUS = {"not_flagged": "NotFlagged", "flagged": "Flagged", "complete": "Complete"}
_FLAG_DATES = (
    ("StartDate", "flag_start"),
    ("DueDate", "flag_due"),
    ("CompleteDate", "flag_completed"),
)


def _flag(view: View, row: P) -> str:
    properties = view.properties
    status = _FLAG_STATUS[properties.get("flag_status", "not_flagged")]
    parts = [f"<t:FlagStatus>{status}</t:FlagStatus>"]
    parts += [
        f"<t:{element}>{instant(properties[name])}</t:{element}>"
        for element, name in _FLAG_DATES
        if properties.get(name)
    ]
    return f"<t:Flag>{''.join(parts)}</t:Flag>"


def _store_entry_id(view: View, row: P) -> str:
    if not view.id:
        return ""
    return f"<t:StoreEntryId>{base64.b64encode(entry_id(view)).decode()}</t:StoreEntryId>"


def _instance_key(view: View, row: P) -> str:
    if not view.id:
        return ""
    key = base64.b64encode(struct.pack(">Q", view.id) + view.original.encode()).decode()
    return f"<t:InstanceKey>{key}</t:InstanceKey>"


def _block_status(view: View, row: P) -> str:
    if view.options.block_images is None:
        return ""
    return f"<t:BlockStatus>{boolean(_is_blocked(view))}</t:BlockStatus>"


def _has_blocked_images(view: View, row: P) -> str:
    if view.options.block_images is None:
        return ""
    return f"<t:HasBlockedImages>{boolean(_is_blocked(view))}</t:HasBlockedImages>"


def _is_blocked(view: View) -> bool:
    return render_body(view.body or Body(), "HTML", view.options).has_blocked


# PidTagIconIndex values that clients set after answering or forwarding.
_VERB_ICONS = {261: "MailReplied", 262: "MailForwarded"}


def _calendar_icon(properties: dict[str, Any]) -> str:
    is_series = bool(properties.get("is_recurring"))
    if properties.get("is_meeting"):
        return "AppointmentMeetRecur" if is_series else "AppointmentMeet"
    return "AppointmentRecur" if is_series else "AppointmentItem"


def _icon_index(view: View, row: P) -> str:
    icon = "Default"
    if view.kind == Kind.POST:
        icon = "PostItem"
    elif view.kind == Kind.TASK:
        icon = "TaskRecur" if view.properties.get("recurrence") else "TaskItem"
    elif view.kind == Kind.CALENDAR:
        icon = _calendar_icon(view.properties)
    elif view.kind == Kind.MESSAGE:
        plain = "MailRead" if view.properties.get("is_read") else "MailUnread"
        icon = _VERB_ICONS.get(view.extended.get("0x1080:Integer", 0), plain)
    return f"<t:IconIndex>{icon}</t:IconIndex>"


def _entry(name: str, key: str, value: Any) -> str:
    if name == "physical_addresses":
        inner = "".join(
            f"<t:{element}>{escape(value[part])}</t:{element}>"
            for element, part in ADDRESS
            if value.get(part)
        )
        return f'<t:Entry Key="{key}">{inner}</t:Entry>' if inner else ""
    if name == "email_addresses":
        shown = "".join(
            f' {attribute}="{escape(value[part])}"'
            for attribute, part in (("Name", "name"), ("RoutingType", "routing"))
            if value.get(part)
        )
        return f'<t:Entry Key="{key}"{shown}>{escape(value.get("address", ""))}</t:Entry>'
    return f'<t:Entry Key="{key}">{escape(value)}</t:Entry>'


def _named_entries(name: str, entries: dict[str, Any], only: frozenset[str]) -> dict[str, Any]:
    """The entries that the request named; of a physical address, the parts (``Home.city``)."""
    if name != "physical_addresses":
        return {key: value for key, value in entries.items() if key in only}
    return {
        key: {part: text for part, text in value.items() if f"{key}.{part}" in only}
        for key, value in entries.items()
    }


def _dictionary(view: View, row: P) -> str:
    assert row.ews is not None
    entries = view.properties.get(row.name)
    if not entries:
        return ""
    only = view.entries.get(row.name)
    if only is not None:
        entries = _named_entries(row.name, entries, only)
    inner = "".join(_entry(row.name, key, value) for key, value in entries.items())
    return f"<t:{row.ews.element}>{inner}</t:{row.ews.element}>" if inner else ""


_NAME_PARTS = (
    ("Title", "title"),
    ("FirstName", "given_name"),
    ("MiddleName", "middle_name"),
    ("LastName", "surname"),
    ("Suffix", "generation"),
    ("Initials", "initials"),
    ("FullName", "display_name"),
    ("Nickname", "nickname"),
)


def _complete_name(view: View, row: P) -> str:
    inner = "".join(
        f"<t:{element}>{escape(view.properties[name])}</t:{element}>"
        for element, name in _NAME_PARTS
        if view.properties.get(name)
    )
    return f"<t:CompleteName>{inner}</t:CompleteName>" if inner else ""


def _has_picture(view: View, row: P) -> str:
    has = any(a.is_contact_photo for a in view.attachments or ())
    return f"<t:HasPicture>{boolean(has)}</t:HasPicture>"


def _members(view: View, row: P) -> str:
    members = view.properties.get("members")
    if not members:
        return ""
    parts = [
        f'<t:Member Key="{escape(key)}">{mailbox(member)}<t:Status>Normal</t:Status></t:Member>'
        for key, member in members.items()
    ]
    return f"<t:Members>{''.join(parts)}</t:Members>"


def _is_complete(view: View, row: P) -> str:
    return f"<t:IsComplete>{boolean(view.properties.get('status') == 'completed')}</t:IsComplete>"


def _is_recurring(view: View, row: P) -> str:
    return f"<t:IsRecurring>{boolean(view.properties.get('recurrence'))}</t:IsRecurring>"


def _reminder_next(view: View, row: P) -> str:
    """When it reminds next: of most items only reckoned."""
    at = next_reminder(view.kind, view.properties, view.original)
    return f"<t:ReminderNextTime>{instant(at)}</t:ReminderNextTime>" if at else ""


def _nothing(view: View, row: P) -> str:
    return ""


COMPUTED: dict[str, Computed] = {
    **CALENDAR_COMPUTED,
    "item_id": Computed(_item_id),
    "parent_folder_id": Computed(_parent_folder_id),
    "mime_content": Computed(_mime_content),
    "body": Computed(_body),
    "unique_body": Computed(_unique_body),
    "normalized_body": Computed(_normalized_body),
    "text_body": Computed(_text_body),
    "attachments": Computed(_attachments),
    "is_submitted": _flag_of("is_submitted"),
    "is_from_me": Computed(_is_from_me, ("from", "is_draft")),
    "is_resend": _flag_of("is_resend"),
    "is_unmodified": _flag_of("is_unmodified"),
    "internet_message_headers": Computed(_internet_message_headers),
    "response_objects": Computed(_response_objects, ("is_draft", "is_read")),
    "effective_rights": Computed(_effective_rights),
    "web_client_read": Computed(_nothing),
    "web_client_edit": Computed(_nothing),
    "conversation_id": Computed(_conversation_id, ("conversation_id",)),
    "flag": Computed(_flag, ("flag_status", "flag_start", "flag_due", "flag_completed")),
    "store_entry_id": Computed(_store_entry_id),
    "instance_key": Computed(_instance_key),
    "reminder_next": Computed(_reminder_next, NEEDS),
    "entity_extraction_result": Computed(_nothing),
    "block_status": Computed(_block_status),
    "has_blocked_images": Computed(_has_blocked_images),
    "icon_index": Computed(
        _icon_index, ("is_read", "recurrence", "is_recurring", "is_meeting", "x:0x1080:Integer")
    ),
    "dictionary": Computed(
        _dictionary, ("email_addresses", "phone_numbers", "im_addresses", "physical_addresses")
    ),
    "complete_name": Computed(_complete_name, tuple(name for _, name in _NAME_PARTS)),
    "has_picture": Computed(_has_picture),
    "members": Computed(_members),
    "is_complete": Computed(_is_complete, ("status",)),
    "is_recurring": Computed(_is_recurring, ("recurrence",)),
    "nothing": Computed(_nothing),
}
