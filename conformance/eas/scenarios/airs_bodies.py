"""MS-ASAIRS S02: bodies as the device prefers them, by each of the commands that give them."""

from __future__ import annotations

import base64
import binascii

from conformance.checks import Missing, check
from conformance.eas.device import Device
from conformance.eas.documents import body_preference, change, options
from conformance.eas.given import Data, given, given_again
from conformance.eas.http import MULTIPART
from conformance.eas.mailing import arrived, rare_word, received, unique
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.things import CONTACTS, added, data_of, synced, words_of
from conformance.eas.tnef import RTF_WORDS, rich, winmail
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S = "MS-ASAIRS"
_B, _BODY, _NATIVE = "AirSyncBase", "AirSyncBase:Body", "AirSyncBase:NativeBodyType"
_TEXT, _HTML, _RTF, _MIME = 1, 2, 3, 4
_PAGE = "<p>The <b>quay</b> wall holds.</p>"
_MANY = 100_000


def _body(command: str, data: Data) -> Node:
    check(_BODY in data, f"{command} gives no Body")
    return data.get(_BODY, node(_BODY))


@each(
    _S,
    {
        "S02_TC04": body_preference(_TEXT, _MANY, all_or_none=False),
        "S02_TC06": body_preference(_TEXT, _MANY),
    },
    parameter="preference",
    requirements=(
        "MS-ASAIRS_R380",
        "MS-ASAIRS_R381",
        "MS-ASAIRS_R382",
        "MS-ASAIRS_R422",
        "MS-ASAIRS_R423",
        "MS-ASAIRS_R424",
        "MS-ASAIRS_R277",
    ),
    registry=REGISTRY,
)
def a_body_within_the_size_comes_whole(device: Device, preference: Node) -> None:
    """And is not called truncated."""
    for command, (data, word) in given(device, preference).items():
        body = _body(command, data)
        check(word in body.text(f"{_B}:Data"), f"{command} does not give all of it")
        check(body.text(f"{_B}:Truncated") != "1", f"{command} says that it is truncated")


@scenario(
    _S,
    "S02_TC10",
    requirements=("MS-ASAIRS_R105", "MS-ASAIRS_R386", "MS-ASAIRS_R113", "MS-ASAIRS_R108"),
    registry=REGISTRY,
)
def a_message_has_a_body_before_and_after_a_change(device: Device) -> None:
    """Though the device says nothing of bodies; it has a Type at least."""
    word = rare_word()
    inbox, id, data = received(device, text=f"Words {word}", asked=options())
    before = {"Sync": (data, word)} | given_again(device, id, word)
    device.change(inbox, change(id, node("Email:Read", 1)))
    device.begin(inbox)
    again = device.sync_all(inbox, options=options()).items
    check(id in again, "the message is gone")
    after = {"Sync": (again[id], word)} | given_again(device, id, word)
    for state, found in (("0", before), ("1", after)):
        for command, (told, _) in found.items():
            check(words_of(told, "Email:Read") == state, f"{command}: Read is not {state}")
            check(_body(command, told).text(f"{_B}:Type") != "", f"{command} gives no Type")


@scenario(
    _S,
    "S02_TC11",
    requirements=("MS-ASAIRS_R11500", "MS-ASAIRS_R406", "MS-ASAIRS_R279"),
    registry=REGISTRY,
)
def truncated_means_nothing_in_a_request(device: Device, second: Device) -> None:
    """What a device sends is kept whole, whatever it says."""
    needs(device, "12.1", "Truncated in a request", last="14.1")
    words = unique("Words that stay")
    for said in (None, 1, 0):
        sent = node(
            _BODY,
            node(f"{_B}:Type", _TEXT),
            node(f"{_B}:Truncated", said) if said is not None else None,
            node(f"{_B}:Data", words),
        )
        id = added(device, CONTACTS, node("Contacts:FileAs", unique("Cut")), sent)
        data = synced(second, CONTACTS, id)
        check(data_of(data).strip() == words, f"with Truncated {said} it is {data_of(data)!r}")
        cut = data[_BODY].text(f"{_B}:Truncated")
        check(cut != "1", f"with Truncated {said} it comes truncated")


