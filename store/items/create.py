"""Creating items, and sending: new ones and saved drafts."""

from __future__ import annotations

from typing import Any

import msgspec

from schemas.classes import default_role, folder_takes, is_sendable, kind_of
from schemas.property import Kind
from store.access import FolderRow
from store.calendar.scheduling import organize
from store.calendar.settle import settled
from store.commands import CreateItems, FolderRef, FolderRole, LookUpAddresses, SendItems
from store.contacts.settle import settled_contact
from store.directory.accounts import look_up_addresses
from store.errors import (
    ChangeRequired,
    Conflict,
    InvalidValue,
    NotFound,
    StoreError,
    TooLarge,
    WrongClass,
    WrongFolderClass,
)
from store.executor import Tx, WriteTx, writes
from store.items.fetch import load_draft
from store.items.insert import insert_items
from store.items.relocate import discard
from store.items.rows import permitted
from store.model import ItemDraft, Properties
from store.posts import posted
from store.record import PackedItem, clean, pack
from store.results import SavedItem
from store.rights import Right
from store.submission import sending
from store.submission.recipients import reader_of
from store.tasks.settle import settled_task

Outcome = SavedItem | StoreError


class _Prepared(msgspec.Struct):
    """One item ready for the writer: packed to be saved, prepared to be sent, or a meeting to be
    saved with its invitation in ``mail``."""

    draft: ItemDraft
    packed: PackedItem | None = None
    mail: Any = None


def prepare_items(tx: Tx, command: CreateItems) -> list[_Prepared | StoreError]:
    """Everything that needs no transaction: defaults, limits, packing, building MIME."""
    return [_prepare(tx, draft, command) for draft in command.items]


def _prepare(tx: Tx, draft: ItemDraft, command: CreateItems) -> _Prepared | StoreError:
    try:
        check_draft(tx, draft)
        draft = named_people(tx, draft)
        draft = organized(tx, draft, command.folder)
        draft = with_defaults(tx, draft, is_saved=command.disposition == "save")
        if command.disposition != "save" and is_sendable(draft.item_class):
            return _Prepared(draft, mail=sending.prepare(tx, draft))
        invitation = None
        if kind_of(draft.item_class) == Kind.CALENDAR:
            invitation = organize.invitation(tx, draft, command.invitations)
            draft = organize.invited(draft, command.invitations)
        packed = pack(draft, tx.now, associated=command.associated)
        check_sizes(tx, packed)
    except StoreError as error:
        return error
    return _Prepared(draft, packed=packed, mail=invitation)


def check_draft(tx: Tx, draft: ItemDraft) -> None:
    """Raises InvalidValue, TooLarge for what no item may hold."""
    if draft.mime is None:
        check_subject(tx, draft.properties)
    size = sum(len(a.content or b"") for a in draft.attachments) + len(draft.mime or b"")
    if size > tx.limits.item_bytes_max:
        raise TooLarge(f"{size:,} bytes: an item has at most {tx.limits.item_bytes_max:,}")


def check_subject(tx: Tx, properties: Properties) -> None:
    """Raises InvalidValue for a subject that is too long (mail that arrives keeps its own)."""
    subject = properties.get("subject")
    if isinstance(subject, str) and len(subject) > tx.limits.subject_chars_max:
        raise InvalidValue(
            f"a subject has at most {tx.limits.subject_chars_max} characters",
            where="subject",
        )


def check_sizes(tx: Tx, packed: PackedItem) -> None:
    """Raises TooLarge where the record grew beyond what a row should hold."""
    size = len(packed.row["record"])
    if size > tx.limits.property_bytes_max:
        raise TooLarge(
            f"{size:,} bytes of properties: an item has at most {tx.limits.property_bytes_max:,}"
        )


def named_people(tx: Tx, draft: ItemDraft) -> ItemDraft:
    """People of the directory who are given by address alone get their names (MS-OXWSCORE
    DisplayTo)."""
    properties = named(tx, draft.properties)
    return msgspec.structs.replace(draft, properties=properties)


