"""Contacts: every element, the keys of their lists, names to file them by, and their life."""

from __future__ import annotations

from typing import Any

from conformance import requests
from conformance.checks import different, equal, holds, present, refused, success
from conformance.kinds import CONTACT
from conformance.mailbox import Mailbox
from conformance.node import Node, Ref
from conformance.scenario import each, scenario
from conformance.things import optional_headers, thing
from conformance.xml import Element, t

SPEC = "MS-OXWSCONT"
PHONES = (
    "AssistantPhone",
    "BusinessFax",
    "BusinessPhone",
    "BusinessPhone2",
    "Callback",
    "CarPhone",
    "CompanyMainPhone",
    "HomeFax",
    "HomePhone",
    "HomePhone2",
    "Isdn",
    "MobilePhone",
    "OtherFax",
    "OtherTelephone",
    "Pager",
    "PrimaryPhone",
    "RadioPhone",
    "Telex",
    "TtyTddPhone",
)
ADDRESS = {
    "Street": "1 Main Street",
    "City": "Springfield",
    "State": "Oregon",
    "CountryOrRegion": "United States",
    "PostalCode": "97477",
}
PLACES = ("Business", "Home", "Other")
NAME = {
    "GivenName": "Anna",
    "Initials": "A.B.C.",
    "MiddleName": "Berta",
    "Nickname": "Annie",
    "Generation": "Jr.",
    "Surname": "Carter",
}
TEXTS = {
    "FileAs": "Carter, Anna",
    "DisplayName": "Anna Carter",
    "CompanyName": "Contoso",
    "AssistantName": "Dora",
    "BusinessHomePage": "http://contoso.example/",
    "Department": "Sales",
    "JobTitle": "Engineer",
    "Manager": "Emil",
    "Mileage": "15 km",
    "OfficeLocation": "Room 7",
    "PostalAddressIndex": "Home",
    "Profession": "Chemist",
    "SpouseName": "Fritz",
}
DAYS = {"Birthday": "1980-05-06", "WeddingAnniversary": "2005-07-08"}
LISTS = {"Children": ["Gert", "Hans"], "Companies": ["Contoso", "Fabrikam"]}


def rows(*numbers: int) -> tuple[str, ...]:
    """Requirements of MS-OXWSCONT by their numbers."""
    return tuple(f"{SPEC}_R{number}" for number in numbers)


def _entries(name: str, values: dict[str, str]) -> Element:
    """A list of an entry for each key."""
    return t(name, [t.Entry(value, Key=key) for key, value in values.items()])


def _addresses(*places: str) -> Element:
    """Postal addresses, each in a street of its own."""
    return t.PhysicalAddresses(
        [
            t.Entry([t(part, f"{value} {place}") for part, value in ADDRESS.items()], Key=place)
            for place in places
        ]
    )


def _read_entries(read: Node, name: str) -> dict[str, str]:
    """What a list holds by key."""
    return {
        entry.element.get("Key", ""): entry.text() or "" for entry in read.nodes(f"{name}/Entry")
    }


def _check_addresses(read: Node, *places: str) -> None:
    entries = {
        entry.element.get("Key"): {child.name: child.text() for child in entry.children}
        for entry in read.nodes("PhysicalAddresses/Entry")
    }
    wanted = {
        place: {part: f"{value} {place}" for part, value in ADDRESS.items()} for place in places
    }
    equal(entries, wanted, "PhysicalAddresses")


def _full() -> Element:
    days = {name: f"{day}T00:00:00Z" for name, day in DAYS.items()}
    lists = [t(name, [t.String(value) for value in values]) for name, values in LISTS.items()]
    return thing(
        "Contact",
        lists,
        _addresses("Home"),
        _entries("EmailAddresses", {"EmailAddress1": "anna@contoso.example"}),
        _entries("PhoneNumbers", {"HomePhone": "555 0100"}),
        _entries("ImAddresses", {"ImAddress1": "im:anna"}),
        **NAME,
        **TEXTS,
        **days,
    )


