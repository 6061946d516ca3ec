"""MS-ASCON S01, S02 and S04: conversations in Sync, GetItemEstimate and MoveItems."""

from __future__ import annotations

from itertools import pairwise

from conformance.checks import check
from conformance.eas.conversations import BIN, ID, INDEX, SENT, Conversation, begun, moved
from conformance.eas.device import Device
from conformance.eas.documents import change, delete, options
from conformance.eas.events import SUBJECT, event, times
from conformance.eas.mailing import arrived, unique
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.scenarios.folders import create
from conformance.eas.scenarios.get_item_estimate import estimate_of
from conformance.eas.things import CALENDAR, synced, words_of
from conformance.eas.wbxml import node
from conformance.scenario import each, scenario

_S = "MS-ASCON"
_MODE = node("AirSync:ConversationMode", 1)
_ON = node("Email:Flag", node("Email:Status", 2), node("Email:FlagType", "Flag for follow up"))
_DONE = node(
    "Email:Flag",
    node("Email:Status", 1),
    node("Email:FlagType", "Flag for follow up"),
    node("Email:CompleteTime", "2026-07-01T08:00:00.000Z"),
    node("Tasks:DateCompleted", "2026-07-01T08:00:00.000Z"),
)
_OFF = node("Email:Flag")


def _states(second: Device, thread: Conversation) -> list[tuple[str, str]]:
    """Read and the flag's Status of each message, as another device holds them."""
    held = second.sync_all(thread.inbox).items
    check(all(id in held for id in thread.ids), "the other device does not hold all of it")
    return [
        (words_of(held[id], "Email:Read"), held[id]["Email:Flag"].text("Email:Status"))
        for id in thread.ids
    ]