def named(tx: Tx, properties: Properties) -> Properties:
    """The same properties with names for local recipients that have none."""
    nameless = {
        person["address"]
        for field in RECIPIENTS
        for person in properties.get(field) or ()
        if person.get("address") and person.get("name") in (None, "", person["address"])
    }
    if not nameless:
        return properties
    addresses = tuple(sorted(nameless))
    accounts = look_up_addresses(tx, LookUpAddresses(addresses))
    names = {a: account.name for a, account in zip(addresses, accounts, strict=True) if account}
    if not names:
        return properties
    return {
        **properties,
        **{
            field: [
                {**person, "name": names.get(person.get("address", ""), person.get("name", ""))}
                if person.get("address") in names
                else person
                for person in properties[field]
            ]
            for field in RECIPIENTS
            if properties.get(field)
        },
    }


RECIPIENTS = ("to", "cc", "bcc")
_ATTENDEES = ("required_attendees", "optional_attendees", "resources")


def with_defaults(tx: Tx, draft: ItemDraft, *, is_saved: bool) -> ItemDraft:
    """The values that an item has although nobody gave them (MS-OXWSCORE 2.2.4.24)."""
    kind = kind_of(draft.item_class)
    properties: Properties = {
        "importance": "normal",
        "sensitivity": "normal",
        "received": tx.now,
        "sent": tx.now,
        **draft.properties,
    }
    if is_sendable(draft.item_class):
        properties.setdefault("is_read", True)
        properties.setdefault("is_draft", is_saved)
        _name_author(tx, properties)
    else:
        properties.setdefault("is_read", True)
        properties.setdefault("is_draft", False)
    if kind == "calendar":
        properties.setdefault("busy_status", "busy")
        if tx.principal.address:
            own = {"name": tx.principal.name, "address": tx.principal.address}
            properties.setdefault("organizer", own)
        properties = settled(properties, tx.now)
    if kind == Kind.TASK:
        properties = settled_task(properties, tx.now)
    if kind == Kind.CONTACT:
        properties = settled_contact(properties)
    if kind == Kind.POST:
        properties = posted(tx, properties)
    if tx.principal.name:
        properties["last_modified_name"] = tx.principal.name
    subject = properties.get("subject")
    if isinstance(subject, str):
        properties["subject"] = clean(subject)
    return msgspec.structs.replace(draft, properties=properties)


def organized(tx: Tx, draft: ItemDraft, folder: FolderRef | None) -> ItemDraft:
    """A new meeting in somebody else's calendar is organised by whose calendar it is.

    Raises NotFound, AccessDenied (role ``saved``), NoSuchMailbox.
    """
    if folder is None or kind_of(draft.item_class) != Kind.CALENDAR:
        return draft
    mailbox_id = tx.access.folder(folder, Right.CREATE_ITEMS, "saved").mailbox_id
    owner = reader_of(tx, mailbox_id)
    if owner is None or owner.id == tx.principal.account_id:
        return draft
    who = {"name": owner.name, "address": owner.address}
    return msgspec.structs.replace(draft, properties={"organizer": who, **draft.properties})


def _name_author(tx: Tx, properties: Properties) -> None:
    """A message that says nobody's name is its maker's."""
    if not tx.principal.address or properties.get("from") or properties.get("sender"):
        return
    own = {"name": tx.principal.name, "address": tx.principal.address}
    properties["from"] = own
    properties["sender"] = own


@writes(CreateItems, prepare=prepare_items)
def create_items(
    tx: WriteTx, command: CreateItems, prepared: list[_Prepared | StoreError]
) -> list[Outcome]:
    """Save new items, send them, or both (MS-OXWSCORE 3.1.4.2)."""
    results: list[Outcome | None] = [None] * len(prepared)
    saves: dict[int, list[int]] = {}
    folders: dict[int, FolderRow] = {}
    for number, item in enumerate(prepared):
        if isinstance(item, StoreError):
            results[number] = item
        elif item.packed is None:
            results[number] = tx.attempt(lambda item=item: _send_new(tx, command, item))
        else:
            try:
                folder = _folder_for(tx, command.folder, item.draft)
            except StoreError as error:
                results[number] = error
                continue
            folders[folder.id] = folder
            saves.setdefault(folder.id, []).append(number)
    for folder_id, numbers in saves.items():
        _save(tx, folders[folder_id], prepared, numbers, results)
    _invite(tx, command, prepared, results)
    return [result if result is not None else NotFound(role="saved") for result in results]


