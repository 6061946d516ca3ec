"""MS-ASAIRS and the mail commands of MS-ASCMD."""

from __future__ import annotations

import base64

from conformance.checks import check
from conformance.eas.device import Device
from conformance.eas.documents import body_preference, options
from conformance.eas.mailing import arrived, message, rare_word, received, unique
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_CMD, _AIRS = "MS-ASCMD", "MS-ASAIRS"
_BODY = "AirSyncBase:Body"
_WORDS = "The quay wall holds. " * 20


def _body(device: Device, *preferences: Node, mime: int = 0, **content: str) -> Node:
    _, _, data = received(
        device, asked=options(*preferences, mime=mime), **(content or {"text": _WORDS})
    )
    check(_BODY in data, "no Body")
    return data[_BODY]


@scenario(_CMD, "S15_TC01", requirements=("MS-ASCMD_R463",), registry=REGISTRY)
def mail_is_sent_and_kept(device: Device) -> None:
    """An answer without a body; one copy in Sent Items, one in the inbox."""
    subject = unique("Sent")
    reply = device.send(message(device, device, subject))
    check(reply.status == 200 and reply.body == b"", f"HTTP {reply.status} {reply.body!r}")
    arrived(device, subject)
    sent = device.sync_all(device.folder_of_type(5)).items.values()
    check(sum(data["Email:Subject"].value == subject for data in sent) == 1, "no copy is kept")


@scenario(_CMD, "status 118", requirements=("MS-ASCMD_R4847",), registry=REGISTRY)
def a_message_is_sent_once(device: Device) -> None:
    """The same ClientId again."""
    needs(device, "14.0", "ClientId")
    subject, name = unique("Once"), unique("id")[:40]
    for due in ("", "118"):
        reply = device.send(message(device, device, subject), client_id=name)
        told = reply.root.text("ComposeMail:Status") if reply.root else ""
        check(told == due, f"status {told!r}, {due!r} is due")
    arrived(device, subject)
    held = device.held[device.folder_of_type(2)].items.values()
    check(sum(data["Email:Subject"].value == subject for data in held) == 1, "it came twice")


@scenario(_AIRS, "S02_TC01", requirements=("MS-ASAIRS_R78",), registry=REGISTRY)
def all_or_none_gives_all_where_it_fits(device: Device) -> None:
    """A size beyond the body's."""
    body = _body(device, body_preference(1, 5_000, all_or_none=True))
    check("The quay wall holds." in body.text("AirSyncBase:Data"), "no data")
    check(body.text("AirSyncBase:Truncated") != "1", "truncated")


@scenario(_AIRS, "S02_TC02", requirements=("MS-ASAIRS_R78", "MS-ASAIRS_R202"), registry=REGISTRY)
def all_or_none_gives_none_where_it_does_not_fit(device: Device) -> None:
    """The size is told all the same."""
    body = _body(device, body_preference(1, 10, all_or_none=True))
    check(body.text("AirSyncBase:Data") == "", "data came")
    check(int(body.text("AirSyncBase:EstimatedDataSize")) >= len(_WORDS), "no size")


@each(
    _AIRS,
    {"S02_TC03": 10, "S02_TC05": 50},
    parameter="size",
    requirements=("MS-ASAIRS_R180", "MS-ASAIRS_R202"),
    registry=REGISTRY,
)
def a_truncated_body_says_so(device: Device, size: int) -> None:
    """At most the bytes asked for, and the size of the whole."""
    body = _body(device, body_preference(1, size))
    check(len(body.text("AirSyncBase:Data").encode()) <= size, "more than was asked for")
    check(body.text("AirSyncBase:Truncated") == "1", "Truncated is not said")
    check(int(body.text("AirSyncBase:EstimatedDataSize")) > size, "no size of the whole")


@scenario(_AIRS, "S02_TC07", requirements=("MS-ASAIRS_R401",), registry=REGISTRY)
def without_a_size_all_comes(device: Device) -> None:
    """BodyPreference with a Type alone."""
    body = _body(device, body_preference(1))
    check(body.text("AirSyncBase:Data").strip() == _WORDS.strip(), "not all came")


@scenario(_AIRS, "S02_TC08", requirements=("MS-ASAIRS_R77",), registry=REGISTRY)
def of_several_types_the_items_own_comes(device: Device) -> None:
    """HTML of a page."""
    body = _body(
        device, body_preference(1), body_preference(2), text="Plain", html="<p>A <b>page</b></p>"
    )
    check(body.text("AirSyncBase:Type") == "2", f"type {body.text('AirSyncBase:Type')}")
    check("<b>page</b>" in body.text("AirSyncBase:Data"), "not the page")


