"""Creating, reading, copying, moving, changing and deleting one item of each kind."""

from __future__ import annotations

from conformance import requests
from conformance.checks import different, equal, refused, success
from conformance.kinds import Kind
from conformance.mailbox import Mailbox
from conformance.node import Ref
from conformance.scenario import each
from conformance.scenarios.core.cases import SPEC, cases
from conformance.things import text_body
from conformance.xml import Element, t

TEXT = "This is the base object."


def new_subject(kind: Kind, subject: str) -> Element:
    """Set item:Subject."""
    return requests.set_field("item:Subject", kind.of(Subject=subject))


@each(
    SPEC,
    cases(contact=1, distribution_list=1, message=1, appointment=1, post=1, task=1),
    requirements=("MS-OXWSCORE_R2169", "MS-OXWSCORE_R2170", "MS-OXWSCORE_R341"),
)
def create_get_and_delete(ews: Mailbox, home: Ref, kind: Kind) -> None:
    """It comes back as its kind, with its class and subject, and is not found when deleted."""
    subject = ews.unique("Created item")
    made = ews.make_item(kind.make(subject), home)
    read = ews.get_item(made)
    equal(read.name, kind.read_as, "kind of item")
    equal(read.text("ItemClass"), kind.item_class, "ItemClass")
    equal(read.text("Subject"), subject, "Subject")
    equal(read.ref("ParentFolderId").id, home.id, "ParentFolderId")
    ews.delete_items(made)
    refused(ews.call(requests.get_item([made])), "ErrorItemNotFound")


@each(
    SPEC,
    cases(item=2, contact=2, distribution_list=2, message=2, appointment=2, post=2, task=2),
    requirements=("MS-OXWSCORE_R1600", "MS-OXWSCORE_R1601"),
)
def copy(ews: Mailbox, home: Ref, folder: Ref, kind: Kind) -> None:
    """Original and copy are two items of one kind with one subject."""
    subject = ews.unique("Created item")
    made = ews.make_item(kind.make(subject), home)
    copied = ews.copy_items(folder, made)[0]
    different(copied.id, made.id, "ids of original and copy")
    for ref, where in ((made, home), (copied, folder)):
        read = ews.get_item(ref)
        equal(read.name, kind.read_as, "kind of item")
        equal(read.text("ItemClass"), kind.item_class, "ItemClass")
        equal(read.text("Subject"), subject, "Subject")
        equal(read.ref("ParentFolderId").id, where.id, "ParentFolderId")


@each(
    SPEC,
    cases(item=3, contact=3, distribution_list=3, message=3, appointment=3, post=3, task=3),
    requirements=("MS-OXWSCORE_R45", "MS-OXWSCORE_R46"),
)
def move(ews: Mailbox, home: Ref, folder: Ref, kind: Kind) -> None:
    """The old id is dead, the new one leads to the item in its new folder."""
    subject = ews.unique("Created item")
    made = ews.make_item(kind.make(subject), home)
    moved = ews.move_items(folder, made)[0]
    refused(ews.call(requests.get_item([made])), "ErrorItemNotFound")
    read = ews.get_item(moved)
    equal(read.name, kind.read_as, "kind of item")
    equal(read.text("Subject"), subject, "Subject")
    equal(read.ref("ParentFolderId").id, folder.id, "ParentFolderId")


@each(
    SPEC,
    cases(contact=4, distribution_list=4, message=6, appointment=4, post=4, task=4),
    requirements=("MS-OXWSCORE_R555",),
)
def append_to_the_body(ews: Mailbox, home: Ref, kind: Kind) -> None:
    """What is appended to an empty body is the body."""
    made = ews.make_item(kind.make(ews.unique("Created item")), home)
    more = kind.of()
    more.append(text_body(TEXT))
    changed = ews.update(made, requests.append_field("item:Body", more))
    equal(changed.id, made.id, "ItemId")
    different(changed.key, made.key, "ChangeKey before and after")
    read = ews.get_item(changed, BodyType="Text")
    equal(read.text("Body@BodyType"), "Text", "BodyType")
    equal((read.text("Body") or "").strip(), TEXT, "Body")


