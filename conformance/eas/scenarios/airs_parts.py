"""MS-ASAIRS S01: the part that a message adds to its conversation, cut as the device prefers."""

from __future__ import annotations

from conformance.checks import check
from conformance.eas.device import Device
from conformance.eas.documents import part_preference
from conformance.eas.given import given
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S = "MS-ASAIRS"
_B, _PART = "AirSyncBase", "AirSyncBase:BodyPart"
_TEXT = "The quay wall holds."
_PAGE = f"<p>{_TEXT}</p>"
_FEW, _MANY = 8, 100_000


def _parts(device: Device, preference: Node) -> dict[str, tuple[Node, str]]:
    """The BodyPart of a message by the command that gives it, and the last word of it."""
    needs(device, "14.1", "BodyPart")
    found: dict[str, tuple[Node, str]] = {}
    for command, (data, word) in given(device, preference, text=_TEXT, html=_PAGE).items():
        check(_PART in data, f"{command} gives no BodyPart")
        part = data.get(_PART, node(_PART))
        check(part.text(f"{_B}:Status") == "1", f"{command} gives a part without success")
        check(part.text(f"{_B}:Type") == "2", f"{command} gives a part that is no HTML")
        found[command] = part, word
    return found


def _check_whole(command: str, part: Node, word: str) -> None:
    check(word in part.text(f"{_B}:Data"), f"{command} does not give all of it")
    check(part.text(f"{_B}:Truncated") != "1", f"{command} says that it is truncated")


def _check_size(command: str, part: Node) -> None:
    check(part.text(f"{_B}:Truncated") == "1", f"{command} does not say that it is truncated")
    size = part.text(f"{_B}:EstimatedDataSize")
    check(size.isdigit() and int(size) > len(_PAGE), f"{command} estimates {size!r} bytes")


@each(
    _S,
    {
        "S01_TC01": part_preference(_MANY, all_or_none=True),
        "S01_TC04": part_preference(_MANY, all_or_none=False),
        "S01_TC06": part_preference(_MANY),
    },
    parameter="preference",
    requirements=(
        "MS-ASAIRS_R373",
        "MS-ASAIRS_R54",
        "MS-ASAIRS_R53",
        "MS-ASAIRS_R380",
        "MS-ASAIRS_R381",
        "MS-ASAIRS_R382",
        "MS-ASAIRS_R409",
        "MS-ASAIRS_R410",
        "MS-ASAIRS_R411",
        "MS-ASAIRS_R120",
        "MS-ASAIRS_R283",
    ),
    registry=REGISTRY,
)
def a_part_within_the_size_comes_whole(device: Device, preference: Node) -> None:
    """Whatever AllOrNone says; each command gives it."""
    for command, (part, word) in _parts(device, preference).items():
        _check_whole(command, part, word)


@scenario(
    _S,
    "S01_TC02",
    requirements=("MS-ASAIRS_R376", "MS-ASAIRS_R377", "MS-ASAIRS_R63"),
    registry=REGISTRY,
)
def all_or_none_of_a_part_beyond_the_size_is_none(device: Device) -> None:
    """No data, and the size of what there is."""
    for command, (part, _) in _parts(device, part_preference(_FEW, all_or_none=True)).items():
        check(part.text(f"{_B}:Data") == "", f"{command} gives data")
        _check_size(command, part)


@scenario(
    _S,
    "S01_TC03",
    requirements=(
        "MS-ASAIRS_R378",
        "MS-ASAIRS_R379",
        "MS-ASAIRS_R282",
        "MS-ASAIRS_R206",
        "MS-ASAIRS_R205",
    ),
    registry=REGISTRY,
)
def a_part_beyond_the_size_is_cut(device: Device) -> None:
    """Where AllOrNone is 0: its beginning comes, and the size of all of it."""
    for command, (part, _) in _parts(device, part_preference(_FEW, all_or_none=False)).items():
        data = part.text(f"{_B}:Data").encode()
        check(len(data) <= _FEW, f"{command} gives {len(data)} bytes, {_FEW} were asked for")
        _check_size(command, part)


@each(
    _S,
    {"S01_TC07": True, "S01_TC07 false": False},
    parameter="all_or_none",
    requirements=("MS-ASAIRS_R400", "MS-ASAIRS_R60", "MS-ASAIRS_R294"),
    registry=REGISTRY,
)
def a_part_without_a_size_comes_whole(device: Device, all_or_none: bool) -> None:
    """AllOrNone means nothing then."""
    for command, (part, word) in _parts(device, part_preference(all_or_none=all_or_none)).items():
        _check_whole(command, part, word)


@scenario(
    _S,
    "S01_TC08",
    requirements=("MS-ASAIRS_R256", "MS-ASAIRS_R253", "MS-ASAIRS_R255"),
    registry=REGISTRY,
)
def a_part_has_its_preview(device: Device) -> None:
    """Plain text, of no more characters than were asked for."""
    for command, (part, _) in _parts(device, part_preference(preview=18)).items():
        shown = part.text(f"{_B}:Preview")
        check(0 < len(shown) <= 18, f"{command} gives the preview {shown!r}")
        check(_TEXT.startswith(shown.strip()), f"the preview is {shown!r}")
