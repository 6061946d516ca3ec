"""Reading requests: shapes of values, habits of clients that pass, and what never does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from ews.codec import BadBase64, Choices, Node, SchemaViolation, read
from tests.ews_codec.conftest import tree

GET_FOLDER = (
    "<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>"
    '<m:FolderIds><t:DistinguishedFolderId Id="inbox"/><t:FolderId Id="AAA"/></m:FolderIds>'
    "</m:GetFolder>"
)


def item(inside: str, **options: Any) -> Any:
    return read(tree(f"<t:Message>{inside}</t:Message>"), "MessageType", **options)


def violation(xml: str, kind: str = "", *, strict: bool = False) -> SchemaViolation:
    with pytest.raises(SchemaViolation) as caught:
        read(tree(xml), kind, strict=strict)
    return caught.value


def test_children_and_attributes_read_as_attributes() -> None:
    request = read(tree(GET_FOLDER))
    assert request.type == "GetFolderType"
    assert request.FolderShape.BaseShape == "IdOnly"
    assert request.FolderShape.AdditionalProperties is None
    assert request.FolderIds == [
        ("DistinguishedFolderId", {"Id": "inbox"}),
        ("FolderId", {"Id": "AAA"}),
    ]
    assert isinstance(request.FolderIds, Choices)
    assert request.FolderIds.type == "NonEmptyArrayOfBaseFolderIdsType"
    assert isinstance(request.FolderIds[0][1], Node)


def test_simple_values_become_python() -> None:
    message = item(
        "<t:Subject> a\n</t:Subject><t:Categories><t:String>x</t:String><t:String>y</t:String>"
        "</t:Categories><t:IsRead>1</t:IsRead><t:Size>7</t:Size>"
        "<t:DateTimeSent>2026-02-28T09:30:00.1234567Z</t:DateTimeSent>"
        '<t:Body BodyType="HTML">&lt;p/&gt;</t:Body>'
    )
    assert message.Subject == " a\n"
    assert message.Categories.String == ["x", "y"]
    assert message.IsRead is True
    assert message.Size == 7
    assert message.DateTimeSent == datetime(2026, 2, 28, 9, 30, 0, 123456, UTC)
    assert message.Body == {"BodyType": "HTML", "value": "<p/>"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-02-28T09:30:00", datetime(2026, 2, 28, 9, 30)),
        (
            " 2026-02-28T09:30:00+05:30 ",
            datetime(2026, 2, 28, 9, 30, tzinfo=timezone(timedelta(hours=5.5))),
        ),
        (
            "2026-02-28T09:30:00-08:00",
            datetime(2026, 2, 28, 9, 30, tzinfo=timezone(timedelta(hours=-8))),
        ),
        ("2026-02-28T24:00:00Z", datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)
def test_times_with_and_without_zone(text: str, value: datetime) -> None:
    read_back = item(f"<t:DateTimeSent>{text}</t:DateTimeSent>").DateTimeSent
    assert (read_back, read_back.tzinfo) == (value, value.tzinfo)


@pytest.mark.parametrize(
    "text", ["", "2026-02-30T00:00:00Z", "2026-02-28", "09:30", "2026-02-28T09:30:00+19:00",
             "9999-12-31T24:00:00Z", "0000-01-01T00:00:00Z", "٢٠٢٦-02-28T09:30:00Z"],
)  # fmt: skip
def test_no_time_at_all(text: str) -> None:
    error = violation(f"<t:Message><t:DateTimeSent>{text}</t:DateTimeSent></t:Message>",
                      "MessageType")  # fmt: skip
    assert "DateTimeSent" in error.message


def test_a_date_loses_its_zone() -> None:
    xml = "<t:X><t:StartDate>2026-02-28+01:00</t:StartDate></t:X>"
    assert read(tree(xml), "NoEndRecurrenceRangeType").StartDate == date(2026, 2, 28)


def test_one_of_a_choice() -> None:
    expression = read(
        tree(
            '<m:Restriction><t:And><t:Exists><t:FieldURI FieldURI="item:Subject"/></t:Exists>'
            '<t:Not><t:IsEqualTo><t:FieldURI FieldURI="item:Size"/><t:FieldURIOrConstant>'
            '<t:Constant Value="3"/></t:FieldURIOrConstant></t:IsEqualTo></t:Not></t:And>'
            "</m:Restriction>"
        ),
        "RestrictionType",
    )
    name, operands = expression.first()
    assert name == "And"
    assert [operand for operand, _ in operands] == ["Exists", "Not"]
    assert operands[0][1].first() == ("FieldURI", {"FieldURI": "item:Subject"})
    assert operands[1][1].IsEqualTo.FieldURIOrConstant.Constant.Value == "3"


def test_transitions_keep_order_and_attributes() -> None:
    group = read(
        tree(
            '<t:TransitionsGroup Id="0"><t:Transition><t:To Kind="Period">a</t:To></t:Transition>'
            '<t:AbsoluteDateTransition><t:To Kind="Group">b</t:To><t:DateTime>2007-01-01T00:00:00'
            "</t:DateTime></t:AbsoluteDateTransition></t:TransitionsGroup>"
        ),
        "ArrayOfTransitionsType",
    )
    assert group.Id == "0"
    assert [name for name, _ in group] == ["Transition", "AbsoluteDateTransition"]


def test_events_of_a_notification_keep_their_order() -> None:
    xml = (
        "<t:N><t:SubscriptionId>s</t:SubscriptionId><t:StatusEvent/><t:CreatedEvent>"
        '<t:TimeStamp>2026-01-01T00:00:00Z</t:TimeStamp><t:ItemId Id="i"/>'
        '<t:ParentFolderId Id="f"/></t:CreatedEvent><t:StatusEvent/></t:N>'
    )
    notification = read(tree(xml), "NotificationType")
    assert [name for name, _ in notification.choices] == [
        "StatusEvent",
        "CreatedEvent",
        "StatusEvent",
    ]


# Habits of clients: accepted unless strict (survey of clients, the trap's number in the name).


def test_trap_46_any_order_passes() -> None:
    shuffled = "<t:ExtendedProperty><t:ExtendedFieldURI PropertyTag='3591' PropertyType='Integer'/>"
    shuffled += "<t:Value>1</t:Value></t:ExtendedProperty><t:IsRead>true</t:IsRead>"
    shuffled += "<t:Subject>late</t:Subject>"
    assert item(shuffled).Subject == "late"
    with pytest.raises(SchemaViolation, match="invalid child element 'Subject'"):
        item(shuffled, strict=True)


def test_trap_46_a_message_inside_a_reply_passes() -> None:
    xml = (
        '<t:ReplyToItem><t:ReferenceItemId Id="i"/><t:Message><t:Subject>Re</t:Subject>'
        "<t:IsRead>true</t:IsRead></t:Message></t:ReplyToItem>"
    )
    reply = read(tree(xml), "ReplyToItemType")
    assert reply == {"ReferenceItemId": {"Id": "i"}, "Subject": "Re"}
    assert "Message" in violation(xml, "ReplyToItemType", strict=True).message


@pytest.mark.parametrize("tag", ["3591", "0x0e07", "0X0E07", "0xE07", "0x00000e07", " 4340 "])
def test_trap_29_property_tags(tag: str) -> None:
    path = read(
        tree(f'<t:ExtendedFieldURI PropertyTag="{tag}" PropertyType="Integer"/>'),
        "PathToExtendedFieldType",
    )
    assert path.PropertyTag == tag.strip()


def test_trap_47_the_same_path_twice() -> None:
    path = '<t:FieldURI FieldURI="message:IsRead"/>'
    paths = read(tree(f"<m:P>{path}{path}</m:P>"), "NonEmptyArrayOfPathsToElementType",
                 strict=True)  # fmt: skip
    assert len(paths) == 2


@pytest.mark.parametrize(
    ("xml", "kind"),
    [
        (
            "<m:P><m:SubscribeToAllFolders/></m:P>".replace("<m:SubscribeToAllFolders/>", "")
            .replace("<m:P>", '<m:P SubscribeToAllFolders="true"><t:EventTypes><t:EventType>'
                     "NewMailEvent</t:EventType></t:EventTypes><m:Watermark>w</m:Watermark>"
                     "<t:Timeout>10</t:Timeout>"),
            "PullSubscriptionRequestType",
        ),
        (
            '<m:R><m:And><t:Exists><t:FieldURI FieldURI="item:Size"/></t:Exists>'
            '<m:Or><t:Exists><t:FieldURI FieldURI="item:Size"/></t:Exists></m:Or></m:And></m:R>',
            "RestrictionType",
        ),
        (
            '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>'
            '</m:ItemShape><t:SortOrder><t:FieldOrder Order="Ascending"><t:FieldURI '
            'FieldURI="item:Size"/></t:FieldOrder></t:SortOrder><m:ParentFolderIds>'
            '<t:FolderId Id="f"/></m:ParentFolderIds></m:FindItem>',
            "FindItemType",
        ),
    ],
)  # fmt: skip
def test_the_other_namespace_passes(xml: str, kind: str) -> None:
    assert read(tree(xml), kind)
    assert "invalid child element" in violation(xml, kind, strict=True).message


def test_unknown_attributes_pass() -> None:
    xml = '<t:FolderId Id="a" Color="red"/>'
    assert read(tree(xml), "FolderIdType") == {"Id": "a"}
    assert "Color" in violation(xml, "FolderIdType", strict=True).message


# What is unusable is refused either way.


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(
    ("xml", "kind", "words"),
    [
        ("<t:Message><t:Colour/></t:Message>", "MessageType", "child element 'Colour'"),
        ("<t:Message><x xmlns='urn:x'/></t:Message>", "MessageType", "child element 'x'"),
        ("<t:Message><t:IsRead>yes</t:IsRead></t:Message>", "MessageType", "true or false"),
        ("<t:Message><t:Size>1e3</t:Size></t:Message>", "MessageType", "whole number"),
        ("<t:Message><t:Size>99999999999</t:Size></t:Message>", "MessageType", "a number from"),
        ("<t:Message><t:Size>٣</t:Size></t:Message>", "MessageType", "whole number"),
        ("<t:Message><t:Sensitivity>Odd</t:Sensitivity></t:Message>", "MessageType", "Normal"),
        ("<t:Message>words</t:Message>", "MessageType", "not text such as 'words'"),
        ("<t:Message><t:Subject>a</t:Subject>words</t:Message>", "MessageType", "not text"),
        ("<t:Message><t:Subject><t:b/></t:Subject></t:Message>", "MessageType", "holds text"),
        ("<t:Message><t:Size>1</t:Size><t:Size>1</t:Size></t:Message>", "MessageType", "Size"),
        ('<t:DistinguishedFolderId Id="attic"/>', "DistinguishedFolderIdType", "'attic'"),
        ("<t:FolderId/>", "FolderIdType", "needs the attribute 'Id'"),
        ("<m:FolderIds/>", "NonEmptyArrayOfBaseFolderIdsType", "'FolderId, Distinguished"),
        ("<m:GetFolder/>", "GetFolderType", "Expected: 'FolderShape"),
        ("<m:Nothing/>", "", "'Nothing' is not known"),
        ("<t:R><t:And/></t:R>", "RestrictionType", "incomplete"),
        ("<t:C><t:PrincipalName>a</t:PrincipalName><t:SID>b</t:SID></t:C>", "ConnectingSIDType",
         ""),
    ],
)  # fmt: skip
def test_unusable(xml: str, kind: str, words: str, strict: bool) -> None:
    assert words in violation(xml, kind, strict=strict).message


def test_expected_names_come_with_the_violation() -> None:
    error = violation("<m:GetFolder><m:FolderShape/></m:GetFolder>")
    assert error.expected == ("BaseShape",)
    error = violation("<m:SendItem SaveItemToFolder='true'/>")
    assert error.expected == ("ItemIds",)


@pytest.mark.parametrize(("number", "ok"), [(0, False), (1, True), (512, True), (513, False)])
def test_bounds_of_numbers(number: int, ok: bool) -> None:
    xml = (
        "<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>"
        '<m:SyncFolderId><t:FolderId Id="f"/></m:SyncFolderId>'
        f"<m:MaxChangesReturned>{number}</m:MaxChangesReturned></m:SyncFolderItems>"
    )
    if ok:
        assert read(tree(xml)).MaxChangesReturned == number
    else:
        assert "MaxChangesReturned" in violation(xml).message


def attachment(content: str) -> Any:
    xml = f"<t:F><t:Name>a</t:Name><t:Content>{content}</t:Content></t:F>"
    return read(tree(xml), "FileAttachmentType").Content


def test_base64_of_an_attachment() -> None:
    assert attachment("aGVs\n bG8=") == b"hello"
    bad = attachment("aGVsbG8")
    assert isinstance(bad, BadBase64)
    assert bad == "aGVsbG8"


def test_base64_elsewhere_is_refused_when_bad() -> None:
    xml = '<t:Item CreateAction="CreateNew"><t:ParentFolderId Id="f"/><t:Data>=!</t:Data></t:Item>'
    assert "base64" in violation(xml, "UploadItemType").message


def test_nil_and_derived_types() -> None:
    xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    entry = read(
        tree(
            "<t:E><t:DictionaryKey><t:Type>String</t:Type><t:Value>k</t:Value></t:DictionaryKey>"
            f'<t:DictionaryValue {xsi} xsi:nil="true"/></t:E>'
        ),
        "UserConfigurationDictionaryEntryType",
        strict=True,
    )
    assert entry.DictionaryValue is None
    answer = read(
        tree(
            f'<m:R ResponseClass="Success"><m:AlternateId {xsi} xsi:type="t:AlternateIdType" '
            'Format="EwsId" Id="i" Mailbox="a@b"/></m:R>'
        ),
        "ConvertIdResponseMessageType",
        strict=True,
    )
    assert answer.AlternateId.type == "AlternateIdType"