@scenario(_AIRS, "S02_TC09", requirements=("MS-ASAIRS_R250",), registry=REGISTRY)
def a_preview_is_no_longer_than_asked(device: Device) -> None:
    """From 14.0 on, of a page that does not come whole."""
    needs(device, "14.0", "Preview")
    body = _body(
        device, body_preference(2, 0, preview=18), text="The quay wall holds and holds", html=""
    )
    shown = body.text("AirSyncBase:Preview")
    check(0 < len(shown) <= 18, f"the preview is {shown!r}")


@scenario(_AIRS, "S01_TC05", requirements=("MS-ASAIRS_R133",), registry=REGISTRY)
def the_part_of_a_message_is_html(device: Device) -> None:
    """BodyPartPreference, from 14.1 on."""
    needs(device, "14.1", "BodyPart")
    part = node(
        "AirSyncBase:BodyPartPreference",
        node("AirSyncBase:Type", 2),
        node("AirSyncBase:TruncationSize", 20),
    )
    _, _, data = received(device, text=_WORDS, asked=options(part))
    check("AirSyncBase:BodyPart" in data, "no BodyPart")
    found = data["AirSyncBase:BodyPart"]
    check(found.text("AirSyncBase:Status") == "1", "no status")
    check(len(found.text("AirSyncBase:Data").encode()) <= 20, "more than was asked for")


@scenario(_AIRS, "S03_TC02", requirements=("MS-ASAIRS_R211",), registry=REGISTRY)
def a_file_is_listed_and_fetched(device: Device) -> None:
    """Name, size, reference; and the bytes."""
    content = bytes(range(256)) * 20
    _, _, data = received(device, file=("file.bin", content))
    (file,) = data["AirSyncBase:Attachments"].children
    check(file.text("AirSyncBase:DisplayName") == "file.bin", "another name")
    check(file.text("AirSyncBase:Method") == "1", "another method")
    check(file.find("AirSyncBase:EstimatedDataSize") is not None, "no size")
    reply = device.fetch_attachment(file.text("AirSyncBase:FileReference"))
    path = ("ItemOperations:Response", "ItemOperations:Fetch", "ItemOperations:Properties")
    told = reply.root.text(*path, "ItemOperations:Data") if reply.root else ""
    check(base64.b64decode(told) == content, "other bytes")


@scenario(_AIRS, "S03_TC01", requirements=("MS-ASAIRS_R210",), registry=REGISTRY)
def a_reference_of_no_length_is_refused(device: Device) -> None:
    """Status 15, or another one that says that it is not there."""
    reply = device.fetch_attachment("")
    path = ("ItemOperations:Response", "ItemOperations:Fetch", "ItemOperations:Status")
    told = reply.root.text(*path) if reply.root else str(reply.status)
    check(told not in ("", "1"), f"status {told!r}")


@scenario(_CMD, "S14_TC01", requirements=("MS-ASCMD_R3718",), registry=REGISTRY)
def mail_is_found_by_its_words(device: Device) -> None:
    """With Range and Total; none found is one empty Result."""
    word = rare_word()
    received(device, text=f"It says {word} inside")
    for words, due in ((word, 1), (f"{word}nothing", 0)):
        answer = device.ask(
            "Search",
            node(
                "Search:Search",
                node(
                    "Search:Store",
                    node("Search:Name", "Mailbox"),
                    node(
                        "Search:Query",
                        node(
                            "Search:And",
                            node("AirSync:Class", "Email"),
                            node("Search:FreeText", words),
                        ),
                    ),
                    node("Search:Options", node("Search:Range", "0-9")),
                ),
            ),
        )
        store = answer.find("Search:Response", "Search:Store")
        check(store is not None and store.text("Search:Status") == "1", "it is refused")
        results = [each for each in store.all("Search:Result") if each.children] if store else []
        check(len(results) == due, f"{len(results)} results, {due} are due")


@scenario(_CMD, "S13_TC12", requirements=("MS-ASCMD_R3825",), registry=REGISTRY)
def names_are_resolved_in_order(device: Device, other: Device) -> None:
    """One response for each."""
    asked = [other.identity.user, "nobody-like-that", device.identity.user]
    answer = device.ask(
        "ResolveRecipients",
        node(
            "ResolveRecipients:ResolveRecipients",
            *(node("ResolveRecipients:To", name) for name in asked),
        ),
    )
    told = [each.text("ResolveRecipients:To") for each in answer.all("ResolveRecipients:Response")]
    check(told == asked, f"the responses are {told}")
