"""Items of no particular kind: MS-OXWSCORE's first scenario."""

from __future__ import annotations

import re

from conformance import requests
from conformance.checks import absent, check, different, equal, holds, present, refused, success
from conformance.kinds import ITEM
from conformance.mailbox import Mailbox
from conformance.node import Node, Ref
from conformance.scenario import scenario
from conformance.scenarios.core.flags import DONE, DUE, START, flag
from conformance.scenarios.core.life import new_subject
from conformance.things import body, categories, extended, extended_path, thing
from conformance.xml import Element, m, t

TEXT = "This is the base object."
_DATE_TIME = re.compile(r">\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(?:Z|[+-]\d\d:\d\d)<")


@scenario(
    "MS-OXWSCORE",
    "S01_TC01",
    requirements=(
        "MS-OXWSCORE_R2169",
        "MS-OXWSCORE_R2170",
        "MS-OXWSCORE_R1045",
        "MS-OXWSCORE_R2008",
        "MS-OXWSCORE_R1621",
        "MS-OXWSCORE_R341",
    ),
)
def create_get_and_delete_an_item(ews: Mailbox, folder: Ref) -> None:
    """An Item comes back as Message, its finished flag with the date alone."""
    done = flag("Complete", done=DONE)
    answer = ews.call(requests.create_item(ITEM.make(ews.unique("Item"), done), folder=folder))
    success(answer)
    equal(answer.items[0].name, "Message", "kind of item")
    made = answer.items[0].id
    read = ews.get_item(made)
    equal((read.text("Flag/CompleteDate") or "")[:10], DONE[:10], "CompleteDate")
    absent(read, "Flag/StartDate", "Flag/DueDate")
    equal(read.text("HasAttachments"), "false", "HasAttachments")
    ews.delete_items(made)
    refused(ews.call(requests.get_item([made])), "ErrorItemNotFound")


@scenario(
    "MS-OXWSCORE",
    "S01_TC04",
    requirements=(
        "MS-OXWSCORE_R158",
        "MS-OXWSCORE_R61",
        "MS-OXWSCORE_R65",
        "MS-OXWSCORE_R555",
        "MS-OXWSCORE_R556",
        "MS-OXWSCORE_R557",
    ),
)
def append_set_and_delete_a_property(ews: Mailbox, folder: Ref) -> None:
    """Each change gives a new change key and no conflict."""
    made = ews.make_item(ITEM.make(ews.unique("Item")), folder)
    append = requests.append_field("item:Body", thing("Item", body(text=TEXT)))
    answer = ews.call(requests.update_item(requests.item_change(made, append)))
    message = success(answer)[0]
    equal(message.text("ConflictResults/Count"), "0", "ConflictResults")
    changed = answer.items[0].id
    equal(changed.id, made.id, "ItemId")
    different(changed.key, made.key, "ChangeKey before and after")
    read = ews.get_item(changed, BodyType="Text")
    equal(read.text("Body@BodyType"), "Text", "BodyType")
    equal((read.text("Body") or "").strip(), TEXT, "Body")

    changed = ews.update(changed, new_subject(ITEM, ews.unique("Updated")))
    equal(ews.get_item(changed).text("Subject"), ews.unique("Updated"), "Subject")

    changed = ews.update(changed, requests.delete_field("item:Body"))
    equal((ews.get_item(changed, BodyType="Text").text("Body") or "").strip(), "", "Body")


def _full_item(ews: Mailbox) -> Element:
    inner = thing("ItemAttachment", t.Item(t.Subject("Inner")), Name="Item attachment")
    file = thing("FileAttachment", Name="attach.txt", Content="SGVsbG8=")
    return ITEM.make(
        ews.unique("Full item"),
        body(text=TEXT),
        t.Attachments(file, inner),
        categories("The Category"),
        extended(extended_path(DistinguishedPropertySetId="Common", PropertyId=123), "value"),
        flag("Flagged", start=START, due=DUE),
        ItemClass="IPM.Note",
        Sensitivity="Normal",
        Importance="Normal",
        InReplyTo="Someone",
        ReminderDueBy="2034-05-06T10:00:00Z",
        ReminderIsSet=True,
        ReminderNextTime="2034-05-06T09:30:00Z",
        ReminderMinutesBeforeStart=10,
        Culture="en-US",
    )


