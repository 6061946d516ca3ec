"""exchangelib: mail between two people: sent, answered, forwarded."""

from __future__ import annotations

from typing import Any

import pytest
from exchangelib import FileAttachment, HTMLBody
from exchangelib.errors import ErrorInvalidRecipients
from exchangelib.items import Message
from exchangelib.properties import Mailbox


def one(folder: Any, **wanted: Any) -> Any:
    return folder.get(**wanted)


def test_a_mail_reaches_the_other_and_sent_items(account: Any, anna: Any, ben: Any) -> None:
    Message(
        account=account,
        subject="Lunch?",
        body=HTMLBody("<p>At <b>noon</b></p>"),
        to_recipients=[Mailbox(email_address=ben.address)],
        attachments=[FileAttachment(name="menu.txt", content=b"Soup")],
    ).send_and_save()
    got = one(ben.account().inbox, subject="Lunch?")
    assert got.sender.email_address == anna.address
    assert got.author.email_address == anna.address
    assert [m.email_address for m in got.to_recipients] == [ben.address]
    assert "<b>noon</b>" in got.body and "At noon" in got.text_body
    assert [a.content for a in got.attachments] == [b"Soup"]
    assert not got.is_read and not got.is_draft and not got.is_from_me
    kept = one(account.sent, subject="Lunch?")
    assert kept.is_read and not kept.is_draft and kept.is_from_me
    assert kept.message_id == got.message_id
    assert account.drafts.all().count() == 0


def test_a_mail_is_sent_without_a_copy(account: Any, ben: Any) -> None:
    Message(
        account=account,
        subject="No copy",
        body="Text",
        to_recipients=[ben.address],
        bcc_recipients=["hidden@demo.example"],
    ).send(save_copy=False)
    got = one(ben.account().inbox, subject="No copy")
    assert got.bcc_recipients is None and b"hidden@" not in got.mime_content
    assert not account.sent.filter(subject="No copy").exists()


def test_a_draft_is_written_changed_and_sent(account: Any, ben: Any) -> None:
    draft = Message(
        account=account, folder=account.drafts, subject="Draft", to_recipients=[ben.address]
    ).save()
    assert draft.is_draft in (True, None) and account.drafts.all().count() == 1
    draft.subject, draft.body = "No draft any more", "Ready"
    draft.save(update_fields=["subject", "body"])
    draft.send()
    assert account.drafts.all().count() == 0
    assert one(account.sent, subject="No draft any more").body == "Ready"
    assert one(ben.account().inbox, subject="No draft any more").text_body.strip() == "Ready"


def test_a_copy_goes_to_a_folder_of_choice(account: Any, ben: Any) -> None:
    Message(
        account=account, folder=account.inbox, subject="Kept here", to_recipients=[ben.address]
    ).send_and_save()
    folders = (account.inbox, account.sent)
    assert sum(f.filter(subject="Kept here").count() for f in folders) == 1


def test_drafts_are_sent_together(account: Any, ben: Any) -> None:
    drafts = account.bulk_create(
        account.drafts,
        [Message(subject=f"Mail {n}", to_recipients=[ben.address]) for n in range(5)],
    )
    assert account.bulk_send(drafts) == [True] * 5
    subjects = {item.subject for item in ben.account().inbox.all().only("subject")}
    assert subjects == {f"Mail {n}" for n in range(5)}
    assert account.sent.all().count() == 5


def test_reply_reply_all_and_forward(account: Any, anna: Any, ben: Any, new_person: Any) -> None:
    carl = new_person("carl")
    Message(
        account=account,
        subject="Plans",
        body="What do you think?",
        to_recipients=[ben.address],
        cc_recipients=[carl.address],
    ).send_and_save()
    bens = ben.account()
    question = one(bens.inbox, subject="Plans")

    question.reply(subject="Re: Plans", body="Fine")
    answer = one(account.inbox, subject="Re: Plans")
    assert answer.author.email_address == ben.address
    assert "Fine" in answer.text_body and "What do you think?" in answer.text_body
    assert answer.in_reply_to == question.message_id
    assert question.message_id in answer.references
    assert answer.conversation_id == one(account.sent, subject="Plans").conversation_id

    question.reply_all(subject="Re: Plans, all", body="For all")
    to_all = one(carl.account().inbox, subject="Re: Plans, all")
    addresses = {m.email_address for m in to_all.to_recipients + to_all.cc_recipients}
    assert addresses == {anna.address, carl.address}

    question.forward(subject="Fwd: Plans", body="See below", to_recipients=[carl.address])
    forwarded = one(carl.account().inbox, subject="Fwd: Plans")
    assert "What do you think?" in forwarded.text_body

    saved = question.create_reply(subject="Later", body="I'll think").save(bens.drafts)
    assert one(bens.drafts, subject="Later").id == saved.id
    assert bens.sent.all().count() == 3


def test_categories_travel_with_nobody(account: Any, ben: Any) -> None:
    Message(
        account=account,
        subject="Private filing",
        categories=["Mine"],
        to_recipients=[ben.address],
        importance="High",
    ).send_and_save()
    got = one(ben.account().inbox, subject="Private filing")
    assert got.categories is None and got.importance == "High"


def test_a_mail_to_nobody_is_refused(account: Any) -> None:
    with pytest.raises(ErrorInvalidRecipients):
        Message(account=account, subject="To nobody", body="").send_and_save()