@scenario(
    _S,
    "S01_TC01",
    requirements=(
        "MS-ASCON_R203", "MS-ASCON_R326", "MS-ASCON_R284", "MS-ASCON_R337", "MS-ASCON_R204",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_conversation_is_marked_as_read_and_unread(device: Device, second: Device) -> None:
    """By a Change of each of its messages."""
    thread = begun(device)
    second.sync_all(thread.inbox)
    for state in ("1", "0"):
        marks = [change(id, node("Email:Read", state)) for id in thread.ids]
        step = device.change(thread.inbox, *marks)
        check(step is None or step.find("AirSync:Responses") is None, "a mark is refused")
        told = [read for read, _ in _states(second, thread)]
        check(told == [state] * len(thread.ids), f"the read states are {told}")


@scenario(
    _S,
    "S01_TC02",
    requirements=(
        "MS-ASCON_R206", "MS-ASCON_R324", "MS-ASCON_R207", "MS-ASCON_R325", "MS-ASCON_R208",
        "MS-ASCON_R162", "MS-ASCON_R209",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_conversation_is_flagged_by_its_newest_message(device: Device, second: Device) -> None:
    """And loses its flags, or is done with, by a Change of each."""
    thread = begun(device)
    second.sync_all(thread.inbox)
    for ids, flag, due in (
        (thread.ids[-1:], _ON, ["", "2"]),
        (thread.ids, _OFF, ["", ""]),
        (thread.ids, _DONE, ["1", "1"]),
    ):
        step = device.change(thread.inbox, *(change(id, flag) for id in ids))
        check(step is None or step.find("AirSync:Responses") is None, "a flag is refused")
        told = [status for _, status in _states(second, thread)]
        check(told == due, f"the flags are {told}, {due} is due")


@scenario(
    _S,
    "S01_TC03",
    requirements=(
        "MS-ASCON_R199", "MS-ASCON_R157", "MS-ASCON_R158", "MS-ASCON_R200", "MS-ASCON_R201",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_conversation_is_deleted(device: Device, second: Device) -> None:
    """All of it goes to Deleted Items; what comes later does not."""
    thread = begun(device)
    subject = thread.answer()
    _, last, data = arrived(device, subject)
    bin = device.folder_of_type(BIN)
    device.change(thread.inbox, *(delete(id) for id in (*thread.ids, last)), moves=True)
    check(thread.within(second, thread.inbox) == [], "some of it is left in the inbox")
    count = len(thread.within(second, bin))
    check(count == 3, f"{count} of its messages are in Deleted Items")
    check(data[ID].data() == thread.name, "the answer is of another conversation")
    # The newest one lies in Deleted Items now: the answer to it comes to the inbox.
    newest = thread.within(device, bin)[-1]
    later = Conversation(device, thread.subject, bin, [newest], list(thread.told))
    _, id, data = arrived(device, later.answer())
    check(data[ID].data() == thread.name, "what comes later is of another conversation")
    check(thread.within(second, thread.inbox) == [id], "what comes later is elsewhere")


@scenario(
    _S,
    "S01_TC04",
    requirements=("MS-ASCON_R180", "MS-ASCON_R330", "MS-ASCON_R116", "MS-ASCON_R114"),
    registry=REGISTRY,
)
def a_conversation_is_synchronised_whole(device: Device) -> None:
    """Whatever ConversationMode says, within the time that the filter has; empty, it says 1."""
    thread = begun(device)
    for mode in (_MODE, node("AirSync:ConversationMode"), node("AirSync:ConversationMode", 0)):
        device.begin(thread.inbox)
        held = device.sync_all(thread.inbox, more=[mode], options=options(filter_type=1)).items
        check(set(thread.ids) <= held.keys(), f"with {mode} some of it does not come")
        names = {held[id][ID].data() if ID in held[id] else b"" for id in thread.ids}
        check(names == {thread.name}, "it has several names")


@scenario(
    _S,
    "S01_TC05",
    requirements=(
        "MS-ASCON_R90", "MS-ASCON_R95", "MS-ASCON_R304", "MS-ASCON_R192", "MS-ASCON_R194",
        "MS-ASCON_R86", "MS-ASCON_R87", "MS-ASCON_R91", "MS-ASCON_R306", "MS-ASCON_R307",
        "MS-ASCON_R88", "MS-ASCON_R259", "MS-ASCON_R305", "MS-ASCON_R92",
    ),
    registry=REGISTRY,
)  # fmt: skip
def an_index_grows_with_each_answer(device: Device) -> None:
    """Five bytes for the beginning, and five more for an answer, and for a forward of that."""
    thread = begun(device, 1)
    for command in ("SmartReply", "SmartForward"):
        thread.goes_on(command)
    indices = [told[INDEX].data() if INDEX in told else b"" for told in thread.told]
    check([len(each) for each in indices] == [5, 10, 15], f"the indices are {indices}")
    for before, after in pairwise(indices):
        check(after.startswith(before), f"{after!r} does not go on from {before!r}")
    check(thread.name != b"", "it has no name")


@scenario(_S, "S01_TC06", requirements=("MS-ASCON_R77",), registry=REGISTRY)
def what_is_in_no_conversation_names_none(device: Device, second: Device) -> None:
    """An event has no ConversationId."""
    needs(device, "14.0", "conversations")
    id = event(device, node(SUBJECT, unique("Event")), *times())
    data = synced(second, CALENDAR, id)
    check(SUBJECT in data, "the event does not come")
    check(ID not in data and INDEX not in data, "it is in a conversation")


@scenario(
    _S,
    "S02_TC01",
    requirements=("MS-ASCON_R211", "MS-ASCON_R332", "MS-ASCON_R113", "MS-ASCON_R343"),
    registry=REGISTRY,
)
def an_estimate_counts_conversations_whole(device: Device) -> None:
    """As many as come by the same filter, with ConversationMode and without it."""
    thread = begun(device)
    for mode in (_MODE, node("AirSync:ConversationMode", 0)):
        filtered = options(filter_type=1)
        device.begin(thread.inbox)
        status, told = estimate_of(device, thread.inbox, mode, filtered)
        step = device.sync(thread.inbox, window=512, more=[mode], options=filtered)
        check(step is not None, "nothing comes")
        due = str(len(device.held[thread.inbox].items))
        check((status, told) == ("1", due), f"status {status}, {told} are told, {due} come")


@scenario(_S, "S02_TC02", requirements=("MS-ASCON_R336", "MS-ASCON_R335"), registry=REGISTRY)
def an_estimate_of_events_has_no_conversations(device: Device) -> None:
    """Status 4, or 103 as MS-ASCMD 2.2.3.36.1 has it."""
    needs(device, "14.0", "ConversationMode")
    calendar = device.folder_of_type(CALENDAR)
    device.begin(calendar)
    told, _ = estimate_of(device, calendar, _MODE)
    check(told in ("4", "103"), f"status {told}")
    told, _ = estimate_of(device, calendar)
    check(told == "1", f"without ConversationMode it has status {told}")


@each(
    _S,
    {"S04_TC01": "", "S04_TC01 sent": "sent"},
    parameter="target",
    requirements=("MS-ASCON_R217", "MS-ASCON_R170", "MS-ASCON_R218"),
    registry=REGISTRY,
)
def a_conversation_is_moved_once(device: Device, second: Device, target: str) -> None:
    """By MoveItems of each message; what comes later stays in the inbox."""
    thread = begun(device)
    if target:
        folder = device.folder_of_type(SENT)
    else:
        folder = create(device, unique("Moved")).text("FolderHierarchy:ServerId")
        second.folder_sync()
    subject = thread.answer()
    _, last, _ = arrived(device, subject)
    moved(device, thread.inbox, folder, *thread.ids)
    check(len(thread.within(second, folder)) == len(thread.ids), "not all of it is moved")
    check(thread.within(second, thread.inbox) == [last], "in the inbox is not what came later")