@scenario(
    "MS-OXWSCORE",
    "S01_TC09",
    requirements=(
        "MS-OXWSCORE_R156",
        "MS-OXWSCORE_R298",
        "MS-OXWSCORE_R2026",
        "MS-OXWSCORE_R2028",
        "MS-OXWSCORE_R2036",
        "MS-OXWSCORE_R2038",
        "MS-OXWSCORE_R2040",
        "MS-OXWSCORE_R2047",
        "MS-OXWSCORE_R2051",
        "MS-OXWSCORE_R2061",
        "MS-OXWSCORE_R1607",
        "MS-OXWSCORE_R1613",
        "MS-OXWSCORE_R1619",
        "MS-OXWSCORE_R1620",
        "MS-OXWSCORE_R102",
        "MS-OXWSCORE_R104",
        "MS-OXWSCORE_R1354",
        "MS-OXWSCORE_R2283",
        "MS-OXWSCORE_R2288",
        "MS-OXWSCDATA_R21131",
        "MS-OXWSCDATA_R21136",
    ),
)
def an_item_with_everything(ews: Mailbox, folder: Ref) -> None:
    """What was set is read back, and what the server adds is there."""
    made = ews.make_item(_full_item(ews), folder)
    read = ews.get_item(made, paths=["item:Preview", "item:TextBody"], BodyType="Text")
    equal(read.id.id, made.id, "ItemId")
    holds(
        read,
        {
            "ItemClass": "IPM.Note",
            "Subject": ews.unique("Full item"),
            "Sensitivity": "Normal",
            "Importance": "Normal",
            "InReplyTo": "Someone",
            "Categories/String": "The Category",
            "ReminderIsSet": True,
            "ReminderMinutesBeforeStart": 10,
            "Flag/FlagStatus": "Flagged",
            "IsSubmitted": False,
            "IsFromMe": False,
            "IsResend": False,
            "IsAssociated": False,
            "HasAttachments": True,
        },
    )
    equal((read.text("Culture") or "").lower(), "en-us", "Culture")
    equal((read.text("Body") or "").strip(), TEXT, "Body")
    equal((read.text("Preview") or "").strip(), TEXT, "Preview")
    equal((read.text("ReminderDueBy") or "")[:16], "2034-05-06T10:00", "ReminderDueBy")
    equal((read.text("ReminderNextTime") or "")[:16], "2034-05-06T09:30", "ReminderNextTime")
    equal([each.name for each in read.nodes("Attachments/*")].count("FileAttachment"), 1, "files")
    equal([each.name for each in read.nodes("Attachments/*")].count("ItemAttachment"), 1, "items")
    _check_what_the_server_adds(ews, read)


def _check_what_the_server_adds(ews: Mailbox, read: Node) -> None:
    present(
        read,
        "ParentFolderId@Id",
        "DateTimeReceived",
        "DateTimeSent",
        "DateTimeCreated",
        "Size",
        "IsDraft",
        "IsUnmodified",
        "DisplayTo",
        "DisplayCc",
        "LastModifiedTime",
        "TextBody",
        "InstanceKey",
        "ConversationId",
    )
    equal(read.text("LastModifiedName"), ews.name(), "LastModifiedName")
    rights = dict.fromkeys(("CreateAssociated", "CreateContents"), "false")
    rights |= dict.fromkeys(("Delete", "Modify", "Read"), "true")
    holds(read, {f"EffectiveRights/{right}": value for right, value in rights.items()})


def _each_value(ews: Mailbox, folder: Ref, name: str, values: tuple[str, ...]) -> None:
    """Each value of an enumeration reads back."""
    made = ews.make_items(
        *[ITEM.make(ews.unique(value), **{name: value}) for value in values], folder=folder
    )
    answer = ews.call(requests.get_item(made))
    success(answer, len(values))
    equal(tuple(item.text(name) for item in answer.items), values, name)


@scenario(
    "MS-OXWSCORE",
    "S01_TC10",
    requirements=("MS-OXWSCORE_R198", "MS-OXWSCORE_R199", "MS-OXWSCORE_R200"),
)
def three_importances(ews: Mailbox, folder: Ref) -> None:
    """High, low and normal."""
    _each_value(ews, folder, "Importance", ("High", "Low", "Normal"))


@scenario(
    "MS-OXWSCORE",
    "S01_TC11",
    requirements=(
        "MS-OXWSCORE_R1650",
        "MS-OXWSCORE_R1651",
        "MS-OXWSCORE_R1652",
        "MS-OXWSCORE_R1653",
    ),
)
def four_sensitivities(ews: Mailbox, folder: Ref) -> None:
    """Confidential, normal, personal and private."""
    _each_value(ews, folder, "Sensitivity", ("Confidential", "Normal", "Personal", "Private"))


