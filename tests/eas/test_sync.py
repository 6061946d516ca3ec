"""Sync of mail: windows, filters, own changes, conflicts, lost answers (MS-ASCMD 2.2.1.21)."""

from __future__ import annotations

import pytest

from conformance.eas import documents
from conformance.eas.documents import body_preference, change, delete, fetch, options
from conformance.eas.flags import ACTIVE, flag
from conformance.eas.wbxml import node
from entrepot.testing import Exchange, Person
from tests.eas.conftest import VERSIONS, NewDevice

_STATUS = "AirSync:Status"


def _received(person: Person, count: int, **more: str) -> None:
    for number in range(count):
        person.receives(f"Mail {number}", f"Text {number}", **more)


def test_the_first_key_gives_nothing_but_a_key(anna: Person, new_device: NewDevice) -> None:
    device = new_device(anna)
    _received(anna, 2)
    inbox = device.folder_of_type(2)
    first = device.sync(inbox)
    assert first is not None and first.find("AirSync:Commands") is None
    second = device.sync(inbox)
    assert second is not None and len(device.held[inbox].items) == 2
    assert second.text("AirSync:SyncKey") != first.text("AirSync:SyncKey")


@pytest.mark.parametrize("version", VERSIONS)
def test_class_is_said_before_14_0_only(anna: Person, new_device: NewDevice, version: str) -> None:
    device = new_device(anna, version)
    first = device.sync(device.folder_of_type(2))
    assert first is not None
    assert first.text("AirSync:Class") == ("Email" if version == "12.1" else "")


def test_windows_come_newest_first_and_say_whether_there_is_more(
    anna: Person, new_device: NewDevice
) -> None:
    device = new_device(anna)
    _received(anna, 7)
    inbox = device.folder_of_type(2)
    device.begin(inbox)
    sizes: list[int] = []
    while True:
        step = device.sync(inbox, window=3)
        assert step is not None
        commands = step.find("AirSync:Commands")
        assert commands is not None
        sizes.append(len(commands.children))
        subjects = [
            each.text("AirSync:ApplicationData", "Email:Subject") for each in commands.children
        ]
        assert subjects == sorted(subjects, reverse=True)
        if step.find("AirSync:MoreAvailable") is None:
            break
    assert sizes == [3, 3, 1]
    assert device.sync(inbox) is None and device.held[inbox].anomalies == []


def test_lesson_12_more_is_said_exactly_when_there_is_more(
    anna: Person, new_device: NewDevice
) -> None:
    device = new_device(anna)
    _received(anna, 3)
    inbox = device.folder_of_type(2)
    device.begin(inbox)
    step = device.sync(inbox, window=3)
    assert step is not None and step.find("AirSync:MoreAvailable") is None


def test_lesson_12_an_answer_is_bound_by_bytes(new_device: NewDevice, exchange_factory) -> None:
    server = exchange_factory(environment={"ENTREPOT_SYNC_BYTES_MAX": str(64 * 1024)})
    anna = server.person("anna")
    for number in range(4):
        anna.receives(f"Mail {number}", "x" * 40_000)
    device = new_device(anna)
    inbox = device.folder_of_type(2)
    device.begin(inbox)
    steps = 0
    while True:
        steps += 1
        step = device.sync(inbox, window=100, options=options(body_preference(1)))
        assert step is not None
        if step.find("AirSync:MoreAvailable") is None:
            break
    assert steps >= 3 and len(device.held[inbox].items) == 4