@scenario(
    _S,
    "S02_TC12",
    requirements=(
        "MS-ASAIRS_R306", "MS-ASAIRS_R239", "MS-ASAIRS_R179", "MS-ASAIRS_R241", "MS-ASAIRS_R2412",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_message_in_rtf_comes_in_rtf(device: Device) -> None:
    """In base64, as it was written; or in another type that is told, with all of its words."""
    subject = unique("Rich")
    device.send(rich(device, subject, winmail()), saves=False)
    _, _, data = arrived(device, subject, options(body_preference(_RTF)))
    body = _body("Sync", data)
    type, native = body.text(f"{_B}:Type"), words_of(data, _NATIVE)
    if type == str(_RTF):
        check(native == type, f"NativeBodyType is {native}")
        check(_is_base64(body.text(f"{_B}:Data")), "the RTF is not in base64")
        return
    check(native != str(_RTF), f"it is RTF, and comes as {type}")
    check(RTF_WORDS in body.text(f"{_B}:Data"), "its words are lost")
    raise Missing("messages that stay RTF")


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode("".join(text.split()), validate=True))
    except binascii.Error:
        return False


@scenario(
    _S,
    "S02_TC13",
    requirements=(
        "MS-ASAIRS_R305", "MS-ASAIRS_R238", "MS-ASAIRS_R2411", "MS-ASAIRS_R307", "MS-ASAIRS_R178",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_page_comes_as_what_it_is(device: Device) -> None:
    """HTML, and says so; MIME where that is asked for."""
    for command, (data, word) in given(device, body_preference(_HTML), html=_PAGE).items():
        body = _body(command, data)
        check(body.text(f"{_B}:Type") == "2", f"{command} gives another type")
        check(words_of(data, _NATIVE) == "2", f"{command} says that it is no page")
        told = body.text(f"{_B}:Data")
        check("<b>quay</b>" in told and word in told, f"{command} does not give the page")
    asked = options(body_preference(_MIME), mime=2)
    _, _, data = received(device, text="Words", html=_PAGE, asked=asked)
    body = _body("Sync", data)
    check(body.text(f"{_B}:Type") == "4", f"the Type is {body.text(f'{_B}:Type')}")
    check("Content-Type:" in body.text(f"{_B}:Data"), "it is no MIME")
    check(words_of(data, _NATIVE) == "2", "NativeBodyType is that of the MIME")


@scenario(
    _S,
    "S02_TC13 other types",
    requirements=("MS-ASAIRS_R2412", "MS-ASAIRS_R241", "MS-ASAIRS_R304", "MS-ASAIRS_R237"),
    registry=REGISTRY,
)
def the_own_type_of_a_body_is_told_beside_another(device: Device) -> None:
    """A page as text, a text as HTML."""
    for html, native, asked in ((_PAGE, "2", _TEXT), ("", "1", _HTML)):
        for command, (data, word) in given(device, body_preference(asked), html=html).items():
            body = _body(command, data)
            told = body.text(f"{_B}:Type"), words_of(data, _NATIVE)
            check(told == (str(asked), native), f"{command}: Type, NativeBodyType are {told}")
            check(word in body.text(f"{_B}:Data"), f"{command} loses words")
            has_tags = "<" in body.text(f"{_B}:Data")
            check(has_tags == (asked == _HTML), f"{command} gives another form")


@scenario(
    _S,
    "S02_TC14",
    requirements=("MS-ASAIRS_R176", "MS-ASAIRS_R117", "MS-ASAIRS_R500910"),
    registry=REGISTRY,
)
def a_body_is_a_part_of_an_answer_in_parts(device: Device) -> None:
    """By its number; the answer itself has no data."""
    inbox, id, _ = received(device, text="Words", html=_PAGE)
    asked = node(
        "ItemOperations:ItemOperations",
        node(
            "ItemOperations:Fetch",
            node("ItemOperations:Store", "Mailbox"),
            node("AirSync:CollectionId", inbox),
            node("AirSync:ServerId", id),
            node("ItemOperations:Options", body_preference(_HTML)),
        ),
    )
    path = ("ItemOperations:Response", "ItemOperations:Fetch", "ItemOperations:Properties")
    for multipart in (True, False):
        reply = device.post("ItemOperations", asked, multipart=multipart)
        kind = {name.lower(): value for name, value in reply.headers.items()}["content-type"]
        check(kind.startswith(MULTIPART) == multipart, f"the type is {kind!r}")
        body = reply.root.find(*path, _BODY) if reply.root is not None else None
        check(body is not None, "there is no Body")
        part = body.text("ItemOperations:Part") if body is not None else ""
        has_data = body is not None and body.find(f"{_B}:Data") is not None
        check((part != "", has_data) == (multipart, not multipart), f"the body is {body}")
        if multipart:
            check(b"<b>quay</b>" in reply.parts[int(part) - 1], f"the parts are {reply.parts}")