def _save(
    tx: WriteTx,
    folder: FolderRow,
    prepared: list[Any],
    numbers: list[int],
    results: list[Outcome | None],
) -> None:
    packed = [prepared[number].packed for number in numbers]
    if not tx.access.owns(folder.mailbox_id):
        packed = [_owned(tx, item) for item in packed]
    try:
        saved = insert_items(tx, folder.mailbox_id, folder.id, packed)
    except StoreError as error:
        for number in numbers:
            results[number] = error
        return
    for number, item in zip(numbers, saved, strict=True):
        results[number] = item


def _invite(
    tx: WriteTx,
    command: CreateItems,
    prepared: list[Any],
    results: list[Outcome | None],
) -> None:
    """Send the invitations of meetings that were saved; all about them was checked before."""
    for item, result in zip(prepared, results, strict=True):
        if not isinstance(item, _Prepared) or not isinstance(result, SavedItem):
            continue
        if item.packed is not None and item.mail is not None:
            keeps = organize.keeps_copy(command.invitations)
            organize.hand_out(tx, item.mail, keeps=keeps)


def _owned(tx: WriteTx, packed: PackedItem) -> PackedItem:
    """Note who made an item in somebody else's folder: the right on own items follows it."""
    record = msgspec.json.decode(packed.row["record"])
    record["properties"]["creator"] = tx.principal.account_id
    row = {**packed.row, "record": msgspec.json.encode(record).decode()}
    return PackedItem(row, packed.content, packed.blobs, packed.attachments)


def _folder_for(tx: WriteTx, ref: FolderRef | None, draft: ItemDraft) -> FolderRow:
    """Where an item goes. Raises NotFound (role ``saved``), WrongFolderClass, WrongClass."""
    kind = kind_of(draft.item_class)
    if ref is None:
        role = default_role(kind)
        if not role:
            raise WrongClass("for an item of this kind the folder must be named", role="folder")
        ref = FolderRole(role)
    folder = tx.held_folder(ref, Right.CREATE_ITEMS, "saved")
    if not folder_takes(folder.folder_class, kind, folder.role):
        raise WrongFolderClass(f"{folder.name} takes no items of this kind", role=str(kind))
    return folder


def _send_new(tx: WriteTx, command: CreateItems, item: _Prepared) -> SavedItem:
    target = None
    if command.disposition == "send_and_save":
        ref = command.folder or FolderRole("sentitems")
        target = tx.access.folder(ref, Right.CREATE_ITEMS, role="saved")
    copy = sending.submit(tx, item.mail)
    if target is not None:
        insert_items(tx, target.mailbox_id, target.id, [copy])
    return SavedItem(None, kind=str(kind_of(item.draft.item_class)))


@writes(SendItems)
def send_items(tx: WriteTx, command: SendItems) -> list[Outcome]:
    """Send drafts (MS-OXWSCORE 3.1.4.8): they leave their folder, a copy is kept where asked."""
    tx.hold(item.mailbox_id for item, _ in command.items)
    rows = permitted(
        tx,
        [item for item, _ in command.items],
        Right.DELETE_ALL,
        owned=Right.DELETE_OWNED,
    )
    results: list[Outcome] = []
    for (_, change), row in zip(command.items, rows, strict=True):
        if isinstance(row, StoreError):
            results.append(row)
        else:
            results.append(tx.attempt(lambda r=row, c=change: _send(tx, command, r, c)))
    return results


def _send(tx: WriteTx, command: SendItems, row: Any, change: int | None) -> SavedItem:
    if not is_sendable(row.item_class):
        raise WrongClass("only messages can be sent", role="send")
    if change is None:
        raise ChangeRequired("sending needs the item's change number", role="item")
    if change != row.seq:
        raise Conflict("the item was changed since that change number", role="item")
    save_to = (command.save_to or FolderRole("sentitems")) if command.save else None
    return send_stored(tx, row, save_to)


def send_stored(tx: WriteTx, row: Any, save_to: FolderRef | None) -> SavedItem:
    """Send a saved item: it leaves its folder; the copy goes to ``save_to`` (None: no copy)."""
    target = None
    if save_to is not None:
        target = tx.access.folder(save_to, Right.CREATE_ITEMS, role="saved")
    copy = sending.submit(tx, sending.prepare(tx, load_draft(tx, row)))
    discard(tx, [row])
    if target is None:
        return SavedItem(None, kind=row.kind)
    return insert_items(tx, target.mailbox_id, target.id, [copy])[0]
