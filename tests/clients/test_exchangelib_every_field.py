"""exchangelib: every field of contacts, lists, tasks and appointments that it can write comes back;
is changed by itself; and is taken away."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from exchangelib import (
    CalendarItem,
    Contact,
    DistributionList,
    EWSDate,
    EWSDateTime,
    EWSTimeZone,
    Task,
    fields,
)
from exchangelib.indexed_properties import EmailAddress, ImAddress, PhoneNumber, PhysicalAddress
from exchangelib.properties import Attendee, Mailbox, Member

from entrepot.testing import Person

BERLIN = EWSTimeZone("Europe/Berlin")
_PERSON = Attendee(
    mailbox=Mailbox(name="Carla", email_address="carla@elsewhere.example", mailbox_type="Mailbox"),
    response_type="Unknown",
)
# Fields with a test of their own: what they say depends on others, or they are no plain values.
_APART = frozenset({"mime_content", "attachments", "recurrence", "in_reply_to", "uid", "when"})
# What one field's value makes of another's.
_STARTS = {
    CalendarItem: {
        "start": EWSDateTime(2030, 5, 6, 10, tzinfo=BERLIN),
        "end": EWSDateTime(2030, 5, 6, 11, tzinfo=BERLIN),
    },
    Contact: {"display_name": "Ada"},
    DistributionList: {"display_name": "Crew"},
    Task: {"subject": "Paint"},
}


def _indexed(kind: Any, value: Callable[[str], dict[str, Any]]) -> Callable[[str], list[Any]]:
    labels = sorted(choice.value for choice in kind.get_field_by_fieldname("label").choices)
    return lambda word: [kind(label=label, **value(f"{word} {label}")) for label in labels]


def _place(word: str) -> dict[str, str]:
    names = ("street", "city", "state", "country", "zipcode")
    return {name: f"{word} {name}" for name in names}


def _members(word: str) -> list[Member]:
    mailbox = Mailbox(name=word, email_address=f"{word}@elsewhere.example", mailbox_type="OneOff")
    return [Member(mailbox=mailbox, status="Normal")]


# A value of each type of field, from a word; the word tells two values apart.
_OF_TYPE: dict[str, Callable[[str], Any]] = {
    "CharField": lambda w: f"{w} ö & <b>",
    "TextField": lambda w: f"{w} ö & <b>",
    "CharListField": lambda w: [f"{w} one", f"{w} two"],
    "TextListField": lambda w: [f"{w} one", f"{w} two"],
    "BodyField": lambda w: f"{w}: what there is to say",
    "URIField": lambda w: f"https://{w}.example/a?b=c",
    "BooleanField": lambda w: w == "first",
    "IntegerField": lambda w: 25 if w == "first" else 40,
    "DecimalField": lambda w: Decimal(25 if w == "first" else 40),
    "EnumAsIntField": lambda w: 1 if w == "first" else 2,
    "CultureField": lambda w: "de-DE" if w == "first" else "en-GB",
    "DateTimeField": lambda w: EWSDateTime(2030, 5, 4, len(w), tzinfo=BERLIN),
    "DateTimeBackedDateField": lambda w: EWSDate(2030, 5, len(w)),
    "AttendeesField": lambda w: [_PERSON],
    "MemberListField": _members,
    "EmailAddressesField": _indexed(EmailAddress, lambda w: {"email": f"{w[:5]}{w[-1]}@b.example"}),
    "PhoneNumberField": _indexed(PhoneNumber, lambda w: {"phone_number": f"+49 {w}"}),
    "ImAddressField": _indexed(ImAddress, lambda w: {"im_address": f"im:{w}"}),
    "PhysicalAddressField": _indexed(PhysicalAddress, _place),
}


def _value(field: Any, version: Any, word: str) -> Any:
    if isinstance(field, fields.TimeZoneField):
        return BERLIN
    if isinstance(field, fields.ChoiceField):
        choices = sorted(set(field.supported_choices(version=version)) - {"None", field.default})
        return choices[0 if word == "first" else -1]
    return _OF_TYPE[type(field).__name__](word)


def _fields(kind: Any, version: Any) -> list[Any]:
    return [
        field
        for field in kind.FIELDS
        if not field.is_read_only
        and field.supports_version(version)
        and field.name not in _APART
        and field.name not in _STARTS[kind]
        and field.name != "is_all_day"
    ]


_FOLDERS = {
    Contact: "contacts",
    DistributionList: "contacts",
    Task: "tasks",
    CalendarItem: "calendar",
}


@pytest.fixture
def account(anna: Person) -> Any:
    opened = anna.account()
    opened.default_timezone = BERLIN
    return opened


def _same(field: Any, value: Any) -> Any:
    """What is compared of a value: lists in any order, bodies without the ends of their lines."""
    if isinstance(field, fields.BodyField):
        return str(value or "").strip()
    if isinstance(field, fields.AttendeesField):
        return [(a.mailbox.email_address, a.mailbox.name) for a in value or ()]
    if isinstance(field, fields.MemberListField):
        return [m.mailbox.email_address for m in value or ()]
    return sorted(value, key=str) if isinstance(value, list) else value


def _made(account: Any, kind: Any, **values: Any) -> Any:
    folder = getattr(account, _FOLDERS[kind])
    return kind(account=account, folder=folder, **_STARTS[kind], **values).save()


@pytest.mark.parametrize("kind", _FOLDERS)
def test_all_of_an_item_comes_back(account: Any, kind: Any) -> None:
    version = account.version
    every = [f for f in _fields(kind, version) if f.name not in _TOGETHER]
    values = {field.name: _value(field, version, "first") for field in every}
    saved = _made(account, kind, **values)
    saved.refresh()
    told = {f.name: _same(f, getattr(saved, f.name)) for f in every}
    assert told == {f.name: _same(f, values[f.name]) for f in every}
    others = {field.name: _value(field, version, "other!") for field in every}
    for name, value in others.items():
        setattr(saved, name, value)
    saved.save(update_fields=list(others))
    saved.refresh()
    told = {f.name: _same(f, getattr(saved, f.name)) for f in every}
    assert told == {f.name: _same(f, others[f.name]) for f in every}
    gone = [
        field
        for field in every
        if not (field.is_required or field.is_required_after_save or field.name in _STAYING)
    ]
    for field in gone:
        setattr(saved, field.name, None)
    saved.save(update_fields=[field.name for field in gone])
    saved.refresh()
    left = {f.name: getattr(saved, f.name) for f in gone if getattr(saved, f.name)}
    assert left == {}


_TOGETHER = frozenset(
    {"reminder_due_by", "file_as_mapping", "file_as", "status", "percent_complete"}
)
_STAYING = frozenset({"reminder_minutes_before_start", "_start_timezone", "_end_timezone",
                      "is_response_requested", "allow_new_time_proposal"})  # fmt: skip
