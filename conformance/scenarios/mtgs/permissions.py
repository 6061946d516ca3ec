"""Permission levels of a calendar, seen by the user who has them."""

from __future__ import annotations

from dataclasses import dataclass

from conformance import requests
from conformance.checks import equal, holds, refused
from conformance.kinds import APPOINTMENT
from conformance.mailbox import Mailbox
from conformance.node import Node, Ref
from conformance.rights import EVERYTHING, Rights, try_all
from conformance.scenario import each, scenario
from conformance.scenarios.mtgs.parts import SPEC, rows
from conformance.things import calendar_permission, calendar_permission_set, text_body, thing
from conformance.xml import Element

NEEDS = ("delegates",)
NOTHING = {
    "CanCreateItems": False,
    "CanCreateSubFolders": False,
    "IsFolderOwner": False,
    "IsFolderVisible": False,
    "IsFolderContact": False,
    "EditItems": "None",
    "DeleteItems": "None",
    "ReadItems": "None",
}


def _shared(ews: Mailbox, parent: Ref, permission: Element) -> Ref:
    """A calendar with one permission besides those that it has by default."""
    child = thing("CalendarFolder", calendar_permission_set(permission), DisplayName="Shared")
    return ews.make_folders(parent, child)[0]


def _told(ews: Mailbox, shared: Ref) -> Node:
    """What the folder says of the one user with a permission."""
    folder = ews.get_folder(shared, paths=["folder:PermissionSet"])
    equal(folder.name, "CalendarFolder", "kind of folder")
    people = [
        each
        for each in folder.nodes("PermissionSet/CalendarPermissions/CalendarPermission")
        if each.has("UserId/PrimarySmtpAddress")
    ]
    equal(len(people), 1, "people with permissions")
    return people[0]


@scenario(
    SPEC,
    "S06_TC01",
    requirements=rows(
        *(86, 96, 97, 102, 107, 143, 146, 147, 237, 238, 239, 243, 244, 245, 246, 247, 248),
        *(507, 534),
    ),
    needs=NEEDS,
)
def owner(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """Everything, subfolders too; appointments are read with all their details."""
    shared = _shared(ews, folder, calendar_permission(other.address, "Owner"))
    expected = {"ReadItems": "FullDetails", "CalendarPermissionLevel": "Owner"}
    holds(_told(ews, shared), expected | {"IsFolderContact": True, "IsFolderOwner": True})
    details = {"Location": "Room 7", "LegacyFreeBusyStatus": "Busy"}
    wanted = APPOINTMENT.make(ews.unique("Details"), text_body("Bring a pen"), **details)
    seen = other.get_item(ews.make_item(wanted, shared), BodyType="Text")
    holds(seen, details | {"Subject": ews.unique("Details"), "Body": "Bring a pen"})
    equal(try_all(ews, other, shared, APPOINTMENT), EVERYTHING, "rights")


@dataclass(frozen=True)
class Level:
    """A level by its name, and what it lets one do."""

    name: str
    rights: Rights

    def __str__(self) -> str:
        return self.name


OWN_ONLY = EVERYTHING.but(edit_others=False, delete_others=False)


@each(
    SPEC,
    {"S06_TC02": Level("Author", OWN_ONLY.but(create_subfolder=False))},
    parameter="case",
    requirements=rows(88),
    needs={"S06_TC02": NEEDS},
)
@each(
    SPEC,
    {"S06_TC03": Level("Contributor", Rights(create=True))},
    parameter="case",
    requirements=rows(486, 487),
    needs={"S06_TC03": NEEDS},
)
@each(
    SPEC,
    {"S06_TC04": Level("Editor", EVERYTHING.but(create_subfolder=False))},
    parameter="case",
    requirements=rows(91),
    needs={"S06_TC04": NEEDS},
)
@each(
    SPEC,
    {"S06_TC05": Level("None", Rights())},
    parameter="case",
    requirements=rows(94, 104),
    needs={"S06_TC05": NEEDS},
)
@each(
    SPEC,
    {"S06_TC06": Level("Reviewer", Rights(read_others=True))},
    parameter="case",
    requirements=rows(100),
    needs={"S06_TC06": NEEDS},
)
@each(
    SPEC,
    {"S06_TC08": Level("NoneditingAuthor", OWN_ONLY.but(create_subfolder=False, edit_own=False))},
    parameter="case",
    requirements=rows(95),
    needs={"S06_TC08": NEEDS},
)
@each(
    SPEC,
    {"S06_TC09": Level("PublishingAuthor", OWN_ONLY)},
    parameter="case",
    requirements=rows(98),
    needs={"S06_TC09": NEEDS},
)
@each(
    SPEC,
    {"S06_TC10": Level("PublishingEditor", EVERYTHING)},
    parameter="case",
    requirements=rows(99),
    needs={"S06_TC10": NEEDS},
)
def a_level(ews: Mailbox, other: Mailbox, folder: Ref, case: Level) -> None:
    """The folder tells the level, and the other user can do just what it says."""
    shared = _shared(ews, folder, calendar_permission(other.address, case.name))
    equal(_told(ews, shared).text("CalendarPermissionLevel"), case.name, "CalendarPermissionLevel")
    equal(try_all(ews, other, shared, APPOINTMENT), case.rights, "rights")


@scenario(SPEC, "S06_TC07", requirements=rows(90), needs=NEEDS)
def custom(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """What is named one by one: nothing, or reading and creating alone, which is no level."""
    shared = _shared(ews, folder, calendar_permission(other.address, "Custom", **NOTHING))
    equal(try_all(ews, other, shared, APPOINTMENT), Rights(), "rights of nothing")
    some = {**NOTHING, "CanCreateItems": True, "IsFolderVisible": True, "ReadItems": "FullDetails"}
    inner = _shared(ews, shared, calendar_permission(other.address, "Custom", **some))
    holds(_told(ews, inner), some | {"CalendarPermissionLevel": "Custom"})
    expected = Rights(create=True, read_own=True, read_others=True)
    equal(try_all(ews, other, inner, APPOINTMENT), expected, "rights of some")


@scenario(SPEC, "S06_TC11", requirements=rows(144, 1046, 1338))
def sharing_effective_rights_is_read_only(ews: Mailbox, folder: Ref) -> None:
    """It is refused when set, and no calendar is made."""
    name = ews.unique("Sharing")
    child = thing("CalendarFolder", DisplayName=name, SharingEffectiveRights="FullDetails")
    refused(ews.call(requests.create_folder(folder, child)), "ErrorInvalidPropertySet")
    equal(ews.subfolders(folder), {}, "calendars that were made")
