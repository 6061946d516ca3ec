"""Contacts: desktop, a phone of 14.1, one of 16.1, and the desktop again."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import strategies as st

from entrepot.testing import Exchange
from tests.round_trips.house import House
from tests.round_trips.said import (
    BODIES,
    CATEGORIES,
    PHONES,
    WORDS,
    Row,
    Said,
    Values,
    check_all,
    check_each,
    check_echo,
    element,
    elements,
    said,
)

_TEXTS = (
    "FileAs", "GivenName", "MiddleName", "Nickname", "CompanyName", "AssistantName",
    "Department", "Generation", "JobTitle", "Manager", "OfficeLocation",
    "SpouseName", "Surname",
)  # fmt: skip
_NUMBERS = (
    "AssistantPhone", "BusinessFax", "BusinessPhone", "BusinessPhone2", "CarPhone",
    "CompanyMainPhone", "HomeFax", "HomePhone", "HomePhone2", "MobilePhone", "Pager", "RadioPhone",
)  # fmt: skip
_PARTS = ("Street", "City", "State", "CountryOrRegion", "PostalCode")


def _some(keys: tuple[str, ...], values: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    """Entries of a dictionary, in the contract's order."""
    entries = st.dictionaries(st.sampled_from(keys), values, min_size=1)
    return entries.map(
        lambda found: [element("Entry", found[key], Key=key) for key in keys if key in found]
    )


def _dictionary(name: str, keys: tuple[str, ...], values: st.SearchStrategy[str]) -> Values:
    return _some(keys, values).map(lambda entries: {name: element(name, "".join(entries))})


def _escaped(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return values.map(lambda text: elements(x=text).removeprefix("<t:x>").removesuffix("</t:x>"))


_ADDRESSES = st.dictionaries(st.sampled_from(_PARTS), WORDS, min_size=1).map(
    lambda parts: elements(**{name: parts[name] for name in _PARTS if name in parts})
)
_PAGES = st.from_regex(r"https://[a-z]{1,8}\.example(/[a-z0-9]{1,8}){0,3}", fullmatch=True)
_EMAILS = st.from_regex(r"[a-z]{1,8}(\.[a-z0-9]{1,8})?@[a-z]{1,8}\.example", fullmatch=True)


def _day(name: str) -> Values:
    days = st.dates(dt.date(1900, 1, 1), dt.date(2050, 12, 31))
    return days.map(lambda day: {name: elements(**{name: f"{day}T11:59:00Z"})})


_CONTACTS: tuple[Row, ...] = (
    *(Row(name, said(name, WORDS), PHONES) for name in _TEXTS),
    # The contract calls it a URI.
    Row("BusinessHomePage", said("BusinessHomePage", _PAGES), PHONES),
    Row("Body", BODIES, PHONES),
    Row("Categories", CATEGORIES, PHONES),
    Row(
        "EmailAddresses",
        _dictionary("EmailAddresses", tuple(f"EmailAddress{n}" for n in (1, 2, 3)), _EMAILS),
        PHONES,
    ),
    Row(
        "PhysicalAddresses",
        _dictionary("PhysicalAddresses", ("Business", "Home", "Other"), _ADDRESSES),
        PHONES,
    ),
    Row("PhoneNumbers", _dictionary("PhoneNumbers", _NUMBERS, _escaped(WORDS)), PHONES),
    Row(
        "ImAddresses",
        _dictionary("ImAddresses", tuple(f"ImAddress{n}" for n in (1, 2, 3)), _escaped(WORDS)),
        PHONES,
    ),
    Row("Birthday", _day("Birthday"), PHONES),
    Row("WeddingAnniversary", _day("WeddingAnniversary"), PHONES),
    Row(
        "Children",
        st.lists(WORDS, min_size=1, max_size=3, unique=True).map(
            lambda names: {
                "Children": element("Children", "".join(elements(String=n) for n in names))
            }
        ),
        PHONES,
    ),
)
_BASE: Said = {}


@pytest.fixture(scope="module")
def house(server: Exchange) -> House:
    """A folder of contacts."""
    return House(server.person("contacts"), "Contact", "contacts", 9)


@pytest.mark.parametrize("row", _CONTACTS, ids=lambda row: row.name)
def test_each_property(house: House, row: Row) -> None:
    check_each(house, row, _BASE)


def test_many_at_once(house: House) -> None:
    check_all(house, _CONTACTS, _BASE)


@pytest.mark.parametrize("version", ("14.1", "16.1"))
def test_a_phone_that_says_what_it_was_told_changes_nothing(house: House, version: str) -> None:
    check_echo(house, version, _CONTACTS, _BASE)
