"""MS-ASCNTC: contacts made, changed, fetched and searched."""

from __future__ import annotations

import base64

from conformance.checks import check
from conformance.eas.device import Device
from conformance.eas.documents import body_preference
from conformance.eas.mailing import message, rare_word, unique
from conformance.eas.runner import REGISTRY, folder_needed, needs
from conformance.eas.scenarios.search import found_by
from conformance.eas.things import (
    CONTACTS,
    CONVERSION,
    add_status,
    added,
    body,
    changed,
    data_of,
    fetched,
    list_of,
    listed,
    place,
    schema,
    synced,
    words_of,
)
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S, _C, _C2 = "MS-ASCNTC", "Contacts", "Contacts2"
_FILE_AS, _ASSISTANT = f"{_C}:FileAs", f"{_C}:AssistantName"
_WORDS = "Notes about somebody, of some length"
_LINES = [
    "AssistantPhoneNumber", "BusinessAddressCity", "BusinessAddressCountry",
    "BusinessAddressPostalCode", "BusinessAddressState", "BusinessAddressStreet",
    "BusinessFaxNumber", "BusinessPhoneNumber", "Business2PhoneNumber", "CarPhoneNumber",
    "CompanyName", "Department", "FirstName", "HomeAddressCity", "HomeAddressCountry",
    "HomeAddressPostalCode", "HomeAddressState", "HomeAddressStreet", "HomeFaxNumber",
    "HomePhoneNumber", "Home2PhoneNumber", "JobTitle", "LastName", "MiddleName",
    "MobilePhoneNumber", "OfficeLocation", "OtherAddressCity", "OtherAddressCountry",
    "OtherAddressPostalCode", "OtherAddressState", "OtherAddressStreet", "PagerNumber",
    "RadioPhoneNumber", "Spouse", "Suffix", "Title", "YomiCompanyName", "YomiFirstName",
    "YomiLastName",
]  # fmt: skip
_LINES_2 = [
    "AccountName", "CompanyMainPhone", "CustomerId", "GovernmentId", "IMAddress", "IMAddress2",
    "IMAddress3", "ManagerName", "MMS", "NickName",
]  # fmt: skip
# Every element that holds a line, with what is put into it.
_TEXTS = {f"{_C}:{name}": f"{name} x" for name in _LINES}
_TEXTS |= {f"{_C2}:{name}": f"{name} x" for name in _LINES_2}
_TEXTS |= {f"{_C}:Email{n}Address": f"email{n}@elsewhere.example" for n in (1, 2, 3)}
_TEXTS |= {f"{_C}:WebPage": "https://elsewhere.example/", _ASSISTANT: "Assistant x"}
_DATES = {
    f"{_C}:Birthday": "1980-03-04T00:00:00.000Z",
    f"{_C}:Anniversary": "2005-06-07T00:00:00.000Z",
}
_LISTS = {
    f"{_C}:Categories": (f"{_C}:Category", ["Red", "Blue"]),
    f"{_C}:Children": (f"{_C}:Child", ["Kim", "Lee"]),
}


def _whole(file_as: str) -> list[Node]:
    """A contact with everything."""
    made = [node(_FILE_AS, file_as), *(node(name, value) for name, value in _TEXTS.items())]
    made += [node(name, value) for name, value in _DATES.items()]
    made += [listed(name, child, words) for name, (child, words) in _LISTS.items()]
    return [*made, body(_WORDS)]


def _compare(data: dict[str, Node], file_as: str, *apart: str) -> None:
    """Everything is as it was made, but for what stands ``apart``."""
    for name, value in {_FILE_AS: file_as, **_TEXTS}.items():
        if name not in apart:
            told = words_of(data, name)
            check(value in told if "Email" in name else told == value, f"{name} is {told!r}")
    for name, value in _DATES.items():
        check(words_of(data, name)[:10] == value[:10], f"{name} is {words_of(data, name)!r}")
    for name, (_, words) in _LISTS.items():
        check(set(list_of(data, name)) == set(words), f"{name} are {list_of(data, name)}")


@scenario(
    _S,
    "S01_TC01",
    requirements=("MS-ASCNTC_R492", "MS-ASCNTC_R493", "MS-ASCNTC_R494"),
    registry=REGISTRY,
)
def a_contact_is_what_was_written(device: Device, second: Device) -> None:
    """Every element comes to another device of the user."""
    file_as = unique("Contact")
    data = synced(second, CONTACTS, added(device, CONTACTS, *_whole(file_as)))
    _compare(dict(data), file_as)
    check(data_of(data).strip() == _WORDS, f"the notes are {data_of(data)!r}")


