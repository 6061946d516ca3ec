"""Two people cannot read, find, count, change or guess one another's things by any operation.

``ATTEMPTS`` has, for each built operation, what a thief may send with ids of somebody else. Each is
sent twice: with the ids of things that are there, and with those of things that are gone. Neither
succeeds, both get the same answer, no private word comes back, and no row of the victim changes.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest

from ews.registry import built_operations
from store.commands import CheckIntegrity
from tests.bad_requests.operations import GOOD, ID_ONLY, filled
from tests.security.house import MARK, House, opened

pytestmark = pytest.mark.anyio

OWN_INBOX = '<t:DistinguishedFolderId Id="inbox"/>'
FOREIGN_INBOX = (
    '<t:DistinguishedFolderId Id="inbox"><t:Mailbox><t:EmailAddress>{address}</t:EmailAddress>'
    "</t:Mailbox></t:DistinguishedFolderId>"
)
FOREIGN = '<t:FolderId Id="{folder}"/>'
PUSH = "<t:StatusFrequency>1</t:StatusFrequency><t:URL>http://127.0.0.1/</t:URL>"
_INVITES = 'MessageDisposition="SaveOnly"'


def _with_own(operation: str, *places: str) -> str:
    """A good request whose ``places`` are the thief's own things, written ``{own_…}``."""
    template = GOOD[operation]
    for place in places:
        template = template.replace(f"{{{place}}}", f"{{own_{place}}}")
    return template


def _in_inbox(operation: str) -> str:
    """A good request for the victim's inbox by address; all other ids are the thief's."""
    template = GOOD[operation].replace(FOREIGN, FOREIGN_INBOX)
    template = template.replace('<t:FolderId Id="{spare_folder}"/>', FOREIGN_INBOX)
    for place in ("item", "spare", "spare_key", "state", "tree_state"):
        template = template.replace(f"{{{place}}}", f"{{own_{place}}}")
    return re.sub("<t:Watermark>{watermark}</t:Watermark>", "", template)


def _response(name: str) -> str:
    return (
        f'<m:CreateItem {_INVITES}><m:Items><t:{name}><t:ReferenceItemId Id="{{item}}"'
        f' ChangeKey="{{key}}"/></t:{name}></m:Items></m:CreateItem>'
    )


def _update(id: str, more: str = "") -> str:
    return (
        '<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly">'
        f'{more}<m:ItemChanges><t:ItemChange><t:ItemId Id="{{{id}}}"/><t:Updates><t:SetItemField>'
        '<t:FieldURI FieldURI="item:Subject"/><t:Message><t:Subject>x</t:Subject></t:Message>'
        "</t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>"
    )


def _subscribe(kind: str, folders: str, more: str = "") -> str:
    return (
        f"<m:Subscribe><m:{kind}SubscriptionRequest><t:FolderIds>{folders}</t:FolderIds>"
        f"<t:EventTypes><t:EventType>NewMailEvent</t:EventType></t:EventTypes>{more}"
        f"</m:{kind}SubscriptionRequest></m:Subscribe>"
    )


_RESPONSES = (
    "ReplyToItem", "ReplyAllToItem", "ForwardItem", "SuppressReadReceipt", "AcceptItem",
    "TentativelyAcceptItem", "DeclineItem", "CancelCalendarItem", "RemoveItem",
)  # fmt: skip

