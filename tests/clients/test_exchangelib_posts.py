"""exchangelib: posts, what becomes of them, and answers to them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from exchangelib import FileAttachment, HTMLBody, Mailbox
from exchangelib.errors import ErrorItemNotFound
from exchangelib.folders import Folder
from exchangelib.items import PostItem


@pytest.fixture
def board(account: Any) -> Any:
    """A folder for posts. (``Messages`` of exchangelib asks for what messages have alone.)"""
    return Folder(parent=account.inbox, name="Board", folder_class="IPF.Note").save()


def _post(board: Any, subject: str = "Notice", **more: Any) -> Any:
    return PostItem(account=board.account, folder=board, subject=subject, **more).save()


def test_a_post_is_read_as_it_was_written(account: Any, board: Any) -> None:
    saved = _post(
        board,
        body=HTMLBody("<html><body><p>All <b>hands</b></p></body></html>"),
        categories=["Red"],
        importance="High",
        is_read=False,
        references="<before@contoso.example>",
        author=Mailbox(email_address="carla@elsewhere.example"),
    )
    (post,) = board.all().only("subject")
    assert post.ELEMENT_NAME == "PostItem"
    post.refresh()
    assert (post.id, post.item_class, post.subject) == (saved.id, "IPM.Post", "Notice")
    assert "<b>hands</b>" in post.body
    assert (post.categories, post.importance, post.is_read) == (["Red"], "High", False)
    assert post.references == "<before@contoso.example>"
    assert post.author.email_address == "carla@elsewhere.example"
    assert post.sender.email_address == account.primary_smtp_address
    assert post.posted_time == post.datetime_sent
    assert post.conversation_topic == "Notice"
    assert len(post.conversation_index) == 22
    assert post.message_id.startswith("<") and not post.is_draft
    account.root.clear_cache()
    again = account.inbox / "Board"
    assert (again.unread_count, again.total_count) == (1, 1)


def test_a_post_is_changed_copied_moved_and_deleted(account: Any, board: Any) -> None:
    post = _post(board, body="Before")
    post.refresh()
    posted = post.posted_time
    post.subject, post.body, post.is_read = "Changed", "After", True
    post.save(update_fields=["subject", "body", "is_read"])
    post.refresh()
    assert (post.subject, post.body, post.is_read, post.posted_time) == (
        "Changed", "After", True, posted,
    )  # fmt: skip
    post.attach(FileAttachment(name="a.txt", content=b"words"))
    post.copy(to_folder=account.inbox)
    copy = account.inbox.get(subject="Changed")
    assert copy.ELEMENT_NAME == "PostItem"
    copy.refresh()
    assert copy.posted_time == posted
    assert [each.content for each in copy.attachments] == [b"words"]
    post.move(to_folder=account.junk)
    assert post.folder == account.junk and board.all().count() == 0
    post.move_to_trash()
    assert account.trash.get(subject="Changed").item_class == "IPM.Post"
    gone = PostItem(account=account, id=copy.id, changekey=copy.changekey)
    copy.delete()
    with pytest.raises(ErrorItemNotFound):
        gone.refresh()


def test_posts_are_found_by_what_they_say(board: Any) -> None:
    for subject, is_read in (("One", True), ("Two", False)):
        _post(board, subject, is_read=is_read, body=f"words of {subject}")
    found = board.all().only("subject", "posted_time")
    first, second = found.order_by("posted_time")
    assert (first.subject, second.subject) == ("One", "Two")
    assert [p.subject for p in found.filter(is_read=False)] == ["Two"]
    day = dt.timedelta(days=1)
    assert found.filter(posted_time__gt=second.posted_time - day).count() == 2
    assert found.filter(posted_time__gt=second.posted_time + day).count() == 0
    assert [p.subject for p in found.filter("subject:One kind:posts")] == ["One"]
    assert found.filter("kind:email").count() == 0


def test_posts_are_followed(board: Any) -> None:
    def follow() -> list[tuple[str, Any]]:
        return list(board.sync_items(sync_state=board.item_sync_state, only_fields=["subject"]))

    assert follow() == []
    post = _post(board, is_read=False)
    ((change, made),) = follow()
    assert (change, made.subject, type(made)) == ("create", "Notice", PostItem)
    post.is_read = True
    post.save(update_fields=["is_read"])
    ((change, (_, is_read)),) = follow()
    assert (change, is_read) == ("read_flag_change", True)
    post.delete()
    assert [name for name, _ in follow()] == ["delete"]


def test_a_post_is_answered_and_passed_on_by_mail(account: Any, board: Any) -> None:
    post = _post(board, body="Old words")
    post.refresh()
    post.forward(subject="FW: Notice", body="See", to_recipients=[account.primary_smtp_address])
    (letter,) = account.inbox.filter(subject="FW: Notice")
    assert letter.item_class == "IPM.Note"
    assert "See" in letter.body and "Old words" in letter.body
    assert letter.conversation_topic == "Notice"