def _begin(device: Device, *names: str) -> None:
    """Hold the contacts, supporting some elements: the others are ghosted."""
    supported = node("AirSync:Supported", *(node(name) for name in names))
    folder = device.folder_of_type(CONTACTS)
    device.begin(folder, more=[supported])
    device.sync_all(folder)


_GHOSTED = tuple(
    f"MS-ASCNTC_R{number}"
    for number in (
        100, 120, 133, 138, 700, 146, 151, 156, 161, 166, 171, 177, 188, 198, 203, 208, 212, 217,
        224, 229, 234, 241, 246, 251, 256, 261, 266, 271, 276, 281, 286, 291, 296, 301, 306, 311,
        316, 321, 326, 331, 336, 341, 346, 351, 356, 361, 366, 371, 388, 393, 398, 403, 408, 420,
        425, 430, 499,
    )
)  # fmt: skip


@scenario(_S, "S01_TC02", requirements=_GHOSTED, registry=REGISTRY)
def what_a_device_does_not_support_stays(device: Device, second: Device) -> None:
    """All but the assistant's name: that goes, for a change leaves it out."""
    _begin(device, _ASSISTANT)
    file_as = unique("Contact")
    id = added(device, CONTACTS, *_whole(file_as))
    synced(second, CONTACTS, id)
    changed(device, CONTACTS, id, node(f"{_C}:Title", _TEXTS[f"{_C}:Title"]))
    second.begin(second.folder_of_type(CONTACTS))
    data = dict(synced(second, CONTACTS, id))
    _compare(data, file_as, _ASSISTANT)
    check(not words_of(data, _ASSISTANT), "what it supports and leaves out is still there")


@scenario(_S, "S01_TC03", requirements=("MS-ASCNTC_R115", "MS-ASCNTC_R461"), registry=REGISTRY)
def an_assistant_may_be_ghosted(device: Device, second: Device) -> None:
    """So stays the name, and so do the notes, which are never taken away by silence."""
    _begin(device, f"{_C}:Title", f"{_C}:FirstName")
    id = added(device, CONTACTS, *_whole(unique("Contact")))
    synced(second, CONTACTS, id)
    changed(device, CONTACTS, id, node(f"{_C}:FirstName", "Other"))
    second.begin(second.folder_of_type(CONTACTS))
    data = synced(second, CONTACTS, id)
    check(words_of(data, _ASSISTANT) == _TEXTS[_ASSISTANT], "the assistant is gone")
    check(words_of(data, f"{_C}:FirstName") == "Other", "the change was lost")
    check(not words_of(data, f"{_C}:Title"), "what it supports and leaves out is still there")
    check(data_of(data).strip() == _WORDS, f"the notes are {data_of(data)!r}")


