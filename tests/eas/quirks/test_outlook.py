"""Habits 28 to 39: Outlook on phones and on desks."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator

import httpx
import pytest
from exchangelib.items import Contact

from conformance.eas import documents
from conformance.eas.http import WBXML, Post
from conformance.eas.simulators import PROFILES, Simulated
from conformance.eas.wbxml import node
from eas.wbxml import Element, decode, encode
from entrepot.testing import Exchange, Person
from tests.eas.conftest import VERSIONS, NewDevice
from tests.eas.quirks.asking import (
    BIN,
    CALENDAR,
    CONTACTS,
    INBOX,
    a_session,
    added,
    attendee,
    event,
    only,
    search,
    subjects,
    waiting,
)
from tests.entrepot.test_cli_devices import entrepot

_C, _F = "Calendar", "FolderHierarchy"
_MOBILE, _DESKTOP = PROFILES["Outlook mobile"], PROFILES["Outlook desktop"]


def _simulated(person: Person, profile_name: str) -> Simulated:
    profile = PROFILES[profile_name]
    return Simulated(profile, person.exchange.eas, person.address, person.password, "OUTLOOK1")


def test_quirk_28_people_behind_one_address_do_not_shut_each_other_out(
    exchange_factory: Callable[..., Exchange],
) -> None:
    """Outlook mobile comes from Microsoft's addresses, everybody's the same, under one name."""
    environment = {"ENTREPOT_LOCKOUT_NETWORK_FAILURES": "5"}
    with exchange_factory(environment=environment) as server:
        people = [server.person(f"person{number}") for number in range(4)]
        devices = [_simulated(person, "Outlook mobile") for person in people]
        for device in devices:
            device.set_up()
        strangers = [server.person(f"stranger{number}") for number in range(8)]
        for stranger in strangers:
            answer = httpx.options(
                server.eas,
                auth=(stranger.address, "wrong"),
                headers={"User-Agent": _MOBILE.agent},
            )
            assert answer.status_code == 401
        for person, device in zip(people, devices, strict=True):
            person.receives("Hello", "x")
            device.refresh()
            assert device.subjects() == ["Hello"]
            device.device.close()


@pytest.mark.parametrize("version", VERSIONS)
def test_quirk_29_a_ping_of_three_minutes_is_granted(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    """A least interval of five minutes answered it 5, and its mail stopped."""
    device = new_device(anna, version, device_type=_MOBILE.type)
    inbox = device.folder_of_type(INBOX)
    device.sync_all(inbox)
    waits = waiting(lambda: device.ping(_MOBILE.heartbeat, [inbox]))
    anna.receives("Hello", "x")
    assert waits.result(5).text("Ping:Status") == "2"


def test_quirk_30_the_folder_0_of_a_search_is_all_of_them(
    anna: Person, new_device: NewDevice
) -> None:
    anna.receives("Harbour", "x")
    device = new_device(anna, device_type=_MOBILE.type)
    found = search(device, node("AirSync:CollectionId", "0"), node("Search:FreeText", "Harbour"))
    assert subjects(found) == ["Harbour"]


def _strange(root: Element, name: str) -> Iterator[Element]:
    """Copies of a document, each with an element that nobody knows somewhere in it."""
    places = [()]
    for path in places:
        element = root
        for step in path:
            element = element.children[step]
        if element.value is None:
            places += [(*path, number) for number in range(len(element.children))]
            copy = decode(encode(root))
            target = copy
            for step in path:
                target = target.children[step]
            target.children.append(Element(name, "1"))
            yield copy


@pytest.mark.parametrize("version", ["12.1", "14.1", "16.1"])
def test_quirk_31_what_a_newer_device_says_breaks_nothing(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    """The other side changes without notice: elements that nobody here knows, anywhere, are passed
    over or refused by a status; the server never fails of them."""
    anna.receives("x", "x")
    device = new_device(anna, version, ready=False)
    tried = 0
    for request in a_session(device):
        if request.headers.get("Content-Type") != WBXML:
            continue
        root = decode(request.body)
        page = root.name.partition(":")[0]
        for name in (f"{page}:0x3e", "AirSyncBase:0x3e"):
            for copy in _strange(root, name):
                answer = device.carry(Post(request.query, request.headers, encode(copy)))
                assert answer.status_code in (200, 400, 403, 449), (copy, answer.content)
                tried += 1
    assert tried > 100


def test_quirk_32_a_mail_that_outlook_moves_is_not_told_to_it_again(
    anna: Person, new_device: NewDevice
) -> None:
    """It would show it twice."""
    anna.receives("Mail", "x")
    device = new_device(anna, "14.0", device_type=_DESKTOP.type)
    inbox, bin = device.folder_of_type(INBOX), device.folder_of_type(BIN)
    (item,) = device.sync_all(inbox).items
    device.sync_all(bin)
    moved = device.ask("MoveItems", documents.move((item, inbox, bin)))
    assert moved.text("Move:Response", "Move:Status") == "3"
    new = moved.text("Move:Response", "Move:DstMsgId")
    assert device.sync(inbox) is None and device.sync(bin) is None
    assert list(new_device(anna).sync_all(bin).items) == [new]
    # What happens to it there is told of the one that it knows.
    (mail,) = anna.account().trash.all()
    mail.is_read = True
    mail.save(update_fields=["is_read"])
    step = device.sync(bin)
    assert step is not None
    (change,) = step.find("AirSync:Commands").children  # type: ignore[union-attr]
    assert (change.name, change.text("AirSync:ServerId")) == ("AirSync:Change", new)


def test_quirk_33_a_folder_that_vanished_is_never_8(anna: Person, new_device: NewDevice) -> None:
    anna.folder("Inbox/Projects")
    device = new_device(anna, "14.0", device_type=_DESKTOP.type)
    projects = device.folder("Projects")
    device.sync_all(projects)
    (anna.account().inbox / "Projects").delete()
    for commands in ((), (documents.delete(f"{projects}:1"),)):
        answer = device.sync(projects, commands=commands)
        assert answer is not None and answer.text("AirSync:Status") == "12"


def test_quirk_34_who_never_says_what_it_is_by_settings_is_known_by_its_agent(
    anna: Person,
) -> None:
    device = _simulated(anna, "Outlook desktop")
    device.set_up()
    shown = entrepot(anna.exchange, "show", "OUTLOOK1", "--user", anna.address)
    assert _DESKTOP.agent in shown and _DESKTOP.type in shown and "ready" in shown
    device.device.close()


def test_quirk_35_512_items_at_a_time_and_one_folder_of_contacts(
    anna: Person, new_device: NewDevice
) -> None:
    anna.folder("More", "IPF.Contact")
    account = anna.account()
    account.bulk_create(
        account.contacts,
        [
            Contact(account=account, folder=account.contacts, display_name=f"Person {number}",
                    given_name=f"{number}")
            for number in range(515)
        ],
    )  # fmt: skip
    device = new_device(anna, "14.0", device_type=_DESKTOP.type)
    contacts = device.folder_of_type(CONTACTS)
    device.begin(contacts)
    steps = [device.sync(contacts, window=512) for _ in range(3)]
    assert [
        step is not None and len(step.find("AirSync:Commands").children)  # type: ignore[union-attr]
        for step in steps
    ] == [512, 3, False]
    assert steps[0] is not None and steps[0].find("AirSync:MoreAvailable") is not None
    assert [each["DisplayName"] for each in device.folders.values() if each["Type"] == "9"] == [
        "Contacts"
    ]


@pytest.mark.parametrize("version", ["12.1", "14.0"])
def test_quirk_36_a_policy_is_taken_once_under_one_id(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    """Where the mark of the policies held what its version is not sent, it took them again and
    again, and each time under a new id."""
    device = new_device(anna, version, ready=False, device_type=_DESKTOP.type)
    asked: list[str] = []
    device.before = lambda request: asked.append(request.query.partition("&")[0])
    first = device.post("FolderSync", documents.folder_sync("0"))
    assert first.status == (449 if version == "12.1" else 200)
    device.provision()
    for _ in range(3):
        assert device.folder_sync("0").text(f"{_F}:Status") == "1"
    assert asked == ["Cmd=FolderSync", "Cmd=Provision", "Cmd=Provision"] + ["Cmd=FolderSync"] * 3
    table = entrepot(anna.exchange, "list", anna.address)
    assert table.count(device.identity.device_id) == 1 and "ready" in table


@pytest.mark.parametrize("version", VERSIONS)
def test_quirk_37_a_tree_in_which_nothing_changed_ends_the_asking(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    """The same key, and a Count of 0: Outlook asks on while either says otherwise."""
    device = new_device(anna, version, device_type=_DESKTOP.type)
    key = device.tree_key
    for _ in range(4):
        answer = device.folder_sync(key)
        said = [answer.text(f"{_F}:{name}") for name in ("Status", "SyncKey")]
        assert [*said, answer.text(f"{_F}:Changes", f"{_F}:Count")] == ["1", key, "0"]


def test_quirk_38_no_reminder_is_made_up_and_anothers_meeting_is_not_ones_own(
    anna: Person, ben: Person, new_device: NewDevice
) -> None:
    """Outlook adds the meeting itself, as received, where its answer to the invitation failed."""
    device = new_device(anna, "14.0", device_type=_DESKTOP.type)
    organizer = [
        node(f"{_C}:OrganizerEmail", ben.address),
        node(f"{_C}:OrganizerName", "Ben"),
        node(f"{_C}:MeetingStatus", 3),
    ]
    added(device, CALENDAR, *event(attendee(anna.address), *organizer))
    (item,) = anna.account().calendar.all()
    assert item.organizer.email_address == ben.address and item.is_meeting
    assert item.my_response_type != "Organizer" and not item.reminder_is_set
    assert ben.account().inbox.all().count() == anna.account().sent.all().count() == 0
    _, data = only(new_device(anna, "14.0"), CALENDAR)
    assert data[f"{_C}:MeetingStatus"].value == "3"
    assert f"{_C}:Reminder" not in data


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_quirk_39_a_password_may_come_in_either_encoding(exchange: Exchange, encoding: str) -> None:
    anna = exchange.person("anna", password="Grüße aus Köln 2026")
    pair = base64.b64encode(f"{anna.address}:{anna.password}".encode(encoding)).decode()
    answer = httpx.options(exchange.eas, headers={"Authorization": f"Basic {pair}"})
    assert answer.status_code == 200 and "16.1" in answer.headers["MS-ASProtocolVersions"]