@pytest.mark.parametrize("version", VERSIONS)
def test_lesson_01_the_same_key_gives_the_same_answer(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    """Byte for byte, though mail came meanwhile; and what came comes with the next."""
    device = new_device(anna, version)
    _received(anna, 3)
    inbox = device.folder_of_type(2)
    device.begin(inbox)
    request = documents.sync(
        [documents.collection(device.keys[inbox], inbox, options=options(body_preference(1)))]
    )
    first = device.post("Sync", request)
    _received(anna, 2)
    again = device.post("Sync", request)
    assert again.body == first.body
    device.take(again, inbox)
    assert len(device.held[inbox].items) == 3
    device.sync(inbox)
    assert len(device.held[inbox].items) == 5 and device.held[inbox].anomalies == []


def test_lesson_02_two_generations_are_kept_and_no_third(
    anna: Person, new_device: NewDevice
) -> None:
    device = new_device(anna)
    inbox = device.folder_of_type(2)
    device.begin(inbox)
    keys = [device.keys[inbox]]
    for _ in range(3):
        _received(anna, 1)
        device.sync(inbox)
        keys.append(device.keys[inbox])
    assert len(set(keys)) == 4
    statuses: list[str] = []
    for key in keys:
        device.keys[inbox] = key
        answer = device.sync(inbox)
        statuses.append("nothing" if answer is None else answer.text(_STATUS))
    assert statuses == ["3", "3", "1", "nothing"]


@pytest.mark.parametrize("key", ["1", "x", "00000000-1", "{}", "0-0", "-1", "9" * 64])
def test_a_key_that_was_never_given_is_status_3(
    anna: Person, new_device: NewDevice, key: str
) -> None:
    device = new_device(anna)
    inbox = device.folder_of_type(2)
    device.begin(inbox)
    device.keys[inbox] = key
    answer = device.sync(inbox)
    assert answer is not None and answer.text(_STATUS) == "3"
    assert answer.text("AirSync:SyncKey") == "0"


def test_another_collections_key_is_status_3(anna: Person, new_device: NewDevice) -> None:
    device = new_device(anna)
    inbox, sent = device.folder_of_type(2), device.folder_of_type(5)
    device.begin(inbox)
    device.begin(sent)
    device.keys[sent] = device.keys[inbox]
    answer = device.sync(sent)
    assert answer is not None and answer.text(_STATUS) == "3"


@pytest.mark.parametrize("id", ["99999", "x", "", "-1", "3:1", "0", "9" * 30])
def test_a_folder_that_is_not_there_is_status_12(
    anna: Person, new_device: NewDevice, id: str
) -> None:
    """Devices recover from it by FolderSync; iOS by nothing else."""
    device = new_device(anna)
    answer = device.sync(id)
    assert answer is not None and answer.text(_STATUS) == "12"


@pytest.mark.parametrize("version", VERSIONS)
def test_read_flag_and_deletion_go_both_ways(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    """One device changes, another one hears; the first is not told of its own."""
    _received(anna, 3)
    one, two = new_device(anna, version), new_device(anna, version)
    inbox = one.folder_of_type(2)
    for device in (one, two):
        device.begin(inbox)
        device.sync_all(inbox)
    first, second, third = sorted(one.held[inbox].items)
    answer = one.sync(
        inbox,
        commands=[
            change(first, node("Email:Read", 1)),
            change(second, flag(ACTIVE)),
            delete(third),
        ],
    )
    assert answer is not None and answer.text(_STATUS) == "1"
    assert answer.find("AirSync:Responses") is None and answer.find("AirSync:Commands") is None
    assert one.sync(inbox) is None
    two.sync(inbox)
    held = two.held[inbox].items
    assert set(held) == {first, second} and two.held[inbox].anomalies == []
    assert held[first]["Email:Read"].value == "1"
    assert held[second]["Email:Flag"].text("Email:Status") == "2"
    # A change of flags says nothing of the rest: the subject is the one of the first Sync.
    assert held[first]["Email:Subject"].value


def test_deleted_mail_lies_in_deleted_items_unless_asked_otherwise(
    anna: Person, new_device: NewDevice
) -> None:
    _received(anna, 2)
    device = new_device(anna)
    inbox, bin = device.folder_of_type(2), device.folder_of_type(4)
    one, two = device.sync_all(inbox).items
    device.sync(inbox, commands=[delete(one)])
    device.sync(inbox, commands=[delete(two)], moves=False)
    assert len(device.sync_all(bin).items) == 1


def test_a_repeated_change_is_carried_out_once(anna: Person, new_device: NewDevice) -> None:
    """The answer was lost, and somebody else changed the item meanwhile: the repeat does not undo
    that."""
    _received(anna, 1)
    device, other = new_device(anna), new_device(anna)
    inbox = device.folder_of_type(2)
    (item,) = device.sync_all(inbox).items
    other.sync_all(inbox)
    request = documents.sync(
        [
            documents.collection(
                device.keys[inbox], inbox, commands=[change(item, node("Email:Read", 1))]
            )
        ]
    )
    device.post("Sync", request)
    other.sync(inbox)
    other.sync(inbox, commands=[change(item, node("Email:Read", 0))])
    device.take(device.post("Sync", request), inbox)
    device.sync(inbox)
    assert device.held[inbox].items[item]["Email:Read"].value == "0"


@pytest.mark.parametrize(("conflict", "read", "status"), [(1, "0", "7"), (0, "1", "")])
def test_conflicts_follow_the_option(
    anna: Person, new_device: NewDevice, conflict: int, read: str, status: str
) -> None:
    """Both set the read state: the server's counts unless the device asked for its own."""
    _received(anna, 1)
    device, other = new_device(anna), new_device(anna)
    inbox = device.folder_of_type(2)
    device.begin(inbox, options=options(conflict=conflict))
    (item,) = device.sync_all(inbox, options=options(conflict=conflict)).items
    other.sync_all(inbox)
    for value in (1, 0):
        other.sync(inbox, commands=[change(item, node("Email:Read", value))])
    answer = device.sync(inbox, commands=[change(item, node("Email:Read", 1))])
    assert answer is not None
    assert answer.text("AirSync:Responses", "AirSync:Change", _STATUS) == status
    device.sync(inbox)
    other.sync(inbox)
    for each in (device, other):
        assert each.held[inbox].items[item]["Email:Read"].value == read


def test_a_change_beside_anothers_loses_nothing(anna: Person, new_device: NewDevice) -> None:
    """One sets the flag, the other the read state: no conflict, and both hear of both."""
    _received(anna, 1)
    device, other = new_device(anna), new_device(anna)
    inbox = device.folder_of_type(2)
    (item,) = device.sync_all(inbox).items
    other.sync_all(inbox)
    other.sync(
        inbox,
        commands=[change(item, flag(ACTIVE))],
    )
    answer = device.sync(inbox, commands=[change(item, node("Email:Read", 1))])
    assert answer is not None and answer.find("AirSync:Responses") is None
    assert device.held[inbox].items[item]["Email:Flag"].text("Email:Status") == "2"
    other.sync(inbox)
    assert other.held[inbox].items[item]["Email:Read"].value == "1"


def test_a_change_of_what_is_gone_is_status_8(anna: Person, new_device: NewDevice) -> None:
    _received(anna, 1)
    device, other = new_device(anna), new_device(anna)
    inbox = device.folder_of_type(2)
    (item,) = device.sync_all(inbox).items
    other.sync_all(inbox)
    other.sync(inbox, commands=[delete(item)])
    answer = device.sync(inbox, commands=[change(item, node("Email:Read", 1)), delete(item)])
    assert answer is not None
    responses = answer.find("AirSync:Responses")
    assert responses is not None
    assert [each.text(_STATUS) for each in responses.children] == ["8"]
    assert device.sync(inbox) is None  # it deleted it itself, too: it is not told so


def test_lesson_08_a_filter_gives_exact_soft_deletions_and_additions(
    exchange: Exchange, new_device: NewDevice
) -> None:
    anna = exchange.person("anna")
    ages = (40, 20, 10, 5, 2, 0)
    for age, following in zip(ages, (*ages[1:], 0), strict=True):
        anna.receives(f"{age} days", "x")
        exchange.clock.advance(days=age - following)
    device = new_device(anna)
    inbox = device.folder_of_type(2)

    def held() -> list[str]:
        return sorted(
            str(data["Email:Subject"].value) for data in device.held[inbox].items.values()
        )

    device.begin(inbox, options=options(filter_type=3))
    device.sync_all(inbox, options=options(filter_type=3), window=2)
    assert held() == ["0 days", "2 days", "5 days"]
    device.sync_all(inbox, options=options(filter_type=5), window=2)
    assert held() == ["0 days", "10 days", "2 days", "20 days", "5 days"]
    device.sync_all(inbox, options=options(filter_type=0))
    assert len(held()) == 6
    key = device.keys[inbox]
    step = device.sync(inbox, options=options(filter_type=1), window=100)
    assert step is not None
    commands = step.find("AirSync:Commands")
    assert commands is not None
    assert {each.name for each in commands.children} == {"AirSync:SoftDelete"}
    assert held() == ["0 days"] and device.keys[inbox] != key
    assert device.held[inbox].anomalies == []


@pytest.mark.parametrize("version", ["14.0", "14.1", "16.0", "16.1"])
def test_a_conversation_is_held_as_long_as_its_newest_message(
    exchange: Exchange, new_device: NewDevice, version: str
) -> None:
    """MS-ASCON 3.2.5.6: old messages come with a new one, and leave when that ages off, though it
    was deleted before."""
    anna = exchange.person("anna")
    first = anna.receives("Question", "x")
    thread = {"References": first}
    anna.receives("Old", "x")
    exchange.clock.advance(days=20)
    anna.receives("Re: Question", "x", headers=thread)
    exchange.clock.advance(days=20)
    device = new_device(anna, version)
    inbox = device.folder_of_type(2)
    week = options(filter_type=3)

    def held(*mode: int) -> list[str]:
        asked = [node("AirSync:ConversationMode", each) for each in mode]
        device.sync_all(inbox, options=week, more=asked, window=1)
        items = device.held[inbox].items.values()
        return sorted(str(data["Email:Subject"].value) for data in items)

    device.begin(inbox, options=week, more=[node("AirSync:ConversationMode", 1)])
    assert held() == []
    anna.receives("Re: Re: Question", "x", headers=thread)
    whole = ["Question", "Re: Question", "Re: Re: Question"]
    assert held() == whole
    assert held(0) == ["Re: Re: Question"]
    assert held(1) == whole
    assert device.sync(inbox, options=week) is None
    # The newest one goes: what came with it stays until the filter has passed it.
    (newest,) = (
        id
        for id, data in device.held[inbox].items.items()
        if data["Email:Subject"].value == whole[2]
    )
    device.change(inbox, delete(newest))
    assert device.held[inbox].items.pop(newest)
    assert held() == whole[:2]
    exchange.clock.advance(days=9)
    assert held() == []
    assert device.held[inbox].anomalies == []


def test_an_empty_request_repeats_the_last_one(anna: Person, new_device: NewDevice) -> None:
    device = new_device(anna)
    inbox = device.folder_of_type(2)
    device.sync_all(inbox)
    assert device.sync(inbox) is None
    assert device.post("Sync").body == b""
    _received(anna, 1)
    device.take(device.post("Sync"), inbox)
    assert len(device.held[inbox].items) == 1


def test_an_empty_request_of_a_device_not_known_is_status_13(
    anna: Person, new_device: NewDevice
) -> None:
    device = new_device(anna)
    assert device.ask("Sync").text(_STATUS) == "13"
    assert device.ask("Sync", documents.sync([], partial=True, wait=5)).text(_STATUS) == "13"


def test_partial_takes_the_rest_from_the_last_request(anna: Person, new_device: NewDevice) -> None:
    device = new_device(anna)
    inbox, sent = device.folder_of_type(2), device.folder_of_type(5)
    for folder in (inbox, sent):
        device.sync_all(folder)
    both = [documents.collection(device.keys[each], each) for each in (inbox, sent)]
    device.post("Sync", documents.sync(both))
    _received(anna, 1)
    partial = documents.sync([documents.collection(device.keys[sent], sent)], partial=True)
    device.take(device.post("Sync", partial), inbox)
    assert len(device.held[inbox].items) == 1


@pytest.mark.parametrize(
    ("asked", "status", "limit"),
    [
        ({"wait": 0}, "14", "1"),
        ({"wait": 60}, "14", "59"),
        ({"heartbeat": 10}, "14", "60"),
        ({"heartbeat": 9999}, "14", "3540"),
        ({"wait": 1, "heartbeat": 60}, "4", ""),
    ],
)
def test_waits_out_of_range_get_the_nearest_bound(
    anna: Person, new_device: NewDevice, asked: dict[str, int], status: str, limit: str
) -> None:
    device = new_device(anna)
    inbox = device.folder_of_type(2)
    device.begin(inbox)
    request = documents.sync([documents.collection(device.keys[inbox], inbox)], **asked)
    answer = device.ask("Sync", request)
    assert (answer.text(_STATUS), answer.text("AirSync:Limit")) == (status, limit)


def test_what_breaks_the_protocol_is_status_4(anna: Person, new_device: NewDevice) -> None:
    device = new_device(anna)
    inbox = device.folder_of_type(2)
    item = [delete(f"{inbox}:1")]
    wrong = [
        documents.sync([]),
        documents.sync([documents.collection("0", inbox, commands=item)]),
        documents.sync([documents.collection("0", inbox, gets=True)]),
        documents.sync([documents.collection("0", inbox), documents.collection("0", inbox)]),
        node("AirSync:Sync", node("AirSync:Collections", node("AirSync:Collection"))),
    ]
    assert [device.ask("Sync", each).text(_STATUS) for each in wrong] == ["4"] * 5


@pytest.mark.parametrize(
    ("classes", "due"),
    [
        (("Email", "Email"), "4"),
        ((None, "Email"), "4"),
        (("Email", "Calendar"), "4"),
        (("Tasks", "SMS"), "4"),
        (("Email", "SMS"), ""),
        ((None, "SMS"), ""),
    ],
)
def test_only_mail_and_text_messages_have_options_together(
    anna: Person, new_device: NewDevice, classes: tuple[str | None, ...], due: str
) -> None:
    device = new_device(anna)
    inbox = device.folder_of_type(2)
    device.begin(inbox)
    asked = [
        node("AirSync:Options", node("AirSync:Class", name) if name else None) for name in classes
    ]
    request = documents.sync([documents.collection(device.keys[inbox], inbox, more=asked)])
    reply = device.post("Sync", request)
    assert (reply.root.text(_STATUS) if reply.root else "") == due


def test_only_mail_has_conversations(anna: Person, new_device: NewDevice) -> None:
    device = new_device(anna)
    contacts, asked = device.folder_of_type(9), [node("AirSync:ConversationMode", 1)]
    first = device.sync(contacts, more=asked)
    assert first is not None and first.text(_STATUS) == "4"
    device.begin(contacts)
    step = device.sync(contacts, more=asked)
    assert step is not None and step.text(_STATUS) == "4"


def test_fetch_gives_an_item_whole(anna: Person, new_device: NewDevice) -> None:
    anna.receives("Long", "x" * 5_000)
    device = new_device(anna)
    inbox = device.folder_of_type(2)
    short = options(body_preference(1, 100))
    (item,) = device.sync_all(inbox, options=short).items
    body = device.held[inbox].items[item]["AirSyncBase:Body"]
    assert len(body.text("AirSyncBase:Data")) == 100
    assert body.text("AirSyncBase:Truncated") == "1"
    assert body.text("AirSyncBase:EstimatedDataSize") == "5002"
    answer = device.sync(inbox, commands=[fetch(item)], options=options(body_preference(1)))
    assert answer is not None
    path = ("AirSync:Responses", "AirSync:Fetch")
    assert answer.text(*path, _STATUS) == "1"
    data = answer.text(*path, "AirSync:ApplicationData", "AirSyncBase:Body", "AirSyncBase:Data")
    assert data.strip() == "x" * 5_000


def test_lesson_18_a_move_is_told_to_the_others_alone(anna: Person, new_device: NewDevice) -> None:
    _received(anna, 2)
    mover, other = new_device(anna), new_device(anna)
    inbox, target = mover.folder_of_type(2), mover.folder("Archive")
    for device in (mover, other):
        device.sync_all(inbox)
        device.sync_all(target)
    item = sorted(mover.held[inbox].items)[0]
    answers = [mover.ask("MoveItems", documents.move((item, inbox, target))) for _ in range(2)]
    moved = [each.text("Move:Response", "Move:DstMsgId") for each in answers]
    assert [each.text("Move:Response", "Move:Status") for each in answers] == ["3", "3"]
    assert moved[0] == moved[1]  # the repeat of a move whose answer was lost
    assert mover.sync(inbox) is None and mover.sync(target) is None
    other.sync(inbox)
    other.sync(target)
    assert len(other.held[inbox].items) == 1 and list(other.held[target].items) == [moved[0]]
    assert other.held[inbox].anomalies == other.held[target].anomalies == []
    # What others change there later reaches the mover as a change of what it holds.
    other.sync(target, commands=[change(moved[0], node("Email:Read", 1))])
    step = mover.sync(target)
    assert step is not None
    assert step.text("AirSync:Commands", "AirSync:Change", "AirSync:ServerId") == moved[0]


@pytest.mark.parametrize(
    ("move", "status"),
    [
        (("3:999", "3", "9"), "1"),
        (("x", "3", "9"), "1"),
        (("ITEM", "3", "3"), "4"),
        (("ITEM", "3", "99999"), "2"),
        (("ITEM", "4", "9"), "1"),
    ],
)
def test_moves_that_cannot_be_have_their_own_status(
    anna: Person, new_device: NewDevice, move: tuple[str, str, str], status: str
) -> None:
    _received(anna, 1)
    device = new_device(anna)
    inbox = device.folder_of_type(2)
    (item,) = device.sync_all(inbox).items
    wanted = (item if move[0] == "ITEM" else move[0], *move[1:])
    answer = device.ask("MoveItems", documents.move(wanted))
    assert answer.text("Move:Response", "Move:Status") == status


def test_the_estimate_is_what_sync_tells(anna: Person, new_device: NewDevice) -> None:
    _received(anna, 4)
    device = new_device(anna)
    inbox = device.folder_of_type(2)
    _P = "GetItemEstimate"

    def estimate(key: str) -> tuple[str, str]:
        answer = device.ask(
            _P,
            node(
                f"{_P}:{_P}",
                node(
                    f"{_P}:Collections",
                    node(
                        f"{_P}:Collection",
                        node("AirSync:SyncKey", key),
                        node(f"{_P}:CollectionId", inbox),
                    ),
                ),
            ),
        )
        path = (f"{_P}:Response", f"{_P}:Collection", f"{_P}:Estimate")
        return answer.text(f"{_P}:Response", f"{_P}:Status"), answer.text(*path)

    assert estimate("0") == ("3", "")
    device.begin(inbox)
    assert estimate(device.keys[inbox]) == ("1", "4")
    assert estimate("nonsense") == ("4", "")
    device.sync_all(inbox)
    assert estimate(device.keys[inbox]) == ("1", "0")
