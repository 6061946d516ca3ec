"""Attaching files, items and references."""

from __future__ import annotations

import base64

from conformance import requests
from conformance.checks import (
    absent,
    among,
    contains,
    different,
    equal,
    holds,
    lacks,
    present,
    refused,
    success,
)
from conformance.kinds import APPOINTMENT, CONTACT, ITEM, POST, TASK, Kind
from conformance.mailbox import Mailbox
from conformance.node import Node, Ref
from conformance.scenario import each, scenario
from conformance.things import message, thing
from conformance.xml import Element, m, t

LOCATION = "http://www.contoso.example/xyz.abc"
PICTURE = base64.b64encode(b"\xff\xd8\xff\xe0 not much of a picture \xff\xd9").decode()
SCRIPT = "<script>alert('Alert!');</script>"


def file(name: str = "attach.jpg", content_id: str | None = None) -> Element:
    """A file attachment."""
    return thing(
        "FileAttachment",
        Name=name,
        ContentType="image/jpeg",
        ContentId=content_id,
        ContentLocation=LOCATION,
        Content=PICTURE,
    )


def attached(item: Element | None, content_id: str | None = None) -> Element:
    """An item attachment, or one that lacks its item."""
    head = [t.Name("ItemName"), t.ContentId(content_id) if content_id else None]
    return t.ItemAttachment(head, t.ContentLocation(LOCATION), item)


def shape(body: str = "Best", *, mime: bool = False, filtered: bool | None = None) -> Element:
    """AttachmentShape with one more property."""
    return m.AttachmentShape(
        t.IncludeMimeContent(mime),
        t.BodyType(body),
        t.FilterHtmlContent(filtered) if filtered is not None else None,
        t.AdditionalProperties(t.FieldURI(FieldURI="item:DateTimeCreated")),
    )


def _parent(ews: Mailbox, folder: Ref) -> Ref:
    return ews.make_item(message(ews.unique("Holder"), to=[ews.address]), folder)


def _get(ews: Mailbox, attachment: Ref, how: Element) -> Node:
    return success(ews.call(requests.get_attachment([attachment], how)))[0].nodes("Attachments/*")[
        0
    ]


def _delete(ews: Mailbox, attachment: Ref, parent: Ref) -> None:
    """Delete one attachment: the answer names the item that held it."""
    deleted = success(ews.call(requests.delete_attachment([attachment])))[0]
    equal(deleted.text("RootItemId@RootItemId"), parent.id, "RootItemId")
    present(deleted, "RootItemId@RootItemChangeKey")


@scenario(
    "MS-OXWSATT",
    "S01_TC01",
    requirements=(
        "MS-OXWSATT_R43",
        "MS-OXWSATT_R45",
        "MS-OXWSATT_R38",
        "MS-OXWSATT_R59",
        "MS-OXWSATT_R60",
        "MS-OXWSATT_R64",
        "MS-OXWSATT_R443",
        "MS-OXWSATT_R446",
    ),
)
def a_file(ews: Mailbox, folder: Ref) -> None:
    """Name, type, location and bytes are what was attached."""
    parent = _parent(ews, folder)
    made = ews.attach(parent, file())[0]
    equal(made.text("AttachmentId@RootItemId"), parent.id, "RootItemId")
    present(made, "AttachmentId@RootItemChangeKey")

    got = _get(ews, made.ref("AttachmentId"), shape("Text"))
    equal(got.name, "FileAttachment", "kind of attachment")
    holds(
        got,
        {"Name": "attach.jpg", "ContentType": "image/jpeg", "ContentLocation": LOCATION},
    )
    equal("".join((got.text("Content") or "").split()), PICTURE, "Content")
    listed = ews.get_item(parent.keyless)
    equal(listed.text("HasAttachments"), "true", "HasAttachments")
    absent(listed.nodes("Attachments/*")[0], "Content")
    _delete(ews, made.ref("AttachmentId"), parent)
    equal(ews.get_item(parent.keyless).text("HasAttachments"), "false", "HasAttachments at last")


