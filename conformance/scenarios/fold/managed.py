"""Managed folders: named by an administrator, put into a mailbox on request (Exchange 2007, 2010).

The server must have managed folders of the names below, the first with a quota of 100 KB.
"""

from __future__ import annotations

from conformance import requests
from conformance.checks import check, different, equal, holds, present, refused, success
from conformance.mailbox import Mailbox
from conformance.node import Node, Ref
from conformance.scenario import scenario
from conformance.xml import Element, m, t

FIRST, SECOND = "ManagedFolder1", "ManagedFolder2"
QUOTA_KB = 100
NEEDS = ("managed folders",)
INFORMATION = "ManagedFolderInformation"


def _request(*names: str, address: str | None = None) -> Element:
    mailbox = t.EmailAddress(address) if address else None
    return m.CreateManagedFolder(
        m.FolderNames([t.FolderName(name) for name in names]),
        m.Mailbox(mailbox) if address is not None else None,
    )


def _create(ews: Mailbox, name: str) -> Ref:
    answer = ews.call(_request(name, address=ews.address))
    success(answer)
    return answer.folders[0].id


def _root(ews: Mailbox, folder: Node) -> Node:
    """The root of managed folders above a managed folder."""
    while True:
        folder = ews.get_folder(folder.ref("ParentFolderId"))
        check(folder.has(INFORMATION), "a managed folder lies outside the root of managed folders")
        if folder.text(f"{INFORMATION}/IsManagedFoldersRoot") == "true":
            return folder


@scenario(
    "MS-OXWSFOLD",
    "S01_TC04",
    requirements=(
        "MS-OXWSFOLD_R2692",
        "MS-OXWSFOLD_R2961",
        "MS-OXWSFOLD_R1082",
        "MS-OXWSFOLD_R10811",
    ),
    needs=NEEDS,
)
def create_a_managed_folder(ews: Mailbox) -> None:
    """It bears the administrator's name and comment, and lies below the managed folders' root."""
    folder = ews.get_folder(_create(ews, FIRST))
    equal(folder.text("DisplayName"), FIRST, "DisplayName")
    present(folder, f"{INFORMATION}/Comment")
    equal(folder.text(f"{INFORMATION}/IsManagedFoldersRoot"), "false", "whether it is the root")
    above = ews.get_folder(_root(ews, folder).ref("ParentFolderId"))
    equal(above.has(INFORMATION), False, "whether the root's parent is managed")


@scenario("MS-OXWSFOLD", "S01_TC07", requirements=("MS-OXWSCDATA_R1453",), needs=NEEDS)
def a_managed_folder_needs_a_mailbox(ews: Mailbox) -> None:
    """An empty address is nobody's."""
    refused(ews.call(_request(FIRST, address="")), "ErrorNonExistentMailbox")


@scenario(
    "MS-OXWSFOLD",
    "S01_TC08",
    requirements=("MS-OXWSCDATA_R301", "MS-OXWSFOLD_R26993"),
    needs=NEEDS,
)
def a_managed_folder_is_named_once(ews: Mailbox) -> None:
    """The same name twice in one request."""
    refused(ews.call(_request(FIRST, FIRST)), "ErrorDuplicateInputFolderNames")


@scenario("MS-OXWSFOLD", "S01_TC10", requirements=("MS-OXWSFOLD_R1091",), needs=NEEDS)
def create_two_managed_folders(ews: Mailbox) -> None:
    """Each has an id of its own as a managed folder."""
    answer = ews.call(_request(FIRST, SECOND))
    success(answer, 2)
    read = ews.call(requests.get_folder([folder.id for folder in answer.folders]))
    success(read, 2)
    ids = [folder.text(f"{INFORMATION}/ManagedFolderId") for folder in read.folders]
    different(ids[0], ids[1], "ManagedFolderId")


@scenario(
    "MS-OXWSFOLD",
    "S01_TC17",
    requirements=("MS-OXWSFOLD_R105211", "MS-OXWSFOLD_R105212"),
    needs=NEEDS,
)
def a_managed_folder_may_be_renamed_and_moved(ews: Mailbox) -> None:
    """Where CanRenameOrMove says so."""
    made = _create(ews, FIRST)
    equal(ews.get_folder(made).text(f"{INFORMATION}/CanRenameOrMove"), "true", "CanRenameOrMove")
    name = ews.unique("Renamed")
    rename = requests.set_folder("folder:DisplayName", t.Folder(t.DisplayName(name)))
    success(ews.call(requests.update_folder(requests.folder_change(made, rename))))
    equal(ews.get_folder(made).text("DisplayName"), name, "DisplayName")
    success(ews.call(requests.move_folder([made], "inbox")))


@scenario(
    "MS-OXWSFOLD",
    "S01_TC18",
    requirements=("MS-OXWSFOLD_R1051111", "MS-OXWSFOLD_R1051112"),
    needs=NEEDS,
)
def the_root_of_managed_folders_stays(ews: Mailbox) -> None:
    """Where CanRenameOrMove says no, both are refused."""
    root = _root(ews, ews.get_folder(_create(ews, FIRST)))
    equal(root.text(f"{INFORMATION}/CanRenameOrMove"), "false", "CanRenameOrMove")
    refused(ews.call(requests.move_folder([root.id], "inbox")))
    rename = requests.set_folder("folder:DisplayName", t.Folder(t.DisplayName("Renamed")))
    refused(ews.call(requests.update_folder(requests.folder_change(root.id, rename))))


@scenario("MS-OXWSFOLD", "S01_TC19", requirements=("MS-OXWSFOLD_R10711",), needs=NEEDS)
def a_managed_folder_without_quota(ews: Mailbox) -> None:
    """HasQuota false, and no StorageQuota."""
    folder = ews.get_folder(_create(ews, SECOND))
    equal(folder.text(f"{INFORMATION}/HasQuota"), "false", "HasQuota")
    equal(folder.text(f"{INFORMATION}/StorageQuota") in (None, "0"), True, "no StorageQuota")


@scenario(
    "MS-OXWSFOLD",
    "S01_TC20",
    requirements=("MS-OXWSFOLD_R1072", "MS-OXWSFOLD_R1121111"),
    needs=NEEDS,
)
def a_managed_folder_with_a_quota(ews: Mailbox) -> None:
    """HasQuota true, and StorageQuota as the administrator set it."""
    folder = ews.get_folder(_create(ews, FIRST))
    holds(folder, {f"{INFORMATION}/HasQuota": True, f"{INFORMATION}/StorageQuota": str(QUOTA_KB)})
