"""Permission levels, seen by the user who has them."""

from __future__ import annotations

from conformance import requests
from conformance.checks import equal, present, refused, success
from conformance.mailbox import Mailbox
from conformance.node import Node, Ref
from conformance.rights import EVERYTHING, Rights, shared_folder, try_all
from conformance.scenario import scenario
from conformance.things import permission, permission_set, thing
from conformance.xml import Element, t

NEEDS = ("delegates",)
ALL = {
    "CanCreateItems": True,
    "CanCreateSubFolders": True,
    "IsFolderOwner": True,
    "IsFolderVisible": True,
    "IsFolderContact": True,
    "EditItems": "All",
    "DeleteItems": "All",
    "ReadItems": "FullDetails",
}
NONE = {
    "CanCreateItems": False,
    "CanCreateSubFolders": False,
    "IsFolderOwner": False,
    "IsFolderVisible": False,
    "IsFolderContact": False,
    "EditItems": "None",
    "DeleteItems": "None",
}


def _custom(address: str, **rights: object) -> Element:
    return permission(address, "Custom", **rights)


@scenario(
    "MS-OXWSFOLD",
    "S07_TC01",
    requirements=(
        "MS-OXWSFOLD_R4702",
        "MS-OXWSFOLD_R46",
        "MS-OXWSFOLD_R51003",
        "MS-OXWSFOLD_R52003",
        "MS-OXWSFOLD_R154",
    ),
    needs=NEEDS,
)
def custom_with_every_right(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """The other user can do everything."""
    shared = shared_folder(ews, folder, _custom(other.address, **ALL))
    equal(try_all(ews, other, shared), EVERYTHING, "rights")


@scenario(
    "MS-OXWSFOLD",
    "S07_TC02",
    requirements=(
        "MS-OXWSFOLD_R47001",
        "MS-OXWSFOLD_R4502",
        "MS-OXWSFOLD_R51001",
        "MS-OXWSFOLD_R52001",
    ),
    needs=NEEDS,
)
def custom_with_no_right(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """The other user can do nothing."""
    shared = shared_folder(ews, folder, _custom(other.address, **NONE))
    equal(try_all(ews, other, shared), Rights(), "rights")


@scenario(
    "MS-OXWSFOLD",
    "S07_TC03",
    requirements=(
        "MS-OXWSFOLD_R146",
        "MS-OXWSFOLD_R810107",
        "MS-OXWSFOLD_R8101011",
        "MS-OXWSFOLD_R810109",
        "MS-OXWSCDATA_R1299",
        "MS-OXWSCDATA_R1301",
    ),
    needs=NEEDS,
)
def owner(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """Everything, on subfolders too; and EffectiveRights say so."""
    shared = shared_folder(ews, folder, permission(other.address, "Owner"))
    inner = ews.make_folder(shared, "By the owner of the mailbox")
    seen = other.get_folder(shared, paths=["folder:PermissionSet"])
    for right in ("Delete", "Read", "Modify"):
        equal(seen.text(f"EffectiveRights/{right}"), "true", f"EffectiveRights/{right}")
    _check_users(seen, other)
    renamed = requests.set_folder("folder:DisplayName", t.Folder(t.DisplayName("Renamed")))
    success(other.call(requests.update_folder(requests.folder_change(inner, renamed))))
    success(other.call(requests.get_folder([inner])))
    other.delete_folder(inner)
    equal(try_all(ews, other, shared), EVERYTHING, "rights")


def _check_users(seen: Node, other: Mailbox) -> None:
    """A permission set always names Default and Anonymous, and the user by address and name."""
    users = seen.nodes("PermissionSet/Permissions/Permission/UserId")
    named = [user.text("DistinguishedUser") for user in users if user.has("DistinguishedUser")]
    equal(sorted(name or "" for name in named), ["Anonymous", "Default"], "distinguished users")
    people = [user for user in users if user.has("PrimarySmtpAddress")]
    equal(len(people), 1, "people with permissions")
    equal((people[0].text("PrimarySmtpAddress") or "").lower(), other.address.lower(), "who it is")
    present(people[0], "DisplayName")


@scenario(
    "MS-OXWSFOLD",
    "S07_TC04",
    requirements=("MS-OXWSFOLD_R147", "MS-OXWSFOLD_R1231"),
    needs=NEEDS,
)
def publishing_editor(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """Everything with items, and subfolders."""
    shared = shared_folder(ews, folder, permission(other.address, "PublishingEditor"))
    equal(try_all(ews, other, shared), EVERYTHING, "rights")


@scenario("MS-OXWSFOLD", "S07_TC05", requirements=("MS-OXWSFOLD_R148",), needs=NEEDS)
def editor(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """Everything with items, no subfolders."""
    shared = shared_folder(ews, folder, permission(other.address, "Editor"))
    equal(try_all(ews, other, shared), EVERYTHING.but(create_subfolder=False), "rights")


@scenario("MS-OXWSFOLD", "S07_TC06", requirements=("MS-OXWSFOLD_R149",), needs=NEEDS)
def publishing_author(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """Reads all, changes own items, makes subfolders."""
    shared = shared_folder(ews, folder, permission(other.address, "PublishingAuthor"))
    expected = EVERYTHING.but(edit_others=False, delete_others=False)
    equal(try_all(ews, other, shared), expected, "rights")


@scenario("MS-OXWSFOLD", "S07_TC07", requirements=("MS-OXWSFOLD_R150",), needs=NEEDS)
def author(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """Reads all, changes own items."""
    shared = shared_folder(ews, folder, permission(other.address, "Author"))
    expected = EVERYTHING.but(create_subfolder=False, edit_others=False, delete_others=False)
    equal(try_all(ews, other, shared), expected, "rights")


@scenario("MS-OXWSFOLD", "S07_TC08", requirements=("MS-OXWSFOLD_R151",), needs=NEEDS)
def nonediting_author(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """Reads all, makes and deletes own items, changes none."""
    shared = shared_folder(ews, folder, permission(other.address, "NoneditingAuthor"))
    expected = EVERYTHING.but(
        create_subfolder=False, edit_own=False, edit_others=False, delete_others=False
    )
    equal(try_all(ews, other, shared), expected, "rights")


@scenario("MS-OXWSFOLD", "S07_TC09", requirements=("MS-OXWSFOLD_R152",), needs=NEEDS)
def reviewer(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """Reads, and no more."""
    shared = shared_folder(ews, folder, permission(other.address, "Reviewer"))
    equal(try_all(ews, other, shared), Rights(read_others=True), "rights")


@scenario(
    "MS-OXWSFOLD",
    "S07_TC10",
    requirements=("MS-OXWSFOLD_R810108", "MS-OXWSFOLD_R8101010", "MS-OXWSFOLD_R8101012"),
    needs=NEEDS,
)
def contributor_sees_what_it_may(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """EffectiveRights deny reading, changing and deleting, and so do the operations."""
    shared = shared_folder(ews, folder, permission(other.address, "Contributor"))
    inner = ews.make_folder(shared, "By the owner of the mailbox")
    seen = other.get_folder(shared)
    for right in ("Delete", "Read", "Modify"):
        equal(seen.text(f"EffectiveRights/{right}"), "false", f"EffectiveRights/{right}")
    renamed = requests.set_folder("folder:DisplayName", t.Folder(t.DisplayName("Renamed")))
    refused(other.call(requests.update_folder(requests.folder_change(inner, renamed))))
    refused(other.call(requests.delete_folder([inner])))
    rights = try_all(ews, other, shared)
    equal(rights, Rights(create=True), "rights")


@scenario("MS-OXWSFOLD", "S07_TC11", requirements=("MS-OXWSFOLD_R145",), needs=NEEDS)
def level_none(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """Nothing at all."""
    shared = shared_folder(ews, folder, permission(other.address, "None"))
    equal(try_all(ews, other, shared), Rights(), "rights")


@scenario(
    "MS-OXWSFOLD",
    "S07_TC12",
    requirements=(
        "MS-OXWSFOLD_R980301",
        "MS-OXWSFOLD_R122301",
        "MS-OXWSFOLD_R122302",
        "MS-OXWSFOLD_R460101",
        "MS-OXWSFOLD_R460102",
        "MS-OXWSFOLD_R510202",
        "MS-OXWSFOLD_R520202",
        "MS-OXWSFOLD_R120302",
    ),
)
def every_part_of_a_permission_is_optional(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """With all parts and with none: both are accepted, and the former reads back."""
    shared_folder(ews, folder, _custom(other.address), name="Nothing said")
    some = {**NONE, "EditItems": "All", "DeleteItems": "All", "ReadItems": "FullDetails"}
    shared = shared_folder(ews, folder, _custom(other.address, **some), name="All said")
    seen = ews.get_folder(shared, paths=["folder:PermissionSet"])
    people = [
        each
        for each in seen.nodes("PermissionSet/Permissions/Permission")
        if each.has("UserId/PrimarySmtpAddress")
    ]
    equal(len(people), 1, "people with permissions")
    for name, value in some.items():
        written = str(value).lower() if isinstance(value, bool) else value
        equal(people[0].text(name), written, name)


@scenario(
    "MS-OXWSFOLD",
    "S07_TC13",
    requirements=("MS-OXWSFOLD_R158", "MS-OXWSFOLD_R51002", "MS-OXWSFOLD_R52002"),
    needs=NEEDS,
)
def read_all_change_own(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """FullDetails with EditItems and DeleteItems Owned."""
    mixed = {
        "CanCreateItems": True,
        "IsFolderOwner": True,
        "EditItems": "Owned",
        "DeleteItems": "Owned",
        "ReadItems": "FullDetails",
    }
    rights = try_all(ews, other, shared_folder(ews, folder, _custom(other.address, **mixed)))
    expected = EVERYTHING.but(edit_others=False, delete_others=False, create_subfolder=False)
    equal(rights.but(create_subfolder=False), expected, "rights")


@scenario("MS-OXWSFOLD", "S07_TC14", requirements=("MS-OXWSFOLD_R157",), needs=NEEDS)
def read_nothing(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """ReadItems None."""
    shared = shared_folder(ews, folder, _custom(other.address, ReadItems="None"))
    rights = try_all(ews, other, shared)
    equal((rights.read_own, rights.read_others), (False, False), "reading own and others' items")


@scenario("MS-OXWSFOLD", "S07_TC15", requirements=("MS-OXWSFOLD_R54911",))
def a_level_and_single_rights_contradict(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """Only Custom goes with rights named one by one."""
    given = permission_set(permission(other.address, "Contributor", CanCreateSubFolders=True))
    child = thing("Folder", given, DisplayName="Custom Folder")
    refused(ews.call(requests.create_folder(folder, child)), "ErrorInvalidPermissionSettings")


@scenario("MS-OXWSFOLD", "S07_TC16", requirements=("MS-OXWSFOLD_R153",), needs=NEEDS)
def contributor_adds_items(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """A contributor may put items in, and not read those of others."""
    shared = shared_folder(ews, folder, permission(other.address, "Contributor"))
    rights = try_all(ews, other, shared)
    equal((rights.create, rights.read_others), (True, False), "creating, reading others' items")
