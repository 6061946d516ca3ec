"""SyncFolderItems over the kinds of item."""

from __future__ import annotations

from conformance import kinds, requests
from conformance.checks import equal, refused, success
from conformance.kinds import Kind
from conformance.mailbox import Mailbox
from conformance.node import Ref
from conformance.scenario import scenario
from conformance.scenarios.sync.following import ItemFollower
from conformance.xml import Element, t

INVALID_STATE = "H4sIAAA=="


def _new_subject(kind: Kind, subject: str) -> Element:
    return requests.set_field("item:Subject", kind.of(Subject=subject))


def _create(ews: Mailbox, kind: Kind, follower: ItemFollower) -> Ref:
    """Follow the creation of one item."""
    follower.changes()
    item = ews.make_item(kind.make(ews.unique("Item subject")), follower.folder)
    created = follower.one("Create")
    equal((created.kind, created.thing.id.id), (kind.read_as, item.id), "what was created")
    return item


def _update_and_delete(ews: Mailbox, kind: Kind, item: Ref, follower: ItemFollower) -> None:
    """Follow a new subject and the end of an item."""
    subject = ews.unique("New item subject")
    ews.update(item, _new_subject(kind, subject), conflict="AutoResolve")
    updated = follower.one("Update")
    equal((updated.kind, updated.thing.id.id), (kind.read_as, item.id), "what was changed")
    if follower.shape == "AllProperties":
        equal(updated.thing.text("Subject"), subject, "Subject")
    ews.delete_items(item)
    equal(follower.one("Delete").node.ref("ItemId").id, item.id, "ItemId of what is gone")
    equal(follower.changes(), [], "changes when nothing happened")


@scenario(
    "MS-OXWSSYNC",
    "S02_TC01",
    requirements=(
        "MS-OXWSSYNC_R131",
        "MS-OXWSSYNC_R132",
        "MS-OXWSSYNC_R134",
        "MS-OXWSSYNC_R136",
        "MS-OXWSSYNC_R1571",
        "MS-OXWSSYNC_R1572",
    ),
)
def follow_messages(ews: Mailbox, folder: Ref) -> None:
    """Create, Update, ReadFlagChange, Delete: one change each."""
    follower = ItemFollower(ews, folder)
    item = _create(ews, kinds.MESSAGE, follower)
    subject = ews.unique("New subject")
    item = ews.update(item, _new_subject(kinds.MESSAGE, subject), conflict="AutoResolve")
    equal(follower.one("Update").thing.text("Subject"), subject, "Subject")

    was_read = ews.get_item(item).text("IsRead") == "true"
    flip = requests.set_field("message:IsRead", t.Message(t.IsRead(not was_read)))
    item = ews.update(item, flip, conflict="AutoResolve")
    flipped = follower.one("ReadFlagChange").node
    equal(flipped.ref("ItemId").id, item.id, "ItemId")
    equal(flipped.text("IsRead"), "false" if was_read else "true", "IsRead")

    ews.delete_items(item)
    equal(follower.one("Delete").node.ref("ItemId").id, item.id, "ItemId of what is gone")


@scenario(
    "MS-OXWSSYNC",
    "S02_TC05",
    requirements=(
        "MS-OXWSSYNC_R6702",
        "MS-OXWSSYNC_R3891",
        "MS-OXWSSYNC_R1731",
        "MS-OXWSSYNC_R1732",
        "MS-OXWSSYNC_R37809",
    ),
)
def follow_tasks_one_by_one(ews: Mailbox, tasks: Ref) -> None:
    """At most one change a page: the first of two says that it is not the last."""
    follower = ItemFollower(ews, tasks)
    shape = requests.item_shape("AllProperties", InlineImageUrlTemplate="Test template")
    follower.page(shape=shape)
    first, second = ews.make_items(
        kinds.TASK.make(ews.unique("One")), kinds.TASK.make(ews.unique("Two")), folder=tasks
    )
    page = follower.page(most=1, shape=shape)
    equal([(each.name, each.kind) for each in page], [("Create", "Task")], "changes on a page")
    equal(follower.is_complete, False, "IncludesLastItemInRange")
    rest = follower.page(most=1, shape=shape)
    ids = {each.thing.id.id for each in (*page, *rest)}
    equal(ids, {first.id, second.id}, "tasks on two pages")
    equal(follower.is_complete, True, "IncludesLastItemInRange of the second page")

    ews.delete_items(second)
    equal(follower.one("Delete").node.ref("ItemId").id, second.id, "ItemId of what is gone")
    _update_and_delete(ews, kinds.TASK, first, follower)