def _check_full(read: Node) -> None:
    holds(read, NAME | TEXTS)
    for name, day in DAYS.items():
        equal((read.text(name) or "")[:10], day, name)
    for name, values in LISTS.items():
        equal(read.texts(f"{name}/String"), values, name)
    equal(
        _read_entries(read, "EmailAddresses"),
        {"EmailAddress1": "anna@contoso.example"},
        "EmailAddresses",
    )
    equal(_read_entries(read, "PhoneNumbers"), {"HomePhone": "555 0100"}, "PhoneNumbers")
    equal(_read_entries(read, "ImAddresses"), {"ImAddress1": "im:anna"}, "ImAddresses")
    _check_addresses(read, "Home")
    holds(
        read,
        {
            "CompleteName/FirstName": NAME["GivenName"],
            "CompleteName/MiddleName": NAME["MiddleName"],
            "CompleteName/LastName": NAME["Surname"],
            "CompleteName/Suffix": NAME["Generation"],
            "CompleteName/Initials": NAME["Initials"],
            "CompleteName/Nickname": NAME["Nickname"],
        },
    )


def _delete(ews: Mailbox, made: Ref) -> None:
    ews.delete_items(made)
    refused(ews.call(requests.get_item([made])), "ErrorItemNotFound")


@scenario(SPEC, "S01_TC01", requirements=("MS-OXWSCORE_R341", *rows(25)))
def a_contact_with_little(ews: Mailbox, contacts: Ref) -> None:
    """A name is enough; it comes back as Contact and can be deleted."""
    name = ews.unique("Contact")
    made = ews.make_item(CONTACT.make(name, DisplayName=name), contacts)
    read = ews.get_item(made)
    equal(read.name, "Contact", "kind of item")
    holds(read, {"DisplayName": name, "FileAs": name})
    _delete(ews, made)


EVERYTHING = rows(
    *(25, 27, 29, 31, 33, 35, 37, 39, 41, 43, 45, 47, 49, 51, 53, 57, 59, 61, 63, 65, 67, 69),
    *(71, 73, 75, 77, 79, 196, 198, 200, 202, 204, 208, 355, 356, 357),
)


@scenario(SPEC, "S01_TC02", requirements=EVERYTHING)
def a_contact_with_everything(ews: Mailbox, contacts: Ref) -> None:
    """Each element comes back, the name also as CompleteName."""
    made = ews.make_item(_full(), contacts)
    _check_full(ews.get_item(made))
    _delete(ews, made)


@each(
    SPEC,
    {
        "S01_TC03": ("EmailAddresses", tuple(f"EmailAddress{n}" for n in (1, 2, 3))),
    },
    parameter="keys",
    requirements=rows(124, 125, 126, 228),
)
@each(
    SPEC,
    {"S01_TC05": ("ImAddresses", tuple(f"ImAddress{n}" for n in (1, 2, 3)))},
    parameter="keys",
    requirements=rows(151, 152, 153),
)
@each(
    SPEC,
    {"S01_TC06": ("PhoneNumbers", PHONES)},
    parameter="keys",
    requirements=rows(*range(157, 176)),
)
def keys_of_a_list(ews: Mailbox, contacts: Ref, keys: tuple[str, tuple[str, ...]]) -> None:
    """Every key takes a value of its own, alone and beside all others."""
    name, allowed = keys
    values = {key: f"{number}@contoso.example" for number, key in enumerate(allowed)}
    for some in ({allowed[-1]: values[allowed[-1]]}, values):
        made = ews.make_item(CONTACT.make(ews.unique("Keys"), _entries(name, some)), contacts)
        equal(_read_entries(ews.get_item(made), name), some, name)


