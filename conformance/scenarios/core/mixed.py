"""Seven kinds of item in one request."""

from __future__ import annotations

from conformance import kinds, requests
from conformance.checks import equal, refused, success
from conformance.mailbox import Mailbox
from conformance.node import Ref
from conformance.scenario import scenario
from conformance.things import body, thing
from conformance.xml import t

SEVEN = len(kinds.ALL)


def _create(ews: Mailbox) -> list[Ref]:
    """One item of each kind, each where its kind belongs."""
    items = [
        kind.make(ews.unique(f"Created {kind}"), body(text="Body for base item"))
        for kind in kinds.ALL
    ]
    return ews.make_items(*items)


@scenario("MS-OXWSCORE", "S08_TC01", requirements=("MS-OXWSCORE_R299", "MS-OXWSCORE_R341"))
def create_get_and_delete_seven(ews: Mailbox) -> None:
    """Each is answered in order; deleted, none is found."""
    made = _create(ews)
    read = ews.call(requests.get_item(made))
    success(read, SEVEN)
    equal([item.name for item in read.items], [kind.read_as for kind in kinds.ALL], "kinds")
    ews.delete_items(*made)
    refused(ews.call(requests.get_item(made)), "ErrorItemNotFound", count=SEVEN)


@scenario("MS-OXWSCORE", "S08_TC02", requirements=("MS-OXWSCORE_R1600", "MS-OXWSCORE_R1601"))
def copy_seven(ews: Mailbox, folder: Ref) -> None:
    """All find a place in one folder."""
    copies = ews.copy_items(folder, *_create(ews))
    equal(len(set(copies)), SEVEN, "ids of copies")
    equal({item.id.id for item in ews.find(folder)}, {ref.id for ref in copies}, "copies there")


@scenario("MS-OXWSCORE", "S08_TC03", requirements=("MS-OXWSCORE_R45", "MS-OXWSCORE_R46"))
def move_seven(ews: Mailbox, folder: Ref) -> None:
    """All are found in their new folder, under new ids."""
    made = _create(ews)
    moved = ews.move_items(folder, *made)
    equal({item.id.id for item in ews.find(folder)}, {ref.id for ref in moved}, "items there")
    refused(ews.call(requests.get_item(made)), "ErrorItemNotFound", count=SEVEN)


@scenario("MS-OXWSCORE", "S08_TC04", requirements=("MS-OXWSCORE_R556",))
def change_seven(ews: Mailbox) -> None:
    """A subject set through the element Item changes every kind."""
    made = _create(ews)
    subject = ews.unique("Updated")
    new = requests.set_field("item:Subject", t.Item(t.Subject(subject)))
    answer = ews.call(requests.update_item(*[requests.item_change(ref, new) for ref in made]))
    success(answer, SEVEN)
    read = ews.call(requests.get_item([item.id for item in answer.items]))
    success(read, SEVEN)
    equal({item.text("Subject") for item in read.items}, {subject}, "subjects")


@scenario("MS-OXWSCORE", "S08_TC05", requirements=("MS-OXWSCDATA_R335",))
def two_properties_of_seven(ews: Mailbox) -> None:
    """Two properties in one SetItemField are refused for each kind."""
    made = _create(ews)
    both = thing("Contact", Subject=ews.unique("Updated"), ReminderMinutesBeforeStart=10)
    wrong = requests.set_field("item:Subject", both)
    answer = ews.call(requests.update_item(*[requests.item_change(ref, wrong) for ref in made]))
    refused(answer, "ErrorIncorrectUpdatePropertyCount", count=SEVEN)
