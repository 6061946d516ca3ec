"""Values of a persona by where they come from (MS-OXWSPERS 2.2.4: attributions). A persona here
has one source: the directory's entry, or the contact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ews.messages import Message
from ews.render.values import instant
from store.model import Properties

_SOURCE = "0"
_TEXTS = {
    "DisplayNames": "display_name",
    "FileAses": "file_as",
    "GivenNames": "given_name",
    "MiddleNames": "middle_name",
    "Surnames": "surname",
    "Generations": "generation",
    "Nicknames": "nickname",
    "Initials": "initials",
    "YomiCompanyNames": "yomi_company_name",
    "YomiFirstNames": "yomi_first_name",
    "YomiLastNames": "yomi_last_name",
    "BusinessHomePages": "business_home_page",
    "OfficeLocations": "office_location",
    "Titles": "job_title",
    "Departments": "department",
    "CompanyNames": "company_name",
    "Managers": "manager",
    "AssistantNames": "assistant_name",
    "Professions": "profession",
    "SpouseNames": "spouse_name",
}
_DAYS = {"WeddingAnniversaries": "wedding_anniversary", "Birthdays": "birthday"}
_CHATS = {"ImAddresses": "ImAddress1", "ImAddresses2": "ImAddress2", "ImAddresses3": "ImAddress3"}
_EMAILS = {"Emails1": "EmailAddress1", "Emails2": "EmailAddress2", "Emails3": "EmailAddress3"}
_PLACES = {"BusinessAddresses": "Business", "HomeAddresses": "Home", "OtherAddresses": "Other"}
_PLACE = {
    "Street": "street",
    "City": "city",
    "State": "state",
    "Country": "country_or_region",
    "PostalCode": "postal_code",
}
# Element -> key of the number, and what kind of number it is said to be.
_PHONES = {
    "BusinessPhoneNumbers": ("BusinessPhone", "Business"),
    "BusinessPhoneNumbers2": ("BusinessPhone2", "Business2"),
    "HomePhones": ("HomePhone", "Home"),
    "HomePhones2": ("HomePhone2", "Home2"),
    "MobilePhones": ("MobilePhone", "Mobile"),
    "AssistantPhoneNumbers": ("AssistantPhone", "Assistant"),
    "CallbackPhones": ("Callback", "Callback"),
    "CarPhones": ("CarPhone", "Car"),
    "HomeFaxes": ("HomeFax", "HomeFax"),
    "OrganizationMainPhones": ("CompanyMainPhone", "OrganizationMain"),
    "OtherFaxes": ("OtherFax", "OtherFax"),
    "OtherTelephones": ("OtherTelephone", "Other"),
    "Pagers": ("Pager", "Pager"),
    "RadioPhones": ("RadioPhone", "Radio"),
    "TelexNumbers": ("Telex", "Telex"),
    "TTYTDDPhoneNumbers": ("TtyTddPhone", "TTYTDD"),
    "WorkFaxes": ("BusinessFax", "BusinessFax"),
}
ELEMENTS = frozenset(
    {"Attributions", "Children", *_TEXTS, *_DAYS, *_CHATS, *_EMAILS, *_PLACES, *_PHONES}
)


def attribution(
    name: str, id: Message, folder: Message | None, *, is_writable: bool, is_quick: bool = False
) -> Message:
    """The source of all that a persona says: ``id`` of the contact or the directory's entry."""
    source: Message = {
        "Id": _SOURCE,
        "SourceId": id,
        "DisplayName": name,
        "IsWritable": is_writable,
        "IsQuickContact": is_quick,
        "IsHidden": False,
    }
    if folder is not None:
        source["FolderId"] = folder
    return {"Attribution": [source]}


def attributed(p: Properties, mailbox: Callable[[str], Message | None]) -> Message:
    """The attributed values by element. ``mailbox``: what stands under a key of the addresses."""
    found: Message = {}

    def add(element: str, kind: str, value: Any) -> None:
        entry = {"Value": value, "Attributions": {"Attribution": [_SOURCE]}}
        found[element] = {f"{kind}AttributedValue": [entry]}

    for element, name in _TEXTS.items():
        if p.get(name):
            add(element, "String", str(p[name]))
    for element, name in _DAYS.items():
        if p.get(name):
            add(element, "String", instant(p[name]))
    for element, key in _CHATS.items():
        if text := (p.get("im_addresses") or {}).get(key):
            add(element, "String", str(text))
    for element, (key, kind) in _PHONES.items():
        if number := (p.get("phone_numbers") or {}).get(key):
            add(element, "PhoneNumber", {"Number": str(number), "Type": kind})
    for element, key in _EMAILS.items():
        if (value := mailbox(key)) is not None:
            add(element, "EmailAddress", value)
    for element, key in _PLACES.items():
        place = (p.get("physical_addresses") or {}).get(key) or {}
        parts = {part: place[name] for part, name in _PLACE.items() if place.get(name)}
        if parts:
            add(element, "PostalAddress", {**parts, "Type": key})
    if p.get("children"):
        values = {"Values": {"Value": list(p["children"])}}
        found["Children"] = {
            "StringArrayAttributedValue": [{**values, "Attributions": {"Attribution": [_SOURCE]}}]
        }
    return found
