"""SyncFolderHierarchy below folders of each kind."""

from __future__ import annotations

from conformance import requests
from conformance.checks import check, equal, no_more_than, present, refused, success
from conformance.mailbox import Mailbox
from conformance.node import Ref
from conformance.scenario import scenario
from conformance.scenarios.sync.following import Change, FolderFollower
from conformance.things import thing
from conformance.xml import Element, t

INVALID_STATE = "H4sIAAA=="


def _rename(ews: Mailbox, folder: Ref, kind: str, name: str) -> None:
    new = requests.set_folder("folder:DisplayName", t(kind, t.DisplayName(name)))
    success(ews.call(requests.update_folder(requests.folder_change(folder, new))))


def _follow_life(
    ews: Mailbox, root: str, kind: str, follower: FolderFollower
) -> tuple[Change, Change]:
    """Two folders come, the inner one is renamed and goes: the Update and the Delete."""
    follower.changes()
    outer = ews.make_folders(root, t(kind, t.DisplayName(ews.unique("First level"))))[0]
    inner = ews.make_folders(outer, t(kind, t.DisplayName(ews.unique("Second level"))))[0]
    created = follower.changes()
    equal([each.name for each in created], ["Create", "Create"], "changes after creating")
    equal([each.kind for each in created], [kind, kind], "kinds of folder")
    equal({each.thing.id.id for each in created}, {outer.id, inner.id}, "ids of folders")

    _rename(ews, inner, kind, ews.unique("New name"))
    updated = follower.one("Update")
    equal(updated.kind, kind, "kind of folder")
    equal(updated.thing.id.id, inner.id, "FolderId")

    ews.delete_folder(inner)
    deleted = follower.one("Delete")
    equal(deleted.node.ref("FolderId").id, inner.id, "FolderId of what is gone")
    equal(follower.changes(), [], "changes when nothing happened")
    return updated, deleted


@scenario(
    "MS-OXWSSYNC",
    "S01_TC01",
    requirements=(
        "MS-OXWSSYNC_R84",
        "MS-OXWSSYNC_R85",
        "MS-OXWSSYNC_R10010",
        "MS-OXWSSYNC_R10020",
        "MS-OXWSSYNC_R37811002",
    ),
)
def follow_folders_below_inbox(ews: Mailbox) -> None:
    """Create, Update with the new name, Delete."""
    updated, _ = _follow_life(ews, "inbox", "Folder", FolderFollower(ews, "inbox"))
    equal(updated.thing.text("DisplayName"), ews.unique("New name"), "DisplayName")


@scenario(
    "MS-OXWSSYNC",
    "S01_TC02",
    requirements=(
        "MS-OXWSSYNC_R1021",
        "MS-OXWSSYNC_R1022",
        "MS-OXWSSYNC_R2573",
        "MS-OXWSSYNC_R503",
    ),
)
def follow_calendars(ews: Mailbox) -> None:
    """With IdOnly nothing but the id comes."""
    follower = FolderFollower(ews, "calendar", "IdOnly")
    updated, _ = _follow_life(ews, "calendar", "CalendarFolder", follower)
    no_more_than(updated.thing, ["FolderId"])


@scenario(
    "MS-OXWSSYNC",
    "S01_TC03",
    requirements=(
        "MS-OXWSSYNC_R1041",
        "MS-OXWSSYNC_R1042",
        "MS-OXWSSYNC_R4601",
        "MS-OXWSSYNC_R117",
    ),
)
def follow_contacts_folders(ews: Mailbox) -> None:
    """Update and Delete name the same folder."""
    follower = FolderFollower(ews, "contacts", "Default")
    updated, deleted = _follow_life(ews, "contacts", "ContactsFolder", follower)
    equal(deleted.node.ref("FolderId").id, updated.thing.id.id, "FolderId")


@scenario(
    "MS-OXWSSYNC",
    "S01_TC04",
    requirements=(
        "MS-OXWSSYNC_R1081",
        "MS-OXWSSYNC_R1082",
        "MS-OXWSSYNC_R2574",
        "MS-OXWSSYNC_R2575",
        "MS-OXWSSYNC_R49",
    ),
)
def follow_tasks_folders(ews: Mailbox) -> None:
    """A property added by path comes along."""
    follower = FolderFollower(ews, "tasks", "IdOnly", ("folder:DisplayName",))
    updated, _ = _follow_life(ews, "tasks", "TasksFolder", follower)
    no_more_than(updated.thing, ["FolderId", "DisplayName"])
    equal(updated.thing.text("DisplayName"), ews.unique("New name"), "DisplayName")


def _search_folder(ews: Mailbox, name: str) -> Element:
    parameters = t.SearchParameters(
        t.Restriction(requests.subject_holds(ews.journal.token)),
        t.BaseFolderIds(t.DistinguishedFolderId(Id="inbox")),
        Traversal="Shallow",
    )
    return thing("SearchFolder", parameters, DisplayName=name)


