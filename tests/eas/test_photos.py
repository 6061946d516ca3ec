"""Photos of people on devices: in the address list and beside resolved names."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.eas.wbxml import Node, node
from eas.commands.resolve_recipients import resolve_recipients
from eas.wbxml import Element
from entrepot.testing import Person
from store.commands import FetchPhotos
from store.directory.pictures import picture_of
from store.results import Photo, ResolvedName, ResolvedNames
from tests.directory.pictures import picture, size_of
from tests.eas.conftest import NewDevice


def _wish(page: str, **bounds: int) -> Node:
    return node(f"{page}:Picture", *(node(f"{page}:{name}", most) for name, most in bounds.items()))


def _search(device: object, words: str, wish: Node) -> list[Node]:
    document = node(
        "Search:Search",
        node(
            "Search:Store",
            node("Search:Name", "GAL"),
            node("Search:Query", words),
            node("Search:Options", node("Search:Range", "0-9"), wish),
        ),
    )
    answer = device.ask("Search", document)  # type: ignore[attr-defined]
    store = answer.find("Search:Response", "Search:Store")
    found = [each.find("Search:Properties", "GAL:Picture") for each in store.all("Search:Result")]
    return [each for each in found if each is not None]


def _resolve(device: object, words: str, wish: Node) -> Node:
    document = node(
        "ResolveRecipients:ResolveRecipients",
        node("ResolveRecipients:To", words),
        node("ResolveRecipients:Options", wish),
    )
    answer = device.ask("ResolveRecipients", document)  # type: ignore[attr-defined]
    path = ("ResolveRecipients:Response", "ResolveRecipients:Recipient")
    found = answer.find(*path, "ResolveRecipients:Picture")
    assert found is not None
    return found


def _find(device: object, words: str, wish: Node) -> list[Node]:
    document = node(
        "Find:Find",
        node("Find:SearchId", "f8cb4c3b-8a39-4a2f-9f4a-6c2d6c5f4d11"),
        node(
            "Find:ExecuteSearch",
            node(
                "Find:GALSearchCriterion",
                node("Find:Query", words),
                node("Find:Options", node("Find:Range", "0-9"), wish),
            ),
        ),
    )
    answer = device.ask("Find", document)  # type: ignore[attr-defined]
    response = answer.find("Find:Response")
    found = [each.find("Find:Properties", "GAL:Picture") for each in response.all("Find:Result")]
    return [each for each in found if each is not None]


@pytest.mark.parametrize("version", ["14.1", "16.0", "16.1"])
def test_a_photo_is_shown_in_what_fits(anna: Person, new_device: NewDevice, version: str) -> None:
    anna.sets_photo(picture())
    device = new_device(anna, version)
    (shown,) = _search(device, anna.address, _wish("Search"))
    assert shown.text("GAL:Status") == "1"
    whole = shown.data("GAL:Data")
    assert size_of(whole) == (240, 120, "JPEG")
    (small,) = _search(device, anna.address, _wish("Search", MaxSize=len(whole) - 1))
    assert size_of(small.data("GAL:Data"))[0] < 240
    beside = _resolve(device, anna.address, _wish("ResolveRecipients"))
    assert beside.data("ResolveRecipients:Data") == whole


def test_find_shows_photos(anna: Person, new_device: NewDevice) -> None:
    anna.sets_photo(picture())
    (shown,) = _find(new_device(anna, "16.1"), anna.address, _wish("Find"))
    assert shown.text("GAL:Status") == "1" and shown.data("GAL:Data")


@pytest.mark.parametrize(
    ("bounds", "status"), [({"MaxSize": 1}, "174"), ({"MaxPictures": 0}, "175")]
)
def test_a_photo_has_its_bounds(
    anna: Person, new_device: NewDevice, bounds: dict[str, int], status: str
) -> None:
    anna.sets_photo(picture())
    device = new_device(anna)
    (shown,) = _search(device, anna.address, _wish("Search", **bounds))
    beside = _resolve(device, anna.address, _wish("ResolveRecipients", **bounds))
    assert shown.text("GAL:Status") == beside.text("ResolveRecipients:Status") == status


def test_as_many_photos_come_as_a_device_wants(
    new_person: object, anna: Person, new_device: NewDevice
) -> None:
    people = [new_person("zoe") for _ in range(3)]  # type: ignore[operator]
    for person in people[:2]:
        person.sets_photo(picture())
    told = _search(new_device(anna), "zoe", _wish("Search", MaxPictures=1))
    assert [each.text("GAL:Status") for each in told] == ["1", "175", "173"]


class _Asker:
    """A device's request of several names, and the commands that it becomes."""

    def __init__(self, *names: str, options: Element) -> None:
        to = [Element("ResolveRecipients:To", name) for name in names]
        self._document = Element("ResolveRecipients:ResolveRecipients", None, [*to, options])
        self.commands: list[Any] = []

    def document(self) -> Element:
        return self._document

    def is_at_least(self, version: str) -> bool:
        return version <= "16.1"

    async def execute(self, command: Any) -> Any:
        self.commands.append(command)
        if isinstance(command, FetchPhotos):
            photos = [
                picture_of(picture()) if a.startswith("a") else None for a in command.addresses
            ]
            return [None if data is None else Photo(str(hash(data)), data) for data in photos]
        people = [f"{first}{command.text}" for first in "ab"]
        found = [ResolvedName(name, f"{name}@demo.example") for name in people]
        return ResolvedNames(tuple(found), is_complete=True)


@pytest.mark.anyio
async def test_the_photos_of_all_who_are_told_come_with_one_command() -> None:
    wish = Element(
        "ResolveRecipients:Picture", None, [Element("ResolveRecipients:MaxPictures", "1")]
    )
    asker = _Asker("x", "y", options=Element("ResolveRecipients:Options", None, [wish]))
    answer: Any = await resolve_recipients(asker)  # type: ignore[arg-type]
    (photos,) = [each for each in asker.commands if isinstance(each, FetchPhotos)]
    assert [address[:2] for address in photos.addresses] == ["ax", "bx", "ay", "by"]
    shown = [
        (each.text("ResolveRecipients:DisplayName"), said.text("ResolveRecipients:Status"))
        for response in answer.all("ResolveRecipients:Response")
        for each in response.all("ResolveRecipients:Recipient")
        if (said := each.find("ResolveRecipients:Picture")) is not None
    ]
    assert shown == [("ax", "1"), ("bx", "173"), ("ay", "175"), ("by", "173")]
