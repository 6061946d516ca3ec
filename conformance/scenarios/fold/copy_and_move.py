"""Copying and moving folders."""

from __future__ import annotations

from conformance import requests
from conformance.checks import different, equal, holds, refused, success
from conformance.mailbox import Mailbox
from conformance.node import Ref
from conformance.scenario import scenario
from conformance.things import message
from conformance.xml import t

CUSTOM = "IPF.MyCustomFolderClass"


@scenario("MS-OXWSFOLD", "S02_TC01", requirements=("MS-OXWSFOLD_R1852", "MS-OXWSFOLD_R185222"))
def copy_a_default_folder(ews: Mailbox, folder: Ref) -> None:
    """Drafts may be copied; the copy has an id of its own and the same name."""
    answer = ews.call(requests.copy_folder(["drafts"], folder))
    success(answer)
    copy = ews.get_folder(answer.folders[0].id)
    drafts = ews.get_folder("drafts")
    different(copy.id.id, drafts.id.id, "ids of folder and copy")
    equal(copy.text("DisplayName"), drafts.text("DisplayName"), "DisplayName")
    equal(copy.ref("ParentFolderId").id, folder.id, "parent of the copy")


@scenario("MS-OXWSFOLD", "S02_TC02", requirements=("MS-OXWSFOLD_R1852",))
def copy_two_folders_at_once(ews: Mailbox, folder: Ref) -> None:
    """One message per folder, in order."""
    answer = ews.call(requests.copy_folder(["drafts", "deleteditems"], folder))
    success(answer, 2)
    copies = success(ews.call(requests.get_folder([each.id for each in answer.folders])), 2)
    names = [copy.folders[0].text("DisplayName") for copy in copies]
    originals = [ews.get_folder(each).text("DisplayName") for each in ("drafts", "deleteditems")]
    equal(names, originals, "names in order")


@scenario(
    "MS-OXWSFOLD", "S02_TC03", requirements=("MS-OXWSFOLD_R55501",), needs=("public folders",)
)
def copy_between_public_folders_and_mailbox(ews: Mailbox, folder: Ref) -> None:
    """A public folder is copied into the mailbox, and the other way."""
    public = ews.make_folder("publicfoldersroot", ews.unique("Custom Folder"), CUSTOM)
    into_mailbox = ews.call(requests.copy_folder([public], folder))
    success(into_mailbox)
    ews.get_folder(into_mailbox.folders[0].id)
    into_public = ews.call(requests.copy_folder([folder], public))
    success(into_public)
    ews.get_folder(into_public.folders[0].id)


@scenario("MS-OXWSFOLD", "S02_TC04", requirements=("MS-OXWSFOLD_R185223",))
def a_deleted_folder_cannot_be_copied(ews: Mailbox, folder: Ref) -> None:
    """CopyFolder on what is gone."""
    made = ews.make_folder(folder, "Custom Folder", CUSTOM)
    ews.delete_folder(made)
    refused(ews.call(requests.copy_folder([made], folder)), "ErrorItemNotFound")


@scenario(
    "MS-OXWSFOLD",
    "S03_TC01",
    requirements=(
        "MS-OXWSFOLD_R4314",
        "MS-OXWSFOLD_R43144",
        "MS-OXWSFOLD_R595",
        "MS-OXWSFOLD_R429",
        "MS-OXWSFOLD_R594",
        "MS-OXWSFOLD_R7501",
        "MS-OXWSFOLD_R596",
    ),
)
def a_moved_folder_takes_all_along(ews: Mailbox, folder: Ref) -> None:
    """Its id, class, name, item and subfolder are what they were; only the parent is new."""
    name = ews.unique("ForMoveFolder")
    made = ews.make_folder("drafts", name, CUSTOM)
    ews.make_item(message(ews.unique("Test mail"), to=[ews.address]), made)
    inner = ews.make_folder(made, "SubFolder", CUSTOM)

    answer = ews.call(requests.move_folder([made], folder))
    success(answer)
    equal(answer.folders[0].id.id, made.id, "id of the moved folder")
    holds(
        ews.get_folder(made),
        {
            "ParentFolderId@Id": folder.id,
            "DisplayName": name,
            "FolderClass": CUSTOM,
            "TotalCount": 1,
            "ChildFolderCount": 1,
        },
    )
    equal(ews.get_folder(inner).ref("ParentFolderId").id, made.id, "parent of the subfolder")


@scenario("MS-OXWSFOLD", "S03_TC02", requirements=("MS-OXWSFOLD_R4314",))
def move_two_folders_at_once(ews: Mailbox, folder: Ref) -> None:
    """Both are found below their new parent."""
    names = ["ForMoveFolder1", "ForMoveFolder2"]
    source = ews.make_folder(folder, "Source")
    target = ews.make_folder(folder, "Target")
    made = ews.make_folders(source, *[t.Folder(t.DisplayName(name)) for name in names])
    success(ews.call(requests.move_folder(made, target)), 2)
    equal(sorted(ews.subfolders(target)), names, "folders below the target")
    equal(ews.subfolders(source), {}, "folders below the source")


@scenario("MS-OXWSFOLD", "S03_TC03", requirements=("MS-OXWSFOLD_R4315",))
def a_deleted_folder_cannot_be_moved(ews: Mailbox, folder: Ref) -> None:
    """MoveFolder on what is gone."""
    made = ews.make_folder(folder, "Custom Folder", CUSTOM)
    ews.delete_folder(made)
    refused(ews.call(requests.move_folder([made], "inbox")), "ErrorItemNotFound")
