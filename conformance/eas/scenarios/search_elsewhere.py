"""MS-ASCMD: Search of the address list, and of document libraries."""

from __future__ import annotations

from conformance.checks import Missing, check
from conformance.eas.device import Device
from conformance.eas.mailing import rare_word
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.scenarios.search import query, searched
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S, _P, _G = "MS-ASCMD", "Search", "GAL"
_OK, _NO_PHOTO, _TOO_LARGE, _TOO_MANY = "1", "173", "174", "175"
_PLACES = frozenset({
    "Alias", "Company", "DisplayName", "EmailAddress", "FirstName", "HomePhone", "LastName",
    "MobilePhone", "Office", "Phone", "Picture", "Title",
})  # fmt: skip


def _entries(device: Device, text: str, *options: Node) -> tuple[Node, list[Node]]:
    """The Store, and the Properties of its results."""
    store = searched(device, node(f"{_P}:Query", text), *options, name="GAL")
    check(store.text(f"{_P}:Status") == _OK, f"it is answered by {store}")
    found = [each.find(f"{_P}:Properties") for each in store.all(f"{_P}:Result")]
    return store, [each for each in found if each is not None]


def _prefix(device: Device) -> str:
    return device.identity.user.partition("@")[0][:2]


@scenario(
    _S,
    "S14_TC14",
    requirements=(
        "MS-ASCMD_R419", "MS-ASCMD_R420", "MS-ASCMD_R421", "MS-ASCMD_R426", "MS-ASCMD_R431",
        "MS-ASCMD_R5711", "MS-ASCMD_R5286", "MS-ASCMD_R5300", "MS-ASCMD_R5316",
    ),
    registry=REGISTRY,
)  # fmt: skip
def people_are_found_by_how_they_begin(device: Device) -> None:
    """Sorted by name, each with name, alias and address; no more than asked for, all counted."""
    user, text = device.identity.user, _prefix(device)
    store, entries = _entries(device, text, node(f"{_P}:Range", "0-99"))
    total = int(store.text(f"{_P}:Total"))
    check(total >= len(entries) > 0, f"{len(entries)} of {total} came")
    check(store.text(f"{_P}:Range") == f"0-{len(entries) - 1}", store.text(f"{_P}:Range"))
    check(user in [each.text(f"{_G}:EmailAddress") for each in entries], f"{user} is not found")
    names = [each.text(f"{_G}:DisplayName").casefold() for each in entries]
    check(names == sorted(names), f"the order is {names}")
    for entry in entries:
        told = {child.name.removeprefix(f"{_G}:") for child in entry.children}
        check({"DisplayName", "Alias", "EmailAddress"} <= told <= _PLACES, f"they are {told}")
    store, first = _entries(device, text, node(f"{_P}:Range", "0-0"))
    told = len(first), store.text(f"{_P}:Range"), int(store.text(f"{_P}:Total"))
    check(told == (1, "0-0", total), f"{told} are number, Range and Total of the first alone")


@scenario(_S, "S14_TC12 people", requirements=("MS-ASCMD_R3847",), registry=REGISTRY)
def nobody_found_is_no_result(device: Device) -> None:
    """Success, and no Result; for who is there there is one."""
    store, entries = _entries(device, rare_word())
    check(not entries and store.find(f"{_P}:Result") is None, f"the store is {store}")
    check(bool(_entries(device, _prefix(device))[1]), "nobody is found")


def _pictures(device: Device, **limits: int) -> list[Node]:
    needs(device, "14.1", "contact photos")
    asked = node(f"{_P}:Picture", *(node(f"{_P}:{name}", most) for name, most in limits.items()))
    _, entries = _entries(device, _prefix(device), node(f"{_P}:Range", "0-9"), asked)
    found = [each.find(f"{_G}:Picture") for each in entries]
    check(all(each is not None for each in found), "an entry says nothing of its photo")
    return [each for each in found if each is not None]


@scenario(
    _S,
    "S14_TC26",
    requirements=("MS-ASCMD_R4373", "MS-ASCMD_R3674", "MS-ASCMD_R3691"),
    registry=REGISTRY,
)
def each_entry_says_whether_it_has_a_photo(device: Device) -> None:
    """Status 1 with Data, 173 without; where nobody asks, nothing is said."""
    for picture in _pictures(device, MaxSize=10_240, MaxPictures=3):
        status, has_data = picture.text(f"{_G}:Status"), bool(picture.data(f"{_G}:Data"))
        check(status in (_OK, _NO_PHOTO, _TOO_LARGE, _TOO_MANY), f"status {status}")
        check(has_data == (status == _OK), f"data: {has_data}, with status {status}")
    _, entries = _entries(device, _prefix(device))
    check(all(each.find(f"{_G}:Picture") is None for each in entries), "it is said unasked")


@each(
    _S,
    {
        "S14_TC20": ({"MaxSize": 1}, _TOO_LARGE),
        "S14_TC21": ({"MaxPictures": 0}, _TOO_MANY),
    },
    parameter="case",
    requirements=("MS-ASCMD_R4374", "MS-ASCMD_R4375"),
    registry=REGISTRY,
)
def photos_have_their_limits(device: Device, case: tuple[dict[str, int], str]) -> None:
    """Their size, and how many."""
    limits, due = case
    if all(each.text(f"{_G}:Status") == _NO_PHOTO for each in _pictures(device)):
        raise Missing("contact photos")
    told = {each.text(f"{_G}:Status") for each in _pictures(device, **limits)}
    check(due in told and _OK not in told, f"the statuses are {told}")


def _library(device: Device, link: str) -> Node:
    """The Store of a search below a link. Raises Missing where there are no libraries."""
    asked = node(f"{_P}:EqualTo", node("DocumentLibrary:LinkId"), node(f"{_P}:Value", link))
    return searched(device, query(asked), node(f"{_P}:Range", "0-9"), name="DocumentLibrary")


@each(
    _S,
    {"S14_TC18": "folder", "S14_TC19": "item", "S14_TC24": "denied"},
    parameter="what",
    requirements=("MS-ASCMD_R3853", "MS-ASCMD_R3858", "MS-ASCMD_R4339"),
    registry=REGISTRY,
)
def a_document_is_found_by_its_link(device: Device, what: str) -> None:
    """Folder or item: its metadata first; denied: status 5. Needs a library."""
    host = device.url.partition("://")[2].partition("/")[0].partition(":")[0]
    store = _library(device, f"\\\\{host}\\conformance\\{what}")
    status = store.text(f"{_P}:Status")
    check(status in (_OK, "4", "5", "6"), f"status {status} means nothing of a link")
    if status != (_OK if what != "denied" else "5"):
        raise Missing("document libraries")
    results = list(store.all(f"{_P}:Result"))
    check(len(results) == 1 if what == "item" else what == "denied" or bool(results), "no metadata")


@scenario(_S, "S14_TC25", requirements=("MS-ASCMD_R4342",), registry=REGISTRY)
def a_document_that_there_is_not_is_status_6(device: Device) -> None:
    """Nothing is found; no other host is asked."""
    store = _library(device, "\\\\nowhere.invalid\\conformance\\nothing.txt")
    told = store.text(f"{_P}:Status")
    check(told == "6", f"status {told}")
    check(not list(store.all(f"{_P}:Result")), "there are results")
