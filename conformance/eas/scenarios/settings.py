"""MS-ASCMD: Settings. Absence, the user's addresses, recovery passwords, rights, batches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from conformance.checks import Missing, check
from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.mailing import unique
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S, _P = "MS-ASCMD", "Settings"
_STATUS, _OOF = f"{_P}:Status", f"{_P}:Oof"
_AUDIENCES = ("AppliesToInternal", "AppliesToExternalKnown", "AppliesToExternalUnknown")
_RIGHTS_DISABLED = "168"
# Far away, so that no reply goes out while scenarios send each other mail.
_START, _END = "2099-01-01T00:00:00.000Z", "2099-02-01T00:00:00.000Z"


def _ask(device: Device, *parts: Node) -> Node:
    return device.ask(_P, node(f"{_P}:{_P}", *parts))


def _message(audience: str, words: str = "", type: str = "TEXT", enabled: int = 1) -> Node:
    return node(
        f"{_P}:OofMessage",
        node(f"{_P}:{audience}"),
        node(f"{_P}:Enabled", enabled),
        node(f"{_P}:ReplyMessage", words) if words else None,
        node(f"{_P}:BodyType", type) if words else None,
    )


def _set(*messages: Node, state: int = 2, start: str = _START, end: str = _END) -> Node:
    return node(
        _OOF,
        node(
            f"{_P}:Set",
            node(f"{_P}:OofState", state),
            node(f"{_P}:StartTime", start) if start else None,
            node(f"{_P}:EndTime", end) if end else None,
            *messages,
        ),
    )


def _told(device: Device, oof: Node) -> str:
    """The status of a Set of the absence; that of the whole is success."""
    answer = _ask(device, oof)
    check(answer.text(_STATUS) == "1", f"it is answered by {answer}")
    return answer.text(_OOF, _STATUS)


def _get(device: Device) -> Node:
    """The absence as the server has it. Raises Failure where it does not tell."""
    answer = _ask(device, node(_OOF, node(f"{_P}:Get", node(f"{_P}:BodyType", "TEXT"))))
    found = answer.find(_OOF, f"{_P}:Get")
    check(answer.text(_OOF, _STATUS) == "1" and found is not None, f"it is answered by {answer}")
    return found or node(f"{_P}:Get")


def _reply(got: Node, audience: str) -> tuple[str, str, str]:
    """Enabled, words and type of the reply to an audience."""
    for each_message in got.children:
        if each_message.find(f"{_P}:{audience}") is not None:
            enabled, words, type = (
                each_message.text(f"{_P}:{name}")
                for name in ("Enabled", "ReplyMessage", "BodyType")
            )
            return enabled, words.strip(), type.upper()
    return "", "", ""


@contextmanager
def _afterwards_present(device: Device) -> Iterator[None]:
    """Nobody is absent when the scenario is over."""
    try:
        yield
    finally:
        off = [_message(audience, enabled=0) for audience in _AUDIENCES]
        _ask(device, _set(*off, state=0, start="", end=""))


@scenario(_S, "S16_TC01", requirements=("MS-ASCMD_R4392",), registry=REGISTRY)
def an_absence_is_set_and_told(device: Device) -> None:
    """The state and its times are what was set."""
    with _afterwards_present(device):
        check(_told(device, _set()) == "1", "it is refused")
        got = _get(device)
        state, start, end = (got.text(f"{_P}:{n}") for n in ("OofState", "StartTime", "EndTime"))
        check(state == "2", f"the state is {state!r}")
        check((start[:10], end[:10]) == (_START[:10], _END[:10]), f"from {start} to {end}")
    check(_get(device).text(f"{_P}:OofState") == "0", "it does not end")


@scenario(
    _S,
    "S16_TC02",
    requirements=("MS-ASCMD_R4398", "MS-ASCMD_R5845", "MS-ASCMD_R483"),
    registry=REGISTRY,
)
def a_password_that_is_not_there_is_status_2(device: Device) -> None:
    """Of the whole; no part is answered, though the other one is good."""
    user = node(f"{_P}:UserInformation", node(f"{_P}:Get"))
    answer = _ask(device, user, node(f"{_P}:DevicePassword", node(f"{_P}:Set")))
    check([child.name for child in answer.children] == [_STATUS], f"it is answered by {answer}")
    check(answer.text(_STATUS) == "2", f"status {answer.text(_STATUS)}")


@each(
    _S,
    {"S16_TC03 start": {"end": ""}, "S16_TC03 end": {"start": ""}},
    parameter="without",
    requirements=("MS-ASCMD_R2272", "MS-ASCMD_R3992", "MS-ASCMD_R5681", "MS-ASCMD_R5827"),
    registry=REGISTRY,
)
def an_absence_has_both_ends_or_none(device: Device, without: dict[str, Any]) -> None:
    """One alone is status 2 of Oof, and nothing is set."""
    told = _told(device, _set(**without))
    check(told == "2", f"status {told}")
    check(_get(device).text(f"{_P}:OofState") == "0", "it is set all the same")


@scenario(
    _S,
    "S16_TC04",
    requirements=("MS-ASCMD_R4387", "MS-ASCMD_R733", "MS-ASCMD_R3679"),
    registry=REGISTRY,
)
def a_user_hears_his_addresses(device: Device) -> None:
    """In an account from 14.1 on, with the primary one; before, right below Get."""
    answer = _ask(device, node(f"{_P}:UserInformation", node(f"{_P}:Get")))
    check(answer.text(_STATUS) == "1", f"it is answered by {answer}")
    got = answer.find(f"{_P}:UserInformation", f"{_P}:Get")
    in_account = float(device.version) >= 14.1
    path = (f"{_P}:Accounts", f"{_P}:Account") if in_account else ()
    listed = got.find(*path, f"{_P}:EmailAddresses") if got is not None else None
    check(listed is not None, f"no addresses in {got}")
    addresses = listed.children if listed is not None else []
    user = device.identity.user.lower()
    smtp = [each.text().lower() for each in addresses if each.name == f"{_P}:SMTPAddress"]
    check(user in smtp, f"{user} is none of {smtp}")
    primary = [e.text().lower() for e in addresses if e.name == f"{_P}:PrimarySmtpAddress"]
    check(primary == ([user] if in_account else []), f"the primary address is {primary}")


@each(
    _S,
    {
        "S16_TC05": ("AppliesToExternalKnown", "HTML"),
        "S16_TC06": ("AppliesToExternalUnknown", "TEXT"),
        "S16_TC07": ("AppliesToInternal", "TEXT"),
        "S16_TC08": ("AppliesToInternal", "HTML"),
    },
    parameter="case",
    requirements=(
        "MS-ASCMD_R783", "MS-ASCMD_R785", "MS-ASCMD_R786", "MS-ASCMD_R787", "MS-ASCMD_R2251",
        "MS-ASCMD_R793", "MS-ASCMD_R794", "MS-ASCMD_R795", "MS-ASCMD_R796", "MS-ASCMD_R5867",
        "MS-ASCMD_R802", "MS-ASCMD_R803", "MS-ASCMD_R804", "MS-ASCMD_R805", "MS-ASCMD_R5866",
        "MS-ASCMD_R816", "MS-ASCMD_R826", "MS-ASCMD_R1106",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_reply_is_for_its_audience(device: Device, case: tuple[str, str]) -> None:
    """Enabled, with its words and the type of body that was asked for; nobody else's changes."""
    audience, type = case
    words = unique("Away")
    sent = f"<html><body><p>{words}</p></body></html>" if type == "HTML" else words
    with _afterwards_present(device):
        told = _told(device, _set(_message(audience, sent, type)))
        check(told == "1", f"status {told}")
        got = _get(device)
        check(_reply(got, audience) == ("1", words, "TEXT"), f"the reply is {got}")
        others = [_reply(got, each)[1] for each in _AUDIENCES if each != audience]
        check(words not in others, f"others are told so, too: {got}")


