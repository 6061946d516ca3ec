"""MS-ASCON S03 and S05: conversations that are kept in a folder, and those that are found."""

from __future__ import annotations

from conformance.checks import check
from conformance.eas.conversations import (
    BIN,
    ID,
    SENT,
    begun,
    keep_status,
    kept,
    moved,
)
from conformance.eas.device import Device
from conformance.eas.mailing import rare_word, received, unique
from conformance.eas.meetings import until
from conformance.eas.runner import REGISTRY, folder_needed
from conformance.eas.scenarios.folders import create
from conformance.eas.scenarios.search import MAIL, found_by, words
from conformance.eas.things import CALENDAR
from conformance.eas.wbxml import node
from conformance.scenario import scenario

_S = "MS-ASCON"
_OK = "1"
_CACHE = 19


@scenario(
    _S,
    "S03_TC01",
    requirements=(
        "MS-ASCON_R214", "MS-ASCON_R166", "MS-ASCON_R213", "MS-ASCON_R143", "MS-ASCON_R301",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_conversation_is_ignored(device: Device, second: Device) -> None:
    """All of it goes to Deleted Items, and so does what comes later."""
    thread = begun(device)
    _, another, _ = received(device, "Another")
    bin = device.folder_of_type(BIN)
    last = thread.ids[-1]
    thread.answer()  # on its way, or here already
    until("the answer does not come", lambda: len(thread.within(second, thread.inbox)) == 3)
    told = keep_status(device, kept(thread.name, bin))
    check(told == _OK, f"status {told}")
    check(thread.within(second, thread.inbox) == [], "some of it is left in the inbox")
    there = thread.within(second, bin)
    check(len(there) == 3, f"{len(there)} of its messages are in Deleted Items")
    check(another in second.held[thread.inbox].items, "another conversation is gone, too")
    check(last not in there, "a moved message has the id that it had")
    thread.inbox, thread.ids = bin, there
    thread.answer()
    until("what comes later is not moved", lambda: len(thread.within(second, bin)) == 4)
    inbox = device.folder_of_type(2)
    check(thread.within(second, inbox) == [], "what comes later is in the inbox")


@scenario(
    _S,
    "S03_TC02",
    requirements=(
        "MS-ASCON_R216", "MS-ASCON_R215", "MS-ASCON_R130", "MS-ASCON_R172", "MS-ASCON_R68",
        "MS-ASCON_R118", "MS-ASCON_R134", "MS-ASCON_R143",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_conversation_is_always_moved(device: Device, second: Device) -> None:
    """From all folders but Sent Items, to any folder of mail."""
    thread = begun(device, 3)
    inbox, sent = thread.inbox, device.folder_of_type(SENT)
    folder, side = (
        create(device, unique(word)).text("FolderHierarchy:ServerId") for word in ("Kept", "Side")
    )
    moved(device, inbox, sent, thread.ids[0])
    moved(device, inbox, side, thread.ids[1])
    told = keep_status(device, kept(thread.name, folder))
    check(told == _OK, f"status {told}")
    second.folder_sync()
    told = {each: len(thread.within(second, each)) for each in (inbox, sent, side, folder)}
    check(told == {inbox: 0, sent: 1, side: 0, folder: 2}, f"it is in {told}")
    thread.inbox, thread.ids = folder, thread.within(device, folder)
    thread.answer()
    until("what comes later is not moved", lambda: len(thread.within(second, folder)) == 3)
    check(thread.within(second, inbox) == [], "what comes later is in the inbox")


@scenario(_S, "S03_TC03", requirements=("MS-ASCON_R144", "MS-ASCON_R133"), registry=REGISTRY)
def move_always_has_no_content(device: Device) -> None:
    """With some it is status 2, and nothing is moved."""
    thread = begun(device)
    always = node("ItemOperations:MoveAlways", "Always")
    told = keep_status(device, kept(thread.name, device.folder_of_type(BIN), always))
    check(told == "2", f"status {told}")
    check(len(thread.within(device, thread.inbox)) == 2, "it is moved")


@scenario(_S, "S03_TC04", requirements=("MS-ASCON_R146", "MS-ASCON_R317"), registry=REGISTRY)
def a_conversation_and_its_folder_must_be_there(device: Device) -> None:
    """Status 6 where one of them is not."""
    thread = begun(device)
    told = keep_status(device, kept(b"NotThisConversation", device.folder_of_type(BIN)))
    check(told == "6", f"status {told} of a conversation that is not there")
    for folder in ("NotThisFolder", "99999999"):
        told = keep_status(device, kept(thread.name, folder))
        check(told == "6", f"status {told} of the folder {folder}")
    check(len(thread.within(device, thread.inbox)) == 2, "it is moved")


@scenario(_S, "S03_TC05", requirements=("MS-ASCON_R262",), registry=REGISTRY)
def a_cache_of_recipients_takes_no_conversations(device: Device) -> None:
    """Status 105."""
    thread = begun(device)
    cache = folder_needed(device, _CACHE, "a cache of recipients")
    told = keep_status(device, kept(thread.name, cache))
    check(told == "105", f"status {told}")
    check(len(thread.within(device, thread.inbox)) == 2, "it is moved")


@scenario(_S, "S03_TC06", requirements=("MS-ASCON_R338", "MS-ASCON_R273"), registry=REGISTRY)
def a_calendar_takes_no_conversations(device: Device) -> None:
    """Status 156."""
    thread = begun(device)
    told = keep_status(device, kept(thread.name, device.folder_of_type(CALENDAR)))
    check(told == "156", f"status {told}")
    check(len(thread.within(device, thread.inbox)) == 2, "it is moved")


@scenario(
    _S,
    "S03_TC02 in order",
    requirements=("MS-ASCON_R169", "MS-ASCON_R327", "MS-ASCON_R167"),
    registry=REGISTRY,
)
def conversations_are_moved_in_the_order_of_the_request(device: Device, second: Device) -> None:
    """One that is named twice ends in the folder named last; one fails alone."""
    first, other = begun(device), begun(device, 1)
    bin = device.folder_of_type(BIN)
    folder = create(device, unique("Kept")).text("FolderHierarchy:ServerId")
    asked = [
        kept(first.name, bin),
        kept(b"NotThisConversation", bin),
        kept(other.name, folder),
        kept(first.name, folder),
    ]
    answer = device.ask("ItemOperations", node("ItemOperations:ItemOperations", *asked))
    response = answer.find("ItemOperations:Response")
    told = [each.text("ItemOperations:Status") for each in response.children] if response else []
    check(told == [_OK, "6", _OK, _OK], f"the statuses are {told}")
    second.folder_sync()
    counts = [len(each.within(second, folder)) for each in (first, other)]
    check(counts == [2, 1], f"in the folder are {counts}")
    check(first.within(second, bin) == [], "some of it is left behind")


@scenario(
    _S,
    "S05_TC01",
    requirements=(
        "MS-ASCON_R220", "MS-ASCON_R221", "MS-ASCON_R176", "MS-ASCON_R71", "MS-ASCON_R178",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_conversation_is_found_in_all_folders(device: Device) -> None:
    """By its ConversationId; with words beside it what has them, of that conversation alone."""
    thread, word = begun(device), rare_word()
    received(device, "Another", text=word)
    thread.goes_on(words=word)
    bin = device.folder_of_type(BIN)
    moved(device, thread.inbox, bin, thread.ids[0])
    named = node("Search:ConversationId", thread.name)
    results = found_by(device, MAIL, named, options=(node("Search:DeepTraversal"),))
    told = sorted(each.text("AirSync:CollectionId") for each in results)
    check(told == sorted([thread.inbox, thread.inbox, bin]), f"it is found in {told}")
    for each in results:
        found = each.find("Search:Properties", ID)
        check(found is not None and found.data() == thread.name, "another one is found")
    results = found_by(device, MAIL, named, words(word))
    subjects = {each.text("Search:Properties", "Email:Subject") for each in results}
    due = str(thread.told[-1]["Email:Subject"].value)
    check(subjects == {due}, f"with words beside it {subjects} are found, {due!r} is due")
    results = found_by(device, MAIL, node("Search:ConversationId", b"\x07" * 16))
    check(results == [], "there is one that is not there")
