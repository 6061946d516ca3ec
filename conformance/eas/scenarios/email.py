"""MS-ASEMAIL: what a message says, how it is fetched and found, what nobody may change of it."""

from __future__ import annotations

from conformance.checks import check
from conformance.eas.device import Device
from conformance.eas.documents import body_preference, options
from conformance.eas.flags import FLAG
from conformance.eas.mailing import arrived, message, rare_word, received, unique
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.scenarios.search import found_by, query, searched
from conformance.eas.things import (
    CONVERSION,
    INBOX,
    OK,
    change_status,
    fetched,
    list_of,
    place,
    schema,
    synced,
    words_of,
)
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S, _E, _E2, _B = "MS-ASEMAIL", "Email", "Email2", "AirSyncBase"
_SUBJECT, _INDEX = f"{_E}:Subject", f"{_E2}:ConversationIndex"
_BODY, _DATA = f"{_B}:Body", f"{_B}:Data"
_BCC, _SENDER = f"{_E2}:ReceivedAsBcc", f"{_E2}:Sender"
_WORDS = "The quay wall holds. " * 20
_LEVEL_BYTES = 5  # of a ConversationIndex, for each answer (MS-ASCON 2.2.2.4)


@scenario(_S, "S01_TC01", requirements=("MS-ASEMAIL_R350", "MS-ASEMAIL_R649"), registry=REGISTRY)
def a_message_has_a_place_in_its_conversation(device: Device) -> None:
    """Without a wish for its body; and it does not say that it came as a blind copy."""
    _, _, data = received(device, asked=options())
    check(words_of(data, _SUBJECT) != "", "it has no subject")
    if device.version != "12.1":
        check(_INDEX in data, f"there is no ConversationIndex in {sorted(data)}")
    check(_BCC not in data, "it says that it came as a blind copy")


