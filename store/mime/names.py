"""File names of attachments: as sent, without a path; made up where there is none."""

from __future__ import annotations

import mimetypes
import re

NAME_CHARS_MAX = 255

_PATH = re.compile(r"[/\\]")
_SPACE = re.compile(r"[\t\r\n\x0b\x0c]+")
# What Exchange calls the machine's part of a report, and types that have several endings.
_NAMES = {
    "message/delivery-status": "details.txt",
    "message/global-delivery-status": "details.txt",
    "message/disposition-notification": "details.txt",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "application/pgp-signature": "signature.asc",
    "application/ms-tnef": "winmail.dat",
    "text/rfc822-headers": "headers.txt",
}
_TYPES = mimetypes.MimeTypes()  # without the tables of the machine it runs on
_ENDINGS = {
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "text/directory": ".vcf",
    "image/jpeg": ".jpg",
    "image/tiff": ".tif",
    "audio/mpeg": ".mp3",
    "application/octet-stream": ".dat",
}


def file_name(name: str) -> str:
    """A name without path and unprintable characters, at most 255 characters with its ending."""
    name = _SPACE.sub(" ", _PATH.split(name.rstrip("/\\ "))[-1])
    name = "".join(c for c in name if c.isprintable()).strip()
    if name in (".", ".."):
        return ""
    if len(name) > NAME_CHARS_MAX:
        stem, dot, ending = name.rpartition(".")
        if not dot or len(ending) > 16:
            return name[:NAME_CHARS_MAX]
        name = f"{stem[: NAME_CHARS_MAX - len(ending) - 1]}.{ending}"
    return name


def made_up_name(type: str, number: int) -> str:
    """A name for the ``number``th attachment, which has none."""
    if type in _NAMES:
        return _NAMES[type]
    ending = _ENDINGS.get(type) or _TYPES.guess_extension(type) or ".dat"
    return f"attachment{number}{ending}"
