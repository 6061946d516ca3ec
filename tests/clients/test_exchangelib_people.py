"""exchangelib: people of the directory and contacts as personas."""

from __future__ import annotations

from typing import Any

import pytest
from exchangelib import Contact, DistributionList, FolderCollection
from exchangelib.indexed_properties import EmailAddress, PhoneNumber
from exchangelib.properties import Mailbox, Member

_NAMES = ("Anders Berg", "Birgit Dahl", "Carl Berg")


@pytest.fixture
def contacts(account: Any) -> Any:
    """A folder with three contacts and a list."""
    for name in _NAMES:
        given, surname = name.split()
        Contact(
            account=account,
            folder=account.contacts,
            display_name=name,
            given_name=given,
            surname=surname,
            company_name="Quay",
            job_title="Pilot",
            email_addresses=[
                EmailAddress(label="EmailAddress1", email=f"{given.lower()}@elsewhere.example")
            ],
            phone_numbers=[PhoneNumber(label="MobilePhone", phone_number="+49 40 1")],
        ).save()
    members = [Member(mailbox=Mailbox(email_address="anders@elsewhere.example"))]
    DistributionList(
        account=account, folder=account.contacts, display_name="Zz crew", members=members
    ).save()
    return account.contacts


def test_the_people_of_a_folder(contacts: Any) -> None:
    found = list(contacts.people())
    assert [p.display_name for p in found] == [*_NAMES, "Zz crew"]
    first = found[0]
    assert (first.given_name, first.surname, first.title) == ("Anders", "Berg", "Pilot")
    assert first.company_name == "Quay" and first.persona_type == "Person"
    assert first.email_address.email_address == "anders@elsewhere.example"
    assert (first.PhoneNumber.number, first.PhoneNumber.type) == ("+49 40 1", "Mobile")
    assert found[3].persona_type == "DistributionList"


def test_people_are_filtered_and_ordered(contacts: Any) -> None:
    names = [
        p.display_name for p in contacts.people().filter(surname="Berg").order_by("-given_name")
    ]
    assert names == ["Carl Berg", "Anders Berg"]
    assert [p.display_name for p in contacts.people().only("display_name")] == [*_NAMES, "Zz crew"]


def test_people_are_found_by_words(contacts: Any, account: Any) -> None:
    people = FolderCollection(account=account, folders=[contacts]).people().filter("birg")
    assert [p.display_name for p in people] == ["Birgit Dahl"]
