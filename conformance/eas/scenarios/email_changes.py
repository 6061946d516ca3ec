"""MS-ASEMAIL: what another device hears where read state, flag or categories of mail change."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.checks import check
from conformance.eas.device import Device
from conformance.eas.flags import ACTIVE, FLAG, flag, flag_of
from conformance.eas.mailing import received
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.things import (
    CONVERSION,
    INBOX,
    change_status,
    changed,
    list_of,
    listed,
    words_of,
)
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S = "MS-ASEMAIL"
_READ, _CATEGORIES = "Email:Read", "Email:Categories"
_A = "AirSync"


def _categories(*words: str) -> Node:
    return listed(_CATEGORIES, "Email:Category", list(words))


def _marked(device: Device, second: Device) -> str:
    """A message that is read, flagged and, from 14.0 on, in a category; both devices know."""
    _, id, _ = received(device)
    inbox = device.folder_of_type(INBOX)
    marks = [node(_READ, 1), flag(ACTIVE)]
    if device.version != "12.1":
        marks.append(_categories("Harbour"))
    changed(device, INBOX, id, *marks)
    second.sync_all(inbox)
    held = second.held[inbox].items[id]
    check(words_of(held, _READ) == "1", "it is not read")
    check(flag_of(held).get("Status") == "2", "it is not flagged")
    return id


def _heard(second: Device, id: str) -> list[Node]:
    """What a step says of a message, the children of its only Change; none where it says nothing.
    Raises Failure."""
    step = second.sync(second.folder_of_type(INBOX))
    commands = step.find(f"{_A}:Commands") if step is not None else None
    if commands is None:
        return []
    told = [each for each in commands.children if each.text(f"{_A}:ServerId") == id]
    check([each.name for each in told] == [f"{_A}:Change"], f"it hears {told}")
    data = told[0].find(f"{_A}:ApplicationData")
    return data.children if data is not None else []


_CHANGES = {
    _READ: node(_READ, 0),
    FLAG: flag(ACTIVE | {"FlagType": "for Follow Up"}),
    _CATEGORIES: _categories("Quay"),
}


@each(
    _S,
    {
        "S01_TC05": [_READ],
        "S01_TC06": [FLAG],
        "S01_TC07": [_READ, FLAG],
        "S01_TC28": [_READ, FLAG, _CATEGORIES],
        "S01_TC29": [_CATEGORIES],
        "S01_TC30": [_READ, _CATEGORIES],
        "S01_TC31": [FLAG, _CATEGORIES],
    },
    parameter="names",
    requirements=(
        "MS-ASEMAIL_R75", "MS-ASEMAIL_R641", "MS-ASEMAIL_R10604", "MS-ASEMAIL_R76",
        "MS-ASEMAIL_R100", "MS-ASEMAIL_R10612", "MS-ASEMAIL_R104", "MS-ASEMAIL_R96",
        "MS-ASEMAIL_R10608", "MS-ASEMAIL_R10600",
    ),
    registry=REGISTRY,
)  # fmt: skip
def only_what_changed_is_told(device: Device, second: Device, names: Sequence[str]) -> None:
    """Of read state, flag and categories; nothing of the content, and nothing that stays."""
    if _CATEGORIES in names:
        needs(device, "14.0", "categories of mail")
    id = _marked(device, second)
    changed(device, INBOX, id, *(_CHANGES[name] for name in names))
    heard = _heard(second, id)
    told = [each.name for each in heard]
    check(sorted(told) == sorted(names), f"it hears of {told}")
    _check_new(second, id, names)


def _check_new(second: Device, id: str, names: Sequence[str]) -> None:
    held = second.held[second.folder_of_type(INBOX)].items[id]
    if _READ in names:
        check(words_of(held, _READ) == "0", "it is read still")
    if FLAG in names:
        check(flag_of(held).get("FlagType") == "for Follow Up", f"the flag is {held[FLAG]}")
    if _CATEGORIES in names:
        shown = list_of(held, _CATEGORIES)
        check(shown == ["Quay"], f"the categories are {shown}")


@scenario(_S, "S01_TC08", requirements=("MS-ASEMAIL_R104", "MS-ASEMAIL_R1017"), registry=REGISTRY)
def changes_of_several_steps_are_told_at_once(device: Device, second: Device) -> None:
    """Read state, flag and categories, each by a step of its own."""
    needs(device, "14.0", "categories of mail")
    id = _marked(device, second)
    for part in _CHANGES.values():
        changed(device, INBOX, id, part)
    told = [each.name for each in _heard(second, id)]
    check(sorted(told) == sorted(_CHANGES), f"it hears of {told}")
    _check_new(second, id, list(_CHANGES))
    check(not _heard(second, id), "it hears of it twice")


@scenario(_S, "S01_TC03", requirements=("MS-ASEMAIL_R320",), registry=REGISTRY)
def a_change_without_categories_leaves_them(device: Device, second: Device) -> None:
    """They are neither told again nor lost."""
    needs(device, "14.0", "categories of mail")
    id = _marked(device, second)
    changed(device, INBOX, id, _CHANGES[FLAG])
    told = [each.name for each in _heard(second, id)]
    check(told == [FLAG], f"it hears of {told}")
    inbox = second.folder_of_type(INBOX)
    second.begin(inbox)
    kept = list_of(second.sync_all(inbox).items[id], _CATEGORIES)
    check(kept == ["Harbour"], f"the categories are {kept}")


@scenario(_S, "S01_TC04", requirements=("MS-ASEMAIL_R319",), registry=REGISTRY)
def empty_categories_of_mail_take_all_away(device: Device, second: Device) -> None:
    """And the other device hears an empty element."""
    needs(device, "14.0", "categories of mail")
    id = _marked(device, second)
    changed(device, INBOX, id, node(_CATEGORIES))
    heard = _heard(second, id)
    check([each.name for each in heard] == [_CATEGORIES], f"it hears {heard}")
    check(not heard[0].children, f"it hears {heard}")


@scenario(_S, "S01_TC09", requirements=("MS-ASEMAIL_R81",), registry=REGISTRY)
def of_what_did_not_change_nothing_is_told(device: Device, second: Device) -> None:
    """Neither to the other device nor to the one that changed it."""
    id = _marked(device, second)
    check(not _heard(device, id), "the device hears of its own change")
    check(not _heard(second, id), "it hears of nothing that changed")
    changed(device, INBOX, id, node(_READ, 0))
    check([each.name for each in _heard(second, id)] == [_READ], "it hears no change at all")


@scenario(_S, "S01_TC10", requirements=("MS-ASEMAIL_R640", "MS-ASEMAIL_R643"), registry=REGISTRY)
def a_read_state_that_is_none_is_refused(device: Device, second: Device) -> None:
    """Status 6 of that item, which stays as it was."""
    id = _marked(device, second)
    for value in ("NON_BOOL", "2"):
        status = change_status(device, INBOX, id, node(_READ, value))
        check(status == CONVERSION, f"status {status} of {value}")
    check(not _heard(second, id), "it was changed")


@scenario(_S, "S01_TC25", requirements=("MS-ASEMAIL_R77",), registry=REGISTRY)
def categories_are_told_as_they_are(device: Device, second: Device) -> None:
    """All of them, whichever there were before."""
    needs(device, "14.0", "categories of mail")
    id = _marked(device, second)
    changed(device, INBOX, id, _categories("Quay", "Harbour", "Wall"))
    heard = _heard(second, id)
    check([each.name for each in heard] == [_CATEGORIES], f"it hears {heard}")
    shown = [str(each.value) for each in heard[0].children]
    check(sorted(shown) == ["Harbour", "Quay", "Wall"], f"the categories are {shown}")
