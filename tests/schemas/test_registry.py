"""The property registry beside the contract: every path, every element, every member."""

from __future__ import annotations

from collections import defaultdict

import pytest
from sqlalchemy import Table

from schemas.ews import contract as ours
from schemas.mapi import TYPE_NAMES, extended_key
from schemas.properties import (
    DICTIONARIES,
    FOLDER_ROWS,
    NOT_YET,
    ROWS,
    by_element,
    by_indexed_uri,
    by_mapi,
    by_name,
    by_uri,
    column_rows,
    folder_rows,
    folder_shape,
    of_kind,
    shape,
    since,
)
from schemas.properties.order import FOLDER_TYPES, TYPES, elements
from schemas.property import Kind, Named, Type
from store import tables

from .conftest import Contract

# Paths of things that are neither items nor folders have no rows.
ELSEWHERE = frozenset(
    {"conversation", "person", "persona", "rolemember", "network", "abchperson", "booking",
     "insight", "attachment"}
)  # fmt: skip
# Elements of items that no path names.
WITHOUT_PATH = frozenset(
    {"ExtendedProperty", "SearchKey", "SortKey", "SenderSMTPAddress", "MailboxGuids"}
)


def names(rows: tuple) -> list[str]:
    return [row.ews.element for row in rows]


def test_every_path_of_items_and_folders_has_a_row_or_a_reason(contract: Contract) -> None:
    paths = {
        uri
        for uri in contract.values("UnindexedFieldURIType")
        if uri.partition(":")[0] not in ELSEWHERE
    }
    assert {uri for uri in paths if by_uri(uri) is None} == set(NOT_YET)
    assert {row.ews.uri for row in ROWS + FOLDER_ROWS if row.ews} <= paths


def test_every_dictionary_path_leads_into_a_property(contract: Contract) -> None:
    assert set(DICTIONARIES) == set(contract.values("DictionaryURIType"))
    found = by_indexed_uri("contacts:PhysicalAddress:City", "Home")
    assert found is not None and (found[0].name, found[1]) == ("physical_addresses", "Home.city")
    assert by_indexed_uri("contacts:Nonsense", "Home") is None


@pytest.mark.parametrize("kind", Kind)
def test_a_kind_has_every_element_of_its_type_in_order(contract: Contract, kind: Kind) -> None:
    official = list(contract.elements(TYPES[kind]))
    assert list(elements(TYPES[kind])) == official
    assert names(of_kind(kind)) == [name for name in official if name not in WITHOUT_PATH]
    for row in ROWS:
        if row.ews is not None and kind in row.kinds:
            assert row.ews.element in official, row.ews.uri


@pytest.mark.parametrize("element", FOLDER_TYPES)
def test_a_folder_has_every_element_of_its_type_in_order(contract: Contract, element: str) -> None:
    official = list(contract.elements(FOLDER_TYPES[element]))
    # SourceId and AccountName of ContactsFolder have no path.
    without = {"ExtendedProperty", "SourceId", "AccountName"}
    assert names(folder_rows(element)) == [name for name in official if name not in without]


def test_members_of_enumerations_are_the_contracts(contract: Contract) -> None:
    for row in ROWS:
        if row.type is not Type.ENUM or row.ews is None:
            continue
        for kind in row.kinds:
            type = contract.elements(TYPES[kind])[row.ews.element]
            if type == "string":  # CalendarItemType of responses and cancellations
                continue
            assert list(row.members.values()) == contract.values(type), row.name
        assert set(row.ordinals) <= set(row.members), row.name


def test_types_of_values_are_the_contracts(contract: Contract) -> None:
    expected = {
        "string": {Type.STRING, Type.RECORD, Type.ENUM},
        "boolean": {Type.BOOLEAN},
        "int": {Type.INTEGER},
        "long": {Type.INTEGER},
        "double": {Type.DOUBLE},
        "dateTime": {Type.INSTANT},
        "base64Binary": {Type.BINARY},
        "SingleRecipientType": {Type.MAILBOX},
        "ArrayOfRecipientsType": {Type.MAILBOXES},
        "ArrayOfStringsType": {Type.STRINGS},
        "BodyType": {Type.BODY},
    }
    for row in ROWS:
        for kind in row.kinds if row.ews is not None else ():
            type = contract.elements(TYPES[kind])[row.ews.element]
            assert row.type in expected.get(type, set(Type)), (row.name, type)


