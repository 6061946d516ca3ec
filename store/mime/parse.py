"""MIME bytes to an item. Never raises: what cannot be read becomes text, and says why.

Bounded: nesting and the number of parts have limits; what lies behind them stays as it is in one
attachment. The bytes themselves are kept unchanged in ``ItemDraft.mime``.
"""

from __future__ import annotations

import email
import re
from email.message import Message
from email.utils import parsedate_to_datetime
from datetime import UTC

import msgspec

from store.instant import to_instant
from store.mime import headers as fields
from store.mime.headers import clean, decode, decode_bytes, mailboxes
from store.mime.tnef import read_tnef
from store.model import AttachmentDraft, Body, ItemDraft, Properties


class Limits(msgspec.Struct, frozen=True):
    """How much of a message is taken apart. Real mail nests less than ten levels deep."""

    depth: int = 20
    parts: int = 2_000
    text_bytes: int = 16 * 1024 * 1024
    raw_depth: int = 100


def parse(mime: bytes, limits: Limits = Limits()) -> ItemDraft:  # noqa: B008  (frozen)
    """The item that a message is (RFC 5322, 2045). Any bytes give one."""
    return _parse(mime, limits, 0)


def _parse(mime: bytes, limits: Limits, depth: int) -> ItemDraft:
    block = decode_bytes(fields.raw_block(mime))
    top = _Fields(fields.fields(block))
    properties = _properties(top)
    walk = _Walk(limits, depth)
    try:
        if _nesting(mime) > limits.raw_depth:
            raise ValueError("parts nest too deep")
        walk.part(email.message_from_bytes(mime), depth)
    except Exception as error:  # the standard library raises many kinds on hostile mail
        properties["parse_error"] = clean(f"{type(error).__name__}: {error}")[:200]
        walk = _Walk(limits, depth)
        walk.text.append(decode_bytes(mime[: limits.text_bytes]))
    return ItemDraft(
        item_class=_item_class(top, walk),
        properties=properties,
        body=walk.body(),
        attachments=tuple(walk.attachments),
        mime=mime,
        headers=clean(block),
    )


_BOUNDARY = re.compile(rb"^content-type:\s*(?:multipart/|message/rfc822)", re.I | re.M)


def _nesting(mime: bytes) -> int:
    """An upper bound of how deep parts can nest."""
    return sum(1 for _ in _BOUNDARY.finditer(mime)) if len(mime) < 1 << 22 else 0


