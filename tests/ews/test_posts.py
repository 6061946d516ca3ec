"""Posts: what is written into a folder for everybody who reads there (MS-OXWSPOST)."""

from __future__ import annotations

import base64

import pytest

from tests.ews.conftest import Desk, Reply, additional, set_field, shown_id
from tests.ews.test_create import create

pytestmark = pytest.mark.anyio

BEN = "<t:Mailbox><t:EmailAddress>ben@demo.example</t:EmailAddress></t:Mailbox>"


def post(subject: str, more: str = "") -> str:
    return f"<t:PostItem><t:Subject>{subject}</t:Subject>{more}</t:PostItem>"


def text(words: str) -> str:
    return f'<t:Body BodyType="Text">{words}</t:Body>'


def response(element: str, id: str, before: str = "", after: str = "") -> str:
    return f"<t:{element}>{before}<t:ReferenceItemId {id}/>{after}</t:{element}>"


def words(kind: str, body: str) -> str:
    return f'<t:NewBodyContent BodyType="{kind}">{body}</t:NewBodyContent>'


async def shown(desk: Desk, id: str, *paths: str) -> Reply:
    return (await desk.get(id, more=additional(*paths) if paths else "")).ok()


async def test_a_post_is_of_whoever_posts_it(desk: Desk) -> None:
    of = await shown(desk, await desk.create(post("RE: Notice", text("All"))))
    for who in ("From", "Sender"):
        assert of.one(f"//t:PostItem/t:{who}//t:EmailAddress") == "anna@demo.example"
        assert of.one(f"//t:PostItem/t:{who}//t:Name") == "Anna"
    assert of.one("//t:ItemClass") == "IPM.Post"
    assert of.one("//t:ConversationTopic") == "Notice"
    assert of.one("//t:PostedTime") == of.one("//t:DateTimeSent") == of.one("//t:DateTimeCreated")
    assert len(base64.b64decode(of.one("//t:ConversationIndex"))) == 22
    assert of.one("//t:InternetMessageId").endswith("@demo.example>")
    assert (of.one("//t:IsDraft"), of.one("//t:IsFromMe")) == ("false", "true")
    assert [each.tag.rpartition("}")[2] for each in of.all("//t:ResponseObjects/*")] == [
        "ReplyToItem", "ReplyAllToItem", "ForwardItem", "PostReplyItem",
    ]  # fmt: skip


async def test_one_posts_for_somebody_else_and_says_so(desk: Desk) -> None:
    of = await shown(desk, await desk.create(post("x", f"<t:From>{BEN}</t:From>")))
    assert of.one("//t:From//t:EmailAddress") == "ben@demo.example"
    assert of.one("//t:Sender//t:EmailAddress") == "anna@demo.example"


async def test_from_whom_a_post_is_stays_as_it_was_posted(desk: Desk) -> None:
    """MS-OXWSPOST 2.2.4.1: From is set at creation only."""
    id = await desk.create(post("x"))
    for element in ("PostItem", "Message"):
        update = set_field("message:From", f"<t:From>{BEN}</t:From>", element)
        assert (await desk.update(id, update)).code == "ErrorInvalidPropertySet"
    gone = '<t:DeleteItemField><t:FieldURI FieldURI="message:From"/></t:DeleteItemField>'
    assert (await desk.update(id, gone)).code == "ErrorInvalidPropertySet"
    of = await shown(desk, id)
    assert of.one("//t:From//t:EmailAddress") == "anna@demo.example"
    assert (await desk.ask(create(post("y", "<t:PostedTime>2020-01-01T00:00:00Z</t:PostedTime>"))
                           )).code == "ErrorInvalidPropertySet"  # fmt: skip


async def test_posts_are_found_and_sorted_by_when_they_were_posted(desk: Desk) -> None:
    for subject in ("a", "b", "c"):
        await desk.create(post(subject))
        desk.clock.advance(3600)
    order = (
        '<m:SortOrder><t:FieldOrder Order="Descending">'
        '<t:FieldURI FieldURI="postitem:PostedTime"/></t:FieldOrder></m:SortOrder>'
    )
    found = await desk.find(order)
    assert found.ok().texts("//t:PostItem/t:Subject") == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (words("Text", "Yes"), ("Text", "Yes")),
        (words("HTML", "&lt;b&gt;Yes&lt;/b&gt;"), ("HTML", "<b>Yes</b>")),
    ],
)
async def test_a_reply_is_posted_beside_the_post(
    desk: Desk, said: str, expected: tuple[str, str]
) -> None:
    """As the Managed API asks: without MessageDisposition, without a folder."""
    original = await desk.create(post("Notice", text("All")), folder="junkemail")
    first = await shown(desk, original)
    desk.clock.advance(300)
    made = await desk.ask(create(response("PostReplyItem", original, after=said), attributes=""))
    answer = await shown(desk, shown_id(made.ok(), "//t:PostItem/t:ItemId"))
    assert answer.one("//t:ParentFolderId/@Id") == first.one("//t:ParentFolderId/@Id")
    assert (answer.one("//t:ItemClass"), answer.one("//t:Subject")) == ("IPM.Post", "RE: Notice")
    assert answer.one("//t:ConversationTopic") == "Notice"
    assert answer.one("//t:ConversationId/@Id") == first.one("//t:ConversationId/@Id")
    whole, root = [base64.b64decode(of.one("//t:ConversationIndex")) for of in (answer, first)]
    assert (len(whole), whole[:22]) == (27, root)
    identity = first.one("//t:InternetMessageId")
    assert answer.one("//t:InReplyTo") == answer.one("//t:References") == identity
    assert answer.one("//t:InternetMessageId") != identity
    kind, body = expected
    assert answer.one("//t:Body/@BodyType") == kind
    assert answer.one("//t:Body").index(body) < answer.one("//t:Body").index("All")
    assert answer.one("//t:From//t:EmailAddress") == "anna@demo.example"


