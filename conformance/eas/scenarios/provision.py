"""MS-ASPROV: policies in two phases."""

from __future__ import annotations

from dataclasses import replace

from conformance.checks import Missing, check
from conformance.eas import documents
from conformance.eas.administrator import REMOVE, WIPE, WIPE_ACCOUNT, Administrator
from conformance.eas.device import Device
from conformance.eas.http import Reply, post, read
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S = "MS-ASPROV"
_POLICY = ("Provision:Policies", "Provision:Policy")
_DOCUMENT = (*_POLICY, "Provision:Data", "Provision:EASProvisionDoc")
_STATUS = "Provision:Status"
# What an administrator who sets no policy leaves them at (MS-ASPROV 2.2.2.28).
_UNSET = {"DevicePasswordEnabled": ("0",), "AttachmentsEnabled": ("1",)}
_EMPTY = {"MinDevicePasswordLength": ("", "4"), "DevicePasswordHistory": ("", "0")}


def _information(device: Device) -> Node | None:
    """What a device says of itself, from 14.1 on."""
    return documents.information(Model="Model") if float(device.version) >= 14.1 else None


def _offer(device: Device) -> Node:
    return device.ask("Provision", documents.provision(information=_information(device)))


def _told(reply: Reply) -> str:
    """The status of FolderSync, or that of HTTP."""
    return reply.root.text("FolderHierarchy:Status") if reply.root else str(reply.status)


def _knocks(device: Device) -> str:
    """How a request for the tree is answered."""
    return _told(device.post("FolderSync", documents.folder_sync("0")))


@scenario(_S, "S01_TC01", requirements=("MS-ASPROV_R310", "MS-ASPROV_R618"), registry=REGISTRY)
def policies_are_offered_and_taken(fresh: Device) -> None:
    """A key for now with the document, a lasting key without."""
    offer = _offer(fresh)
    check(offer.text(*_POLICY, "Provision:Status") == "1", "no policies")
    check(
        offer.find(*_POLICY, "Provision:Data", "Provision:EASProvisionDoc") is not None,
        "no document",
    )
    key = offer.text(*_POLICY, "Provision:PolicyKey")
    done = fresh.ask("Provision", documents.provision(int(key), 1))
    lasting = done.text(*_POLICY, "Provision:PolicyKey")
    check(lasting not in ("", "0", key), f"the lasting key is {lasting!r}")
    check(done.find(*_POLICY, "Provision:Data") is None, "the document comes again")


@scenario(_S, "S01_TC02", requirements=("MS-ASPROV_R606",), registry=REGISTRY)
def the_key_for_now_opens_nothing(fresh: Device) -> None:
    """Until the policies are taken the device gets nothing."""
    fresh.identity.policy_key = int(_offer(fresh).text(*_POLICY, "Provision:PolicyKey"))
    told = _knocks(fresh)
    check(told in ("142", "144", "449"), f"it is answered by {told}")


@scenario(_S, "S03_TC01", requirements=("MS-ASPROV_R382",), registry=REGISTRY)
def a_wrong_key_for_now_is_status_5(fresh: Device) -> None:
    """Acknowledged with a key that was never given."""
    key = int(_offer(fresh).text(*_POLICY, "Provision:PolicyKey"))
    answer = fresh.ask("Provision", documents.provision(key ^ 1, 1))
    told = answer.text(*_POLICY, "Provision:Status")
    check(told == "5", f"the policy's status is {told!r}")


@scenario(_S, "S03_TC02", requirements=("MS-ASPROV_R380",), registry=REGISTRY)
def an_unknown_type_of_policy_is_status_3(fresh: Device) -> None:
    """A PolicyType that there is not."""
    wrong = node(
        "Provision:Provision",
        _information(fresh),
        node("Provision:Policies", node("Provision:Policy", node("Provision:PolicyType", "none"))),
    )
    told = fresh.ask("Provision", wrong).text(*_POLICY, "Provision:Status")
    check(told == "3", f"the policy's status is {told!r}")