@scenario(
    "MS-OXWSSYNC",
    "S02_TC06",
    requirements=(
        "MS-OXWSSYNC_R3851",
        "MS-OXWSSYNC_R3852",
        "MS-OXWSSYNC_R3861",
        "MS-OXWSSYNC_R1611",
        "MS-OXWSSYNC_R1612",
        "MS-OXWSSYNC_R382",
    ),
)
def follow_contacts_and_ignore_one(ews: Mailbox, contacts: Ref) -> None:
    """An ignored item is not reported; from the state before, without Ignore, it is."""
    follower = ItemFollower(ews, contacts)
    follower.changes()
    before = follower.state
    item = ews.make_item(kinds.CONTACT.make(ews.unique("Contact")), contacts)
    equal(follower.changes(ignore=[item]), [], "changes with the item ignored")

    follower.state = before
    created = follower.one("Create")
    equal((created.kind, created.thing.id.id), ("Contact", item.id), "what was created")
    subject = ews.unique("New subject")
    ews.update(item, _new_subject(kinds.CONTACT, subject), conflict="AutoResolve")
    equal(follower.one("Update").kind, "Contact", "kind of item")

    anew = ItemFollower(ews, contacts).one("Create")
    equal(anew.thing.text("Subject"), subject, "Subject without a state")
    ews.delete_items(item)
    equal(follower.one("Delete").node.ref("ItemId").id, item.id, "ItemId of what is gone")


@scenario(
    "MS-OXWSSYNC",
    "S02_TC07",
    requirements=(
        "MS-OXWSCDATA_R518",
        "MS-OXWSSYNC_R1751",
        "MS-OXWSSYNC_R1752",
        "MS-OXWSSYNC_R6701",
    ),
)
def follow_posts(ews: Mailbox, folder: Ref) -> None:
    """An invalid state is refused with an empty one."""
    invalid = requests.sync_items(folder, INVALID_STATE)
    refusal = refused(ews.call(invalid), "ErrorInvalidSyncStateData")[0]
    equal(refusal.text("SyncState"), "", "SyncState of the refusal")
    follower = ItemFollower(ews, folder)
    _update_and_delete(ews, kinds.POST, _create(ews, kinds.POST, follower), follower)


@scenario(
    "MS-OXWSSYNC",
    "S02_TC08",
    requirements=(
        "MS-OXWSSYNC_R1591",
        "MS-OXWSSYNC_R1592",
        "MS-OXWSSYNC_R347",
        "MS-OXWSSYNC_R37814",
        "MS-OXWSSYNC_R37811008",
    ),
)
def follow_appointments(ews: Mailbox, calendar: Ref) -> None:
    """SyncScope NormalItems, and a property by path."""
    follower = ItemFollower(ews, calendar, "IdOnly", ("item:Subject", "item:IsAssociated"))
    follower.options["scope"] = "NormalItems"
    follower.changes()
    subject = ews.unique("Appointment")
    item = ews.make_item(kinds.APPOINTMENT.make(subject), calendar)
    created = follower.one("Create").thing
    equal((created.name, created.id.id), ("CalendarItem", item.id), "what was created")
    equal(created.text("Subject"), subject, "Subject")
    equal(created.text("IsAssociated"), "false", "IsAssociated")
    _update_and_delete(ews, kinds.APPOINTMENT, item, follower)


