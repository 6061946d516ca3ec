"""Sending: from a draft to the message that leaves, and the copy that the sender keeps.

``prepare`` is everything that needs no transaction: who may write to whom, building, parsing,
compressing. ``submit`` only writes: into the mailboxes here, into the queue for elsewhere.
"""

from __future__ import annotations

from typing import Any

import msgspec

from store.calendar.scheduling.messages import address_of
from store.commands import ResolveNames, SubmitMail
from store.delegates.copies import copies_of
from store.directory.names import checked_address
from store.directory.resolve import resolve_names
from store.errors import InvalidRecipient, InvalidValue, NoRecipients, StoreError, TooMany
from store.executor import Tx, WriteTx, writes
from store.instant import from_instant
from store.mime.build import build, new_identity, with_headers
from store.mime.headers import decode_bytes, fields, raw_block
from store.mime.parse import parse
from store.model import Body, ItemDraft, Properties
from store.record import PackedItem, pack
from store.submission.arrivals import is_awaited
from store.submission.authors import author_of, authors_in, check_mime, name_authors, sender_of
from store.submission.delivery import distribute, readers_at_once
from store.submission.inbox import arriving, concerned
from store.submission.recipients import Reach, default_domain, hide, resolve

_SHOWN = ("to", "cc")
_LISTS = (*_SHOWN, "bcc")
_HIDDEN = ("Bcc", "Resent-Bcc")
# What the item says wins over what its MIME says: header by property.
_HEADERS = {
    "subject": "Subject",
    "from": "From",
    "sender": "Sender",
    "to": "To",
    "cc": "Cc",
    "reply_to": "Reply-To",
    "message_id": "Message-ID",
    "in_reply_to": "In-Reply-To",
    "references": "References",
    "importance": "Importance",
    "sensitivity": "Sensitivity",
    "is_read_receipt_requested": "Disposition-Notification-To",
}
_DEFAULTS = {"importance": "normal", "sensitivity": "normal", "is_read_receipt_requested": False}
# What the draft was, and the sent copy is not.
_OF_THE_DRAFT = ("created", "modified", "received", "size", "last_modified_name", "has_attachments")


class Outgoing(msgspec.Struct, frozen=True):
    """A message ready to be handed out: ``arriving`` as readers get it, ``mime`` as other servers
    do, ``copy`` as the sender keeps it (with Bcc)."""

    mime: bytes
    sender: str
    reaches: list[Reach]
    arriving: PackedItem
    copy: PackedItem | None = None


def prepare(tx: Tx, draft: ItemDraft) -> Outgoing:
    """Make a draft ready to be sent in the asker's name.

    Raises SendAsDenied, NoRecipients, InvalidRecipient, TooMany.
    """
    if draft.mime is not None:
        check_mime(tx, draft.mime)
    properties = name_authors(tx, dict(draft.properties))
    for name in _LISTS:
        if properties.get(name):
            properties[name] = [_addressed(tx, mailbox) for mailbox in properties[name]]
    recipients = [mailbox["address"] for name in _LISTS for mailbox in properties.get(name, [])]
    reaches = _reached(tx, recipients, properties)
    domain = default_domain(tx)
    properties["message_id"] = properties.get("message_id") or new_identity(domain)
    properties["sent"] = tx.now
    draft = msgspec.structs.replace(draft, properties=properties)
    mime = _without_bcc(draft, domain, tx.now)
    sender = properties["sender"]["address"]  # who wrote it on somebody's behalf hears of failures
    return Outgoing(
        mime=mime,
        sender=sender,
        reaches=reaches,
        arriving=arriving(_as_read(draft, mime), tx.now, sender),
        copy=_copy(draft, mime, tx.now, domain),
    )


def _as_read(draft: ItemDraft, mime: bytes) -> ItemDraft:
    """The message as readers here get it. What a meeting message says in its properties need not
    be read from its iCalendar."""
    read = parse(mime)
    if not is_awaited(draft.item_class):
        return read
    told = {k: v for k, v in draft.properties.items() if k not in _NOT_TOLD}
    return msgspec.structs.replace(
        read, item_class=draft.item_class, properties={**told, **read.properties}
    )


# Of a meeting message's properties those that are the sender's alone.
_NOT_TOLD = frozenset({"bcc", "display_bcc", "is_read", "is_draft", "categories", "created",
                       "modified", "size", "received", "last_modified_name"})  # fmt: skip


def submit(tx: WriteTx, mail: Outgoing) -> PackedItem:
    """Hand a prepared message out; the copy for whoever wants to keep one.

    Recipients who cannot get it are told of by a bounce to the sender and stop nobody else's.
    """
    _hand_out(tx, mail)
    if mail.copy is None:
        raise InvalidValue("this message was prepared without a copy")
    return mail.copy


def _hand_out(tx: WriteTx, mail: Outgoing) -> None:
    readers = readers_at_once(mail.reaches).values()
    copies = copies_of(tx, mail.arriving.draft, readers)
    tx.hold(id for id in (tx.principal.mailbox_id, *concerned(readers, copies)) if id)
    distribute(
        tx, mail.arriving, mail.mime, mail.sender, mail.reaches, bounces_all=True, copies=copies
    )


def prepare_submission(tx: Tx, command: SubmitMail) -> Outgoing:
    """Make MIME that a program hands in ready to be sent.

    Raises SendAsDenied, NoRecipients, InvalidRecipient, TooMany.
    """
    if command.sender:
        author_of(tx, command.sender)
    check_mime(tx, command.mime)
    recipients = [_checked(address) for address in command.recipients]
    mime = _completed(tx, command.mime)
    draft = parse(mime)
    reaches = _reached(tx, recipients, draft.properties)
    return Outgoing(mime, command.sender, reaches, arriving(draft, tx.now, command.sender))


