"""``entrepot device``: seen, explained, blocked, wiped, forgotten, beside a running server."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.documents import change, delete, options
from conformance.eas.http import Identity
from conformance.eas.wbxml import Node, node
from entrepot.testing import Exchange, Person
from tests.entrepot.test_cli import entrepot as run

_FULL = {"ENTREPOT_DEVICE_FULL_WIPE": "true"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with Exchange(tmp_path_factory.mktemp("devices")) as exchange:
        yield exchange


def entrepot(
    server: Exchange,
    *words: str,
    typed: str = "",
    code: int = 0,
    environment: Mapping[str, str] | None = None,
) -> str:
    """What a command prints; its exit code must be ``code``."""
    done = run(
        *("device", *words, "--folder", server.folder),
        stdin=typed,
        env=environment,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def _device(person: Person, name: str, version: str = "16.1") -> Device:
    device = Device(
        person.exchange.eas,
        person.address,
        person.password,
        Identity(device_id=name, device_type="iPhone", version=version),
    )
    device.provision(Model="Model 7", FriendlyName="Anna's phone")
    device.folder_sync()
    return device


def test_it_is_listed_and_shown(server: Exchange) -> None:
    anna = server.person("lists")
    _device(anna, "ListA")
    _device(anna, "ListB", "14.1")
    table = entrepot(server, "list", anna.address)
    assert "ListA" in table and "ListB" in table and "14.1" in table and "ready" in table
    shown = entrepot(server, "show", "lista")
    assert "Model 7" in shown and "Anna's phone" in shown and anna.address in shown
    assert "no device has the id nobody" in entrepot(server, "show", "nobody", code=1)


def test_what_a_device_says_of_itself_is_kept(server: Exchange) -> None:
    """MS-ASCMD R3947: what is empty goes, what is not named stays; in either command."""
    anna = server.person("says")
    phone = _device(anna, "Says")
    phone.provision(FriendlyName="Another name")
    shown = entrepot(server, "show", "Says")
    assert "Model 7" in shown and "Another name" in shown
    said = documents.information(Model="", OS="System 9")
    phone.ask("Settings", node("Settings:Settings", said))
    shown = entrepot(server, "show", "Says")
    assert "Model" not in shown and "System 9" in shown and "Another name" in shown
    phone.ask("Settings", node("Settings:Settings", documents.information()))
    assert "Another name" not in entrepot(server, "show", "Says")


def test_a_recovery_password_is_shown_to_an_administrator_alone(tmp_path: Path) -> None:
    """MS-ASPROV 2.2.2.39: it is kept where the policies ask for it; showing it leaves a line."""
    policy = {"ENTREPOT_DEVICE_POLICY": '{"PasswordRecoveryEnabled": true}'}
    with Exchange(tmp_path / "data", environment=policy) as server:
        phone = _device(server.person("anna"), "Locked")
        nothing = entrepot(server, "show", "Locked", "--recovery-password", code=1)
        assert "left no recovery password" in nothing and "PasswordRecoveryEnabled" in nothing
        password = node("Settings:Set", node("Settings:Password", "[7]open sesame"))
        phone.ask("Settings", node("Settings:Settings", node("Settings:DevicePassword", password)))
        assert "sesame" not in entrepot(server, "show", "Locked")
        shown = entrepot(server, "show", "Locked", "--recovery-password")
        assert shown == "[7]open sesame\n"
        assert "its recovery password was shown" in entrepot(server, "log", "Locked")
        phone.close()


def test_two_people_with_one_device_id_are_told_apart(server: Exchange) -> None:
    one, two = server.person("one"), server.person("two")
    _device(one, "Same")
    _device(two, "Same")
    assert "--user" in entrepot(server, "show", "Same", code=1)
    assert two.address in entrepot(server, "show", "Same", "--user", two.address)


def test_why_did_this_phone_lose_that_mail(server: Exchange) -> None:
    """Sent, changed, moved by another, removed: each round with its cause."""
    anna = server.person("why")
    anna.receives("That mail", "x")
    phone, other = _device(anna, "WhyPhone"), _device(anna, "WhyOther")
    inbox, archive = phone.folder_of_type(2), phone.folder("Archive")
    (item,) = phone.sync_all(inbox).items
    for folder in (inbox, archive):
        other.sync_all(folder)
        phone.sync_all(folder)
    other.sync(inbox, commands=[change(item, node("Email:Read", 1))])
    phone.sync(inbox)
    other.ask("MoveItems", documents.move((item, inbox, archive)))
    phone.sync(inbox)
    phone.sync(archive)
    told = entrepot(server, "explain", "WhyPhone", item)
    lines = [line for line in told.splitlines() if line.startswith("    ")]
    assert [line.split()[0] for line in lines] == ["add", "state", "delete", "add"]
    assert "in the folder" in lines[0] and "read state" in lines[1]
    assert f"moved to folder {archive}" in lines[2] and "new in the folder" in lines[3]
    assert "had these numbers" in told
    own = entrepot(server, "explain", "WhyOther", item)
    assert "its own: done" in own and f"its own move to folder {archive}" in own


def test_what_a_filter_took_away_is_explained(server: Exchange) -> None:
    anna = server.person("filtered")
    anna.receives("Old", "x")
    server.clock.advance(days=10)
    phone = _device(anna, "Filtered")
    inbox = phone.folder_of_type(2)
    (item,) = phone.sync_all(inbox).items
    phone.sync(inbox, options=options(filter_type=2))
    assert phone.held[inbox].items == {}
    assert "before the filter's" in entrepot(server, "explain", "Filtered", item)
    log = entrepot(server, "log", "Filtered")
    assert "soft delete" in log and "held from empty" in log
    assert "told nothing" in entrepot(server, "explain", "Filtered", "99999")


def test_an_item_may_be_named_by_its_subject(server: Exchange) -> None:
    """An administrator is told of "the mail on the harbour", not of a number; also of one that was
    deleted since."""
    anna = server.person("subject")
    for subject in ("Harbour plan", "Harbour dues", "Lunch"):
        anna.receives(subject, "x")
    phone = _device(anna, "Subject")
    inbox = phone.folder_of_type(2)
    phone.sync_all(inbox)
    lunch = next(
        id for id, data in phone.held[inbox].items.items() if data["Email:Subject"].value == "Lunch"
    )
    told = entrepot(server, "explain", "Subject", "lunch")
    assert told == entrepot(server, "explain", "Subject", lunch)
    assert f"folder {inbox} (Inbox)" in told and "in the folder" in told
    several = entrepot(server, "explain", "Subject", "harbour", code=1)
    assert "Harbour plan" in several and "Harbour dues" in several and f"{inbox}:" in several
    assert "name one of them" in several
    anna.account().inbox.get(subject="Lunch").delete()
    phone.sync(inbox)
    assert " deleted" in entrepot(server, "explain", "Subject", lunch)
    anna.account().inbox.get(subject="Harbour dues").soft_delete()
    phone.sync(inbox)
    assert "(Deletions)" in entrepot(server, "explain", "Subject", "dues")
    nothing = entrepot(server, "explain", "Subject", "9" * 30, code=1)
    assert "no item with" in nothing and "device log Subject" in nothing
    assert "no item is named" in entrepot(server, "explain", "Subject", " ", code=1)


def _waits(device: Device, folder: str) -> list[Node]:
    answers: list[Node] = []
    threading.Thread(target=lambda: answers.append(device.ping(600, [folder])), daemon=True).start()
    time.sleep(0.3)
    assert answers == []
    return answers


def test_attack_a16_a_blocked_device_is_out_at_once(server: Exchange) -> None:
    anna = server.person("blocked")
    phone, other = _device(anna, "Blocked"), _device(anna, "Free")
    inbox = phone.folder_of_type(2)
    phone.sync_all(inbox)
    waiting = _waits(phone, inbox)
    undo = entrepot(server, "block", "Blocked", "--reason", "lost in the harbour")
    time.sleep(0.5)
    assert len(waiting) == 1 and "unblock" in undo
    answer = phone.ask("FolderSync", documents.folder_sync("0"))
    assert answer.text("FolderHierarchy:Status") == "129"
    assert other.folder_sync().text("FolderHierarchy:Status") == "1"
    assert "lost in the harbour" in entrepot(server, "show", "Blocked")
    entrepot(server, "unblock", "Blocked")
    assert phone.folder_sync().text("FolderHierarchy:Status") == "1"


def test_what_was_done_before_is_told_and_kept(server: Exchange) -> None:
    anna = server.person("twice")
    phone = _device(anna, "Twice")
    assert "was not blocked" in entrepot(server, "unblock", "Twice")
    entrepot(server, "block", "Twice", "--reason", "left in a taxi")
    assert "It was before" in entrepot(server, "block", "Twice")
    assert "left in a taxi" in entrepot(server, "show", "Twice")
    assert "no wipe is waiting" in entrepot(server, "wipe", "Twice", "--cancel", code=1)
    entrepot(server, "wipe", "Twice", typed="Twice\n")
    assert "asked of it already" in entrepot(server, "wipe", "Twice", code=1)
    assert "blocked, account wipe: asked" in entrepot(server, "list", anna.address)
    assert "still to erase" in entrepot(server, "unblock", "Twice")
    lost = entrepot(server, "remove", "Twice", "--dry-run")
    assert "with its account wipe" in lost and "it may come back" in lost
    assert "account wipe of Twice is taken back" in entrepot(server, "wipe", "Twice", "--cancel")
    assert phone.folder_sync().text("FolderHierarchy:Status") == "1"
    entrepot(server, "block", "Twice")
    assert "that it is blocked" in entrepot(server, "remove", "Twice", "--dry-run")


def test_an_account_is_wiped_from_a_device_that_can(server: Exchange) -> None:
    anna = server.person("wiped")
    phone = _device(anna, "Wiped")
    assert "Would have" in entrepot(server, "wipe", "Wiped", "--dry-run")
    assert "another id" in entrepot(server, "wipe", "Wiped", typed="Wipe\n", code=1)
    assert phone.folder_sync().text("FolderHierarchy:Status") == "1"
    entrepot(server, "wipe", "Wiped", typed="wiped\n")
    refused = phone.ask("FolderSync", documents.folder_sync("0"))
    assert refused.text("FolderHierarchy:Status") == "140"
    told = phone.ask("Provision", node("Provision:Provision"))
    assert told.find("Provision:AccountOnlyRemoteWipe") is not None
    assert told.find("Provision:RemoteWipe") is None
    done = node(
        "Provision:Provision",
        node("Provision:AccountOnlyRemoteWipe", node("Provision:Status", 1)),
    )
    assert phone.ask("Provision", done).text("Provision:Status") == "1"
    assert "account wipe: done" in entrepot(server, "list", anna.address)
    assert phone.ask("Provision", documents.provision()).text("Provision:Status") == "129"
    entrepot(server, "remove", "Wiped", "--yes")
    phone.provision()


def test_attack_a24_a_wipe_is_never_more_than_was_asked(server: Exchange) -> None:
    """An old device cannot erase an account alone: it is told nothing. A full wipe has to be
    switched on, and one not yet told is taken back."""
    anna = server.person("careful")
    phone = _device(anna, "Careful", "14.1")
    assert "can only erase itself whole" in entrepot(server, "wipe", "Careful", code=1)
    assert "switched off" in entrepot(server, "wipe", "Careful", "--full", code=1)
    assert phone.folder_sync().text("FolderHierarchy:Status") == "1"
    entrepot(server, "wipe", "Careful", "--full", typed="Careful\n", environment=_FULL)
    entrepot(server, "wipe", "Careful", "--cancel")
    assert phone.folder_sync().text("FolderHierarchy:Status") == "1"
    entrepot(server, "wipe", "Careful", "--full", typed="Careful\n", environment=_FULL)
    told = phone.ask("Provision", node("Provision:Provision"))
    assert told.find("Provision:RemoteWipe") is not None
    answer = phone.ask("Provision", _wiped(2))
    assert answer.text("Provision:Status") == "2"
    assert answer.find("Provision:RemoteWipe") is not None
    assert "full wipe: failed" in entrepot(server, "list", anna.address)
    refused = phone.ask("FolderSync", documents.folder_sync("0"))
    assert refused.text("FolderHierarchy:Status") == "129"
    # The wipe of a device id of one person never moves to another's device of that name.
    ben = server.person("bystander")
    assert _device(ben, "Careful").folder_sync().text("FolderHierarchy:Status") == "1"


def _wiped(status: int) -> Node:
    """A device's answer to a full wipe, as iOS 5 gives it: with a Policy that has only a Status
    before it (device 13 of the survey)."""
    policy = node("Provision:Policy", node("Provision:Status", 1))
    return node(
        "Provision:Provision",
        node("Provision:Policies", policy),
        node("Provision:RemoteWipe", node("Provision:Status", status)),
    )


@pytest.mark.parametrize("version", ["12.1", "14.1", "16.1"])
def test_a_wipe_that_failed_is_tried_again(server: Exchange, version: str) -> None:
    """MS-ASPROV R664, R665, R701."""
    anna = server.person(f"again{version}")
    phone = _device(anna, f"Again{version}", version)
    entrepot(server, "wipe", phone.identity.device_id, "--full",
             typed=f"{phone.identity.device_id}\n", environment=_FULL)  # fmt: skip
    # An answer to what it was not told yet is none.
    told = phone.ask("Provision", _wiped(1))
    assert told.text("Provision:Status") == "1"
    assert told.find("Provision:RemoteWipe") is not None
    assert "full wipe: sent" in entrepot(server, "list", anna.address)
    assert phone.ask("Provision", _wiped(2)).text("Provision:Status") == "2"
    assert phone.ask("Provision", node("Provision:Provision")).text("Provision:Status") == "1"
    assert phone.ask("Provision", _wiped(1)).text("Provision:Status") == "1"
    assert "full wipe: done" in entrepot(server, "list", anna.address)
    after = phone.post("Provision", documents.provision())
    assert after.status == 403 or (
        after.root is not None and after.root.text("Provision:Status") == "129"
    )


def test_a_removed_device_begins_anew(server: Exchange) -> None:
    anna = server.person("anew")
    anna.receives("Mail", "x")
    phone = _device(anna, "Anew")
    inbox = phone.folder_of_type(2)
    (item,) = phone.sync_all(inbox).items
    assert "Would forget" in entrepot(server, "remove", "Anew", "--dry-run")
    entrepot(server, "remove", "Anew", "--yes")
    assert phone.ask("Sync").text("AirSync:Status") == "142"
    phone.provision()
    answer = phone.sync(inbox, commands=[delete(item)])
    assert answer is not None and answer.text("AirSync:Status") == "3"
    phone.folder_sync("0")
    phone.begin(inbox)
    assert list(phone.sync_all(inbox).items) == [item]


def test_all_devices_of_somebody_are_kept_out(server: Exchange) -> None:
    """At once, also one that waits; the mailbox and other programs are not touched."""
    person = server.person("hedda")
    device, old = _device(person, "hedda1"), _device(person, "hedda2", "12.1")
    waiting = _device(person, "hedda3")
    inbox = waiting.folder_of_type(2)
    waiting.sync_all(inbox)
    told: list[str] = []
    waits = threading.Thread(
        target=lambda: told.append(waiting.ping(3000, [inbox]).text("Ping:Status")), daemon=True
    )
    waits.start()

    def says(state: str) -> str:
        words = ("user", "devices", person.address, state, "--folder", server.folder)
        done = run(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert f"entrepot user devices {person.address} on" in says("off")
    waits.join(30)
    assert told
    answer = device.ask("FolderSync", documents.folder_sync("0"))
    assert answer.text("FolderHierarchy:Status") == "126"
    assert old.post("FolderSync", documents.folder_sync("0")).status == 403
    assert device.options().status_code == 403
    assert person.account().inbox.total_count == 0
    says("on")
    assert device.folder_sync("0").text("FolderHierarchy:Status") == "1"
    assert device.options().status_code == 200