@scenario(SPEC, "S01_TC04", requirements=rows(130, 133))
def names_to_file_by(ews: Mailbox, contacts: Ref) -> None:
    """None keeps FileAs as it is, Company is the company's name; the others are told as set."""
    name = {"GivenName": "Anna", "Surname": "Carter", "CompanyName": "Contoso"}
    others = (
        "LastCommaFirst",
        "FirstSpaceLast",
        "LastCommaFirstCompany",
        "CompanyLastFirst",
        "LastFirst",
        "LastFirstCompany",
        "CompanyLastCommaFirst",
        "LastFirstSuffix",
        "LastSpaceFirstCompany",
        "CompanyLastSpaceFirst",
        "LastSpaceFirst",
    )

    def made(mapping: str, **values: Any) -> Node:
        wanted = thing("Contact", FileAsMapping=mapping, **name, **values)
        return ews.get_item(ews.make_item(wanted, contacts))

    holds(made("None", FileAs="As is"), {"FileAsMapping": "None", "FileAs": "As is"})
    holds(made("Company"), {"FileAsMapping": "Company", "FileAs": "Contoso"})
    for mapping in others:
        read = made(mapping)
        equal(read.text("FileAsMapping"), mapping, "FileAsMapping")
        present(read, "CompleteName")


@scenario(SPEC, "S01_TC07", requirements=rows(180, 181, 182, 183))
def the_mailing_address(ews: Mailbox, contacts: Ref) -> None:
    """None or one of three is kept as PostalAddressIndex."""
    for index in ("None", *PLACES):
        wanted = CONTACT.make(ews.unique(index), _addresses(*PLACES), PostalAddressIndex=index)
        read = ews.get_item(ews.make_item(wanted, contacts))
        equal(read.text("PostalAddressIndex"), index, "PostalAddressIndex")


@scenario(SPEC, "S01_TC08", requirements=rows(187, 188, 189, 258, 260, 262, 264, 266))
def three_postal_addresses(ews: Mailbox, contacts: Ref) -> None:
    """Each has its parts, and none those of another."""
    made = ews.make_item(CONTACT.make(ews.unique("Addresses"), _addresses(*PLACES)), contacts)
    _check_addresses(ews.get_item(made), *PLACES)


@each(
    SPEC,
    {"S01_TC09": "drafts", "S01_TC11": "inbox"},
    parameter="where",
    requirements=("MS-OXWSCDATA_R262", *rows(301001)),
)
def a_contact_needs_a_contacts_folder(ews: Mailbox, where: str) -> None:
    """It is refused elsewhere, and nothing is made."""
    name = ews.unique("Contact")
    create = requests.create_item(CONTACT.make(name), folder=where)
    refused(ews.call(create), "ErrorCannotCreateContactInNonContactFolder")
    equal(ews.find(where, name), [], f"contacts in {where}")


@scenario(SPEC, "S01_TC10", requirements=rows(81001, 1275002))
def has_picture_is_read_only(ews: Mailbox, contacts: Ref) -> None:
    """It is refused when set, and told false of a contact without a picture."""
    name = ews.unique("Contact")
    create = requests.create_item(CONTACT.make(name, HasPicture=False), folder=contacts)
    refused(ews.call(create), "ErrorInvalidPropertySet")
    made = ews.make_item(CONTACT.make(name), contacts)
    equal(ews.get_item(made).text("HasPicture"), "false", "HasPicture")


@scenario(
    SPEC,
    "S01_TC12",
    requirements=rows(16006, 16012, 16022),
    needs=("consumer contacts",),
)
def a_person_of_a_consumer_mailbox(ews: Mailbox, contacts: Ref) -> None:
    """AntiLinkInfo, categories and the place among favourites are told of a Person."""
    wanted = t.Person(
        t.AntiLinkInfo(ews.unique("Link")),
        t.ContactCategories(t.String("test category")),
        t.FavoriteOrder(1),
    )
    ews.make_item(wanted, contacts)
    found = ews.find(contacts)
    equal(len(found), 1, "persons")
    holds(found[0], {"FavoriteOrder": 1, "AntiLinkInfo": ews.unique("Link")})
    present(found[0], "ContactCategories")


@scenario(SPEC, "S02_TC01", requirements=("MS-OXWSCORE_R556", *rows(25, 37, 39, 43)))
def change_a_contact(ews: Mailbox, contacts: Ref) -> None:
    """One property, one entry of a list, one taken away; the others stay."""
    made = ews.make_item(_full(), contacts)
    phone = thing("Contact", _entries("PhoneNumbers", {"MobilePhone": "555 0199"}))
    changed = ews.update(
        made,
        requests.set_field("contacts:CompanyName", t.Contact(t.CompanyName("Fabrikam"))),
        requests.set_field("contacts:PhoneNumber#MobilePhone", phone),
        requests.delete_field("contacts:EmailAddress#EmailAddress1"),
    )
    read = ews.get_item(changed)
    holds(read, NAME | TEXTS | {"CompanyName": "Fabrikam"})
    phones = {"HomePhone": "555 0100", "MobilePhone": "555 0199"}
    equal(_read_entries(read, "PhoneNumbers"), phones, "PhoneNumbers")
    equal(_read_entries(read, "EmailAddresses"), {}, "EmailAddresses")