@scenario(
    "MS-OXWSSYNC",
    "S02_TC09",
    requirements=("MS-OXWSSYNC_R37811", "MS-OXWSSYNC_R1631", "MS-OXWSSYNC_R1632"),
)
def follow_distribution_lists(ews: Mailbox, contacts: Ref) -> None:
    """They come as DistributionList."""
    follower = ItemFollower(ews, contacts)
    item = _create(ews, kinds.DISTRIBUTION_LIST, follower)
    _update_and_delete(ews, kinds.DISTRIBUTION_LIST, item, follower)


@scenario("MS-OXWSSYNC", "S02_TC10", requirements=("MS-OXWSSYNC_R37811004",))
def follow_plain_items(ews: Mailbox, folder: Ref) -> None:
    """What was made as Item comes as Message."""
    follower = ItemFollower(ews, folder)
    _update_and_delete(ews, kinds.ITEM, _create(ews, kinds.ITEM, follower), follower)


@scenario(
    "MS-OXWSSYNC",
    "S02_TC11",
    requirements=("MS-OXWSSYNC_R37811006", "MS-OXWSSYNC_R1752005"),
    needs=("consumer contacts",),
)
def follow_consumer_contacts(ews: Mailbox, contacts: Ref) -> None:
    """AbchPerson items come as Person."""
    follower = ItemFollower(ews, contacts)
    follower.changes()
    person = t.Person(t.Subject(ews.unique("Person")))
    answer = ews.call(requests.create_item(person, folder=contacts))
    success(answer)
    created = follower.one("Create")
    equal((created.kind, created.thing.id.id), ("Person", answer.items[0].id.id), "what came")


PLACES = {
    "calendar": kinds.APPOINTMENT,
    "contacts": kinds.CONTACT,
    "tasks": kinds.TASK,
    "folder": kinds.MESSAGE,
}


@scenario("MS-OXWSSYNC", "S04_TC01", requirements=("MS-OXWSSYNC_R3832", "MS-OXWSSYNC_R3862"))
def without_optional_elements(
    ews: Mailbox, folder: Ref, contacts: Ref, calendar: Ref, tasks: Ref
) -> None:
    """Without state each answer is the whole folder as it is."""
    where = {"folder": folder, "contacts": contacts, "calendar": calendar, "tasks": tasks}
    for name, kind in PLACES.items():
        item = ews.make_item(kind.make(ews.unique("Item subject")), where[name])
        created = ItemFollower(ews, where[name]).one("Create")
        equal((created.kind, created.thing.id.id), (kind.read_as, item.id), "what is there")
        subject = ews.unique("New item subject")
        ews.update(item, _new_subject(kind, subject), conflict="AutoResolve")
        equal(ItemFollower(ews, where[name]).one("Create").thing.text("Subject"), subject, name)
        ews.delete_items(item)
        equal(ItemFollower(ews, where[name]).changes(), [], f"{name} after deleting")


@scenario(
    "MS-OXWSSYNC",
    "S04_TC02",
    requirements=("MS-OXWSSYNC_R3831", "MS-OXWSSYNC_R3861", "MS-OXWSSYNC_R37811008"),
)
def with_every_optional_element(
    ews: Mailbox, folder: Ref, contacts: Ref, calendar: Ref, tasks: Ref
) -> None:
    """An empty SyncState is a first synchronisation; an ignored item is left out of it."""
    where = {"folder": folder, "contacts": contacts, "calendar": calendar, "tasks": tasks}
    shape = requests.item_shape("IdOnly", ["item:Subject"], InlineImageUrlTemplate="Template")
    for name, kind in PLACES.items():
        item = ews.make_item(kind.make(ews.unique("Item subject")), where[name])
        follower = ItemFollower(ews, where[name], state="")
        follower.options.update(shape=shape, scope="NormalItems")
        equal(follower.one("Create").thing.text("Subject"), ews.unique("Item subject"), name)
        follower.state = ""
        equal(follower.changes(ignore=[item]), [], f"{name} with its item ignored")
        ews.delete_items(item)
        follower.state = ""
        equal(follower.changes(), [], f"{name} after deleting")
