"""The policies that devices must keep, as the settings have them (MS-ASPROV 2.2.2.28)."""

from __future__ import annotations

import hashlib
from typing import Any

from eas.wbxml import Element, encode


def provision_doc(settings: Any, version: str) -> Element:
    """The EASProvisionDoc for a device of that version: only what the version can say."""
    return Element("Provision:EASProvisionDoc")


def mark_of(settings: Any, version: str) -> str:
    """What changes whenever the policies that this version is sent do (lesson 3)."""
    return hashlib.blake2b(encode(provision_doc(settings, version)), digest_size=8).hexdigest()
