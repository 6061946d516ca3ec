"""Posts: every element, reading, finding, changing, copying, moving, following, deleting."""

from __future__ import annotations

import base64
from typing import Any

from conformance import requests
from conformance.checks import (
    check,
    contains,
    different,
    equal,
    holds,
    no_more_than,
    present,
    refused,
    success,
)
from conformance.kinds import POST
from conformance.mailbox import Mailbox
from conformance.node import Node, Ref
from conformance.scenario import scenario
from conformance.scenarios.core.life import new_subject
from conformance.scenarios.sync.following import ItemFollower
from conformance.things import body, categories, mailbox, permission, permission_set, thing
from conformance.xml import t

SPEC = "MS-OXWSPOST"
ROOT_BYTES = 22
"""Of a ConversationIndex: what all posts of a conversation begin with (MS-OXOMSG 2.2.1.3)."""


def make(ews: Mailbox, folder: Ref, *content: Any, **values: Any) -> Ref:
    """A post in a folder, with the scenario's subject."""
    return ews.make_item(POST.make(ews.unique("Post"), *content, **values), folder)


def index_of(item: Node) -> bytes:
    """The bytes of its ConversationIndex."""
    return base64.b64decode(item.text("ConversationIndex") or "")


def who(item: Node, element: str) -> str:
    """The address in From or Sender, in lower case."""
    return (item.text(f"{element}/Mailbox/EmailAddress") or "").lower()


@scenario(SPEC, "S01_TC01", requirements=("MS-OXWSCORE_R2020", "MS-OXWSCORE_R299"))
def a_post_with_nothing_but_a_subject(ews: Mailbox, folder: Ref) -> None:
    """It is from whoever posted it, when it was posted, in a conversation of its own."""
    made = make(ews, folder)
    read = ews.get_item(made)
    equal(read.name, "PostItem", "kind of item")
    subject = ews.unique("Post")
    holds(read, {"ItemClass": "IPM.Post", "Subject": subject, "ConversationTopic": subject})
    holds(read, {"IsDraft": False})
    for element in ("From", "Sender"):
        equal(who(read, element), ews.address.lower(), element)
    present(read, "PostedTime", "InternetMessageId", "IsRead")
    equal(len(index_of(read)), ROOT_BYTES, "bytes of ConversationIndex")
    no_more_than(ews.get_item(made, "IdOnly"), ["ItemId"])
    ews.delete_items(made)
    refused(ews.call(requests.get_item([made])), "ErrorItemNotFound")