@each(
    SPEC,
    cases(item=5, contact=5, distribution_list=5, message=5, appointment=5, post=5, task=5),
    requirements=("MS-OXWSCORE_R1290", "MS-OXWSCDATA_R1054011"),
)
def mark_all_as_read(ews: Mailbox, home: Ref, kind: Kind) -> None:
    """Unread and read, with receipts suppressed and not: what has a read flag follows."""
    made = ews.make_items(kind.make(ews.unique("One")), kind.make(ews.unique("Two")), folder=home)
    for suppress in (True, False):
        for read in (False, True):
            mark = requests.mark_all([home], read=read, suppress_receipts=suppress)
            success(ews.call(mark))
            answer = ews.call(requests.get_item(made))
            success(answer, 2)
            flags = {item.text("IsRead") for item in answer.items} - {None}
            if kind.read_as in ("Message", "PostItem"):
                equal(flags, {"true" if read else "false"}, "IsRead")


@each(
    SPEC,
    cases(item=6, contact=6, distribution_list=8, message=7, appointment=6, post=7, task=7),
    requirements=("MS-OXWSCDATA_R335",),
)
def one_property_per_change(ews: Mailbox, home: Ref, kind: Kind) -> None:
    """Two properties in one SetItemField change neither."""
    subject = ews.unique("Created item")
    made = ews.make_item(kind.make(subject), home)
    both = kind.of(Subject=ews.unique("Updated item"))
    both.append(text_body(TEXT))
    change = requests.item_change(made, requests.set_field("item:Subject", both))
    refused(ews.call(requests.update_item(change)), "ErrorIncorrectUpdatePropertyCount")
    equal(ews.get_item(made).text("Subject"), subject, "Subject")


@each(
    SPEC,
    cases(item=7, contact=7, distribution_list=7, appointment=7, post=6, task=6),
    requirements=("MS-OXWSCORE_R2023",),
)
def a_class_of_no_such_kind(ews: Mailbox, home: Ref, kind: Kind) -> None:
    """An ItemClass that does not go with the element is refused."""
    wrong = "IPM.Appointment" if kind.made_as == "Item" else "IPM.WrongMessage"
    item = kind.make(ews.unique("Created item"), t.ItemClass(wrong))
    refused(ews.call(requests.create_item(item, folder=home)), "ErrorObjectTypeChanged")


@each(
    SPEC,
    cases(contact=16, distribution_list=16, appointment=20, post=17, task=18),
    requirements=("MS-OXWSCORE_R2023",),
)
def classes_of_other_kinds(ews: Mailbox, home: Ref, kind: Kind) -> None:
    """The classes of four other kinds, and a word that is no class."""
    items = [
        kind.make(ews.unique(f"As {wrong}"), t.ItemClass(wrong)) for wrong in kind.wrong_classes
    ]
    answer = ews.call(requests.create_item(*items, folder=home))
    refused(answer, "ErrorObjectTypeChanged", count=len(items))


def two_through_every_operation(
    ews: Mailbox, home: Ref, folder: Ref, kind: Kind, items: list[Element]
) -> list[Ref]:
    """Create, change, move, get and copy two items at a time; the copies."""
    made = ews.make_items(*items, folder=home)
    subjects = [ews.unique("Updated one"), ews.unique("Updated two")]
    changes = [
        requests.item_change(ref, new_subject(kind, subject))
        for ref, subject in zip(made, subjects, strict=True)
    ]
    changed = ews.call(requests.update_item(*changes))
    success(changed, 2)
    moved = ews.move_items(folder, *[item.id for item in changed.items])
    read = ews.call(requests.get_item(moved))
    success(read, 2)
    equal([item.text("Subject") for item in read.items], subjects, "subjects in order")
    return ews.copy_items(home, *moved)


@each(
    SPEC,
    cases(contact=9, distribution_list=9, appointment=9, post=9, task=9),
    requirements=("MS-OXWSCORE_R299", "MS-OXWSCORE_R387"),
)
def two_at_a_time(ews: Mailbox, home: Ref, folder: Ref, kind: Kind) -> None:
    """Every operation answers for both, in order."""
    items = [kind.make(ews.unique("One")), kind.make(ews.unique("Two"))]
    copies = two_through_every_operation(ews, home, folder, kind, items)
    success(ews.call(requests.get_item(copies, "IdOnly")), 2)