@scenario(_S, "S16_TC09", requirements=("MS-ASCMD_R5677", "MS-ASCMD_R2252"), registry=REGISTRY)
def a_reply_that_is_off_has_no_words(device: Device) -> None:
    """Enabled 0, neither ReplyMessage nor BodyType, where there was a reply before."""
    internal = _AUDIENCES[0]
    with _afterwards_present(device):
        _told(device, _set(_message(internal, unique("Away"))))
        check(_reply(_get(device), internal)[0] == "1", "there was no reply before")
        check(_told(device, _set(_message(internal, enabled=0))) == "1", "it is refused")
        got = _get(device)
        check(_reply(got, internal) == ("0", "", ""), f"the reply is {got}")


@scenario(_S, "S16_TC10", requirements=("MS-ASCMD_R5194",), registry=REGISTRY)
def people_outside_are_told_one_thing(device: Device) -> None:
    """All three have their replies; two that differ outside are refused, or both are kept."""
    inside, outside, other = unique("Inside"), unique("Outside"), unique("Other")
    internal, known, unknown = _AUDIENCES
    with _afterwards_present(device):
        same = (_message(internal, inside), _message(known, outside), _message(unknown, outside))
        check(_told(device, _set(*same)) == "1", "it is refused")
        got = _get(device)
        replies = [_reply(got, audience)[1] for audience in _AUDIENCES]
        check(replies == [inside, outside, outside], f"the replies are {replies}")
        told = _told(device, _set(_message(known, outside), _message(unknown, other)))
        due = [inside, outside, other if told == "1" else outside]
        got = _get(device)
        replies = [_reply(got, audience)[1] for audience in _AUDIENCES]
        check(replies == due, f"status {told}, and the replies are {replies}")