def test_no_property_is_older_than_its_element() -> None:
    """A row's first version is never before the earliest of its element in our contract tables."""
    for row in ROWS:
        if row.ews is not None:
            versions = [elements(TYPES[kind])[row.ews.element] for kind in row.kinds]
            assert ours.rank(row.ews.since) >= min(map(ours.rank, versions)), row.ews.uri


def test_kinds_may_have_a_property_later_than_others() -> None:
    start, body = by_name("start"), by_name("unique_body")
    assert since(start, Kind.CALENDAR) == "Exchange2007"
    assert since(start, Kind.MEETING_RESPONSE) == "Exchange2013"
    assert since(body, Kind.TASK) == "Exchange2010"


def test_rows_of_one_name_agree() -> None:
    by = defaultdict(set)
    for row in ROWS:
        by[row.name].add((row.type, row.column))
    assert {name: facts for name, facts in by.items() if len(facts) > 1} == {}
    paths = [row.ews.uri for row in ROWS + FOLDER_ROWS if row.ews]
    assert sorted(set(paths)) == sorted(paths)


def test_columns_are_those_of_the_item_table() -> None:
    table: Table = tables.item
    assert {row.column for row in column_rows()} <= set(table.c.keys())
    assert len({row.column for row in column_rows()}) == len(column_rows())
    for row in column_rows():
        assert row.type is not Type.ENUM or sorted(row.ordinals.values()) == list(
            range(len(row.members))
        )


def test_activesync_names_are_in_the_code_pages(code_pages: dict[str, str]) -> None:
    for row in ROWS:
        if row.eas is not None:
            versions = [float(code_pages[name]) for name in row.eas.tag.split()]
            assert float(row.eas.since) == min(versions), row.name


def test_mapi_types_fit_the_values() -> None:
    fitting = {
        Type.STRING: "String",
        Type.BOOLEAN: "Boolean",
        Type.INTEGER: "Integer",
        Type.INSTANT: "SystemTime",
        Type.BINARY: "Binary",
        Type.ENUM: "Integer",
        Type.STRINGS: "StringArray",
    }
    for row in ROWS + FOLDER_ROWS:
        if row.mapi is not None:
            type = row.mapi.type if isinstance(row.mapi, Named) else TYPE_NAMES[row.mapi & 0xFFFF]
            assert type == fitting[row.type], row.name
            assert row.type is not Type.ENUM or row.ordinals, row.name


def test_one_mapi_name_is_one_property() -> None:
    by = defaultdict(set)
    for row in ROWS:
        if row.mapi is not None:
            by[extended_key(row.mapi)].add(row.name)
    assert {key: found for key, found in by.items() if len(found) > 1} == {}


def test_look_ups() -> None:
    assert by_name("subject") is by_uri("item:Subject") is by_element(Kind.TASK, "Subject")
    assert by_mapi(0x0037001F) is by_name("subject")
    assert by_element(Kind.CONTACT, "ToRecipients") is None
    row = by_uri("folder:DisplayName")
    assert row is not None and row.name == "name"
    with pytest.raises(KeyError):
        by_name("no_such_property")


# -- shapes (property-sets-and-response-shapes-in-ews-in-exchange, Tables 2 and 3) --------------

