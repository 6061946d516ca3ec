"""Writing answers: contract order, versions, characters, raw fragments, speed."""

from __future__ import annotations

import base64
import re
import sys
import time
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from lxml import etree

from ews.codec import Choices, ContractError, Node, Raw, render, write
from tests.ews_codec.conftest import alone, tree


def test_children_come_out_in_contract_order_with_literal_prefixes() -> None:
    message = {"IsRead": True, "Subject": "s", "ItemId": {"ChangeKey": "c", "Id": "i"}}
    assert render("t:Message", message, type_name="MessageType") == (
        b'<t:Message><t:ItemId Id="i" ChangeKey="c"/><t:Subject>s</t:Subject>'
        b"<t:IsRead>true</t:IsRead></t:Message>"
    )


def test_none_is_absent() -> None:
    message = {"Subject": None, "IsRead": False, "ItemId": None}
    written = render("t:Message", message, type_name="MessageType")
    assert written == b"<t:Message><t:IsRead>false</t:IsRead></t:Message>"


def test_what_is_younger_than_the_client_is_left_out() -> None:
    message = {"Flag": {"FlagStatus": "Flagged"}, "Subject": "s", "IsAssociated": False}
    newest = render("t:Message", message, type_name="MessageType")
    middle = render("t:Message", message, "Exchange2010_SP1", type_name="MessageType")
    oldest = render("t:Message", message, "Exchange2007_SP1", type_name="MessageType")
    assert b"Flag" in newest
    assert b"Flag" not in middle
    assert b"IsAssociated" in middle
    assert oldest == b"<t:Message><t:Subject>s</t:Subject></t:Message>"


def test_what_is_required_stays_for_every_client() -> None:
    photo = {"ResponseClass": "Success", "HasChanged": False}
    assert b"HasChanged" in render("m:GetUserPhotoResponse", photo, "Exchange2010")


def test_times() -> None:
    zone = timezone(timedelta(hours=2))
    sent = {"DateTimeSent": datetime(2026, 2, 28, 1, 30, 0, 987654, zone)}
    assert b">2026-02-27T23:30:00Z<" in render("t:Message", sent, type_name="MessageType")
    precise = render("t:Message", sent, type_name="MessageType", milliseconds=True)
    assert b">2026-02-27T23:30:00.987Z<" in precise
    naive = {"DateTimeSent": datetime(2026, 2, 28, 1, 30)}
    assert b">2026-02-28T01:30:00<" in render("t:Message", naive, type_name="MessageType")
    old = {"DateTimeSent": datetime(1, 1, 1, tzinfo=UTC)}
    assert b">0001-01-01T00:00:00Z<" in render("t:Message", old, type_name="MessageType")
    text = {"DateTimeSent": "2026-02-28T00:00:00Z"}
    assert b">2026-02-28T00:00:00Z<" in render("t:Message", text, type_name="MessageType")
    range = {"StartDate": date(2026, 2, 3)}
    assert b">2026-02-03<" in render("t:X", range, type_name="NoEndRecurrenceRangeType")


def test_lesson_31_no_character_of_unicode_makes_an_answer_unreadable() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    allowed = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", everything)
    mailbox = {"Name": everything}
    element = tree(render("t:Mailbox", mailbox, type_name="EmailAddressType"))
    assert element[0].text == allowed
    path = {"FieldURI": "item:InternetMessageHeader", "FieldIndex": everything}
    element = tree(render("t:IndexedFieldURI", path))
    assert element.get("FieldIndex") == allowed


@pytest.mark.parametrize(
    "character", [chr(n) for n in (*range(32), 0xD800, 0xDFFF, 0xFFFE, 0xFFFF)]
)
def test_each_control_character_alone(character: str) -> None:
    written = render("t:X", {"Name": f"a{character}b"}, type_name="EmailAddressType")
    kept = character if character in "\t\n\r" else ""
    assert tree(written)[0].text == f"a{kept}b"


def test_raw_fragments_go_in_as_they_are() -> None:
    raw = Raw(b"<t:Message><t:Subject>s</t:Subject></t:Message>")
    alone_in_items = {"ResponseClass": "Success", "Items": Raw(raw + raw)}
    in_choices = {"ResponseClass": "Success", "Items": [raw, ("Message", {"Subject": "s"})]}
    kind = "ItemInfoResponseMessageType"
    expected = b"<m:Items>" + raw + raw + b"</m:Items>"
    assert expected in render("m:R", alone_in_items, type_name=kind)
    assert expected in render("m:R", in_choices, type_name=kind)
    body = {"Body": {"BodyType": "HTML", "value": Raw(b"&lt;p/&gt;")}}
    assert b">&lt;p/&gt;<" in render("t:Message", body, type_name="MessageType")


def test_bytes_are_base64_also_when_large() -> None:
    content = bytes(range(256)) * 20_000
    parts: list[bytes] = []
    write(parts, "t:F", "FileAttachmentType", {"Name": "a", "Content": content})
    assert max(map(len, parts)) < 2_000_000
    element = tree(b"".join(parts))
    assert base64.b64decode(element[1].text) == content


def test_empty_lists_close_themselves() -> None:
    empty = {"ResponseClass": "Error", "Items": []}
    assert b"<m:Items/>" in render("m:R", empty, type_name="ItemInfoResponseMessageType")


