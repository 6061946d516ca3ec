"""TbSync when things go wrong: answers that are lost, policies that change, keys that nobody knows,
folders that come and go. Nothing is doubled, nothing is lost, and the account comes to rest."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from exchangelib.items import Contact

from entrepot.testing import Person
from tests.clients.tbsync_client import TbSync, TbSyncError, ical

NewThunderbird = Callable[..., TbSync]
EVENT = ("DTSTART:20261005T080000Z", "DTEND:20261005T090000Z")
CARD = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:{0}\r\nN:{0};;;;\r\nEND:VCARD\r\n"


def _event(subject: str) -> str:
    return ical("VEVENT", *EVENT, f"SUMMARY:{subject}")


def _names(thunderbird: TbSync) -> list[str]:
    return sorted(
        text.split("FN:")[1].splitlines()[0] for text in thunderbird.items("contacts").values()
    )


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
