"""pyactivesync, unpatched but for plain HTTP: a session as a script has it, command by command."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import pytest

from entrepot.testing import Person

pyactivesync = pytest.importorskip("pyactivesync", reason="pyactivesync is not installed")

from pyactivesync.client import Client  # noqa: E402
from pyactivesync.models import BodyType, EmailChange, FolderType, OofState  # noqa: E402

_NUMBERS = itertools.count(1)
Connect = Callable[[Person], Client]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Makes clients of people."""
    made: list[Client] = []

    def client(person: Person) -> Client:
        host = person.exchange.url.removeprefix("http://")
        client = Client(
            host, person.address, person.password, device_id=f"pyactivesync{next(_NUMBERS)}"
        )
        transport = client._transport
        transport.base_url = transport.base_url.replace("https:", "http:")
        transport.session.trust_env = False
        made.append(client)
        return client

    yield client
    for client_ in made:
        client_.close()


def _folder(client: Client, type: FolderType) -> str:
    return next(folder.id for folder in client.list_folders() if folder.type == type)


def _all(client: Client, folder: str) -> tuple[str, list]:
    """Key and items of a folder."""
    key, items = client.sync_folder(folder).sync_key, []
    while True:
        step = client.sync_folder(folder, key, window_size=3)
        key = step.sync_key
        items += step.added
        if not step.more_available:
            return key, items


def _message(sender: Person, to: Person, subject: str, text: str = "Words") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender.address, to.address, subject
    message.set_content(text)
    return message


def test_it_sets_itself_up_and_lists_folders(anna: Person, connect: Connect) -> None:
    client = connect(anna)
    assert int(client.provision()) > 0
    names = {folder.name: folder.type for folder in client.list_folders()}
    assert names["Inbox"] == FolderType.INBOX and names["Drafts"] == FolderType.DRAFTS


def test_it_reads_changes_and_deletes_mail(anna: Person, connect: Connect) -> None:
    for number in range(5):
        anna.receives(f"Mail {number}", "x")
    client = connect(anna)
    inbox = _folder(client, FolderType.INBOX)
    key, items = _all(client, inbox)
    assert len(items) == 5
    ids = [item.server_id for item in items]
    changed = client.apply_email_changes(
        inbox,
        key,
        [
            EmailChange(ids[0], read=True),
            EmailChange(ids[1], flagged=True),
            EmailChange(ids[2], delete=True),
        ],
    )
    assert set(changed.statuses.values()) == {"1"}
    account = anna.account()
    assert account.inbox.filter(is_read=True).count() == 1
    assert account.inbox.all().count() == 4 and account.trash.all().count() == 1
    nothing = client.sync_folder(inbox, changed.sync_key)
    assert not (nothing.added or nothing.changed or nothing.deleted)
    assert client.get_item_estimate(inbox, nothing.sync_key or changed.sync_key) == 0


def test_it_fetches_items_and_files(anna: Person, connect: Connect) -> None:
    anna.receives("Whole", html="<p>A <b>page</b></p>", attachments={"file.bin": b"\x00\xff" * 99})
    client = connect(anna)
    inbox = _folder(client, FolderType.INBOX)
    _, (item,) = _all(client, inbox)
    fetched = client.fetch_item(inbox, item.server_id)
    (body,) = fetched.bodies
    assert body.type == BodyType.HTML and "<b>page</b>" in str(body.data)
    (file,) = fetched.attachments
    assert file.display_name == "file.bin"
    assert client.fetch_attachment(file.file_reference) == b"\x00\xff" * 99


def test_it_sends_and_writes_drafts(anna: Person, ben: Person, connect: Connect) -> None:
    client = connect(anna)
    client.send_mail(_message(anna, ben, "Sent by a script"))
    assert ben.account().inbox.get().subject == "Sent by a script"
    assert anna.account().sent.get().subject == "Sent by a script"
    drafts = _folder(client, FolderType.DRAFTS)
    key, _ = _all(client, drafts)
    added = client.create_email_draft(drafts, key, _message(anna, ben, "A draft", "To be sent"))
    assert added.server_id
    draft = anna.account().drafts.get()
    assert draft.subject == "A draft" and "To be sent" in draft.text_body and draft.is_draft


def test_it_makes_renames_and_deletes_folders(anna: Person, connect: Connect) -> None:
    client = connect(anna)
    made = client.create_folder("Projects")
    id = getattr(made, "id", made)
    client.update_folder(id, "Works")
    assert "Works" in {folder.name for folder in client.list_folders()}
    client.delete_folder(id)
    assert "Works" not in {folder.name for folder in client.list_folders()}


def test_it_moves_and_finds(anna: Person, connect: Connect) -> None:
    anna.receives("Harbour report", "The quay wall holds")
    client = connect(anna)
    folders = {folder.name: folder.id for folder in client.list_folders()}
    _, (item,) = _all(client, folders["Inbox"])
    found = client.find_mailbox("quay")
    assert "Harbour report" in repr(found)
    assert len(list(client.search_mailbox(folders["Inbox"], free_text="quay"))) == 1
    moved = client.move_item(item.server_id, folders["Inbox"], folders["Archive"])
    assert moved and moved != item.server_id
    _, (there,) = _all(client, folders["Archive"])
    assert there.server_id == moved


def test_it_finds_people(anna: Person, ben: Person, connect: Connect) -> None:
    client = connect(anna)
    name = ben.address.partition("@")[0]
    assert any(ben.address in repr(entry) for entry in client.search_gal(name))
    assert ben.address in repr(client.find_gal(name))
    assert ben.address in repr(client.resolve_recipients(ben.address))


def test_it_keeps_absence(anna: Person, connect: Connect) -> None:
    client = connect(anna)
    client.set_oof(OofState.ENABLED, reply_message="I am away")
    settings = client.get_oof()
    assert settings.state == OofState.ENABLED and "I am away" in repr(settings)


def test_it_is_woken_by_mail(anna: Person, connect: Connect) -> None:
    client = connect(anna)
    inbox = _folder(client, FolderType.INBOX)
    _all(client, inbox)
    answers: list = []
    thread = threading.Thread(
        target=lambda: answers.append(client.ping([inbox], heartbeat=60)), daemon=True
    )
    thread.start()
    time.sleep(0.5)
    assert answers == []
    anna.receives("Wake up", "x")
    thread.join(5)
    assert len(answers) == 1 and inbox in repr(answers[0])
