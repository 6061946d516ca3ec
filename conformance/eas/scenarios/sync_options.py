"""MS-ASCMD: what a device may ask of a collection in Sync."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

from conformance.checks import Missing, check
from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.documents import body_preference, options
from conformance.eas.events import END, START, SUBJECT, compact, event, rule, times
from conformance.eas.mailing import arrived, message, received, unique
from conformance.eas.runner import REGISTRY, folder_needed, needs
from conformance.eas.things import CALENDAR, CONTACTS, TASKS, added, changed, words_of
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S, _STATUS = "MS-ASCMD", "AirSync:Status"
_INBOX = 2
_OK, _PROTOCOL = "1", "4"
_BODY = "AirSyncBase:Body"
_LONG = "The quay wall holds. " * 6_000  # longer than any MIMETruncation


def said(*values: tuple[str, object]) -> Node:
    """An Options of elements of AirSync."""
    return node("AirSync:Options", *(node(f"AirSync:{name}", str(value)) for name, value in values))


def status_of(device: Device, id: str, *asked: Node) -> str:
    """Status of a step of a collection, or of the whole where it has none of its own."""
    collection = documents.collection(device.keys.get(id, "0"), id, more=asked)
    reply = device.post("Sync", documents.sync([collection]))
    if reply.root is None:
        return _OK if reply.status == 200 else str(reply.status)
    path = ("AirSync:Collections", "AirSync:Collection", _STATUS)
    told = reply.root.text(_STATUS) or reply.root.text(*path)
    if told == _OK:
        device.take(reply, id)
    return told


def begun(device: Device, type: int) -> str:
    """A default folder, held from empty."""
    id = device.folder_of_type(type)
    device.begin(id)
    return id


@scenario(_S, "S19_TC08", requirements=("MS-ASCMD_R2117",), registry=REGISTRY)
def only_mail_is_synchronised_by_conversations(device: Device) -> None:
    """ConversationMode of other classes is status 4, of mail it is none."""
    needs(device, "14.0", "ConversationMode")
    asked = node("AirSync:ConversationMode", 1)
    for type, due in ((CONTACTS, _PROTOCOL), (CALENDAR, _PROTOCOL), (_INBOX, _OK)):
        told = status_of(device, begun(device, type), asked)
        check(told == due, f"status {told}, {due} is due of the folder of type {type}")


@scenario(_S, "S19_TC45", requirements=("MS-ASCMD_R2107",), registry=REGISTRY)
def a_conversation_comes_whole(device: Device) -> None:
    """Every message of one that has a message within the filter."""
    needs(device, "14.0", "ConversationMode")
    inbox, id, _ = received(device)
    ids = {id}
    for _ in range(2):
        subject = unique("Answer")
        mime = message(device, device, subject)
        check(device.smart("SmartReply", mime, inbox, id).status == 200, "no answer is sent")
        ids.add(arrived(device, subject)[1])
    device.begin(inbox)
    asked = [node("AirSync:ConversationMode", 1)]
    held = device.sync_all(inbox, more=asked, options=said(("FilterType", 1))).items
    check(ids <= held.keys(), f"{ids - held.keys()} do not come")
    for name in ("Email2:ConversationId", "Email2:ConversationIndex"):
        check(all(held[each].get(name) is not None for each in ids), f"no {name}")


@each(
    _S,
    {
        "S19_TC09": (("Email", "Email"), _PROTOCOL),
        "S19_TC42": (("Email", "Calendar"), _PROTOCOL),
        "S19_TC42 SMS": (("Email", "SMS"), _OK),
        "S19_TC42 others": (("Tasks", "Contacts"), _PROTOCOL),
    },
    parameter="case",
    requirements=("MS-ASCMD_R930", "MS-ASCMD_R934", "MS-ASCMD_R935"),
    registry=REGISTRY,
)
def options_are_of_mail_and_text_messages_at_most(
    device: Device, case: tuple[tuple[str, ...], str]
) -> None:
    """The same class twice, or another pair, is status 4."""
    needs(device, "14.0", "Options of a class")
    classes, due = case
    told = status_of(device, begun(device, _INBOX), *(said(("Class", each)) for each in classes))
    check(told == due, f"status {told}, {due} is due")


@scenario(_S, "S19_TC10", requirements=("MS-ASCMD_R2058",), registry=REGISTRY)
def commands_may_be_empty(device: Device) -> None:
    """An empty Commands is no mistake; the step is carried out."""
    subject = unique("Empty")
    inbox = begun(device, _INBOX)
    device.sync_all(inbox)
    device.send(message(device, device, subject), saves=False)
    told = status_of(device, inbox, node("AirSync:Commands"))
    check(told == _OK, f"status {told}")
    arrived(device, subject)


@each(
    _S,
    {
        "S19_TC11": (_INBOX, frozenset(range(6))),
        "S19_TC12 filters": (CALENDAR, frozenset({0, 4, 5, 6, 7})),
        "S19_TC13": (TASKS, frozenset({0, 8})),
        "S19_TC15": (CONTACTS, frozenset(range(9))),
    },
    parameter="case",
    requirements=(
        "MS-ASCMD_R3035", "MS-ASCMD_R3036", "MS-ASCMD_R3037", "MS-ASCMD_R3038", "MS-ASCMD_R3039",
        "MS-ASCMD_R3040", "MS-ASCMD_R3041", "MS-ASCMD_R3042", "MS-ASCMD_R3043", "MS-ASCMD_R3080",
        "MS-ASCMD_R3044", "MS-ASCMD_R3045", "MS-ASCMD_R3046", "MS-ASCMD_R3047", "MS-ASCMD_R3048",
        "MS-ASCMD_R3049", "MS-ASCMD_R3050", "MS-ASCMD_R3051", "MS-ASCMD_R3053", "MS-ASCMD_R3054",
        "MS-ASCMD_R3055", "MS-ASCMD_R3056", "MS-ASCMD_R3057", "MS-ASCMD_R3058", "MS-ASCMD_R3059",
        "MS-ASCMD_R3060", "MS-ASCMD_R3061", "MS-ASCMD_R3079",
    ),
    registry=REGISTRY,
)  # fmt: skip
def each_class_takes_its_filters(device: Device, case: tuple[int, frozenset[int]]) -> None:
    """Those of another class are status 4; contacts have none, and pass over all."""
    type, good = case
    id = begun(device, type)
    told = {f: status_of(device, id, said(("FilterType", f))) for f in range(9)}
    due = {f: _OK if f in good else _PROTOCOL for f in range(9)}
    check(told == due, f"the statuses are {told}")


@scenario(
    _S,
    "S19_TC12",
    requirements=("MS-ASCMD_R3065", "MS-ASCMD_R5878", "MS-ASCMD_R3076"),
    registry=REGISTRY,
)
def what_is_to_come_passes_every_filter(device: Device, second: Device) -> None:
    """An event of next year, and an endless series that began long ago; both without one too."""
    calendar = device.folder_of_type(CALENDAR)
    long_ago = datetime(2015, 3, 2, 9, tzinfo=UTC)
    ahead = datetime.now(UTC).replace(microsecond=0) + timedelta(days=400)
    due = {
        event(device, node(SUBJECT, unique("Ahead")), *times(ahead)),
        event(
            device,
            node(SUBJECT, unique("Endless")),
            *times(long_ago),
            rule({"Type": 1, "Interval": 1, "DayOfWeek": 2}),
        ),
    }
    for asked in (said(("FilterType", 4)), None):
        second.begin(calendar)
        held = second.sync_all(calendar, options=asked).items
        check(due <= held.keys(), f"{due - held.keys()} do not come")
    starts = {words_of(held[id], START) for id in due}
    check(starts == {compact(long_ago), compact(ahead)}, f"they start at {starts}")
    check(all(END in held[id] for id in due), "they have no end")


_TWICE = {
    "S19_TC14": (("FilterType", 0), ("FilterType", 5)),
    "S19_TC20": (("Class", "Email"), ("Class", "Email")),
    "S19_TC22": (("MIMESupport", 0), ("MIMESupport", 0)),
    "S19_TC23": (("MIMETruncation", 8), ("MIMETruncation", 7)),
    "S19_TC41 twice": (("Conflict", 1), ("Conflict", 1)),
}


@each(
    _S,
    _TWICE,
    parameter="twice",
    requirements=(
        "MS-ASCMD_R3075", "MS-ASCMD_R938", "MS-ASCMD_R3404", "MS-ASCMD_R3432", "MS-ASCMD_R2075",
    ),
    registry=REGISTRY,
)  # fmt: skip
def an_option_said_twice_is_passed_over(
    device: Device, twice: tuple[tuple[str, object], ...]
) -> None:
    """No protocol error, and the message comes."""
    _, id, _ = received(device)
    inbox = begun(device, _INBOX)
    told = status_of(device, inbox, said(*twice))
    check(told == _OK, f"status {told}")
    check(id in device.sync_all(inbox).items, "the message does not come")


@scenario(_S, "S19_TC21", requirements=("MS-ASCMD_R3280",), registry=REGISTRY)
def two_bounds_of_recipients_are_passed_over(device: Device) -> None:
    """MaxItems said twice."""
    needs(device, "14.0", "MaxItems")
    id = folder_needed(device, 19, "a recipient information cache")
    device.begin(id)
    told = status_of(device, id, said(("MaxItems", 2), ("MaxItems", 3)))
    check(told == _OK, f"status {told}")


def _mime(data: dict[str, Node]) -> bytes:
    check(_BODY in data, "no Body")
    body = data[_BODY]
    check(body.text("AirSyncBase:Type") == "4", f"the body is of type {body}"[:200])
    return body.data("AirSyncBase:Data")


@scenario(
    _S,
    "S19_TC43",
    requirements=(
        "MS-ASCMD_R3418", "MS-ASCMD_R3419", "MS-ASCMD_R3420", "MS-ASCMD_R3421", "MS-ASCMD_R3422",
        "MS-ASCMD_R3423", "MS-ASCMD_R3424", "MS-ASCMD_R3425", "MS-ASCMD_R3426",
    ),
    registry=REGISTRY,
)  # fmt: skip
def mime_is_cut_where_the_device_says(device: Device) -> None:
    """By each value of MIMETruncation; 8 lets all through."""
    _, id, _ = received(device, text=_LONG)
    sizes = {0: 0, 1: 4096, 2: 5120, 3: 7168, 4: 10240, 5: 20480, 6: 51200, 7: 102400}
    for value in range(9):
        inbox = begun(device, _INBOX)
        asked = said(("MIMETruncation", value), ("MIMESupport", 2))
        asked.children.append(node("AirSyncBase:BodyPreference", node("AirSyncBase:Type", 4)))
        data = device.sync_all(inbox, options=asked).items[id]
        length = len(_mime(data))
        is_cut = data[_BODY].text("AirSyncBase:Truncated") == "1"
        check(is_cut == (value != 8), f"Truncated is {is_cut} with {value}")
        if value == 8:
            check(length > len(_LONG), f"{length} bytes with 8")
        else:
            most = sizes[value]
            check(most - 4 <= length <= most, f"{length} bytes with {value}, {most} are due")


_SIGNED = (
    "From: {0}\r\nTo: {0}\r\nSubject: {1}\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/signed; protocol="application/x-pkcs7-signature"; micalg=sha1;'
    ' boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSigned words\r\n--b\r\n'
    'Content-Type: application/x-pkcs7-signature; name="smime.p7s"\r\n'
    "Content-Transfer-Encoding: base64\r\n"
    'Content-Disposition: attachment; filename="smime.p7s"\r\n\r\n{2}\r\n--b--\r\n'
)


@each(
    _S,
    {"S19_TC18": 1, "S19_TC44": 2},
    parameter="support",
    requirements=("MS-ASCMD_R3408", "MS-ASCMD_R3409", "MS-ASCMD_R3410"),
    registry=REGISTRY,
)
def a_signed_message_comes_as_it_was_sent(device: Device, support: int) -> None:
    """With MIMESupport 1 and 2: Type 4, its size, whether it is cut, and the MIME with its
    signature; of an unsigned message 1 does not."""
    subject, address = unique("Signed"), device.identity.user
    signature = base64.b64encode(b"\x30\x80" + bytes(range(200))).decode()
    device.send(_SIGNED.format(address, subject, signature).encode(), saves=False)
    asked = options(body_preference(1), body_preference(4), mime=support)
    _, _, data = arrived(device, subject, asked)
    mime = _mime(data)
    for part in (b"multipart/signed", b"Signed words", b"application/x-pkcs7-signature"):
        check(part in mime, f"the MIME has no {part!r}")
    body = data[_BODY]
    check(body.text("AirSyncBase:Truncated") in ("", "0"), "it is cut")
    check(int(body.text("AirSyncBase:EstimatedDataSize")) >= len(mime) // 2, "another size")
    _, _, plain = received(device, asked=asked)
    type = plain[_BODY].text("AirSyncBase:Type")
    check(type == ("1" if support == 1 else "4"), f"an unsigned message comes as type {type}")


@scenario(_S, "S19_TC46", requirements=("MS-ASCMD_R4545",), registry=REGISTRY)
def a_collection_has_its_id(device: Device) -> None:
    """Supported without CollectionId is status 4."""
    collection = node(
        "AirSync:Collection",
        node("AirSync:SyncKey", "0"),
        node("AirSync:Supported", node("Contacts:JobTitle")),
    )
    reply = device.post("Sync", documents.sync([collection]))
    told = reply.root.text(_STATUS) if reply.root else str(reply.status)
    check(told == _PROTOCOL, f"it is answered by {told}")


@scenario(_S, "S19_TC50", requirements=("MS-ASCMD_R941",), registry=REGISTRY)
def the_class_of_what_comes_is_that_of_its_folder(device: Device, second: Device) -> None:
    """In 12.1 each collection says it; from 14.0 on a Class says nothing else than its folder."""
    id = added(device, CONTACTS, node("Contacts:FileAs", unique("Class")))
    contacts = begun(second, CONTACTS)
    step = second.sync(contacts, window=512)
    check(step is not None and id in second.held[contacts].items, "the contact does not come")
    told = step.text("AirSync:Class") if step is not None else ""
    check(told == ("Contacts" if device.version == "12.1" else ""), f"the class is {told!r}")
    commands = step.find("AirSync:Commands") if step is not None else None
    classes = {each.text("AirSync:Class") for each in commands.children} if commands else set()
    check(classes <= {"", "Contacts"}, f"the items' classes are {classes}")


@scenario(_S, "S19_TC12 past", requirements=("MS-ASCMD_R2987",), registry=REGISTRY)
def a_filter_leaves_out_what_is_past(device: Device, second: Device) -> None:
    """An event that ended two months ago comes without a filter, and with two weeks does not."""
    past = datetime.now(UTC).replace(microsecond=0) - timedelta(days=60)
    id = event(device, node(SUBJECT, unique("Past")), *times(past))
    calendar = begun(second, CALENDAR)
    check(id in second.sync_all(calendar).items, "it does not come without a filter")
    second.begin(calendar)
    if id in second.sync_all(calendar, options=said(("FilterType", 4))).items:
        raise Missing("a filter of events by their age")


@scenario(_S, "S19_TC49", requirements=("MS-ASCMD_R3967",), registry=REGISTRY)
def what_leaves_the_filter_leaves_the_device_softly(device: Device, second: Device) -> None:
    """A task that is done, where those that are not done are asked for; the mailbox keeps it."""
    subject = node("Tasks:Subject", unique("Done"))
    id = added(device, TASKS, subject, node("Tasks:Complete", 0))
    asked = said(("FilterType", 8))
    tasks = begun(second, TASKS)
    check(id in second.sync_all(tasks, options=asked).items, "it does not come while it is open")
    done = [node("Tasks:Complete", 1), node("Tasks:DateCompleted", "2026-01-02T00:00:00.000Z")]
    changed(device, TASKS, id, subject, *done)
    step = second.sync(tasks, options=asked)
    commands = step.find("AirSync:Commands") if step is not None else None
    told = [(c.name, c.text("AirSync:ServerId")) for c in commands.children] if commands else []
    if told == [("AirSync:Change", id)]:
        raise Missing("a filter of tasks that are done")
    check(told == [("AirSync:SoftDelete", id)], f"what is told is {told}")
    second.begin(tasks)
    check(id in second.sync_all(tasks, options=said(("FilterType", 0))).items, "it is gone")