async def test_a_reply_says_its_own_subject_and_body_and_may_lie_elsewhere(desk: Desk) -> None:
    original = await desk.create(post("Notice", text("All")))
    long = f"<t:Subject>{'x' * 300}</t:Subject>"
    own = response("PostReplyItem", original, before=f"{long}{text('Mine')}")
    made = await desk.ask(create(own, attributes="", folder="archive"))
    answer = await shown(desk, shown_id(made.ok()))
    assert answer.one("//t:Body") == "Mine"
    assert answer.one("//t:Subject") == "x" * 252 + "..."
    assert (await desk.find(folder="archive")).all("//t:PostItem")
    assert len((await desk.find()).all("//t:PostItem")) == 1


async def test_only_posts_are_answered_by_posts(desk: Desk) -> None:
    made = await desk.create("<t:Message><t:Subject>x</t:Subject></t:Message>")
    contact = await desk.create("<t:Contact/>", folder="contacts")
    for id in (made, contact):
        refused = await desk.ask(create(response("PostReplyItem", id), attributes=""))
        assert refused.code == "ErrorInvalidReferenceItem"
    bare = await desk.ask(create("<t:PostReplyItem/>", attributes=""))
    assert bare.code == "ErrorInvalidReferenceItem"


@pytest.mark.parametrize("element", ["ReplyToItem", "ReplyAllToItem", "ForwardItem"])
async def test_a_post_is_answered_and_passed_on_by_mail(desk: Desk, element: str) -> None:
    original = await desk.create(post("Notice", f"<t:From>{BEN}</t:From>{text('All')}"))
    to = f"<t:ToRecipients>{BEN}</t:ToRecipients>" if element == "ForwardItem" else ""
    mail = response(element, original, before=to, after=words("Text", "See"))
    (await desk.ask(create(mail, attributes='MessageDisposition="SendAndSaveCopy"'))).ok()
    found = await desk.find(who="ben", shape="Default")
    prefix = "FW: " if element == "ForwardItem" else "RE: "
    assert found.texts("//t:Message/t:Subject") == [f"{prefix}Notice"]
    copy = await shown(desk, shown_id(await desk.find(folder="sentitems")))
    first = await shown(desk, original)
    assert copy.one("//t:ConversationId/@Id") == first.one("//t:ConversationId/@Id")
    assert copy.one("//t:References") == first.one("//t:InternetMessageId")


async def test_a_post_made_of_mime_is_a_post_and_stays_one(desk: Desk) -> None:
    def mime(subject: str) -> str:
        raw = (
            f"From: Carla <carla@elsewhere.example>\r\nSubject: {subject}\r\n"
            "Date: Fri, 01 May 2026 10:00:00 +0200\r\nMessage-ID: <1@elsewhere.example>\r\n"
            'Content-Type: multipart/signed; protocol="application/pkcs7-signature";'
            " boundary=b\r\n\r\n--b\r\n\r\nHello\r\n--b--\r\n"
        )
        return f"<t:MimeContent>{base64.b64encode(raw.encode()).decode()}</t:MimeContent>"

    id = await desk.create(f"<t:PostItem>{mime('Feed')}</t:PostItem>")
    of = await shown(desk, id)
    assert (of.one("//t:PostItem/t:Subject"), of.one("//t:ItemClass")) == ("Feed", "IPM.Post")
    assert of.one("//t:PostedTime") == "2026-05-01T08:00:00Z"
    assert of.one("//t:From//t:EmailAddress") == "carla@elsewhere.example"
    assert of.one("//t:InternetMessageId") == "<1@elsewhere.example>"
    (await desk.update(id, set_field("item:MimeContent", mime("Again"), "PostItem"))).ok()
    of = await shown(desk, id)
    assert (of.one("//t:PostItem/t:Subject"), of.one("//t:ItemClass")) == ("Again", "IPM.Post")


async def test_posts_lie_where_mail_lies(desk: Desk) -> None:
    for folder in ("contacts", "calendar", "tasks", "notes"):
        made = await desk.ask(create(post("x"), folder=folder))
        assert made.code == "ErrorCannotCreatePostItemInNonMailFolder"


async def test_clients_of_2007_know_no_posted_time(desk: Desk) -> None:
    id = await desk.create(post("x"))
    old = await desk.get(id, version="Exchange2007")
    assert old.texts("//t:PostedTime") == []
    assert (await desk.get(id, version="Exchange2007_SP1")).ok().texts("//t:PostedTime")