@scenario(SPEC, "S01_TC02", requirements=("MS-OXWSCORE_R2020", "MS-OXWSCORE_R298"))
def a_post_with_everything(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """Each element that may be said comes back; who says for whom is told apart."""
    made = make(
        ews,
        folder,
        t.From(mailbox(other.address)),
        t.Sender(mailbox(ews.address)),
        body(html="<html><body><b>Bold</b> words</body></html>"),
        categories("Red", "Blue"),
        IsRead=False,
        References="<reference@contoso.example>",
        Importance="High",
        Sensitivity="Personal",
    )
    read = ews.get_item(made)
    equal(who(read, "From"), other.address.lower(), "From")
    equal(who(read, "Sender"), ews.address.lower(), "Sender")
    holds(read, {"IsRead": False, "References": "<reference@contoso.example>"})
    holds(read, {"Importance": "High", "Sensitivity": "Personal"})
    contains(read.text("Body"), "<b>Bold</b>", "Body")
    equal(sorted(read.texts("Categories/String")), ["Blue", "Red"], "Categories")
    equal(read.ref("ParentFolderId").id, folder.id, "ParentFolderId")


@scenario(SPEC, "S01_TC03", requirements=("MS-OXWSCORE_R2273", "MS-OXWSCORE_R2274"))
def what_only_the_server_says(ews: Mailbox, folder: Ref) -> None:
    """PostedTime, ConversationIndex and ConversationTopic are refused, at first and later."""
    made = make(ews, folder)
    before = ews.get_item(made)
    values: dict[str, tuple[str, Any]] = {
        "PostedTime": ("postitem:PostedTime", "2020-01-01T00:00:00Z"),
        "ConversationIndex": ("message:ConversationIndex", "AQ=="),
        "ConversationTopic": ("message:ConversationTopic", "Topic"),
    }
    for name, (path, value) in values.items():
        wanted = POST.make(ews.unique(name), **{name: value})
        refused(ews.call(requests.create_item(wanted, folder=folder)), "ErrorInvalidPropertySet")
        equal(ews.find(folder, ews.unique(name)), [], f"posts with {name}")
        change = requests.item_change(made, requests.set_field(path, POST.of(**{name: value})))
        refused(ews.call(requests.update_item(change)), "ErrorInvalidPropertySet")
    after = ews.get_item(made)
    for name in values:
        equal(after.text(name), before.text(name), name)


@scenario(SPEC, "S02_TC01", requirements=("MS-OXWSCORE_R556", "MS-OXWSCORE_R1501"))
def change_a_post(ews: Mailbox, folder: Ref) -> None:
    """Subject, body and read state change; from whom it is, and when it was posted, stay."""
    made = make(ews, folder, body(text="Before"), IsRead=False)
    before = ews.get_item(made)
    ews.update(
        made,
        new_subject(POST, ews.unique("Changed")),
        requests.set_field("item:Body", thing("PostItem", body(text="After"))),
        requests.set_field("message:IsRead", POST.of(IsRead=True)),
    )
    read = ews.get_item(made)
    holds(read, {"Subject": ews.unique("Changed"), "Body": "After", "IsRead": True})
    for name in ("PostedTime", "ConversationIndex", "ConversationTopic", "InternetMessageId"):
        equal(read.text(name), before.text(name), name)
    mine = thing("PostItem", t.From(mailbox("somebody@contoso.example")))
    change = requests.item_change(read.id, requests.set_field("message:From", mine))
    refused(ews.call(requests.update_item(change)), "ErrorInvalidPropertySet")
    equal(who(ews.get_item(made), "From"), ews.address.lower(), "From")


@scenario(SPEC, "S02_TC02", requirements=("MS-OXWSCORE_R534", "MS-OXWSCORE_R1481"))
def add_to_the_body_of_a_post(ews: Mailbox, folder: Ref) -> None:
    """What is appended follows what was there."""
    made = make(ews, folder, body(text="One"))
    added = thing("PostItem", body(text=", two"))
    ews.update(made, requests.append_field("item:Body", added))
    equal(ews.get_item(made).text("Body"), "One, two", "Body")


@scenario(SPEC, "S03_TC01", requirements=("MS-OXWSCORE_R1600", "MS-OXWSCORE_R1601"))
def copy_a_post(ews: Mailbox, folder: Ref) -> None:
    """Original and copy say the same, of when they were posted too."""
    made = make(ews, folder, body(text="Words"))
    target = ews.make_folder(folder, "Copies")
    copied = ews.copy_items(target, made)[0]
    different(copied.id, made.id, "ids of original and copy")
    first, second = ews.get_item(made), ews.get_item(copied)
    for name in ("Subject", "Body", "PostedTime", "ConversationIndex", "InternetMessageId"):
        present(second, name)
        equal(second.text(name), first.text(name), name)
    equal(second.name, "PostItem", "kind of the copy")


@scenario(SPEC, "S03_TC02", requirements=("MS-OXWSCORE_R45", "MS-OXWSCORE_R46"))
def move_a_post(ews: Mailbox, folder: Ref) -> None:
    """It is in its new folder, and no longer known by its old id."""
    made = make(ews, folder)
    posted = ews.get_item(made).text("PostedTime")
    target = ews.make_folder(folder, "Moved")
    read = ews.get_item(ews.move_items(target, made)[0])
    equal(read.ref("ParentFolderId").id, target.id, "ParentFolderId")
    equal(read.text("PostedTime"), posted, "PostedTime")
    refused(ews.call(requests.get_item([made])), "ErrorItemNotFound")


@scenario(SPEC, "S04_TC01", requirements=("MS-OXWSFOLD_R10011",))
def posts_count_as_unread(ews: Mailbox, folder: Ref) -> None:
    """UnreadCount is the number of posts that are not read."""
    make(ews, folder, IsRead=True)
    unread = make(ews, folder, IsRead=False)
    equal(ews.get_folder(folder).text("UnreadCount"), "1", "UnreadCount")
    ews.update(unread, requests.set_field("message:IsRead", POST.of(IsRead=True)))
    equal(ews.get_folder(folder).text("UnreadCount"), "0", "UnreadCount when all are read")
    equal(ews.get_folder(folder).text("TotalCount"), "2", "TotalCount")


@scenario(SPEC, "S04_TC02", requirements=("MS-OXWSCORE_R2020",))
def find_posts_by_their_own_elements(ews: Mailbox, folder: Ref) -> None:
    """By PostedTime and by whether they are read; each is shown as a PostItem."""
    read = make(ews, folder, IsRead=True)
    unread = make(ews, folder, IsRead=False)
    posted = ews.get_item(unread).text("PostedTime") or ""

    def found(condition: Any) -> set[str]:
        asked = requests.find_item([folder], "Default", ["postitem:PostedTime"], condition)
        items = success(ews.call(asked))[0].items
        check(all(item.name == "PostItem" for item in items), "all that is found are posts")
        for item in items:
            present(item, "PostedTime")
        return {item.id.id for item in items}

    def compared(name: str, path: str, value: str) -> Any:
        return t(name, t.FieldURI(FieldURI=path), t.FieldURIOrConstant(t.Constant(Value=value)))

    equal(found(compared("IsEqualTo", "message:IsRead", "false")), {unread.id}, "unread posts")
    since = compared("IsGreaterThanOrEqualTo", "postitem:PostedTime", "2000-01-01T00:00:00Z")
    equal(found(since), {read.id, unread.id}, "posts of this century")
    later = compared("IsGreaterThan", "postitem:PostedTime", posted[:2] + "99" + posted[4:])
    equal(found(later), set[str](), "posts of the end of it")


@scenario(
    SPEC,
    "S04_TC03",
    requirements=("MS-OXWSSYNC_R195", "MS-OXWSSYNC_R1951", "MS-OXWSSYNC_R1952"),
)
def follow_posts(ews: Mailbox, folder: Ref) -> None:
    """Create, ReadFlagChange, Update, Delete: one change each."""
    follower = ItemFollower(ews, folder)
    follower.changes()
    made = make(ews, folder, IsRead=False)
    created = follower.one("Create")
    equal((created.kind, created.thing.id.id), ("PostItem", made.id), "what was created")
    for is_read in (True, False):
        ews.update(made, requests.set_field("message:IsRead", POST.of(IsRead=is_read)))
        flag = follower.one("ReadFlagChange").node
        equal(flag.ref("ItemId").id, made.id, "ItemId of what was read")
        equal(flag.text("IsRead"), str(is_read).lower(), "IsRead")
    ews.update(made, new_subject(POST, ews.unique("Changed")))
    updated = follower.one("Update")
    equal((updated.kind, updated.thing.id.id), ("PostItem", made.id), "what was changed")
    ews.delete_items(made)
    equal(follower.one("Delete").node.ref("ItemId").id, made.id, "ItemId of what is gone")


@scenario(SPEC, "S05_TC01", requirements=("MS-OXWSCORE_R298",))
def others_post_into_a_folder_of_discussion(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """Each post says who wrote it; who may only write their own change no other's."""
    rules = permission_set(permission(other.address, "PublishingAuthor"))
    shared = ews.make_folders(folder, thing("Folder", rules, DisplayName=ews.unique("Discussion")))[
        0
    ]
    mine = make(ews, shared)
    theirs = other.make_item(POST.make(ews.unique("Theirs")), shared)
    found = {who(ews.get_item(item.id), "From") for item in ews.find(shared)}
    equal(found, {ews.address.lower(), other.address.lower()}, "who posted")
    equal(who(ews.get_item(theirs), "Sender"), other.address.lower(), "Sender")
    change = requests.item_change(mine, new_subject(POST, "Changed"))
    refused(other.call(requests.update_item(change)), "ErrorAccessDenied")
    other.delete_items(theirs)
    equal([item.id.id for item in ews.find(shared)], [mine.id], "what is left")


@scenario(SPEC, "S05_TC02", requirements=("MS-OXWSCORE_R298",))
def posts_lie_in_folders_of_mail(ews: Mailbox, contacts: Ref, calendar: Ref, tasks: Ref) -> None:
    """Folders of contacts, events and tasks take none."""
    for place in (contacts, calendar, tasks):
        wanted = requests.create_item(POST.make(ews.unique("Post")), folder=place)
        refused(ews.call(wanted), "ErrorCannotCreatePostItemInNonMailFolder")
        equal(ews.find(place), [], "what lies there")
