"""Creating folders of each kind."""

from __future__ import annotations

from conformance import requests
from conformance.checks import equal, present, refused, success
from conformance.mailbox import Mailbox
from conformance.node import Ref
from conformance.scenario import scenario
from conformance.things import message, permission, permission_set, thing
from conformance.xml import Element, t

CUSTOM = "IPF.MyCustomFolderClass"


@scenario(
    "MS-OXWSFOLD",
    "S01_TC01",
    requirements=(
        "MS-OXWSFOLD_R2202",
        "MS-OXWSFOLD_R22202",
        "MS-OXWSFOLD_R252",
        "MS-OXWSFOLD_R5890",
        "MS-OXWSFOLD_R7201",
        "MS-OXWSFOLD_R3104",
        "MS-OXWSFOLD_R31044",
        "MS-OXWSFOLD_R306",
    ),
)
def create_get_and_delete_a_folder(ews: Mailbox) -> None:
    """A folder of a class of one's own lies below Inbox, counts its item, and goes for good."""
    name = ews.unique("Custom Folder")
    made = ews.make_folder("inbox", name, CUSTOM)
    ews.make_item(message(ews.unique("Test mail"), to=[ews.address]), made)

    folder = ews.get_folder(made)
    equal(folder.name, "Folder", "kind of folder")
    equal(folder.text("DisplayName"), name, "DisplayName")
    equal(folder.text("FolderClass"), CUSTOM, "FolderClass")
    equal(folder.text("TotalCount"), "1", "TotalCount")
    equal(folder.ref("ParentFolderId").id, ews.get_folder("inbox", "IdOnly").id.id, "parent")

    ews.delete_folder(made)
    refused(ews.call(requests.get_folder([made])), "ErrorItemNotFound")


@scenario("MS-OXWSFOLD", "S01_TC02", requirements=("MS-OXWSFOLD_R217",))
def a_name_is_taken_once(ews: Mailbox, folder: Ref) -> None:
    """A second folder with the name of its neighbour is refused."""
    child = t.Folder(t.FolderClass(CUSTOM), t.DisplayName("Custom Folder"))
    ews.make_folders(folder, child)
    refused(ews.call(requests.create_folder(folder, child)), "ErrorFolderExists")


@scenario("MS-OXWSFOLD", "S01_TC09", requirements=("MS-OXWSFOLD_R42102", "MS-OXWSFOLD_R2531"))
def create_two_folders_at_once(ews: Mailbox, folder: Ref) -> None:
    """Two folders in one request are answered in order, read and deleted together."""
    names = ["Custom Folder1", "Custom Folder2"]
    made = ews.make_folders(
        folder, *[t.Folder(t.FolderClass(CUSTOM), t.DisplayName(name)) for name in names]
    )
    read = ews.call(requests.get_folder(made, "Default"))
    success(read, 2)
    equal([each.text("DisplayName") for each in read.folders], names, "names in order")
    for each in read.folders:
        present(each, "TotalCount", "ChildFolderCount", "UnreadCount")
    success(ews.call(requests.delete_folder(made)), 2)
    refused(ews.call(requests.get_folder(made)), "ErrorItemNotFound", count=2)


def _create_and_delete(ews: Mailbox, parent: Ref, child: Element, kind: str, cls: str) -> None:
    """A folder comes back as its own kind with its own class, and can be deleted."""
    made = ews.make_folders(parent, child)[0]
    read = ews.get_folder(made)
    equal(read.id.id, made.id, "FolderId")
    equal(read.name, kind, "kind of folder")
    equal(read.text("FolderClass"), cls, "FolderClass")
    ews.delete_folder(made)
    refused(ews.call(requests.get_folder([made])), "ErrorItemNotFound")


@scenario("MS-OXWSFOLD", "S01_TC11", requirements=("MS-OXWSFOLD_R29", "MS-OXWSFOLD_R70"))
def create_and_delete_a_calendar_folder(ews: Mailbox, folder: Ref) -> None:
    """A folder for appointments."""
    child = t.CalendarFolder(t.FolderClass("IPF.Appointment"), t.DisplayName("Calendar Folder"))
    _create_and_delete(ews, folder, child, "CalendarFolder", "IPF.Appointment")


@scenario("MS-OXWSFOLD", "S01_TC12", requirements=("MS-OXWSFOLD_R35", "MS-OXWSFOLD_R589"))
def create_and_delete_a_tasks_folder(ews: Mailbox, folder: Ref) -> None:
    """A folder for tasks."""
    child = t.TasksFolder(t.FolderClass("IPF.Task"), t.DisplayName("Tasks Folder"))
    _create_and_delete(ews, folder, child, "TasksFolder", "IPF.Task")


@scenario("MS-OXWSFOLD", "S01_TC13", requirements=("MS-OXWSFOLD_R31", "MS-OXWSFOLD_R585"))
def create_and_delete_a_contacts_folder(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """A folder for contacts, somebody else's permission on it from the start."""
    permissions = permission_set(
        permission(other.address, "Custom", CanCreateSubFolders=True, IsFolderOwner=True)
    )
    child = thing("ContactsFolder", permissions, DisplayName="Contacts Folder")
    made = ews.make_folders(folder, child)[0]
    read = ews.get_folder(made, paths=["folder:PermissionSet"])
    equal(read.name, "ContactsFolder", "kind of folder")
    named = read.texts("PermissionSet/Permissions/Permission/UserId/PrimarySmtpAddress")
    equal([each.lower() for each in named], [other.address.lower()], "who has a permission")
    ews.delete_folder(made)


@scenario(
    "MS-OXWSFOLD",
    "S01_TC14",
    requirements=(
        "MS-OXWSFOLD_R73",
        "MS-OXWSFOLD_R22203",
        "MS-OXWSFOLD_R76",
        "MS-OXWSFOLD_R80",
        "MS-OXWSFOLD_R83",
    ),
)
def what_only_the_server_sets_is_refused(ews: Mailbox, folder: Ref) -> None:
    """Counts, managed folder information and effective rights are not the client's to give."""
    managed = t.ManagedFolderInformation(t.CanDelete(True))
    names = ("CreateAssociated", "CreateContents", "CreateHierarchy", "Delete", "Modify", "Read")
    rights = t.EffectiveRights([t(name, name == "Delete") for name in names])
    for read_only in (t.TotalCount(3), t.ChildFolderCount(3), managed, rights):
        child = thing("Folder", read_only, DisplayName="Custom Folder", FolderClass=CUSTOM)
        refused(ews.call(requests.create_folder(folder, child)))


@scenario("MS-OXWSFOLD", "S01_TC15", requirements=("MS-OXWSFOLD_R38645",))
def a_deleted_folder_is_not_found(ews: Mailbox, folder: Ref) -> None:
    """GetFolder on what has been deleted."""
    made = ews.make_folder(folder, "Custom Folder", CUSTOM)
    ews.delete_folder(made)
    refused(ews.call(requests.get_folder([made])), "ErrorItemNotFound")
