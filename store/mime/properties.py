"""Header fields to properties, and the item class that the top of a message decides."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from store.instant import to_instant
from store.mime.charset import clean
from store.mime.headers import decode, is_base64, mailboxes
from store.model import Properties

Headers = dict[str, list[str]]

_REFERENCES_CHARS_MAX = 32_768
_LINE_CHARS_MAX = 998

_IMPORTANCE = {
    "high": "high", "urgent": "high", "highest": "high", "1": "high", "2": "high",
    "low": "low", "non-urgent": "low", "lowest": "low", "4": "low", "5": "low",
    "normal": "normal", "3": "normal",
}  # fmt: skip
_SENSITIVITY = {
    "personal": "personal",
    "private": "private",
    "company-confidential": "confidential",
    "confidential": "confidential",
}
# What mail programs of many languages put before a subject when they answer or forward.
_PREFIX = re.compile(
    r"^\s*(?:(?:re|fw|fwd|aw|wg|sv|vs|vb|vl|antw|tr|rif|r|i|odp|pd|res|enc|ynt|ilt|ref|回复|答复|转发)"
    r"\s*(?:\[\d{1,4}\]|\(\d{1,4}\))?\s*[:：]\s*)+",
    re.IGNORECASE,
)
_MESSAGE_ID = re.compile(r"<[^<>\s]+>")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")


def first(headers: Headers, name: str) -> str:
    """The first field of a lower-case name, decoded and cleaned; empty where there is none."""
    values = headers.get(name)
    return clean(decode(values[0])).strip() if values else ""


def topic_of(subject: str) -> str:
    """A subject without the prefixes of answers and forwards (PidTagConversationTopic)."""
    return _PREFIX.sub("", subject)


def properties_of(headers: Headers) -> Properties:
    """All properties that the header of a message states. What it does not state is absent."""
    subject = first(headers, "subject")
    properties: Properties = {"subject": subject}
    _people(properties, headers)
    _identify(properties, headers)
    _grade(properties, headers)
    sent = instant_of(first(headers, "date"))
    if sent:
        properties["sent"] = sent
    return properties


def _people(properties: Properties, headers: Headers) -> None:
    for name, header in (("from", "from"), ("sender", "sender")):
        found = mailboxes(headers[header]) if header in headers else []
        if found:
            properties[name] = found[0]
    if "from" in properties:
        properties.setdefault("sender", properties["from"])
    elif "sender" in properties:
        properties["from"] = properties["sender"]
    for name, header in (("to", "to"), ("cc", "cc"), ("bcc", "bcc"), ("reply_to", "reply-to")):
        found = mailboxes(headers[header]) if header in headers else []
        if found:
            properties[name] = found


def _identify(properties: Properties, headers: Headers) -> None:
    for name, header in (("message_id", "message-id"), ("in_reply_to", "in-reply-to")):
        value = first(headers, header)
        if value:
            found = _MESSAGE_ID.search(value)
            properties[name] = (found.group() if found else value)[:_LINE_CHARS_MAX]
    if "references" in headers:
        stated = " ".join(headers["references"])[:_REFERENCES_CHARS_MAX]
        references = " ".join(_MESSAGE_ID.findall(stated))
        if references:
            properties["references"] = clean(references)
    topic = first(headers, "thread-topic") or topic_of(properties["subject"])
    if topic:
        properties["conversation_topic"] = topic
    index = "".join(first(headers, "thread-index").split())
    if 28 <= len(index) <= 8192 and is_base64(index):  # 22 bytes at least (MS-OXOMSG 2.2.1.3)
        properties["conversation_index"] = index


def _grade(properties: Properties, headers: Headers) -> None:
    for header in ("importance", "x-priority", "priority", "x-msmail-priority"):
        if header in headers:
            grade = _IMPORTANCE.get(re.split(r"[\s(;]", first(headers, header).lower())[0])
            if grade:
                properties["importance"] = grade
                break
    sensitivity = _SENSITIVITY.get(first(headers, "sensitivity").lower())
    if sensitivity:
        properties["sensitivity"] = sensitivity
    if headers.get("disposition-notification-to"):
        properties["is_read_receipt_requested"] = True
    if headers.get("return-receipt-to"):
        properties["is_delivery_receipt_requested"] = True
    if "keywords" in headers:
        stated = [clean(decode(value)).split(",") for value in headers["keywords"]]
        words = [word.strip() for value in stated for word in value if word.strip()]
        if words:
            properties["categories"] = list(dict.fromkeys(words))
    language = first(headers, "content-language").split(",")[0].strip()
    if _LANGUAGE.fullmatch(language):
        properties["culture"] = language


def instant_of(text: str) -> str | None:
    """The moment of a Date field (RFC 5322 3.3 and worse); None where it names none."""
    try:
        moment = parsedate_to_datetime(text[:128])
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return to_instant(moment) if moment > _EARLIEST else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


_EARLIEST = datetime(1601, 1, 2, tzinfo=UTC)  # before it there is no FILETIME

_MEETINGS = {
    "REQUEST": "IPM.Schedule.Meeting.Request",
    "CANCEL": "IPM.Schedule.Meeting.Canceled",
    "COUNTER": "IPM.Schedule.Meeting.Resp.Tent",
}
_ANSWERS = {"ACCEPTED": "Pos", "DECLINED": "Neg", "TENTATIVE": "Tent"}
_METHOD = re.compile(r"^METHOD[^:\r\n]*:[ \t]*(\w+)", re.MULTILINE | re.IGNORECASE)
_PARTSTAT = re.compile(r"^ATTENDEE\b[^\r\n]*?;PARTSTAT=\"?(\w+)", re.MULTILINE | re.IGNORECASE)
_FOLD = re.compile(r"\r?\n[ \t]")
_CALENDAR_CHARS_READ = 1024 * 1024


def meeting_class(calendar: str) -> str | None:
    """The class of the meeting message that an iCalendar text is (MS-OXCICAL 2.1.3.1.1.1).

    None for what is no meeting message: published calendars, other methods.
    """
    calendar = _FOLD.sub("", calendar[:_CALENDAR_CHARS_READ])
    method = _METHOD.search(calendar)
    name = method[1].upper() if method else ""
    if name == "REPLY":
        answer = _PARTSTAT.search(calendar)
        kind = _ANSWERS.get(answer[1].upper()) if answer else None
        return f"IPM.Schedule.Meeting.Resp.{kind}" if kind else None
    return _MEETINGS.get(name)


# From the worst news to the best: one failed recipient makes it a failure report.
_ACTIONS = (
    ("failed", "NDR"),
    ("delayed", "Delayed"),
    ("expanded", "Expanded"),
    ("relayed", "Relayed"),
    ("delivered", "DR"),
)
_ACTION = re.compile(r"^Action:[ \t]*([\w-]+)", re.MULTILINE | re.IGNORECASE)


def report_class(kind: str, status: str) -> str | None:
    """The class of a delivery or read report, by its machine-readable part (RFC 3464, 8098)."""
    if kind == "disposition-notification":
        return f"REPORT.IPM.Note.{'IPNNRN' if _is_unread(status) else 'IPNRN'}"
    if kind == "delivery-status":
        stated = {action.lower() for action in _ACTION.findall(status[:_CALENDAR_CHARS_READ])}
        for action, name in _ACTIONS:
            if action in stated:
                return f"REPORT.IPM.Note.{name}"
        return "REPORT.IPM.Note.NDR"
    return None


def _is_unread(status: str) -> bool:
    """Whether a disposition says that the message was removed without being shown."""
    found = re.search(r"^Disposition:[^;\r\n]*;[ \t]*([\w-]+)", status[:65_536], re.M | re.I)
    return found is not None and found[1].lower() == "deleted"
