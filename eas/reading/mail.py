"""What a device changes of a message (MS-ASEMAIL 2.2.2; drafts from 16.0 on)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from eas.errors import EasError
from eas.wbxml import Element
from store.instant import Instant, to_instant
from store.mime.headers import mailboxes
from store.model import AttachmentDraft, Body, Properties

_CONVERSION = 6
_DRAFTS_SINCE = ("16.0", "16.1")
_IMPORTANCE = {"0": "low", "1": "normal", "2": "high"}
_TYPES = {"1": "text", "2": "html"}
_CATEGORIES_MAX = 300
_SUBJECT_MAX = 32_768
FLAG_NAMES = ("flag_status", "flag_start", "flag_due", "flag_completed")


class MailChange(msgspec.Struct):
    """A change: properties by neutral name, a new body, attachments added (with the device's own
    names of them) and removed (by FileReference). ``sends``: the draft is to be sent."""

    set: Properties = {}
    unset: tuple[str, ...] = ()
    body: Body | None = None
    sends: bool = False
    attachments_added: tuple[AttachmentDraft, ...] = ()
    attachments_removed: tuple[str, ...] = ()
    client_ids: tuple[str, ...] = ()


def read_change(data: Element, version: str, now: Instant) -> MailChange:
    """The change that an ApplicationData says. What is absent stays as it is (lesson 30).

    Raises EasError 6 for what a device may not change, or a value that is none.
    """
    change = MailChange(set={})
    for element in data.children:
        if element.name in _STATE:
            _STATE[element.name](change, element, now)
        elif version in _DRAFTS_SINCE and element.name in _OF_DRAFTS:
            _OF_DRAFTS[element.name](change, element, now)
        elif element.name not in _IGNORED:
            raise EasError(_CONVERSION, f"{element.name} of a message cannot be changed")
    return change


# What devices send along, and only the server knows.
_IGNORED = frozenset(
    ["Email:DateReceived", "Email:InternetCPID", "Email:MessageClass", "Email:ContentClass",
     "Email:ThreadTopic", "Email:DisplayTo", "AirSyncBase:NativeBodyType", "Email2:IsDraft",
     "Email2:ConversationId", "Email2:ConversationIndex"]
)  # fmt: skip

Reader = Callable[[MailChange, Element, Instant], None]


def _read(change: MailChange, element: Element, _now: Instant) -> None:
    value = element.as_text()
    if value not in ("0", "1", ""):
        raise EasError(_CONVERSION, "Read is 0 or 1")
    change.set["is_read"] = value != "0"


def _categories(change: MailChange, element: Element, _now: Instant) -> None:
    names = [child.as_text() for child in element.all("Email:Category")]
    if len(names) > _CATEGORIES_MAX:
        raise EasError(_CONVERSION, "too many categories")
    change.set["categories"] = list(dict.fromkeys(name for name in names if name))


def _flag(change: MailChange, element: Element, now: Instant) -> None:
    """Status 0 or an empty element clears; 1 is done, 2 is set (MS-ASEMAIL 2.2.2.34)."""
    status = element.text("Email:Status", "0")
    if status not in ("0", "1", "2"):
        raise EasError(_CONVERSION, "a flag's Status is 0, 1 or 2")
    for name in FLAG_NAMES:
        change.set.pop(name, None)
    if status == "0":
        change.set["flag_status"] = "not_flagged"
        change.unset += FLAG_NAMES[1:]
        return
    if status == "1":
        change.set["flag_status"] = "complete"
        done = element.text("Email:CompleteTime") or element.text("Tasks:DateCompleted")
        change.set["flag_completed"] = read_moment(done) if done else now
        return
    change.set["flag_status"] = "flagged"
    change.unset += ("flag_completed",)
    for name, tags in (
        ("flag_start", ("UtcStartDate", "StartDate")),
        ("flag_due", ("UtcDueDate", "DueDate")),
    ):
        said = next(
            (element.text(f"Tasks:{tag}") for tag in tags if element.text(f"Tasks:{tag}")), ""
        )
        if said:
            change.set[name] = read_moment(said)
        else:
            change.unset += (name,)


def read_moment(value: str) -> Instant:
    """A date-time of a device, in either form. Raises EasError 6."""
    text = value.strip().rstrip("Z")
    for form in ("%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S", "%Y%m%dT%H%M%S"):
        try:
            return to_instant(datetime.strptime(text, form).replace(tzinfo=UTC))
        except ValueError:
            continue
    raise EasError(_CONVERSION, "a date that is none")


def _people(name: str) -> Reader:
    def read(change: MailChange, element: Element, _now: Instant) -> None:
        value = element.as_text()
        change.set[name] = [dict(each) for each in mailboxes([value])] if value.strip() else []

    return read


def _subject(change: MailChange, element: Element, _now: Instant) -> None:
    value = " ".join(element.as_text().split("\n")).replace("\r", "")
    if len(value) > _SUBJECT_MAX:
        raise EasError(_CONVERSION, "the subject is too long")
    change.set["subject"] = value


def _importance(change: MailChange, element: Element, _now: Instant) -> None:
    value = element.as_text()
    if value not in _IMPORTANCE:
        raise EasError(_CONVERSION, "Importance is 0, 1 or 2")
    change.set["importance"] = _IMPORTANCE[value]


def _body(change: MailChange, element: Element, _now: Instant) -> None:
    kind = _TYPES.get(element.text("AirSyncBase:Type"))
    data = element.find("AirSyncBase:Data")
    if kind is None:
        raise EasError(_CONVERSION, "a draft's body is text or HTML")
    if data is None:  # absent is unchanged (MS-ASCMD 2.2.3.176)
        return
    said: dict[str, Any] = {kind: data.as_text()}
    change.body = Body(**said)


def _send(change: MailChange, _element: Element, _now: Instant) -> None:
    change.sends = True


def _attachments(change: MailChange, element: Element, _now: Instant) -> None:
    for child in element.children:
        if child.name == "AirSyncBase:Delete":
            change.attachments_removed += (child.text("AirSyncBase:FileReference"),)
        elif child.name == "AirSyncBase:Add":
            change.attachments_added += (_attachment(child),)
            change.client_ids += (child.text("AirSyncBase:ClientId"),)


def _attachment(element: Element) -> AttachmentDraft:
    content = element.find("AirSyncBase:Content")
    if content is None:
        raise EasError(_CONVERSION, "an attachment without content")
    return AttachmentDraft(
        kind="file",
        name=element.text("AirSyncBase:DisplayName") or "attachment",
        content_type=element.text("AirSyncBase:ContentType"),
        content_id=element.text("AirSyncBase:ContentId"),
        content_location=element.text("AirSyncBase:ContentLocation"),
        is_inline=element.text("AirSyncBase:IsInline") in ("1", "true"),
        content=content.as_bytes(),
    )


_STATE: dict[str, Reader] = {
    "Email:Read": _read,
    "Email:Categories": _categories,
    "Email:Flag": _flag,
}
_OF_DRAFTS: dict[str, Reader] = {
    "Email:To": _people("to"),
    "Email:Cc": _people("cc"),
    "Email2:Bcc": _people("bcc"),
    "Email:ReplyTo": _people("reply_to"),
    "Email:Subject": _subject,
    "Email:Importance": _importance,
    "AirSyncBase:Body": _body,
    "AirSyncBase:Attachments": _attachments,
    "Email2:Send": _send,
}
