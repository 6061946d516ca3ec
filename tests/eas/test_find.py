"""Find: pages of one search, and what begins one; the words of KQL."""

from __future__ import annotations

import pytest

from conformance.eas.device import Device
from conformance.eas.wbxml import Node, node
from entrepot.testing import Person
from tests.eas.conftest import NewDevice

_F = "Find"
_ONE = "aa55fd4f-2c63-4a33-b4ef-cbeb0a7e4ed7"
_TWO = "{BB55FD4F-2C63-4A33-B4EF-CBEB0A7E4ED7}"


def _mail(words: str, span: str = "0-9", *more: Node) -> Node:
    return node(
        f"{_F}:MailBoxSearchCriterion",
        node(
            f"{_F}:Query",
            node("AirSync:Class", "Email"),
            *more,
            node(f"{_F}:FreeText", words),
        ),
        node(f"{_F}:Options", node(f"{_F}:Range", span), node(f"{_F}:DeepTraversal")),
    )


def _people(words: str, span: str) -> Node:
    return node(
        f"{_F}:GALSearchCriterion",
        node(f"{_F}:Query", words),
        node(f"{_F}:Options", node(f"{_F}:Range", span)),
    )


def _ask(device: Device, criterion: Node, id: str = _ONE) -> Node:
    document = node(
        f"{_F}:{_F}", node(f"{_F}:SearchId", id), node(f"{_F}:ExecuteSearch", criterion)
    )
    found = device.ask(_F, document).find(f"{_F}:Response")
    assert found is not None
    return found


def _told(response: Node) -> tuple[str, str, str]:
    status, span, total = (response.text(f"{_F}:{each}") for each in ("Status", "Range", "Total"))
    return status, span, total


def _subjects(device: Device, words: str, *more: Node) -> set[str]:
    response = _ask(device, _mail(words, "0-9", *more))
    assert response.text(f"{_F}:Status") == "1"
    return {each.text(f"{_F}:Properties", "Email:Subject") for each in response.all(f"{_F}:Result")}


def test_a_search_is_paged_through_from_its_beginning(anna: Person, new_device: NewDevice) -> None:
    """MS-ASCMD 2.2.3.143.1: the first request of a search begins at 0, others need not."""
    for number in range(5):
        anna.receives(f"Mail {number}", "harbour")
    device = new_device(anna)
    assert _told(_ask(device, _mail("harbour", "2-3")))[0] == "4"
    seen: list[str] = []
    for span in ("0-1", "2-3", "4-5"):
        response = _ask(device, _mail("harbour", span))
        seen += [
            each.text(f"{_F}:Properties", "Email:Subject") for each in response.all(f"{_F}:Result")
        ]
        assert _told(response) == ("1", "4-4" if span == "4-5" else span, "5")
    assert seen == [f"Mail {number}" for number in reversed(range(5))]
    assert _told(_ask(device, _mail("harbour", "5-9"))) == ("1", "", "5")
    # Another search, another device: each begins anew.
    assert _told(_ask(device, _mail("harbour", "2-3"), _TWO))[0] == "4"
    assert _told(_ask(device, _mail("mail", "2-3")))[0] == "4"
    assert _told(_ask(new_device(anna), _mail("harbour", "2-3")))[0] == "4"
    assert _told(_ask(device, _mail("mail", "0-0"), _TWO)) == ("1", "0-0", "5")
    assert _told(_ask(device, _mail("harbour", "2-3")))[0] == "4"
    assert _told(_ask(device, _mail("mail", "1-1"), _TWO.lower())) == ("1", "1-1", "5")


@pytest.mark.parametrize("span", ["x", "1-0", "0-1000", "-1", "0-99999999"])
def test_ranges_that_are_none(anna: Person, new_device: NewDevice, span: str) -> None:
    device = new_device(anna)
    assert _told(_ask(device, _mail("x", span)))[0] == "2"
    assert _told(_ask(device, _people("anna", span)))[0] == "2"


def test_people_are_paged_through(anna: Person, ben: Person, new_device: NewDevice) -> None:
    device = new_device(anna)
    words = ben.address.partition("@")[0]
    first = _ask(device, _people(words, "0-0"))
    status, span, total = _told(first)
    assert (status, span) == ("1", "0-0") and int(total) >= 1
    last = int(total) - 1
    response = _ask(device, _people(words, f"{last}-{last + 5}"))
    assert _told(response) == ("1", f"{last}-{last}", total)
    assert _told(_ask(device, _people("anna", "1-2")))[0] == "4"
    assert ben.address in {
        each.text(f"{_F}:Properties", "GAL:EmailAddress")
        for each in _ask(device, _people(words, "0-99")).all(f"{_F}:Result")
    }


def test_words_of_kql(anna: Person, new_device: NewDevice) -> None:
    anna.receives("Harbour report", "quay wall", sender="carla@elsewhere.example")
    anna.receives("Lunch", "harbour soup", sender="dora@elsewhere.example")
    device = new_device(anna)
    assert _subjects(device, "harbour") == {"Harbour report", "Lunch"}
    assert _subjects(device, "subject:harbour") == {"Harbour report"}
    assert _subjects(device, "from:dora") == {"Lunch"}
    assert _subjects(device, "harbour NOT subject:lunch") == {"Harbour report"}
    assert _subjects(device, "subject:lunch OR quay") == {"Harbour report", "Lunch"}
    assert _subjects(device, 'subject:"harbour report"') == {"Harbour report"}


def test_a_folder_that_is_gone_asks_for_the_tree(anna: Person, new_device: NewDevice) -> None:
    """MS-ASCMD R72172515: status 3 is of the command, not of the search."""
    device = new_device(anna)
    for folder in ("-1", "99999"):
        criterion = _mail("harbour", "0-9", node("AirSync:CollectionId", folder))
        document = node(
            f"{_F}:{_F}", node(f"{_F}:SearchId", _ONE), node(f"{_F}:ExecuteSearch", criterion)
        )
        assert device.ask(_F, document).text(f"{_F}:Status") == "3"


def test_a_folder_bounds_a_search(anna: Person, new_device: NewDevice) -> None:
    anna.receives("Harbour", "x")
    device = new_device(anna)
    inbox, sent = device.folder_of_type(2), device.folder_of_type(5)
    assert _subjects(device, "harbour", node("AirSync:CollectionId", inbox)) == {"Harbour"}
    assert _subjects(device, "harbour", node("AirSync:CollectionId", sent)) == set()


@pytest.mark.parametrize("version", ["12.1", "14.0", "14.1", "16.0"])
def test_older_versions_have_no_find(anna: Person, new_device: NewDevice, version: str) -> None:
    device = new_device(anna, version)
    document = node(f"{_F}:{_F}", node(f"{_F}:SearchId", _ONE))
    reply = device.post(_F, document)
    assert reply.status == 400 and not reply.root