ATTEMPTS: dict[str, list[str]] = {
    "AddDelegate": [
        GOOD["AddDelegate"],
        GOOD["AddDelegate"].replace("{stranger}", "ben@demo.example"),
    ],
    "ArchiveItem": [
        GOOD["ArchiveItem"],
        _with_own("ArchiveItem", "spare", "spare_key"),
        _with_own("ArchiveItem", "folder"),
        _in_inbox("ArchiveItem"),
    ],
    "CopyFolder": [
        GOOD["CopyFolder"],
        f"<m:CopyFolder><m:ToFolderId>{FOREIGN}</m:ToFolderId><m:FolderIds>"
        '<t:FolderId Id="{own_spare_folder}"/></m:FolderIds></m:CopyFolder>',
        _in_inbox("CopyFolder"),
    ],
    "CopyItem": [
        GOOD["CopyItem"],
        _with_own("CopyItem", "folder"),
        _with_own("CopyItem", "item"),
        _in_inbox("CopyItem"),
    ],
    "CreateAttachment": [
        GOOD["CreateAttachment"],
        GOOD["CreateAttachment"].replace("{spare}", "{embedded}"),
    ],
    "CreateFolder": [GOOD["CreateFolder"], _in_inbox("CreateFolder")],
    "CreateFolderPath": [GOOD["CreateFolderPath"], _in_inbox("CreateFolderPath")],
    "CreateItem": [
        GOOD["CreateItem"],
        _in_inbox("CreateItem"),
        *map(_response, _RESPONSES),
        '<m:CreateItem MessageDisposition="SendAndSaveCopy"><m:SavedItemFolderId>'
        f"{FOREIGN}</m:SavedItemFolderId><m:Items><t:Message><t:Subject>x</t:Subject>"
        "<t:ToRecipients><t:Mailbox><t:EmailAddress>ben@demo.example</t:EmailAddress></t:Mailbox>"
        "</t:ToRecipients></t:Message></m:Items></m:CreateItem>",
        '<m:CreateItem MessageDisposition="SendOnly"><m:Items><t:Message><t:Subject>x</t:Subject>'
        "<t:ToRecipients><t:Mailbox><t:EmailAddress>ben@demo.example</t:EmailAddress></t:Mailbox>"
        "</t:ToRecipients><t:From><t:Mailbox><t:EmailAddress>{address}</t:EmailAddress>"
        "</t:Mailbox></t:From></t:Message></m:Items></m:CreateItem>",
    ],
    "CreateUserConfiguration": [
        GOOD["CreateUserConfiguration"],
        GOOD["CreateUserConfiguration"].replace("New{n}", "Kept"),
        _in_inbox("CreateUserConfiguration"),
    ],
    "DeleteAttachment": [
        GOOD["DeleteAttachment"],
        GOOD["DeleteAttachment"].replace("{spare_attachment}", "{embedded}"),
    ],
    "DeleteFolder": [
        GOOD["DeleteFolder"].replace("HardDelete", kind).replace("{spare_folder}", "{folder}")
        for kind in ("HardDelete", "SoftDelete", "MoveToDeletedItems")
    ],
    "DeleteItem": [
        GOOD["DeleteItem"].replace("HardDelete", kind)
        for kind in ("HardDelete", "SoftDelete", "MoveToDeletedItems")
    ],
    "DeleteUserConfiguration": [
        GOOD["DeleteUserConfiguration"],
        _in_inbox("DeleteUserConfiguration"),
    ],
    "EmptyFolder": [
        GOOD["EmptyFolder"].replace("{spare_folder}", "{folder}"),
        _in_inbox("EmptyFolder"),
    ],
    "FindFolder": [GOOD["FindFolder"], _in_inbox("FindFolder")],
    "ExpandDL": [GOOD["ExpandDL"], GOOD["ExpandDL"].replace("{list}", "{item}")],
    "FindItem": [
        GOOD["FindItem"],
        _in_inbox("FindItem"),
        GOOD["FindItem"].replace('"Shallow"', '"Associated"'),
        GOOD["FindItem"].replace('"Shallow"', '"SoftDeleted"'),
        f'<m:FindItem Traversal="Shallow"><m:ItemShape>{ID_ONLY}</m:ItemShape><m:ParentFolderIds>'
        f"{FOREIGN}</m:ParentFolderIds><m:QueryString>{MARK}</m:QueryString></m:FindItem>",
        f'<m:FindItem Traversal="Shallow"><m:ItemShape>{ID_ONLY}</m:ItemShape>'
        '<m:GroupBy Order="Ascending"><t:FieldURI FieldURI="item:Subject"/>'
        '<t:AggregateOn Aggregate="Maximum"><t:FieldURI FieldURI="item:Subject"/></t:AggregateOn>'
        f"</m:GroupBy><m:ParentFolderIds>{FOREIGN}</m:ParentFolderIds></m:FindItem>",
    ],
    "FindPeople": [
        GOOD["FindPeople"].replace('<t:DistinguishedFolderId Id="contacts"/>', where)
        for where in (FOREIGN, FOREIGN_INBOX.replace("inbox", "contacts"))
    ],
    "GetPersona": [GOOD["GetPersona"], GOOD["GetPersona"].replace("{list}", "{item}")],
    "GetAttachment": [GOOD["GetAttachment"]],
    "GetDelegate": [
        GOOD["GetDelegate"],
        re.sub("<m:UserIds>.*</m:UserIds>", "", GOOD["GetDelegate"]),
    ],
    "GetEvents": [
        GOOD["GetEvents"],
        _with_own("GetEvents", "subscription"),
        _with_own("GetEvents", "watermark"),
    ],
    "GetFolder": [GOOD["GetFolder"], _in_inbox("GetFolder")],
    "GetItem": [
        GOOD["GetItem"],
        GOOD["GetItem"].replace("{item}", "{attachment}"),
        GOOD["GetItem"].replace("{item}", "{embedded}"),
        GOOD["GetItem"].replace("{item}", "{folder}"),
    ],
    "GetStreamingEvents": [GOOD["GetStreamingEvents"]],
    "GetUserConfiguration": [GOOD["GetUserConfiguration"], _in_inbox("GetUserConfiguration")],
    "GetUserOofSettings": [GOOD["GetUserOofSettings"]],
    "MarkAllItemsAsRead": [GOOD["MarkAllItemsAsRead"], _in_inbox("MarkAllItemsAsRead")],
    "MoveFolder": [
        GOOD["MoveFolder"],
        _with_own("MoveFolder", "spare_folder"),
        _with_own("MoveFolder", "folder"),
    ],
    "MoveItem": [
        GOOD["MoveItem"],
        GOOD["MoveItem"].replace(OWN_INBOX, FOREIGN),
        _with_own("MoveItem", "spare", "spare_key").replace(OWN_INBOX, FOREIGN),
        _with_own("MoveItem", "spare", "spare_key").replace(OWN_INBOX, FOREIGN_INBOX),
    ],
    "PerformReminderAction": [GOOD["PerformReminderAction"]],
    "ResolveNames": [
        GOOD["ResolveNames"].replace('<t:DistinguishedFolderId Id="contacts"/>', where)
        for where in (FOREIGN, FOREIGN_INBOX.replace("inbox", "contacts"))
    ],
    "RemoveDelegate": [GOOD["RemoveDelegate"]],
    "SendItem": [
        GOOD["SendItem"],
        _with_own("SendItem", "spare", "spare_key"),
        _with_own("SendItem", "folder"),
        _in_inbox("SendItem"),
    ],
    "SetUserOofSettings": [GOOD["SetUserOofSettings"]],
    "SetUserPhoto": [GOOD["SetUserPhoto"]],
    "Subscribe": [
        GOOD["Subscribe"],
        _with_own("Subscribe", "folder"),
        _in_inbox("Subscribe"),
        _subscribe("Streaming", FOREIGN),
        _subscribe("Streaming", OWN_INBOX + FOREIGN),
        _subscribe("Push", FOREIGN, PUSH),
    ],
    "SyncFolderHierarchy": [
        GOOD["SyncFolderHierarchy"],
        GOOD["SyncFolderHierarchy"].replace("{tree_state}", ""),
        _with_own("SyncFolderHierarchy", "folder"),
        _with_own("SyncFolderHierarchy", "tree_state"),
        _in_inbox("SyncFolderHierarchy"),
    ],
    "SyncFolderItems": [
        GOOD["SyncFolderItems"],
        GOOD["SyncFolderItems"].replace("{state}", ""),
        _with_own("SyncFolderItems", "folder", "item"),
        _with_own("SyncFolderItems", "state", "item"),
        _in_inbox("SyncFolderItems"),
    ],
    "Unsubscribe": [GOOD["Unsubscribe"]],
    "UpdateDelegate": [
        GOOD["UpdateDelegate"],
        re.sub("<m:DelegateUsers>.*</m:DelegateUsers>", "", GOOD["UpdateDelegate"]),
    ],
    "UpdateFolder": [
        GOOD["UpdateFolder"],
        _in_inbox("UpdateFolder"),
    ],
    "UpdateItem": [
        GOOD["UpdateItem"],
        _update("item"),
        _update("own_item", f"<m:SavedItemFolderId>{FOREIGN}</m:SavedItemFolderId>").replace(
            "SaveOnly", "SendAndSaveCopy"
        ),
    ],
    "UpdateUserConfiguration": [
        GOOD["UpdateUserConfiguration"],
        _in_inbox("UpdateUserConfiguration"),
    ],
}

