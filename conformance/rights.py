"""Tries out what a second user may do in a folder of the first."""

from __future__ import annotations

from dataclasses import dataclass, replace

from conformance import kinds, requests
from conformance.answer import Answer
from conformance.kinds import Kind
from conformance.mailbox import Mailbox
from conformance.node import Ref
from conformance.things import permission_set, thing
from conformance.xml import Element, t


@dataclass(frozen=True)
class Rights:
    """What succeeded."""

    create_subfolder: bool = False
    create: bool = False
    read_own: bool = False
    edit_own: bool = False
    delete_own: bool = False
    read_others: bool = False
    edit_others: bool = False
    delete_others: bool = False

    def but(self, **changes: bool) -> Rights:
        """The same with some changed."""
        return replace(self, **changes)


EVERYTHING = Rights(
    create_subfolder=True,
    create=True,
    read_own=True,
    edit_own=True,
    delete_own=True,
    read_others=True,
    edit_others=True,
    delete_others=True,
)


def shared_folder(
    ews: Mailbox, parent: Ref, permission: Element, name: str = "Shared folder"
) -> Ref:
    """A folder with one permission besides those that it has by default."""
    child = thing("Folder", permission_set(permission), DisplayName=name)
    return ews.make_folders(parent, child)[0]


def try_all(ews: Mailbox, other: Mailbox, shared: Ref, kind: Kind = kinds.MESSAGE) -> Rights:
    """What `other` may do in `shared`, a folder of `ews`: each operation is tried once."""
    others = ews.make_item(kind.make(ews.unique("Not owned")), shared)
    subfolder = t(kind.folder, t.DisplayName("By the other user"))
    create_subfolder = _succeeds(other.call(requests.create_folder(shared, subfolder)))
    edit_others, read_others, delete_others = _try_item(other, others, kind)
    own = kind.make(ews.unique("Owned"))
    made = other.call(requests.create_item(own, folder=shared))
    if not _succeeds(made):
        return Rights(
            create_subfolder=create_subfolder,
            read_others=read_others,
            edit_others=edit_others,
            delete_others=delete_others,
        )
    edit_own, read_own, delete_own = _try_item(other, made.items[0].id, kind)
    return Rights(
        create_subfolder=create_subfolder,
        create=True,
        read_own=read_own,
        edit_own=edit_own,
        delete_own=delete_own,
        read_others=read_others,
        edit_others=edit_others,
        delete_others=delete_others,
    )


def _try_item(other: Mailbox, item: Ref, kind: Kind) -> tuple[bool, bool, bool]:
    """Whether an item can be edited, read and deleted."""
    subject = requests.set_field("item:Subject", kind.of(Subject="Edited"))
    change = requests.item_change(item.keyless, subject)
    edited = _succeeds(other.call(requests.update_item(change)))
    read = _succeeds(other.call(requests.get_item([item])))
    deleted = _succeeds(other.call(requests.delete_item([item])))
    return edited, read, deleted


def _succeeds(answer: Answer) -> bool:
    return bool(answer.messages) and all(each.ok for each in answer.messages)
