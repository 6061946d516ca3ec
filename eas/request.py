"""The HTTP side of a request: which command, which device, which version (MS-ASHTTP 2.2.1).

Devices say it in one of two forms: names and values, or one base64 text of packed bytes.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

import msgspec

from eas.errors import HttpError

VERSIONS = ("12.1", "14.0", "14.1", "16.0", "16.1")
_AGE = {version: age for age, version in enumerate(VERSIONS)}

# MS-ASHTTP 2.2.1.1.1.1.2, with the code that the packed form has for each; that of GetHierarchy,
# which 12.1 has, is of the document's older editions.
COMMANDS = {
    "Sync": 0,
    "SendMail": 1,
    "SmartForward": 2,
    "SmartReply": 3,
    "GetAttachment": 4,
    "GetHierarchy": 5,
    "FolderSync": 9,
    "FolderCreate": 10,
    "FolderDelete": 11,
    "FolderUpdate": 12,
    "MoveItems": 13,
    "GetItemEstimate": 14,
    "MeetingResponse": 15,
    "Search": 16,
    "Settings": 17,
    "Ping": 18,
    "ItemOperations": 19,
    "Provision": 20,
    "ResolveRecipients": 21,
    "ValidateCert": 22,
    "Find": 23,
}
_BY_CODE = {code: name for name, code in COMMANDS.items()}
_BY_NAME = {name.lower(): name for name in COMMANDS}
# MS-ASHTTP 2.2.1.1.1.1.3: tags of the packed form.
_PARAMETERS = {
    0: "AttachmentName",
    1: "CollectionId",
    3: "ItemId",
    4: "LongId",
    6: "Occurrence",
    8: "User",
}
_OPTIONS = 7
_SAVE_IN_SENT = 0x01
_ACCEPT_MULTIPART = 0x02
_QUERY_CHARS_MAX = 4096
# MS-ASHTTP 2.2.1.1.1.2.3 has 32 letters and digits, without commas and special characters; devices
# send longer ones, and GUIDs with their punctuation.
_DEVICE_ID = re.compile(r"(?!.*[,;'\"<>&\\/?#%])[!-~]{1,64}")
_DEVICE_TYPE = re.compile(r"[!-~]([ -~]{0,62}[!-~])?")
_ID_INVALID, _TYPE_INVALID = 108, 109
_PACKED = re.compile(r"[A-Za-z0-9+/=%_-]+")


class EasRequest(msgspec.Struct, frozen=True):
    """What a request's line and headers say. ``device_id`` and ``device_type`` are as the device
    says them: ``device_fault`` judges them.

    ``policy_key`` is None where there is none. ``parameters``: AttachmentName, CollectionId,
    ItemId, LongId, Occurrence, as the old commands have them.
    """

    command: str
    version: str
    device_id: str
    device_type: str
    policy_key: int | None = None
    saves_in_sent: bool = False
    accepts_multipart: bool = False
    parameters: dict[str, str] = {}

    def is_at_least(self, version: str) -> bool:
        """Whether the device speaks that version or a newer one."""
        return _AGE[self.version] >= _AGE[version]


def device_fault(request: EasRequest) -> int | None:
    """The status of a request whose device says nothing of itself, or what nobody can be called:
    108 for its id, 109 for its type (MS-ASCMD 2.2.2); None for a good one."""
    if not _DEVICE_ID.fullmatch(request.device_id):
        return _ID_INVALID
    return None if _DEVICE_TYPE.fullmatch(request.device_type) else _TYPE_INVALID


def read_request(query: str, headers: Mapping[str, str]) -> EasRequest:
    """The request that a query string and headers say. Raises HttpError 400, 501."""
    if len(query) > _QUERY_CHARS_MAX:
        raise HttpError(400, "The query string is too long.")
    is_packed = "=" not in query.rstrip("=") and "&" not in query and bool(_PACKED.fullmatch(query))
    return _packed(query) if is_packed else _plain(query, headers)


def _plain(query: str, headers: Mapping[str, str]) -> EasRequest:
    fields: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True, max_num_fields=50):
        fields.setdefault(name.lower(), value)
    command = _BY_NAME.get(fields.get("cmd", "").lower())
    if not fields.get("cmd"):
        raise HttpError(400, "The query string names no command.")
    if command is None:
        raise HttpError(501, "This server has no such command.")
    # Some clients say the key in the query string.
    key = headers.get("x-ms-policykey") or fields.get("policykey", "")
    return EasRequest(
        command=command,
        version=_version(headers.get("ms-asprotocolversion", "")),
        device_id=fields.get("deviceid", ""),
        device_type=fields.get("devicetype", ""),
        policy_key=_key(key),
        saves_in_sent=fields.get("saveinsent", "").upper() == "T",
        accepts_multipart=headers.get("ms-asacceptmultipart", "").upper() == "T",
        parameters={
            name: fields[name.lower()] for name in _PARAMETERS.values() if name.lower() in fields
        },
    )


def _version(text: str) -> str:
    if text.strip() not in _AGE:
        raise HttpError(
            400,
            f"MS-ASProtocolVersion: this server speaks {', '.join(VERSIONS)}.",
            {"MS-ASProtocolVersions": ",".join(VERSIONS)},
        )
    return text.strip()


def _key(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= 0xFFFFFFFF):
        raise HttpError(400, "The policy key is no number.")
    return int(text)


class _Bytes:
    """Reads the packed form from the front."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        if self._at + count > len(self._data):
            raise HttpError(400, "The packed query string ends too early.")
        self._at += count
        return self._data[self._at - count : self._at]

    def byte(self) -> int:
        return self.take(1)[0]

    def counted(self) -> bytes:
        return self.take(self.byte())

    @property
    def is_done(self) -> bool:
        return self._at == len(self._data)


def _packed(query: str) -> EasRequest:
    """MS-ASHTTP 2.2.1.1.1.1: version, command, locale, device id, key, device type, parameters."""
    text = query.replace("%3D", "=").replace("%3d", "=").replace("%2B", "+").replace("%2b", "+")
    text = text.replace("%2F", "/").replace("%2f", "/").replace("-", "+").replace("_", "/")
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise HttpError(400, "The query string is neither of the two forms.") from error
    packed = _Bytes(data)
    number = packed.byte()
    version = _version(f"{number // 10}.{number % 10}")
    code = packed.byte()
    if code not in _BY_CODE:
        raise HttpError(501, "This server has no such command.")
    packed.take(2)  # the locale
    device_id = _device_text(packed.counted())
    key = packed.counted()
    if len(key) not in (0, 4):
        raise HttpError(400, "The policy key has four bytes, or none.")
    device_type = packed.counted().decode("ascii", "replace")
    parameters: dict[str, str] = {}
    options = 0
    while not packed.is_done:
        tag, value = packed.byte(), packed.counted()
        if tag == _OPTIONS:
            options = value[0] if value else 0
        elif tag in _PARAMETERS:
            parameters[_PARAMETERS[tag]] = value.decode("utf-8", "replace")
    return EasRequest(
        command=_BY_CODE[code],
        version=version,
        device_id=device_id,
        device_type=device_type,
        policy_key=int.from_bytes(key, "little") if key else None,
        saves_in_sent=bool(options & _SAVE_IN_SENT),
        accepts_multipart=bool(options & _ACCEPT_MULTIPART),
        parameters=parameters,
    )


def _device_text(data: bytes) -> str:
    """A device id of either form as one text: bytes that are no text are written in hex, as
    devices do themselves in the plain form."""
    text = data.decode("latin-1")
    return text if _DEVICE_ID.fullmatch(text) else data.hex()