# Operations that look at nobody else's mailbox, and what they say of another person: what the
# directory tells everybody, when somebody is free, or the very words of the request.
HARMLESS = {
    "ConvertId",
    "GetMailTips",
    "GetReminders",
    "GetRoomLists",
    "GetRooms",
    "GetServerTimeZones",
    "GetServiceConfiguration",
    "GetUserAvailability",
    "GetUserPhoto",
}

# A live subscription of another person is told from an ended one, as MS-OXWNTIF has it; nobody can
# guess its id, which holds 96 random bits and a keyed digest.
TOLD_APART = {("GetEvents", 0), ("GetEvents", 2), ("GetStreamingEvents", 0), ("Unsubscribe", 0)}

CASES = [(name, number) for name, tries in ATTEMPTS.items() for number in range(len(tries))]


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Anna has private things, some of them gone by now; Ben is the thief."""
    async with opened(tmp_path_factory.mktemp("house"), "anna", "ben") as house:
        house.live = await house.furnish("anna")
        house.gone = await house.furnish("anna")
        await _destroy(house, house.gone)
        yield house


async def _destroy(house: House, ids: dict[str, str]) -> None:
    for place in ("subscription", "stream"):
        template = GOOD["Unsubscribe"].replace("{subscription}", f"{{{place}}}")
        assert "NoError" in await house.ask(filled(template, ids), "anna")
    template = GOOD["DeleteFolder"].replace("{spare_folder}", "{folder}")
    for body in (GOOD["DeleteFolder"], template):
        assert "NoError" in await house.ask(filled(body, ids), "anna")


def test_the_table_has_every_built_operation() -> None:
    assert set(ATTEMPTS) | HARMLESS == set(built_operations())


@pytest.mark.parametrize(("operation", "number"), CASES, ids=[f"{n}-{k}" for n, k in CASES])
async def test_another_persons_things_are_out_of_reach(
    house: House, operation: str, number: int
) -> None:
    before = house.rows("anna")
    answers = [
        await _attempt(house, ATTEMPTS[operation][number], ids) for ids in (house.live, house.gone)
    ]
    for answer in answers:
        assert "NoError" not in answer, answer
        assert 'ResponseClass="Error"' in answer, answer
        assert MARK not in answer
    if (operation, number) not in TOLD_APART:
        assert answers[0] == answers[1]
    assert house.rows("anna") == before


async def _attempt(house: House, template: str, ids: dict[str, str]) -> str:
    """Ben's answer, with the ids that he sent taken out of it."""
    own = await house.furnish("ben")
    places = {**ids, **{f"own_{name}": value for name, value in own.items()}}
    answer = await house.ask(filled(template, places), "ben")
    for name in sorted(places, key=lambda name: -len(places[name])):
        if len(places[name]) > 20:
            answer = answer.replace(places[name], f"[{name}]")
    return answer


