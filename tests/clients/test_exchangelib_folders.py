"""exchangelib: the folder tree."""

from __future__ import annotations

from typing import Any

import pytest
from exchangelib.errors import ErrorItemNotFound
from exchangelib.folders import Calendar, Contacts, Folder, FolderCollection, Messages, Tasks
from exchangelib.items import Message


def test_the_tree_can_be_walked(account: Any) -> None:
    names = {folder.name for folder in account.root.walk()}
    assert {"Inbox", "Sent Items", "Drafts", "Deleted Items", "Calendar", "Contacts"} <= names
    assert account.inbox.absolute.endswith("/Inbox")
    assert isinstance(account.calendar, Calendar)
    assert isinstance(account.contacts, Contacts)
    assert isinstance(account.tasks, Tasks)


def test_every_default_folder_is_there(account: Any) -> None:
    for name in (
        "inbox", "sent", "drafts", "trash", "junk", "outbox", "calendar", "contacts", "tasks",
        "notes", "journal", "search_folders", "conversation_history", "msg_folder_root",
    ):  # fmt: skip
        folder = getattr(account, name)
        assert folder.id and folder.changekey, name
        folder.refresh()


def test_folders_are_made_renamed_moved_emptied_and_deleted(account: Any) -> None:
    projects = Folder(parent=account.inbox, name="Projects").save()
    inner = Messages(parent=projects, name="Harbour").save()
    assert (account.inbox / "Projects" / "Harbour") == inner
    assert inner.folder_class == "IPF.Note"

    projects.name = "Closed projects"
    projects.save(update_fields=["name"])
    account.root.clear_cache()
    assert [f.name for f in account.inbox.children] == ["Closed projects"]

    Message(account=account, folder=inner, subject="Old").save()
    inner.refresh()
    assert inner.total_count == 1

    inner.move(to_folder=account.inbox)
    account.root.clear_cache()
    assert {f.name for f in account.inbox.children} == {"Closed projects", "Harbour"}

    inner.empty(delete_sub_folders=True)
    assert inner.all().count() == 0
    gone = Messages(root=account.root, id=inner.id)
    inner.delete()
    account.root.clear_cache()
    assert {f.name for f in account.inbox.children} == {"Closed projects"}
    with pytest.raises(ErrorItemNotFound):
        gone.refresh()


def test_folders_are_found_by_pattern_and_by_restriction(account: Any) -> None:
    for name in ("alpha", "beta", "alphabet"):
        Folder(parent=account.inbox, name=name).save()
    account.root.clear_cache()
    assert {f.name for f in account.inbox.glob("alpha*")} == {"alpha", "alphabet"}
    below = FolderCollection(account=account, folders=[account.inbox])
    found = below.find_folders(q=None)
    assert {f.name for f in found} == {"alpha", "beta", "alphabet"}
    assert below.get_folder_fields(target_cls=Folder, is_complex=True)


def test_unread_and_total_counts_follow(account: Any, anna: Any) -> None:
    anna.receives(subject="One")
    anna.receives(subject="Two")
    account.inbox.refresh()
    assert (account.inbox.total_count, account.inbox.unread_count) == (2, 2)
    item = account.inbox.get(subject="One")
    item.is_read = True
    item.save(update_fields=["is_read"])
    account.inbox.refresh()
    assert (account.inbox.total_count, account.inbox.unread_count) == (2, 1)