@scenario(
    _S,
    "S01_TC04",
    requirements=(
        "MS-ASCNTC_R415", "MS-ASCNTC_R410", "MS-ASCNTC_R236", "MS-ASCNTC_R219", "MS-ASCNTC_R1010",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_cache_of_recipients_ranks_people(device: Device, other: Device) -> None:
    """With their names and addresses; contacts have no rank."""
    needs(device, "14.0", "a recipient information cache")
    cache = folder_needed(device, 19, "a recipient information cache")
    device.send(message(device, other, unique("To rank")))
    held = device.sync_all(cache).items
    ranked = [data for data in held.values() if words_of(data, f"{_C}:WeightedRank")]
    check(bool(ranked), "nobody is ranked")
    for data in ranked:
        check(bool(words_of(data, _FILE_AS)), f"somebody has no name: {data}")
        check(bool(words_of(data, f"{_C}:Email1Address")), f"somebody has no address: {data}")
        check(f"{_C}:Alias" not in data, f"somebody has an alias: {data}")


@scenario(_S, "S01_TC05", requirements=("MS-ASCNTC_R384",), registry=REGISTRY)
def a_picture_has_its_bound(device: Device) -> None:
    """More than 48 kB of base64 are status 6; nothing is made."""
    picture = base64.b64encode(b"\xff\xd8" + b"x" * (48 * 1024)).decode()
    names = node(_FILE_AS, unique("Contact"))
    status, id = add_status(device, CONTACTS, names, node(f"{_C}:Picture", picture))
    check((status, id) == (CONVERSION, ""), f"status {status}")
    small = base64.b64encode(b"\xff\xd8" + b"x" * 1024).decode()
    added(device, CONTACTS, node(_FILE_AS, unique("Contact")), node(f"{_C}:Picture", small))


@each(
    _S,
    {"S01_TC06": "Categories", "S01_TC07": "Children"},
    parameter="kind",
    requirements=("MS-ASCNTC_R183", "MS-ASCNTC_R194"),
    registry=REGISTRY,
)
def a_list_has_up_to_three_hundred(device: Device, second: Device, kind: str) -> None:
    """All of them come back."""
    name = f"{_C}:{kind}"
    many = [f"{kind} {number}" for number in range(300)]
    child = _LISTS[name][0]
    names = node(_FILE_AS, unique("Contact"))
    data = synced(second, CONTACTS, added(device, CONTACTS, names, listed(name, child, many)))
    check(set(list_of(data, name)) == set(many), f"there are {len(list_of(data, name))}")


@scenario(_S, "S01_TC08", requirements=("MS-ASCNTC_R512",), registry=REGISTRY)
def notes_are_cut_short(device: Device, second: Device) -> None:
    """At the TruncationSize that the device asks for."""
    id = added(device, CONTACTS, *_whole(unique("Contact")))
    data = synced(second, CONTACTS, id, body_preference(1, 8))
    check(data_of(data) == _WORDS[:8], f"the notes are {data_of(data)!r}")
    told = data["AirSyncBase:Body"].text("AirSyncBase:Truncated")
    check(told in ("1", "true"), f"they are not said to be cut short, but {told!r}")


@scenario(_S, "S01_TC09", requirements=("MS-ASCNTC_R460",), registry=REGISTRY)
def notes_come_whole_again(device: Device, second: Device) -> None:
    """Once the device asks for no TruncationSize any more."""
    id = added(device, CONTACTS, *_whole(unique("Contact")))
    check(data_of(synced(second, CONTACTS, id, body_preference(1, 8))) == _WORDS[:8], "not cut")
    changed(device, CONTACTS, id, node(f"{_C}:FirstName", "Other"))
    data = synced(second, CONTACTS, id, body_preference(1))
    check(data_of(data).strip() == _WORDS, f"the notes are {data_of(data)!r}")


@scenario(
    _S,
    "S02_TC01",
    requirements=(
        "MS-ASCNTC_R483",
        "MS-ASCNTC_R486",
    ),
    registry=REGISTRY,
)
def a_fetch_gives_the_contact(device: Device) -> None:
    """With every element."""
    file_as = unique("Contact")
    id = added(device, CONTACTS, *_whole(file_as))
    (found,) = fetched(device, CONTACTS, id, options=(body_preference(1),))
    _compare({child.name: child for child in found.children}, file_as)


@scenario(_S, "S02_TC02", requirements=("MS-ASCNTC_R512",), registry=REGISTRY)
def a_fetch_cuts_the_notes_short(device: Device) -> None:
    """As its Options ask."""
    id = added(device, CONTACTS, *_whole(unique("Contact")))
    (found,) = fetched(device, CONTACTS, id, options=(body_preference(1, 8),))
    told = found.text("AirSyncBase:Body", "AirSyncBase:Data")
    check(told == _WORDS[:8], f"the notes are {told!r}")


@scenario(_S, "S02_TC03", requirements=("MS-ASCNTC_R485",), registry=REGISTRY)
def a_fetch_gives_no_more_than_its_schema(device: Device) -> None:
    """Names, not the rest."""
    file_as = unique("Contact")
    id = added(device, CONTACTS, *_whole(file_as))
    names = (_FILE_AS, f"{_C}:LastName")
    (found,) = fetched(device, CONTACTS, id, options=(schema(*names),))
    check({child.name for child in found.children} == set(names), f"it gives {found}")
    check(found.text(_FILE_AS) == file_as, f"it gives {found}")


@scenario(_S, "S03_TC01", requirements=("MS-ASCNTC_R488",), registry=REGISTRY)
def a_search_gives_the_contact(device: Device) -> None:
    """With its elements."""
    word = rare_word()
    added(device, CONTACTS, *_whole(word))
    where = place(device, _C, CONTACTS)
    (found,) = found_by(device, *where, node("Search:FreeText", word))
    properties = found.find("Search:Properties")
    children = properties.children if properties is not None else []
    data = {child.name: child for child in children}
    check(words_of(data, _FILE_AS) == word, f"it gives {found}")
    check(words_of(data, f"{_C}:LastName") == _TEXTS[f"{_C}:LastName"], f"it gives {found}")
