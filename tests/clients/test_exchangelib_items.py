"""exchangelib: items made, changed, moved, copied, archived and deleted, one and five hundred."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from exchangelib import UTC, EWSDate, EWSDateTime, HTMLBody
from exchangelib.errors import ErrorIrresolvableConflict, ErrorItemNotFound
from exchangelib.folders import Folder
from exchangelib.indexed_properties import EmailAddress, PhoneNumber, PhysicalAddress
from exchangelib.items import (
    ALL_OCCURRENCES,
    HARD_DELETE,
    MOVE_TO_DELETED_ITEMS,
    SEND_TO_NONE,
    SOFT_DELETE,
    CalendarItem,
    Contact,
    DistributionList,
    Message,
    PostItem,
    Task,
)
from exchangelib.properties import Mailbox, Member


def test_a_message_keeps_what_was_put_into_it(account: Any) -> None:
    saved = Message(
        account=account,
        folder=account.drafts,
        subject="Größe × 日本",
        body=HTMLBody("<html><body><p>Hello <b>there</b></p></body></html>"),
        to_recipients=[Mailbox(name="Ben", email_address="ben@elsewhere.example")],
        cc_recipients=[Mailbox(email_address="carl@elsewhere.example")],
        bcc_recipients=[Mailbox(email_address="dora@elsewhere.example")],
        reply_to=[Mailbox(email_address="answers@elsewhere.example")],
        categories=["Blue", "Green"],
        importance="High",
        sensitivity="Confidential",
        is_read_receipt_requested=True,
        reminder_due_by=EWSDateTime(2031, 5, 6, 7, 8, tzinfo=UTC),
        reminder_is_set=True,
    ).save()
    item = account.drafts.get(id=saved.id, changekey=saved.changekey)
    assert item.subject == "Größe × 日本"
    assert isinstance(item.body, HTMLBody) and "<b>there</b>" in item.body
    assert "Hello there" in item.text_body
    assert [m.email_address for m in item.to_recipients] == ["ben@elsewhere.example"]
    assert item.to_recipients[0].name == "Ben"
    assert [m.email_address for m in item.cc_recipients] == ["carl@elsewhere.example"]
    assert [m.email_address for m in item.bcc_recipients] == ["dora@elsewhere.example"]
    assert [m.email_address for m in item.reply_to] == ["answers@elsewhere.example"]
    assert set(item.categories) == {"Blue", "Green"}
    assert (item.importance, item.sensitivity) == ("High", "Confidential")
    assert item.is_draft and item.is_read_receipt_requested and not item.has_attachments
    assert item.reminder_is_set
    assert item.reminder_due_by == EWSDateTime(2031, 5, 6, 7, 8, tzinfo=UTC)
    assert item.display_to == "Ben"
    assert b"Subject:" in item.mime_content


def test_a_message_is_changed_field_by_field(account: Any) -> None:
    item = Message(account=account, folder=account.inbox, subject="Before", body="Old").save()
    before = item.changekey
    item.subject, item.body, item.is_read, item.categories = "After", "New", True, ["Red"]
    item.importance = "Low"
    item.save(update_fields=["subject", "body", "is_read", "categories", "importance"])
    assert item.changekey != before
    item.refresh()
    assert (item.subject, item.body, item.is_read) == ("After", "New", True)
    assert (item.categories, item.importance) == (["Red"], "Low")
    item.categories = None
    item.save(update_fields=["categories"])
    item.refresh()
    assert item.categories is None


def test_who_changes_what_somebody_else_changed_is_told(account: Any) -> None:
    mine = Message(account=account, folder=account.inbox, subject="One").save()
    theirs = account.inbox.get(id=mine.id, changekey=mine.changekey)
    theirs.subject = "Two"
    theirs.save(update_fields=["subject"], conflict_resolution="AlwaysOverwrite")
    mine.subject = "Three"
    with pytest.raises(ErrorIrresolvableConflict):
        mine.save(update_fields=["subject"], conflict_resolution="NeverOverwrite")
    mine.refresh()
    assert mine.subject == "Two"


def test_five_hundred_at_once(account: Any) -> None:
    made = account.bulk_create(
        account.inbox, [Message(subject=f"Number {n:03}", body=f"Text {n}") for n in range(500)]
    )
    assert len({item.id for item in made}) == 500
    assert account.inbox.all().count() == 500

    fetched = list(account.fetch(made, chunk_size=250))
    assert [item.subject for item in fetched] == [f"Number {n:03}" for n in range(500)]
    assert fetched[499].body == "Text 499"

    for item in fetched[:100]:
        item.is_read = True
        item.categories = ["Done"]
    updated = account.bulk_update([(item, ("is_read", "categories")) for item in fetched[:100]])
    assert [id for id, _ in updated] == [item.id for item in fetched[:100]]
    assert account.inbox.filter(is_read=True, categories__contains="Done").count() == 100

    target = Folder(parent=account.inbox, name="Target").save()
    copied = account.bulk_copy(fetched[:50], to_folder=target)
    assert len(copied) == 50 and target.all().count() == 50
    moved = account.bulk_move(fetched[50:100], to_folder=target)
    assert {id for id, _ in moved}.isdisjoint(item.id for item in fetched[50:100])
    assert target.all().count() == 100
    assert account.inbox.all().count() == 450

    gone = account.bulk_delete(fetched[100:200], delete_type=HARD_DELETE)
    assert gone == [True] * 100
    assert account.inbox.all().count() == 350
    again = account.bulk_delete(fetched[100:101], delete_type=HARD_DELETE)
    assert isinstance(again[0], ErrorItemNotFound)

    assert account.inbox.filter(subject__startswith="Number 2").count() == 100
    account.inbox.filter(subject__startswith="Number 2").delete(delete_type=HARD_DELETE)
    assert account.inbox.all().count() == 250


def test_each_way_to_delete(account: Any) -> None:
    deletions = account.recoverable_items_deletions
    for how, folder in (
        (MOVE_TO_DELETED_ITEMS, account.trash),
        (SOFT_DELETE, deletions),
        (HARD_DELETE, None),
    ):
        item = Message(account=account, folder=account.inbox, subject=f"By {how}").save()
        assert account.bulk_delete([item], delete_type=how) == [True]
        assert account.inbox.all().count() == 0
        for place in (account.trash, deletions):
            assert place.filter(subject=f"By {how}").exists() == (place is folder), how


def test_soft_delete_and_trash_by_their_own_methods(account: Any) -> None:
    Message(account=account, folder=account.inbox, subject="Trash").save().move_to_trash()
    Message(account=account, folder=account.inbox, subject="Soft").save().soft_delete()
    assert [item.subject for item in account.trash.all()] == ["Trash"]
    assert account.inbox.all().count() == 0


def test_move_and_copy_one(account: Any) -> None:
    item = Message(account=account, folder=account.inbox, subject="Here").save()
    before = item.id
    copy_id, _ = item.copy(to_folder=account.drafts)
    assert copy_id != before
    item.move(to_folder=account.junk)
    assert item.id != before and item.folder == account.junk
    assert [i.subject for i in account.junk.all()] == ["Here"]
    assert [i.subject for i in account.drafts.all()] == ["Here"]
    with pytest.raises(ErrorItemNotFound):
        Message(account=account, folder=account.inbox, id=before).refresh()


def test_archive(account: Any) -> None:
    item = Message(account=account, folder=account.inbox, subject="For later").save()
    item.archive(to_folder=account.inbox)
    assert account.inbox.all().count() == 0
    found = [
        f for f in account.root.walk() if f.name == "Inbox" and f.id != account.inbox.id
    ]  # below the archive folder, at the path that it had
    assert [i.subject for f in found for i in f.all()] == ["For later"]


def test_contacts(account: Any) -> None:
    saved = Contact(
        account=account,
        folder=account.contacts,
        given_name="Ada",
        surname="Lovelace",
        display_name="Ada Lovelace",
        company_name="Analytical",
        birthday=EWSDate(1815, 12, 10),
        email_addresses=[EmailAddress(email="ada@elsewhere.example", label="EmailAddress1")],
        phone_numbers=[PhoneNumber(label="MobilePhone", phone_number="+44 1")],
        physical_addresses=[PhysicalAddress(label="Home", street="1 St", city="London")],
    ).save()
    saved.refresh()
    assert (saved.given_name, saved.surname, saved.company_name) == (
        "Ada",
        "Lovelace",
        "Analytical",
    )
    assert saved.email_addresses[0].email == "ada@elsewhere.example"
    assert [p.phone_number for p in saved.phone_numbers if p.phone_number] == ["+44 1"]
    assert (saved.physical_addresses[0].city, saved.physical_addresses[0].street) == (
        "London",
        "1 St",
    )
    assert saved.birthday == EWSDate(1815, 12, 10)
    found = account.contacts.filter(surname="Lovelace").only("display_name")
    assert [contact.display_name for contact in found] == ["Ada Lovelace"]
    assert account.contacts.filter(email_addresses__EmailAddress1="ada@elsewhere.example").exists()


def test_a_distribution_list(account: Any) -> None:
    member = Member(
        mailbox=Mailbox(name="Ben", email_address="ben@elsewhere.example", mailbox_type="OneOff"),
        status="Normal",
    )
    saved = DistributionList(
        account=account, folder=account.contacts, display_name="Friends", members=[member]
    ).save()
    saved.refresh()
    assert saved.display_name == "Friends"
    assert [m.mailbox.email_address for m in saved.members] == ["ben@elsewhere.example"]


def test_a_task(account: Any) -> None:
    task = Task(
        account=account,
        folder=account.tasks,
        subject="Paint",
        start_date=EWSDate(2030, 3, 1),
        due_date=EWSDate(2030, 3, 9),
        status="InProgress",
        percent_complete=Decimal(25),
    ).save()
    task.refresh()
    assert (task.status, task.percent_complete) == ("InProgress", 25)
    assert (task.start_date, task.due_date) == (EWSDate(2030, 3, 1), EWSDate(2030, 3, 9))
    task.complete()
    task.refresh()
    assert task.is_complete and task.status == "Completed"
    task.delete(affected_task_occurrences=ALL_OCCURRENCES)
    assert account.tasks.all().count() == 0


def test_an_appointment(account: Any) -> None:
    start = EWSDateTime(2030, 7, 1, 9, 0, tzinfo=account.default_timezone)
    event = CalendarItem(
        account=account,
        folder=account.calendar,
        subject="Dentist",
        location="Harbour 3",
        start=start,
        end=start + dt.timedelta(minutes=45),
        legacy_free_busy_status="OOF",
    ).save(send_meeting_invitations=SEND_TO_NONE)
    event.refresh()
    assert (event.start, event.end - event.start) == (start, dt.timedelta(minutes=45))
    assert (event.location, event.legacy_free_busy_status) == ("Harbour 3", "OOF")
    assert not event.is_all_day
    event.subject = "Dentist, again"
    event.save(update_fields=["subject"], send_meeting_invitations=SEND_TO_NONE)
    assert account.calendar.get(subject="Dentist, again").id == event.id
    event.delete(send_meeting_cancellations=SEND_TO_NONE)
    assert account.calendar.all().count() == 0


def test_a_post(account: Any) -> None:
    post = PostItem(account=account, folder=account.inbox, subject="Notice", body="All").save()
    post.refresh()
    assert (post.subject, post.body, post.item_class) == ("Notice", "All", "IPM.Post")
