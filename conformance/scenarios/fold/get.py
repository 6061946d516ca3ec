"""What GetFolder tells of the default folders."""

from __future__ import annotations

from conformance import requests
from conformance.checks import equal, no_more_than, present, success
from conformance.mailbox import Mailbox
from conformance.node import Ref
from conformance.scenario import scenario
from conformance.things import extended, extended_path, message, thing


@scenario(
    "MS-OXWSFOLD",
    "S04_TC01",
    requirements=(
        "MS-OXWSFOLD_R29",
        "MS-OXWSFOLD_R70",
        "MS-OXWSFOLD_R5934",
        "MS-OXWSFOLD_R3864",
        "MS-OXWSFOLD_R38644",
        "MS-OXWSFOLD_R8401",
    ),
)
def the_calendar_and_two_more_properties(ews: Mailbox) -> None:
    """IdOnly, with class and rights added by path."""
    folder = ews.get_folder("calendar", "IdOnly", ["folder:FolderClass", "folder:EffectiveRights"])
    equal(folder.name, "CalendarFolder", "kind of folder")
    equal(folder.text("FolderClass"), "IPF.Appointment", "FolderClass")
    present(folder, "EffectiveRights/Read", "EffectiveRights/Modify", "EffectiveRights/Delete")
    no_more_than(folder, ["FolderId", "FolderClass", "EffectiveRights"])


@scenario(
    "MS-OXWSFOLD",
    "S04_TC02",
    requirements=("MS-OXWSFOLD_R31", "MS-OXWSFOLD_R585", "MS-OXWSFOLD_R7101"),
)
def the_contacts_folder(ews: Mailbox) -> None:
    """Named Contacts in an English mailbox."""
    folder = ews.get_folder("contacts")
    equal(folder.name, "ContactsFolder", "kind of folder")
    equal(folder.text("FolderClass"), "IPF.Contact", "FolderClass")
    equal(folder.text("DisplayName"), "Contacts", "DisplayName")
    present(folder, "FolderId@Id", "FolderId@ChangeKey")


@scenario("MS-OXWSFOLD", "S04_TC03", requirements=("MS-OXWSFOLD_R586",))
def the_journal(ews: Mailbox) -> None:
    """Has a class of its own."""
    equal(ews.get_folder("journal").text("FolderClass"), "IPF.Journal", "FolderClass")


@scenario("MS-OXWSFOLD", "S04_TC04", requirements=("MS-OXWSFOLD_R587",))
def the_inbox(ews: Mailbox) -> None:
    """Has the class of mail folders."""
    equal(ews.get_folder("inbox").text("FolderClass"), "IPF.Note", "FolderClass")


@scenario("MS-OXWSFOLD", "S04_TC05", requirements=("MS-OXWSFOLD_R588",))
def the_notes_folder(ews: Mailbox) -> None:
    """Has a class of its own."""
    equal(ews.get_folder("notes").text("FolderClass"), "IPF.StickyNote", "FolderClass")


@scenario("MS-OXWSFOLD", "S04_TC06", requirements=("MS-OXWSFOLD_R35", "MS-OXWSFOLD_R589"))
def the_tasks_folder(ews: Mailbox) -> None:
    """Is an element of its own."""
    folder = ews.get_folder("tasks")
    equal(folder.name, "TasksFolder", "kind of folder")
    equal(folder.text("FolderClass"), "IPF.Task", "FolderClass")


@scenario(
    "MS-OXWSFOLD",
    "S04_TC07",
    requirements=("MS-OXWSFOLD_R10010", "MS-OXWSFOLD_R9901", "MS-OXWSFOLD_R10011"),
)
def unread_mail_is_counted(ews: Mailbox, folder: Ref) -> None:
    """One for each unread message, none for a read one."""
    equal(ews.get_folder(folder).text("UnreadCount"), "0", "UnreadCount before")
    unread = message(ews.unique("Unread"), to=[ews.address], IsRead=False)
    read = message(ews.unique("Read"), to=[ews.address], IsRead=True)
    ews.make_items(unread, read, folder=folder)
    after = ews.get_folder(folder)
    equal(after.text("UnreadCount"), "1", "UnreadCount after")
    equal(after.text("TotalCount"), "2", "TotalCount after")


@scenario(
    "MS-OXWSFOLD",
    "S04_TC08",
    requirements=("MS-OXWSFOLD_R7801", "MS-OXWSFOLD_R980302", "MS-OXWSFOLD_R589202"),
)
def an_extended_property_of_a_folder(ews: Mailbox, folder: Ref) -> None:
    """A Boolean set as `1` reads back as `true`."""
    path = extended_path("Boolean", PropertyTag="0x671E")
    child = thing("Folder", extended(path, "1"), DisplayName="Custom Folder")
    made = ews.make_folders(folder, child)[0]
    answer = ews.call(requests.get_folder([made], "AllProperties", [path]))
    success(answer)
    equal(answer.folders[0].texts("ExtendedProperty/Value"), ["true"], "extended property")


@scenario("MS-OXWSFOLD", "S04_TC09", requirements=("MS-OXWSFOLD_R42103",))
def id_only_is_only_the_id(ews: Mailbox) -> None:
    """Nothing but FolderId."""
    no_more_than(ews.get_folder("contacts", "IdOnly"), ["FolderId"])
