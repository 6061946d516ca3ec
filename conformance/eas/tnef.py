"""A message as Outlook packs it into winmail.dat: a body in RTF, an OLE object (MS-OXTNEF 2)."""

from __future__ import annotations

import struct
from email.message import EmailMessage
from email.policy import SMTP

from conformance.eas.device import Device

RTF_WORDS = "The quay wall holds."
OBJECT_NAME = "Drawing"
_RTF = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 The {\b quay} wall holds.\par}"
_SIGNATURE, _MELA = 0x223E9F78, 0x414C454D
_MESSAGE, _ATTACHMENT = 1, 2
# Attributes (MS-OXTNEF 2.1.3.2), types and properties (MS-OXCDATA 2.11.1, MS-OXPROPS).
_VERSION, _CLASS, _CODE_PAGE = 0x00089006, 0x00078008, 0x00069007
_PROPERTIES, _RENDERING, _ATTACHED = 0x00069003, 0x00069002, 0x00069005
_INTEGER, _UNICODE, _OBJECT, _BINARY = 0x0003, 0x001F, 0x000D, 0x0102
_RTF_COMPRESSED, _DATA, _METHOD, _NAME, _POSITION = 0x1009, 0x3701, 0x3705, 0x3001, 0x370B
_OLE = 6
_STORAGE_INTERFACE = bytes.fromhex("0b00000000000000c000000000000046")


def winmail(*, draws: bool = False) -> bytes:
    """The file. ``draws``: there is an OLE object beside the body."""
    # Not compressed, which MS-OXRTFCP 2.1.3.1.1 allows.
    rtf = struct.pack("<IIII", len(_RTF) + 12, len(_RTF), _MELA, 0) + _RTF
    return b"".join(
        [
            struct.pack("<IH", _SIGNATURE, 1),
            _attribute(_MESSAGE, _VERSION, struct.pack("<I", 0x00010000)),
            _attribute(_MESSAGE, _CODE_PAGE, struct.pack("<II", 1252, 0)),
            _attribute(_MESSAGE, _CLASS, b"IPM.Microsoft Mail.Note\x00"),
            _attribute(_MESSAGE, _PROPERTIES, _properties((_RTF_COMPRESSED, _BINARY, rtf))),
            *(_drawing() if draws else []),
        ]
    )


def rich(device: Device, subject: str, file: bytes) -> bytes:
    """A message with that file from a device's user to himself."""
    made = EmailMessage(SMTP)
    made["From"] = made["To"] = device.identity.user
    made["Subject"] = subject
    made.set_content(RTF_WORDS)
    made.add_attachment(file, "application", "ms-tnef", filename="winmail.dat")
    return made.as_bytes()


def _drawing() -> list[bytes]:
    properties = _properties(
        (_METHOD, _INTEGER, struct.pack("<I", _OLE)),
        (_POSITION, _INTEGER, struct.pack("<I", 1)),
        (_NAME, _UNICODE, f"{OBJECT_NAME}\x00".encode("utf-16-le")),
        (_DATA, _OBJECT, _STORAGE_INTERFACE + _compound_file()),
    )
    rendering = struct.pack("<HIHHI", 2, 1, 0, 0, 0)
    return [
        _attribute(_ATTACHMENT, _RENDERING, rendering),
        _attribute(_ATTACHMENT, _ATTACHED, properties),
    ]


def _attribute(level: int, name: int, value: bytes) -> bytes:
    head = struct.pack("<BII", level, name, len(value))
    return head + value + struct.pack("<H", sum(value) & 0xFFFF)


def _properties(*listed: tuple[int, int, bytes]) -> bytes:
    made = struct.pack("<I", len(listed))
    for name, type, value in listed:
        made += struct.pack("<HH", type, name)
        if type != _INTEGER:
            made += struct.pack("<II", 1, len(value))
        made += value + bytes(-len(value) % 4)
    return made


def _compound_file() -> bytes:
    """An empty storage: a header, its allocation table, its directory (MS-CFB 2.2, 2.3, 2.6)."""
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    header += struct.pack("<IIIIIIII", 1, 1, 0, 0x1000, end, 0, end, 0)
    header += struct.pack("<109I", 0, *[free] * 108)
    allocation = struct.pack("<128I", table, end, *[free] * 126)
    name = "Root Entry\x00".encode("utf-16-le")
    root = name.ljust(64, b"\x00") + struct.pack("<HBB", len(name), 5, 1)
    root += struct.pack("<III", free, free, free) + bytes(36) + struct.pack("<IQ", end, 0)
    unused = bytes(68) + struct.pack("<III", free, free, free) + bytes(48)
    return header + allocation + root + unused * 3
