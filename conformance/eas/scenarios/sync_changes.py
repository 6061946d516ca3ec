"""MS-ASCMD: what a device changes by Sync, and how much at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from conformance.checks import check
from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.documents import add, change, delete, fetch
from conformance.eas.events import (
    SUBJECT,
    event,
    exception,
    exceptions,
    exceptions_of,
    rule,
    times,
    tomorrow,
)
from conformance.eas.mailing import arrived, message, received, unique
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.scenarios.sync_options import begun
from conformance.eas.things import (
    CALENDAR,
    CONTACTS,
    CONVERSION,
    TASKS,
    added,
    body,
    changed,
    data_of,
    synced,
    words_of,
)
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S, _STATUS = "MS-ASCMD", "AirSync:Status"
_INBOX = 2
_FEW, _MANY = 101, 513
_COMMANDS_MANY = 2_001  # more than servers take at once


@scenario(
    _S,
    "S19_TC03",
    requirements=(
        "MS-ASCMD_R5032",
        "MS-ASCMD_R5051",
        "MS-ASCMD_R5053",
        "MS-ASCMD_R5060",
        "MS-ASCMD_R654",
    ),
    registry=REGISTRY,
)
def folders_are_synchronised_in_their_order(device: Device) -> None:
    """A key for each first, new ones with what they hold, new ones with each change."""
    subject = unique("Order")
    device.send(message(device, device, subject), saves=False)
    contact = added(device, CONTACTS, node("Contacts:FileAs", unique("Order")))
    ids = [device.folder_of_type(type) for type in (_INBOX, CALENDAR, CONTACTS, TASKS)]
    for id in ids:
        device.begin(id)
    first = dict(device.keys)
    check(len({first[id] for id in ids} - {"", "0"}) == len(ids), f"the keys are {first}")
    _, mail, _ = arrived(device, subject)
    device.sync_all(ids[2])
    check(contact in device.held[ids[2]].items, "the contact does not come")
    for id in (ids[0], ids[2]):
        check(device.keys[id] != first[id], "the key stays though something came")
    second = device.keys[ids[0]]
    device.sync(ids[0], commands=[delete(mail)])
    check(device.keys[ids[0]] != second, "the key stays though the device changed something")


@scenario(
    _S,
    "S19_TC17",
    requirements=("MS-ASCMD_R3459", "MS-ASCMD_R4767", "MS-ASCMD_R3456"),
    registry=REGISTRY,
)
def without_a_window_a_hundred_come(device: Device, second: Device) -> None:
    """And MoreAvailable; it is not said once nothing is left."""
    _filled(device, _FEW)
    contacts = begun(second, CONTACTS)
    step = second.sync(contacts)
    check(step is not None and step.find("AirSync:MoreAvailable") is not None, "it is not said")
    count = len(second.held[contacts].items)
    check(count == 100, f"{count} came")
    while step is not None and step.find("AirSync:MoreAvailable") is not None:
        step = second.sync(contacts, window=512)
    check(len(second.held[contacts].items) >= _FEW, "not all came")


@scenario(
    _S,
    "S19_TC37",
    requirements=("MS-ASCMD_R3460", "MS-ASCMD_R4764"),
    registry=REGISTRY,
)
def no_more_than_512_come_at_once(device: Device, second: Device) -> None:
    """Whatever the window says; MoreAvailable with them."""
    _filled(device, _MANY)
    contacts = device.folder_of_type(CONTACTS)
    for window in (512, 100_000, None):
        second.begin(contacts)
        step = second.sync(contacts, window=window)
        count = len(second.held[contacts].items)
        check(0 < count <= 512, f"{count} came with a window of {window}")
        more = step is not None and step.find("AirSync:MoreAvailable") is not None
        check(more, f"MoreAvailable is not said with a window of {window}")


def _filled(device: Device, count: int) -> None:
    """Contacts until there are that many."""
    contacts = device.folder_of_type(CONTACTS)
    device.sync_all(contacts, window=512)
    missing = count - len(device.held[contacts].items)
    for start in range(0, max(0, missing), 100):
        commands = [
            add(f"filled{n}", node("Contacts:FileAs", unique("Many")))
            for n in range(start, min(missing, start + 100))
        ]
        device.change(contacts, *commands)


def _fields(data: Mapping[str, Node], *names: str) -> list[str]:
    return [words_of(data, f"Contacts:{name}") for name in names]


@scenario(
    _S,
    "S19_TC27",
    requirements=("MS-ASCMD_R878", "MS-ASCMD_R879", "MS-ASCMD_R881", "MS-ASCMD_R3119"),
    registry=REGISTRY,
)
def what_a_change_does_not_say_is_taken_away(device: Device, second: Device) -> None:
    """Of a contact: all but its text."""
    name = unique("Changed")
    id = added(
        device,
        CONTACTS,
        node("Contacts:FileAs", name),
        node("Contacts:JobTitle", "Pilot"),
        node("Contacts:Email1Address", "pilot@harbour.example"),
        body("Words that stay"),
    )
    synced(second, CONTACTS, id)
    # What may be ghosted stays unless the device says that it supports it.
    contacts = device.folder_of_type(CONTACTS)
    device.begin(contacts, more=[node("AirSync:Supported", node("Contacts:JobTitle"))])
    device.sync_all(contacts, window=512)
    changed(device, CONTACTS, id, node("Contacts:FileAs", f"{name} twice"))
    step = second.sync(contacts)
    told = step.find("AirSync:Commands", "AirSync:Change") if step is not None else None
    check(told is not None and told.text("AirSync:ServerId") == id, "no Change is told")
    # Another device that holds it from empty shows what is left of it.
    second.begin(contacts)
    data = synced(second, CONTACTS, id)
    check(_fields(data, "FileAs", "JobTitle") == [f"{name} twice", ""], f"it holds {data}"[:300])
    check(data_of(data).strip() == "Words that stay", "its text is gone")


_MARKS = {
    "flag": node(
        "Email:Flag", node("Email:Status", 2), node("Email:FlagType", "Flag for follow up")
    ),
    "read": node("Email:Read", 1),
    "categories": node("Email:Categories", node("Email:Category", "Harbour")),
}


@each(
    _S,
    {f"S19_TC27 {name}": mark for name, mark in _MARKS.items()},
    parameter="mark",
    requirements=("MS-ASCMD_R873", "MS-ASCMD_R5825", "MS-ASCMD_R5826", "MS-ASCMD_R875"),
    registry=REGISTRY,
)
def a_mark_of_a_message_leaves_the_rest(device: Device, second: Device, mark: Node) -> None:
    """Flag, read state or categories alone change nothing else."""
    if mark.name == "Email:Categories":
        needs(device, "14.0", "categories of mail")
    inbox, id, before = received(device, text="Words that stay")
    device.change(inbox, change(id, mark))
    after = synced(second, _INBOX, id)
    check(after.get(mark.name) is not None, "the mark is not told")
    told = [each.text() for each in after[mark.name].children] or [words_of(after, mark.name)]
    due = [each.text() for each in mark.children] or [str(mark.value)]
    check(set(due) <= set(told), f"the mark is {told}")
    for name in ("Email:Subject", "Email:From", "Email:To", "Email:DateReceived"):
        check(words_of(after, name) == words_of(before, name), f"{name} is another")
    check(data_of(after) == data_of(before), "the text is another")


@scenario(_S, "S19_TC38", requirements=("MS-ASCMD_R5060",), registry=REGISTRY)
def what_a_device_deletes_goes_from_the_others(device: Device, second: Device) -> None:
    """A Delete with its id, and nothing else of it; the device itself is not told."""
    inbox, id, _ = received(device)
    second.sync_all(inbox)
    check(id in second.held[inbox].items, "the message does not come")
    answer = device.sync(inbox, commands=[delete(id)])
    check(answer is not None and answer.text(_STATUS) == "1", "it is refused")
    check(answer is not None and answer.find("AirSync:Responses") is None, "it has a response")
    step = second.sync(inbox)
    commands = step.find("AirSync:Commands") if step is not None else None
    told = [(c.name, c.text("AirSync:ServerId")) for c in commands.children] if commands else []
    check(told == [("AirSync:Delete", id)], f"what is told is {told}")


@each(
    _S,
    {
        "S19_TC39": (None, "Pilot", "Harbour"),
        "S19_TC39 some": (("JobTitle",), "", "Harbour"),
        "S19_TC39 none": ((), "Pilot", "Harbour"),
    },
    parameter="case",
    requirements=(
        "MS-ASCMD_R5906",
        "MS-ASCMD_R5907",
        "MS-ASCMD_R5909",
        "MS-ASCMD_R5911",
        "MS-ASCMD_R5912",
    ),
    registry=REGISTRY,
)
def supported_says_what_a_change_takes_away(
    device: Device, second: Device, case: tuple[tuple[str, ...] | None, str, str]
) -> None:
    """What it does not name is ghosted, and stays."""
    supported, *due = case
    contacts = device.folder_of_type(CONTACTS)
    named = (
        None
        if supported is None
        else node("AirSync:Supported", *(node(f"Contacts:{each}") for each in supported))
    )
    device.begin(contacts, more=[named] if named is not None else [])
    name = unique("Ghost")
    id = added(
        device,
        CONTACTS,
        node("Contacts:FileAs", name),
        node("Contacts:JobTitle", "Pilot"),
        node("Contacts:Department", "Harbour"),
    )
    changed(device, CONTACTS, id, node("Contacts:FileAs", name))
    data = synced(second, CONTACTS, id)
    told = _fields(data, "JobTitle", "Department")
    check(told == due, f"{told}, {due} is due")


@scenario(_S, "S19_TC48", requirements=("MS-ASCMD_R5659",), registry=REGISTRY)
def the_changes_of_one_request_have_their_number(device: Device) -> None:
    """More of them are status 4, and none is carried out."""
    contacts = begun(device, CONTACTS)
    device.sync_all(contacts, window=512)
    before = set(device.held[contacts].items)
    commands = [add(f"many{n}", node("Contacts:FileAs", "Many")) for n in range(_COMMANDS_MANY)]
    collection = documents.collection(device.keys[contacts], contacts, commands=commands)
    reply = device.post("Sync", documents.sync([collection]))
    path = ("AirSync:Collections", "AirSync:Collection", _STATUS)
    told = (reply.root.text(_STATUS) or reply.root.text(*path)) if reply.root else ""
    check(told == "4", f"status {told!r}")
    device.begin(contacts)
    check(set(device.sync_all(contacts, window=512).items) == before, "some were made")


@scenario(_S, "S19_TC24", requirements=("MS-ASCMD_R4440",), registry=REGISTRY)
def an_item_that_makes_no_sense_is_status_6(device: Device) -> None:
    """An event with a start and no end is not made."""
    subject = unique("Endless")
    needs(device, "16.0", "the refusal of a start without an end")
    calendar = begun(device, CALENDAR)
    device.sync_all(calendar)
    step = device.change(calendar, add("noend", node(SUBJECT, subject), times()[0]))
    told = step.text("AirSync:Responses", "AirSync:Add", _STATUS) if step is not None else ""
    check(told == CONVERSION, f"status {told!r}")
    held = device.sync_all(calendar).items.values()
    check(all(words_of(data, SUBJECT) != subject for data in held), "it was made")


@scenario(
    _S,
    "S19_TC51",
    requirements=("MS-ASCMD_R876", "MS-ASCMD_R877"),
    registry=REGISTRY,
)
def exceptions_that_a_change_does_not_say_stay(device: Device, second: Device) -> None:
    """None of them said, or another one."""
    needs(device, "12.1", "exceptions within a change", last="14.1")
    start = tomorrow()
    weekly = rule({"Type": 0, "Interval": 1, "Occurrences": 10})
    name = unique("Series")
    first, third = start + timedelta(days=1), start + timedelta(days=3)
    id = event(
        device,
        node(SUBJECT, name),
        *times(start),
        weekly,
        exceptions(exception(first, node(SUBJECT, f"{name} first"))),
    )
    said = [node(SUBJECT, name), *times(start), weekly]

    def subjects() -> set[str]:
        return {words_of(one, SUBJECT) for one in exceptions_of(synced(second, CALENDAR, id))}

    check(subjects() == {f"{name} first"}, f"the exceptions are {subjects()}")
    changed(device, CALENDAR, id, *said)
    check(subjects() == {f"{name} first"}, f"after a change they are {subjects()}")
    another = exceptions(exception(third, node(SUBJECT, f"{name} third")))
    changed(device, CALENDAR, id, *said, another)
    due = {f"{name} first", f"{name} third"}
    check(subjects() == due, f"after another one they are {subjects()}")


@scenario(_S, "S19_TC52", requirements=("MS-ASCMD_R4419",), registry=REGISTRY)
def what_is_not_there_cannot_be_fetched_changed_or_deleted(device: Device) -> None:
    """Status 8 of each, and what stands beside is carried out."""
    inbox, id, _ = received(device)
    gone = f"{id.rpartition(':')[0]}:99999999"
    asked = [change(gone, node("Email:Read", 1)), fetch(gone), delete(gone), fetch(id)]
    answer = device.sync(inbox, commands=asked)
    responses = answer.find("AirSync:Responses") if answer is not None else None
    check(responses is not None, "there are no Responses")
    told = {
        (each.name.removeprefix("AirSync:"), each.text("AirSync:ServerId")): each.text(_STATUS)
        for each in (responses.children if responses is not None else ())
    }
    due = {("Change", gone): "8", ("Fetch", gone): "8", ("Fetch", id): "1"}
    check(due.items() <= told.items(), f"the statuses are {told}")
    check(told.get(("Delete", gone), "8") == "8", f"the statuses are {told}")