@scenario(SPEC, "S03_TC01", requirements=("MS-OXWSCORE_R1600", "MS-OXWSCORE_R1601"))
def copy_a_contact(ews: Mailbox, contacts: Ref, folder: Ref) -> None:
    """Original and copy are two contacts that say the same."""
    made = ews.make_item(_full(), contacts)
    copied = ews.copy_items(folder, made)[0]
    different(copied.id, made.id, "ids of original and copy")
    _check_full(ews.get_item(made))
    _check_full(ews.get_item(copied))


@scenario(SPEC, "S04_TC01", requirements=("MS-OXWSCORE_R45", "MS-OXWSCORE_R46"))
def move_a_contact(ews: Mailbox, contacts: Ref, folder: Ref) -> None:
    """It is in its new folder as it was, and no longer known by its old id."""
    made = ews.make_item(_full(), contacts)
    moved = ews.move_items(folder, made)[0]
    read = ews.get_item(moved)
    equal(read.ref("ParentFolderId").id, folder.id, "ParentFolderId")
    _check_full(read)
    refused(ews.call(requests.get_item([made])), "ErrorItemNotFound")


@scenario(SPEC, "S05_TC01", requirements=("MS-OXWSCORE_R299", "MS-OXWSCORE_R341"))
def several_contacts_at_once(ews: Mailbox, contacts: Ref, folder: Ref) -> None:
    """Create, read, change, copy, move and delete two with a request each."""
    names = [ews.unique("First"), ews.unique("Second")]
    made = ews.make_items(*[CONTACT.make(name) for name in names], folder=contacts)
    read = ews.call(requests.get_item(made))
    success(read, 2)
    equal([item.text("FileAs") for item in read.items], names, "FileAs")

    title = requests.set_field("contacts:JobTitle", t.Contact(t.JobTitle("Engineer")))
    changes = [requests.item_change(ref, title) for ref in made]
    success(ews.call(requests.update_item(*changes)), 2)
    copies = ews.copy_items(folder, *made)
    moved = ews.move_items(folder, *made)
    equal(ews.find(contacts), [], "contacts left behind")
    there = ews.call(requests.get_item([*copies, *moved]))
    success(there, 4)
    equal([item.text("JobTitle") for item in there.items], ["Engineer"] * 4, "JobTitle")
    ews.delete_items(*copies, *moved)
    refused(ews.call(requests.get_item([*copies, *moved])), "ErrorItemNotFound", count=4)


@scenario(SPEC, "S06_TC01", requirements=("MS-OXWSCORE_R341", *rows(25)))
def without_optional_elements(ews: Mailbox, contacts: Ref) -> None:
    """Requests without any optional header make, read, change and delete a contact."""
    made = ews.make_item(CONTACT.make(ews.unique("Contact")), contacts)
    name = requests.set_field("contacts:DisplayName", t.Contact(t.DisplayName("Another")))
    changed = ews.update(made, name)
    equal(ews.get_item(changed).text("DisplayName"), "Another", "DisplayName")
    _delete(ews, changed)


@scenario(SPEC, "S06_TC02", requirements=("MS-OXWSCORE_R341", *rows(25, 27, 77)))
def with_optional_elements(ews: Mailbox, contacts: Ref) -> None:
    """The optional headers change nothing of what a contact says."""
    headers = optional_headers(ews.address)
    answer = ews.call(requests.create_item(_full(), folder=contacts), headers=headers)
    success(answer)
    made = answer.items[0].id
    answer = ews.call(requests.get_item([made]), headers=headers)
    success(answer)
    holds(answer.items[0], NAME | TEXTS)
    _delete(ews, made)
