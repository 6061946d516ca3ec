"""Requests and answers of ActiveSync as bytes and headers, without a connection (MS-ASHTTP)."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from urllib.parse import quote

from conformance.eas.wbxml import Node, decode, encode

WBXML = "application/vnd.ms-sync.wbxml"
MULTIPART = "application/vnd.ms-sync.multipart"
CODES = {
    "Sync": 0, "SendMail": 1, "SmartForward": 2, "SmartReply": 3, "GetAttachment": 4,
    "GetHierarchy": 5, "FolderSync": 9, "FolderCreate": 10, "FolderDelete": 11, "FolderUpdate": 12,
    "MoveItems": 13, "GetItemEstimate": 14, "MeetingResponse": 15, "Search": 16, "Settings": 17,
    "Ping": 18, "ItemOperations": 19, "Provision": 20, "ResolveRecipients": 21,
    "ValidateCert": 22, "Find": 23,
}  # fmt: skip
_TAGS = {"AttachmentName": 0, "CollectionId": 1, "ItemId": 3, "LongId": 4, "Occurrence": 6}


@dataclass
class Identity:
    """Who a device says that it is, and how it says it. ``packed``: by the base64 form."""

    device_id: str = "conformance1"
    device_type: str = "Conformance"
    agent: str = "Conformance/1.0"
    user: str = ""
    version: str = "16.1"
    packed: bool = False
    policy_key: int = 0


@dataclass
class Post:
    """A request: query string, headers, body."""

    query: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Reply:
    """An answer: status, headers, the document where there is one, parts of a multipart one."""

    status: int
    headers: dict[str, str]
    body: bytes
    root: Node | None = None
    parts: list[bytes] = field(default_factory=list)


def post(
    identity: Identity,
    command: str,
    document: Node | None = None,
    *,
    mime: bytes | None = None,
    multipart: bool = False,
    saves: bool = False,
    parameters: dict[str, str] | None = None,
) -> Post:
    """A request with a document, a message, or nothing."""
    body = mime if mime is not None else encode(document) if document is not None else b""
    headers = {"User-Agent": identity.agent}
    if body:
        headers["Content-Type"] = "message/rfc822" if mime is not None else WBXML
    if identity.packed:
        query = _packed(identity, command, parameters or {}, multipart, saves)
    else:
        headers["MS-ASProtocolVersion"] = identity.version
        headers["X-MS-PolicyKey"] = str(identity.policy_key)
        if multipart:
            headers["MS-ASAcceptMultiPart"] = "T"
        query = _plain(identity, command, parameters or {}, saves)
    return Post(query, headers, body)


def _plain(identity: Identity, command: str, parameters: dict[str, str], saves: bool) -> str:
    fields = {
        "Cmd": command,
        "User": identity.user,
        "DeviceId": identity.device_id,
        "DeviceType": identity.device_type,
        **parameters,
        **({"SaveInSent": "T"} if saves else {}),
    }
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in fields.items())


def _packed(
    identity: Identity, command: str, parameters: dict[str, str], multipart: bool, saves: bool
) -> str:
    device, kind = identity.device_id.encode(), identity.device_type.encode()
    key = identity.policy_key.to_bytes(4, "little") if identity.policy_key else b""
    data = bytes((round(float(identity.version) * 10), CODES[command])) + b"\x09\x04"
    for part in (device, key, kind):
        data += bytes((len(part),)) + part
    for name, value in parameters.items():
        data += bytes((_TAGS[name], len(value.encode()))) + value.encode()
    options = (1 if saves else 0) | (2 if multipart else 0)
    if options:
        data += bytes((7, 1, options))
    return base64.b64encode(data).decode()


def read(status: int, headers: dict[str, str], body: bytes) -> Reply:
    """An answer, its document decoded. Raises Malformed."""
    kind = {name.lower(): value for name, value in headers.items()}.get("content-type", "")
    reply = Reply(status, headers, body)
    if status != 200 or not body:
        return reply
    if kind.startswith(MULTIPART):
        parts = _parts(body)
        reply.root, reply.parts = decode(parts[0]), parts[1:]
    elif kind.startswith(WBXML):
        reply.root = decode(body)
    return reply


def _parts(body: bytes) -> list[bytes]:
    count = int.from_bytes(body[:4], "little")
    parts: list[bytes] = []
    for number in range(count):
        at = 4 + 8 * number
        offset = int.from_bytes(body[at : at + 4], "little")
        length = int.from_bytes(body[at + 4 : at + 8], "little")
        parts.append(body[offset : offset + length])
    return parts