@scenario(
    _S,
    "S01_TC02",
    requirements=(
        "MS-ASEMAIL_R142", "MS-ASEMAIL_R1057", "MS-ASEMAIL_R439", "MS-ASEMAIL_R318",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_message_has_what_a_list_shows(device: Device) -> None:
    """And its words; where it has no flag and no categories, empty elements say so."""
    _, _, data = received(device, asked=options(body_preference(1, 5120)), text=_WORDS)
    for name in ("From", "To", "Subject", "DateReceived", "Read", "Importance", "MessageClass"):
        check(f"{_E}:{name}" in data, f"no {name}")
    check(words_of(data, f"{_E}:Read") == "0", "it is read")
    check(words_of(data, f"{_E}:DateReceived").endswith("Z"), "another form of date")
    check("quay wall" in data[_BODY].text(_DATA), f"the body is {data[_BODY]}")
    check(FLAG in data and not data[FLAG].children, f"the flag is {data.get(FLAG)}")
    if device.version != "12.1":
        check(f"{_E}:Categories" in data, "there is no Categories")
        check(not list_of(data, f"{_E}:Categories"), "it is in a category")


@each(
    _S,
    {
        "S01_TC11": node(_SENDER, "somebody@demo.example"),
        "S01_TC14": node(_BCC, 0),
        "S01_TC17": node(f"{_E2}:ConversationId", bytes(16)),
        "S02_TC02": node(f"{_E2}:UmCallerID", "+4930123456"),
        "S02_TC03": node(f"{_E2}:UmUserNotes", "Call back"),
    },
    parameter="part",
    requirements=(
        "MS-ASEMAIL_R723", "MS-ASEMAIL_R648", "MS-ASEMAIL_R347", "MS-ASEMAIL_R817",
        "MS-ASEMAIL_R835",
    ),
    registry=REGISTRY,
)  # fmt: skip
def what_the_server_says_is_not_changed(device: Device, second: Device, part: Node) -> None:
    """Status 6 of that item, and of the same change nothing is done."""
    needs(device, "14.0", part.name)
    _, id, _ = received(device)
    status = change_status(device, INBOX, id, node(f"{_E}:Read", 1), part)
    check(status == CONVERSION, f"status {status}")
    data = synced(second, INBOX, id)
    check(words_of(data, f"{_E}:Read") == "0", "the rest of it was done")
    check(words_of(data, part.name) != str(part.value), f"{part.name} was changed")


def _posted(device: Device, to: Device, **heads: str) -> str:
    """The subject of a message with more header lines. Raises Failure where it is refused."""
    subject = unique("Mail")
    lines = "".join(f"{name}: {value}\r\n" for name, value in heads.items()).encode()
    reply = device.send(lines + message(device, to, subject))
    check(reply.status == 200 and not reply.body, f"HTTP {reply.status} {reply.body!r}")
    return subject


@scenario(_S, "S01_TC12", requirements=("MS-ASEMAIL_R726",), registry=REGISTRY)
def a_sender_who_is_the_author_is_not_said(device: Device, other: Device) -> None:
    """The message names him twice."""
    needs(device, "14.0", "Sender")
    _, _, data = arrived(other, _posted(device, other, Sender=device.identity.user))
    check(device.identity.user in words_of(data, f"{_E}:From"), f"From is {data[f'{_E}:From']}")
    check(_SENDER not in data, f"Sender is {data.get(_SENDER)}")


@scenario(_S, "S01_TC13", requirements=("MS-ASEMAIL_R1065",), registry=REGISTRY)
def without_a_sender_none_is_said(device: Device, other: Device) -> None:
    """The message names its author alone."""
    _, _, data = arrived(other, _posted(device, other))
    check(device.identity.user in words_of(data, f"{_E}:From"), f"From is {data[f'{_E}:From']}")
    check(_SENDER not in data, f"Sender is {data.get(_SENDER)}")


@scenario(_S, "ReceivedAsBcc", requirements=("MS-ASEMAIL_R646",), registry=REGISTRY)
def a_blind_copy_says_that_it_is_one(device: Device, other: Device) -> None:
    """To the one who got it so, and to nobody else."""
    needs(device, "14.0", "ReceivedAsBcc")
    subject = _posted(device, device, Bcc=other.identity.user)
    _, _, data = arrived(other, subject)
    check(words_of(data, _BCC) == "1", f"it is {data.get(_BCC)}")
    check(other.identity.user not in words_of(data, f"{_E}:To"), "To names the hidden one")
    _, _, own = arrived(device, subject)
    check(_BCC not in own, "the other copy says it, too")


@scenario(
    _S,
    "S01_TC15",
    requirements=(
        "MS-ASEMAIL_R328", "MS-ASEMAIL_R400", "MS-ASEMAIL_R331", "MS-ASEMAIL_R711",
        "MS-ASEMAIL_R787", "MS-ASEMAIL_R510", "MS-ASEMAIL_R351", "MS-ASEMAIL_R1054",
    ),
    registry=REGISTRY,
)  # fmt: skip
def many_addresses_are_set_apart(device: Device, other: Device) -> None:
    """Commas in To and Cc, semicolons in names and ReplyTo; an answer goes one level deeper."""
    one, two = device.identity.user, other.identity.user
    subject, both = unique("Many"), f"{one}, {two}"
    heads = {"From": one, "To": both, "Cc": both, "Reply-To": both, "Subject": subject}
    lines = "".join(f"{name}: {value}\r\n" for name, value in heads.items())
    device.send(f"{lines}\r\nWords\r\n".encode())
    arrived(device, subject)
    _, id, data = arrived(other, subject)
    for name, sign in (("To", ","), ("Cc", ","), ("ReplyTo", ";"), ("DisplayTo", ";")):
        told = words_of(data, f"{_E}:{name}")
        check(told.count(sign) == 1, f"{name} is {told!r}")
    for name in ("To", "Cc", "ReplyTo"):
        told = words_of(data, f"{_E}:{name}")
        check(one in told and two in told, f"{name} is {told!r}")
    _check_answer(device, other, id, data, "SmartReply", {"1", "2"})


@scenario(_S, "S01_TC16", requirements=("MS-ASEMAIL_R352", "MS-ASEMAIL_R510"), registry=REGISTRY)
def what_is_passed_on_goes_one_level_deeper(device: Device, other: Device) -> None:
    """And the original says what was done with it at last."""
    needs(device, "14.0", "LastVerbExecuted")
    _, id, data = arrived(other, _posted(device, other))
    _check_answer(device, other, id, data, "SmartForward", {"3"})


def _check_answer(
    device: Device, other: Device, id: str, data: dict[str, Node], command: str, verbs: set[str]
) -> None:
    """``other`` answers a message or passes it on to ``device``."""
    if device.version == "12.1":
        return
    check(f"{_E2}:LastVerbExecuted" not in data, "something was done with it before")
    subject = f"{'RE' if command == 'SmartReply' else 'FW'}: {words_of(data, _SUBJECT)}"
    mime = message(other, device, subject)
    reply = other.smart(command, mime, other.folder_of_type(INBOX), id)
    check(reply.status == 200 and not reply.body, f"HTTP {reply.status} {reply.body!r}")
    now = synced(other, INBOX, id)
    verb = words_of(now, f"{_E2}:LastVerbExecuted")
    check(verb in verbs, f"LastVerbExecuted is {verb!r}")
    when = words_of(now, f"{_E2}:LastVerbExecutionTime")
    check(when.endswith("Z"), f"LastVerbExecutionTime is {when!r}")
    _, _, answer = arrived(device, subject)
    first, second = data[_INDEX].data(), answer[_INDEX].data()
    check(len(first) == _LEVEL_BYTES, f"the index of the first is {first.hex()}")
    check(len(second) == 2 * _LEVEL_BYTES, f"the index of the answer is {second.hex()}")
    check(second.startswith(first), f"the answer's is {second.hex()}, after {first.hex()}")
    one, other_one = (each[f"{_E2}:ConversationId"].data() for each in (data, answer))
    check(one == other_one, "the answer is of another conversation")


@scenario(_S, "S01_TC18", requirements=("MS-ASEMAIL_R603",), registry=REGISTRY)
def what_cannot_be_delivered_comes_back(device: Device) -> None:
    """As a report, of a class that says so."""
    subject, domain = unique("Nobody"), device.identity.user.partition("@")[2]
    heads = f"From: {device.identity.user}\r\nTo: {rare_word()}@{domain}\r\nSubject: {subject}"
    device.send(f"{heads}\r\n\r\nWords\r\n".encode(), saves=False)
    _, _, data = arrived(device, subject, is_part=True)
    kind = words_of(data, f"{_E}:MessageClass")
    check(kind.upper().startswith("REPORT.") and kind.upper().endswith(".NDR"), f"it is {kind}")


@scenario(_S, "S01_TC19", requirements=("MS-ASEMAIL_R61", "MS-ASEMAIL_R63"), registry=REGISTRY)
def a_fetch_gives_no_more_than_its_schema(device: Device) -> None:
    """The subject alone."""
    _, id, data = received(device)
    (found,) = fetched(device, INBOX, id, options=(schema(_SUBJECT),))
    check([child.name for child in found.children] == [_SUBJECT], f"it gives {found}")
    check(found.text(_SUBJECT) == words_of(data, _SUBJECT), "the subject differs")


@scenario(_S, "S01_TC20", requirements=("MS-ASEMAIL_R61",), registry=REGISTRY)
def a_fetch_gives_the_message_with_its_words(device: Device) -> None:
    """Where its body is wished for; and the part of it that is new, from 14.1 on."""
    _, id, data = received(device, text=_WORDS)
    wishes = [body_preference(1, 5120, all_or_none=True)]
    if float(device.version) >= 14.1:
        sizes = (node(f"{_B}:TruncationSize", 5120), node(f"{_B}:AllOrNone", 1))
        wishes.append(node(f"{_B}:BodyPartPreference", node(f"{_B}:Type", 2), *sizes))
    (found,) = fetched(device, INBOX, id, options=tuple(wishes))
    check(found.text(_SUBJECT) == words_of(data, _SUBJECT), "the subject differs")
    check(found.text(_BODY, _DATA).strip() == _WORDS.strip(), f"it gives {found}")
    if len(wishes) > 1:
        part = found.text(f"{_B}:BodyPart", _DATA)
        check("quay wall" in part, f"the part is {part!r}")


@each(
    _S,
    {"S01_TC21": (10, False), "S01_TC22": (5120, True)},
    parameter="case",
    requirements=("MS-ASEMAIL_R61",),
    registry=REGISTRY,
)
def a_fetch_cuts_words_off_or_not(device: Device, case: tuple[int, bool]) -> None:
    """As TruncationSize and AllOrNone ask."""
    size, all_or_none = case
    _, id, _ = received(device, text=_WORDS)
    wish = body_preference(1, size, all_or_none=all_or_none)
    (found,) = fetched(device, INBOX, id, options=(wish,))
    words = found.text(_BODY, _DATA).strip()
    check(bool(words), f"it gives {found}")
    check((words == _WORDS.strip()) == all_or_none, f"it gives {words!r}")
    is_cut = found.text(_BODY, f"{_B}:Truncated") == "1"
    check(is_cut != all_or_none, f"Truncated: {is_cut}")


@scenario(_S, "S01_TC23", requirements=("MS-ASEMAIL_R68",), registry=REGISTRY)
def elements_of_mail_are_no_query(device: Device) -> None:
    """A To in it is status 2 of the store."""
    parts = [*place(device, _E, INBOX), node("Search:FreeText", "x")]
    store = searched(device, query(node("Search:And", *parts, node(f"{_E}:To", "x"))))
    told = store.text("Search:Status")
    check(told == "2", f"the store has status {told}")
    fine = searched(device, query(node("Search:And", *parts)))
    check(fine.text("Search:Status") == OK, "a query without it is refused, too")


@scenario(_S, "S01_TC24", requirements=("MS-ASEMAIL_R66",), registry=REGISTRY)
def a_search_gives_the_message(device: Device) -> None:
    """With its elements."""
    word = rare_word()
    _, _, data = received(device, text=f"It says {word}")
    (found,) = found_by(device, *place(device, _E, INBOX), node("Search:FreeText", word))
    for name in ("Subject", "From", "To", "DateReceived", "Read", "MessageClass"):
        told = found.text("Search:Properties", f"{_E}:{name}")
        check(told == words_of(data, f"{_E}:{name}"), f"{name} is {told!r}")
