"""TbSync when things go wrong: answers that are lost, policies that change, keys that nobody knows,
folders that come and go. Nothing is doubled, nothing is lost, and the account comes to rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from exchangelib.folders import Contacts
from exchangelib.items import Contact

from entrepot.testing import Exchange, Person
from tests.clients.tbsync_client import USUAL_VERSIONS, VERSIONS, TbSync, TbSyncError, ical

NewThunderbird = Callable[..., TbSync]
EVENT = ("DTSTART:20261005T080000Z", "DTEND:20261005T090000Z")
CARD = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:{0}\r\nN:{0};;;;\r\nEND:VCARD\r\n"


def _event(subject: str) -> str:
    return ical("VEVENT", *EVENT, f"SUMMARY:{subject}")


def _names(thunderbird: TbSync) -> list[str]:
    return sorted(
        text.split("FN:")[1].splitlines()[0] for text in thunderbird.items("contacts").values()
    )


@pytest.mark.parametrize("tbsync_version", VERSIONS)
def test_every_answer_of_a_setup_is_lost_once(
    new_thunderbird: NewThunderbird, anna: Person, tbsync_version: str
) -> None:
    """The client asks again in the same words (the handshake of the policies, too)."""
    thunderbird = new_thunderbird()
    thunderbird.set_up(anna, tbsync_version)
    account = anna.account()
    Contact(account=account, folder=account.contacts, display_name="A", file_as="A").save()
    for command in ("FolderSync", "Provision", "Settings", "Sync", "GetItemEstimate"):
        thunderbird.lose(command)
    thunderbird.connect()
    thunderbird.synchronise()
    assert _names(thunderbird) == ["A"]
    lost = {request["command"] for request in thunderbird.requests() if request["isLost"]}
    assert lost >= {"FolderSync", "Provision", "Settings", "Sync"}


def test_own_changes_whose_answers_are_lost_are_carried_out_once(
    thunderbird: TbSync, anna: Person
) -> None:
    thunderbird.save("contacts", CARD.format("Ada"))
    thunderbird.save("calendars", _event("Plan"))
    thunderbird.save("tasks", ical("VTODO", "SUMMARY:Call"))
    thunderbird.lose("Sync", "x.x.x.x.x.x.")
    thunderbird.synchronise()
    account = anna.account()
    assert [item.file_as for item in account.contacts.all()] == ["Ada"]
    assert [item.subject for item in account.calendar.all()] == ["Plan"]
    assert [item.subject for item in account.tasks.all()] == ["Call"]
    thunderbird.synchronise()
    assert [len(thunderbird.items(t)) for t in ("contacts", "calendars", "tasks")] == [1, 1, 1]


def test_a_run_that_fails_is_made_up_for_by_the_next(thunderbird: TbSync, anna: Person) -> None:
    """Both tries of the client are lost: it gives up, and begins the next run with the same key and
    the same changes under other ClientIds."""
    thunderbird.save("contacts", CARD.format("Ada"))
    thunderbird.save("calendars", _event("Plan"))
    thunderbird.lose("Sync", "xx")
    with pytest.raises(TbSyncError) as failed:
        thunderbird.synchronise()
    assert failed.value.code == "E:NETWORK"
    thunderbird.synchronise()
    account = anna.account()
    assert [item.file_as for item in account.contacts.all()] == ["Ada"]
    assert [item.subject for item in account.calendar.all()] == ["Plan"]
    assert [len(thunderbird.items(type)) for type in ("contacts", "calendars")] == [1, 1]


@pytest.mark.parametrize("tbsync_version", USUAL_VERSIONS)
def test_policies_that_change_are_taken_anew(
    new_thunderbird: NewThunderbird, tmp_path: Path, tbsync_version: str
) -> None:
    """Status 143 in the midst of an account's life: the client provisions again and goes on."""
    with Exchange(tmp_path / "data") as exchange:
        anna = exchange.person("anna")
        thunderbird = new_thunderbird(exchange)
        thunderbird.set_up(anna, tbsync_version)
        thunderbird.connect()
        thunderbird.synchronise()
        before = thunderbird.account["policykey"]
        thunderbird.save("contacts", CARD.format("Ada"))
        exchange.stop()
        exchange._environment["ENTREPOT_DEVICE_POLICY"] = '{"AllowCamera": false}'
        exchange.start()
        thunderbird.requests()
        thunderbird.log()
        thunderbird.synchronise()
        sent = [request["command"] for request in thunderbird.requests()]
        assert sent.count("Provision") == 2
        answers = [e["details"] for e in thunderbird.log() if "receive FolderSync" in e["message"]]
        if tbsync_version != "14.0":  # which asks Settings first
            assert "<Status>143</Status>" in answers[0]
        assert thunderbird.account["policykey"] not in (before, "0")
        assert [item.file_as for item in anna.account().contacts.all()] == ["Ada"]
        thunderbird.synchronise()
        assert "Provision" not in [request["command"] for request in thunderbird.requests()]


