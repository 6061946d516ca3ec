"""A contact as a vCard 3.0 (RFC 2426), from its properties."""

from __future__ import annotations

from collections.abc import Iterator

from store.instant import from_instant
from store.model import ItemDraft, Properties
from store.text.content_lines import escaped, folded

_PLAIN = (
    ("NICKNAME", "nickname"),
    ("TITLE", "job_title"),
    ("ROLE", "profession"),
    ("URL", "business_home_page"),
    ("X-MS-MANAGER", "manager"),
    ("X-MS-ASSISTANT", "assistant_name"),
    ("X-MS-SPOUSE", "spouse_name"),
)
_PHONES = {
    "BusinessPhone": "WORK,VOICE", "BusinessPhone2": "WORK,VOICE", "BusinessFax": "WORK,FAX",
    "HomePhone": "HOME,VOICE", "HomePhone2": "HOME,VOICE", "HomeFax": "HOME,FAX",
    "MobilePhone": "CELL,VOICE", "Pager": "PAGER", "CarPhone": "CAR,VOICE",
    "PrimaryPhone": "PREF,VOICE", "CompanyMainPhone": "WORK,VOICE", "Isdn": "ISDN",
}  # fmt: skip
_ADDRESSES = {"Business": "WORK", "Home": "HOME", "Other": "POSTAL"}


def vcard(draft: ItemDraft) -> bytes:
    """The vCard of a contact."""
    lines = ["BEGIN:VCARD", "VERSION:3.0", *_lines(draft), "END:VCARD"]
    return b"".join(folded(line) for line in lines)


def _lines(draft: ItemDraft) -> Iterator[str]:
    p = draft.properties
    full = p.get("display_name") or p.get("file_as") or p.get("subject") or ""
    yield f"FN:{escaped(full)}"
    name = [p.get(k, "") for k in ("surname", "given_name", "middle_name", "title", "generation")]
    yield f"N:{';'.join(map(escaped, name))}"
    if p.get("company_name") or p.get("department"):
        unit = f";{escaped(p['department'])}" if p.get("department") else ""
        yield f"ORG:{escaped(p.get('company_name', ''))}{unit}"
    for label, key in _PLAIN:
        if p.get(key):
            yield f"{label}:{escaped(p[key])}"
    yield from _reach(p)
    if p.get("birthday"):
        yield f"BDAY:{from_instant(p['birthday']):%Y-%m-%d}"
    if p.get("categories"):
        yield f"CATEGORIES:{','.join(map(escaped, p['categories']))}"
    if draft.body.text:
        yield f"NOTE:{escaped(draft.body.text)}"


def _reach(p: Properties) -> Iterator[str]:
    emails: dict[str, dict[str, str]] = p.get("email_addresses") or {}
    phones: dict[str, str] = p.get("phone_numbers") or {}
    places: dict[str, dict[str, str]] = p.get("physical_addresses") or {}
    chats: dict[str, str] = p.get("im_addresses") or {}
    for entry in emails.values():
        if entry.get("address"):
            yield f"EMAIL;TYPE=INTERNET:{escaped(entry['address'])}"
    for key, number in phones.items():
        if number:
            yield f"TEL;TYPE={_PHONES.get(key, 'VOICE')}:{escaped(number)}"
    for key, place in places.items():
        parts = [place.get(k, "") for k in ("street", "city", "state", "postal_code",
                                            "country_or_region")]  # fmt: skip
        if any(parts):
            yield f"ADR;TYPE={_ADDRESSES.get(key, 'POSTAL')}:;;{';'.join(map(escaped, parts))}"
    for chat in chats.values():
        if chat:
            yield f"X-MS-IMADDRESS:{escaped(chat)}"