DEFAULT = {
    Kind.CALENDAR: {
        "ItemId", "Subject", "HasAttachments", "IsAssociated", "Start", "End",
        "LegacyFreeBusyStatus", "Location", "CalendarItemType", "Organizer",
    },
    Kind.CONTACT: {
        "ItemId", "HasAttachments", "FileAs", "CompanyName", "CompleteName", "EmailAddresses",
        "ImAddresses", "JobTitle", "PhoneNumbers", "PhysicalAddresses",
    },
    Kind.MESSAGE: {
        "ItemId", "Subject", "Sensitivity", "DateTimeSent", "DateTimeCreated", "Size",
        "HasAttachments", "IsAssociated", "From", "IsDeliveryReceiptRequested", "Sender",
        "IsReadReceiptRequested", "IsRead",
    },
    Kind.TASK: {
        "ItemId", "Subject", "HasAttachments", "DueDate", "StartDate", "PercentComplete", "Status",
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", DEFAULT)
def test_default_shape_of_find_item(kind: Kind) -> None:
    assert set(names(shape(kind, "Default", find=True))) == DEFAULT[kind]


def test_get_item_adds_what_find_item_never_loads() -> None:
    found = set(names(shape(Kind.MESSAGE, "Default")))
    assert found - DEFAULT[Kind.MESSAGE] == {
        "Body", "Attachments", "ToRecipients", "CcRecipients", "BccRecipients", "ResponseObjects",
    }  # fmt: skip


@pytest.mark.parametrize("kind", Kind)
def test_id_only_is_the_id(kind: Kind) -> None:
    assert names(shape(kind, "IdOnly")) == ["ItemId"]


@pytest.mark.parametrize("kind", Kind)
def test_all_properties_leaves_out_what_only_a_path_brings(kind: Kind) -> None:
    by_path = {"MimeContent", "UniqueBody", "NormalizedBody", "TextBody", "Preview",
               "StoreEntryId", "PolicyTag", "ArchiveTag", "RetentionDate", "IconIndex"}  # fmt: skip
    assert by_path.isdisjoint(names(shape(kind, "AllProperties")))
    assert by_path <= {row.ews.element for row in of_kind(kind) if row.ews}


def test_what_find_item_never_returns() -> None:
    """Survey of operations, 4.2."""
    never = {
        "Body", "Attachments", "ToRecipients", "CcRecipients", "BccRecipients", "ReplyTo",
        "RequiredAttendees", "OptionalAttendees", "Resources", "Recurrence", "FirstOccurrence",
        "LastOccurrence", "ModifiedOccurrences", "DeletedOccurrences", "ConflictingMeetings",
        "AdjacentMeetings", "InternetMessageHeaders", "ResponseObjects", "MimeContent",
        "UniqueBody", "NormalizedBody", "TextBody", "EntityExtractionResult",
    }  # fmt: skip
    for kind in Kind:
        for row in of_kind(kind):
            assert row.ews is not None
            assert not (row.find and row.ews.element in never), row.name


def test_what_clients_may_not_set() -> None:
    """Survey of operations, 5.1: ErrorInvalidPropertySet."""
    refused = (
        "item:ItemId item:ParentFolderId item:DateTimeReceived item:Size item:DateTimeSent"
        " item:DateTimeCreated item:DisplayTo item:DisplayCc item:EffectiveRights"
        " item:LastModifiedName item:WebClientReadFormQueryString item:InstanceKey"
        " item:WebClientEditFormQueryString item:NormalizedBody item:Preview item:TextBody"
        " item:IconIndex item:RightsManagementLicenseData item:BlockStatus item:StoreEntryId"
        " message:ConversationIndex message:ConversationTopic message:ReceivedBy"
        " message:ReceivedRepresenting message:ApprovalRequestData message:VotingInformation"
        " message:ReminderMessageData contacts:HasPicture calendar:IsOnlineMeeting"
        " calendar:IsMeeting task:DelegationState task:ChangeCount task:Delegator"
        " task:IsAssignmentEditable task:IsComplete task:IsRecurring task:IsTeamTask"
        " task:StatusDescription task:AssignedTime"
    )
    for uri in refused.split():
        row = by_uri(uri)
        assert row is not None and not row.writable, uri
    row = by_uri("message:InternetMessageId")
    assert row is not None and "u" not in row.writable


def test_only_lists_and_the_body_can_be_appended_to() -> None:
    appendable = {row.ews.element for row in ROWS if row.ews and "a" in row.writable}
    assert appendable == {
        "ToRecipients", "CcRecipients", "BccRecipients", "ReplyTo", "RequiredAttendees",
        "OptionalAttendees", "Resources", "Body", "Members",
    }  # fmt: skip


def test_default_shape_of_folders() -> None:
    mail = ["FolderId", "DisplayName", "TotalCount", "ChildFolderCount", "UnreadCount"]
    assert names(folder_shape("Folder", "Default")) == mail
    assert names(folder_shape("CalendarFolder", "Default")) == [
        "FolderId", "DisplayName", "ChildFolderCount",
    ]  # fmt: skip
    assert names(folder_shape("ContactsFolder", "Default")) == mail[:4]
    assert names(folder_shape("TasksFolder", "IdOnly")) == ["FolderId"]