def test_attributes_of_choices() -> None:
    pairs = [("Transition", {"To": {"Kind": "Group", "value": "0"}})]
    expected = b'<t:T Id="7"><t:Transition><t:To Kind="Group">0</t:To></t:Transition></t:T>'
    for value in (Choices(pairs, attributes={"Id": "7"}), {"Id": "7", "choices": pairs}):
        assert render("t:T", value, type_name="ArrayOfTransitionsType") == expected


def test_message_xml_takes_paths_and_values() -> None:
    message = {
        "ResponseClass": "Error",
        "MessageText": "no",
        "ResponseCode": "ErrorInvalidPropertyRequest",
        "DescriptiveLinkKey": 0,
        "MessageXml": [
            ("FieldURI", {"FieldURI": "item:Body"}),
            ("Value", {"Name": "BackOffMilliseconds", "value": 100}),
        ],
    }
    written = render("m:R", message, type_name="ResponseMessageType")
    assert b'<m:MessageXml><t:FieldURI FieldURI="item:Body"/>' in written
    assert b'<t:Value Name="BackOffMilliseconds">100</t:Value></m:MessageXml>' in written


def test_an_abstract_type_is_named_in_the_answer(schema: etree.XMLSchema) -> None:
    alternate = Node({"Format": "EwsId", "Id": "i", "Mailbox": "a@b"}, type="AlternateIdType")
    message = {"ResponseClass": "Success", "ResponseCode": "NoError", "AlternateId": alternate}
    response = {"ResponseMessages": [("ConvertIdResponseMessage", message)]}
    written = render("m:ConvertIdResponse", response)
    assert b'xsi:type="t:AlternateIdType"' in written
    assert schema.validate(alone(tree(written))), schema.error_log.last_error


def test_nil() -> None:
    entry = {"DictionaryKey": {"Type": "String", "Value": ["k"]}, "DictionaryValue": None}
    written = render("t:E", entry, type_name="UserConfigurationDictionaryEntryType")
    assert b'xsi:nil="true"/>' in written


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        ({"Colour": 1}, "MessageType", "has no 'Colour'"),
        ({"Sensitivity": "Odd"}, "MessageType", "cannot be 'Odd'"),
        ({}, "FolderIdType", "needs the attribute Id"),
        ({"Id": None}, "FolderIdType", "needs the attribute Id"),
        ({"BaseShape": None}, "FolderResponseShapeType", "BaseShape"),
        ({}, "FolderResponseShapeType", "BaseShape"),
        ([], "NonEmptyArrayOfBaseFolderIdsType", "needs one of FolderId"),
        ([("Attic", {})], "NonEmptyArrayOfBaseFolderIdsType", "has no 'Attic'"),
        ({"Subject": object()}, "MessageType", "no simple value"),
        ({"Body": {"value": "x"}}, "MessageType", "BodyType"),
        ("text", "MessageType", "takes a dict"),
        ({"SID": "a", "PrincipalName": "b"}, "ConnectingSIDType", "only one of"),
        ({"ResponseClass": "Success", "AlternateId": {"Id": "i"}},
         "ConvertIdResponseMessageType", "descends"),
    ],
)  # fmt: skip
def test_our_own_mistakes_raise(value: Any, kind: str, words: str) -> None:
    with pytest.raises(ContractError, match=words):
        render("t:X", value, type_name=kind)


def test_a_mistake_raises_the_second_time_too() -> None:
    render("t:X", {"BaseShape": "IdOnly"}, type_name="FolderResponseShapeType")
    with pytest.raises(ContractError, match="BaseShape"):
        render("t:X", {"BaseShape": None}, type_name="FolderResponseShapeType")


def folder(number: int) -> dict[str, Any]:
    rights = ("CreateAssociated", "CreateContents", "CreateHierarchy", "Delete", "Modify", "Read")
    return {
        "DisplayName": f"Folder & {number}",
        "FolderId": {"Id": "A" * 140, "ChangeKey": "AQAAABYA"},
        "ParentFolderId": {"Id": "A" * 140, "ChangeKey": "AQAAABYA"},
        "FolderClass": "IPF.Note",
        "TotalCount": number,
        "ChildFolderCount": 1,
        "UnreadCount": 3,
        "EffectiveRights": {**dict.fromkeys(rights, True), "ViewPrivateItems": True},
        "ExtendedProperty": [
            {
                "ExtendedFieldURI": {"PropertyTag": "0x10f4", "PropertyType": "Boolean"},
                "Value": "false",
            }
        ],
        "DistinguishedFolderId": "inbox",
    }


def test_twenty_folders_are_written_in_a_millisecond(schema: etree.XMLSchema) -> None:
    messages = [
        (
            "GetFolderResponseMessage",
            {
                "ResponseClass": "Success",
                "ResponseCode": "NoError",
                "Folders": [("Folder", folder(number))],
            },
        )
        for number in range(20)
    ]
    response = {"ResponseMessages": messages}
    assert schema.validate(alone(tree(render("m:GetFolderResponse", response))))
    times: list[float] = []
    for _ in range(50):
        begin = time.perf_counter()
        render("m:GetFolderResponse", response)
        times.append(time.perf_counter() - begin)
    assert min(times) < 0.001