def test_a_directory_search_takes_new_policies(
    new_thunderbird: NewThunderbird, tmp_path: Path
) -> None:
    with Exchange(tmp_path / "data") as exchange:
        anna = exchange.person("anna")
        exchange.person("benedict")
        thunderbird = new_thunderbird(exchange)
        thunderbird.set_up(anna)
        thunderbird.connect()
        exchange.stop()
        exchange._environment["ENTREPOT_DEVICE_POLICY"] = '{"AllowCamera": false}'
        exchange.start()
        found = thunderbird.ask("find", text="bened")
        assert [each["PrimaryEmail"] for each in found] == ["benedict@demo.example"]


@pytest.mark.parametrize("key", ["0", "no-such-key-7"])
def test_a_key_that_nobody_knows_doubles_nothing(
    thunderbird: TbSync, anna: Person, key: str
) -> None:
    """A profile restored from a copy: Status 3, and all items come again, onto their likes."""
    thunderbird.warnings.append("the server refused our sync key")
    account = anna.account()
    Contact(account=account, folder=account.contacts, display_name="A", file_as="A").save()
    thunderbird.save("contacts", CARD.format("B"))
    thunderbird.synchronise()
    thunderbird.save("contacts", CARD.format("C"))
    thunderbird.change_folder("contacts", custom={"synckey": key})
    thunderbird.synchronise()
    assert _names(thunderbird) == ["A", "B", "C"]
    assert sorted(item.file_as for item in account.contacts.all()) == ["A", "B", "C"]


def test_folders_come_and_go(thunderbird: TbSync, anna: Person) -> None:
    account = anna.account()
    made: Any = Contacts(parent=account.msg_folder_root, name="Friends")
    made.save()
    thunderbird.synchronise()
    rows = {row["displayName"]: row["targetType"] for row in thunderbird.folders()}
    assert rows["Friends"] == "contacts"
    made.name = "Old friends"
    made.save(update_fields=["name"])
    thunderbird.synchronise()
    names = {row["displayName"] for row in thunderbird.folders()}
    assert "Old friends" in names and "Friends" not in names
    made.delete()
    thunderbird.synchronise()
    assert "Old friends" not in {row["displayName"] for row in thunderbird.folders()}
    thunderbird.ask("disconnect")
    assert thunderbird.folders() == []
    thunderbird.connect()
    thunderbird.synchronise()
    assert {"Contacts", "Calendar", "Tasks"} <= {r["displayName"] for r in thunderbird.folders()}


def test_what_may_only_be_read_goes_back_to_what_it_was(thunderbird: TbSync, anna: Person) -> None:
    """The client fetches the items again one by one (ItemOperations)."""
    account = anna.account()
    for name in ("A", "B"):
        Contact(account=account, folder=account.contacts, display_name=name, file_as=name).save()
    thunderbird.synchronise()
    items = thunderbird.items("contacts")
    (a,) = [id for id, text in items.items() if "FN:A" in text]
    (b,) = [id for id, text in items.items() if "FN:B" in text]
    thunderbird.save("contacts", items[a].replace("FN:A", "FN:X"), a)
    thunderbird.erase("contacts", b)
    thunderbird.save("contacts", CARD.format("C"))
    thunderbird.change_folder("contacts", downloadOnly=True)
    thunderbird.requests()
    thunderbird.synchronise()
    assert "ItemOperations" in [request["command"] for request in thunderbird.requests()]
    assert _names(thunderbird) == ["A", "B"]
    assert sorted(item.file_as for item in account.contacts.all()) == ["A", "B"]


def test_the_server_wins_where_both_changed_the_same(thunderbird: TbSync, anna: Person) -> None:
    account = anna.account()
    item: Any = Contact(folder=account.contacts, display_name="A", file_as="A")
    item.save()
    thunderbird.synchronise()
    ((id, text),) = thunderbird.items("contacts").items()
    thunderbird.save("contacts", text.replace("FN:A", "FN:Mine"), id)
    item.file_as = "Theirs"
    item.save(update_fields=["file_as"])
    thunderbird.synchronise()
    assert _names(thunderbird) == ["Theirs"]
    assert [each.file_as for each in account.contacts.all()] == ["Theirs"]
