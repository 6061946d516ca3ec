"""What only the server sets: refused by CreateItem and by UpdateItem."""

from __future__ import annotations

from conformance import requests
from conformance.checks import refused, success
from conformance.kinds import ITEM
from conformance.mailbox import Mailbox
from conformance.node import Ref
from conformance.scenario import REGISTRY, Registry, Scenario, scenario
from conformance.things import thing
from conformance.xml import Element, t

WHEN = "2024-05-06T07:08:09Z"
RIGHTS = ("CreateAssociated", "CreateContents", "CreateHierarchy", "Delete", "Modify", "Read")

READ_ONLY: dict[str, tuple[Element, int, int]] = {
    "S01_TC23": (t.WebClientReadFormQueryString("query"), 2043, 2043),
    "S01_TC29": (t.ItemId(Id="Id", ChangeKey="ChangeKey"), 2014, 2347),
    "S01_TC30": (t.ParentFolderId(Id="Id", ChangeKey="ChangeKey"), 2016, 2348),
    "S01_TC31": (t.DateTimeReceived(WHEN), 2025, 2349),
    "S01_TC32": (t.Size(10), 2027, 2272),
    "S01_TC33": (t.DateTimeSent(WHEN), 2031, 2273),
    "S01_TC34": (t.DateTimeCreated(WHEN), 2033, 2274),
    "S01_TC35": (t.DisplayTo("Somebody"), 2035, 2275),
    "S01_TC36": (t.EffectiveRights([t(name, True) for name in RIGHTS]), 2037, 2276),
    "S01_TC37": (t.LastModifiedName("Somebody"), 2039, 2277),
    "S01_TC38": (t.InstanceKey("AQAAAAAAAQ0BAAAAAAAFKAAAAAA="), 2046, 2350),
    "S01_TC39": (t.NormalizedBody("", BodyType="HTML"), 2048, 2351),
    "S01_TC40": (t.Preview("Preview"), 2050, 2352),
    "S01_TC41": (t.TextBody("", BodyType="HTML"), 2060, 2356),
    "S01_TC42": (t.IconIndex("TaskRecur"), 2062, 2358),
    "S01_TC43": (t.RightsManagementLicenseData(t.EditAllowed(True)), 2052, 2353),
}
"""Scenario → the value, and the requirements for creating and for changing."""


class ReadOnly:
    """A value that nobody may set."""

    def __init__(self, value: Element) -> None:
        self.value = value
        self.path = f"item:{value.tag.rpartition('}')[2]}"

    def __str__(self) -> str:
        return self.path


def only_the_server_sets(ews: Mailbox, folder: Ref, case: ReadOnly) -> None:
    """CreateItem and UpdateItem refuse it with ErrorInvalidPropertySet."""
    wanted = ITEM.make(ews.unique("Read-only"), case.value)
    refused(ews.call(requests.create_item(wanted, folder=folder)), "ErrorInvalidPropertySet")
    made = ews.make_item(ITEM.make(ews.unique("Plain")), folder)
    change = requests.item_change(made, requests.set_field(case.path, thing("Item", case.value)))
    refused(ews.call(requests.update_item(change)), "ErrorInvalidPropertySet")


def _declare(registry: Registry) -> None:
    for name, (value, creating, changing) in READ_ONLY.items():
        ids = sorted({f"MS-OXWSCORE_R{creating}", f"MS-OXWSCORE_R{changing}"})
        registry.add(
            Scenario(
                "MS-OXWSCORE",
                name,
                only_the_server_sets,
                tuple(ids),
                bound={"case": ReadOnly(value)},
            )
        )


_declare(REGISTRY)


@scenario(
    "MS-OXWSCORE",
    "S01_TC45",
    requirements=("MS-OXWSCORE_R20452",),
)
def the_store_entry_id(ews: Mailbox, folder: Ref) -> None:
    """CreateItem ignores StoreEntryId, UpdateItem refuses it."""
    entry_id = t.StoreEntryId("AQIDBAU=")
    made = ews.make_item(ITEM.make(ews.unique("With entry id"), entry_id), folder)
    change = requests.item_change(
        made, requests.set_field("item:StoreEntryId", thing("Item", entry_id))
    )
    refused(ews.call(requests.update_item(change)), "ErrorInvalidPropertySet")


@scenario("MS-OXWSCORE", "S01_TC46", requirements=("MS-OXWSCORE_R2355",))
def the_block_status(ews: Mailbox, folder: Ref) -> None:
    """CreateItem refuses BlockStatus."""
    wanted = ITEM.make(ews.unique("Blocked"), t.BlockStatus(True))
    refused(ews.call(requests.create_item(wanted, folder=folder)), "ErrorInvalidPropertySet")
    success(ews.call(requests.create_item(ITEM.make(ews.unique("Plain")), folder=folder)))