@writes(SubmitMail, prepare=prepare_submission)
def submit_mail(tx: WriteTx, command: SubmitMail, mail: Outgoing) -> None:
    """Send MIME in the asker's name to the envelope's recipients (RFC 6409)."""
    _hand_out(tx, mail)


def _completed(tx: Tx, mime: bytes) -> bytes:
    """What a submission server adds (RFC 6409 8) and takes away; all else stays byte for byte."""
    names = {name.lower() for name, _ in fields(decode_bytes(raw_block(mime)))}
    added: list[tuple[str, str]] = []
    if "message-id" not in names:
        added.append(("Message-ID", new_identity(default_domain(tx))))
    if "date" not in names:
        added.append(("Date", from_instant(tx.now).strftime("%a, %d %b %Y %H:%M:%S +0000")))
    if not authors_in(mime):
        added.append(("From", f"<{tx.principal.address}>"))
    removed = [name for name in _HIDDEN if name.lower() in names]
    sender = sender_of(tx, mime)
    if sender:
        removed.append("Sender")
        added.append(("Sender", f"<{sender}>"))
    return with_headers(mime, remove=removed, add=added) if added or removed else mime


def _reached(tx: Tx, recipients: list[str], properties: Properties) -> list[Reach]:
    """What the recipients lead to; ``properties`` of the message say who of them is seen."""
    if not recipients:
        raise NoRecipients("a message to be sent names at least one recipient", where="to")
    if len(recipients) > tx.limits.recipients_max:
        raise TooMany(
            f"{len(recipients):,} recipients: a message has at most {tx.limits.recipients_max:,}"
        )
    addresses = list({address.lower(): address for address in recipients}.values())
    reaches = dict(zip(addresses, resolve(tx, addresses), strict=True))
    hide(reaches, (m.get("address", "") for name in _SHOWN for m in properties.get(name) or ()))
    return list(reaches.values())


def _checked(address: str) -> str:
    address = address.strip()
    try:
        checked_address(address)
    except InvalidValue:
        raise InvalidRecipient(f"{address!r} is no mail address", where=address) from None
    return address


def _addressed(tx: Tx, mailbox: dict[str, Any]) -> dict[str, Any]:
    """A recipient with a checked address; one given by name alone is looked up."""
    address = str(mailbox.get("address") or "").strip()
    if not address:
        address = _looked_up(tx, str(mailbox.get("name") or ""))
    return {**mailbox, "address": _checked(address)}


def _looked_up(tx: Tx, name: str) -> str:
    if "@" in name:
        return name
    try:
        found = resolve_names(tx, ResolveNames(name, scope="directory", limit=2)).names
    except StoreError:
        found = ()
    if len(found) != 1:
        raise InvalidRecipient(f"{name!r} is nobody's name, or several people's", where=name)
    return found[0].address


def _without_bcc(draft: ItemDraft, domain: str, now: str) -> bytes:
    """The message as everybody may see it (field lesson 29: no Bcc leaves)."""
    if draft.mime is None:
        return build(draft, domain=domain, now=from_instant(now))
    stated = parse(draft.mime).properties
    changed = {header for name, header in _HEADERS.items() if _differs(name, stated, draft)}
    if "sent" not in stated:
        changed.add("Date")
    wanted = _header_fields(draft, domain, now)
    return with_headers(
        draft.mime,
        remove=[*_HIDDEN, *changed],
        add=[(name, value) for name, value in wanted if name in changed],
    )


def _differs(name: str, stated: Properties, draft: ItemDraft) -> bool:
    old = stated.get(name, _DEFAULTS.get(name))
    new = draft.properties.get(name, _DEFAULTS.get(name))
    if name in ("from", "sender"):  # the MIME was checked: how it writes the name is its own
        return address_of(old) != address_of(new)
    if name in _LISTS and old and new and len(old) == len(new):
        return not all(map(_is_as_stated, old, new))
    return old != new and (new or old)


def _is_as_stated(stated: dict[str, Any], mailbox: dict[str, Any]) -> bool:
    """Whether a recipient is as the MIME has it. One without a name may have got that which the
    directory knows: the message stays as it was written."""
    is_nameless = stated.get("name") in (None, "", stated.get("address"))
    is_same_name = is_nameless or stated.get("name") == mailbox.get("name")
    return is_same_name and address_of(stated) == address_of(mailbox)


def _header_fields(draft: ItemDraft, domain: str, now: str) -> list[tuple[str, str]]:
    head = msgspec.structs.replace(draft, body=Body(text=""), attachments=(), mime=None)
    return fields(decode_bytes(raw_block(build(head, domain=domain, now=from_instant(now)))))


def _copy(draft: ItemDraft, mime: bytes, now: str, domain: str) -> PackedItem:
    """What the sender keeps: all that the draft had, sent, with Bcc."""
    properties = {k: v for k, v in draft.properties.items() if k not in _OF_THE_DRAFT}
    own = address_of(properties["from"])
    everybody = [m for name in _LISTS for m in properties.get(name, [])]
    properties |= {
        "received": now,
        "is_read": True,
        "is_draft": False,
        "is_submitted": False,
        "is_from_me": any(address_of(mailbox) == own for mailbox in everybody),
    }
    if properties.get("bcc"):
        with_bcc = msgspec.structs.replace(draft, mime=None, body=Body(text=""), attachments=())
        head = build(with_bcc, domain=domain, now=from_instant(now), bcc=True)
        lines = [f for f in fields(decode_bytes(raw_block(head))) if f[0] == "Bcc"]
        mime = with_headers(mime, add=lines)
    headers = decode_bytes(raw_block(mime))
    copy = msgspec.structs.replace(draft, properties=properties, mime=mime, headers=headers)
    return pack(copy, now)
