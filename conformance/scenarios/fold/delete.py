"""Deleting and emptying folders."""

from __future__ import annotations

from conformance import requests
from conformance.checks import equal, refused, success
from conformance.mailbox import Mailbox
from conformance.node import Ref
from conformance.scenario import scenario
from conformance.things import message

CUSTOM = "IPF.MyCustomFolderClass"


@scenario("MS-OXWSFOLD", "S01_TC03", requirements=("MS-OXWSFOLD_R308", "MS-OXWSFOLD_R31045"))
def a_default_folder_cannot_be_deleted(ews: Mailbox) -> None:
    """Inbox stays."""
    refused(
        ews.call(requests.delete_folder(["inbox"], "SoftDelete")), "ErrorDeleteDistinguishedFolder"
    )
    success(ews.call(requests.get_folder(["inbox"])))


@scenario("MS-OXWSFOLD", "S01_TC05", requirements=("MS-OXWSFOLD_R34301",))
def a_hard_deleted_folder_is_gone(ews: Mailbox) -> None:
    """Not even Deleted Items has it."""
    name = ews.unique("Custom Folder")
    made = ews.make_folder("inbox", name, CUSTOM)
    ews.delete_folder(made, "HardDelete")
    refused(ews.call(requests.get_folder([made])), "ErrorItemNotFound")
    equal(name in ews.subfolders("deleteditems"), False, "folder in Deleted Items")


@scenario("MS-OXWSFOLD", "S01_TC06", requirements=("MS-OXWSFOLD_R34302",))
def a_folder_moved_to_deleted_items_keeps_its_id(ews: Mailbox) -> None:
    """Same id, new parent: Deleted Items."""
    made = ews.make_folder("inbox", ews.unique("Custom Folder"), CUSTOM)
    ews.delete_folder(made, "MoveToDeletedItems")
    parent = ews.get_folder(made).ref("ParentFolderId")
    equal(parent.id, ews.get_folder("deleteditems", "IdOnly").id.id, "parent")


@scenario("MS-OXWSFOLD", "S01_TC16", requirements=("MS-OXWSFOLD_R34303",))
def items_of_a_soft_deleted_folder_can_be_recovered(ews: Mailbox) -> None:
    """The folder is gone, its item lies among the recoverable ones."""
    made = ews.make_folder("inbox", ews.unique("Custom Folder"), CUSTOM)
    subject = ews.unique("Test mail")
    ews.make_item(message(subject, to=[ews.address]), made)
    ews.delete_folder(made, "SoftDelete")
    refused(ews.call(requests.get_folder([made])), "ErrorItemNotFound")
    equal(len(ews.find("recoverableitemsdeletions", subject)), 1, "recoverable items")


def _filled(ews: Mailbox, parent: Ref) -> tuple[Ref, str, str]:
    """A subfolder with an item, and an item beside it: subfolder, and the items' subjects."""
    inner = ews.make_folder(parent, "ToBeDeleteFolder", CUSTOM)
    below, beside = ews.unique("Below"), ews.unique("Beside")
    ews.make_item(message(below, to=[ews.address]), inner)
    ews.make_item(message(beside, to=[ews.address]), parent)
    equal(len(ews.find(parent, beside)), 1, "items before")
    return inner, below, beside


@scenario(
    "MS-OXWSFOLD",
    "S05_TC01",
    requirements=(
        "MS-OXWSFOLD_R3474",
        "MS-OXWSFOLD_R34744",
        "MS-OXWSFOLD_R367",
        "MS-OXWSFOLD_R380",
        "MS-OXWSFOLD_R37801",
    ),
)
def empty_a_folder_with_all_below(ews: Mailbox, folder: Ref) -> None:
    """HardDelete with subfolders: nothing is left, the folder itself stays."""
    inner, _, _ = _filled(ews, folder)
    success(ews.call(requests.empty_folder([folder], "HardDelete", subfolders=True)))
    refused(ews.call(requests.get_folder([inner])), "ErrorItemNotFound")
    equal(ews.find(folder), [], "items in the folder")
    equal(ews.find("deleteditems", ews.journal.token), [], "items in Deleted Items")
    equal(ews.get_folder(folder).text("ChildFolderCount"), "0", "ChildFolderCount")


@scenario("MS-OXWSFOLD", "S05_TC02", requirements=("MS-OXWSFOLD_R381",))
def empty_a_folder_but_keep_subfolders(ews: Mailbox, folder: Ref) -> None:
    """Without DeleteSubFolders the subfolder and what it holds stay."""
    inner, _, beside = _filled(ews, folder)
    success(ews.call(requests.empty_folder([folder], "HardDelete", subfolders=False)))
    equal(ews.find(folder, beside), [], "items in the folder")
    equal(ews.get_folder(inner).text("TotalCount"), "1", "items in the subfolder")


@scenario("MS-OXWSFOLD", "S05_TC03", requirements=("MS-OXWSFOLD_R37802",))
def empty_a_folder_into_deleted_items(ews: Mailbox, folder: Ref) -> None:
    """Item and subfolder are found in Deleted Items."""
    inner, below, beside = _filled(ews, folder)
    success(ews.call(requests.empty_folder([folder], "MoveToDeletedItems", subfolders=True)))
    equal(len(ews.find("deleteditems", beside)), 1, "items in Deleted Items")
    parent = ews.get_folder(inner).ref("ParentFolderId")
    equal(parent.id, ews.get_folder("deleteditems", "IdOnly").id.id, "parent of the subfolder")
    equal(len(ews.find(inner, below)), 1, "items in the subfolder")


@scenario("MS-OXWSFOLD", "S05_TC04", requirements=("MS-OXWSFOLD_R34745",))
def a_deleted_folder_cannot_be_emptied(ews: Mailbox, folder: Ref) -> None:
    """EmptyFolder on what is gone is an error."""
    made = ews.make_folder(folder, "Custom Folder", CUSTOM)
    ews.delete_folder(made)
    refused(ews.call(requests.empty_folder([made], "HardDelete", subfolders=True)))


@scenario("MS-OXWSFOLD", "S05_TC05", requirements=("MS-OXWSFOLD_R37803",))
def items_of_a_softly_emptied_folder_can_be_recovered(ews: Mailbox, folder: Ref) -> None:
    """SoftDelete: the item lies among the recoverable ones, and can be deleted there."""
    subject = ews.unique("Test mail")
    ews.make_item(message(subject, to=[ews.address]), folder)
    success(ews.call(requests.empty_folder([folder], "SoftDelete", subfolders=True)))
    equal(ews.find(folder), [], "items in the folder")
    found = ews.find("recoverableitemsdeletions", subject)
    equal(len(found), 1, "recoverable items")
    ews.delete_items(found[0].id)
    equal(ews.find("recoverableitemsdeletions", subject), [], "recoverable items afterwards")
