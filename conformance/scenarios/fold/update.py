"""Changing folders."""

from __future__ import annotations

from conformance import requests
from conformance.checks import equal, refused, success
from conformance.mailbox import Mailbox
from conformance.node import Ref
from conformance.scenario import scenario
from conformance.things import permission, permission_set, thing
from conformance.xml import Element, t

CUSTOM = "IPF.MyCustomFolderClass"


def _rename(kind: str, name: str) -> Element:
    return requests.set_folder("folder:DisplayName", t(kind, t.DisplayName(name)))


def _update(ews: Mailbox, folder: Ref, *updates: Element):
    return ews.call(requests.update_folder(requests.folder_change(folder, *updates)))


@scenario(
    "MS-OXWSFOLD",
    "S06_TC01",
    requirements=(
        "MS-OXWSFOLD_R46444",
        "MS-OXWSFOLD_R4644",
        "MS-OXWSFOLD_R9301",
        "MS-OXWSFOLD_R546",
        "MS-OXWSFOLD_R5251",
    ),
)
def rename_a_folder(ews: Mailbox, folder: Ref) -> None:
    """SetFolderField with a new DisplayName."""
    made = ews.make_folder(folder, "Custom Folder", CUSTOM)
    answer = _update(ews, made, _rename("Folder", "New name"))
    success(answer)
    equal(answer.folders[0].id.id, made.id, "id of the renamed folder")
    equal(ews.get_folder(made).text("DisplayName"), "New name", "DisplayName")


@scenario("MS-OXWSFOLD", "S06_TC02", requirements=("MS-OXWSFOLD_R507",))
def nothing_can_be_appended_to_a_folder(ews: Mailbox, folder: Ref) -> None:
    """AppendToFolderField is always an error."""
    made = ews.make_folder(folder, "Custom Folder", CUSTOM)
    append = requests.append_folder("folder:DisplayName", t.Folder(t.DisplayName("more")))
    refused(_update(ews, made, append))
    equal(ews.get_folder(made).text("DisplayName"), "Custom Folder", "DisplayName")


@scenario(
    "MS-OXWSFOLD",
    "S06_TC03",
    requirements=(
        "MS-OXWSFOLD_R536",
        "MS-OXWSFOLD_R538",
        "MS-OXWSFOLD_R542",
        "MS-OXWSFOLD_R540",
        "MS-OXWSFOLD_R33",
    ),
    needs=("search folders",),
)
def rename_a_folder_of_each_kind(ews: Mailbox, folder: Ref) -> None:
    """Calendar, contacts, tasks and search folder in one request."""
    kinds = ("CalendarFolder", "ContactsFolder", "TasksFolder")
    made = ews.make_folders(folder, *[t(kind, t.DisplayName(kind)) for kind in kinds])
    made.append(_search_folder(ews, folder))
    changes = [
        requests.folder_change(each, _rename(kind, f"New {kind}"))
        for each, kind in zip(made, (*kinds, "SearchFolder"), strict=True)
    ]
    success(ews.call(requests.update_folder(*changes)), 4)
    read = ews.call(requests.get_folder(made))
    success(read, 4)
    equal([each.name for each in read.folders], [*kinds, "SearchFolder"], "kinds of folder")
    equal(
        [each.text("DisplayName") for each in read.folders],
        [f"New {kind}" for kind in (*kinds, "SearchFolder")],
        "names",
    )


def _search_folder(ews: Mailbox, base: Ref) -> Ref:
    """A search folder that finds unread mail below `base`."""
    unread = t.IsEqualTo(
        t.FieldURI(FieldURI="message:IsRead"), t.FieldURIOrConstant(t.Constant(Value="false"))
    )
    parameters = t.SearchParameters(
        t.Restriction(unread), t.BaseFolderIds(base.element), Traversal="Deep"
    )
    name = ews.unique("SearchFolder")
    return ews.make_folders("searchfolders", thing("SearchFolder", parameters, DisplayName=name))[0]


@scenario(
    "MS-OXWSFOLD",
    "S06_TC04",
    requirements=("MS-OXWSFOLD_R583", "MS-OXWSFOLD_R5261"),
    needs=("delegates",),
)
def take_permissions_back(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """Removing PermissionSet ends what the other user might do."""
    given = permission_set(
        permission(other.address, "Custom", CanCreateSubFolders=True, IsFolderOwner=True)
    )
    made = ews.make_folders(folder, thing("Folder", given, DisplayName="Custom Folder"))[0]
    inner = t.Folder(t.DisplayName("By the other user"))
    success(other.call(requests.create_folder(made, inner)))

    success(_update(ews, made, requests.delete_folder_field("folder:PermissionSet")))
    again = t.Folder(t.DisplayName("By the other user, again"))
    refused(other.call(requests.create_folder(made, again)))


@scenario("MS-OXWSFOLD", "S06_TC05", requirements=("MS-OXWSCDATA_R335",))
def one_property_at_a_time(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """Two properties in one SetFolderField change neither."""
    made = ews.make_folder(folder, "Custom Folder", CUSTOM)
    given = permission_set(permission(other.address, "Custom", CanCreateSubFolders=True))
    both = requests.set_folder("folder:DisplayName", thing("Folder", given, DisplayName="New name"))
    refused(_update(ews, made, both), "ErrorIncorrectUpdatePropertyCount")
    equal(ews.get_folder(made).text("DisplayName"), "Custom Folder", "DisplayName")


@scenario("MS-OXWSFOLD", "S06_TC06", requirements=("MS-OXWSFOLD_R9101",))
def change_a_default_folder_by_its_name(ews: Mailbox) -> None:
    """DistinguishedFolderId with change key names the folder to change."""
    key = ews.get_folder("sentitems").id.key
    change = t.FolderChange(
        t.DistinguishedFolderId(Id="sentitems", ChangeKey=key),
        t.Updates(requests.delete_folder_field("folder:PermissionSet")),
    )
    success(ews.call(requests.update_folder(change)))


@scenario("MS-OXWSFOLD", "S06_TC07", requirements=("MS-OXWSFOLD_R4645",))
def a_deleted_folder_cannot_be_changed(ews: Mailbox, folder: Ref) -> None:
    """UpdateFolder on what is gone."""
    made = ews.make_folder(folder, "Custom Folder", CUSTOM)
    ews.delete_folder(made)
    refused(_update(ews, made, _rename("Folder", "New name")), "ErrorItemNotFound")