@scenario(
    _S,
    "S01_TC03",
    requirements=("MS-ASPROV_R207", "MS-ASPROV_R1044", "MS-ASPROV_R1045"),
    registry=REGISTRY,
)
def policies_that_nobody_set_ask_nothing(fresh: Device) -> None:
    """They are told all the same: empty, or as what they are by default."""
    document = _offer(fresh).find(*_DOCUMENT) or node("Provision:EASProvisionDoc")
    told = {child.name.removeprefix("Provision:"): child.text() for child in document.children}
    check(_UNSET.keys() | _EMPTY.keys() <= told.keys(), f"the policies are {sorted(told)}")
    if any(told[name] not in due for name, due in _UNSET.items()):
        raise Missing("a user without policies")
    for name, due in _EMPTY.items():
        check(told[name] in due, f"{name} is {told[name]!r}")


@scenario(
    _S,
    "S03_TC03",
    requirements=(
        "MS-ASPROV_R395", "MS-ASPROV_R679", "MS-ASPROV_R450", "MS-ASPROV_R497",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_policy_outside_its_place_is_status_2(fresh: Device) -> None:
    """Not below Policies; below it it is offered."""
    policy = node("Provision:Policy", node("Provision:PolicyType", documents.POLICY_TYPE))
    for parts, due in (((policy,), "2"), ((node("Provision:Policies", policy),), "1")):
        asked = node("Provision:Provision", _information(fresh), *parts)
        told = fresh.ask("Provision", asked).text(_STATUS)
        check(told == due, f"status {told!r}, {due} is due")


@each(
    _S,
    {"S03_TC05": (2, "139"), "S03_TC06": (4, "145")},
    parameter="case",
    requirements=(
        "MS-ASPROV_R1046", "MS-ASPROV_R681", "MS-ASPROV_R684", "MS-ASPROV_R686", "MS-ASPROV_R461",
        "MS-ASPROV_R687",
    ),
    registry=REGISTRY,
)  # fmt: skip
@each(
    "MS-ASCMD",
    {"S21_TC14": (4, "145")},
    parameter="case",
    requirements=("MS-ASCMD_R4917",),
    registry=REGISTRY,
)
def who_does_not_keep_all_policies_may_be_kept_out(fresh: Device, case: tuple[int, str]) -> None:
    """Status 139 for who keeps a part, 145 for who is managed by others; a server may let them in,
    and then does."""
    needs(fresh, "14.0", "statuses of Provision")
    said, due = case
    key = _offer(fresh).text(*_POLICY, "Provision:PolicyKey")
    answer = fresh.ask("Provision", documents.provision(int(key), said))
    told, lasting = answer.text(_STATUS), answer.text(*_POLICY, "Provision:PolicyKey")
    if told == "1" and lasting:
        fresh.identity.policy_key = int(lasting)
        told = _knocks(fresh)
        check(told == "1", f"the key is answered by {told!r}")
        raise Missing("a setting that keeps out devices that do not keep all policies")
    check(told == due, f"it is answered by {told!r}")


@scenario(
    _S,
    "S03_TC07",
    requirements=("MS-ASPROV_R682", "MS-ASPROV_R458", "MS-ASPROV_R685"),
    registry=REGISTRY,
)
def a_device_without_a_key_is_kept_out(device: Device) -> None:
    """Status 141, or 142 of a server that takes it for one that begins; with its key it is let
    in."""
    needs(device, "14.0", "statuses of Provision")
    asked = post(device.identity, "FolderSync", documents.folder_sync("0"))
    headers = {name: value for name, value in asked.headers.items() if name != "X-MS-PolicyKey"}
    answer = device.carry(replace(asked, headers=headers))
    told = _told(read(answer.status_code, dict(answer.headers), answer.content))
    check(told in ("141", "142"), f"without it is answered by {told}")
    check(_knocks(device) == "1", "with it it is refused")


def _wiped(device: Device, administrator: Administrator, action: str, name: str) -> None:
    """From the order to erase to its end: nothing but the directive, until it says that it has."""
    directive = f"Provision:{name}"

    def says(status: int | None = None) -> Node:
        report = node(directive, node(_STATUS, status)) if status else None
        return device.ask("Provision", node("Provision:Provision", report))

    before = _offer(device)
    check(before.find(directive) is None, "it is told to erase though nobody asked for it")
    administrator(action, device.identity.user, device.identity.device_id)
    try:
        told = _knocks(device)
        check(told in ("140", "403", "449"), f"FolderSync is answered by {told}")
        order = says()
        check(order.text(_STATUS) == "1", f"the status is {order.text(_STATUS)}")
        check(order.find(directive) is not None, f"it is not told to erase: {order}")
        failed = says(2)
        # Exchange 2007 and 2010 answer 1 (MS-ASPROV R1042).
        check(failed.text(_STATUS) in ("1", "2"), f"its failure is answered by {failed}")
        again = says()
        check(again.find(directive) is not None, "after its failure it is not told again")
        done = says(1)
        check(done.text(_STATUS) == "1", f"its success is answered by {done}")
        check(_knocks(device) != "1", "having erased it is let in under its key")
    finally:
        administrator(REMOVE, device.identity.user, device.identity.device_id)
    after = _offer(device)
    check(after.text(_STATUS) == "1", f"anew it is answered by {after}")
    check(after.find(directive) is None, "it is told to erase, anew")


@scenario(
    _S,
    "S02_TC01",
    requirements=(
        "MS-ASPROV_R653", "MS-ASPROV_R654", "MS-ASPROV_R702", "MS-ASPROV_R1041",
        "MS-ASPROV_R1042", "MS-ASPROV_R1047", "MS-ASPROV_R1048",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_device_is_erased(unknown: Device, administrator: Administrator) -> None:
    """RemoteWipe, until it says that it did so; removed, it begins anew."""
    _wiped(unknown, administrator, WIPE, "RemoteWipe")


@scenario(
    _S,
    "S02_TC02",
    requirements=(
        "MS-ASPROV_R66609", "MS-ASPROV_R66610", "MS-ASPROV_R66611", "MS-ASPROV_R66613",
        "MS-ASPROV_R66615",
    ),
    registry=REGISTRY,
)  # fmt: skip
def an_account_is_erased(unknown: Device, administrator: Administrator) -> None:
    """AccountOnlyRemoteWipe, the same."""
    needs(unknown, "16.1", "AccountOnlyRemoteWipe")
    _wiped(unknown, administrator, WIPE_ACCOUNT, "AccountOnlyRemoteWipe")


@scenario(
    "MS-ASCMD",
    "S12_TC01",
    requirements=("MS-ASCMD_R5026", "MS-ASCMD_R4990", "MS-ASCMD_R4992", "MS-ASCMD_R5028"),
    registry=REGISTRY,
)
def policies_are_downloaded_and_taken(fresh: Device) -> None:
    """Type, key and document first; after the acknowledgement type and key, which opens all."""
    offer = _offer(fresh)
    for name in ("PolicyType", "PolicyKey", "Data"):
        check(offer.find(*_POLICY, f"Provision:{name}") is not None, f"no {name}")
    check(offer.text(*_POLICY, "Provision:Status") == "1", "the policy is refused")
    key = int(offer.text(*_POLICY, "Provision:PolicyKey"))
    done = fresh.ask("Provision", documents.provision(key, 1))
    check(done.text("Provision:Status") == "1", "the acknowledgement is refused")
    fresh.identity.policy_key = int(done.text(*_POLICY, "Provision:PolicyKey"))
    told = fresh.folder_sync("0").text("FolderHierarchy:Status")
    check(told == "1", f"FolderSync has status {told}")


@scenario("MS-ASCMD", "S12_TC02", requirements=("MS-ASCMD_R4989",), registry=REGISTRY)
def a_policy_without_its_type_is_status_2(fresh: Device) -> None:
    """Of the whole request."""
    wrong = node(
        "Provision:Provision",
        _information(fresh),
        node("Provision:Policies", node("Provision:Policy")),
    )
    told = fresh.ask("Provision", wrong).text("Provision:Status")
    check(told == "2", f"status {told!r}")


@scenario(_S, "S03_TC04", requirements=("MS-ASPROV_R537",), registry=REGISTRY)
@scenario("MS-ASCMD", "S12_TC03", requirements=("MS-ASCMD_R4912",), registry=REGISTRY)
def a_key_that_is_another_is_status_144(device: Device) -> None:
    """By HTTP 449 in 12.1."""
    device.identity.policy_key = int(str(device.identity.policy_key)[:1])
    told = _knocks(device)
    due = "449" if device.version == "12.1" else "144"
    check(told == due, f"it is answered by {told}, {due} is due")