@scenario("MS-OXWSCORE", "S01_TC12", requirements=("MS-OXWSCORE_R1679", "MS-OXWSCORE_R1680"))
def two_types_of_body(ews: Mailbox, folder: Ref) -> None:
    """A body is given back as the type that it was stored as."""
    html = ITEM.make(ews.unique("HTML"), body(html=f"<html><body>{TEXT}</body></html>"))
    text = ITEM.make(ews.unique("Text"), body(text=TEXT))
    answer = ews.call(requests.get_item(ews.make_items(html, text, folder=folder)))
    success(answer, 2)
    equal([item.text("Body@BodyType") for item in answer.items], ["HTML", "Text"], "BodyType")
    for item in answer.items:
        check(TEXT in (item.text("Body") or ""), "the words of the body are not there")


@scenario(
    "MS-OXWSCORE",
    "S01_TC13",
    requirements=("MS-OXWSCORE_R1670", "MS-OXWSCORE_R1671", "MS-OXWSCDATA_R1816"),
)
def precision_of_times(ews: Mailbox, folder: Ref) -> None:
    """The header DateTimePrecision says whether times have fractions of a second."""
    made = ews.make_item(ITEM.make(ews.unique("Item")), folder)
    for precision in ("Seconds", "Milliseconds"):
        header = t.DateTimePrecision(precision)
        answer = ews.call(requests.get_item([made]), headers=[header])
        success(answer)
        fractions = _DATE_TIME.findall(answer.raw.decode())
        check(fractions, "no time in the answer")
        with_fraction = [fraction for fraction in fractions if fraction]
        if precision == "Seconds":
            equal(with_fraction, [], "fractions of seconds")
        else:
            check(with_fraction, "no time has milliseconds")


@scenario(
    "MS-OXWSCORE",
    "S01_TC20",
    requirements=("MS-OXWSCORE_R1667", "MS-OXWSCORE_R1668", "MS-OXWSCORE_R1669"),
)
def three_ways_to_delete(ews: Mailbox, folder: Ref) -> None:
    """Gone for good, gone to where it can be recovered from, or to Deleted Items."""
    where = {
        "HardDelete": None,
        "SoftDelete": "recoverableitemsdeletions",
        "MoveToDeletedItems": "deleteditems",
    }
    for how, expected in where.items():
        subject = ews.unique(how)
        made = ews.make_item(ITEM.make(subject), folder)
        ews.delete_items(made, how=how)
        refused(ews.call(requests.get_item([made])), "ErrorItemNotFound")
        for place in ("recoverableitemsdeletions", "deleteditems"):
            found = ews.find(place, subject)
            equal(len(found), int(place == expected), f"items in {place} after {how}")
            if found:
                ews.move_items(folder, found[0].id)


@scenario("MS-OXWSCORE", "S01_TC22", requirements=("MS-OXWSCORE_R1230", "MS-OXWSCORE_R47"))
def new_ids_are_always_returned(ews: Mailbox, folder: Ref) -> None:
    """ReturnNewItemIds true, false or absent: copying and moving tell the new id."""
    target = ews.make_folder(folder, "Target")
    for operation in (requests.copy_item, requests.move_item):
        for new_ids in (True, False, None):
            made = ews.make_item(ITEM.make(ews.unique("Item")), folder)
            answer = ews.call(operation([made], target, new_ids))
            success(answer)
            equal(len(answer.items), 1, f"items of {answer.operation} with {new_ids}")
            different(answer.items[0].id.id, made.id, "old and new id")


@scenario(
    "MS-OXWSCORE", "S01_TC24", requirements=("MS-OXWSCORE_R1618",), needs=("user configuration",)
)
def an_associated_item(ews: Mailbox, folder: Ref) -> None:
    """A user configuration is found among a folder's associated items."""
    name = f"Sample{ews.journal.token}"
    wanted = t.UserConfiguration(
        t.UserConfigurationName(folder.element, Name=name), t.XmlData("PHg+PC94Pg==")
    )
    success(ews.call(m.CreateUserConfiguration(m.UserConfiguration(*wanted))))
    found = ews.call(requests.find_item([folder], "AllProperties", traversal="Associated"))
    items = [each for each in success(found)[0].items if name in (each.text("ItemClass") or "")]
    equal(len(items), 1, "associated items of that name")
    equal(items[0].text("IsAssociated"), "true", "IsAssociated")
    equal(ews.find(folder), [], "normal items")
