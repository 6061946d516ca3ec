"""Answers to posts: posted beside them, written to their author, passed on to others."""

from __future__ import annotations

from typing import Any

from conformance import requests
from conformance.checks import contains, different, equal, holds, refused, success
from conformance.mailbox import Mailbox
from conformance.node import Node, Ref
from conformance.scenario import scenario
from conformance.scenarios.post.posting import ROOT_BYTES, SPEC, index_of, make, who
from conformance.things import body, message, recipients
from conformance.xml import Element, t

ANSWER_BYTES = 5
"""Of a ConversationIndex: what an answer adds to that of what it answers."""
SUBJECT_MAX, SUBJECT_CUT = 255, 252


def _reply(original: Ref, *before: Any, words: Element | None = None) -> Element:
    return t.PostReplyItem(before, _reference(original), words)


def _reference(original: Ref) -> Element:
    return t.ReferenceItemId(Id=original.id, ChangeKey=original.key)


def _posted(ews: Mailbox, reply: Element, folder: Ref | None = None) -> Node:
    """The reply as it reads, posted without a word about disposition."""
    answer = ews.call(requests.create_item(reply, folder=folder, disposition=None))
    success(answer)
    equal([item.name for item in answer.items], ["PostItem"], "what CreateItem gives")
    return ews.get_item(answer.items[0].id)


@scenario(SPEC, "S06_TC01", requirements=("MS-OXWSCORE_R137", "MS-OXWSCORE_R1377"))
def a_reply_is_posted_beside_the_post(ews: Mailbox, folder: Ref) -> None:
    """In the folder and the conversation of the post; new words stand before the old ones."""
    original = make(ews, folder, body(text="Old words"))
    first = ews.get_item(original)
    new = t.NewBodyContent("New words", BodyType="Text")
    read = _posted(ews, _reply(original, words=new))
    holds(read, {"ItemClass": "IPM.Post", "ConversationTopic": ews.unique("Post")})
    equal(read.ref("ParentFolderId").id, folder.id, "ParentFolderId")
    equal(read.ref("ConversationId").id, first.ref("ConversationId").id, "ConversationId")
    index, root = index_of(read), index_of(first)
    equal(len(index), ROOT_BYTES + ANSWER_BYTES, "bytes of ConversationIndex")
    equal(index[:ROOT_BYTES], root, "beginning of ConversationIndex")
    equal(who(read, "From"), ews.address.lower(), "From")
    equal(read.text("InReplyTo"), first.text("InternetMessageId"), "InReplyTo")
    contains(read.text("References"), first.text("InternetMessageId") or "?", "References")
    different(read.text("InternetMessageId"), first.text("InternetMessageId"), "names")
    contains(read.text("Body"), "New words", "Body")
    contains((read.text("Body") or "").partition("New words")[2], "Old words", "what follows")
    equal(len(ews.find(folder)), 2, "posts of the folder")


@scenario(SPEC, "S06_TC02", requirements=("MS-OXWSCORE_R137", "MS-OXWSCORE_R298"))
def a_reply_with_subject_and_body_in_another_folder(ews: Mailbox, folder: Ref) -> None:
    """Body is the whole of it; a long subject is cut, and ends in three dots."""
    original = make(ews, folder, body(text="Old words"))
    target = ews.make_folder(folder, "Answers")
    long = (ews.unique("Answer") + "x" * SUBJECT_MAX)[: SUBJECT_MAX + 20]
    read = _posted(ews, _reply(original, t.Subject(long), body(text="Mine")), target)
    equal(read.text("Body"), "Mine", "Body")
    equal(read.text("Subject"), long[:SUBJECT_CUT] + "...", "Subject")
    equal(read.ref("ParentFolderId").id, target.id, "ParentFolderId")
    equal(read.text("ConversationTopic"), ews.unique("Post"), "ConversationTopic")


@scenario(SPEC, "S06_TC03", requirements=("MS-OXWSCORE_R137",))
def a_reply_to_a_reply(ews: Mailbox, folder: Ref) -> None:
    """It names both before it, and its index is longer by one answer more."""
    first = ews.get_item(make(ews, folder))
    second = _posted(ews, _reply(first.id))
    third = _posted(ews, _reply(second.id))
    equal(index_of(third)[:-ANSWER_BYTES], index_of(second), "ConversationIndex")
    equal(third.text("Subject"), second.text("Subject"), "Subject, which grows no second prefix")
    names = [item.text("InternetMessageId") for item in (first, second)]
    equal((third.text("References") or "").split(), names, "References")


@scenario(SPEC, "S06_TC04", requirements=("MS-OXWSCORE_R137",))
def only_posts_are_answered_by_posts(ews: Mailbox, folder: Ref) -> None:
    """A message and a post that is gone are not."""
    letter = ews.make_item(message(ews.unique("Message"), to=[ews.address]), folder)
    gone = make(ews, folder)
    ews.delete_items(gone)
    for original, code in (
        (letter, "ErrorInvalidReferenceItem"),
        (gone, "ErrorItemNotFound"),
    ):
        refused(ews.call(requests.create_item(_reply(original), disposition=None)), code)
    equal([item.id.id for item in ews.find(folder)], [letter.id], "what lies there")


@scenario(
    SPEC,
    "S07_TC01",
    requirements=("MS-OXWSCORE_R91", "MS-OXWSCORE_R131", "MS-OXWSCORE_R132", "MS-OXWSCORE_R133"),
)
def what_a_post_offers(ews: Mailbox, folder: Ref) -> None:
    """An answer to its author, to all, a forward, and an answer beside it."""
    read = ews.get_item(make(ews, folder))
    offered = {node.name for node in read.nodes("ResponseObjects/*")}
    wanted = {"ReplyToItem", "ReplyAllToItem", "ForwardItem", "PostReplyItem"}
    equal(offered, wanted, "ResponseObjects")


@scenario(SPEC, "S07_TC02", requirements=("MS-OXWSCORE_R131", "MS-OXWSCORE_R1371"))
def write_to_whoever_posted(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """ReplyToItem goes to From, as mail."""
    sender = t.From(t.Mailbox(t.EmailAddress(other.address)))
    original = make(ews, folder, sender, body(text="Old words"))
    words = t.NewBodyContent("New words", BodyType="Text")
    mail = t.ReplyToItem(_reference(original), words)
    success(ews.call(requests.create_item(mail, disposition="SendOnly")))
    read = other.get_item(other.arrived("inbox", ews.unique("Post"))[0].id)
    holds(read, {"ItemClass": "IPM.Note", "ConversationTopic": ews.unique("Post")})
    contains(read.text("Body"), "New words", "Body")
    contains(read.text("Body"), "Old words", "Body")


@scenario(SPEC, "S07_TC03", requirements=("MS-OXWSCORE_R132", "MS-OXWSCORE_R1372"))
def pass_a_post_on(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """ForwardItem brings it to somebody else, as mail."""
    original = make(ews, folder, body(text="Old words"))
    mail = t.ForwardItem(recipients("ToRecipients", [other.address]), _reference(original))
    success(ews.call(requests.create_item(mail, disposition="SendOnly")))
    read = other.get_item(other.arrived("inbox", ews.unique("Post"))[0].id)
    equal(read.text("ItemClass"), "IPM.Note", "ItemClass")
    contains(read.text("Body"), "Old words", "Body")
    equal(who(read, "From"), ews.address.lower(), "From")