@each(
    _S,
    {"S16_TC11": ("5", {"state": 3}), "S16_TC12": ("6", {"start": _END, "end": _START})},
    parameter="case",
    requirements=("MS-ASCMD_R5582", "MS-ASCMD_R5583", "MS-ASCMD_R484"),
    registry=REGISTRY,
)
def an_absence_that_cannot_be_has_its_status(
    device: Device, case: tuple[str, dict[str, Any]]
) -> None:
    """A state that there is not, an end before its start: of Oof alone; nothing is set."""
    due, said = case
    told = _told(device, _set(**said))
    check(told == due, f"status {told}, {due} is due")
    check(_get(device).text(f"{_P}:OofState") == "0", "it is set all the same")


@scenario(
    _S,
    "S16_TC13",
    requirements=("MS-ASCMD_R5713", "MS-ASCMD_R480", "MS-ASCMD_R481"),
    registry=REGISTRY,
)
def answers_come_in_the_order_of_the_request(device: Device) -> None:
    """The status of the whole, then the parts, each with its own."""
    parts = (
        node(f"{_P}:UserInformation", node(f"{_P}:Get")),
        node(_OOF, node(f"{_P}:Get", node(f"{_P}:BodyType", "TEXT"))),
        documents.information(Model="Model"),
    )
    for order in (parts, parts[::-1]):
        answer = _ask(device, *order)
        names = [child.name for child in answer.children]
        check(names == [_STATUS, *(part.name for part in order)], f"the order is {names}")
        statuses = [child.text(_STATUS) for child in answer.children[1:]]
        check(statuses == ["1"] * len(parts), f"the statuses are {statuses}")


@scenario(_S, "S16_TC14", requirements=("MS-ASCMD_R3863",), registry=REGISTRY)
def templates_of_rights_are_told(device: Device) -> None:
    """Where the server manages rights."""
    needs(device, "14.1", "RightsManagementInformation")
    part = f"{_P}:RightsManagementInformation"
    answer = _ask(device, node(part, node(f"{_P}:Get")))
    if answer.text(part, _STATUS) == _RIGHTS_DISABLED:
        raise Missing("rights management")
    check(answer.text(part, _STATUS) == "1", f"it is answered by {answer}")
    templates = answer.find(part, f"{_P}:Get", "RightsManagement:RightsManagementTemplates")
    check(templates is not None, f"no templates in {answer}")


@scenario(_S, "S16_TC16", requirements=("MS-ASCMD_R4399", "MS-ASCMD_R4400"), registry=REGISTRY)
def a_password_that_is_too_long_is_status_5(device: Device) -> None:
    """One of 256 characters; one that is not has another status."""

    def told(password: str) -> str:
        part = node(f"{_P}:DevicePassword", node(f"{_P}:Set", node(f"{_P}:Password", password)))
        return _ask(device, part).text(f"{_P}:DevicePassword", _STATUS)

    check(told("x" * 256) == "5", "it is not refused so")
    check(told("secret") in ("1", "7"), "a good one is neither kept nor denied by policy")


@scenario(_S, "S16_TC17", requirements=("MS-ASCMD_R3535",), registry=REGISTRY)
def times_that_do_not_count_do_no_harm(device: Device) -> None:
    """With state 0 they are passed over."""
    with _afterwards_present(device):
        told = _told(device, _set(state=0))
        check(told == "1", f"status {told}")
        check(_get(device).text(f"{_P}:OofState") == "0", "the state is another")


@scenario(
    _S,
    "S16_TC15",
    requirements=("MS-ASCMD_R5201", "MS-ASCMD_R7498", "MS-ASCMD_R3666"),
    registry=REGISTRY,
)
def a_device_that_sends_text_messages_says_its_number(device: Device) -> None:
    """EnableOutboundSMS with PhoneNumber, whatever stands in it; then without."""
    needs(device, "14.0", "EnableOutboundSMS")
    for said in (
        {"EnableOutboundSMS": "1", "PhoneNumber": "88888888888"},
        {"EnableOutboundSMS": "0"},
    ):
        answer = _ask(device, documents.information(**said))
        told = answer.text(f"{_P}:DeviceInformation", _STATUS)
        check(told == "1", f"{said} has status {told!r}")
    empty = _ask(device, node(f"{_P}:DeviceInformation"))
    told = empty.text(f"{_P}:DeviceInformation", _STATUS) or empty.text(_STATUS)
    check(told not in ("", "1"), "what says nothing is taken, too")