class _Fields:
    """Header fields by lower-case name."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name.lower(), []).append(value)

    def raw(self, name: str) -> list[str]:
        return self._values.get(name, [])

    def text(self, name: str) -> str:
        values = self._values.get(name)
        return decode(values[0]).strip() if values else ""


_IMPORTANCE = {"high": "high", "urgent": "high", "low": "low", "non-urgent": "low", "1": "high",
               "2": "high", "4": "low", "5": "low"}  # fmt: skip
_SENSITIVITY = {
    "personal": "personal",
    "private": "private",
    "company-confidential": "confidential",
    "confidential": "confidential",
}
_PREFIX = re.compile(
    r"^\s*(?:(?:re|fw|fwd|aw|wg|sv|vs|antw|tr|rif|odp)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE
)
_MESSAGE_ID = re.compile(r"<[^<>\s]+>")


def _properties(top: _Fields) -> Properties:
    properties: Properties = {"subject": top.text("subject")}
    for name, header in (("from", "from"), ("sender", "sender")):
        people = mailboxes(top.raw(header))
        if people:
            properties[name] = people[0]
    if "from" in properties:
        properties.setdefault("sender", properties["from"])
    elif "sender" in properties:
        properties["from"] = properties["sender"]
    for name, header in (("to", "to"), ("cc", "cc"), ("bcc", "bcc"), ("reply_to", "reply-to")):
        people = mailboxes(top.raw(header))
        if people:
            properties[name] = people
    _identify(properties, top)
    _grade(properties, top)
    sent = _date(top.text("date"))
    if sent:
        properties["sent"] = sent
    return properties


def _identify(properties: Properties, top: _Fields) -> None:
    for name, header in (("message_id", "message-id"), ("in_reply_to", "in-reply-to")):
        value = top.text(header)
        if value:
            found = _MESSAGE_ID.search(value)
            properties[name] = found.group() if found else value[:998]
    references = " ".join(_MESSAGE_ID.findall(" ".join(top.raw("references"))))
    if references:
        properties["references"] = references[:32_768]
    topic = top.text("thread-topic") or _PREFIX.sub("", properties["subject"])
    if topic:
        properties["conversation_topic"] = topic
    index = "".join(top.text("thread-index").split())
    if re.fullmatch(r"[A-Za-z0-9+/]{28,}={0,2}", index) and len(index) % 4 == 0:
        properties["conversation_index"] = index


def _grade(properties: Properties, top: _Fields) -> None:
    for header in ("importance", "x-priority", "priority"):
        grade = _IMPORTANCE.get(top.text(header).lower().split(" ")[0])
        if grade:
            properties["importance"] = grade
            break
    sensitivity = _SENSITIVITY.get(top.text("sensitivity").lower())
    if sensitivity:
        properties["sensitivity"] = sensitivity
    if top.raw("disposition-notification-to"):
        properties["is_read_receipt_requested"] = True
    if top.raw("return-receipt-to"):
        properties["is_delivery_receipt_requested"] = True
    keywords = [word.strip() for value in top.raw("keywords") for word in decode(value).split(",")]
    if any(keywords):
        properties["categories"] = [word for word in keywords if word]
    language = top.text("content-language").split(",")[0].strip()
    if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", language):
        properties["culture"] = language


def _date(text: str) -> str | None:
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return to_instant(moment)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


_MEETINGS = {
    "REQUEST": "IPM.Schedule.Meeting.Request",
    "CANCEL": "IPM.Schedule.Meeting.Canceled",
}
_ANSWERS = {"ACCEPTED": "Pos", "DECLINED": "Neg", "TENTATIVE": "Tent"}


def _item_class(top: _Fields, walk: _Walk) -> str:
    declared = top.text("content-type").lower()
    if declared.startswith("multipart/signed"):
        return "IPM.Note.SMIME.MultipartSigned"
    if declared.startswith(("application/pkcs7-mime", "application/x-pkcs7-mime")):
        return "IPM.Note.SMIME"
    if declared.startswith("multipart/report"):
        if "disposition-notification" in declared:
            return "REPORT.IPM.Note.IPNRN"
        if "delivery-status" in declared:
            return "REPORT.IPM.Note.NDR"
    if walk.calendar:
        return _meeting_class(walk.calendar)
    return "IPM.Note"


def _meeting_class(calendar: str) -> str:
    method = re.search(r"^METHOD:\s*(\w+)", calendar, re.MULTILINE | re.IGNORECASE)
    name = method[1].upper() if method else ""
    if name in _MEETINGS:
        return _MEETINGS[name]
    if name == "REPLY":
        answer = re.search(r"PARTSTAT=(\w+)", calendar, re.IGNORECASE)
        kind = _ANSWERS.get(answer[1].upper() if answer else "")
        if kind:
            return f"IPM.Schedule.Meeting.Resp.{kind}"
    return "IPM.Note"


class _Walk:
    """One message taken apart: bodies, attachments, the first calendar part."""

    def __init__(self, limits: Limits, depth: int) -> None:
        self._limits = limits
        self._depth = depth
        self._parts = 0
        self.text: list[str] = []
        self.html: list[str] = []
        self.attachments: list[AttachmentDraft] = []
        self.calendar = ""

    def body(self) -> Body:
        """HTML and text as they were given; None for what was not."""
        return Body(
            html="".join(self.html) if self.html else None,
            text="\r\n".join(self.text) if self.text else None,
        )

    def part(self, part: Message, depth: int, *, related: bool = False) -> None:
        """Take one part in, by its type (RFC 2046)."""
        self._parts += 1
        if depth > self._limits.depth or self._parts > self._limits.parts:
            self._whole(part)
            return
        kind = part.get_content_type()
        if part.is_multipart() and kind.startswith("multipart/"):
            self._multipart(part, kind, depth)
        elif kind == "message/rfc822" and part.is_multipart():
            self._message(part, depth)
        elif kind in ("text/plain", "text/html", "text/enriched") and self._is_body(part, related):
            self._body_part(part, kind)
        elif kind in ("application/ms-tnef", "application/vnd.ms-tnef") or (
            _name(part).lower() == "winmail.dat"
        ):
            self._tnef(part)
        else:
            self._file(part, kind, related)

    def _multipart(self, part: Message, kind: str, depth: int) -> None:
        children = [child for child in part.get_payload() if isinstance(child, Message)]
        if kind == "multipart/alternative":
            self._alternatives(children, depth)
            return
        for number, child in enumerate(children):
            self.part(child, depth + 1, related=kind == "multipart/related" and number > 0)

    def _alternatives(self, children: list[Message], depth: int) -> None:
        """Of each type the last one counts; the rest says the same in another way."""
        best = _Walk(self._limits, self._depth)
        for child in children:
            inner = _Walk(self._limits, self._depth)
            inner._parts = self._parts
            inner.part(child, depth + 1)
            self._parts = inner._parts
            best.html = inner.html or best.html
            best.text = inner.text or best.text
            best.attachments += inner.attachments
            best.calendar = best.calendar or inner.calendar
        self.html += best.html
        if best.text or not best.html:
            self.text += best.text
        self.attachments += best.attachments
        self.calendar = self.calendar or best.calendar

    def _is_body(self, part: Message, related: bool) -> bool:
        disposition = str(part.get_content_disposition() or "")
        if disposition == "attachment" or (_name(part) and disposition != "inline"):
            return False
        if related and part.get("Content-ID"):
            return False
        return not _name(part) or not (self.text or self.html)

    def _body_part(self, part: Message, kind: str) -> None:
        data = _payload(part)[: self._limits.text_bytes]
        text = decode_bytes(data, part.get_content_charset())
        if kind == "text/html":
            self.html.append(text)
        elif kind == "text/enriched":
            self.text.append(re.sub(r"<[^<>]*>", "", text))
        else:
            flowed = str(part.get_param("format", "")).lower() == "flowed"
            self.text.append(_unflow(text) if flowed else text)

    def _message(self, part: Message, depth: int) -> None:
        inner = part.get_payload(0)
        assert isinstance(inner, Message)
        mime = _bytes_of(inner)
        draft = _parse(mime, self._limits, depth + 1)
        subject = str(draft.properties.get("subject", ""))
        self.attachments.append(
            AttachmentDraft(
                kind="item",
                name=_name(part) or subject,
                content_type="message/rfc822",
                content_id=_content_id(part),
                item=draft,
            )
        )

    def _tnef(self, part: Message) -> None:
        data = _payload(part)
        found = read_tnef(data)
        if found is None:
            self._file(part, part.get_content_type(), related=False)
            return
        if not self.text and not self.html:
            if found.body.html:
                self.html.append(found.body.html)
            if found.body.text:
                self.text.append(found.body.text)
        self.attachments += found.attachments

    def _file(self, part: Message, kind: str, related: bool) -> None:
        data = _payload(part)
        if kind == "text/calendar" and not self.calendar:
            self.calendar = decode_bytes(data, part.get_content_charset())
            if not _name(part):
                return
        content_id = _content_id(part)
        disposition = str(part.get_content_disposition() or "")
        self.attachments.append(
            AttachmentDraft(
                kind="file",
                name=_name(part) or _made_up_name(kind, len(self.attachments) + 1),
                content_type=kind,
                content_id=content_id,
                content_location=str(part.get("Content-Location", ""))[:998],
                is_inline=disposition == "inline" and bool(content_id)
                or (related and bool(content_id) and disposition != "attachment"),
                content=data,
            )
        )

    def _whole(self, part: Message) -> None:
        """Too deep or too many: the part stays as it is, in one attachment."""
        if self._parts <= self._limits.parts + 1:
            self.attachments.append(
                AttachmentDraft(
                    kind="file",
                    name=f"part{len(self.attachments) + 1}.eml",
                    content_type="application/octet-stream",
                    content=_bytes_of(part),
                )
            )


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        return payload
    return _bytes_of(part)


def _bytes_of(part: Message) -> bytes:
    try:
        return part.as_bytes()
    except (UnicodeEncodeError, LookupError, KeyError):
        return part.as_string().encode("utf-8", "surrogateescape")


def _name(part: Message) -> str:
    """A file name by RFC 2183, 2231, or as an encoded word, without any path."""
    name = _parameter(part, "filename", "content-disposition") or _parameter(
        part, "name", "content-type"
    )
    name = re.split(r"[/\\]", name)[-1]
    return "".join(c for c in name if c.isprintable())[:255].strip()


def _parameter(part: Message, name: str, header: str) -> str:
    value = part.get_param(name, "", header)
    if isinstance(value, tuple):
        charset, _, text = value
        return decode_bytes(text.encode("latin-1", "replace"), charset or "utf-8")
    text = str(value)
    if any("\udc80" <= c <= "\udcff" for c in text):
        text = decode_bytes(text.encode("utf-8", "surrogateescape"))
    return decode(text.strip('"'))


def _content_id(part: Message) -> str:
    return clean(str(part.get("Content-ID", ""))).strip().strip("<>")[:998]


_EXTENSIONS = {
    "text/plain": "txt",
    "text/html": "html",
    "text/calendar": "ics",
    "text/vcard": "vcf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "application/pdf": "pdf",
    "message/delivery-status": "txt",
    "message/disposition-notification": "txt",
}


def _made_up_name(kind: str, number: int) -> str:
    return f"attachment{number}.{_EXTENSIONS.get(kind, 'dat')}"


def _unflow(text: str) -> str:
    """Join the soft line breaks of format=flowed (RFC 3676 4.1)."""
    lines: list[str] = []
    open_line = False
    for line in text.replace("\r\n", "\n").split("\n"):
        quoted = line.startswith(">")
        line = line.removeprefix(" ") if not quoted else line
        if open_line and not quoted:
            lines[-1] += line
        else:
            lines.append(line)
        open_line = line.endswith(" ") and line != "-- " and not quoted
    return "\r\n".join(lines)
