"""Mailboxes to address headers (RFC 5322 3.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from store.mime.encode import one_line, phrase

_FOREIGN = re.compile(r"[\s<>,;:()\[\]\\\x00-\x1f\x7f]+")
_QUOTED_LOCAL = re.compile(r'"(?:[^"\\\x00-\x1f]|\\[ -~])*"@[^\s<>,;"]+')


def address_list(mailboxes: Iterable[Mapping[str, Any]], domain: str) -> str:
    """The value of an address header. A mailbox that has no address becomes an empty group."""
    return ", ".join(one_address(mailbox, domain) for mailbox in mailboxes)


def one_address(mailbox: Mapping[str, Any], domain: str) -> str:
    """One mailbox: ``Name <address>``, or the address alone where the name says the same."""
    name = " ".join(one_line(mailbox.get("name") or "").split())
    routing = str(mailbox.get("routing") or "SMTP").upper()
    address = str(mailbox.get("address") or "")
    if address and routing != "SMTP":
        address = encapsulated(address, routing, domain)
    address = clean_address(address)
    if not address:
        return f"{phrase(name)}:;" if name else "undisclosed-recipients:;"
    return f"{phrase(name)} <{address}>" if name and name != address else f"<{address}>"


def clean_address(address: str) -> str:
    """An address without anything that could end it and begin another."""
    address = one_line(address).strip()
    if _QUOTED_LOCAL.fullmatch(address):
        return address
    return _FOREIGN.sub("", address).replace('"', "")


def encapsulated(address: str, routing: str, domain: str) -> str:
    """An address of another mail system as an Internet address (MS-OXCMAIL 2.1.3.4.2, IMCEA)."""
    routing = re.sub(r"[^A-Z0-9]", "", routing) or "UNKNOWN"
    local = "".join(
        character
        if character.isascii() and (character.isalnum() or character in "-=")
        else "_"
        if character == "/"
        else "".join(f"+{byte:02X}" for byte in character.encode("utf-8", "replace"))
        for character in address
    )
    return f"IMCEA{routing}-{local}@{domain}"