async def test_what_is_out_of_reach_does_not_spoil_the_rest_of_a_batch(house: House) -> None:
    own = await house.furnish("ben")
    body = GOOD["GetItem"].replace(
        '<t:ItemId Id="{item}"/>', '<t:ItemId Id="{item}"/><t:ItemId Id="{own_item}"/>'
    )
    places = {**house.live, "own_item": own["item"]}
    answer = await house.ask(filled(body, places), "ben")
    codes = re.findall(r"<m:ResponseCode>(\w+)", answer)
    assert codes == ["ErrorItemNotFound", "NoError"]


async def test_harmless_operations_tell_nothing_private(house: House) -> None:
    for operation in sorted(HARMLESS):
        for ids in (house.live, house.gone):
            assert MARK not in await house.ask(filled(GOOD[operation], ids), "ben")


async def test_convert_id_says_the_same_of_what_is_there_and_what_is_gone(house: House) -> None:
    told = []
    for ids in (house.live, house.gone):
        answer = await house.ask(filled(GOOD["ConvertId"], ids), "ben")
        told.append(answer.replace(ids["item"], "[item]"))
    assert told[0] == told[1]


async def test_a_search_finds_ones_own_alone(house: House) -> None:
    """Ben has things of the same words and subjects; Anna's do not come along or count."""
    own = await house.furnish("ben")
    head = f'<m:FindItem Traversal="Shallow"><m:ItemShape>{ID_ONLY}</m:ItemShape>'
    parents = f'<m:ParentFolderIds><t:FolderId Id="{own["folder"]}"/></m:ParentFolderIds>'
    conversation = (
        '<m:Restriction><t:IsEqualTo><t:FieldURI FieldURI="item:ConversationId"/>'
        f'<t:FieldURIOrConstant><t:Constant Value="{house.live["conversation"]}"/>'
        "</t:FieldURIOrConstant></t:IsEqualTo></m:Restriction>"
    )
    for body, count in (
        (f"{head}{parents}</m:FindItem>", 2),
        (f"{head}{conversation}{parents}</m:FindItem>", 2),
        (f"{head}{parents}<m:QueryString>{MARK}</m:QueryString></m:FindItem>", 2),
    ):
        answer = await house.ask(body, "ben")
        found = [house.ids.read_item(id) for id in re.findall(r'<t:ItemId Id="([^"]+)"', answer)]
        assert len(found) <= count, answer
        assert f'TotalItemsInView="{len(found)}"' in answer
        assert {item.mailbox_id for item in found} <= {house.people["ben"].mailbox_id}
    assert len(found) == 2


async def test_nothing_told_was_against_the_contract_and_the_store_is_sound(house: House) -> None:
    assert house.broken == []
    assert await house.store.system().execute(CheckIntegrity()) == []
