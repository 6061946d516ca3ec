"""MS-ASEMAIL: drafts of devices, from 16.0 on; and mail that is found by Find."""

from __future__ import annotations

from conformance.checks import check
from conformance.eas.device import Device
from conformance.eas.documents import add, options
from conformance.eas.mailing import arrived, rare_word, received, unique
from conformance.eas.meetings import until
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.scenarios.search import found_by
from conformance.eas.things import (
    DRAFTS,
    SENT,
    added,
    body,
    fetched,
    place,
    synced,
    words_of,
)
from conformance.eas.wbxml import Node, node
from conformance.scenario import scenario

_S, _E, _E2 = "MS-ASEMAIL", "Email", "Email2"
_SUBJECT, _DRAFT, _BCC = f"{_E}:Subject", f"{_E2}:IsDraft", f"{_E2}:Bcc"


def _parts(device: Device, other: Device, word: str = "Words") -> list[Node]:
    return [
        node(_SUBJECT, unique("Draft")),
        node(f"{_E}:To", device.identity.user),
        node(_BCC, other.identity.user),
        body(word),
    ]


@scenario(
    _S,
    "S01_TC26",
    requirements=(
        "MS-ASEMAIL_R1278", "MS-ASEMAIL_R1277", "MS-ASEMAIL_R1184", "MS-ASEMAIL_R1190",
        "MS-ASEMAIL_R1389",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_draft_says_that_it_is_one(device: Device, second: Device, other: Device) -> None:
    """By Sync, ItemOperations and Search; with its blind copies, in a conversation of its own."""
    needs(device, "16.0", "drafts of devices")
    word = rare_word()
    parts = _parts(device, other, f"It says {word}")
    id = added(device, DRAFTS, *parts)
    told = synced(second, DRAFTS, id)
    check(words_of(told, _SUBJECT) == str(parts[0].value), f"it is {told.get(_SUBJECT)}")
    check(other.identity.user in words_of(told, _BCC), f"Bcc is {told.get(_BCC)}")
    for name in ("ConversationId", "ConversationIndex"):
        check(bool(told.get(f"{_E2}:{name}", node(_E)).value), f"there is no {name}")
    (fetch,) = fetched(device, DRAFTS, id)
    (result,) = found_by(device, *place(device, _E, DRAFTS), node("Search:FreeText", word))
    marks = {
        "Sync": words_of(told, _DRAFT),
        "ItemOperations": fetch.text(_DRAFT),
        "Search": result.text("Search:Properties", _DRAFT),
    }
    check(set(marks.values()) == {"1"}, f"IsDraft is {marks}")


@scenario(_S, "S01_TC27", requirements=("MS-ASEMAIL_R1279",), registry=REGISTRY)
def a_draft_that_is_sent_is_none(device: Device, second: Device, other: Device) -> None:
    """It is in Sent Items and at its readers', and no longer among the drafts."""
    needs(device, "16.0", "drafts of devices")
    drafts, sent = device.folder_of_type(DRAFTS), device.folder_of_type(SENT)
    parts = _parts(device, other)
    subject = str(parts[0].value)
    for each in (device, second):
        each.sync_all(drafts)
    device.change(drafts, add("sent at once", *parts, sends=True))
    for reader in (device, other):
        _, _, data = arrived(reader, subject)
        check(words_of(data, _DRAFT) == "0", f"IsDraft is {data.get(_DRAFT)}")
    check(f"{_E2}:ReceivedAsBcc" in data, "the blind copy does not say what it is")

    def copies(folder: str) -> list[dict[str, Node]]:
        held = second.sync_all(folder, options=options()).items.values()
        return [each for each in held if words_of(each, _SUBJECT) == subject]

    until("no copy is kept", lambda: bool(copies(sent)))
    check([words_of(each, _DRAFT) for each in copies(sent)] == ["0"], "the copy is a draft")
    check(not copies(drafts), "it is among the drafts still")


@scenario(
    _S,
    "S01_TC32",
    requirements=("MS-ASEMAIL_R6000", "MS-ASEMAIL_R6001"),
    registry=REGISTRY,
)
def a_message_is_found_by_find(device: Device) -> None:
    """With its elements."""
    needs(device, "16.1", "Find")
    word = rare_word()
    inbox, id, data = received(device, text=f"It says {word}")
    asked = node("Find:Query", node("AirSync:Class", _E), node("AirSync:CollectionId", inbox),
                 node("Find:FreeText", word))  # fmt: skip
    criterion = node(
        "Find:MailBoxSearchCriterion",
        asked,
        node("Find:Options", node("Find:Range", "0-9")),
    )
    answer = device.ask(
        "Find",
        node(
            "Find:Find",
            node("Find:SearchId", "3e36ba4f-4a0b-45a9-8e0b-8f2c6a6fd911"),
            node("Find:ExecuteSearch", criterion),
        ),
    )
    response = answer.find("Find:Response")
    results = list(response.all("Find:Result")) if response is not None else []
    check([each.text("AirSync:ServerId") for each in results] == [id], f"it finds {answer}")
    shown = results[0].find("Find:Properties") or node("Find:Properties")
    for name in ("Subject", "DateReceived", "DisplayTo", "Read", "Importance"):
        told = shown.text(f"{_E}:{name}")
        check(told == words_of(data, f"{_E}:{name}"), f"{name} is {told!r}")
    author = shown.text(f"{_E}:From")
    check(author != "" and author in words_of(data, f"{_E}:From"), f"From is {author!r}")
