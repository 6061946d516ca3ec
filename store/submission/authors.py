"""In whose name somebody may write (attack list, A22)."""

from __future__ import annotations

from typing import Any

from store.errors import SendAsDenied
from store.executor import Tx
from store.mime.headers import decode_bytes, fields, mailboxes, raw_block
from store.model import Properties
from store.submission.recipients import Reader, reader_at


def author_of(tx: Tx, address: str) -> Reader:
    """The account in whose name, or on whose behalf, the asker may write. Raises SendAsDenied for
    every other address, known or not."""
    reader = reader_at(tx, address)
    if reader is not None and (_writes_as(tx, reader) or _writes_for(tx, reader)):
        return reader
    raise SendAsDenied(
        f"{tx.principal.address} may not send as {address}",
        where=address,
        remedy="send in your own name, or ask for access to that mailbox",
    )


def _writes_as(tx: Tx, reader: Reader) -> bool:
    """Whether the account is the asker's own, or its mailbox is opened to the asker by a grant."""
    if reader.role == "list":
        return False
    if reader.id == tx.principal.account_id:
        return True
    return bool(reader.mailbox_id) and tx.access.owns(reader.mailbox_id)


def _writes_for(tx: Tx, reader: Reader) -> bool:
    """Whether the asker is a delegate of the account's: then From is the account and Sender the
    asker (RFC 5322 3.6.2)."""
    return bool(reader.mailbox_id) and tx.access.acts_for(reader.mailbox_id)


def name_authors(tx: Tx, properties: Properties) -> Properties:
    """The properties with From and Sender filled in and checked.

    Who gives none writes in the own name; a name is the directory's, not what a client says; who
    writes on somebody's behalf is the Sender. Raises SendAsDenied.
    """
    own = {"name": tx.principal.name, "address": tx.principal.address}
    given_from = properties.get("from") or properties.get("sender") or own
    given_sender = properties.get("sender") or given_from
    (author, writes_as), (sender, sends_as) = _checked(tx, given_from), _checked(tx, given_sender)
    return {**properties, "from": author, "sender": sender if writes_as and sends_as else own}


def _checked(tx: Tx, mailbox: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """An author by the directory's name, and whether the asker writes as that one."""
    address = str(mailbox.get("address") or tx.principal.address).strip()
    reader = author_of(tx, address)
    return {"name": reader.name, "address": address}, _writes_as(tx, reader)


def sender_of(tx: Tx, mime: bytes) -> str:
    """The address that the Sender of a message must be, empty where its own headers do: one that
    is written on somebody's behalf says who wrote it. The message passed ``check_mime``."""
    authors = [str(mailbox.get("address", "")) for mailbox in authors_in(mime)]
    senders = [str(mailbox.get("address", "")) for mailbox in _mailboxes_in(mime, "sender")]
    named = [author_of(tx, address) for address in senders or authors]
    is_said = all(_writes_as(tx, reader) for reader in named)
    return "" if is_said else tx.principal.address


def authors_in(mime: bytes) -> list[dict[str, Any]]:
    """All mailboxes of all From lines of a message."""
    return _mailboxes_in(mime, "from")


def check_mime(tx: Tx, mime: bytes) -> None:
    """A message that brings its own headers may name one author, and nobody whom the asker may
    not write for. Raises SendAsDenied."""
    authors = authors_in(mime)
    if len(authors) > 1:
        raise SendAsDenied("a message has one author: From names several", where="From")
    for mailbox in [*authors, *_mailboxes_in(mime, "sender")]:
        author_of(tx, str(mailbox.get("address", "")))


def _mailboxes_in(mime: bytes, header: str) -> list[dict[str, Any]]:
    block = decode_bytes(raw_block(mime))
    return mailboxes([value for name, value in fields(block) if name.lower() == header])
