"""In whose name somebody may write (attack list, A22)."""

from __future__ import annotations

from typing import Any

from store.errors import SendAsDenied
from store.executor import Tx
from store.mime.headers import decode_bytes, fields, mailboxes, raw_block
from store.model import Properties
from store.submission.recipients import Reader, reader_at


def author_of(tx: Tx, address: str) -> Reader:
    """The account in whose name the asker may write: the own one, or one whose mailbox is opened
    to the asker by a grant. Raises SendAsDenied for every other address, known or not."""
    reader = reader_at(tx, address)
    if reader is not None and reader.role != "list":
        if reader.id == tx.principal.account_id:
            return reader
        if reader.mailbox_id and tx.access.owns(reader.mailbox_id):
            return reader
    raise SendAsDenied(
        f"{tx.principal.address} may not send as {address}",
        where=address,
        remedy="send in your own name, or ask for access to that mailbox",
    )


def name_authors(tx: Tx, properties: Properties) -> Properties:
    """The properties with From and Sender filled in and checked.

    Who gives none writes in the own name; a name is the directory's, not what a client says.
    Raises SendAsDenied.
    """
    own = {"name": tx.principal.name, "address": tx.principal.address}
    given_from = properties.get("from") or properties.get("sender") or own
    given_sender = properties.get("sender") or given_from
    author, sender = _checked(tx, given_from), _checked(tx, given_sender)
    return {**properties, "from": author, "sender": sender}


def _checked(tx: Tx, mailbox: dict[str, Any]) -> dict[str, Any]:
    address = str(mailbox.get("address") or tx.principal.address).strip()
    reader = author_of(tx, address)
    return {"name": reader.name, "address": address}


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