@scenario(
    "MS-OXWSSYNC",
    "S01_TC05",
    requirements=(
        "MS-OXWSCDATA_R5188",
        "MS-OXWSSYNC_R1061",
        "MS-OXWSSYNC_R1062",
        "MS-OXWSSYNC_R2602",
        "MS-OXWSSYNC_R2632",
        "MS-OXWSSYNC_R262",
    ),
    needs=("search folders",),
)
def follow_search_folders(ews: Mailbox) -> None:
    """An invalid state is refused; without state everything comes as Create."""
    invalid = requests.sync_hierarchy("searchfolders", INVALID_STATE)
    refusal = refused(ews.call(invalid), "ErrorInvalidSyncStateData")[0]
    equal(refusal.text("SyncState"), "", "SyncState of the refusal")
    success(ews.call(requests.sync_hierarchy()))

    follower = FolderFollower(ews, "searchfolders")
    follower.changes()
    made = ews.make_folders("searchfolders", _search_folder(ews, ews.unique("Search")))[0]
    created = follower.one("Create")
    equal((created.kind, created.thing.id.id), ("SearchFolder", made.id), "what was created")
    _rename(ews, made, "SearchFolder", ews.unique("Renamed"))
    equal(follower.one("Update").kind, "SearchFolder", "kind of folder")

    anew = FolderFollower(ews, "searchfolders").changes()
    equal({each.name for each in anew}, {"Create"}, "changes without a state")
    names = [each.thing.text("DisplayName") for each in anew]
    check(ews.unique("Renamed") in names, f"the renamed folder is missing in {names}")
    ews.delete_folder(made)
    equal(follower.one("Delete").node.ref("FolderId").id, made.id, "FolderId of what is gone")


ROOTS = {
    "inbox": "Folder",
    "calendar": "CalendarFolder",
    "contacts": "ContactsFolder",
    "tasks": "TasksFolder",
}


def _two_levels(ews: Mailbox) -> dict[str, list[Ref]]:
    """Two folders, one in the other, below each root."""
    made: dict[str, list[Ref]] = {}
    for root, kind in ROOTS.items():
        outer = ews.make_folders(root, t(kind, t.DisplayName(ews.unique("First level"))))[0]
        inner = ews.make_folders(outer, t(kind, t.DisplayName(ews.unique("Second level"))))[0]
        made[root] = [outer, inner]
    return made


@scenario("MS-OXWSSYNC", "S03_TC01", requirements=("MS-OXWSSYNC_R2602", "MS-OXWSSYNC_R2632"))
def the_whole_mailbox_without_state(ews: Mailbox) -> None:
    """No folder, no state: the whole tree as it is now, parents before children."""
    made = _two_levels(ews)
    everything = FolderFollower(ews).changes()
    equal({each.name for each in everything}, {"Create"}, "changes without a state")
    order = [each.thing.id.id for each in everything]
    equal(len(order), len(set(order)), "folders, each once")
    for outer, inner in made.values():
        check(outer.id in order and inner.id in order, "a new folder is missing")
        check(order.index(outer.id) < order.index(inner.id), "a child comes before its parent")

    for root, kind in ROOTS.items():
        _rename(ews, made[root][1], kind, ews.unique("New name"))
    named = {
        each.thing.id.id: each.thing.text("DisplayName") for each in FolderFollower(ews).changes()
    }
    for _, inner in made.values():
        equal(named.get(inner.id), ews.unique("New name"), "DisplayName")
        ews.delete_folder(inner)
    left = {each.thing.id.id for each in FolderFollower(ews).changes()}
    check(not left & {inner.id for _, inner in made.values()}, "a deleted folder is still there")


@scenario("MS-OXWSSYNC", "S03_TC02", requirements=("MS-OXWSSYNC_R2601", "MS-OXWSSYNC_R2631"))
def several_folders_each_with_its_state(ews: Mailbox) -> None:
    """What happens below one folder is told to who follows it, and to nobody else."""
    followers = {root: FolderFollower(ews, root, "Default") for root in ROOTS}
    for follower in followers.values():
        follower.changes()
    made = _two_levels(ews)
    for root, follower in followers.items():
        created = follower.changes()
        equal([each.name for each in created], ["Create", "Create"], f"changes below {root}")
        present(created[0].thing, "DisplayName")
        _rename(ews, made[root][1], ROOTS[root], ews.unique("New name"))
        equal(follower.one("Update").thing.id.id, made[root][1].id, f"renamed below {root}")
        ews.delete_folder(made[root][1])
        gone = follower.one("Delete").node.ref("FolderId").id
        equal(gone, made[root][1].id, f"deleted below {root}")
