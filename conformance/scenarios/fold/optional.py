"""All folder operations with every optional element and header, and with none."""

from __future__ import annotations

from conformance import requests
from conformance.checks import equal, success
from conformance.mailbox import Mailbox
from conformance.node import Ref
from conformance.scenario import scenario
from conformance.things import (
    extended,
    extended_path,
    optional_headers,
    permission,
    permission_set,
    thing,
)
from conformance.xml import Element, t

CLASSES = {
    "Folder": "IPF.MyCustomFolderClass",
    "CalendarFolder": "IPF.Appointment",
    "ContactsFolder": "IPF.Contact",
    "TasksFolder": "IPF.Task",
}
KINDS = tuple(CLASSES)


def _run_all(ews: Mailbox, folder: Ref, children: list[Element], headers: list[Element]) -> None:
    """Create, get, change, copy, move and delete one folder of each kind."""
    made = ews.call(requests.create_folder(folder, *children), headers=headers)
    success(made, 4)
    ids = [each.id for each in made.folders]
    read = ews.call(requests.get_folder(ids), headers=headers)
    success(read, 4)
    equal(tuple(each.name for each in read.folders), KINDS, "kinds of folder")

    changes = [
        requests.folder_change(
            each, requests.set_folder("folder:DisplayName", t(kind, t.DisplayName(f"New {kind}")))
        )
        for each, kind in zip(ids, KINDS, strict=True)
    ]
    success(ews.call(requests.update_folder(*changes), headers=headers), 4)

    copies = ews.make_folder(folder, "Copies")
    copied = ews.call(requests.copy_folder(ids, copies), headers=headers)
    success(copied, 4)
    names = sorted(f"New {kind}" for kind in KINDS)
    equal(sorted(ews.subfolders(copies)), names, "names of the copies")

    moved = ews.make_folder(folder, "Moved")
    success(ews.call(requests.move_folder(ids, moved), headers=headers), 4)
    equal(sorted(ews.subfolders(moved)), names, "names of the moved")

    everything = [*ids, *[each.id for each in copied.folders]]
    success(ews.call(requests.delete_folder(everything), headers=headers), 8)


@scenario("MS-OXWSFOLD", "S08_TC01", requirements=("MS-OXWSFOLD_R980301", "MS-OXWSFOLD_R7801"))
def with_every_optional_element(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """Classes, permissions, extended properties, and headers that name oneself."""
    property_ = extended(extended_path("Boolean", PropertyTag="0x671E"), "1")
    given = permission_set(
        permission(
            other.address,
            "Custom",
            CanCreateItems=True,
            CanCreateSubFolders=True,
            IsFolderOwner=True,
            IsFolderVisible=True,
            IsFolderContact=True,
            EditItems="All",
            DeleteItems="All",
            ReadItems="FullDetails",
        )
    )
    children = [
        thing(
            kind,
            property_,
            None if kind == "CalendarFolder" else given,
            DisplayName=kind,
            FolderClass=cls,
        )
        for kind, cls in CLASSES.items()
    ]
    _run_all(ews, folder, children, optional_headers(ews.address))


@scenario("MS-OXWSFOLD", "S08_TC02", requirements=("MS-OXWSFOLD_R589202", "MS-OXWSFOLD_R980302"))
def without_optional_elements(ews: Mailbox, folder: Ref) -> None:
    """Only names."""
    _run_all(ews, folder, [t(kind, t.DisplayName(kind)) for kind in KINDS], [])