@scenario(
    "MS-OXWSATT",
    "S01_TC02",
    requirements=(
        "MS-OXWSATT_R36",
        "MS-OXWSATT_R63",
        "MS-OXWSATT_R83",
        "MS-OXWSATT_R475",
        "MS-OXWSATT_R478",
        "MS-OXWSATT_R479001",
        "MS-OXWSATT_R479002",
        "MS-OXWSATT_R55001",
        "MS-OXWSATT_R466",
    ),
)
def a_message(ews: Mailbox, folder: Ref) -> None:
    """Its body comes as asked for: text, HTML with its script, HTML without; and its MIME."""
    parent = _parent(ews, folder)
    html = f"<html><body><b>Bold</b>{SCRIPT}</body></html>"
    inner = message(ews.unique("Inner"), to=[ews.address], html=html)
    made = ews.attach(parent, attached(inner))[0].ref("AttachmentId")

    got = _get(ews, made, shape("Text", mime=True))
    equal(got.name, "ItemAttachment", "kind of attachment")
    equal(got.text("ContentLocation"), LOCATION, "ContentLocation")
    equal(got.text("Message/Subject"), ews.unique("Inner"), "Subject")
    equal(got.text("Message/Body@BodyType"), "Text", "BodyType")
    present(got, "Message/DateTimeCreated", "Message/MimeContent")

    as_is = _get(ews, made, shape("HTML", mime=True, filtered=False)).text("Message/Body")
    contains(as_is, SCRIPT, "body as it is")
    filtered = _get(ews, made, shape("HTML", mime=True, filtered=True)).text("Message/Body")
    lacks(filtered, "<script", "filtered body")
    _delete(ews, made, parent)


@each(
    "MS-OXWSATT",
    {
        "S01_TC03": APPOINTMENT,
        "S01_TC04": CONTACT,
        "S01_TC05": TASK,
        "S01_TC06": POST,
        "S01_TC08": ITEM,
    },
    requirements=(
        "MS-OXWSATT_R144",
        "MS-OXWSATT_R145",
        "MS-OXWSATT_R259",
        "MS-OXWSATT_R260",
        "MS-OXWSATT_R203",
        "MS-OXWSATT_R204",
    ),
)
def an_item(ews: Mailbox, folder: Ref, kind: Kind) -> None:
    """It comes back as its kind with its subject; calendar items and posts also as MIME."""
    parent = _parent(ews, folder)
    made = ews.attach(parent, attached(kind.make(ews.unique("Inner"))))[0].ref("AttachmentId")
    got = _get(ews, made, shape("Best"))
    equal(got.text(f"{kind.read_as}/Subject"), ews.unique("Inner"), "Subject")
    absent(got, f"{kind.read_as}/MimeContent")
    if kind in (APPOINTMENT, POST):
        present(_get(ews, made, shape("Best", mime=True)), f"{kind.read_as}/MimeContent")
    _delete(ews, made, parent)


@scenario(
    "MS-OXWSATT",
    "S01_TC07",
    requirements=(
        "MS-OXWSATT_R141",
        "MS-OXWSATT_R458",
        "MS-OXWSATT_R6201",
        "MS-OXWSATT_R547",
        "MS-OXWSATT_R467",
    ),
)
def a_file_and_an_item_at_once(ews: Mailbox, folder: Ref) -> None:
    """Each is answered by its own message, in order; deleted, neither is found."""
    parent = _parent(ews, folder)
    both = ews.attach(
        parent, file(content_id="one@contoso"), attached(ITEM.make("Inner"), "two@contoso")
    )
    ids = [each.ref("AttachmentId") for each in both]
    got = success(ews.call(requests.get_attachment(ids, shape())), 2)
    names = [each.nodes("Attachments/*")[0].name for each in got]
    equal(names, ["FileAttachment", "ItemAttachment"], "kinds in order")
    first, second = (each.text("Attachments/*/ContentId") for each in got)
    different(first, second, "ContentId")
    success(ews.call(requests.delete_attachment(ids)), 2)
    refused(ews.call(requests.get_attachment(ids, shape())), count=2)


@scenario("MS-OXWSATT", "S01_TC09", requirements=("MS-OXWSATT_R14201", "MS-OXWSATT_R20001"))
def an_attachment_on_an_attachment(ews: Mailbox, folder: Ref) -> None:
    """An attached item may hold attachments itself; the root stays the outermost item."""
    parent = _parent(ews, folder)
    outer = ews.attach(parent, attached(ITEM.make("Outer")))[0].ref("AttachmentId")
    inner = ews.attach(Ref("AttachmentId", outer.id), attached(ITEM.make("Inner")))[0]
    equal(inner.text("AttachmentId@RootItemId"), parent.id, "RootItemId")
    equal(_get(ews, outer, shape()).text("Message/Subject"), "Outer", "Subject of the outer")
    got = _get(ews, inner.ref("AttachmentId"), shape())
    equal(got.text("Message/Subject"), "Inner", "Subject of the inner")
    _delete(ews, inner.ref("AttachmentId"), parent)
    _delete(ews, outer, parent)


@scenario("MS-OXWSATT", "S01_TC10", requirements=("MS-OXWSATT_R318001",))
def no_meeting_messages(ews: Mailbox, folder: Ref) -> None:
    """Messages of meetings cannot be attached by a client."""
    parent = _parent(ews, folder)
    for name in ("MeetingMessage", "MeetingRequest", "MeetingResponse", "MeetingCancellation"):
        wanted = attached(t(name, t.Subject("Meeting")))
        answer = ews.call(requests.create_attachment(parent, wanted))
        refused(answer, "ErrorInvalidItemForOperationCreateItemAttachment")


@scenario(
    "MS-OXWSATT",
    "S01_TC11",
    requirements=(
        "MS-OXWSATT_R38002",
        "MS-OXWSATT_R104006",
        "MS-OXWSATT_R104008",
        "MS-OXWSATT_R104012",
        "MS-OXWSATT_R104014",
        "MS-OXWSATT_R104016",
        "MS-OXWSATT_R104018",
    ),
)
def a_reference(ews: Mailbox, folder: Ref) -> None:
    """A link to a file elsewhere is kept as it was given."""
    values = {
        "AttachLongPathName": LOCATION,
        "ProviderType": "abc",
        "ProviderEndpointUrl": "http://www.contoso.example",
        "AttachmentThumbnailUrl": "http://www.contoso.example/thumbnail.abc",
        "AttachmentPreviewUrl": "http://www.contoso.example/preview.abc",
        "PermissionType": 1,
        "OriginalPermissionType": 1,
        "AttachmentIsFolder": False,
    }
    parent = _parent(ews, folder)
    wanted = thing("ReferenceAttachment", Name="reference", **values)
    made = ews.attach(parent, wanted)[0].ref("AttachmentId")
    got = _get(ews, made, shape("Text"))
    equal(got.name, "ReferenceAttachment", "kind of attachment")
    kept = ("AttachLongPathName", "ProviderType", "AttachmentThumbnailUrl", "AttachmentPreviewUrl")
    holds(got, {name: values[name] for name in (*kept, "PermissionType", "AttachmentIsFolder")})
    _delete(ews, made, parent)


@scenario(
    "MS-OXWSATT",
    "S01_TC12",
    requirements=("MS-OXWSATT_R78002", "MS-OXWSATT_R145001", "MS-OXWSATT_R145002"),
)
def an_item_attachment_needs_an_item(ews: Mailbox, folder: Ref) -> None:
    """Without one it is refused."""
    answer = ews.call(requests.create_attachment(_parent(ews, folder), attached(None)))
    refused(answer, "ErrorMissingItemForCreateItemAttachment")


@scenario(
    "MS-OXWSATT",
    "S01_TC13",
    requirements=(
        "MS-OXWSATT_R474001",
        "MS-OXWSATT_R474002",
        "MS-OXWSATT_R465001",
        "MS-OXWSATT_R465002",
    ),
)
def a_deleted_attachment_is_gone(ews: Mailbox, folder: Ref) -> None:
    """It can neither be read nor deleted again."""
    parent = _parent(ews, folder)
    made = ews.attach(parent, file())[0].ref("AttachmentId")
    _delete(ews, made, parent)
    refused(ews.call(requests.get_attachment([made], shape("Text"))))
    refused(ews.call(requests.delete_attachment([made])))


@scenario("MS-OXWSATT", "S01_TC14", requirements=("MS-OXWSCDATA_R713",))
def mime_of_a_task(ews: Mailbox, folder: Ref) -> None:
    """Old servers refuse with ErrorUnsupportedMimeConversion, newer ones give it."""
    parent = _parent(ews, folder)
    made = ews.attach(parent, attached(TASK.make("Inner")))[0].ref("AttachmentId")
    answer = ews.call(requests.get_attachment([made], shape("Text", mime=True)))
    among(answer.codes[0], ("NoError", "ErrorUnsupportedMimeConversion"), "ResponseCode")
    if answer.messages[0].ok:
        present(answer.messages[0], "Attachments/ItemAttachment/Task/MimeContent")
    _delete(ews, made, parent)
